"""Whatever people bring is refused with a reason or accepted as sound: never a traceback, a hang, or a write outside.

``COPARK_FUZZ_SEED=7 COPARK_FUZZ_PART=1 make test-long ARGS=tests/hostile`` hunts elsewhere, and with all inputs;
``python -m tests.hostile`` makes a table of what came of it.
"""

from __future__ import annotations

import pytest

from tests.hostile.fuzzing import PART, hunt
from tests.hostile.online import ONLINE, UPLOADS, server_in
from tests.hostile.subjects import OFFLINE

ALL = (*OFFLINE, *UPLOADS, *ONLINE)
FEW = 5_000
"""Of so many inputs of the long test, the fast one has one."""
ENOUGH = 100
"""Inputs of which some ought to be accepted."""
BY_NAME = pytest.mark.parametrize("subject", ALL, ids=lambda subject: subject.name.replace(" ", "-"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    place = tmp_path_factory.mktemp("server")
    with server_in(place):
        yield place


@BY_NAME
def test_a_few_of_each(subject, tmp_path, data):
    inputs = max(subject.share // FEW, 2)
    assert hunt(subject, inputs, tmp_path, data).answers.total() >= inputs


@pytest.mark.long
@BY_NAME
def test_thousands_of_each(subject, tmp_path, data):
    inputs = int(subject.share * PART)
    answers = hunt(subject, inputs, tmp_path, data).answers
    assert answers.total() >= inputs
    few = inputs < ENOUGH and set(answers) == {"refused"}
    assert few or set(answers) == {"accepted", "refused"}, "a hunt that meets but one answer tries nothing"

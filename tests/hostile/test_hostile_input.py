"""Whatever people bring is refused with a reason or accepted as sound: never a traceback, a hang, or a write outside.

The long tests hunt somewhere else each time; what fails names the seed and the file of its input. With
``COPARK_FUZZ_SEED=7 COPARK_FUZZ_PART=1 make test-long ARGS=tests/hostile`` they hunt there, and with all inputs;
``python -m tests.hostile`` makes a table of what came of it.
"""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.hostile import fuzzing
from tests.hostile.fuzzing import PART, fresh_seed, hunt, replay
from tests.hostile.online import ONLINE, UPLOADS, server_in
from tests.hostile.subjects import OFFLINE, Subject

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
    answers = hunt(subject, inputs, tmp_path, data, of_seed=fresh_seed()).answers
    assert answers.total() >= inputs
    few = inputs < ENOUGH and set(answers) == {"refused"}
    assert few or set(answers) == {"accepted", "refused"}, "a hunt that meets but one answer tries nothing"


def test_an_input_that_fails_is_kept_and_can_be_given_again(tmp_path, monkeypatch):
    """The error names the seed, which is another one each time, and the file of the smallest input that fails."""
    monkeypatch.setattr(fuzzing, "KEPT", tmp_path / "kept")
    monkeypatch.delenv("COPARK_FUZZ_SEED", raising=False)
    assert len({fresh_seed() for _ in range(3)}) == 3

    def answer(number, _folder):
        assert number < 1000, "too large"
        return "accepted"

    subject = Subject("numbers", 100, st.integers(0, 100_000), answer, lambda: 1)
    (tmp_path / "hunt").mkdir()
    with pytest.raises(AssertionError, match="too large") as error:
        hunt(subject, 100, tmp_path / "hunt", of_seed=7)
    (path,) = (tmp_path / "kept").iterdir()
    notes = "\n".join(error.value.__notes__)
    assert "seed 7" in notes
    assert f"--replay {path}" in notes
    (tmp_path / "again").mkdir()
    with pytest.raises(AssertionError, match="assert 1000 < 1000"):
        replay(path, [subject], tmp_path / "again")

"""Every worked case of every room; every equation has one, here or in the tests of its room."""

from __future__ import annotations

import pytest

from tests.equations.worked_cases import ROOMS, check, read_cases


@pytest.mark.parametrize("case", [case for room in ROOMS for case in read_cases(room)], ids=str)
def test_worked_case(case):
    check(case)

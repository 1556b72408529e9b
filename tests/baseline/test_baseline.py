"""Any drift of the numbers is seen: a change of them is meant, written anew, and told in CHANGELOG."""

import numpy as np
import pytest
import yaml

from tests.baseline.numbers import DATES, FILE, numbers


@pytest.fixture(scope="module")
def now():
    return numbers()


@pytest.mark.parametrize("draws", ["defaults", "unsettled"])
def test_numbers_are_those_we_stand_by(now, draws):
    then = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert then["dates"] == list(DATES)
    assert now[draws]["outcomes"] == then[draws]["outcomes"]
    assert set(now[draws]["means"]) == set(then[draws]["means"])
    drifted = {
        name: (then[draws]["means"][name], values)
        for name, values in now[draws]["means"].items()
        if name != "ledger_gap" and not np.allclose(values, then[draws]["means"][name], rtol=1e-6, atol=1e-9)
    }
    assert not drifted

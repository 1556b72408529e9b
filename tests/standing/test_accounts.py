"""Whether a park stands by its accounts: four tests of money, each worked out by hand (decision 0093)."""

import numpy as np
import pytest

from copark.simulation.readouts.accounts import NEEDED, TESTS, standing

QUARTERS = 30


def accounts(**changes):
    """One run of a company that stands: it earns 1 a year, holds 20 in cash, and brings the publics 8 a year."""
    flat = {
        "failed": 0.0, "cash": 20.0, "fees": 4.0, "operating_cost": 3.0, "interest": 0.0, "principal": 0.0,
        "rescue": 0.0, "state_funding": 0.0, "public_income": 8.0, "public_outlay": 40.0,
    }  # fmt: skip
    paths = {name: np.full((1, QUARTERS), value) for name, value in flat.items()}
    paths["result_cumulative"] = np.arange(QUARTERS)[np.newaxis] / 4.0
    for name, values in changes.items():
        paths[name] = np.broadcast_to(np.asarray(values, dtype=float), (1, QUARTERS)).copy()
    assert set(paths) == set(NEEDED)
    return paths


def passed(quarter=QUARTERS - 1, **changes):
    found = standing(accounts(**changes), quarter)
    return {name for name in TESTS if getattr(found, name)[0]}


def test_a_company_that_earns_and_was_never_helped_stands():
    found = standing(accounts(), QUARTERS - 1)
    assert found.stands.all()


def test_five_years_count_and_not_one():
    """A loss of 3 in the last year beside gains of 4 in the four before is a company that earns; a loss of 5 is not."""
    gains = np.concatenate([np.zeros(9), np.linspace(0.0, 4.0, 17)[1:], np.full(1, 4.0), np.zeros(4)])
    assert gains.size == QUARTERS
    for loss, earns in ((3.0, True), (5.0, False)):
        gains[-4:] = 4.0 - loss * np.arange(1, 5) / 4.0
        assert ("earns" in passed(result_cumulative=gains)) is earns


@pytest.mark.parametrize("help_by", ["rescue", "state_funding"])
def test_help_counts_for_two_years(help_by):
    for back, unaided in ((8, False), (9, True)):
        aid = np.zeros(QUARTERS)
        aid[QUARTERS - back] = 2.0
        assert ("unaided" in passed(**{help_by: aid})) is unaided


def test_taxes_pay_back_what_was_put_in():
    """8 a year for seven and a half years are 60."""
    assert "pays_back" in passed(public_outlay=60.0)
    assert "pays_back" not in passed(public_outlay=60.1)


def test_cash_must_last_two_years_of_the_shock():
    """A quarter less of fees leaves 3 against costs of 3, interest 1 and principal 2: 2 years cost 6."""
    assert "holds" in passed(interest=1.0, principal=2.0, cash=6.0)
    assert "holds" not in passed(interest=1.0, principal=2.0, cash=5.9)


def test_a_failed_or_closed_park_stands_by_nothing():
    assert passed(failed=1.0) == set()
    closed = standing(accounts(), QUARTERS - 1, closed=True)
    assert not any(getattr(closed, name).any() for name in (*TESTS, "stands"))


def test_a_young_park_is_asked_of_the_years_it_has():
    assert passed(quarter=3, public_outlay=8.0) == set(TESTS)
    assert "earns" not in passed(quarter=3, result_cumulative=-np.arange(QUARTERS) / 4.0)

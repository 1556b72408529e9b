"""Accounts and the outcome they are judged by: four tests of money, each by hand (decision 0094)."""

import numpy as np
import pytest

from copark.simulation.accounts import NEEDED, TESTS, VARIANTS, Thresholds, margins, standing
from copark.simulation.outcomes import NOT_OK, OUTCOMES, outcomes

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


def outcome(quarter=QUARTERS - 1, status=0, closed=False, **changes):
    """Name the outcome of the one run."""
    (code,) = outcomes(accounts(**changes), np.array([status]), quarter, closed=closed)
    return OUTCOMES[code] if code != NOT_OK else None


LATELY = np.arange(QUARTERS) >= QUARTERS - 3
LOSSES = {"result_cumulative": -np.arange(QUARTERS) / 4.0}
UNPAID = {"public_outlay": 61.0}
BARE = {"cash": 0.0, "interest": 1.0}
CLASSES = {
    "it earns, is unaided, has repaid the publics and would hold": ("self_standing", {}),
    "it loses 1 a year": ("fragile", LOSSES),
    "taxes of 60 against an outlay of 61": ("fragile", UNPAID),
    "without cash a shock costs 2": ("fragile", BARE),
    "none of the three": ("fragile", LOSSES | UNPAID | BARE),
    "bailed out lately, and all else well": ("dependent", {"rescue": 2.0 * LATELY}),
    "a state passed money on lately": ("dependent", {"state_funding": 2.0 * LATELY}),
    "helped, and nothing well": ("dependent", {"rescue": 2.0 * LATELY} | LOSSES | UNPAID | BARE),
    "insolvent": ("failed", {"failed": 1.0}),
    "insolvent after help": ("failed", {"failed": 1.0, "rescue": 2.0 * LATELY}),
    "closed, and all else well": ("failed", {"closed": True}),
    "a computation that broke": (None, {"status": 2}),
}


@pytest.mark.parametrize("case", CLASSES)
def test_every_outcome_follows_from_the_accounts(case):
    expected, changes = CLASSES[case]
    assert outcome(**changes) == expected


def test_size_is_no_part_of_the_outcome():
    """A steel town of thirty plants and a town of three hundred workshops with the same books are judged alike."""
    assert not set(NEEDED) & {"operating", "registered", "jobs", "occupied_area", "serviced_area"}


def test_margins_say_by_how_much_a_test_is_passed():
    found = margins(accounts(public_outlay=61.0), QUARTERS - 1)
    assert (found.earns[0], found.pays_back[0], found.holds[0]) == (5.0, -1.0, 20.0)


def test_other_thresholds_change_the_word_where_accounts_are_between_them():
    """Fees of 4 less costs of 3: half of the fees lost are 1 a year too little, for which 1.9 in cash do not last."""
    thin = accounts(cash=1.9)
    words = {name: outcomes(thin, np.zeros(1), QUARTERS - 1, thresholds=own)[0] for name, own in VARIANTS.items()}
    assert {OUTCOMES[words[name]] for name in ("fees_kept", "three_years", "ten_years")} == {"self_standing"}
    assert OUTCOMES[words["fees_halved"]] == "fragile"
    assert all(own != Thresholds() for own in VARIANTS.values())

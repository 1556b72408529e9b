"""Laws of votes, service and money, and what takes more than one quarter to see."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from copark.model.company import control, ledger, service
from copark.model.dimensions import GROUPS
from tests.equations.small_park import address, blank, lawful, parameters

chance = st.floats(0, 1)
chances = st.tuples(*[chance] * GROUPS)
quotas = st.integers(1, 10_001)


@st.composite
def cap_tables(draw):
    """Shares of the three blocs in basis points; what is left of 10,000 belongs to nobody."""
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=3, max_size=3)))
    return np.diff([0, *cuts]).astype(float)


@st.composite
def groups(draw):
    """Shares of up to four groups in basis points, in any places; what is left of 10,000 belongs to nobody."""
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=4, max_size=4)))
    holders = draw(st.permutations(range(GROUPS)))[:4]
    share = np.zeros(GROUPS)
    share[holders] = np.diff([0, *cuts])
    return share


def power(share, quota):
    index = np.full(len(share), np.nan)
    control.banzhaf(share, quota, index)
    return index


@lawful
@given(share=groups(), quota=quotas, yes=chances)
def test_a_vote_passes_as_often_as_all_ways_of_voting_say(share, quota, yes):
    total = 0.0
    for votes in itertools.product((True, False), repeat=GROUPS):
        if sum(held for held, says in zip(share, votes, strict=True) if says) >= quota:
            total += np.prod([p if says else 1 - p for p, says in zip(yes, votes, strict=True)])
    found = control.pass_probability(share, quota, yes)
    assert found == pytest.approx(total, abs=1e-15)
    assert 0 <= found <= 1 + 1e-15


@lawful
@given(share=groups(), quota=st.tuples(quotas, quotas), yes=st.tuples(chances, chances))
def test_more_commitment_never_hurts_a_vote_and_a_higher_quota_never_helps(share, quota, yes):
    low, high = (tuple(pick(pair) for pair in zip(*yes, strict=True)) for pick in (min, max))
    easy, hard = sorted(quota)
    assert control.pass_probability(share, easy, low) <= control.pass_probability(share, easy, high) + 1e-14
    assert control.pass_probability(share, hard, low) <= control.pass_probability(share, easy, low) + 1e-14


@lawful
@given(share=groups(), quota=quotas)
def test_power_is_all_or_nothing_in_sum_and_counts_swings(share, quota):
    swings = np.zeros(GROUPS)
    for i in range(GROUPS):
        others = [j for j in range(GROUPS) if j != i]
        for size in range(GROUPS):
            for friends in itertools.combinations(others, size):
                without = sum(share[j] for j in friends)
                swings[i] += without < quota <= without + share[i]
    expected = swings / swings.sum() if swings.sum() else swings
    assert power(share, quota) == pytest.approx(expected)
    assert expected.sum() == pytest.approx(1 if sum(share) >= quota else 0)


stakes = st.floats(0.001, 1)
elasticity = st.floats(0.05, 0.95)


@lawful
@given(home=stakes, effort=st.tuples(stakes, stakes, stakes, stakes), alpha=elasticity, limit=st.floats(0.05, 1))
def test_service_never_exceeds_its_limit(home, effort, alpha, limit):
    """Q <= kappa <= 1 for stakes that sum to one at most, whatever attention and commitment."""
    a_home, m_home, a_host, m_host = effort
    found = service.log_service(home * a_home * m_home, (1 - home) * a_host * m_host, alpha, limit)
    floor = service.FLOOR**2
    assume(home * a_home * m_home >= floor and (1 - home) * a_host * m_host >= floor)
    assert found <= np.log(limit) + 1e-12


@lawful
@given(share=cap_tables(), quota=quotas, commitment=st.tuples(chance, chance), phi=chance, capability=chance)
def test_stakes_sum_to_one_at_most_and_service_is_a_share(share, quota, commitment, phi, capability):
    theta = parameters("company", control_weight=phi)
    state = blank("company", "state", control=power(share, quota))
    receives = blank("company", "receives", commitment_effort=commitment)
    dated = blank("company", "dated", share=share, quota=quota, capability=capability)
    service.serve(state, receives, dated, theta)
    assert state.stake.sum() <= 1 + 1e-12
    limit = service.capability_limit(capability, theta.capability_weight)
    assert 0 < state.service_level <= limit * (1 + 1e-12)
    assert state.service_level == pytest.approx(np.exp(state.log_service))


def test_land_is_serviced_as_often_as_the_vote_passes():
    theta = parameters("company", servicing_cost=0.28)
    receives = blank("company", "receives", plan_area=850)
    dated = blank("company", "dated", block_area=70)
    blocks = 0
    for run in range(1000):
        state = blank("company", "state", cash=100, vote_pass=0.3)
        blocks += ledger.develop(4, state, receives, dated, theta, address(run=run)) / 70
    assert abs(blocks / 1000 - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 1000)


money = st.floats(-500, 500)
positive = st.floats(0, 500)


@lawful
@given(
    cash=money, debt=positive, paid_in=positive, land=st.floats(0, 70), grants=st.floats(0, 20),
    quarters_left=st.integers(0, 40), credit=positive, share=cap_tables(), developed=st.floats(0, 70),
)  # fmt: skip
def test_the_ledger_closes_for_arbitrary_flows(
    cash, debt, paid_in, land, grants, quarters_left, credit, share, developed
):
    state = blank(
        "company", "state", cash=cash, debt=debt, paid_in_equity=paid_in, serviced_area=200, attention=[1, 0.7]
    )
    receives = blank("company", "receives", land_taken=land, occupied_area=90, credit=credit)
    dated = blank(
        "company", "dated", share=share, repayment_quarters=quarters_left, grants=grants, registered_capital=150
    )
    ledger.account(state, receives, dated, parameters("company"), developed)
    assert abs(state.ledger_gap) < 1e-9
    in_quarter = (
        state.land_sales + state.fees + state.grants - state.operating_cost - state.land_cost - state.interest
        - state.principal + state.calls + state.draws_credit - state.dividends.sum()
    ) / 4  # fmt: skip
    assert state.cash == pytest.approx(cash + in_quarter, abs=1e-9)
    assert state.debt == pytest.approx(debt + (state.draws_credit - state.principal) / 4, abs=1e-9)
    assert state.paid_in_equity == pytest.approx(paid_in + state.calls / 4, abs=1e-9)
    assert state.paid_in_equity <= max(150, paid_in) + 1e-9
    assert state.debt <= max(debt, credit) + 1e-9
    assert state.shortfall == pytest.approx(4 * max(-state.cash, 0), abs=1e-9)
    assert state.serviced_area == 200 + developed
    assert not (state.draws_credit > 0 and state.paid_in_equity < 150 - 1e-9)
    assert not (state.dividends.sum() > 0 and (debt > 0 or state.cash < 0))


def test_a_loan_is_repaid_in_equal_parts_to_the_last_cent():
    state = blank("company", "state", cash=1000, debt=170, attention=[1, 1])
    parts = []
    for quarters_left in range(32, 0, -1):
        dated = blank("company", "dated", repayment_quarters=quarters_left, registered_capital=0)
        ledger.account(state, blank("company", "receives"), dated, parameters("company"), 0.0)
        parts.append(state.principal / 4)
    assert parts == pytest.approx([170 / 32] * 32)
    assert state.debt == 0


def test_four_insolvent_quarters_in_a_row_unrescued_are_the_end():
    """A company is 5 short every quarter, rescued where the pattern says 1; an empty till is not insolvent."""
    for pattern, failed, count in (
        ([0, 0, 0], 0, 3),
        ([0, 0, 0, 0], 1, 4),
        ([0, 0, 0, 1], 0, 0),
        ([0, 0, 0, 1, 0, 0, 0], 0, 3),
        ([0, 0, 0, 1, 0, 0, 0, 0], 1, 4),
        ([0, 0, 0, 0, 1], 1, 4),
    ):
        state = blank("company", "state")
        for helped in pattern:
            state.cash = -5.0
            ledger.settle(state, blank("company", "receives", rescue=20.0 * helped))
        assert (state.failed, state.insolvent_quarters) == (failed, count), pattern
    state = blank("company", "state", cash=0.0, insolvent_quarters=3)
    ledger.settle(state, blank("company", "receives"))
    assert (state.failed, state.insolvent_quarters) == (0, 0)

"""Laws of the two governments: a bargain hurts nobody, commitment stays between none and full."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copark.model.governments import equations as governments
from tests.equations.small_park import blank, lawful, parameters

money = st.floats(-200, 200)
share = st.floats(0, 1)


@lawful
@given(home=money, host=money, shortfall=money, weight=share)
def test_a_bargain_pays_all_or_nothing_and_leaves_nobody_below_zero(home, host, shortfall, weight):
    pays = governments.bargain(home, host, shortfall, weight)
    assert min(pays) >= 0
    if sum(pays) == 0:
        return
    assert sum(pays) == pytest.approx(shortfall)
    assert home - pays[0] >= 0
    assert host - pays[1] >= 0
    assert home + host >= shortfall


@lawful
@given(
    benefit=st.tuples(money, money), shortfall=st.floats(0, 200), control=st.tuples(share, share),
    framework=st.booleans(), weight=share,
)  # fmt: skip
def test_a_rescue_never_leaves_a_side_worse_than_nothing(benefit, shortfall, control, framework, weight):
    state = blank("governments", "state", benefit=benefit)
    dated = blank("governments", "dated", framework=framework, rescue_by_treaty=1, rescue_alone=[1, 1])
    receives = blank("governments", "receives", shortfall=shortfall, control=control)
    governments.rescue(state, receives, dated, parameters("governments", home_bargaining=weight))
    paid = state.contribution.sum()
    assert paid == pytest.approx(shortfall) or paid == 0
    for side in range(2):
        assert state.contribution[side] == 0 or state.benefit[side] - state.contribution[side] >= 0


@lawful
@given(now=share, benefit=st.tuples(money, money), visit=st.floats(-1, 1))
def test_commitment_stays_between_none_and_full_and_grows_with_benefit(now, benefit, visit):
    theta = parameters("governments")
    low, high = (governments.commit(now, u, visit, theta) for u in sorted(benefit))
    assert 0 <= low <= high <= 1

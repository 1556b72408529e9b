"""NCA on a handful of points, all four corners and wider scopes worked out on paper; and its laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from copark.setmethods.nca import KINDS, NcaRequest, Scope, ScopeView, analyse, p_values, steps_of, warnings_of
from copark.setmethods.table import SettingFaults, TableFaults, table_of

# Peers of corner 1: (0, 1), (2, 3), (4, 4). Box 4 by 4.
POINTS = {"X": [0.0, 2.0, 4.0, 1.0, 3.0, 4.0], "Y": [1.0, 3.0, 4.0, 0.0, 2.0, 0.5]}


def found(corner=1, scope=None, points=POINTS, **more):
    request = NcaRequest("Y", ("X",), corner, None if scope is None else Scope(*scope), **more)
    return analyse(table_of(points), request).found[0]


def test_step_of_corner_1():
    """Above the step: 2 wide and 3 high, then 2 wide and 1 high: 8 of 16."""
    ceiling = found().ceilings["ce_fdh"]
    assert (ceiling.zone, ceiling.effect, ceiling.above) == (8.0, 0.5, 0)
    assert (ceiling.condition_inefficiency, ceiling.outcome_inefficiency) == (0.0, 25.0)


def test_line_of_corner_1():
    """Through (0, 1), (2, 3), (4, 4): slope 6/8, intercept 8/3 - 1.5 = 7/6; at x = 4 it is 25/6 and cut at 4.

    It reaches 4 at x = (4 - 7/6) / 0.75 = 34/9. Above it: a triangle of height 17/6 and width 34/9.
    """
    ceiling = found().ceilings["cr_fdh"]
    assert (ceiling.slope, ceiling.intercept) == pytest.approx((0.75, 7.0 / 6.0))
    assert ceiling.zone == pytest.approx(0.5 * (34.0 / 9.0) * (17.0 / 6.0))
    assert ceiling.above == 1  # (2, 3) lies above 7/6 + 1.5
    inefficiency = (ceiling.condition_inefficiency, ceiling.outcome_inefficiency)
    assert (ceiling.accuracy, *inefficiency) == pytest.approx(
        (500.0 / 6.0, 25.0 * (4.0 - 34.0 / 9.0), 25.0 * 7.0 / 6.0)
    )


def test_corner_3_a_low_outcome_needs_a_high_condition():
    """Below the points of POINTS from the left: (0, 1) then (1, 0), the lowest there is: 1 wide, 1 high, 1 of 16."""
    assert found(3).ceilings["ce_fdh"].effect == pytest.approx(1.0 / 16.0)
    turned = {"X": [0.0, 2.0, 4.0], "Y": [3.0, 1.0, 0.0]}
    necessity = found(3, points=turned)
    # heights above 0: 3 for 2, then 1 for 2, of a box 4 by 3
    assert necessity.ceilings["ce_fdh"].effect == pytest.approx(8.0 / 12.0)
    assert necessity.ceilings["cr_fdh"].slope == pytest.approx(-0.75)
    assert necessity.ceilings["cr_fdh"].intercept == pytest.approx(4.0 / 3.0 + 0.75 * 2.0)


def test_a_wider_scope_adds_what_is_empty_in_it():
    """Box -1 to 5 by 0 to 6: left of 0 nothing is observed, 1 by 6; then 2 by 5, 2 by 3, 1 by 2: 24 of 36."""
    ceiling = found(scope=(-1.0, 5.0, 0.0, 6.0)).ceilings["ce_fdh"]
    assert ceiling.zone == pytest.approx(6.0 + 10.0 + 6.0 + 2.0)
    assert ceiling.effect == pytest.approx(24.0 / 36.0)


def test_repeated_peers_weigh_in_the_line_and_not_in_the_step():
    once = {"X": [0.0, 1.0, 2.0], "Y": [0.0, 3.0, 4.0]}
    twice = {"X": [0.0, 1.0, 1.0, 2.0], "Y": [0.0, 3.0, 3.0, 4.0]}
    assert found(points=once).ceilings["ce_fdh"].effect == found(points=twice).ceilings["ce_fdh"].effect
    # means 1 and 7/3, slope 2 (one each); with (1, 3) twice the mean of y is 2.5, slope still 2 by symmetry
    assert found(points=once).ceilings["cr_fdh"].intercept == pytest.approx(1.0 / 3.0)
    assert found(points=twice).ceilings["cr_fdh"].intercept == pytest.approx(0.5)


def test_bottlenecks_by_hand():
    """Heights 1, 3, 4 of 4 at 0, 50 and 100 % of the condition: nothing up to 25 %, 50 % up to 75 %, then all."""
    step = found().ceilings["ce_fdh"].bottlenecks
    assert [bottleneck.mark or f"{bottleneck.needed:.1f}" for bottleneck in step] == [
        *["NN"] * 3,
        *["50.0"] * 5,
        *["100.0"] * 3,
    ]
    line = found().ceilings["cr_fdh"].bottlenecks
    assert line[5].needed == pytest.approx(100.0 * ((2.0 - 7.0 / 6.0) / 0.75) / 4.0)
    out_of_reach = found(scope=(0.0, 4.0, 0.0, 8.0)).ceilings["ce_fdh"].bottlenecks
    assert out_of_reach[-1].mark == "NA"


def test_permutations_by_hand():
    """Two points rising: d is 1 - half the deals leave them so; p is near one half, never 0."""
    rising = {"X": [0.0, 1.0], "Y": [0.0, 1.0]}
    p = found(points=rising, permutations=4000).ceilings["ce_fdh"].p
    assert p == pytest.approx(0.5, abs=0.04)
    twelve = {"X": np.arange(12.0), "Y": np.arange(12.0)}
    assert found(points=twelve, permutations=999).ceilings["ce_fdh"].p == pytest.approx(1.0 / 1000.0)
    assert np.isnan(found().ceilings["ce_fdh"].p)


def test_p_is_calibrated_where_there_is_nothing():
    """Of 200 tables without any necessity about one in ten has p up to 0.1."""
    rng = np.random.default_rng(5)
    low = 0
    for seed in range(200):
        x, y = rng.random((2, 20))
        low += p_values(steps_of(x), y, Scope(x.min(), x.max(), y.min(), y.max()), 99, seed)["ce_fdh"] <= 0.1
    assert 8 <= low <= 35


def test_wrong_requests_are_told_at_once():
    request = NcaRequest("X", ("X", "Y", "Y"), 7, Scope(1.0, 1.0, 0.0, 1.0), -1)
    with pytest.raises(SettingFaults) as caught:
        analyse(table_of(POINTS), request)
    codes = {fault.code.rpartition(".")[2] for fault in caught.value.faults}
    assert codes == {"outcome_is_condition", "twice", "corner", "permutations", "scope_order"}
    with pytest.raises(SettingFaults, match="the data span 0, 4, 0, 4"):
        found(scope=(1.0, 4.0, 0.0, 4.0))
    with pytest.raises(TableFaults, match="same value"):
        found(points={"X": [1.0, 1.0], "Y": [0.0, 1.0]})


SCATTER = (
    st.integers(3, 25)
    .flatmap(lambda n: arrays(np.float64, (2, n), elements=st.integers(0, 6).map(float)))
    .filter(lambda points: np.ptp(points, axis=1).all())
)


@given(SCATTER, st.sampled_from((1, 2, 3, 4)))
def test_each_corner_is_the_first_of_the_mirrored_data(points, corner):
    x, y = ScopeView(corner).points(*points)
    original = found(corner, points={"X": points[0], "Y": points[1]})
    mirrored = found(1, points={"X": x, "Y": y})
    for kind in KINDS:
        ceiling, other = original.ceilings[kind], mirrored.ceilings[kind]
        assert ceiling.effect == pytest.approx(other.effect, abs=1e-12)
        assert (ceiling.above, ceiling.bottlenecks) == (other.above, other.bottlenecks)


@given(SCATTER, st.randoms(), st.floats(0.1, 50.0), st.floats(-20.0, 20.0))
def test_order_and_units_do_not_matter(points, rng, scale, shift):
    order = rng.sample(range(len(points[0])), len(points[0]))
    plain = found(points={"X": points[0], "Y": points[1]})
    moved = found(points={"X": scale * points[0][order] + shift, "Y": points[1][order] / scale - shift})
    for kind in KINDS:
        assert 0.0 <= plain.ceilings[kind].effect <= 1.0
        assert moved.ceilings[kind].effect == pytest.approx(plain.ceilings[kind].effect, abs=1e-9)


def test_an_effect_that_hangs_on_one_case_is_told():
    """Without the sixth point, which alone is high on the left, 16 of 25 are empty instead of none."""
    rising = {"X": [0.0, 1.0, 2.0, 3.0, 5.0, 0.0], "Y": [0.0, 1.0, 2.0, 3.0, 5.0, 5.0]}
    even = {"X": np.arange(30.0), "Y": np.arange(30.0)}
    some, none = (
        {warning.code: warning.values for warning in warnings_of(analyse(table_of(points), NcaRequest("Y", ("X",))))}
        for points in (rising, even)
    )
    assert [some["fragile"][key] for key in ("case", "before", "after")] == ["6", "0.00", "0.64"]
    assert "fragile" not in none

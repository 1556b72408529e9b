"""The world's chance events: climate in its stationary law, years of growth, partners that come and go."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copark.model import rng
from copark.model.dimensions import ORIGINS
from copark.model.world import equations as world
from tests.equations.small_park import address, blank, lawful, parameters

HISTORY = np.arange(28.0).reshape(7, 4)


def test_climate_follows_its_recursion():
    """xi' = phi^dt xi + s sqrt(1 - phi^(2 dt)) z, begun with s z; phi^dt = 0.4096^(1/4) = 0.8, sqrt(1 - 0.64) = 0.6."""
    where, theta = address(seed=3, run=8), parameters("world", climate_persistence=0.4096, climate_spread=0.5)
    state = blank("world", "state", climate=[9.0, 9.0, 9.0])
    world.climate(0, state, theta, where)
    expected = [0.5 * rng.normal(*rng.key(where, rng.DEMAND, 0), o) for o in range(ORIGINS)]
    assert state.climate == pytest.approx(expected)
    for t in (1, 2):
        world.climate(t, state, theta, where)
        z = [rng.normal(*rng.key(where, rng.DEMAND, t), o) for o in range(ORIGINS)]
        expected = [0.8 * before + 0.5 * 0.6 * new for before, new in zip(expected, z, strict=True)]
        assert state.climate == pytest.approx(expected)


def drawn_year(year, where):
    state = blank("world", "state")
    world.growth_gap(state, blank("world", "dated", year=year), HISTORY, where)
    assert state.growth_source == pytest.approx([state.growth_host + 1, state.growth_host + 2, state.growth_host + 3])
    return int(state.growth_host) // 4


def test_all_quarters_of_a_year_have_the_same_growth_and_another_year_another():
    where = address(seed=5, run=2)
    assert drawn_year(3, where) == drawn_year(3, where)
    assert len({drawn_year(year, where) for year in range(30)}) == 7


def growth_in(t, where):
    """Growth of a quarter after the record, of a park that began with a year; years go by their first quarter."""
    state, sends = blank("world", "state"), blank("world", "sends")
    world.step(t, state, sends, blank("world", "dated", year=t - t % 4), HISTORY, parameters("world"), where)
    return float(sends.market_growth)


def test_growth_after_the_cut_is_drawn_with_later_random_numbers():
    """Cut at quarter 40, the first of year 10: quarters before it replay, those from it on are fresh (MODEL §0.7)."""
    runs = range(60)
    replayed = [address(run=run, cut=40, later_seed=99, later_run=run) for run in runs]
    plain = [address(run=run) for run in runs]
    fresh = [address(seed=99, run=run) for run in runs]
    assert [growth_in(39, a) for a in replayed] == [growth_in(39, a) for a in plain]
    assert [growth_in(40, a) for a in replayed] == [growth_in(40, a) for a in fresh]


def test_partners_come_and_go_at_their_hazards():
    """Hazards of 0.8 (1 - 1/2) = 0.4 and 0.8 a year: in a quarter 1 - exp(-0.1) come and 1 - exp(-0.2) go."""
    theta = parameters("world", partner_join=0.8, partner_leave=0.8, partner_leave_shock=0.0)
    heard, free = blank("world", "receives", network=np.log(2)), blank("world", "dated", partner_forced=[-1] * 5)
    came = went = 0.0
    for run in range(400):
        outside = blank("world", "state")
        inside = blank("world", "state", partner=[1] * 5)
        world.partners(run % 7, outside, heard, free, theta, address(run=run))
        world.partners(run % 7, inside, heard, free, theta, address(run=run))
        came += outside.partner.sum()
        went += 5 - inside.partner.sum()
    for share, chance in ((came / 2000, 1 - np.exp(-0.1)), (went / 2000, 1 - np.exp(-0.2))):
        assert abs(share - chance) < 4 * np.sqrt(chance * (1 - chance) / 2000)


reason = st.floats(-20, 20)


@lawful
@given(network=st.floats(0, 20), results=st.tuples(reason, reason), mobilised=st.floats(0, 1), shock=reason)
def test_better_results_bring_partners_sooner_and_keep_them_longer(network, results, mobilised, shock):
    theta = parameters("world")
    poor, good = sorted(results)
    join = [world.join_hazard(theta, network, result, mobilised) for result in (poor, good)]
    leave = [world.leave_hazard(theta, shock, result) for result in (good, poor)]
    assert 0 <= join[0] <= join[1] <= theta.partner_join
    assert theta.partner_leave <= leave[0] <= leave[1]
    assert world.join_hazard(theta, network, poor, 0.0) <= join[0]
    assert world.join_hazard(theta, 0.0, poor, mobilised) <= join[0]

"""From registered to building to operating: who starts, who lapses, who waits for land, who opens."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copark.model import rng
from copark.model.enterprises import stages
from copark.model.enterprises.records import FREE_TO_DECIDE, WIDTH
from tests.equations.small_park import address, blank, integers_wrap, lawful, no_firms, parameters, seen, stand

rate = st.floats(-1, 1)


@lawful
@given(expected=st.tuples(rate, rate), commitment=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_better_prospects_and_firmer_governments_start_more_and_lapse_less(expected, commitment):
    theta = parameters("enterprises")
    low, high = (
        stages.willingness(e, stages.hurdle_rate(m, theta), 0.04)
        for e, m in zip(sorted(expected), sorted(commitment), strict=True)
    )
    assert 0 <= low <= high <= 1
    assert stages.start_hazard(low, 1.9) <= stages.start_hazard(high, 1.9)
    assert 0.06 <= stages.lapse_hazard(high, 0.06) <= stages.lapse_hazard(low, 0.06) <= 0.12


@integers_wrap
def test_an_enterprise_weighs_starting_and_lapsing():
    """Host's enterprise, E[u] 0.03, common 0.05, terms 0.006, ties 0.02 x 0.2, tax 0.1: E r = 0.081; hurdle 0.005.

    Start at 2.0 x Q 0.9 x willing, lapse at 0.5 (2 - willing), willing = logistic(0.076/0.04).
    """
    theta = parameters(
        "enterprises", hurdle=-0.02, hurdle_spread=0.04, risk_premium=0.05, start_rate=2.0, lapse_rate=0.5,
        network_return=0.02,
    )  # fmt: skip
    ties = [0.5, 0.2, 0.5]
    heard = blank(
        "enterprises", "receives", commitment_least=0.5, profit_tax=0.1, service_starts=0.9, network_returns=ties
    )
    dated = blank("enterprises", "dated", term_cost=[0.5, 0.004, 0.5], term_market=[0.5, 0.002, 0.5])
    firms, where, count = no_firms(), address(run=4), 400
    for i in range(count):
        stand(firms.registered, firms.registered_id, i, 7000 + i, origin=1, expected=0.03)
    stages.weigh(6, firms, count, heard, dated, theta, 0.05, where)
    willing = 1 / (1 + math.exp(-0.076 / 0.04))
    starting, lapsing = 1 - math.exp(-1.8 * willing / 4), 1 - math.exp(-0.5 * (2 - willing) / 4)
    for name, process, chance in (("starts", rng.START, starting), ("lapses", rng.LAPSE, lapsing)):
        keys = rng.key(where, process, 6)
        expected = [float(rng.uniform(*keys, 7000 + i) < chance) for i in range(count)]
        assert seen(firms.registered, count, name) == expected
        assert abs(np.mean(expected) - chance) < 4 * math.sqrt(chance * (1 - chance) / count)


def register_of(*entries):
    """A register in which enterprise 100 + n has the properties of entry n, and the state that goes with it."""
    firms, state = no_firms(), blank("enterprises", "state", registered_now=len(entries))
    usual = {"origin": 0, "capital": 10, "build_quarters": 6, "start_quarter": FREE_TO_DECIDE, "permanent": 0.02}
    for n, entry in enumerate(usual | entry for entry in entries):
        stand(firms.registered, firms.registered_id, n, 100 + n, **entry)
        state.registered_by_origin[int(entry["origin"])] += 1
    return firms, state


def test_older_applicants_are_asked_first_when_land_is_short():
    """30 ha, of which 12 are taken: 10 fit, 9 more do not, 8 do."""
    firms, state = register_of(
        {"land": 10, "starts": 1}, {"land": 9, "starts": 1}, {"land": 8, "starts": 1}, {"land": 0, "starts": 1},
    )  # fmt: skip
    state.occupied_area = 12
    taken = stages.start_or_lapse(5, firms, state, blank("enterprises", "receives", usable_area=30, open=1))
    assert taken == 18
    assert state.occupied_area == 30
    assert list(firms.building_id[: int(state.building)]) == [100, 102, 103]
    assert seen(firms.building, 3, "remaining") == [6, 6, 6]
    assert list(firms.registered_id[: int(state.registered_now)]) == [101]
    assert (state.starts, state.lapses, state.gone) == (3, 0, 0)


def test_an_enterprise_starts_lapses_or_waits():
    firms, state = register_of(
        {"starts": 1, "lapses": 1}, {"lapses": 1, "origin": 2}, {}, {"starts": 1, "lapses": 1, "land": 5, "origin": 1}
    )
    taken = stages.start_or_lapse(5, firms, state, blank("enterprises", "receives", usable_area=0, open=1))
    assert taken == 0
    assert list(firms.building_id[: int(state.building)]) == [100]  # wants both: starts
    assert list(firms.registered_id[: int(state.registered_now)]) == [102]  # the fourth found no land, and lapsed
    assert (state.starts, state.lapses, state.gone) == (1, 2, 2)
    assert list(state.registered_by_origin) == [2, 0, 0]


@pytest.mark.parametrize(
    ("t", "usable", "open_", "building", "registered"),
    [(12, 100, 1, 0, 1), (13, 100, 1, 1, 0), (13, 24, 1, 0, 1), (16, 100, 1, 1, 0), (13, 100, 0, 0, 1)],
    ids=["before its date", "at its date", "at its date without land", "late", "the company has failed"],
)
def test_an_anchor_project_starts_at_its_date_once_there_is_land_and_never_lapses(
    t, usable, open_, building, registered
):
    firms, state = register_of({"start_quarter": 13, "land": 25, "lapses": 1})
    stages.start_or_lapse(t, firms, state, blank("enterprises", "receives", usable_area=usable, open=open_))
    assert (state.building, state.registered_now, state.lapses) == (building, registered, 0)


def building_site(**entry):
    firms, state = no_firms(), blank("enterprises", "state", building=1)
    stand(firms.building, firms.building_id, 0, 500, **entry)
    return firms, state


@pytest.mark.parametrize(
    ("quarters", "spent"),
    [(2.5, [4, 8, 10]), (1.0, [10]), (0.25, [10]), (4.0, [2.5, 5, 7.5, 10])],
    ids=["two and a half quarters", "one", "a quarter of one", "four"],
)
@integers_wrap
def test_an_enterprise_spends_its_capital_evenly_and_opens_when_the_time_is_up(quarters, spent):
    firms, state = building_site(origin=1, capital=10, remaining=quarters, build_quarters=quarters)
    for t, so_far in enumerate(spent):
        assert state.building == 1
        stages.build(t, firms, state, parameters("enterprises"), address())
        assert state.investment == pytest.approx(so_far)
    assert (state.building, state.operating, state.completions) == (0, 1, 1)
    assert list(state.operating_by_origin) == [0, 1, 0]


@integers_wrap
def test_the_last_takes_the_place_of_one_that_opens():
    firms, state = no_firms(), blank("enterprises", "state", building=3)
    for n, quarters in enumerate((1, 3, 2)):
        stand(firms.building, firms.building_id, n, 500 + n, capital=n, remaining=quarters, build_quarters=quarters)
    stages.build(0, firms, state, parameters("enterprises"), address())
    assert list(firms.building_id[:2]) == [502, 501]
    assert [seen(firms.building, 2, name) for name in ("remaining", "capital")] == [[1, 2], [2, 1]]


@integers_wrap
def test_a_plant_opens_with_what_it_is_and_no_past():
    firms, state = building_site(origin=2, capital=10, permanent=0.03, land=4)
    stand(firms.operating, firms.operating_id, 0, 1, age=9, latest=9, second=9, third=9, transitory=9)
    where = address(run=6)
    stages.open_plant(8, firms, state, 0, parameters("enterprises"), where)
    names = ("origin", "capital", "permanent", "land", "age", "latest", "second", "third", "mean_return")
    assert [seen(firms.operating, 1, name)[0] for name in names] == [2, 10, 0.03, 4, 0, 0, 0, 0, 0.03]
    assert firms.operating_id[0] == 500
    stand(firms.building, firms.building_id, 0, 501, origin=1, capital=20, permanent=0.05, land=6)
    stages.open_plant(8, firms, state, 0, parameters("enterprises"), where)
    assert [seen(firms.operating, 2, name)[1] for name in names] == [1, 20, 0.05, 6, 0, 0, 0, 0, 0.05]
    assert list(state.operating_by_origin) == [0, 1, 1]


@pytest.mark.parametrize("stage", ["building", "operating"])
@integers_wrap
def test_a_full_stage_stops_the_run(stage):
    if stage == "building":
        firms, state = register_of({"starts": 1})
        state.building = WIDTH
        stages.begin_building(firms, state, 0)
        assert state.building == WIDTH
    else:
        firms, state = building_site(capital=1, remaining=1, build_quarters=1)
        state.operating = WIDTH
        stages.open_plant(3, firms, state, 0, parameters("enterprises"), address())
        assert state.operating == WIDTH
    assert state.overflow == 1


def test_moving_copies_a_column_and_its_identity():
    firms = no_firms()
    stand(firms.building, firms.building_id, 3, 77, origin=2, capital=5, permanent=0.1, land=1)
    stages.move(4, firms.building, firms.building_id, 3, firms.operating, firms.operating_id, 0)
    assert firms.operating_id[0] == 77
    assert [seen(firms.operating, 1, name)[0] for name in ("origin", "capital", "permanent", "land")] == [2, 5, 0.1, 1]

"""How large a park is for itself: land taken up beside what its governments plan, or what is serviced where none do."""

import numpy as np
import pytest

from copark.cases import load_case
from copark.cases.quarters import Quarter
from copark.simulation.size import land_taken_up, planned_land

OCCUPIED = np.array([40.0, 50.0, 60.0])
SERVICED = np.array([80.0, 100.0, 120.0])


def test_land_is_told_beside_the_plan_where_there_is_one():
    found = land_taken_up(OCCUPIED, SERVICED, planned=200.0)
    assert (found.basis, found.median) == ("planned", 0.25)
    assert found.low == pytest.approx(0.205)
    assert found.high == pytest.approx(0.295)


def test_where_nobody_plans_land_is_told_beside_what_is_serviced():
    """What the company aims for then follows demand: a share of it would be near 60 % of any park."""
    found = land_taken_up(OCCUPIED, SERVICED, planned=None)
    assert (found.basis, found.low, found.median, found.high) == ("serviced", 0.5, 0.5, 0.5)


def test_runs_without_land_and_without_a_number_do_not_count():
    occupied = np.array([30.0, 0.0, np.nan])
    serviced = np.array([100.0, 0.0, np.nan])
    assert land_taken_up(occupied, serviced, planned=None).median == 0.3
    assert land_taken_up(occupied[1:], serviced[1:], planned=None) is None


def test_land_given_back_is_no_less_than_none():
    found = land_taken_up(np.array([-1e-15, 0.0]), np.array([100.0, 100.0]), planned=None)
    assert (found.low, found.high) == (0.0, 0.0)


def test_the_plan_is_that_on_record_and_in_force():
    thilawa = load_case("thilawa")
    assert planned_land(thilawa, Quarter(2013, 3)) is None
    assert planned_land(thilawa, Quarter(2016, 1)) == 405.0
    assert planned_land(thilawa, Quarter(2036, 4)) == pytest.approx(667.2)
    assert planned_land(load_case("sihanoukville"), Quarter(2036, 4)) is None

"""What a run reports is what the scales hold; a run that goes wrong says how, and where first."""

import numpy as np
import pytest

from copark.model import kernel, outputs, step
from copark.model.arrays import make_inputs, make_workspace
from tests.equations.small_park import blank, parameters
from tests.equations.worked_cases import dtype_of, record


def numbered(room):
    """A state with another number in every element of every field."""
    dtype, state, number = dtype_of(room, "state"), blank(room, "state"), 1
    for name in dtype.names:
        size = int(np.prod(dtype[name].shape))
        state[name] = np.reshape(number + np.arange(size), dtype[name].shape) if dtype[name].shape else number
        number += size
    return state


def reported(report, *given):
    row = record(outputs.OUTPUTS)
    for name in outputs.NAMES:
        row[name] = np.nan
    report(row, *given)
    return {name: float(row[name]) for name in outputs.NAMES if not np.isnan(row[name])}


def by_origin(state, field, name, order=("home", "host", "third")):
    return {f"{name}_{origin}": state[field][n] for n, origin in enumerate(order)}


def test_enterprises_are_reported():
    state = numbered("enterprises")
    row = reported(outputs.report_enterprises, state, 420.0)
    same = set(state.dtype.names) & set(row) - {"registered"}
    assert {name: row[name] for name in same} == {name: state[name] for name in same}
    assert len(same) == 16
    worked = state.operating + state.exits
    others = {
        "registered": state.registered_now + state.building + state.operating,
        "enterprise_investment": state.investment,
        "mean_return": state.return_sum / worked,
        "loss_share": state.losses / worked,
        "usable_area": 420.0,
        **by_origin(state, "registered_by_origin", "registered"),
        **by_origin(state, "operating_by_origin", "operating"),
    }
    assert {name: row[name] for name in row if name not in same} == others


def test_the_company_is_reported():
    state, row = numbered("company"), record(outputs.OUTPUTS, enterprise_investment=300.0)
    outputs.report_company(row, state)
    same = (set(state.dtype.names) & set(outputs.NAMES)) - {"dividends"}
    assert {name: row[name] for name in same} == {name: state[name] for name in same}
    assert len(same) == 22
    sides = by_origin(state, "control", "control", ("home", "host")) | by_origin(state, "network", "network")
    assert {name: row[name] for name in sides} == sides
    assert row.dividends == state.dividends.sum()
    assert row.realised_investment == 300 + state.infrastructure + state.other_investment


def test_the_governments_are_reported():
    state = numbered("governments")
    sides = ("home", "host")
    expected = {"surplus": state.surplus}
    for name in ("commitment", "benefit", "contribution"):
        expected |= by_origin(state, name, name, sides)
    assert reported(outputs.report_governments, state) == expected


def test_the_world_is_reported():
    state = blank("world", "state", growth_host=-0.02, partner=[1, 0, 1, 1, 0])
    assert reported(outputs.report_world, state, np.array([0.1, 0.2, -0.3])) == {
        "demand_home": 0.1, "demand_host": 0.2, "demand_third": -0.3, "growth_gap_host": -0.02, "partners": 3.0,
    }  # fmt: skip


def workspace():
    return make_workspace(make_inputs(4, 1, 0))


def test_a_quarter_is_reported_whole_and_in_the_order_of_the_names():
    work = workspace()
    work.rooms.enterprises.state[0].operating = 2
    work.rooms.enterprises.state[0].investment = 10
    work.rooms.enterprises.receives[0].usable_area = 140
    work.rooms.company.state[0].infrastructure = 5
    work.rooms.world.sends[0].demand = [0.1, 0.2, 0.3]
    work.rooms.governments.state[0].surplus = 7
    step.record(work)
    found = dict(zip(outputs.NAMES, work.values, strict=True))
    expected = {
        "operating": 2, "registered": 2, "enterprise_investment": 10, "realised_investment": 15, "usable_area": 140,
        "demand_home": 0.1, "demand_host": 0.2, "demand_third": 0.3, "surplus": 7,
    }  # fmt: skip
    assert {name: value for name, value in found.items() if value != 0} == expected


def test_a_park_begins_as_its_rooms_begin():
    work, inputs = workspace(), make_inputs(4, 1, 0)
    inputs.company[0].paid_in_at_start = 10
    inputs.company[0].share = [6000, 4000, 0]
    inputs.company[0].quota = 5001
    step.begin(inputs, work, parameters("governments", value_home=15, value_host=10))
    assert list(work.rooms.governments.state[0].benefit) == [15, 10]
    assert work.rooms.company.state[0].cash == 10
    assert list(work.rooms.company.state[0].control) == [1, 0, 0]
    assert work.rooms.company.sends[0].open == 1


def fault_of(overflow=0.0, **row):
    work = workspace()
    for name, value in row.items():
        work.row[0][name] = value
    work.rooms.enterprises.state[0].overflow = overflow
    with np.errstate(invalid="ignore"):
        return kernel.fault(work)


@pytest.mark.parametrize(
    ("row", "room"),
    [
        ({"cash": 1.1e7}, kernel.COMPANY),
        ({"cash": -1.1e7}, kernel.COMPANY),
        ({"serviced_area": -1.0}, kernel.COMPANY),
        ({"mean_return": 5.1}, kernel.ENTERPRISES),
        ({"mean_return": -5.1}, kernel.ENTERPRISES),
        ({"capital": 1.1e7}, kernel.ENTERPRISES),
    ],
)
def test_a_number_beyond_all_measure_is_found(row, room):
    assert fault_of(**row) == (kernel.OUT_OF_RANGE, room)


def test_a_sound_quarter_has_no_fault():
    assert fault_of(cash=-9e6, capital=9e6, mean_return=-4.9) == (kernel.OK, 0)


def test_too_many_enterprises_are_found():
    assert fault_of(overflow=1.0) == (kernel.TOO_MANY, kernel.ENTERPRISES)


def test_the_first_fault_is_that_of_the_room_that_acts_first():
    assert fault_of(cash=np.nan, demand_home=np.nan) == (kernel.NOT_FINITE, kernel.WORLD)
    assert fault_of(cash=1e9, profit=np.nan) == (kernel.NOT_FINITE, kernel.ENTERPRISES)


def test_demand_that_is_no_number_is_the_worlds_fault_also_where_it_floods_the_park():
    """A rate that is no number counts as too many; the number went wrong in the world."""
    assert fault_of(overflow=1.0, demand_home=np.nan) == (kernel.NOT_FINITE, kernel.WORLD)

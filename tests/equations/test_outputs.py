"""What a run reports is what the scales hold; a run that goes wrong says how, and where first."""

import numpy as np
import pytest

from copark.model import kernel, outputs, reports, step
from copark.model.arrays import make_inputs, make_workspace
from tests.equations.small_park import blank, numbered, parameters, record


def reported(report, *given):
    row = record(outputs.OUTPUTS)
    for name in outputs.NAMES:
        row[name] = np.nan
    report(row, *given)
    return {name: float(row[name]) for name in outputs.NAMES if not np.isnan(row[name])}


def by_origin(state, field, name, order=("home", "host", "third")):
    return {f"{name}_{origin}": state[field][n] for n, origin in enumerate(order)}


def test_enterprises_are_reported():
    state = numbered("enterprises", "state")
    row = reported(reports.report_enterprises, state, 420.0)
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
    state, row = numbered("company", "state"), record(outputs.OUTPUTS, enterprise_investment=300.0)
    reports.report_company(row, state)
    same = (set(state.dtype.names) & set(outputs.NAMES)) - {"dividends"}
    assert {name: row[name] for name in same} == {name: state[name] for name in same}
    assert len(same) == 23
    sides = by_origin(state, "control", "control", ("home", "host")) | by_origin(state, "network", "network")
    assert {name: row[name] for name in sides} == sides
    assert row.dividends == state.dividends.sum()
    assert row.realised_investment == 300 + state.infrastructure + state.other_investment


def test_the_governments_and_the_world_are_reported():
    state = numbered("governments", "state")
    expected = {
        "surplus": state.surplus,
        "alignment": state.alignment,
        "transfer_home": state.transfer[0],
        "closed": state.closed,
        "state_debt": state.state_debt,
        "state_debt_service": state.state_interest + state.state_principal,
        "public_income": state.public_income,
    }
    for name in ("commitment", "benefit", "contribution"):
        expected |= by_origin(state, name, name, ("home", "host"))
    assert reported(reports.report_governments, state) == expected
    state = blank("world", "state", growth_host=-0.02, partner=[1, 0, 1, 1, 0])
    assert reported(reports.report_world, state, np.array([0.1, 0.2, -0.3])) == {
        "demand_home": 0.1, "demand_host": 0.2, "demand_third": -0.3, "growth_gap_host": -0.02, "partners": 3.0,
    }  # fmt: skip


def test_a_quarter_is_reported_whole_and_in_the_order_of_the_names():
    work = make_workspace(make_inputs(4, 1, 0))
    work.submodels.enterprises.state[0].operating = 2
    work.submodels.enterprises.state[0].investment = 10
    work.submodels.enterprises.receives[0].usable_area = 140
    work.submodels.company.state[0].infrastructure = 5
    work.submodels.world.sends[0].demand = [0.1, 0.2, 0.3]
    work.submodels.governments.state[0].surplus = 7
    step.record(work)
    found = dict(zip(outputs.NAMES, work.values, strict=True))
    expected = {
        "operating": 2, "registered": 2, "enterprise_investment": 10, "realised_investment": 15, "usable_area": 140,
        "demand_home": 0.1, "demand_host": 0.2, "demand_third": 0.3, "surplus": 7,
    }  # fmt: skip
    assert {name: value for name, value in found.items() if value != 0} == expected


def test_a_park_begins_as_its_submodels_begin():
    work, inputs = make_workspace(make_inputs(4, 1, 0)), make_inputs(4, 1, 0)
    inputs.company[0].paid_in_at_start = 10
    inputs.company[0].share = [6000, 4000, 0]
    inputs.company[0].quota = 5001
    step.begin(inputs, work, parameters("governments", value_home=15, value_host=10))
    assert list(work.submodels.governments.state[0].benefit) == [15, 10]
    assert work.submodels.company.state[0].cash == 10
    assert list(work.submodels.company.state[0].control) == [1, 0, 0]
    assert work.submodels.company.sends[0].open == 1


def fault_of(overflow=0.0, **row):
    work = make_workspace(make_inputs(4, 1, 0))
    for name, value in row.items():
        work.row[0][name] = value
    work.submodels.enterprises.state[0].overflow = overflow
    with np.errstate(invalid="ignore"):
        return kernel.fault(work)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"cash": -9e6, "capital": 9e6, "mean_return": -4.9}, (kernel.OK, 0)),
        ({"cash": 1.1e7}, (kernel.OUT_OF_RANGE, kernel.COMPANY)),
        ({"cash": -1.1e7}, (kernel.OUT_OF_RANGE, kernel.COMPANY)),
        ({"serviced_area": -1.0}, (kernel.OUT_OF_RANGE, kernel.COMPANY)),
        ({"mean_return": 5.1}, (kernel.OUT_OF_RANGE, kernel.ENTERPRISES)),
        ({"mean_return": -5.1}, (kernel.OUT_OF_RANGE, kernel.ENTERPRISES)),
        ({"capital": 1.1e7}, (kernel.OUT_OF_RANGE, kernel.ENTERPRISES)),
        ({"overflow": 1.0}, (kernel.TOO_MANY, kernel.ENTERPRISES)),
        ({"cash": np.nan, "demand_home": np.nan}, (kernel.NOT_FINITE, kernel.WORLD)),
        ({"cash": 1e9, "profit": np.nan}, (kernel.NOT_FINITE, kernel.ENTERPRISES)),
        ({"overflow": 1.0, "demand_home": np.nan}, (kernel.NOT_FINITE, kernel.WORLD)),
    ],
)
def test_a_fault_is_that_of_the_submodel_that_acts_first(row, fault):
    """A rate that is no number counts as too many; the number went wrong in the world."""
    assert fault_of(**row) == fault

"""Worlds of a decision: one past up to it in all futures and options, futures of their own from then on."""

import numpy as np
import pytest

from copark.analyses.context import Context
from copark.analyses.evsi.stakes import Stake, StakeMeasures, read_costs, read_stakes
from copark.analyses.evsi.worlds import DrawsAtDecision, sources_before
from copark.decisions.experiment import scenarios_under, study_of
from copark.decisions.lever_file import load_levers
from copark.errors import CoparkError
from copark.simulation.experiment import Experiment
from copark.simulation.measures import OutputPaths

WORLDS = 12
FUTURES = 3
NOW = "2026Q4"


@pytest.fixture(scope="module", params=["calibrated", "borrowed", "prior"])
def paths(request):
    """Operating enterprises and cash of Lekki by option, world, future and quarter, and the quarter of the decision."""
    context = Context(None)
    case = context.case("lekki")
    file = load_levers(case, None, NOW)
    options = [option for option in file.options("now") if option.key in ("five-now", "tax-free-now", "home-50-now")]
    wanted = {"calibrated": None}.get(request.param, request.param)
    source = context.parameters("lekki", wanted).source
    study = study_of(file, "now", options, draws="posterior", runs=WORLDS * FUTURES, replicates=FUTURES, seed=3)
    first = file.now - case.clock.start
    draws = DrawsAtDecision(study.seen(case), source, first)
    experiment = Experiment(study, case, OutputPaths(("operating", "cash")), source=draws)
    scenarios = scenarios_under(options, None)
    experiment.extend(scenarios)
    values = np.stack([experiment.measured(scenario).values for scenario in scenarios])
    return values.reshape(len(scenarios), WORLDS, FUTURES, 2, -1), first, draws.groups(study)


def test_options_and_futures_share_the_past(paths):
    values, first, _ = paths
    past = values[..., :first]
    assert np.array_equal(past, np.broadcast_to(past[:1, :, :1], past.shape), equal_nan=True)


def test_futures_differ_from_the_decision_on(paths):
    values, first, _ = paths
    spread = np.nanmax(values[0, :, :, 0, first:], axis=1) - np.nanmin(values[0, :, :, 0, first:], axis=1)
    assert (spread.max(axis=1) > 0.0).mean() > 0.5


def test_worlds_differ_and_are_grouped(paths):
    values, first, groups = paths
    assert groups.shape == (WORLDS,)
    ends = values[0, :, 0, 0, first - 1]
    assert len(set(ends[np.isfinite(ends)].tolist())) > 1


def test_nothing_is_asked_that_lies_after_the_decision():
    sources = sources_before(("home_contribution",), 40)
    dated = [quarter for source in sources for quarter in source.quarters]
    assert max(dated) == 39
    assert min(dated) > 0
    assert [source.parameter for source in sources if not source.quarters] == ["home_contribution"]
    keys = [(source.family, source.quarters) for source in sources]
    assert len(set(keys)) == len(keys)


def test_stakes_are_read(subtests):
    written = ("self-standing=100", " failed = -50 ", "jobs=0.01", "public_income=1", "host=2", "arrivals=0.1")
    stakes = read_stakes(written)
    assert [stake.kind for stake in stakes] == ["outcome", "outcome", "stock", "flow", "view", "flow"]
    assert [stake.unit for stake in stakes] == ["1", "1", "persons", "M USD", "M USD", "companies"]
    assert stakes[1] == Stake("failed", -50.0)
    for wrong in (
        (),
        ("jobs",),
        ("jobs=",),
        ("jobs=0",),
        ("jobs=nan",),
        ("jobs=inf",),
        ("job=1",),
        ("jobs=1", "jobs=2"),
    ):
        with subtests.test(wrong=wrong), pytest.raises(CoparkError):
            read_stakes(wrong)
    for wrong in (("five=1",), ("five-now",), ("five-now=0",), ("five-now=-1",), ("five-now=x",)):
        with subtests.test(wrong=wrong), pytest.raises(CoparkError):
            read_costs(wrong, ["five-now"], "evsi.no_option_cost")
    assert read_costs(("five-now= 3",), ["five-now"], "evsi.no_option_cost") == {"five-now": 3.0}


class Runs:
    """Two runs of four quarters, without a model."""

    outcome = np.array([3, 0])
    status = np.array([0, 0])
    out = np.zeros((2, 1, 4))

    def __getitem__(self, name):
        flows = {"failed": [[0, 0, 0, 0], [0, 0, 1, 1]], "jobs": [[1, 2, 3, 40], [1, 2, 3, 4]]}
        flows |= {"public_income": [[9, 4, 4, 8], [9, 0, 0, 0]], "arrivals": [[5, 1, 2, 3], [5, 0, 1, 0]]}
        return np.array(flows[name], dtype=np.float64)

    def of_finished(self, table):
        return table


def test_what_is_at_stake_is_read_of_a_run():
    stakes = read_stakes(("self_standing=1", "jobs=1", "public_income=1", "arrivals=1"))
    read = StakeMeasures(1, 0.0, stakes).read(Runs())[:, :, 0]
    assert read.tolist() == [[1.0, 40.0, 4.0, 6.0, 1.0], [0.0, 4.0, 0.0, 1.0, 1.0]], (
        "years of a flow, quarters of counts"
    )
    discounted = StakeMeasures(1, 0.1, stakes).read(Runs())[0, 2, 0]
    weights = 0.25 * 1.1 ** (-0.25 * (np.arange(3) + 0.5))
    assert discounted == pytest.approx(weights @ [4.0, 4.0, 8.0])

"""What the tests of simulation share: two cases, and short ways to ask for a study."""

from pathlib import Path

import pytest

from copark.cases.load import load_case
from copark.simulation.run import inputs_of, simulate
from copark.simulation.study import Scenario, Study, Title

MINIATURE = Path(__file__).parents[1] / "cases" / "miniature"

NEUTRAL = {
    "alignment": 0.0, "session_effect": 0.0, "visit_weight": 0.0, "closure_rate": 0.0, "deadlock": 0.0,
    "group_interest": 0.0, "owner_weight": 0.0, "arbitrage_pull": 0.0, "mobilisation": 0.0, "price_pull": 0.0,
    "network_return": 0.0, "partner_mobilisation": 0.0,
}  # fmt: skip
"""Parameters at which the mechanisms of MODEL §7 do nothing, for tests of one mechanism by itself."""

FLOOD = {
    "enquiry_rate": 500.0, "pool_years": 500.0, "lapse_rate": 0.0, "start_rate": 0.0, "service_pull": 0.0,
}  # fmt: skip
"""Parameters within their ranges under which every run ends with too many enterprises: none starts, none goes."""


def scenario_of(key="as-it-is", edits=None, **changes):
    return Scenario(key=key, title=Title(en=key, zh=key), edits=edits or {}, **changes)


def study(*scenarios, runs=24, keep="all", **changes):
    """A study of Great Stone as it is, or of these scenarios."""
    title = Title(en="test", zh="test")
    scenarios = scenarios or (scenario_of(),)
    return Study(name="test", title=title, case="great-stone", runs=runs, scenarios=scenarios, keep=keep, **changes)


def outputs(dataset, scenario=0):
    """Outputs by quarter of a scenario, by its place."""
    return {name: dataset[name].values[scenario] for name in dataset.data_vars if dataset[name].dims[-1] == "quarter"}


def packed(case, **edits):
    """The inputs of a case as it is and as edited."""
    return inputs_of(case, scenario_of()), inputs_of(case, scenario_of("edited", edits))


def column(inputs, submodel, field):
    """A dated fact by quarter, as plain numbers."""
    return getattr(inputs, submodel)[field].tolist()


@pytest.fixture(scope="session")
def miniature():
    """The small case of the case tests: 40 quarters from 2012Q3, with something under every key."""
    return load_case(MINIATURE)


@pytest.fixture(scope="session")
def run_scenarios(great_stone):
    """Run scenarios of Great Stone beside the case as it is."""

    def run(*scenarios, **changes):
        return simulate(study(scenario_of(), *scenarios, **changes), great_stone, threads=1)

    return run

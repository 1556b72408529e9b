"""What the laws share: the case of Great Stone and short ways to run it."""

import numpy as np
import pytest

from copark.simulation.run import simulate
from copark.simulation.study import Scenario, Study, Title


def arm(key="as-it-is", **changes):
    return Scenario(key=key, title=Title(en=key, zh=key), **changes)


def study(*scenarios, runs=128, seed=1, draws="unsettled", keep="all"):
    return Study(
        name="law", title=Title(en="law", zh="law"), case="great-stone", runs=runs, seed=seed, draws=draws, keep=keep,
        scenarios=scenarios or (arm(),),
    )  # fmt: skip


def outputs_of(dataset, scenario=0):
    return {name: dataset[name].values[scenario] for name in dataset.data_vars if dataset[name].dims[-1] == "quarter"}


def same_bits(left, right):
    return all(np.array_equal(left[name], right[name], equal_nan=True) for name in left)


@pytest.fixture(scope="session")
def baseline(great_stone):
    return simulate(study(runs=512), great_stone, threads=1)

"""What the laws share: Great Stone as it is, in 512 runs."""

import numpy as np
import pytest

from copark.simulation.run import simulate
from tests.simulation.conftest import study


def same_bits(left, right):
    return all(np.array_equal(left[name], right[name], equal_nan=True) for name in left)


@pytest.fixture(scope="session")
def baseline(great_stone):
    return simulate(study(runs=512), great_stone, threads=1)

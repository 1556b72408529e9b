"""What the tests of inference share: Great Stone, its record to 2020, and a small prior batch."""

from __future__ import annotations

import pytest

from copark.cases.quarters import Quarter
from copark.inference.observations import ObservationModel, targets
from copark.inference.prior import Recipe, make_batch

CUT = Quarter(2020, 4)


@pytest.fixture(scope="session")
def record(great_stone):
    return ObservationModel(targets(great_stone, cut=CUT))


@pytest.fixture(scope="session")
def recipe(great_stone, record):
    return Recipe(great_stone, CUT, 1 << 13, 1, record)


@pytest.fixture(scope="session")
def batch(recipe):
    return make_batch(recipe)

"""The case the known answers are asked of."""

import pytest

from copark.cases.load import load_case


@pytest.fixture(scope="session")
def great_stone():
    return load_case("great-stone")

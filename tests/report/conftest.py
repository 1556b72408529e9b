"""The made-up park and its ensembles, made once."""

from __future__ import annotations

import pytest
import xarray as xr

from copark.cases.case import Case
from tests.report.sample import make_case, make_result


@pytest.fixture(scope="session")
def case() -> Case:
    """A made-up park."""
    return make_case()


@pytest.fixture(scope="session")
def result() -> xr.Dataset:
    """Two hundred runs, some of which did not finish."""
    return make_result(200, failed="some")

"""The park's weight in its host: like with like, and the reason where there is none."""

from typing import Any

import numpy as np
import pytest
import xarray as xr

from copark.cases.table_schemas import ContextValue, Observation
from copark.simulation.readouts.observed_vs_model import weigh


def host(variable: str, value: float, unit: str, date: str = "2023") -> ContextValue:
    row = {"date": date, "variable": variable, "value": value, "unit": unit}
    return ContextValue.model_validate({**row, "basis": "annual", "grade": "medium", "source": "page"})


def park(variable: str, value: float, unit: str, date: str = "2023", **more: Any) -> Observation:
    row: dict[str, Any] = {"date": date, "variable": variable, "value": value, "unit": unit, "basis": "annual"}
    row |= {"grade": "high", "source": "page", "bound": "exact", "use": True, "role": "context"}
    return Observation.model_validate(row | more)


def ensemble(jobs: list[float]) -> xr.Dataset:
    dims = ("scenario", "run", "quarter")
    return xr.Dataset(
        {"jobs": (dims, np.array(jobs).reshape(1, -1, 1), {"units": "persons"})},
        coords={"label": ("quarter", ["2023Q4"])},
    )


def test_jobs_are_a_share_of_the_hosts_by_hand() -> None:
    """1,000, 2,000 and 3,000 of 100,000; recorded 2,500."""
    jobs = host("host_manufacturing_employment", 100_000, "persons")
    (weight,) = weigh(ensemble([1000, 2000, 3000]), [jobs], [park("jobs", 2500, "persons", "2023-12")])
    assert weight.model == pytest.approx((0.011, 0.02, 0.029))
    assert weight.recorded is not None
    assert (weight.recorded[1], weight.reason) == (0.025, "")


def test_output_in_one_currency_and_year_is_compared_with_the_record_alone() -> None:
    output = host("host_industrial_production", 187_800, "BYN m")
    (weight,) = weigh(ensemble([1.0]), [output], [park("industrial_output", 939, "BYN m")])
    assert weight.model is None
    assert weight.recorded is not None
    assert weight.recorded[1] == pytest.approx(0.005)


OUTPUT = host("host_industrial_production", 1e5, "BYN m")
NOT_ALIKE = [
    (host("city_regional_product", 23_184, "BYN m", "2017-10"), [], "value_added"),
    (host("host_gdp_growth", 3.1, "%"), [], "growth"),
    (host("city_population", 2e6, "persons"), [], "no_counterpart"),
    (OUTPUT, [], "no_record"),
    (OUTPUT, [park("industrial_output", 9, "M USD")], "other_currency"),
    (OUTPUT, [park("industrial_output", 9, "BYN m", "2022")], "other_period"),
    (OUTPUT, [park("industrial_output", 9, "BYN m", "2023-06")], "other_period"),
    (OUTPUT, [park("industrial_output", 9, "BYN m", use=False, note="another value is used")], "no_record"),
]


def test_what_is_not_alike_is_not_compared() -> None:
    for context, observations, reason in NOT_ALIKE:
        (weight,) = weigh(ensemble([1.0]), [context], observations)
        assert (weight.model, weight.recorded, weight.reason) == (None, None, reason)

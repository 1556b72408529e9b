"""What was observed beside the model: kinds of bound, units, periods, and the table the command line shows."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from copark.analysis.observed import agrees, compare, comparisons, misses
from copark.cases.case import Case
from copark.report.tables import observed_table
from tests.report.sample import make_result, observation

BOUNDS = [
    ("exact", 10.0, None, True), ("exact", 9.0, None, False), ("exact", 20.0, None, True),
    ("about", 21.0, None, False), ("at-least", 20.0, None, True), ("at-least", 21.0, None, False),
    ("at-least", 1.0, None, True), ("at-most", 10.0, None, True), ("at-most", 9.0, None, False),
    ("at-most", 99.0, None, True), ("range", 5.0, 10.0, True), ("range", 5.0, 9.0, False),
    ("range", 12.0, 14.0, True), ("range", 20.0, 30.0, True), ("range", 21.0, 30.0, False),
]  # fmt: skip


def test_a_bound_is_missed_only_by_a_band_that_does_not_reach_it(subtests: pytest.Subtests) -> None:
    for bound, value, high, expected in BOUNDS:
        with subtests.test(bound=bound, value=value, high=high, expected=expected):
            assert agrees(bound, value, high, 10.0, 20.0) is expected


def known(values: list[float], name: str = "registered", quarters: int = 60) -> xr.Dataset:
    """An ensemble in which an output has one value a run in every quarter."""
    made = make_result(len(values), quarters)
    made[name][:] = np.array(values)[None, :, None]
    return made


def test_medians_bands_and_ranks_by_hand() -> None:
    """Values 0 … 100 in 101 runs: 5, 50, 95; 30 lie below 30 and one equals it."""
    row = compare(known([float(at) for at in range(101)]), observation("2020", "registered", 30, "companies"))
    assert row is not None
    assert (row.low, row.median, row.upper) == (5.0, 50.0, 95.0)
    assert row.below == pytest.approx(30.5 / 101)
    assert row.inside
    assert row.quarter == "2020Q4"


def test_a_miss_says_on_which_side_the_model_is() -> None:
    made = known([10.0, 11.0, 12.0])
    low = compare(made, observation("2020", "registered", 30, "companies"))
    high = compare(made, observation("2020", "registered", 3, "companies"))
    assert low is not None
    assert high is not None
    assert (low.side, high.side) == ("low", "high")
    assert misses([low, high]) == (low, high)


def test_units_are_converted_before_anything_is_compared() -> None:
    row = compare(known([850.0, 850.0], "serviced_area"), observation("2020", "serviced_area", 8.5, "km2"))
    assert row is not None
    assert row.value == pytest.approx(850.0)
    assert row.inside


def test_a_years_flow_is_compared_with_the_mean_of_its_quarters() -> None:
    made = known([0.0, 0.0], "profit")
    labels = [str(label) for label in made["label"].to_numpy()]
    for part, value in enumerate((10.0, 20.0, 30.0, 40.0), start=1):
        made["profit"][:, :, labels.index(f"2020Q{part}")] = value
    whole = compare(made, observation("2020", "profit", 25, "M USD/yr"))
    part_only = compare(made, observation("2020-03", "profit", 25, "M USD/yr"))
    assert whole is not None
    assert part_only is not None
    assert whole.median == 25.0
    assert part_only.median == 10.0


@pytest.mark.parametrize(
    "row",
    [
        observation("2020", "registered", 60, "companies", use=False, note="another page says so"),
        observation("2020", "registered", 60, "companies", grade="background", role="context"),
        observation("2020", "resident_countries", 12, "countries", role="context"),
        observation("1999", "registered", 60, "companies"),
        observation("2099", "registered", 60, "companies"),
    ],
    ids=["not used", "background", "no output", "too early", "too late"],
)
def test_what_cannot_be_compared_is_not(result: xr.Dataset, row: object) -> None:
    assert compare(result, row) is None  # type: ignore[arg-type]


def test_without_a_finished_run_nothing_is_inside_or_missed() -> None:
    row = compare(make_result(5, failed="all"), observation("2020", "registered", 60, "companies"))
    assert row is not None
    assert row.inside is None
    assert row.side == "unknown"
    assert misses([row]) == ()


def test_rows_come_in_order_of_variable_and_date(result: xr.Dataset, case: Case) -> None:
    rows = comparisons(result, reversed(case.observations))
    order = [str(name) for name in result.data_vars]
    keys = [(order.index(row.observation.variable), row.observation.date.first_day) for row in rows]
    assert keys == sorted(keys)
    assert len(rows) == 8


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_table_for_the_command_line(result: xr.Dataset, case: Case, lang: str) -> None:
    rows = observed_table(result, case, lang)
    assert len(rows) == len(comparisons(result, case.observations))
    assert {"variable", "title", "date", "observed_text", "median", "low", "high", "inside", "verdict"} <= set(rows[0])
    first = next(row for row in rows if row["variable"] == "realised_investment")
    assert first["observed"] == 526.0
    assert first["low"] <= first["median"] <= first["high"]
    spoken = {"en": "526 M USD", "zh": "526百万美元"}
    assert first["observed_text"] == spoken[lang]
    bound = next(row for row in rows if row["bound"] == "at-least")
    assert bound["observed_text"].startswith({"en": "at least", "zh": "不低于"}[lang])
    between = next(row for row in rows if row["bound"] == "range")
    assert between["observed_text"] == {"en": "17–20 companies", "zh": "17–20家"}[lang]

"""Above a hundred thousand runs the store keeps bands: exact where it says so, and close where it says how close."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from ensembles import ensemble, stream
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from copark.store import runs
from copark.store.runs import RunStore
from copark.store.streaming_summary import (
    EDGES,
    QUANTILES,
    STATISTICS,
    EndCounts,
    ShardBands,
    failed_in,
    joined,
    summary_of,
)


def one_output(values: NDArray[np.float64]) -> xr.Dataset:
    """Values of one output, one scenario and one quarter, as an ensemble."""
    return xr.Dataset(
        {"output": (("scenario", "run", "quarter"), values.reshape(1, -1, 1))},
        coords={"scenario": ["baseline"], "quarter": [0], "label": ("quarter", ["2012Q3"])},
    )


def running(values: NDArray[np.float64], chunk: int) -> dict[str, float]:
    bands = ShardBands(("output",), None)
    for start in range(0, values.size, chunk):
        bands.add(one_output(values[start : start + chunk]))
    assert bands.edges is not None
    statistics = joined(one_output(values[:1]), bands.edges, [bands.packed()])["output"].values[0, :, 0]
    return dict(zip(STATISTICS, map(float, statistics), strict=True))


def test_a_whole_ensemble_has_exact_quantiles() -> None:
    dataset = ensemble(60, failed=None)
    summary = summary_of(dataset)
    levels = list(QUANTILES.values())
    for name in ("registered", "cash"):
        expected = np.quantile(dataset[name].values, levels, axis=1)
        quantiles = summary[name].sel(statistic=list(QUANTILES)).values
        np.testing.assert_array_equal(quantiles, np.moveaxis(expected, 0, 1))
        np.testing.assert_allclose(summary[name].sel(statistic="mean"), dataset[name].mean("run"), rtol=1e-12)
        np.testing.assert_allclose(summary[name].sel(statistic="sd"), dataset[name].std("run", ddof=1), rtol=1e-12)
        np.testing.assert_array_equal(summary[name].sel(statistic="min"), dataset[name].min("run"))
        np.testing.assert_array_equal(summary[name].sel(statistic="max"), dataset[name].max("run"))
        assert summary[name].attrs == dataset[name].attrs


def test_runs_that_did_not_finish_are_left_out() -> None:
    with_failed, without = ensemble(20, failed=3), ensemble(20, failed=3).isel(run=[n for n in range(20) if n != 3])
    with_failed_runs, without_them = summary_of(with_failed)["cash"].values[1], summary_of(without)["cash"].values[1]
    np.testing.assert_allclose(with_failed_runs, without_them, rtol=1e-12)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40), st.integers(1, 40))
def test_moments_and_ends_do_not_depend_on_the_chunks(values: list[float], chunk: int) -> None:
    statistics = running(np.array(values), chunk)
    assert statistics["mean"] == pytest.approx(np.mean(values), rel=1e-9, abs=1e-6)
    assert statistics["sd"] == pytest.approx(np.std(values, ddof=1), rel=1e-6, abs=1e-6)
    assert (statistics["min"], statistics["max"]) == (min(values), max(values))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=EDGES))
def test_a_first_chunk_of_up_to_256_runs_has_exact_quantiles(values: list[float]) -> None:
    statistics = running(np.array(values), len(values))
    for name, level in QUANTILES.items():
        assert statistics[name] == pytest.approx(np.quantile(values, level), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, size: rng.normal(size=size),
        lambda rng, size: rng.lognormal(sigma=2, size=size),
        lambda rng, size: rng.standard_cauchy(size=size),
        lambda rng, size: np.where(rng.random(size) < 0.6, 0.0, rng.normal(100, 1, size)),
    ],
    ids=["normal", "skewed", "heavy-tailed", "two-humped"],
)
def test_running_quantiles_have_nearly_the_rank_asked_for(draw: object) -> None:
    assert callable(draw)
    values: NDArray[np.float64] = draw(np.random.default_rng(5), 50_000)
    statistics = running(values, 1000)
    for name, level in QUANTILES.items():
        low, high = np.mean(values < statistics[name]), np.mean(values <= statistics[name])
        assert low - 0.002 <= level <= high + 0.002


def test_a_tally_counts_what_each_scenario_came_to() -> None:
    tally = EndCounts()
    for chunk in stream(20, 6):
        tally.add(chunk)
    assert failed_in(tally.status) == 1
    whole = ensemble(20)
    assert tally.outcome["baseline"]["3"] == int((whole["outcome"].values[0] == 3).sum())


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "SUMMARY_ABOVE", 100)
    monkeypatch.setattr(runs, "SUMMARY_PATHS", 25)


@pytest.mark.usefixtures("small_limits")
def test_many_runs_keep_bands_the_first_paths_and_how_each_run_ended(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    record = store.save_stream(stream(130, 20), 130)
    assert (record.form, record.runs, record.kept) == ("summarised", 130, 25)
    xr.testing.assert_identical(store.load(record.identity).load(), ensemble(25))
    every = store.load_every_run(record.identity).load()
    np.testing.assert_array_equal(every["outcome"], ensemble(130)["outcome"])
    np.testing.assert_array_equal(every["draws"], ensemble(130)["draws"])
    bands = store.load_summary(record.identity)
    assert bands is not None
    np.testing.assert_array_equal(bands["cash"].sel(statistic="max"), ensemble(130)["cash"].max("run"))
    assert sum(record.status["baseline"].values()) == 130

"""What can be done with copark from end to end, on the real case with few runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from numcodecs import Blosc
from numpy.typing import NDArray
from resealing import change_json, change_metadata, change_provenance, reseal, with_checksum

from copark import workflows
from copark.cases import load_case
from copark.errors import FaultsFound
from copark.store import runs
from copark.store.headlines import counts_in
from copark.store.run_record import RunRecord
from copark.store.runs import RunStore
from copark.store.streaming_summary import STATISTICS
from copark.workflows.runs import check_books

RUNS = 12


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def first(out: Path) -> workflows.RunOutcome:
    return workflows.run_study("great-stone", runs=RUNS, out=out, report=False)


@pytest.fixture
def copied(out: Path, first: workflows.RunOutcome, tmp_path: Path) -> Path:
    """An output folder of its own with the same run, to be spoilt."""
    shutil.copytree(out / "runs" / first.identity, tmp_path / "runs" / first.identity)
    return tmp_path


def test_a_run_is_stored_under_its_identity_with_all_that_made_it(out: Path, first: workflows.RunOutcome) -> None:
    assert first.path == out / "runs" / first.identity
    assert (first.runs, first.kept, first.seed, first.reused) == (RUNS, RUNS, 1, False)
    record = RunStore(out / "runs").get(first.identity)
    assert record.provenance["study"]["case"] == "great-stone"
    assert record.provenance["case_hash"] == load_case("great-stone").hash
    assert {"model_version", "world_hash", "cpu_features", "numba"} <= set(record.provenance)


def test_a_run_that_is_stored_is_made_again_only_when_asked_and_gives_the_same(
    out: Path, first: workflows.RunOutcome
) -> None:
    before, stages = (first.path / "metadata.json").stat().st_ino, list[str]()
    for fresh in (False, True):
        again = workflows.run_study(
            "great-stone", runs=RUNS, out=out, report=False, overwrite=fresh, threads=1,
            progress=lambda stage, *_: stages.append(stage),
        )  # fmt: skip
        assert again.reused is not fresh
        assert ("simulate" in stages) is fresh
        assert (again.identity, again.answer.outcomes) == (first.identity, first.answer.outcomes)
        assert again.answer.to_frame().equals(first.answer.to_frame())
        assert ((first.path / "metadata.json").stat().st_ino != before) is fresh


def test_the_table_holds_the_latest_observation_of_each_variable(first: workflows.RunOutcome) -> None:
    case, answer = load_case("great-stone"), first.answer
    latest = case.observed("jobs")[-1]
    row = next(row for row in answer.latest if row.value == latest.value)
    assert row.quarter == str(latest.date.quarter("stock"))
    assert row.low <= row.median <= row.upper
    assert len({row.observation.variable for row in answer.latest}) == len(answer.latest)
    assert 0 <= answer.outside <= len(answer.compared)
    assert len(answer.compared) > len(answer.latest)


def test_python_gives_the_numbers_that_are_stored(out: Path, first: workflows.RunOutcome) -> None:
    import copark as cp

    result = cp.simulate(cp.load_case("great-stone"), runs=RUNS, seed=1)
    stored = RunStore(out / "runs").load(first.identity).load()
    xr.testing.assert_equal(result, stored)
    assert result.attrs["identity"] == first.identity
    assert workflows.simulate("great-stone", runs=2, keep="summary", threads=1).sizes["run"] == 2


def test_a_report_is_written_beside_the_runs(out: Path, first: workflows.RunOutcome) -> None:
    outcome = workflows.run_study("great-stone", runs=RUNS, out=out)
    assert outcome.report is not None
    assert outcome.report.parent == out / "reports" / f"baseline-{first.identity}"
    assert "<html" in outcome.report.read_text(encoding="utf-8")


def test_above_the_limit_bands_are_kept_and_the_same_run_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "SUMMARY_ABOVE", 10)
    monkeypatch.setattr(runs, "SUMMARY_PATHS", 5)
    outcome = workflows.run_study("great-stone", runs=RUNS, out=tmp_path, report=False)
    assert (outcome.runs, outcome.kept) == (RUNS, 5)
    assert workflows.run_study("great-stone", runs=RUNS, out=tmp_path, report=False).reused
    verdict = workflows.verify(outcome.identity, out=tmp_path)
    assert (verdict.kind, verdict.runs) == ("identical", RUNS)
    store = RunStore(tmp_path / "runs")
    bands = store.load_summary(outcome.identity)
    assert bands is not None
    assert sum(store.get(outcome.identity).outcome["as-it-is"].values()) == RUNS
    assert "jobs" in bands


def test_verify_says_identical_on_any_number_of_threads(out: Path, first: workflows.RunOutcome) -> None:
    for threads in (1, 2):
        verdict = workflows.verify(first.identity, out=out, threads=threads)
        assert (verdict.kind, verdict.runs, verdict.first, verdict.changes) == ("identical", RUNS, None, ())
        assert verdict.passed


def verified(out: Path, identity: str, change: Callable[[xr.Dataset], xr.Dataset]) -> workflows.ReplayVerdict:
    """What is said of a run that was stored with something changed, as another machine would have."""
    store = RunStore(out / "runs")
    store.save(change(store.load(identity).load()), replace=True)
    return workflows.verify(identity, out=out)


def test_verify_names_rounding_and_the_version_it_may_come_from(copied: Path, first: workflows.RunOutcome) -> None:
    def elsewhere(dataset: xr.Dataset) -> xr.Dataset:
        provenance = json.loads(dataset.attrs["provenance"]) | {"cpu_features": "another processor"}
        dataset.attrs["provenance"] = json.dumps(provenance)
        return dataset.assign(jobs=dataset["jobs"] * (1 + 1e-14))

    verdict = verified(copied, first.identity, elsewhere)
    assert (verdict.kind, verdict.passed, verdict.first) == ("equal", True, None)
    assert 0 < verdict.largest < 1e-12
    ((name, stored, now),) = verdict.changes
    assert (name, stored) == ("cpu_features", "another processor") != (name, now)


def test_verify_names_the_first_number_that_differs(copied: Path, first: workflows.RunOutcome) -> None:
    def wrong(dataset: xr.Dataset) -> xr.Dataset:
        jobs = dataset["jobs"].copy(deep=True)
        for run, quarter in ((7, 30), (2, 40)):
            jobs.values[0, run, quarter] += 1.0
        return dataset.assign(jobs=jobs)

    verdict = verified(copied, first.identity, wrong)
    assert (verdict.kind, verdict.passed) == ("different", False)
    difference = verdict.first
    assert difference is not None
    assert (difference.variable, difference.scenario, difference.run, difference.quarter) == (
        "jobs",
        "as-it-is",
        7,
        "2020Q1",
    )
    assert difference.stored - difference.replayed == pytest.approx(1.0)


def with_bands(out: Path, monkeypatch: pytest.MonkeyPatch) -> RunRecord:
    """A run of which bands and the first paths are kept."""
    monkeypatch.setattr(runs, "SUMMARY_ABOVE", 10)
    monkeypatch.setattr(runs, "SUMMARY_PATHS", 5)
    outcome = workflows.run_study("great-stone", runs=RUNS, out=out, report=False)
    return RunStore.of(out).get(outcome.identity)


def rewritten(path: Path, change: Callable[[NDArray[Any]], None]) -> None:
    """Change the numbers of a chunk, and give it the checksum they have now."""
    described = json.loads((path.parents[path.parts[::-1].index("c")] / "zarr.json").read_text(encoding="utf-8"))
    numbers = np.frombuffer(Blosc().decode(path.read_bytes()[:-4]), described["data_type"]).copy()
    change(numbers)
    packing = Blosc(cname="lz4", clevel=5, shuffle=Blosc.SHUFFLE)
    path.write_bytes(with_checksum(bytes(packing.encode(numbers))))


def test_verify_compares_the_bands_and_the_runs_whose_paths_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = with_bands(tmp_path, monkeypatch)

    def raised(numbers: NDArray[Any]) -> None:
        numbers[STATISTICS.index("p50") * 98 + 97] += 5.0  # the median of the last quarter

    rewritten(record.path / "summary.zarr" / "operating" / "c" / "0" / "0" / "0", raised)
    reseal(record.path)
    assert check_books(tmp_path) == [], "no array says otherwise"
    verdict = workflows.verify(record.identity, out=tmp_path)
    assert (verdict.kind, verdict.runs) == ("different", RUNS)
    assert verdict.first is not None
    assert (verdict.first.variable, verdict.first.statistic) == ("operating", "p50")


def test_verify_does_not_believe_an_outcome_that_arrays_and_metadata_agree_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the last run, whose path is not kept."""
    record = with_bands(tmp_path, monkeypatch)

    def failed(numbers: NDArray[Any]) -> None:
        numbers[RUNS - 1] = (numbers[RUNS - 1] + 1) % 4

    rewritten(record.path / "every_run.zarr" / "outcome" / "c" / "0" / "0", failed)
    reseal(record.path)
    assert [fault.code for fault in check_books(tmp_path)] == ["store.headline"]
    counts = counts_in(record, "every_run.zarr").outcome
    change_metadata(record.path, outcome=counts)
    assert check_books(tmp_path) == []
    verdict = workflows.verify(record.identity, out=tmp_path)
    assert (verdict.kind, verdict.passed) == ("different", False)
    assert verdict.first is not None
    assert (verdict.first.variable, verdict.first.run) == ("outcome", RUNS - 1)


def test_verify_compares_what_a_run_says_of_itself(copied: Path, first: workflows.RunOutcome) -> None:
    folder = copied / "runs" / first.identity
    trust = RunStore.of(copied).get(first.identity).provenance["trust"]
    change_provenance(folder, trust=trust | {"values": 999})
    change_json(folder / "arrays.zarr/jobs/zarr.json", lambda array: array["attributes"].update(units="companies"))
    reseal(folder)
    assert check_books(copied) == []
    verdict = workflows.verify(first.identity, out=copied)
    assert (verdict.kind, verdict.first, verdict.changes) == ("different", None, ())
    assert {name for name, _, _ in verdict.descriptions} == {"jobs.units", "provenance.trust"}


def test_verify_vouches_for_nothing_that_it_has_not_compared(
    copied: Path, first: workflows.RunOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = RunStore.of(copied).load(first.identity).isel(run=slice(0, 5)).load()
    monkeypatch.setattr("copark.simulation.run.stream", lambda *_, **__: iter([some]))
    verdict = workflows.verify(first.identity, out=copied)
    assert (verdict.kind, verdict.descriptions) == ("different", (("runs", str(RUNS), "5"),))
    monkeypatch.setattr("copark.simulation.run.stream", lambda *_, **__: iter(()))
    with pytest.raises(FaultsFound, match="No run could be compared"):
        workflows.verify(first.identity, out=copied)
    change_metadata(copied / "runs" / first.identity, kept=0)
    with pytest.raises(FaultsFound, match="kept as 0"):
        workflows.verify(first.identity, out=copied)


def test_verify_sees_damage_before_it_replays(copied: Path, first: workflows.RunOutcome) -> None:
    path = copied / "runs" / first.identity / "arrays.zarr" / "jobs" / "c" / "0" / "0" / "0"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(FaultsFound, match=r"jobs/c/.*damaged"):
        workflows.verify(first.identity, out=copied)
    with pytest.raises(FaultsFound, match="--overwrite"):
        workflows.run_study("great-stone", runs=RUNS, out=copied, report=False)
    assert not workflows.run_study("great-stone", runs=RUNS, out=copied, report=False, overwrite=True).reused


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everything_that_is_listed_can_be_shown(out: Path, first: workflows.RunOutcome, lang: str) -> None:
    catalogue = workflows.catalogue(lang)
    for name in [*dict(catalogue["cases"]), *dict(catalogue["studies"]), first.identity]:
        title, entries = workflows.show(name, out, lang)
        assert title
        assert len(entries) > 4
    assert dict(workflows.show(first.identity, out, lang)[1])["identity"] == first.identity

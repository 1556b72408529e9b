"""Running a study: load, check, run, store, analyse, report."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.store.runs import SUMMARY_ABOVE
from copark.workflows.answers import OUT, Progress, Row, RunOutcome, Shares
from copark.workflows.places import reports_in, stage, store_in

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases import Case
    from copark.experiments.study import Study
    from copark.store import RunRecord, RunStore


def run_study(
    name_or_path: str | Path | Study,
    *,
    runs: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    fresh: bool = False,
    report: bool = True,
    progress: Progress | None = None,
) -> RunOutcome:
    """Run a study, or find its run; store it; write its report.

    Parameters
    ----------
    name_or_path
        A study, or its name or path; a case means its baseline study.
    runs, seed
        In the place of the study's own.
    threads
        Threads; they do not change the numbers.
    lang
        ``en`` or ``zh``.
    out
        Folder of ``runs/`` and ``reports/``.
    fresh
        Run even if the same run is stored, and put it in that one's place.
    report
        Write the report.
    progress
        Told how far the work is.

    Raises
    ------
    copark.errors.CoparkError
        If study, case or stored run are missing or have faults, or the disk has no room.
    """
    from copark.cases import load_case
    from copark.experiments.results import study_identity
    from copark.experiments.study import Study, load_study
    from copark.report.write import write_report

    asked = name_or_path if isinstance(name_or_path, Study) else load_study(name_or_path)
    study = asked.with_changes(runs=runs, seed=seed)
    case, store = load_case(study.case), store_in(out)
    bands = study.keep is None and study.runs > SUMMARY_ABOVE
    if bands:
        study = study.with_changes(keep="standard")
    began = time.monotonic()
    found = None if fresh else _find(store, study_identity(study, case), bands=bands)
    record = found or _make(store, study, case, threads, bands=bands, progress=progress)
    seconds = time.monotonic() - began
    result = store.load(record.identity)
    page = None
    if report:
        stage(progress, "report")(0, 0)
        folder = reports_in(out) / f"{study.name}-{record.identity}"
        page = write_report(result, case, lang, folder, stage(progress, "report"))
    return _outcome(record, result, study, case, lang, reused=found is not None, seconds=seconds, page=page)


def _find(store: RunStore, identity: str, *, bands: bool) -> RunRecord | None:
    """The stored run, if it holds what is asked for: bands do not stand in for paths."""
    found = store.find(identity)
    return found if found is None or bands or found.kept == found.runs else None


def _make(
    store: RunStore, study: Study, case: Case, threads: int | None, *, bands: bool, progress: Progress | None
) -> RunRecord:
    """Run a study into the store, in the place of an older run of its identity."""
    stage(progress, "prepare")(0, 0)
    from copark.experiments.run import default_threads, stream

    chunks = stream(study, case, threads=threads, progress=stage(progress, "simulate"))
    workers = threads or default_threads()
    return store.save_stream(chunks, study.runs, replace=True, summarise=bands, threads=workers)


def _outcome(
    record: RunRecord,
    result: xr.Dataset,
    study: Study,
    case: Case,
    lang: str,
    *,
    reused: bool,
    seconds: float,
    page: Path | None,
) -> RunOutcome:
    from copark.report.tables import observed_table

    compared = observed_table(result, case, lang)
    latest = {row["variable"]: row for row in compared}
    return RunOutcome(
        identity=record.identity,
        path=record.path,
        study=getattr(study.title, lang),
        case=getattr(case.title, lang),
        runs=record.runs,
        kept=record.kept,
        failed=record.failed,
        seed=study.seed,
        reused=reused,
        seconds=seconds,
        table=tuple(_row(row, lang) for row in latest.values()),
        compared=len(compared),
        missed=sum(row["inside"] is False for row in compared),
        outcomes=tuple(
            _shares(getattr(scenario.title, lang), record.outcome.get(scenario.key, {})) for scenario in study.scenarios
        ),
        report=page,
    )


def _shares(scenario: str, counts: dict[str, int]) -> Shares:
    """Shares of outcomes among the runs that finished; not a number where none did."""
    from copark.store.tables import OUTCOMES

    finished = sum(number for code, number in counts.items() if int(code) >= 0)
    found = (counts.get(str(code), 0) / finished if finished else float("nan") for code in range(len(OUTCOMES)))
    return Shares(scenario, tuple(zip(OUTCOMES, found, strict=True)))


def _row(row: dict[str, Any], lang: str) -> Row:
    from copark import units

    side = {None: "unknown", True: "inside"}.get(row["inside"])
    return Row(
        title=row["title"],
        unit=units.title(row["unit"], lang) if units.known(row["unit"]) else row["unit"],
        quarter=row["quarter"],
        bound={"about": "≈ ", "at-least": "≥ ", "at-most": "≤ "}.get(row["bound"], ""),
        observed=row["observed"],
        high=row["observed_high"],
        low=row["low"],
        median=row["median"],
        upper=row["high"],
        side=side or ("low" if row["high"] < row["observed"] else "high"),
    )


def simulate(case: Case | str | Path, runs: int = 1000, seed: int = 1, **changes: Any) -> xr.Dataset:
    """Run an ensemble and give it back, without storing it.

    Parameters
    ----------
    case
        A case, or its name or path.
    runs, seed
        How many runs for each scenario, on which luck.
    **changes
        Further fields of the baseline study: ``draws``, ``scenarios``, ``keep``, ``quarters``; and ``threads``.

    Returns
    -------
    xarray.Dataset
        Outputs of dimensions (scenario, run, quarter), with units and provenance.
    """
    from copark.cases import Case, load_case
    from copark.experiments import run
    from copark.experiments.study import baseline

    threads = changes.pop("threads", None)
    found = case if isinstance(case, Case) else load_case(case)
    study = baseline(found.name).with_changes(runs=runs, seed=seed, **changes)
    return run.simulate(study, found, threads=threads)

"""Running a study: load, check, run, store, analyse, write its report."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.analyses.progress import stage
from copark.analyses.stored_runs import ExecutionOptions, find_or_run
from copark.progress import StagedProgress
from copark.store.runs import OUT, RunStore
from copark.texts import text

if TYPE_CHECKING:
    import xarray as xr

    from copark.analyses.run import Answer
    from copark.cases import Case
    from copark.simulation.study import Study
    from copark.store.run_record import RunRecord

HELD = 1 << 28
"""Bytes of stored paths up to which a report reads them all, once."""


@dataclass(frozen=True)
class RunOutcome:
    """Result of :func:`run_study`, made or found."""

    identity: str
    """Name of the stored run."""
    path: Path
    """Folder of the stored run."""
    study: str
    """Title of the study."""
    runs: int
    """Runs for each scenario."""
    kept: int
    """Runs whose paths are kept."""
    failed: int
    """Runs over all scenarios that did not finish."""
    seed: int
    """Seed of the random numbers."""
    reused: bool
    """The run was stored already."""
    seconds: float
    """Time it took to make and store it."""
    answer: Answer
    """What it says: ``answer.document(lang)`` in words, ``answer.to_frame()`` the observations beside the model."""
    files: Mapping[str, Path]
    """The report's files by format, if it was written."""
    notes: tuple[str, ...] = ()
    """What else is to be said, in sentences."""

    @property
    def report(self) -> Path | None:
        """Page of the report, if one was written."""
        return self.files.get("html")

    @property
    def dataset(self) -> xr.Dataset:
        """The stored runs as a labelled Dataset, read from disk as they are needed."""
        return RunStore(self.path.parent).load(self.identity)

    def __repr__(self) -> str:
        """Return one line: what was run, how often, and where it is."""
        return f"<Run {self.identity}: {self.study}, {self.runs:,} runs, seed {self.seed}, {self.path}>"

    def _repr_html_(self) -> str:
        return self.answer._repr_html_()

    def save(self, path: str | Path, *, lang: str | None = None, form: str = "") -> Path:
        """Write its report to a file, in the form its ending names; see :meth:`copark.analyses.contract.Result.save`.

        Parameters
        ----------
        path
            The file.
        lang
            Language of its words, by default that of the session.
        form
            Form in the place of the one its ending names.
        """
        return self.answer.save(path, lang=lang, form=form)

    def export(
        self, path: str | Path, form: str | None = None, *, overwrite: bool = False, lang: str | None = None
    ) -> Path:
        """Write its runs for other programs, and give the path: every scenario, run and quarter.

        Parameters
        ----------
        path
            The file. Of ``csv``, ``parquet`` and ``dta`` a name that does not end so is a folder of all tables: paths,
            quantiles, outcomes and draws of parameters.
        form
            ``netcdf``, ``csv``, ``parquet``, ``dta`` (Stata) or ``xlsx``; by default what the name ends in.
        overwrite
            Replace an earlier export.
        lang
            Language of headings and labels, by default that of the session.

        Raises
        ------
        copark.errors.CoparkError
            If the form is not known, something is in the way, or a package that writes it is missing.
        """
        from copark.options import options
        from copark.workflows.case_commands import export

        chosen = options().lang if lang is None else lang
        return export(self.identity, form, Path(path), out=self.path.parents[1], overwrite=overwrite, lang=chosen)


def run_study(
    name_or_path: str | Path | Study,
    *,
    runs: int | None = None,
    seed: int | None = None,
    draws: str | None = None,
    parameters: str | None = None,
    cut: str | None = None,
    threads: int | None = None,
    execution: ExecutionOptions | None = None,
    now: str | None = None,
    lang: str = "en",
    out: Path = OUT,
    overwrite: bool = False,
    report: bool = True,
    formats: Sequence[str] = ("html",),
    announce: Callable[[Sequence[str]], None] | None = None,
    progress: StagedProgress | None = None,
) -> RunOutcome:
    """Run a study, or find its run; store it; write its report.

    Parameters
    ----------
    name_or_path
        A study, or its name or path; a case means its baseline study.
    runs, seed, draws, parameters, cut, now
        In the place of the study's own, of the best parameters (``own``, ``shipped`` …), of their cut (``2020Q4``), and
        of the present quarter, from which the park is looked at.
    threads, execution, lang, out
        Threads here, or other ways to make the runs; ``en`` or ``zh``; folder of ``runs/`` and ``reports/``.
    overwrite, report, formats
        Run even if it is stored, in its place; write the report, in some of :data:`copark.presentation.FORMATS`.
    announce, progress
        Told beforehand how many runs are made where they are many; told how far it is.

    Raises
    ------
    copark.errors.CoparkError
        If study, case or stored run are missing or have faults, the disk has no room, or not one run of a scenario
        finished.
    """
    from copark.analyses.run import answer_of
    from copark.calibration.case_parameters import settle
    from copark.calibration.informed_parameters import moved_by_data
    from copark.cases import load_case
    from copark.cases.quarters import asked_quarter
    from copark.presentation import write
    from copark.simulation.study import Study, load_study
    from copark.simulation.unfinished import require_finished

    named = name_or_path if isinstance(name_or_path, Study) else load_study(name_or_path)
    out = Path(out)
    case = load_case(named.case)
    began = time.monotonic()
    execution = execution or ExecutionOptions(threads)
    changed = named.with_changes(runs=runs, seed=seed, draws=draws, now=asked_quarter(now, "--now"))
    study, settled = settle(changed, case, out, parameters, cut)
    before_run = None if announce is None else partial(_announce, announce, lang)
    stored_run = find_or_run(
        study,
        case,
        settled,
        execution=execution,
        out=out,
        lang=lang,
        overwrite=overwrite,
        before_run=before_run,
        progress=progress,
    )
    record = stored_run.record
    seconds = time.monotonic() - began
    files = dict[str, Path]()
    runs_made = RunStore.of(out).load(record.identity)
    require_finished(runs_made)
    if runs_made.nbytes <= HELD:
        runs_made.load()  # the report reads most outputs, some of them ten times
    find_moved = None if settled.source is None else partial(moved_by_data, case, settled)
    answer = answer_of(runs_made, case, counts_of(record), find_moved)
    if report:
        stage(progress, "report")(0, 0)
        files = write(answer.document(lang), out / "reports" / f"{stored_run.study.name}-{answer.run_id}", formats)
    return RunOutcome(
        **{name: getattr(record, name) for name in ("identity", "path", "runs", "kept", "failed")},
        answer=answer,
        study=stored_run.study.title.text(lang),
        seed=stored_run.study.seed,
        reused=stored_run.reused,
        seconds=seconds,
        files=files,
        notes=(*settled.said(lang), *stored_run.notes),
    )


def _announce(announce: Callable[[Sequence[str]], None], lang: str, study: Study, messages: Sequence[str]) -> None:
    """Write beforehand what was moved aside, and how many runs are made where they are many."""
    from copark.workflows.run_plan import worth_telling

    announce((*messages, *worth_telling(study, lang=lang)))


def counts_of(record: RunRecord) -> tuple[dict[str, int], ...]:
    """Count runs by code of outcome, for each scenario, also those whose paths are not kept."""
    return tuple(record.outcome.get(name, {}) for name in record.scenarios)


def simulate(
    case: Case | str | Path,
    runs: int = 1000,
    seed: int = 1,
    *,
    parameters: str | None = None,
    cut: str | None = None,
    out: str | Path | None = None,
    **changes: Any,
) -> xr.Dataset:
    """Run an ensemble and give it back, without storing it.

    Parameters
    ----------
    case
        A case, or its name or path.
    runs, seed
        How many runs for each scenario, with which random numbers.
    parameters, cut, out
        Which parameters, of which cut, as in :func:`run_study`, and the output folder in which calibrations of one's
        own are looked for, by default ``./out``; ``result.attrs["provenance"]`` tells their trust state.
    **changes
        Further fields of the baseline study: ``draws``, ``scenarios``, ``keep``, ``now``, ``quarters``; ``threads``;
        and ``progress``, called with stage, done and total.

    Returns
    -------
    xarray.Dataset
        Outputs of dimensions (scenario, run, quarter), with units and provenance.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such case, what is asked for is not understood or out of range, or not one run of a scenario
        finished.

    Warns
    -----
    UserWarning
        If some runs did not finish.
    """
    from copark.analyses.spoken_errors import said_in_python
    from copark.cases import Case, load_case
    from copark.simulation.study import baseline

    threads = changes.pop("threads", None)
    callback = changes.pop("progress", None)
    with said_in_python():
        park = case if isinstance(case, Case) else load_case(case)
        study = baseline(park.name).with_changes(runs=runs, seed=seed, **changes)
    return simulate_study(
        study, park, parameters=parameters, cut=cut, out=out, threads=threads, progress=callback, stacklevel=3
    )


def simulate_study(
    study: Study,
    case: Case,
    *,
    parameters: str | None = None,
    cut: str | None = None,
    out: str | Path | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
    stacklevel: int = 2,
) -> xr.Dataset:
    """Run a study of a case and give its runs back, without storing them; see :func:`simulate`.

    Parameters
    ----------
    study
        The study.
    case
        Its case.
    parameters, cut, out
        Which parameters, of which cut, and where calibrations of one's own are looked for.
    threads
        Threads of the model; they do not change the numbers.
    progress
        Called with stage, done and total; ``False`` for nobody.
    stacklevel
        How far up the call lies that a warning names.
    """
    from copark.analyses.python_functions import tell, watched
    from copark.analyses.spoken_errors import said_in_python
    from copark.calibration.case_parameters import settle
    from copark.options import options
    from copark.simulation import run
    from copark.simulation.unfinished import require_finished, unfinished_in

    session = options()
    folder = session.out if out is None else Path(out)
    with said_in_python(), watched(progress) as callback:
        settled, chosen = settle(study, case, folder or OUT, parameters, cut)
        threads = session.threads if threads is None else threads
        report = stage(callback, "simulate")
        result = run.simulate(settled, case, threads=threads, source=chosen.source, progress=report)
        require_finished(result)
    tell(chosen.said(session.lang))
    count = unfinished_in(result)
    if count:
        words = text("study.some_unfinished", session.lang, count=count, total=result["status"].size)
        warnings.warn(words, stacklevel=stacklevel)
    return result

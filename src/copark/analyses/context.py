"""Context of an analysis besides its parameters: cases, runs, progress, and a store for costly results.

The stored runs of a study are found, or made: on threads of this process, on workers here, or on a cluster. By
whichever means, the numbers are the same, and a command that was stopped goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from copark.errors import RunRefused
from copark.presentation.numbers import number
from copark.progress import Progress, StagedProgress, of_stage, silent
from copark.store.manifest import set_aside
from copark.store.runs import SUMMARY_ABOVE, RunStore
from copark.texts import text
from copark.version import MODEL_VERSION, __version__

if TYPE_CHECKING:
    import xarray as xr

    from copark.calibration.calibrations import Planned
    from copark.calibration.case_parameters import CaseParameters
    from copark.cases import Case
    from copark.cluster import WorkerPool
    from copark.simulation.experiment import Checkpoint, Experiment
    from copark.simulation.measures import Measures
    from copark.simulation.sample import DrawSource
    from copark.simulation.study import Study
    from copark.simulation.trust import Trust
    from copark.simulation.workload import Workload
    from copark.store import RunRecord
    from copark.store.checkpoints import Stages, Tally

Announce = Callable[["Study", "Case", "DrawSource | None", int], None]
"""Told a study, its case, where its draws come from, and how many of its kind follow one another."""
Foresee = Callable[["Case", "Sequence[Workload]"], None]
"""Told a case, and what will be run of it in all."""


class OfCase(Protocol):
    """Question about a case, on some of its parameters."""

    @property
    def case(self) -> str:
        """Name or folder of the case."""
        ...

    @property
    def wanted(self) -> tuple[str | None, str | None]:
        """Name which parameters, of which cut, as of :meth:`Context.parameters`."""
        ...


def stage(progress: StagedProgress | None, name: str) -> Progress:
    """Return the progress callback of one stage of the work.

    ``prepare`` is reported as ``compile`` where the model must be compiled first.
    """
    if name == "prepare" and progress is not None and not is_compiled():
        return of_stage(progress, "compile")
    return of_stage(progress, name)


def is_compiled() -> bool:
    """Say whether machine code of the kernel as it stands is on disk, or none is needed."""
    from copark.simulation import ensemble

    return ensemble.is_compiled()


def today() -> str:
    """Return the date, in UTC."""
    return datetime.now(UTC).date().isoformat()


def made_now(**entries: str) -> dict[str, Any]:
    """Give a provenance: versions of model and code, the time, and what else is told."""
    created = datetime.now(UTC).isoformat("T", "seconds")
    return {"model_version": MODEL_VERSION, "code_version": __version__, "created": created, **entries}


@dataclass
class Context:
    """The plumbing of one computation."""

    out: Path | None = None
    """Output folder: calibrations and results of one's own are looked for and kept there."""
    reads: Path | None = None
    """Folder in which they are looked for, and nothing is kept, where there is no output folder."""
    keeps: bool = True
    """Whether results are kept there, by run ID, and read again."""
    threads: int | None = None
    """Threads of the model; they do not change the numbers."""
    progress: StagedProgress = silent
    """Told how far the work is."""
    announcing: Announce | None = None
    """Told what will be run before work that may take long."""
    foreseeing: Foresee | None = None
    """Told how much there is to run where that is no study, once, before the work."""
    planning: Callable[[Planned], None] | None = None
    """Told what a calibration will take, where one has to be made."""
    folders: Mapping[str, Path] = field(default_factory=dict)
    """Folders of cases by name, beside those of the casebook: uploads of a server."""
    cases: Mapping[str, Case] = field(default_factory=dict)
    """Cases by name that are given as they are, in the place of those of these names."""
    calibrates: bool = True
    """Whether a calibration or a panel, which may take hours, is made where there is none."""
    lang: str = "en"
    """Language of refusals."""
    reads_shipped: bool = True
    """Whether a result that ships with copark is read, where results are kept."""
    place: Path | None = field(default=None, init=False)
    """Folder of the result that is being made; ``None`` where nothing is kept."""
    run_id: str = field(default="", init=False)
    """Run ID of the result that is being made."""
    tally: Tally | None = field(default=None, init=False)
    """What an earlier attempt at the same work had left; ``None`` where none is kept."""
    notes: list[str] = field(default_factory=list, init=False)
    """What is to be said of stored runs, in sentences."""
    case: Callable[[str], Case] = field(init=False)
    """The case of a name or folder, read once; it raises as :func:`copark.cases.load_case`."""
    parameters: Callable[..., CaseParameters] = field(init=False)
    """Which parameters a case has, by its name and, where just some are wanted, ``own``, ``shipped``, ``borrowed`` or
    ``prior``, and their cut: see :func:`copark.calibration.case_parameters.parameters_of`."""

    def __post_init__(self) -> None:
        """Read each case and its parameters once."""
        self.case = cache(self._case)
        self.parameters = cache(self._parameters)

    def _case(self, name: str) -> Case:
        from copark.cases import load_case

        return self.cases[name] if name in self.cases else load_case(self.folders.get(name, name))

    def _parameters(self, name: str, parameter_set: str | None = None, cut: str | None = None) -> CaseParameters:
        from copark.calibration.case_parameters import parameters_of

        parameters = parameters_of(self.case(name), self.source, parameter_set, cut)
        self.notes += [note for note in parameters.said(self.lang) if note not in self.notes]
        return parameters

    @property
    def source(self) -> Path | None:
        """Folder in which calibrations and results of one's own are looked for; ``None`` if nowhere."""
        return self.out or self.reads

    @property
    def home(self) -> Path:
        """Return the folder of calibrations and panels: the output folder, or ``out`` if none is given."""
        return self.source or Path("out")

    @property
    def cores(self) -> int:
        """Threads to use: as many as asked for, else those of the machine."""
        from copark.simulation.ensemble import default_threads

        return self.threads or default_threads()

    def stage(self, name: str) -> Progress:
        """Return the progress callback of a stage of the work, under its name."""
        return stage(self.progress, name)

    def announce(self, study: Study, case: Case, source: DrawSource | None, times: int = 1) -> None:
        """Say what will be run, ``times`` studies of this kind one after the other.

        Parameters
        ----------
        study
            The study.
        case
            The case.
        source
            Draws of its parameters.
        times
            Studies of this kind.
        """
        if self.announcing is not None:
            self.announcing(study, case, source, times)

    def foresee(self, case: Case, works: Sequence[Workload]) -> None:
        """Say how much will be run of a case."""
        if self.foreseeing is not None:
            self.foreseeing(case, works)

    @contextmanager
    def stages(self, content: Mapping[str, Any]) -> Iterator[Stages]:
        """Give the stages of long work, kept as they are done: the same work goes on with them after a stop.

        Parameters
        ----------
        content
            Everything the numbers depend on, as plain values.
        """
        from copark.calibration.provenance import stages_of

        work_stages = stages_of(self.out, content)
        with work_stages.alone(lambda: self.stage("waiting")(0, 0)):
            yield work_stages
            self.tally = work_stages.tally()
            work_stages.remove()

    def went_on(self) -> str:
        """Say what was there already of an earlier attempt, in sentences; empty if nothing was."""
        from copark.store.checkpoints import went_on

        return " ".join(filter(None, (went_on(self.tally, self.lang), *self.notes)))

    def simulate(
        self, study: Study, case: Case, parameter_set: str | None = None, cut: str | None = None, times: int = 1
    ) -> xr.Dataset:
        """Run a study on the parameters the case has, all scenarios with common random numbers.

        Parameters
        ----------
        study
            The study.
        case
            The case.
        parameter_set, cut
            Which parameters, as of :meth:`parameters`.
        times
            Studies of this kind that are announced; 0 where this one was announced before.
        """
        from copark.calibration.case_parameters import settle
        from copark.simulation.run import simulate
        from copark.simulation.unfinished import require_finished

        settled, parameters = settle(study, case, self.source, parameter_set, cut)
        if times:
            self.announce(settled, case, parameters.source, times)
        runs = simulate(settled, case, threads=self.threads, progress=self.stage("simulate"), source=parameters.source)
        require_finished(runs)
        return runs

    def experiment(
        self,
        study: Study,
        case: Case,
        measures: Measures,
        parameter_set: str | None = None,
        cut: str | None = None,
        times: int = 1,
        *,
        progress: Progress | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> Experiment:
        """Set up an experiment on the parameters the case has, and announce it.

        Parameters
        ----------
        study
            What its scenarios share: runs, replicates, seed and time.
        case
            The case.
        measures
            What is read of every run.
        parameter_set, cut
            Which parameters, as of :meth:`parameters`.
        times
            How many studies of this kind are announced; 0 where it was announced before.
        progress
            Called with runs made and to be made; by default they are those of the stage ``simulate``.
        checkpoint
            Where its runs are kept from time to time.
        """
        from copark.calibration.case_parameters import settle
        from copark.simulation.experiment import Experiment

        settled, parameters = settle(study, case, self.source, parameter_set, cut)
        if times:
            self.announce(settled, case, parameters.source, times)
        return Experiment(
            settled,
            case,
            measures,
            source=parameters.source,
            threads=self.cores,
            progress=progress or self.stage("simulate"),
            checkpoint=checkpoint,
        )

    def run(self, study: Study, case: Case, parameter_set: str | None = None, cut: str | None = None) -> xr.Dataset:
        """Return the stored runs of a study: found in the output folder, or made there; without one they are only made.

        What was broken off goes on with what is there, every execution stands in the run log, as of ``copark run``.

        Parameters
        ----------
        study
            The study.
        case
            The case.
        parameter_set, cut
            Which parameters, as of :meth:`parameters`.
        """
        from copark.calibration.case_parameters import settle

        if self.out is None:
            return self.simulate(study, case, parameter_set, cut)
        settled, parameters = settle(study, case, self.source, parameter_set, cut)

        def ahead(planned_study: Study, notes: Sequence[str]) -> None:
            self.notes += notes
            self.announce(planned_study, case, parameters.source)

        stored_run = find_or_make(
            settled,
            case,
            parameters,
            means=Means(self.threads),
            out=self.out,
            lang=self.lang,
            ahead=ahead,
            progress=self.progress,
        )
        self.notes += stored_run.notes
        return self.stored(stored_run.record.identity)

    def stored(self, run_id: str) -> xr.Dataset:
        """Read a stored run of the output folder; StudyFaults if not one run of a scenario finished."""
        from copark.simulation.unfinished import require_finished
        from copark.store import RunStore

        if self.source is None:
            raise ValueError("no output folder")
        runs = RunStore.of(self.source).load(run_id)
        require_finished(runs)
        return runs

    def identity(self, study: Study, case: Case, parameter_set: str | None = None, cut: str | None = None) -> str:
        """Return the run ID that :meth:`run` has for a study."""
        from copark.calibration.case_parameters import settle

        settled, parameters = settle(study, case, self.source, parameter_set, cut)
        return planned(settled, case, parameters)[1]

    def kept(self, name: str, make: Callable[[], xr.Dataset]) -> xr.Dataset:
        """Read a costly result again if it was kept for this run ID, else make and, if there is a place, keep it."""
        import xarray as xr

        from copark.presentation.run_export import write_netcdf

        path = None if self.place is None else self.place / f"{name}.nc"
        if path is not None and path.is_file():
            with suppress(OSError, KeyError, ValueError), xr.open_dataset(path, engine="h5netcdf") as stored:
                if stored.attrs.get("identity") == self.run_id:
                    return stored.load()
        dataset = make()
        dataset.attrs["identity"] = self.run_id
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_netcdf(dataset, path)
        return dataset

    def origin(self, params: OfCase | str, runs: xr.Dataset | Mapping[str, Any]) -> dict[str, Any]:
        """Give the fields every result of a case has: run ID, provenance, trust state, what is on record.

        Parameters
        ----------
        params
            What was asked, or the name of a case whose best parameters were used.
        runs
            Runs, or the provenance of what was made of them.
        """
        attributes = getattr(runs, "attrs", None)  # a Dataset is a mapping, too
        provenance: Any = runs if attributes is None else json.loads(attributes["provenance"])
        name, selection = (params, ()) if isinstance(params, str) else (params.case, params.wanted)
        return self.stamped(self.case(name), self.parameters(name, *selection).trust, provenance)

    def stamped(self, case: Case, trust: Trust, provenance: Mapping[str, Any]) -> dict[str, Any]:
        """Give the fields of :meth:`origin`, where the parameters are others than the case's own.

        Parameters
        ----------
        case
            The case.
        trust
            How far its parameters may be trusted.
        provenance
            Everything the result was made of, as plain values.
        """
        from copark.analyses.on_record import recorded_outcome

        entries = {"case": case.name, "data_end": str(case.clock.data_end), "case_hash": case.hash, **provenance}
        recorded = recorded_outcome(case, trust)
        return {"run_id": self.run_id, "provenance": entries, "trust": trust, "recorded": recorded}


@dataclass(frozen=True)
class Means:
    """Means by which runs are made; nothing here changes a number."""

    threads: int | None = None
    """Threads, where they are made in this process."""
    scheduler: str | None = None
    """Address of a Dask scheduler whose workers make them."""
    workers: int | None = None
    """Processes of this machine that make them."""


@dataclass(frozen=True)
class Made:
    """A stored run of a study."""

    study: Study
    """As it was run."""
    record: RunRecord
    reused: bool
    """Whether it was stored already."""
    notes: tuple[str, ...] = ()
    """What is to be said of it, in sentences."""


Ahead = Callable[["Study", Sequence[str]], None]
"""Told, before a study is run, the study and what was moved aside for it."""


def planned(study: Study, case: Case, parameters: CaseParameters) -> tuple[Study, str, bool]:
    """Plan a study as it is stored: what it keeps, its run ID, and whether bands stand in for most of its paths.

    Parameters
    ----------
    study
        The study as it was asked for.
    case
        The case.
    parameters
        Parameters the case has.

    Returns
    -------
    The study, its run ID, and whether bands stand in.
    """
    from copark.simulation.results import study_identity

    bands = study.keep is None and study.runs > SUMMARY_ABOVE
    stored_study = study.with_changes(keep="standard") if bands else study
    return stored_study, study_identity(stored_study, case, parameters.identity or None), bands


def find_or_make(
    study: Study,
    case: Case,
    parameters: CaseParameters,
    *,
    means: Means,
    out: Path,
    lang: str = "en",
    fresh: bool = False,
    ahead: Ahead | None = None,
    progress: StagedProgress | None = None,
) -> Made:
    """Find the stored run of a study whose draws are decided, or else make it; one that was broken off goes on.

    Parameters
    ----------
    study
        The study, its draws decided.
    case
        The case.
    parameters
        Parameters the case has.
    means
        Threads or workers that make the runs.
    out
        Output folder.
    lang
        Language of notes.
    fresh
        Make it even if it is stored.
    ahead
        Called before the work begins.
    progress
        Called with stage, runs made and runs to be made.
    """
    store = RunStore.of(out)
    stored_study, identity, bands = planned(study, case, parameters)
    stored = None if fresh else store.find(identity)
    # Bands do not stand in for paths, and a run under other titles is made again, so that it is shown under these.
    if (
        stored is not None
        and (bands or stored.kept == stored.runs)
        and stored.provenance.get("study") == stored_study.content()
    ):
        return Made(stored_study, stored, reused=True)
    aside = set_aside(store.root / identity)
    aside_notes = () if aside is None else (text(f"{aside.code}.aside", lang, **aside.values),)
    if ahead is not None:
        ahead(stored_study, aside_notes)
        aside_notes = ()
    stage(progress, "prepare")(0, 0)
    record, notes = make_run(
        stored_study,
        case,
        parameters.source,
        identity,
        bands=bands,
        means=means,
        out=out,
        lang=lang,
        fresh=fresh,
        progress=progress,
    )
    return Made(stored_study, record, reused=False, notes=(*aside_notes, *notes))


@contextmanager
def _worker_pool(means: Means, lang: str) -> Iterator[WorkerPool]:
    """Choose the workers that make the runs; RunRefused if a cluster is asked for that is not there."""
    from copark.cluster import Threads
    from copark.simulation.ensemble import default_threads

    if means.scheduler and means.workers:
        raise RunRefused(text("cluster.both", lang))
    if not (means.scheduler or means.workers):
        yield Threads(means.threads or default_threads())
        return
    from copark.cluster.dask_workers import local_workers, workers_at

    with workers_at(means.scheduler) if means.scheduler else local_workers(means.workers or 1) as worker_pool:
        yield worker_pool


def make_run(
    study: Study,
    case: Case,
    source: DrawSource | None,
    identity: str,
    *,
    bands: bool,
    means: Means,
    out: Path,
    lang: str = "en",
    fresh: bool = False,
    progress: StagedProgress | None = None,
) -> tuple[RunRecord, tuple[str, ...]]:
    """Make the runs of a study, or what is missing of them: the stored run, and what is to be said of it.

    Parameters
    ----------
    study
        The study, as of :func:`planned`.
    case
        The case.
    source
        Draws of parameters.
    identity
        Run ID.
    bands
        Keep bands over all runs and the paths of the first only.
    means
        Threads or workers that make the runs.
    out
        Output folder.
    lang
        Language of notes.
    fresh
        Resume nothing that machines of another kind have made.
    progress
        Called with stage, runs made and runs to be made.
    """
    from copark.cluster import EnsembleRequest, make
    from copark.store.files import stamp_of

    store = RunStore.of(out)
    simulated = stage(progress, "simulate")
    waiting = stage(progress, "waiting")
    ask = EnsembleRequest(study, case, source, identity, bands, fresh=fresh, seen=stamp_of(store.root / identity))
    with _worker_pool(means, lang) as worker_pool:
        outcome = make(ask, store, worker_pool, progress=simulated, waiting=lambda: waiting(0, 0))
    counts = {"went_on": outcome.kept, "made_anew": outcome.anew}
    notes = [text(f"cluster.{key}", lang, runs=number(count, 0)) for key, count in counts.items() if count]
    return outcome.record, tuple(notes)

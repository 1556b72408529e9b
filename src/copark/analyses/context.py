"""Context of a computation besides its parameters: folders, cases, threads, progress, and what is resumed or cached."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from copark.analyses.progress import stage
from copark.progress import Progress, StagedProgress, silent

if TYPE_CHECKING:
    import xarray as xr

    from copark.calibration.calibrate import CalibrationSettings, CalibrationTask
    from copark.calibration.calibrations import Planned
    from copark.calibration.case_parameters import CaseParameters
    from copark.calibration.pool.panel import PanelSettings, PanelTask
    from copark.calibration.pool.parks import PanelPark
    from copark.cases import Case
    from copark.cases.quarters import Quarter
    from copark.simulation.experiment import Checkpoint, Experiment
    from copark.simulation.measures import Measures
    from copark.simulation.sample import DrawSource
    from copark.simulation.study import Study
    from copark.simulation.trust import Trust
    from copark.simulation.workload import Workload
    from copark.store.checkpoints import Stages, Tally

StudyCallback = Callable[["Study", "Case", "DrawSource | None", int], None]
"""Called with a study, its case, where its draws come from, and how many studies of its size will be run."""
WorkloadCallback = Callable[["Case", "Sequence[Workload]"], None]
"""Called with a case, and everything that will be run of it."""


class CaseQuestion(Protocol):
    """Question about a case, on some of its parameters."""

    @property
    def case(self) -> str:
        """Name or folder of the case."""
        ...

    @property
    def wanted(self) -> tuple[str | None, str | None]:
        """Name which parameters, of which cut, as of :meth:`Context.parameters`."""
        ...


@dataclass
class Context:
    """Everything one computation needs besides its parameters.

    Folders: ``out`` is the output folder a caller gives. Results and calibrations are looked up in ``lookup_folder``
    (the output folder, else ``read_from``), calibrations are stored in ``calibration_folder`` (the same, else
    ``./out``), and the result that is being computed has the ``result_folder``.
    """

    out: Path | None = None
    """Output folder, read and written; ``None`` to write nothing."""
    read_from: Path | None = None
    """Folder that is only read, where there is no output folder."""
    keep_results: bool = True
    """Whether results are stored in the output folder by run ID, and found there again."""
    threads: int | None = None
    """Threads of the model; they do not change the numbers."""
    progress: StagedProgress = silent
    """Called with stage, done and total."""
    on_study: StudyCallback | None = None
    """Called before a study is run that may take long."""
    on_workload: WorkloadCallback | None = None
    """Called once, before work that is no study."""
    on_calibration: Callable[[Planned], None] | None = None
    """Called with what a calibration will take, where one has to be made."""
    on_note: Callable[[str], None] | None = None
    """Called with what a reader is told before work begins; without it that is among the notes."""
    case_folders: Mapping[str, Path] = field(default_factory=dict)
    """Folders of cases by name, beside those of the casebook: uploads of a server."""
    cases: Mapping[str, Case] = field(default_factory=dict)
    """Cases by name that are given as they are, in the place of those of these names."""
    may_calibrate: bool = True
    """Whether a calibration or a panel, which may take hours, is made where there is none."""
    lang: str = "en"
    """Language of refusals and notes."""
    use_shipped: bool = True
    """Whether a result that ships with copark is read, where results are kept."""
    result_folder: Path | None = field(default=None, init=False)
    """Folder of the result that is being computed; ``None`` where nothing is kept."""
    run_id: str = field(default="", init=False)
    """Run ID of the result that is being computed."""
    earlier_work: Tally | None = field(default=None, init=False)
    """Stages that an earlier attempt at the same work had left; ``None`` where none are kept."""
    notes: list[str] = field(default_factory=list, init=False)
    """Remarks for the reader on parameters and stored runs, in sentences."""
    _settled: dict[tuple[object, ...], CaseParameters] = field(default_factory=dict, init=False, repr=False)
    case: Callable[[str], Case] = field(init=False)
    """Return the case of a name or folder, read once; it raises as :func:`copark.cases.load_case`."""
    parameters: Callable[..., CaseParameters] = field(init=False)
    """Return the parameters of a case, by its name and, where just some are wanted, ``own``, ``shipped``, ``borrowed``
    or ``prior``, and their cut: see :func:`copark.calibration.case_parameters.parameters_of`."""

    def __post_init__(self) -> None:
        """Read each case and its parameters once."""
        self.case = cache(self._case)
        self.parameters = cache(self._parameters)

    def _case(self, name: str) -> Case:
        from copark.cases import load_case

        return self.cases[name] if name in self.cases else load_case(self.case_folders.get(name, name))

    def _found(
        self, case: Case, out: Path | None, parameter_set: str | None = None, cut: str | None = None
    ) -> CaseParameters:
        """Find the parameters of a case, once: all studies of a question draw from the same."""
        from copark.calibration.case_parameters import parameters_of

        key = (case.hash, out, parameter_set, cut)
        if key not in self._settled:
            self._settled[key] = parameters_of(case, out, parameter_set, cut)
        return self._settled[key]

    def _settle(
        self, study: Study, case: Case, parameter_set: str | None, cut: str | None
    ) -> tuple[Study, CaseParameters]:
        from copark.calibration.case_parameters import settle

        return settle(study, case, self.lookup_folder, parameter_set, cut, find=self._found)

    def _parameters(self, name: str, parameter_set: str | None = None, cut: str | None = None) -> CaseParameters:
        parameters = self._found(self.case(name), self.lookup_folder, parameter_set, cut)
        self.notes += [note for note in parameters.said(self.lang) if note not in self.notes]
        return parameters

    @property
    def lookup_folder(self) -> Path | None:
        """Folder in which the reader's own calibrations and results are looked up; ``None`` if in none."""
        return self.out or self.read_from

    @property
    def calibration_folder(self) -> Path:
        """Folder in which calibrations and panels are stored: that of the look-up, or ``out`` if none is given."""
        return self.lookup_folder or Path("out")

    @property
    def cores(self) -> int:
        """Threads to use: as many as asked for, else those of the machine."""
        from copark.simulation.ensemble import default_threads

        return self.threads or default_threads()

    def calibration(self, case: Case, cut: Quarter, settings: CalibrationSettings) -> CalibrationTask:
        """Return a calibration, made and kept as this computation makes and keeps its own.

        Parameters
        ----------
        case
            The case as it is filed.
        cut
            Last quarter the calibration knows.
        settings
            Settings of the calibration.
        """
        from copark.calibration.calibrate import CalibrationTask

        out = self.calibration_folder
        return CalibrationTask(case, cut, settings, threads=self.cores, out=out, progress=self.progress)

    def panel(self, parks: Sequence[PanelPark], settings: PanelSettings) -> PanelTask:
        """Return a panel of parks, learned and kept as this computation keeps its own."""
        from copark.calibration.pool.panel import PanelTask

        return PanelTask(tuple(parks), settings, self.cores, self.calibration_folder / "pool")

    def stage(self, name: str) -> Progress:
        """Return the progress callback of a stage of the work, under its name."""
        return stage(self.progress, name)

    def tell(self, note: str) -> None:
        """Inform the reader of something before work begins, or, where nobody listens, with the notes."""
        if self.on_note is not None:
            self.on_note(note)
        elif note not in self.notes:
            self.notes.append(note)

    def announce_study(self, study: Study, case: Case, source: DrawSource | None, studies: int = 1) -> None:
        """Announce that a study will be run.

        Parameters
        ----------
        study
            The study.
        case
            The case.
        source
            Posterior its parameters are drawn from, if they are.
        studies
            Number of studies of this size that will be run one after the other.
        """
        if self.on_study is not None:
            self.on_study(study, case, source, studies)

    def announce_workload(self, case: Case, works: Sequence[Workload]) -> None:
        """Announce everything that will be run of a case."""
        if self.on_workload is not None:
            self.on_workload(case, works)

    @contextmanager
    def stages(self, content: Mapping[str, Any]) -> Iterator[Stages]:
        """Yield the stages of long work, each stored when it is done, so that the same work resumes after a stop.

        Parameters
        ----------
        content
            Everything the numbers depend on, as plain values.
        """
        from copark.calibration.provenance import stages_of

        work_stages = stages_of(self.out, content)
        with work_stages.alone(lambda: self.stage("waiting")(0, 0)):
            yield work_stages
            self.earlier_work = work_stages.tally()
            work_stages.remove()

    def remarks(self) -> str:
        """Return what was resumed of an earlier attempt, and the notes, in sentences; empty if there are none."""
        from copark.store.checkpoints import went_on

        return " ".join(filter(None, (went_on(self.earlier_work, self.lang), *self.notes)))

    def simulate(
        self,
        study: Study,
        case: Case,
        parameter_set: str | None = None,
        cut: str | None = None,
        announced_studies: int = 1,
    ) -> xr.Dataset:
        """Run a study on the parameters the case has, all scenarios with common random numbers; store nothing.

        Parameters
        ----------
        study
            The study.
        case
            The case.
        parameter_set, cut
            Which parameters, as of :meth:`parameters`.
        announced_studies
            Number of studies of this size that are announced; 0 where they were announced before.
        """
        from copark.simulation.run import simulate
        from copark.simulation.unfinished import require_finished

        settled, parameters = self._settle(study, case, parameter_set, cut)
        if announced_studies:
            self.announce_study(settled, case, parameters.source, announced_studies)
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
        announced_studies: int = 1,
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
        announced_studies
            Number of studies of this size that are announced; 0 where they were announced before.
        progress
            Called with runs made and to be made; by default they are those of the stage ``simulate``.
        checkpoint
            Where its runs are stored from time to time.
        """
        from copark.simulation.experiment import Experiment

        settled, parameters = self._settle(study, case, parameter_set, cut)
        if announced_studies:
            self.announce_study(settled, case, parameters.source, announced_studies)
        return Experiment(
            settled,
            case,
            measures,
            source=parameters.source,
            threads=self.cores,
            progress=progress or self.stage("simulate"),
            checkpoint=checkpoint,
        )

    def stored_run(
        self, study: Study, case: Case, parameter_set: str | None = None, cut: str | None = None
    ) -> xr.Dataset:
        """Return the stored run of a study: found in the output folder, or made there as by ``copark run``.

        An interrupted run is resumed, and every execution is entered in the run log. Without an output folder the study
        is run and not stored.

        Parameters
        ----------
        study
            The study.
        case
            The case.
        parameter_set, cut
            Which parameters, as of :meth:`parameters`.
        """
        from copark.analyses.stored_runs import ExecutionOptions, find_or_run

        if self.out is None:
            return self.simulate(study, case, parameter_set, cut)
        settled, parameters = self._settle(study, case, parameter_set, cut)

        def before_run(planned_study: Study, notes: Sequence[str]) -> None:
            self.notes += notes
            self.announce_study(planned_study, case, parameters.source)

        stored_run = find_or_run(
            settled,
            case,
            parameters,
            execution=ExecutionOptions(self.threads),
            out=self.out,
            lang=self.lang,
            before_run=before_run,
            progress=self.progress,
        )
        self.notes += stored_run.notes
        return self.load_run(stored_run.record.identity)

    def load_run(self, run_id: str) -> xr.Dataset:
        """Read a stored run of the look-up folder; StudyFaults if not one run of a scenario finished."""
        from copark.simulation.unfinished import require_finished
        from copark.store.runs import RunStore

        if self.lookup_folder is None:
            raise ValueError("no output folder")
        runs = RunStore.of(self.lookup_folder).load(run_id)
        require_finished(runs)
        return runs

    def stored_run_id(self, study: Study, case: Case, parameter_set: str | None = None, cut: str | None = None) -> str:
        """Return the run ID under which :meth:`stored_run` stores a study.

        Parameters
        ----------
        study
            The study, as it is asked for.
        case
            Its case.
        parameter_set
            Parameters that are wished for; ``None`` for the best the case has.
        cut
            Last quarter known to the calibration that is wished for; ``None`` for the latest.
        """
        from copark.analyses.stored_runs import plan_stored_run

        settled, parameters = self._settle(study, case, parameter_set, cut)
        return plan_stored_run(settled, case, parameters).run_id

    def cached(self, name: str, make: Callable[[], xr.Dataset]) -> xr.Dataset:
        """Read a costly dataset from the result folder if it was cached for this run ID, else make and cache it.

        Parameters
        ----------
        name
            Name of the file, without its ending.
        make
            Makes the dataset.
        """
        import xarray as xr

        from copark.presentation.run_export import write_netcdf

        path = None if self.result_folder is None else self.result_folder / f"{name}.nc"
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

    def result_fields(self, params: CaseQuestion | str, runs: xr.Dataset | Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields every result about a case has: run ID, provenance, trust state, what is on record.

        Parameters
        ----------
        params
            The question, or the name of a case whose best parameters were used.
        runs
            Runs, or the provenance of what was computed from them.
        """
        attributes = getattr(runs, "attrs", None)  # a Dataset is a mapping, too
        provenance: Any = runs if attributes is None else json.loads(attributes["provenance"])
        name, selection = (params, ()) if isinstance(params, str) else (params.case, params.wanted)
        return self.result_fields_of(self.case(name), self.parameters(name, *selection).trust, provenance)

    def result_fields_of(self, case: Case, trust: Trust, provenance: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of :meth:`result_fields` for parameters that are others than the case's own.

        Parameters
        ----------
        case
            The case.
        trust
            How far its parameters may be trusted.
        provenance
            Everything the result was computed from, as plain values.
        """
        from copark.analyses.on_record import recorded_outcome

        entries = {"case": case.name, "data_end": str(case.clock.data_end), "case_hash": case.hash, **provenance}
        recorded = recorded_outcome(case, trust)
        return {"run_id": self.run_id, "provenance": entries, "trust": trust, "recorded": recorded}

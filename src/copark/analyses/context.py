"""What a computation needs beside its parameters: cases, their parameters, runs, progress, a place for what is dear."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.version import __version__

if TYPE_CHECKING:
    import xarray as xr

    from copark.analyses.contract import CaseParams
    from copark.cases import Case
    from copark.inference.calibrations import Planned
    from copark.inference.case_parameters import CaseParameters
    from copark.inference.exploration import Workload
    from copark.simulation.draw_sources import DrawSource
    from copark.simulation.study import Study
    from copark.simulation.trust import Trust
    from copark.store.checkpoints import Stages, Tally

Progress = Callable[[str, int, int], None]
"""Told a stage, how much of it is done and how much there is in all; what it raises stops the work."""
Announce = Callable[["Study", "Case", "DrawSource | None", int], None]
"""Told a study, its case, where its draws come from, and how many of its kind follow one another."""
Foresee = Callable[["Case", "Sequence[Workload]"], None]
"""Told a case, and what will be run of it in all."""


def stage(progress: Progress | None, name: str) -> Callable[[int, int], None]:
    """Give what one stage of the work tells, under its name, to whoever wants to know.

    ``prepare`` is told as ``compile`` where the model must be compiled first.
    """

    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress("compile" if name == "prepare" and not is_compiled() else name, done, total)

    return tell


def is_compiled() -> bool:
    """Whether machine code of the kernel as it stands is on disk, or none is needed."""
    from copark.simulation import ensemble

    return ensemble.is_compiled()


def today() -> str:
    """The date, in UTC."""
    return datetime.now(UTC).date().isoformat()


def made_now(**told: str) -> dict[str, str]:
    """A provenance: hash of the model, version of the code, the time, and what else is told."""
    from copark.model.compiler import model_hash

    created = datetime.now(UTC).isoformat("T", "seconds")
    return {"model_hash": model_hash(), "code_version": __version__, "created": created, **told}


@dataclass
class Context:
    """The plumbing of one computation."""

    out: Path | None = None
    """Output folder: posteriors of one's own are looked for there."""
    keeps: bool = True
    """Whether results are kept there, by run ID, and read again."""
    threads: int | None = None
    """Threads of the model; they do not change the numbers."""
    progress: Progress = lambda *_: None
    """Told how far the work is."""
    announcing: Announce | None = None
    """Told what will be run before work that may take long."""
    foreseeing: Foresee | None = None
    """Told how much there is to run where that is no study, once, before the work."""
    planning: Callable[[Planned], None] | None = None
    """Told what a calibration will take, where one has to be made."""
    folders: Mapping[str, Path] = field(default_factory=dict)
    """Folders of cases by name, beside those of the casebook: uploads of a server."""
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
    ``prior``, and their cut: see :func:`copark.inference.case_parameters.parameters_of`."""

    def __post_init__(self) -> None:
        """Read each case and its parameters once."""
        self.case = cache(self._case)
        self.parameters = cache(self._parameters)

    def _case(self, name: str) -> Case:
        from copark.cases import load_case

        return load_case(self.folders.get(name, name))

    def _parameters(self, name: str, wanted: str | None = None, cut: str | None = None) -> CaseParameters:
        from copark.inference.case_parameters import parameters_of

        return parameters_of(self.case(name), self.out, wanted, cut)

    @property
    def home(self) -> Path:
        """Where calibrations and panels are kept: the output folder, or ``out`` if none is given."""
        return self.out or Path("out")

    @property
    def cores(self) -> int:
        """Threads to use: as many as asked for, else those of the machine."""
        from copark.simulation.ensemble import default_threads

        return self.threads or default_threads()

    def stage(self, name: str) -> Callable[[int, int], None]:
        """What a stage of the work tells, under its name."""
        return stage(self.progress, name)

    def announce(self, study: Study, case: Case, source: DrawSource | None, times: int = 1) -> None:
        """Say what will be run, ``times`` studies of this kind one after the other."""
        if self.announcing is not None:
            self.announcing(study, case, source, times)

    def foresee(self, case: Case, works: Sequence[Workload]) -> None:
        """Say how much will be run of a case."""
        if self.foreseeing is not None:
            self.foreseeing(case, works)

    @contextmanager
    def stages(self, content: Mapping[str, Any]) -> Iterator[Stages]:
        """Stages of long work, kept as they are done: the same work goes on with them after a stop.

        content: everything the numbers depend on, as plain values.
        """
        from copark.inference.provenance import stages_of

        made = stages_of(self.out, content)
        with made.alone(lambda: self.stage("waiting")(0, 0)):
            yield made
            self.tally = made.tally()
            made.remove()

    def went_on(self) -> str:
        """What was there already of an earlier attempt, in sentences; empty if nothing was."""
        from copark.store.checkpoints import went_on

        return " ".join(filter(None, (went_on(self.tally, self.lang), *self.notes)))

    def simulate(
        self, study: Study, case: Case, wanted: str | None = None, cut: str | None = None, times: int = 1
    ) -> xr.Dataset:
        """Run a study on the parameters the case has, all scenarios with common random numbers.

        ``wanted, cut``: which parameters, as of :meth:`parameters`; ``times``: studies of this kind that are announced;
        0 where this one was announced before.
        """
        from copark.inference.case_parameters import settle
        from copark.simulation.run import simulate

        settled, has = settle(study, case, self.out, wanted, cut)
        if times:
            self.announce(settled, case, has.source, times)
        return simulate(settled, case, threads=self.threads, progress=self.stage("simulate"), source=has.source)

    def run(self, study: Study, case: Case, wanted: str | None = None, cut: str | None = None) -> xr.Dataset:
        """The stored runs of a study: found in the output folder, or made there; without one they are only made.

        What was broken off goes on with what is there, every execution stands in the run log, as of ``copark run``.
        """
        from copark.analyses.execution import Means, find_or_make
        from copark.inference.case_parameters import settle

        if self.out is None:
            return self.simulate(study, case, wanted, cut)
        settled, has = settle(study, case, self.out, wanted, cut)

        def ahead(kept: Study, told: Sequence[str]) -> None:
            self.notes += told
            self.announce(kept, case, has.source)

        made = find_or_make(
            settled, case, has, means=Means(self.threads), out=self.out, lang=self.lang, ahead=ahead,
            progress=self.progress,
        )  # fmt: skip
        self.notes += made.notes
        return self.stored(made.record.identity)

    def stored(self, run_id: str) -> xr.Dataset:
        """A stored run of the output folder."""
        from copark.store import RunStore

        if self.out is None:
            raise ValueError("no output folder")
        return RunStore.of(self.out).load(run_id)

    def identity(self, study: Study, case: Case, wanted: str | None = None, cut: str | None = None) -> str:
        """The run ID that :meth:`run` has for a study."""
        from copark.analyses.execution import planned
        from copark.inference.case_parameters import settle

        settled, has = settle(study, case, self.out, wanted, cut)
        return planned(settled, case, has)[1]

    def kept(self, name: str, make: Callable[[], xr.Dataset]) -> xr.Dataset:
        """What is dear to make: read again if it was kept for this run ID, else made and, if there is a place, kept."""
        import xarray as xr

        from copark.presentation.exports import write_netcdf

        path = None if self.place is None else self.place / f"{name}.nc"
        if path is not None and path.is_file():
            with suppress(OSError, KeyError, ValueError), xr.open_dataset(path, engine="h5netcdf") as stored:
                if stored.attrs.get("identity") == self.run_id:
                    return stored.load()
        made = make()
        made.attrs["identity"] = self.run_id
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_netcdf(made, path)
        return made

    def origin(self, params: CaseParams | str, made: xr.Dataset | Mapping[str, Any]) -> dict[str, Any]:
        """The fields every result of a case has: run ID, provenance, trust state, what is on record.

        params: what was asked, or the name of a case whose best parameters were used; made: runs, or the provenance of
        what was made of them.
        """
        attributes = getattr(made, "attrs", None)  # a Dataset is a mapping, too
        provenance: Any = made if attributes is None else json.loads(attributes["provenance"])
        name, wanted = (params, ()) if isinstance(params, str) else (params.case, params.wanted)
        return self.stamped(self.case(name), self.parameters(name, *wanted).trust, provenance)

    def stamped(self, case: Case, trust: Trust, provenance: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of :meth:`origin`, where the parameters are others than the case's own."""
        from copark.analyses.show import recorded_outcome

        entries = {"case": case.name, "data_end": str(case.clock.data_end), "case_hash": case.hash, **provenance}
        recorded = recorded_outcome(case, trust)
        return {"run_id": self.run_id, "provenance": entries, "trust": trust, "recorded": recorded}

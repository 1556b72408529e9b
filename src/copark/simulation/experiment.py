"""An experiment: scenarios of a case on common random numbers, read by measures while it runs.

Run r of every scenario has draw r // replicates of the parameters and the random numbers of run r, so that scenarios
are compared run by run. What was run of a scenario is kept by what the scenario changes, whatever it is called: asking
again costs nothing, and more draws go on where the last ones ended. Of a run only its measures are kept. Its paths are
read block by block and let go, so that memory grows with measures and not with paths.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Booleans, Floats
from copark.cases.case import Case
from copark.identity import identity_of
from copark.model.arrays import Draws, Inputs
from copark.model.variables import catalogue
from copark.simulation.ensemble import CHUNK, Done, Ensemble, ScenarioRuns
from copark.simulation.outcomes import NEEDED
from copark.simulation.results import Label, label
from copark.simulation.run import Progress, facts_of, inputs_of, source_of
from copark.simulation.sample import DrawSource, StudyDraws
from copark.simulation.study import Scenario, Study
from copark.simulation.unfinished import OK, require_finished_of_each
from copark.stats.effects import Effects


class Measures(Protocol):
    """What is read of every run. It knows one scenario's runs and nothing of any other; workers are sent it."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures."""

    @property
    def units(self) -> tuple[str, ...]:
        """Unit of each measure."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs that are read; those that outcomes are judged by are there anyway."""

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Quarters in which measures are read, of all that are simulated; the last where each has its own time."""

    def read(self, runs: ScenarioRuns) -> Floats:
        """Read some runs of a scenario, shape (runs, measures, quarters)."""


@dataclass(frozen=True)
class OutputPaths:
    """Outputs themselves as measures, in every quarter."""

    outputs: tuple[str, ...]
    """Their names."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures: of the outputs."""
        return self.outputs

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the outputs."""
        return tuple(catalogue().outputs[name].unit for name in self.outputs)

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Give all quarters that are simulated."""
        return tuple(labels)

    def read(self, runs: ScenarioRuns) -> Floats:
        """Copy the outputs, shape (runs, outputs, quarters)."""
        places = [runs.names.index(name) for name in self.outputs]
        paths: Floats = runs.out[:, places, :]
        return paths


@dataclass(frozen=True)
class ScenarioMeasures:
    """Measures of a scenario's runs."""

    values: Floats
    """Shape (runs, measures, quarters)."""
    status: NDArray[np.int64]
    """Code, quarter and submodel of each run, shape (runs, 3); see :mod:`copark.model.kernel`."""
    outcome: NDArray[np.int8]
    """Code of the outcome of each run, -1 where it did not finish, shape (runs,)."""

    @property
    def finished(self) -> Booleans:
        """Whether each run finished, shape (runs,)."""
        finished: Booleans = self.status[:, 0] == OK
        return finished

    @classmethod
    def joined(cls, parts: Sequence[ScenarioMeasures]) -> ScenarioMeasures:
        """Join runs of one scenario that follow each other."""
        return cls(
            np.concatenate([part.values for part in parts]),
            np.concatenate([part.status for part in parts]),
            np.concatenate([part.outcome for part in parts]),
        )

    def first(self, runs: int) -> ScenarioMeasures:
        """Keep the first so many runs."""
        return ScenarioMeasures(self.values[:runs], self.status[:runs], self.outcome[:runs])


@dataclass(frozen=True)
class ScenarioBlock:
    """Some runs of a scenario that are made and read in one piece, by this process or by a worker."""

    inputs: Inputs
    draws: Draws
    measures: Measures
    judged: int
    """Quarter in which outcomes are judged, counted from 0."""

    def measure(self, threads: int = 1, progress: Done | None = None) -> ScenarioMeasures:
        """Make the runs and read them."""
        outputs = tuple(dict.fromkeys((*self.measures.outputs, *NEEDED)))
        ensemble = Ensemble(self.inputs, self.draws, outputs, threads=threads, progress=progress, judged=self.judged)
        runs = ensemble.run()
        return ScenarioMeasures(self.measures.read(runs), runs.status, runs.outcome)


class Checkpoint(Protocol):
    """Where an experiment is kept from time to time; :class:`copark.store.checkpoints.Stage` is one."""

    @property
    def found(self) -> Any:
        """What an earlier attempt has left, with its ``arrays``; ``None`` if nothing."""

    @property
    def is_due(self) -> bool:
        """Whether it is worth keeping again."""

    def keep(self, share: float, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep arrays, and the share of the work they are."""


class Experiment:
    """Scenarios × draws × replicates of a case on common random numbers.

    Parameters
    ----------
    study
        What all scenarios share: draws, replicates, seed and time. Its runs are those of a scenario unless told.
    case
        The case that scenarios change.
    measures
        What is read of every run.
    source
        Where draws come from, if the study draws from a posterior.
    threads
        Threads of this process. They do not change the numbers.
    workers
        Who makes the runs instead: any executor, of processes or of a cluster. They do not change the numbers.
    progress
        Called with runs made and runs to be made. What it raises ends the work; what was made is kept.
    checkpoint
        Where what was made is kept from time to time, and found by the same experiment after a stop.

    Raises
    ------
    RunRefused
        If the study draws from a posterior and no source is given.
    """

    def __init__(
        self,
        study: Study,
        case: Case,
        measures: Measures,
        *,
        source: DrawSource | None = None,
        threads: int = 1,
        workers: Executor | None = None,
        progress: Progress | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self.study = study
        self.case = study.seen(case)
        self.measures = measures
        self.source = source_of(study, case, source)
        self._filed = case
        self.threads = threads
        self.workers = workers
        self.progress: Progress = progress or (lambda *_: None)
        self.checkpoint = checkpoint
        # By memo key, made once for all extensions of a scenario.
        self._inputs: dict[str, tuple[Inputs, dict[str, NDArray[Any]]]] = {}
        # By memo key; runs that were made later are appended, and joined when they are read.
        self._made: dict[str, list[ScenarioMeasures]] = {}
        if checkpoint is not None and checkpoint.found is not None:
            self._made = {key: [runs] for key, runs in unpacked(checkpoint.found.arrays).items()}

    @cached_property
    def label(self) -> Label:
        """What the study's result is known by: run ID, provenance, trust."""
        return label(self.study, self._filed, None if self.source is None else self.source.content)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """All quarters that are simulated."""
        start = self.case.clock.start
        return tuple(str(start + quarter) for quarter in range(self.case.clock.quarters))

    @property
    def run_id(self) -> str:
        """Run ID of the study."""
        return self.label.identity

    @property
    def provenance(self) -> dict[str, Any]:
        """Everything the study is made of: versions, hashes, seed, time."""
        provenance: dict[str, Any] = json.loads(self.label.provenance)
        return provenance

    def runs_of(self, scenario: Scenario) -> int:
        """Count the runs that were made of a scenario."""
        return sum(len(runs.status) for runs in self._made.get(memo_key(scenario), ()))

    def extend(self, scenarios: Iterable[Scenario], draws: int | None = None) -> None:
        """Run scenarios on the first so many draws; nothing is run twice.

        Parameters
        ----------
        scenarios
            Those that need the runs: all at first, later those that are undecided.
        draws
            Draws of parameters, with the study's replicates of each; by default as many as make the study's runs.
        """
        wanted = self._runs(draws)
        waiting = {memo_key(scenario): scenario for scenario in scenarios}
        waiting = {key: scenario for key, scenario in waiting.items() if self.runs_of(scenario) < wanted}
        total = sum(wanted - self.runs_of(scenario) for scenario in waiting.values())
        made = 0

        def count(more: int) -> None:
            nonlocal made
            made += more
            self.progress(made, total)

        for start in sorted({self.runs_of(scenario) for scenario in waiting.values()}):
            group = {key: scenario for key, scenario in waiting.items() if self.runs_of(scenario) == start}
            prepared = [self._prepared(key, scenario) for key, scenario in group.items()]
            facts = tuple(facts for _, facts in prepared)
            draws_of = StudyDraws(self.study, self.case, tuple(group.values()), facts, self.source)
            for first in range(start, wanted, CHUNK):
                # Draws of these runs are made once and serve all scenarios.
                paired = draws_of(first, min(first + CHUNK, wanted))
                inputs = (inputs for inputs, _ in prepared)
                measured = self._measured(zip(inputs, paired.by_scenario, strict=True), count)
                for key, runs in zip(group, measured, strict=True):
                    self._made.setdefault(key, []).append(runs)
                    if self.checkpoint is not None and self.checkpoint.is_due:
                        self.checkpoint.keep(made / total, packed(self._all_made()))
        if self.checkpoint is not None and waiting:
            self.checkpoint.keep(1.0, packed(self._all_made()))

    def measured(self, scenario: Scenario, draws: int | None = None) -> ScenarioMeasures:
        """Give the measures of a scenario on the first so many draws, run now where they are missing."""
        self.extend([scenario], draws)
        return self._joined(memo_key(scenario)).first(self._runs(draws))

    def effects(self, scenarios: Sequence[Scenario], against: Scenario, draws: int | None = None) -> Effects:
        """Compare scenarios with a reference, run by run; what is missing of them is run first.

        Parameters
        ----------
        scenarios
            Those that are compared.
        against
            The reference.
        draws
            Draws of parameters, by default as many as make the study's runs.

        Raises
        ------
        StudyFaults
            If not one run of a scenario finished, with all such scenarios.
        """
        self.extend([against, *scenarios], draws)
        reference = self.measured(against, draws)
        made = {scenario.key: self.measured(scenario, draws) for scenario in scenarios}
        status = {against.key: reference.status} | {key: runs.status for key, runs in made.items()}
        require_finished_of_each(status, self.labels)
        return Effects(
            measures=self.measures.names,
            units=self.measures.units,
            quarters=self.measures.quarters(self.labels),
            reference=against.key,
            reference_values=reference.values,
            values={key: runs.values for key, runs in made.items()},
            finished={key: runs.finished & reference.finished for key, runs in made.items()},
            draws=np.arange(len(reference.status), dtype=np.int64) // self.study.futures,
        )

    def drawn(self, draws: int | None = None) -> dict[str, Floats]:
        """Give the parameters of the first so many draws, before any scenario changes them.

        Parameters
        ----------
        draws
            Draws of parameters, by default as many as make the study's runs.

        Returns
        -------
        Values by name of the parameter, each of shape (draws,).
        """
        draws_of = StudyDraws(self.study, self.case, (), (), self.source)
        wanted = self._runs(draws)
        blocks = [draws_of(first, min(first + CHUNK, wanted)).drawn for first in range(0, wanted, CHUNK)]
        each = self.study.futures
        return {name: np.concatenate([block[name] for block in blocks])[::each] for name in blocks[0]}

    def _prepared(self, key: str, scenario: Scenario) -> tuple[Inputs, dict[str, NDArray[Any]]]:
        """Give the inputs of a scenario, and the facts of the case that it edits, by its memo key."""
        if key not in self._inputs:
            inputs = inputs_of(self.case, scenario)
            self._inputs[key] = (inputs, facts_of(self.study, self.case, scenario))
        return self._inputs[key]

    def _runs(self, draws: int | None) -> int:
        """Count the runs of a scenario on so many draws."""
        return self.study.runs if draws is None else draws * self.study.futures

    def _joined(self, key: str) -> ScenarioMeasures:
        """Give what was made of a scenario in one piece, by its memo key."""
        parts = self._made[key]
        if len(parts) > 1:
            parts[:] = [ScenarioMeasures.joined(parts)]
        return parts[0]

    def _all_made(self) -> dict[str, ScenarioMeasures]:
        """Give what was made of all scenarios, by memo key."""
        return {key: self._joined(key) for key in self._made}

    def _measured(self, runs: Iterable[tuple[Inputs, Draws]], count: Done) -> Iterator[ScenarioMeasures]:
        """Make and read some runs of one scenario after the other, here or by workers."""
        judged = self.study.judged_in(self.case.clock.quarters)
        blocks = (ScenarioBlock(inputs, draws, self.measures, judged) for inputs, draws in runs)
        if self.workers is None:
            for block in blocks:
                yield block.measure(self.threads, count)
        else:
            for measured in self.workers.map(ScenarioBlock.measure, list(blocks)):  # Dask takes no iterator
                count(len(measured.status))
                yield measured


def memo_key(scenario: Scenario) -> str:
    """Name what a scenario changes, whatever it is called."""
    return identity_of(scenario.model_dump(mode="json", by_alias=True, exclude={"key", "title"}))


PARTS = ("values", "status", "outcome")
"""Arrays of measured runs."""


def packed(made: Mapping[str, ScenarioMeasures]) -> dict[str, NDArray[Any]]:
    """Give measured runs, by memo key, as arrays with names."""
    return {f"{key}:{part}": getattr(runs, part) for key, runs in made.items() for part in PARTS}


def unpacked(arrays: Mapping[str, NDArray[Any]]) -> dict[str, ScenarioMeasures]:
    """Read measured runs, by memo key, from the arrays of :func:`packed`."""
    keys = dict.fromkeys(name.partition(":")[0] for name in arrays)
    return {key: ScenarioMeasures(*(arrays[f"{key}:{part}"] for part in PARTS)) for key in keys}

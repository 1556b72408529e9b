"""An experiment: scenarios of a case on common random numbers, read by measures while it runs.

Run r of every scenario has draw r // replicates of the parameters and the random numbers of run r, so that scenarios
are compared run by run. What was run of a scenario is kept by what the scenario changes, whatever it is called: asking
again costs nothing, and more draws go on where the last ones ended. Of a run only its measures are kept. Its paths are
read block by block and let go, so that memory grows with measures and not with paths.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Booleans, Floats, Integers
from copark.cases.case import Case
from copark.identity import identity_of
from copark.model.arrays import Draws, Inputs
from copark.model.variables import catalogue
from copark.simulation.ensemble import CHUNK, Done, Ensemble, ScenarioRuns, calls_for
from copark.simulation.outcomes import NEEDED, outcome_effects
from copark.simulation.results import Label, label
from copark.simulation.run import Progress, facts_of, inputs_of, source_of
from copark.simulation.sample import NOTHING, DrawSource, StudyDraws
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
class OutputValues:
    """Outputs as measures, each in a quarter of its own; not a number where a run did not finish."""

    places: tuple[tuple[str, int], ...]
    """Name of each output, and its quarter, counted from 0."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures: output and number of the quarter."""
        return tuple(f"{output}/{quarter}" for output, quarter in self.places)

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the outputs."""
        return tuple(catalogue().outputs[output].unit for output, _ in self.places)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs that are read."""
        return tuple(dict.fromkeys(output for output, _ in self.places))

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Give the last quarter, for all of them."""
        return tuple(labels[-1:])

    def read(self, runs: ScenarioRuns) -> Floats:
        """Read some runs, shape (runs, measures, 1)."""
        values = np.empty((len(runs.status), len(self.places), 1))
        for column, (output, quarter) in enumerate(self.places):
            values[:, column, 0] = runs[output][:, quarter]
        return runs.of_finished(values)


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

    def __getitem__(self, chosen: slice | Integers) -> ScenarioMeasures:
        """Keep some of the runs."""
        return ScenarioMeasures(self.values[chosen], self.status[chosen], self.outcome[chosen])


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
        self.replicates = tuple(range(study.futures))
        # By memo key and replicates; runs that were made later are appended, and joined when they are read.
        self._made: dict[str, list[ScenarioMeasures]] = {}
        # By what alters inputs.
        self._packed: dict[str, tuple[Inputs, dict[str, np.ndarray]]] = {}
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

    @property
    def made(self) -> int:
        """Count the runs that were made, of all scenarios, here and by all parts."""
        return sum(map(self._runs_kept, self._made))

    def part(self, replicates: Iterable[int]) -> Experiment:
        """Give the experiment on some replicates of each draw, on the random numbers they have in the whole.

        The two keep their runs together: what was run of all replicates is not run again.

        Parameters
        ----------
        replicates
            Their numbers, in ascending order, from 0 on.
        """
        part = copy(self)
        part.replicates = tuple(replicates)
        return part

    def drawn(self) -> Draws:
        """Give what each draw has before any scenario, by one run of it, shape (draws,)."""
        study = self.study
        draws = StudyDraws(study, self.case, (NOTHING,), ({},), self.source)
        (drawn,) = draws.of_runs(np.arange(0, study.runs, study.futures)).by_scenario
        return drawn

    def alters(self, scenario: Scenario) -> bool:
        """Tell whether a scenario alters inputs, or parameters of the first two draws."""
        last = min(self.study.futures + 1, self.study.runs)
        (inputs, facts), (plain_inputs, plain_facts) = self._inputs(scenario), self._inputs(NOTHING)
        draws = StudyDraws(self.study, self.case, (scenario, NOTHING), (facts, plain_facts), self.source)
        altered, plain = draws(0, last).by_scenario
        return not (same(inputs, plain_inputs) and same(altered, plain))

    def runs_of(self, scenario: Scenario) -> int:
        """Count the runs there are of a scenario."""
        return self._known(memo_key(scenario))

    def extend(self, scenarios: Iterable[Scenario], draws: int | None = None) -> None:
        """Run scenarios on the first so many draws; nothing is run twice.

        Parameters
        ----------
        scenarios
            Those that need the runs: all at first, later those that are undecided.
        draws
            Draws of parameters, with the replicates of each; by default as many as make the study's runs.
        """
        wanted = self._runs(draws)
        waiting = {memo_key(scenario): scenario for scenario in scenarios}
        waiting = {key: scenario for key, scenario in waiting.items() if self._known(key) < wanted}
        begun = {key: self._runs_kept(self._place(key)) for key in waiting}
        total = sum(wanted - count for count in begun.values())
        made = 0

        def count(more: int) -> None:
            nonlocal made
            made += more
            self.progress(made, total)

        for start in sorted(set(begun.values())):
            group = {key: scenario for key, scenario in waiting.items() if begun[key] == start}
            for key, runs in self._measured(group, start, wanted, count):
                self._made.setdefault(self._place(key), []).append(runs)
                if self.checkpoint is not None and self.checkpoint.is_due:
                    self.checkpoint.keep(made / total, packed(self._all_made()))
        if self.checkpoint is not None and waiting:
            self.checkpoint.keep(1.0, packed(self._all_made()))

    def measured(self, scenario: Scenario, draws: int | None = None) -> ScenarioMeasures:
        """Give the measures of a scenario on the first so many draws, run now where they are missing."""
        key = memo_key(scenario)
        runs = self._runs(draws)
        if self._known(key) < runs:
            self.extend([scenario], draws)
        place = self._place(key)
        if self._runs_kept(place) >= runs:
            return self._joined(place)[:runs]
        return self._joined(key)[self._numbers(0, runs)]

    def forget(self, scenario: Scenario) -> None:
        """Let go of a scenario that was read, so that memory holds many one after the other; asked again, it is run."""
        self._made.pop(memo_key(scenario), None)

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
            draws=self._draws(reference),
        )

    def outcome_effects(self, scenarios: Sequence[Scenario], against: Scenario, draws: int | None = None) -> Effects:
        """Compare the shares of outcomes of scenarios with those of a reference; see :meth:`effects`."""
        self.extend([against, *scenarios], draws)
        reference = self.measured(against, draws)
        return outcome_effects(
            against.key,
            reference.outcome,
            {scenario.key: self.measured(scenario, draws).outcome for scenario in scenarios},
            self._draws(reference),
            self.labels[self.study.judged_in(len(self.labels))],
        )

    def drawn_parameters(self, draws: int | None = None) -> dict[str, Floats]:
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
        last = self.study.runs if draws is None else draws * self.study.futures
        return dict(draws_of.of_runs(np.arange(0, last, self.study.futures)).drawn)

    def _draws(self, runs: ScenarioMeasures) -> Integers:
        """Number the parameter draw of every run, shape (runs,)."""
        return np.arange(len(runs.status), dtype=np.int64) // len(self.replicates)

    def _runs(self, draws: int | None) -> int:
        """Count the runs of a scenario on so many draws; on those that make the study's runs where none are given."""
        if draws is None and len(self.replicates) == self.study.futures:
            return self.study.runs
        return len(self.replicates) * (self.study.runs // self.study.futures if draws is None else draws)

    def _numbers(self, first: int, last: int) -> Integers:
        """Number runs first … last - 1 of these replicates as the study numbers them."""
        draws, places = np.divmod(np.arange(first, last), len(self.replicates))
        numbers: Integers = draws * self.study.futures + np.array(self.replicates)[places]
        return numbers

    def _place(self, key: str) -> str:
        """Name where runs of these replicates are kept of a scenario, by its memo key; all replicates, by that key."""
        if len(self.replicates) == self.study.futures:
            return key
        return f"{key}@{','.join(map(str, self.replicates))}"

    def _runs_kept(self, place: str) -> int:
        return sum(len(runs.status) for runs in self._made.get(place, ()))

    def _known(self, key: str) -> int:
        """Count the runs of these replicates, by a scenario's memo key: their own, or those the whole has."""
        whole = self._runs_kept(key) // self.study.futures * len(self.replicates)
        own = self._runs_kept(self._place(key))
        return max(own, whole)

    def _joined(self, place: str) -> ScenarioMeasures:
        """Give what was made of a scenario in one piece."""
        parts = self._made[place]
        if len(parts) > 1:
            parts[:] = [ScenarioMeasures.joined(parts)]
        return parts[0]

    def _all_made(self) -> dict[str, ScenarioMeasures]:
        """Give what was made of all scenarios, by place."""
        return {place: self._joined(place) for place in self._made}

    def _inputs(self, scenario: Scenario) -> tuple[Inputs, dict[str, np.ndarray]]:
        """Pack a scenario's inputs and find its facts, once for all that differ in parameters alone."""
        key = memo_key(scenario.model_copy(update={"parameters": {}, "times": {}}))
        if key not in self._packed:
            while len(self._packed) >= MOST_PACKED:
                self._packed.pop(next(iter(self._packed)))
            self._packed[key] = inputs_of(self.case, scenario), facts_of(self.study, self.case, scenario)
        return self._packed[key]

    def _measured(
        self, group: Mapping[str, Scenario], first: int, last: int, count: Done
    ) -> Iterator[tuple[str, ScenarioMeasures]]:
        """Make and read runs first … last - 1 of scenarios, some of one scenario after the other.

        Draws of some runs are made once and serve all scenarios.
        """
        inputs, facts = zip(*map(self._inputs, group.values()), strict=True) if group else ((), ())
        draws_of = StudyDraws(self.study, self.case, tuple(group.values()), facts, self.source)
        judged = self.study.judged_in(self.case.clock.quarters)
        for start in range(first, last, CHUNK):
            numbers = self._numbers(start, min(start + CHUNK, last))
            scenarios = zip(inputs, draws_of.of_runs(numbers).by_scenario, strict=True)
            blocks = (ScenarioBlock(inputs, draws, self.measures, judged) for inputs, draws in scenarios)
            yield from zip(group, self._made_of(blocks, len(numbers), count), strict=True)

    def _made_of(self, blocks: Iterator[ScenarioBlock], runs: int, count: Done) -> Iterator[ScenarioMeasures]:
        """Make and read blocks of so many runs each, in their order, here or by workers."""
        if self.workers is not None:
            for measured in self.workers.map(ScenarioBlock.measure, list(blocks)):  # Dask takes no iterator
                count(len(measured.status))
                yield measured
        elif calls_for(runs) < self.threads:
            # Too few runs to share out: several scenarios at a time, each on a thread.
            with ThreadPoolExecutor(self.threads) as pool:
                for measured in in_order(pool, blocks, ahead=2 * self.threads):
                    count(len(measured.status))
                    yield measured
        else:
            for block in blocks:
                yield block.measure(self.threads, count)


def in_order(pool: Executor, blocks: Iterable[ScenarioBlock], ahead: int) -> Iterator[ScenarioMeasures]:
    """Measure blocks by the threads of a pool, in their order, only so many of them prepared ahead."""
    waiting: deque[Future[ScenarioMeasures]] = deque()
    for block in blocks:
        waiting.append(pool.submit(block.measure))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def same(first: Inputs | Draws, second: Inputs | Draws) -> bool:
    """Tell whether inputs, or draws, are alike to the last bit."""
    pairs = zip(first, second, strict=True)
    return all(np.asarray(one).tobytes() == np.asarray(other).tobytes() for one, other in pairs)


CHANGES = frozenset(Scenario.model_fields) - {"key", "title"}
"""Fields of a scenario that change something; what further kinds of scenarios say beside them changes no run."""
MOST_PACKED = 512
"""Inputs that are kept packed, of some 70 kB each."""


def memo_key(scenario: Scenario) -> str:
    """Name what a scenario changes, whatever it is called."""
    return identity_of(scenario.model_dump(mode="json", by_alias=True, include=set(CHANGES)))


PARTS = ("values", "status", "outcome")
"""Arrays of measured runs."""


def packed(made: Mapping[str, ScenarioMeasures]) -> dict[str, NDArray[Any]]:
    """Give measured runs, by memo key, as arrays with names."""
    return {f"{key}:{part}": getattr(runs, part) for key, runs in made.items() for part in PARTS}


def unpacked(arrays: Mapping[str, NDArray[Any]]) -> dict[str, ScenarioMeasures]:
    """Read measured runs, by memo key, from the arrays of :func:`packed`."""
    keys = dict.fromkeys(name.partition(":")[0] for name in arrays)
    return {key: ScenarioMeasures(*(arrays[f"{key}:{part}"] for part in PARTS)) for key in keys}

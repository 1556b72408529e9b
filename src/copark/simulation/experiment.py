"""An experiment: scenarios of a case on common random numbers, read by measures while it runs.

Run r of every scenario has draw r // replicates of the parameters and the random numbers of run r, so that scenarios
are compared run by run. What was run of a scenario is kept by what the scenario changes, whatever it is called: asking
again costs nothing, and more draws go on where the last ones ended. Of a run only its measures are kept. Its paths are
read block by block and let go, so that memory grows with measures and not with paths.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats, Integers
from copark.cases.case import Case
from copark.cases.types import key_written
from copark.identity import identity_of
from copark.json_types import JsonObject
from copark.model.arrays import Draws, Inputs
from copark.progress import CountedProgress, Progress, ProgressCounter, silent
from copark.simulation.ensemble import CHUNK, Ensemble
from copark.simulation.measures import Measures, ScenarioMeasures, packed, unpacked
from copark.simulation.outcomes import outcome_effects
from copark.simulation.results import Label, label
from copark.simulation.run import facts_of, inputs_of, source_of
from copark.simulation.sample import NOTHING, DrawSource, StudyDraws, with_parameters
from copark.simulation.study import Scenario, Study
from copark.simulation.unfinished import require_finished_of_each
from copark.stats.effects import Effects


class Checkpoint(Protocol):
    """Store in which an experiment is kept from time to time; :class:`copark.store.checkpoints.Stage` is one."""

    @property
    def found(self) -> Any:
        """State that an earlier attempt has left, with its ``arrays``; ``None`` if there is none."""

    @property
    def is_due(self) -> bool:
        """True if it is worth keeping again."""

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
        progress: Progress | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self.study = study
        self.case = study.seen(case)
        self.measures = measures
        self.source = source_of(study, case, source)
        self._case_as_filed = case
        self.threads = threads
        self.progress: Progress = progress or silent
        self.checkpoint = checkpoint
        self.replicates = tuple(range(study.replicates))
        # By storage key; runs that were made later are appended, and joined when they are read.
        self._stored: dict[str, list[ScenarioMeasures]] = {}
        # By what alters inputs.
        self._inputs: dict[str, tuple[Inputs, dict[str, np.ndarray]]] = {}
        if checkpoint is not None and checkpoint.found is not None:
            self._stored = {key: [runs] for key, runs in unpacked(checkpoint.found.arrays).items()}

    @cached_property
    def result_label(self) -> Label:
        """Label of the study's result: run ID, provenance, trust."""
        return label(self.study, self._case_as_filed, None if self.source is None else self.source.content)

    @cached_property
    def quarter_labels(self) -> tuple[str, ...]:
        """All quarters that are simulated, such as 2021Q1."""
        start = self.case.clock.start
        return tuple(str(start + quarter) for quarter in range(self.case.clock.quarters))

    @property
    def run_id(self) -> str:
        """Run ID of the study."""
        return self.result_label.identity

    @property
    def provenance(self) -> JsonObject:
        """Everything the study is made of: versions, hashes, seed, time."""
        provenance: JsonObject = json.loads(self.result_label.provenance)
        return provenance

    @property
    def runs_made(self) -> int:
        """Runs that were made, of all scenarios, here and by all parts."""
        return sum(map(self._count_stored, self._stored))

    def part(self, replicates: Iterable[int]) -> Experiment:
        """Return the experiment on some replicates of each draw, on the random numbers they have in the whole.

        The two keep their runs together: what was run of all replicates is not run again.

        Parameters
        ----------
        replicates
            Their numbers, in ascending order, from 0 on.
        """
        part = copy(self)
        part.replicates = tuple(replicates)
        return part

    def drawn_records(self) -> Draws:
        """Return what each draw has before any scenario, by one run of it, shape (draws,)."""
        return self._before_scenarios(np.arange(0, self.study.runs, self.study.replicates))

    def _before_scenarios(self, numbers: Integers) -> Draws:
        """Return the draws of runs of these numbers as no scenario has changed them."""
        (draws,) = StudyDraws(self.study, self.case, (NOTHING,), ({},), self.source).of_runs(numbers).by_scenario
        return draws

    def alters(self, scenario: Scenario) -> bool:
        """Return whether a scenario alters inputs, or parameters of the first two draws."""
        inputs, facts = self._prepared(scenario)
        plain_inputs, _ = self._prepared(NOTHING)
        altered = with_parameters(self._two_draws, scenario, facts)
        return not (alike(inputs, plain_inputs) and alike(altered, self._two_draws))

    @cached_property
    def _two_draws(self) -> Draws:
        """The first two draws before any scenario."""
        return self._before_scenarios(np.arange(min(self.study.replicates + 1, self.study.runs)))

    def count_runs(self, scenario: Scenario) -> int:
        """Count the runs there are of a scenario."""
        return self._count_available(memo_key(scenario))

    def extend(self, scenarios: Iterable[Scenario], draws: int | None = None) -> None:
        """Run scenarios on the first so many draws; nothing is run twice.

        Parameters
        ----------
        scenarios
            Those that need the runs: all at first, later those that are undecided.
        draws
            Draws of parameters, with the replicates of each; by default as many as make the study's runs.
        """
        target_runs = self._count_wanted(draws)
        waiting = {memo_key(scenario): scenario for scenario in scenarios}
        waiting = {key: scenario for key, scenario in waiting.items() if self._count_available(key) < target_runs}
        begun = {key: self._count_stored(self._storage_key(key)) for key in waiting}
        counter = ProgressCounter(self.progress, sum(target_runs - count for count in begun.values()))
        # Scenarios that have come equally far go together: draws of a stretch of runs are made once and serve all of
        # them.
        for start in sorted(set(begun.values())):
            group = {key: scenario for key, scenario in waiting.items() if begun[key] == start}
            for key, runs in self._measure_chunks(group, start, target_runs, counter):
                self._stored.setdefault(self._storage_key(key), []).append(runs)
                if self.checkpoint is not None and self.checkpoint.is_due:
                    self.checkpoint.keep(counter.done / counter.total, packed(self._all_stored()))
        if self.checkpoint is not None and waiting:
            self.checkpoint.keep(1.0, packed(self._all_stored()))

    def measured(self, scenario: Scenario, draws: int | None = None) -> ScenarioMeasures:
        """Return the measures of a scenario on the first so many draws, run now where they are missing."""
        key = memo_key(scenario)
        runs = self._count_wanted(draws)
        if self._count_available(key) < runs:
            self.extend([scenario], draws)
        storage_key = self._storage_key(key)
        if self._count_stored(storage_key) >= runs:
            return self._joined(storage_key)[:runs]
        # The whole has them: replicates of a part are rows of it, on the same random numbers.
        return self._joined(key)[self._run_numbers(0, runs)]

    def forget(self, scenario: Scenario) -> None:
        """Let go of a scenario that was read, so that memory holds many one after the other; asked again, it is run."""
        self._stored.pop(memo_key(scenario), None)

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
        measured = {scenario.key: self.measured(scenario, draws) for scenario in scenarios}
        status = {against.key: reference.status} | {key: runs.status for key, runs in measured.items()}
        require_finished_of_each(status, self.quarter_labels)
        return Effects(
            measures=self.measures.names,
            units=self.measures.units,
            quarters=self.measures.quarters(self.quarter_labels),
            reference=against.key,
            reference_values=reference.values,
            values={key: runs.values for key, runs in measured.items()},
            finished={key: runs.finished & reference.finished for key, runs in measured.items()},
            draw_of_run=self._draw_of_run(reference),
        )

    def outcome_effects(self, scenarios: Sequence[Scenario], against: Scenario, draws: int | None = None) -> Effects:
        """Compare the shares of outcomes of scenarios with those of a reference; see :meth:`effects`.

        Parameters
        ----------
        scenarios
            Those that are compared.
        against
            The reference.
        draws
            Draws of parameters, by default as many as make the study's runs.

        Returns
        -------
        Effects whose measures are the outcomes, each 1 in a run that comes to it and 0 in any other, in the quarter in
        which outcomes are judged.

        Raises
        ------
        StudyFaults
            If the edits of a scenario do not fit the case.
        """
        self.extend([against, *scenarios], draws)
        reference = self.measured(against, draws)
        return outcome_effects(
            against.key,
            reference.outcome,
            {scenario.key: self.measured(scenario, draws).outcome for scenario in scenarios},
            self._draw_of_run(reference),
            self.quarter_labels[self.study.judged_in(len(self.quarter_labels))],
        )

    def drawn_parameters(self, draws: int | None = None) -> dict[str, Floats]:
        """Return the parameters of the first so many draws, before any scenario changes them.

        Parameters
        ----------
        draws
            Draws of parameters, by default as many as make the study's runs.

        Returns
        -------
        Values by name of the parameter, each of shape (draws,).
        """
        draws_of = StudyDraws(self.study, self.case, (), (), self.source)
        last = self.study.runs if draws is None else draws * self.study.replicates
        return dict(draws_of.of_runs(np.arange(0, last, self.study.replicates)).drawn)

    def _draw_of_run(self, runs: ScenarioMeasures) -> Integers:
        """Number the parameter draw of every run, shape (runs,)."""
        return np.arange(len(runs.status), dtype=np.int64) // len(self.replicates)

    def _count_wanted(self, draws: int | None) -> int:
        """Count the runs that a scenario has on so many draws; where none are given, on those of the study's runs."""
        if draws is None and len(self.replicates) == self.study.replicates:
            return self.study.runs
        return len(self.replicates) * (self.study.runs // self.study.replicates if draws is None else draws)

    def _run_numbers(self, first: int, last: int) -> Integers:
        """Number runs first … last - 1 of these replicates as the study numbers them."""
        draws, places = np.divmod(np.arange(first, last), len(self.replicates))
        numbers: Integers = draws * self.study.replicates + np.array(self.replicates)[places]
        return numbers

    def _storage_key(self, key: str) -> str:
        """Return the key under which runs of these replicates are stored; of all replicates, it is the memo key."""
        if len(self.replicates) == self.study.replicates:
            return key
        return f"{key}@{','.join(map(str, self.replicates))}"

    def _count_stored(self, storage_key: str) -> int:
        """Count the runs that are stored under a storage key."""
        return sum(len(runs.status) for runs in self._stored.get(storage_key, ()))

    def _count_available(self, key: str) -> int:
        """Count the runs there are of these replicates, by a scenario's memo key: their own, or those the whole has."""
        whole = self._count_stored(key) // self.study.replicates * len(self.replicates)
        own = self._count_stored(self._storage_key(key))
        return max(own, whole)

    def _joined(self, key: str) -> ScenarioMeasures:
        """Join what is stored under a key, and return it in one piece."""
        parts = self._stored[key]
        if len(parts) > 1:
            parts[:] = [ScenarioMeasures.joined(parts)]
        return parts[0]

    def _all_stored(self) -> dict[str, ScenarioMeasures]:
        """Return all that is stored, by key."""
        return {key: self._joined(key) for key in self._stored}

    def _prepared(self, scenario: Scenario) -> tuple[Inputs, dict[str, np.ndarray]]:
        """Pack a scenario's inputs and find its facts, once for all that differ in parameters alone."""
        key = memo_key(scenario.model_copy(update={"parameters": {}, "times": {}}))
        if key not in self._inputs:
            # The oldest goes, so that memory is bounded; asked for again it is packed again.
            while len(self._inputs) >= MOST_PACKED:
                self._inputs.pop(next(iter(self._inputs)))
            self._inputs[key] = inputs_of(self.case, scenario), facts_of(self.study, self.case, scenario)
        return self._inputs[key]

    def _measure_chunks(
        self, group: Mapping[str, Scenario], first: int, last: int, progress: CountedProgress
    ) -> Iterator[tuple[str, ScenarioMeasures]]:
        """Make and read runs first … last - 1 of scenarios, a chunk of runs of one scenario after the other.

        Draws of a chunk are made once and serve all scenarios.

        Parameters
        ----------
        group
            Scenarios by memo key.
        first, last
            Runs of these replicates, counted from 0.
        progress
            Called with how many runs more were made.

        Yields
        ------
        Memo key of a scenario, and the measures of a chunk of its runs.
        """
        keys = tuple(group)
        inputs_by_scenario, facts_by_scenario = zip(*map(self._prepared, group.values()), strict=True)
        draws_of = StudyDraws(self.study, self.case, tuple(group.values()), facts_by_scenario, self.source)
        ensemble = Ensemble(
            inputs_by_scenario,
            lambda start, end: draws_of.of_runs(self._run_numbers(start, end)),
            tuple(dict.fromkeys(self.measures.outputs)),
            threads=self.threads,
            progress=progress,
            judged=self.study.judged_in(self.case.clock.quarters),
        )
        for stretch in ensemble.stretches(first, last, CHUNK):
            paired = ensemble.draws(*stretch)
            for number, runs in ensemble.each(paired):
                yield keys[number], ScenarioMeasures.of(runs, self.measures)


def alike(first: Inputs | Draws, second: Inputs | Draws) -> bool:
    """Return whether inputs, or draws, are alike to the last bit."""
    pairs = zip(first, second, strict=True)
    # By bytes, so that records of fields and plain arrays are compared alike, and NaN is like itself.
    return all(np.asarray(left).tobytes() == np.asarray(right).tobytes() for left, right in pairs)


CHANGES = frozenset(key_written(name, field) for name, field in Scenario.model_fields.items()) - {"key", "title"}
"""Keys of a scenario, as hashes have them, that change something; what further kinds of scenarios say beside them
changes no run."""
MOST_PACKED = 512
"""Inputs that are kept packed, of some 70 kB each."""


def memo_key(scenario: Scenario) -> str:
    """Name what a scenario changes, whatever it is called."""
    content = scenario.model_dump(mode="json", by_alias=True)
    return identity_of({key: value for key, value in content.items() if key in CHANGES})

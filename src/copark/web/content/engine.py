"""The engine behind every answer of the model: the packing, draws and kernel of the command line, with caches.

Runs are addressed by number, so that 1,000 runs begin with the 200 that were made while a slider moved, and the
scenarios of a comparison share parameters and random numbers. Recent runs are cached, within a bound of bytes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

from copark.analyses.compare import outcome_attribution
from copark.calibration.case_parameters import Source
from copark.identity import hash_content, identity_of
from copark.json_types import JsonObject
from copark.simulation.ensemble import Ensemble, Past, ScenarioRuns, default_threads, runs_of
from copark.simulation.results import study_identity
from copark.simulation.run import facts_of, inputs_of
from copark.simulation.sample import StudyDraws
from copark.simulation.shared_past import shared_quarters
from copark.simulation.study import Scenario, Study
from copark.simulation.unfinished import require_any_finished
from copark.web.content.case_registry import CaseEntry, CaseRegistry

if TYPE_CHECKING:
    from copark.model.arrays import Draws, Inputs

V = TypeVar("V")
POLL = 0.1
"""Seconds between two checks whether a request that waits was cancelled."""


class BoundedCache(Generic[V]):
    """Values by key, within a bound of bytes: the least recently used go first. Safe between threads."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._values: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, tuple[threading.Lock, int]] = {}

    def get(self, key: Hashable) -> V | None:
        """Return the value of a key, or ``None``."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Hashable, value: V, size: int) -> None:
        """Cache a value, in the place of an older one of its key.

        Parameters
        ----------
        key
            The key.
        value
            The value; one larger than the cache is not cached.
        size
            Its size in bytes.
        """
        with self._lock:
            if key in self._values:
                self.bytes -= self._values.pop(key)[1]
            if size > self.most_bytes:
                return
            self._values[key] = (value, size)
            self.bytes += size
            while self.bytes > self.most_bytes:
                self.bytes -= self._values.popitem(last=False)[1][1]

    @contextmanager
    def locked(self, key: Hashable, check: Callable[[], None] | None = None) -> Iterator[None]:
        """Lock a key, so that what two requests want at once is made once.

        Parameters
        ----------
        key
            The key.
        check
            Called now and then while another has the lock; what it raises ends the wait.
        """
        with self._lock:
            lock, users = self._making.get(key, (threading.Lock(), 0))
            self._making[key] = (lock, users + 1)
        try:
            _acquire(lock, check)
            try:
                yield
            finally:
                lock.release()
        finally:
            with self._lock:
                lock, users = self._making[key]
                if users == 1:
                    del self._making[key]
                else:
                    self._making[key] = (lock, users - 1)

    def once(
        self, key: Hashable, make: Callable[[], V], size: Callable[[V], int], check: Callable[[], None] | None = None
    ) -> V:
        """Return the value of a key; make and cache it if it is not there.

        Parameters
        ----------
        key
            The key.
        make
            Makes the value.
        size
            Returns its size in bytes.
        check
            Called now and then while another makes the value; what it raises ends the wait.
        """
        value = self.get(key)
        if value is not None:
            return value
        with self.locked(key, check):
            value = self.get(key)
            if value is None:
                value = make()
                self.put(key, value, size(value))
            return value


def _acquire(lock: threading.Lock, check: Callable[[], None] | None) -> None:
    """Acquire a lock, and check now and then whether to go on waiting."""
    if check is None:
        lock.acquire()
        return
    while not lock.acquire(timeout=POLL):
        check()


FEW = 800 * 80
"""Runs times quarters up to which runs of a scenario are few: no light request wants more (decision 0044)."""


MOST_KEPT = 1000
"""Runs of a scenario of which is kept what they are in the quarter that a study looks at its case from."""


class Cancelled(Exception):
    """The client has disconnected, or the request was cancelled."""


class CancellationToken:
    """Cancels the computation for one request, and counts the runs that were made for it."""

    def __init__(self) -> None:
        self._gone = threading.Event()
        self.runs = 0

    def cancel(self) -> None:
        """Stop the work at its next check."""
        self._gone.set()

    def check(self, done: int = 0) -> None:
        """Count runs that were made; raise Cancelled if the request was cancelled."""
        self.runs += done
        if self._gone.is_set():
            raise Cancelled


class Engine:
    """Runs scenarios of studies for many clients at once."""

    def __init__(
        self,
        registry: CaseRegistry,
        threads: int | None = None,
        run_bytes: int = 256_000_000,
        input_bytes: int = 64_000_000,
        past_bytes: int = 128_000_000,
    ) -> None:
        self.registry = registry
        self.threads = threads or default_threads()
        self.runs: BoundedCache[ScenarioRuns] = BoundedCache(run_bytes)
        self.pasts: BoundedCache[Past] = BoundedCache(past_bytes)
        self._inputs: BoundedCache[Inputs] = BoundedCache(input_bytes)
        self._lock = threading.Lock()
        self._busy = 0

    @contextmanager
    def share_of_threads(self) -> Iterator[int]:
        """Return one request its share of the threads, by how many are being served."""
        with self._lock:
            self._busy += 1
            threads = max(1, self.threads // self._busy)
        try:
            yield threads
        finally:
            with self._lock:
                self._busy -= 1

    def source(self, study: Study, case_entry: CaseEntry) -> Source | None:
        """Return the posterior a study's draws come from, if they do."""
        return case_entry.parameters.source if study.draws == "posterior" else None

    def identity(self, study: Study, case_entry: CaseEntry) -> str:
        """Return the run ID of a study's result: that of the command line and of the library."""
        source = self.source(study, case_entry)
        return study_identity(study, case_entry.case, None if source is None else str(source.content["draws_hash"]))

    def answer_key(self, study: Study, case_entry: CaseEntry, part: str) -> str:
        """Return a key of everything an answer depends on.

        A run ID covers no titles, and an answer bears those of who asks; it tells of the case's calibration, too.

        Parameters
        ----------
        study
            The study, with its titles.
        case_entry
            Its case.
        part
            What is answered of the study's result.
        """
        return hash_content([self.identity(study, case_entry), study.content(), case_entry.state, part])

    def inputs(self, study: Study, case_entry: CaseEntry, scenario: Scenario) -> Inputs:
        """Return the packed inputs of a scenario, which do not depend on parameters.

        Parameters
        ----------
        study
            Study of the scenario, which decides the horizon and the quarter the case is looked at from.
        case_entry
            The case.
        scenario
            The scenario; two that differ only in key, title or parameters share their inputs in the cache.
        """
        content = scenario.model_dump(mode="json", by_alias=True, exclude={"key", "title", "parameters"})
        seen = study.seen(case_entry.case)
        key = identity_of({"case": case_entry.hash, "quarters": seen.clock.quarters, "scenario": content})
        return self._inputs.once(
            key,
            lambda: inputs_of(seen, scenario),
            lambda inputs: sum(record.nbytes for record in inputs),
        )

    def simulate(
        self, study: Study, case_entry: CaseEntry, cancellation: CancellationToken
    ) -> tuple[ScenarioRuns, ...]:
        """Return the runs of every scenario of a study, laid out quarter by quarter.

        They have the outputs the study keeps and those that explain why outcomes change; there may be more.

        Parameters
        ----------
        study
            The study; runs that are cached of any study with the same draws, seed and horizon are used again.
        case_entry
            Its case.
        cancellation
            Stops the work, also while another request makes the same runs.

        Returns
        -------
        tuple of ScenarioRuns
            In the order of the study's scenarios, each with the study's number of runs.

        Raises
        ------
        Cancelled
            If the request was cancelled.
        """
        outputs = tuple(dict.fromkeys((*study.kept, *outcome_attribution.NEEDED)))
        keys = [self.scenario_key(study, case_entry, scenario) for scenario in study.scenarios]
        scenarios = dict(zip(keys, study.scenarios, strict=True))
        cached = {key: self._cached(key, outputs, study.runs) for key in scenarios}
        found = {key: runs for key, runs in cached.items() if runs is not None}
        missing = {key: scenario for key, scenario in scenarios.items() if key not in found}
        if missing:
            few = study.runs * study.seen(case_entry.case).clock.quarters <= FEW
            with ExitStack() as locks:
                # In one order for all requests, so that no two wait for each other.
                for key in sorted(missing):
                    locks.enter_context(self.runs.locked((key, few), cancellation.check))
                found |= self._made(study, case_entry, missing, outputs, few, cancellation)
        return tuple(found[key].first(study.runs) for key in keys)

    def _made(
        self,
        study: Study,
        case_entry: CaseEntry,
        scenarios: Mapping[str, Scenario],
        outputs: tuple[str, ...],
        few: bool,
        cancellation: CancellationToken,
    ) -> dict[str, ScenarioRuns]:
        """Return runs of scenarios by key, and make those that are still missing.

        Few and many runs have each a slot of the cache and a lock of their own, so that a request for few never waits
        while many are made. Either continues from the runs of the other. Scenarios that lack the same runs are run
        together, so that what they share of their past is run once.
        """
        found: dict[str, ScenarioRuns] = {}
        lacking: dict[tuple[tuple[str, ...], int], dict[str, ScenarioRuns | None]] = {}
        for key in scenarios:
            enough = self._cached(key, outputs, study.runs)
            if enough is not None:
                found[key] = enough
                continue
            cached = self._cached(key, outputs)
            before = self.runs.get((key, few))
            if before is not None and not set(outputs) <= set(before.names):
                lacking.setdefault((tuple(dict.fromkeys((*before.names, *outputs))), 0), {})[key] = None
            elif cached is None:
                lacking.setdefault((outputs, 0), {})[key] = None
            else:
                lacking.setdefault((cached.names, len(cached)), {})[key] = cached
        start = case_entry.case.clock.start
        for (names, first), cached_by_key in lacking.items():
            chosen = tuple(scenarios[key] for key in cached_by_key)
            new_runs = self._run_from(first, study, case_entry, chosen, names, cancellation)
            for (key, cached), scenario, new in zip(cached_by_key.items(), chosen, new_runs, strict=True):
                if cached is None:
                    labels = [str(start + n) for n in range(new.out.shape[2])]
                    require_any_finished(scenario.key, new.status, labels)
                found[key] = new if cached is None else ScenarioRuns.joined([cached, new])
                self.runs.put((key, few), found[key], found[key].nbytes)
        return found

    def _cached(self, key: str, outputs: tuple[str, ...], runs: int = 1) -> ScenarioRuns | None:
        """Return the most runs that are cached of a scenario with all these outputs, if there are so many."""
        for few in (False, True):
            cached = self.runs.get((key, few))
            if cached is not None and set(outputs) <= set(cached.names) and len(cached) >= runs:
                return cached
        return None

    def scenario_key(self, study: Study, case_entry: CaseEntry, scenario: Scenario) -> str:
        """Return a key of everything a scenario's runs depend on, but for their number.

        Parameters
        ----------
        study
            Study of the scenario: seed, runs of each draw, quarters, and the quarter it is looked at from.
        case_entry
            The case, known by the hash of its content.
        scenario
            The scenario, without its key and title.
        """
        source = self.source(study, case_entry)
        content = scenario.model_dump(mode="json", by_alias=True, exclude={"key", "title"})
        draws = study.draws if source is None else str(source.content["draws_hash"])
        seed: JsonObject = {"seed": study.seed, "futures": study.replicates, "quarters": study.quarters}
        if study.now is not None:
            seed["now"] = str(study.now)
        return identity_of({"case": case_entry.hash, "scenario": content, "draws": draws, **seed})

    def draws(self, study: Study, case_entry: CaseEntry, scenario: Scenario, first: int, last: int) -> Draws:
        """Make parameters and random numbers of a scenario's runs first … last - 1.

        Parameters
        ----------
        study
            Study of the scenario, whose seed and kind of draws decide the numbers.
        case_entry
            The case, with the posterior the study may draw from.
        scenario
            The scenario, which may set parameters of its own.
        first, last
            Numbers of the runs, from 0, the last excluded. A run has the same draws in whatever range it is made.
        """
        facts = facts_of(study, case_entry.case, scenario)
        draws_of = StudyDraws(study, case_entry.case, (scenario,), (facts,), self.source(study, case_entry))
        (draws,) = draws_of(first, last).by_scenario
        return draws

    def run(
        self,
        inputs: Inputs,
        draws: Draws,
        outputs: Sequence[str],
        cancellation: CancellationToken,
        judged: int | None = None,
    ) -> ScenarioRuns:
        """Make runs on this request's share of the threads.

        Parameters
        ----------
        inputs, draws
            Of the scenario and its runs.
        outputs
            Outputs to keep.
        cancellation
            Stops the work.
        judged
            Quarter in which outcomes are judged, counted from 0.
        """
        with self.share_of_threads() as threads:
            return runs_of(inputs, draws, outputs, threads=threads, progress=cancellation.check, judged=judged)

    def _run_from(
        self,
        first: int,
        study: Study,
        case_entry: CaseEntry,
        scenarios: tuple[Scenario, ...],
        outputs: tuple[str, ...],
        cancellation: CancellationToken,
    ) -> tuple[ScenarioRuns, ...]:
        """Make the runs of scenarios from a number on to as many as a study asks for."""
        cancellation.check()
        inputs = [self.inputs(study, case_entry, scenario) for scenario in scenarios]
        facts = tuple(facts_of(study, case_entry.case, scenario) for scenario in scenarios)
        draws_of = StudyDraws(study, case_entry.case, scenarios, facts, self.source(study, case_entry))
        with self.share_of_threads() as threads:
            ensemble = draws_of.ensemble(inputs, outputs, threads, cancellation.check, by_quarter=True)
            if len(scenarios) == 1:
                return (self._run_one(first, study, case_entry, scenarios[0], ensemble),)
            return ensemble.run_scenarios(first).scenarios

    def _run_one(
        self, first: int, study: Study, case_entry: CaseEntry, scenario: Scenario, ensemble: Ensemble
    ) -> ScenarioRuns:
        """Run one scenario: from the quarter that the study looks at its case from, if what runs were in it is cached.

        What runs are in that quarter is kept for the next position of a lever, which changes nothing before it.
        """
        reference = study.scenarios[0]
        (inputs,) = ensemble.inputs
        since = 0 if study.now is None else study.now - case_entry.case.clock.start
        shared = shared_quarters(self.inputs(study, case_entry, reference), inputs)
        if not 0 < since < len(inputs.world) or shared < since:
            return ensemble.run_scenarios(first).scenarios[0]
        key = (self.scenario_key(study, case_entry, reference), since, ensemble.recorded)
        past = self.pasts.get(key)
        if past is not None and len(past) >= study.runs:
            return ensemble.run_resuming(past, first)
        is_next = first == (0 if past is None else len(past))
        if not is_next or study.runs > MOST_KEPT or scenario.parameters != reference.parameters:
            return ensemble.run_scenarios(first).scenarios[0]
        runs, later = ensemble.run_keeping(since, first)
        past = later if past is None else past.followed_by(later)
        self.pasts.put(key, past, past.nbytes)
        return runs

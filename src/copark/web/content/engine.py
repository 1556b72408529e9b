"""The one engine behind every answer: the same packing, draws and kernel as the command line's, with a memory.

Runs are addressed by number, so that 1,000 runs begin with the 200 that were made while a slider moved, and the
scenarios of a comparison share parameters and random numbers. What was made lately is held, within a bound of bytes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from copark.analyses.compare import outcome_attribution
from copark.calibration.case_parameters import Source
from copark.identity import identity_of
from copark.simulation.ensemble import Ensemble, ScenarioRuns, default_threads
from copark.simulation.outcomes import NEEDED
from copark.simulation.results import study_identity
from copark.simulation.run import facts_of, inputs_of
from copark.simulation.sample import StudyDraws
from copark.simulation.study import Scenario, Study
from copark.simulation.unfinished import require_any_finished
from copark.web.content.case_registry import CaseEntry, CaseRegistry

if TYPE_CHECKING:
    from copark.model.arrays import Draws, Inputs

V = TypeVar("V")
SLICE = 0.1
"""Seconds between two looks whether what is waited for is still wanted."""


class BoundedCache(Generic[V]):
    """Values by key; the one not asked for longest goes first when the bytes run out. Safe between threads."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._values: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, tuple[threading.Lock, int]] = {}

    def get(self, key: Hashable) -> V | None:
        """The value of a key, or ``None``."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Hashable, value: V, size: int) -> None:
        """Hold a value of a size in bytes, in the place of an older one of its key."""
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
    def alone(self, key: Hashable, check: Callable[[], None] | None = None) -> Iterator[None]:
        """Be the only one at work on a key, so that what two ask for at once is made once.

        ``check`` is called now and then while another is at work; what it raises ends the waiting.
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
        """The value of a key, made now if it is not held; see :meth:`alone`."""
        found = self.get(key)
        if found is not None:
            return found
        with self.alone(key, check):
            found = self.get(key)
            if found is None:
                found = make()
                self.put(key, found, size(found))
            return found


def _acquire(lock: threading.Lock, check: Callable[[], None] | None) -> None:
    """Take a lock, and look now and then whether it is still wanted."""
    if check is None:
        lock.acquire()
        return
    while not lock.acquire(timeout=SLICE):
        check()


FEW = 800 * 80
"""Quarters of runs of a scenario up to which they are few: no light question asks more (decision 0044)."""


class Cancelled(Exception):
    """Whoever asked is gone, or has asked to stop."""


class CancellationToken:
    """One request's right to be computed, until it is cancelled; and how many runs were made for it."""

    def __init__(self) -> None:
        self._gone = threading.Event()
        self.runs = 0

    def cancel(self) -> None:
        """Let the work stop at the next block of runs."""
        self._gone.set()

    def check(self, done: int = 0) -> None:
        """Stop here if it was cancelled."""
        self.runs += done
        if self._gone.is_set():
            raise Cancelled


class Engine:
    """Runs scenarios of studies for many clients at once."""

    def __init__(
        self, registry: CaseRegistry, threads: int | None = None, held: int = 256_000_000, inputs: int = 64_000_000
    ) -> None:
        self.registry = registry
        self.threads = threads or default_threads()
        self.runs: BoundedCache[ScenarioRuns] = BoundedCache(held)
        self._inputs: BoundedCache[Inputs] = BoundedCache(inputs)
        self._lock = threading.Lock()
        self._busy = 0

    @contextmanager
    def share(self) -> Iterator[int]:
        """Give one request its share of the threads, by how many are being served."""
        with self._lock:
            self._busy += 1
            threads = max(1, self.threads // self._busy)
        try:
            yield threads
        finally:
            with self._lock:
                self._busy -= 1

    def source(self, study: Study, case_entry: CaseEntry) -> Source | None:
        """Where a study's draws come from."""
        return case_entry.parameters.source if study.draws == "posterior" else None

    def identity(self, study: Study, case_entry: CaseEntry) -> str:
        """Identity of a study's result: that of the command line and of the library."""
        source = self.source(study, case_entry)
        return study_identity(study, case_entry.case, None if source is None else str(source.content["draws_hash"]))

    def inputs(self, study: Study, case_entry: CaseEntry, scenario: Scenario) -> Inputs:
        """Packed inputs of a scenario; parameters bear on none of them."""
        content = scenario.model_dump(mode="json", by_alias=True, exclude={"key", "title", "parameters"})
        seen = study.seen(case_entry.case)
        key = identity_of({"case": case_entry.hash, "quarters": seen.clock.quarters, "scenario": content})
        return self._inputs.once(
            key,
            lambda: inputs_of(seen, scenario),
            lambda made: sum(room.nbytes for room in made),
        )

    def simulate(self, study: Study, case_entry: CaseEntry, ticket: CancellationToken) -> tuple[ScenarioRuns, ...]:
        """Give the runs of every scenario of a study, laid out quarter by quarter.

        They have the outputs the study keeps and those that tell why outcomes change; there may be more.
        """
        return tuple(self._runs_of(study, case_entry, scenario, ticket) for scenario in study.scenarios)

    def _runs_of(
        self, study: Study, case_entry: CaseEntry, scenario: Scenario, ticket: CancellationToken
    ) -> ScenarioRuns:
        """Give the runs of a scenario that are held, at once; where they are too few, one at a time makes more.

        Few and many have each a place and a lock of their own, so that who wants few never waits while many are made.
        What one has made is where the other goes on.
        """
        outputs = tuple(dict.fromkeys((*study.kept, *NEEDED, *outcome_attribution.NEEDED)))
        key = self.scenario_key(study, case_entry, scenario)
        held = self._held(key, outputs)
        if held is None or len(held) < study.runs:
            quarters = study.seen(case_entry.case).clock.quarters
            place = (key, study.runs * quarters <= FEW)
            with self.runs.alone(place, ticket.check):
                held = self._held(key, outputs)
                if held is None or len(held) < study.runs:
                    before = self.runs.get(place)
                    if before is not None and not set(outputs) <= set(before.names):
                        outputs = tuple(dict.fromkeys((*before.names, *outputs)))
                        held = None
                    held = self._extended(study, case_entry, scenario, outputs, held, ticket)
                    self.runs.put(place, held, held.nbytes)
        return held.first(study.runs)

    def _held(self, key: str, outputs: tuple[str, ...]) -> ScenarioRuns | None:
        """Give the most runs that are held of a scenario with all these outputs."""
        for few in (False, True):
            held = self.runs.get((key, few))
            if held is not None and set(outputs) <= set(held.names):
                return held
        return None

    def scenario_key(self, study: Study, case_entry: CaseEntry, scenario: Scenario) -> str:
        """Name what a scenario's runs depend on, but for how many of them are wanted."""
        source = self.source(study, case_entry)
        content = scenario.model_dump(mode="json", by_alias=True, exclude={"key", "title"})
        draws = study.draws if source is None else str(source.content["draws_hash"])
        seed: dict[str, Any] = {"seed": study.seed, "futures": study.futures, "quarters": study.quarters}
        if study.now is not None:
            seed["now"] = str(study.now)
        return identity_of({"case": case_entry.hash, "scenario": content, "draws": draws, **seed})

    def draws(self, study: Study, case_entry: CaseEntry, scenario: Scenario, first: int, last: int) -> Draws:
        """Make parameters and random numbers of a scenario's runs first … last - 1."""
        facts = facts_of(study, case_entry.case, scenario)
        draws_of = StudyDraws(study, case_entry.case, (scenario,), (facts,), self.source(study, case_entry))
        (draws,) = draws_of(first, last).by_scenario
        return draws

    def run(
        self, inputs: Inputs, draws: Draws, outputs: Sequence[str], ticket: CancellationToken, judged: int | None = None
    ) -> ScenarioRuns:
        """Make runs on this request's share of the threads.

        Parameters
        ----------
        inputs, draws
            Of the scenario and its runs.
        outputs
            Outputs to keep.
        ticket
            Stops the work.
        judged
            Quarter in which outcomes are judged, counted from 0.
        """
        with self.share() as threads:
            return Ensemble(inputs, draws, outputs, threads=threads, progress=ticket.check, judged=judged).run()

    def _extended(
        self,
        study: Study,
        case_entry: CaseEntry,
        scenario: Scenario,
        outputs: tuple[str, ...],
        held: ScenarioRuns | None,
        ticket: CancellationToken,
    ) -> ScenarioRuns:
        """Make as many runs as a study asks, beginning with those that are held."""
        ticket.check()
        first = 0 if held is None else len(held)
        inputs = self.inputs(study, case_entry, scenario)
        draws = self.draws(study, case_entry, scenario, first, study.runs)
        kept = outputs if held is None else held.names
        made = self.run(inputs, draws, kept, ticket, study.judged_in(len(inputs.world))).by_quarter()
        if held is not None:
            return held.then(made)
        start = case_entry.case.clock.start
        require_any_finished(scenario.key, made.status, [str(start + n) for n in range(made.out.shape[2])])
        return made

"""Running arms: the same parameters and the same random numbers in every one; each is run once, whoever asks for it.

What is kept of a run is little: some outputs at some quarters, its outcome and whether it ended well as a computation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from copark.analyses.claims.schema import Change, is_empty
from copark.arrays import Floats
from copark.cases.case import Case
from copark.errors import Fault, FaultsFound
from copark.identity import canonical
from copark.model.arrays import Draws, Inputs
from copark.model.variables import catalogue
from copark.simulation.ensemble import Ensemble
from copark.simulation.outcomes import NEEDED, YEAR_TWENTY, reclassify
from copark.simulation.run import facts_of, inputs_of
from copark.simulation.sample import DrawSource, fill, sample, with_parameters
from copark.simulation.study import Study
from copark.store.checkpoints import Stage

T = TypeVar("T")
INPUTS = ("levers", "links", "edits", "scale", "without_anchors")
"""Parts of a change that alter the packed inputs; the others alter the draws."""


class ArmsChangeNothing(FaultsFound):
    """Some arms, variants or worlds alter neither inputs nor draws: what is compared would be the same thing twice."""


@dataclass(frozen=True)
class ArmRuns:
    """What is kept of an arm."""

    values: Mapping[tuple[str, int], Floats]
    """Outputs at quarters, each of shape (runs,); NaN in runs that did not end well."""
    outcome: NDArray[np.int8]
    """Codes with the usual S*, shape (runs,); -1 in runs that did not end well."""
    operating: Floats
    """Operating enterprises in the quarter outcomes are judged in, shape (runs,)."""
    futures: int
    """Runs that share a draw."""

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.outcome) // self.futures

    def part(self, at: NDArray[np.int64], futures: int) -> ArmRuns:
        """Some of the runs, so many of each draw."""
        values = {look: one[at] for look, one in self.values.items()}
        return ArmRuns(values, self.outcome[at], self.operating[at], futures)

    def first(self, draws: int) -> ArmRuns:
        """The runs of the first draws."""
        return self if draws >= self.draws else self.part(np.arange(draws * self.futures), self.futures)

    def joined(self, more: ArmRuns) -> ArmRuns:
        """These runs, and those of the draws that follow."""
        values = {look: np.concatenate([one, more.values[look]]) for look, one in self.values.items()}
        outcome = np.concatenate([self.outcome, more.outcome])
        return ArmRuns(values, outcome, np.concatenate([self.operating, more.operating]), self.futures)

    def has(self, code: int, self_standing: float | None = None) -> Floats:
        """Whether each run has an outcome: 1 or 0, NaN where it did not end well, shape (runs,)."""
        codes = self.outcome
        if self_standing is not None:
            codes = np.where(codes >= 0, reclassify(codes, self.operating, self_standing), codes)
        return np.where(codes >= 0, (codes == code).astype(np.float64), np.nan)


@dataclass(frozen=True)
class Bench:
    """Draws that arms are run on."""

    case: Case
    study: Study
    """Says how the draws were made: seed, runs, futures."""
    draws: Draws
    """Parameters and random numbers of all runs before any arm."""
    looks: tuple[tuple[str, int], ...]
    """Outputs and quarters kept of every arm."""
    threads: int = 1
    """Threads; they do not change the numbers."""
    whole: tuple[Bench, NDArray[np.int64]] | None = None
    """The bench this is a part of, and which of its runs: what was run there is not run again."""
    made: dict[str, ArmRuns] = field(default_factory=dict, repr=False)
    _packed: dict[str, Inputs] = field(default_factory=dict, repr=False)
    _facts: dict[str, dict[str, np.ndarray]] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def futures(self) -> int:
        """Runs that share a draw."""
        return self.study.futures

    @property
    def count(self) -> int:
        """Number of draws."""
        return self.study.runs // self.futures

    def part(self, draws: int, futures: int) -> Bench:
        """A smaller bench: the first draws and the first futures of each, on the random numbers they have here."""
        return self.chosen(min(draws, self.count), range(min(futures, self.futures)))

    def chosen(self, draws: int, futures: Sequence[int]) -> Bench:
        """A smaller bench: the first draws, and of each the futures of these numbers."""
        at = (np.arange(draws)[:, np.newaxis] * self.futures + np.array(futures)).ravel()
        study = self.study.with_changes(runs=len(at), futures=len(futures))
        return Bench(
            self.case, study, Draws(*(room[at] for room in self.draws)), self.looks, self.threads, (self, at),
            _packed=self._packed, _facts=self._facts, _lock=self._lock,
        )  # fmt: skip

    def inputs(self, change: Change) -> Inputs:
        """The packed inputs of a change; made once for all changes that differ in parameters alone."""

        def made() -> Inputs:
            found = inputs_of(self.case, change)
            for lever, factor in change.scale.items():
                room, column = lever.split(".")
                getattr(found, room)[column] *= factor
            return found

        name = canonical({part: value for part, value in change.content().items() if part in INPUTS})
        return self._once(self._packed, name, made)

    def facts(self, change: Change) -> dict[str, np.ndarray]:
        """Facts of the case that are parameters and are others once it is edited; found once for the same edits."""
        name = canonical(change.content().get("edits", {}))
        return self._once(self._facts, name, lambda: facts_of(self.study, self.case, change))

    def _once(self, kept: dict[str, T], name: str, make: Callable[[], T]) -> T:
        with self._lock:
            found = kept.get(name)
        if found is None:
            found = make()
            with self._lock:
                kept[name] = found
        return found

    def altered(self, change: Change) -> Draws:
        """The draws as a change has them."""
        made = with_parameters(self.draws, change, self.facts(change))
        for name, factor in change.times.items():
            variable = catalogue().parameters[name]
            room = getattr(made, variable.room)
            room[name] = np.clip(room[name] * factor, variable.low, variable.high)
        return made

    def run(self, change: Change, draws: int | None = None) -> ArmRuns:
        """Run an arm on the first draws, all unless told, or give it as it was run."""
        name, wanted = canonical(change.content()), min(draws or self.count, self.count)
        with self._lock:
            found = self._there(name)
        made = 0 if found is None else found.draws
        if made < wanted:
            more = self._run(change, made, wanted)
            found = more if found is None else found.joined(more)
            with self._lock:
                self.made[name] = found
        assert found is not None  # noqa: S101 - at least one draw is wanted
        return found.first(wanted)

    def _there(self, name: str) -> ArmRuns | None:
        """An arm as far as it was run, here or on the bench this is a part of."""
        here = self.made.get(name)
        if self.whole is not None:
            whole, at = self.whole
            there = whole.made.get(name)
            if there is not None and (here is None or here.draws < min(there.draws, self.count)):
                here = self.made[name] = there.part(at[: there.draws * self.futures], self.futures)
        return here

    def missing(self, changes: Iterable[Change], draws: int) -> dict[str, tuple[Change, int]]:
        """Changes, each once, by name, with how many of the first draws are still to be run; none of them 0."""
        once = {canonical(change.content()): change for change in changes}
        with self._lock:
            there = {name: self._there(name) for name in once}
        wanted = min(draws, self.count)
        left = {name: wanted - (0 if one is None else one.draws) for name, one in there.items()}
        return {name: (once[name], more) for name, more in left.items() if more > 0}

    def _run(self, change: Change, first: int, last: int) -> ArmRuns:
        """Run an arm on draws first … last - 1."""
        names = dict.fromkeys([*NEEDED, *(output for output, _ in self.looks)])
        draws = Draws(*(room[first * self.futures : last * self.futures] for room in self.altered(change)))
        runs = Ensemble(self.inputs(change), draws, tuple(names)).run()
        judged = min(YEAR_TWENTY, runs.out.shape[2]) - 1
        kept = {(output, at): np.where(runs.finished, runs[output][:, at], np.nan) for output, at in self.looks}
        return ArmRuns(kept, runs.outcome, runs["operating"][:, judged].copy(), self.futures)

    def run_all(
        self,
        changes: Iterable[Change],
        told: Callable[[int], None] | None = None,
        stage: Stage | None = None,
        draws: int | None = None,
    ) -> None:
        """Run arms, several at a time; each is told when it is there.

        stage: where arms are kept from time to time, and found; draws: the first so many, all unless told.
        """
        wanted, kept, tell = draws or self.count, stage or Stage(None, ""), told or (lambda _: None)
        asked = self.missing(changes, wanted)
        if kept.found is not None:
            self.made.update(unpacked(kept.found.arrays, kept.found.values["arms"], self.futures))
        waiting = self.missing((change for change, _ in asked.values()), wanted)
        keeping = Lock()

        def one(arm: tuple[Change, int]) -> None:
            change, more = arm
            self.run(change, wanted)
            tell(more * self.futures)
            with keeping:
                if kept.is_due:
                    self._keep(kept, asked)

        tell(sum(more - waiting.get(name, (None, 0))[1] for name, (_, more) in asked.items()) * self.futures)
        if self.threads == 1:
            for arm in waiting.values():
                one(arm)
        else:
            with ThreadPoolExecutor(self.threads) as pool:
                list(pool.map(one, waiting.values()))
        if waiting:
            self._keep(kept, asked)

    def _keep(self, stage: Stage, wanted: Collection[str]) -> None:
        """Keep those of the wanted arms that are there."""
        with self._lock:
            there = {name: self.made[name] for name in wanted if name in self.made}
        stage.keep(len(there) / len(wanted), packed(there), {"arms": list(there)})

    def moves(self, change: Change) -> bool:
        """Whether a change alters inputs or draws."""
        as_it_is = Change()
        return not (
            _same(self.inputs(change), self.inputs(as_it_is)) and _same(self.altered(change), self.altered(as_it_is))
        )


def packed(arms: Mapping[str, ArmRuns]) -> dict[str, NDArray[Any]]:
    """Arms as arrays, numbered in their order."""
    made: dict[str, NDArray[Any]] = {}
    for n, arm in enumerate(arms.values()):
        made |= {f"{n}/{output}/{at}": values for (output, at), values in arm.values.items()}
        made |= {f"{n}:outcome": arm.outcome, f"{n}:operating": arm.operating}
    return made


def unpacked(arrays: Mapping[str, NDArray[Any]], names: Sequence[str], futures: int) -> dict[str, ArmRuns]:
    """Arms from their arrays, by name."""
    values: list[dict[tuple[str, int], Floats]] = [{} for _ in names]
    for name, one in arrays.items():
        if "/" in name:
            n, output, at = name.split("/")
            values[int(n)][output, int(at)] = one
    return {
        name: ArmRuns(values[n], arrays[f"{n}:outcome"], arrays[f"{n}:operating"], futures)
        for n, name in enumerate(names)
    }


def _same(first: Inputs | Draws, second: Inputs | Draws) -> bool:
    return all(
        np.asarray(one).tobytes() == np.asarray(other).tobytes() for one, other in zip(first, second, strict=True)
    )


def bench_of(
    case: Case, study: Study, looks: Iterable[tuple[str, int]], source: DrawSource | None = None, threads: int = 1
) -> Bench:
    """Make the draws of a study, from a posterior where one is given, and a bench of them."""
    if source is None:
        draws = fill(sample(study, case, 0, study.runs), study.scenarios[0], study, 0, study.runs)
    else:
        draws = source.draws(study, 0, study.runs)
    return Bench(case, study, draws, tuple(dict.fromkeys(looks)), threads)


def check_moves(bench: Bench, changes: Mapping[tuple[str, str], Change], file: str) -> None:
    """Raise ArmsChangeNothing with every arm, variant and world that changes nothing though it says it does.

    changes: by where they stand: ``("arms", "no-home")``.
    """
    faults = [
        Fault("claims.no_change", file, None, ".".join(at), {"found": at[-1]})
        for at, change in changes.items()
        if not is_empty(change) and not bench.moves(change)
    ]
    if faults:
        raise ArmsChangeNothing(faults)

"""An ensemble: scenarios of a case on common random numbers, run as arrays. The only caller of the kernel.

Runs of one scenario whose draws are at hand are made by :func:`runs_of`; those of several, or in chunks, by an
:class:`Ensemble`. :func:`flows_of` reads what runs sent along the links between scales, which stands in a run's
link_buffers: the kernel fills them and the next run overwrites them; what arrives at the other end follows from
strength and delay (:func:`copark.model.coupling.links.carry`).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copark.cases.model_inputs import is_closed
from copark.model.arrays import Draws, Inputs, Workspace, make_workspace
from copark.model.coupling.link_index import CHANNELS_PER_LINK
from copark.model.outputs import NAMES, OK
from copark.model.variables import ORIGINS, Link, catalogue
from copark.progress import CountedProgress, silent
from copark.simulation.accounts import NEEDED
from copark.simulation.outcomes import outcomes
from copark.simulation.shared_past import Family, drawn_bytes, families

if TYPE_CHECKING:
    from queue import SimpleQueue

Floats = NDArray[np.float64]
SIDES = ORIGINS[:2]
BLOCK = 64
"""Runs in one call of the kernel: long enough to hide the call, short enough to share between threads."""


@dataclass(frozen=True)
class Channel:
    """One number a link carries, by its place (``row``) in a run's link_buffers.

    name: what it is of: an origin, a side, a partner's number, the name of what is received, or nothing.
    """

    link: Link
    row: int
    name: str

    def amounts(self, arrived: Floats) -> Floats:
        """Return what arrived as amounts: NaN where there is nothing that could be one.

        A negative neutral is no amount but the mark for none: of the land plan, -1 ha is "no plan".
        """
        return np.where(arrived < 0.0, np.nan, arrived) if self.link.neutral < 0.0 else arrived


@dataclass(frozen=True)
class Flows:
    """Values that arrived at the end of every link."""

    arrived: Floats
    """float64 of shape (runs, quarters, channels), channels in the order of :func:`channels`; NaN from the quarter on
    in which a run was broken off."""
    strength: Floats
    """Strength of each link, by its number, shape (quarters, links)."""


TOO_MANY_CHANNELS = (
    "The link {link} brings {channels} numbers, and a link has room for {most}. "
    "Raise CHANNELS_PER_LINK in copark/model/coupling/link_index.py to {channels}: no number of a run moves by it."
)
"""What is wrong with a link that brings too much, and how to fix it."""


@cache
def channels() -> tuple[Channel, ...]:
    """List every channel of every link, in the order of the links.

    Raises
    ------
    ValueError
        If a link brings more numbers than there is room for in ``link_buffers``: they would run into the next link's.
    """
    shapes = {(v.submodel, v.name): v for v in catalogue().of("receives")}
    channel_list: list[Channel] = []
    for link in catalogue().links.values():
        first = link.number * CHANNELS_PER_LINK
        names: list[str] = []
        for name in link.receives:
            variable = shapes[(link.target_submodel, name)]
            count = prod(variable.shape)
            if count == 1:
                names.append(name if len(link.receives) > 1 else "")
            else:
                by_axis = {"origin": ORIGINS, "side": SIDES}.get(variable.axes[0])
                names += list(by_axis) if by_axis is not None else [str(n + 1) for n in range(count)]
        if len(names) > CHANNELS_PER_LINK:
            raise ValueError(TOO_MANY_CHANNELS.format(link=link.name, channels=len(names), most=CHANNELS_PER_LINK))
        channel_list += [Channel(link, first + n, name) for n, name in enumerate(names)]
    return tuple(channel_list)


def arriving(sent: Floats, inputs: Inputs) -> Floats:
    """Compute what arrives of what was sent: ``neutral + strength (sent delay quarters ago - neutral)``."""
    arrived = np.empty_like(sent)
    for n, channel in enumerate(channels()):
        link = channel.link
        delay = int(inputs.link_delay[link.number])
        strength = inputs.link_strength[:, link.number]
        # The arithmetic of `links.carry`, of whole arrays: until something sent has had time to arrive, it is the
        # neutral value.
        late = np.full(sent.shape[:2], link.neutral)
        late[:, delay:] = sent[:, : sent.shape[1] - delay, n] if delay < sent.shape[1] else late[:, delay:]
        arrived[:, :, n] = strength * late + (1.0 - strength) * link.neutral
    return arrived


def as_amounts(arrived: Floats) -> Floats:
    """Return what arrived at every channel, on the last axis, as amounts."""
    return np.stack([channel.amounts(arrived[..., n]) for n, channel in enumerate(channels())], axis=-1)


def by_link(values: Floats) -> dict[str, Floats]:
    """Add values of channels, on the last axis, up into one number a link: means of levels, sums of amounts."""
    strengths: dict[str, Floats] = {}
    for link in catalogue().links.values():
        columns = [n for n, channel in enumerate(channels()) if channel.link.number == link.number]
        # Levels of several origins or sides are averaged, amounts of money, land or people add up; a link that carries
        # two things (the legal regime) is represented by the first.
        mixed = link.unit in ("1", "log points", "1/yr") or len(link.receives) > 1
        part = values[..., columns[:1]] if len(link.receives) > 1 else values[..., columns]
        strengths[link.name] = part.mean(axis=-1) if mixed else part.sum(axis=-1)
    return strengths


CHUNK = 1000


class Paired(NamedTuple):
    """Draws of some runs on common random numbers, for one scenario after the other.

    drawn: parameters drawn, before any scenario changed them, each of shape (runs,).
    """

    by_scenario: Sequence[Draws]
    drawn: Mapping[str, np.ndarray]


DrawsOf = Callable[[int, int], Paired]


@dataclass(frozen=True)
class ScenarioRuns:
    """Runs of one scenario."""

    names: tuple[str, ...]
    """Names of the outputs kept."""
    out: Floats
    """Values of the outputs kept, float64 of shape (runs, names, quarters); NaN from where a run broke off."""
    status: NDArray[np.int64]
    """Code, quarter and scale of each run, int64 of shape (runs, 3); see :mod:`copark.model.kernel`."""
    codes: NDArray[np.int8] | None = None
    """Codes of the outcomes, shape (runs,); nothing where they were not judged."""

    def __getitem__(self, name: str) -> Floats:
        """Return an output, shape (runs, quarters)."""
        paths: Floats = self.out[:, self.names.index(name), :]
        return paths

    def __len__(self) -> int:
        """Count the runs."""
        return len(self.status)

    @property
    def finished(self) -> NDArray[np.bool_]:
        """Mark the runs that ended well as a computation, shape (runs,)."""
        finished: NDArray[np.bool_] = self.status[:, 0] == OK
        return finished

    @property
    def outcome(self) -> NDArray[np.int8]:
        """Code of the outcome of each run, -1 where it did not finish, shape (runs,).

        Raises
        ------
        ValueError
            If they were made without a quarter in which outcomes are judged.
        """
        if self.codes is None:
            raise ValueError("These runs were made without a quarter in which outcomes are judged.")
        return self.codes

    @property
    def nbytes(self) -> int:
        """Bytes that the runs hold."""
        return self.out.nbytes + self.status.nbytes + (0 if self.codes is None else self.codes.nbytes)

    def first(self, runs: int) -> ScenarioRuns:
        """Keep the first so many runs."""
        return self if runs >= len(self) else self.part(0, runs)

    def part(self, first: int, last: int) -> ScenarioRuns:
        """Return runs first … last - 1, in the memory of these."""
        codes = None if self.codes is None else self.codes[first:last]
        return replace(self, out=self.out[first:last], status=self.status[first:last], codes=codes)

    @classmethod
    def joined(cls, parts: Sequence[ScenarioRuns]) -> ScenarioRuns:
        """Join runs of one scenario that follow each other, with the same outputs."""
        first = parts[0]
        if len(parts) == 1:
            return first
        is_judged = all(part.codes is not None for part in parts)
        return cls(
            first.names,
            np.concatenate([part.out for part in parts]),
            np.concatenate([part.status for part in parts]),
            np.concatenate([part.outcome for part in parts]) if is_judged else None,
        )

    def of_finished(self, values: Floats) -> Floats:
        """Put NaN in what was read of runs that did not finish, shape (runs, …); written in place."""
        values[~self.finished] = np.nan
        return values


class Runs(NamedTuple):
    """Runs of all scenarios of an ensemble, paired by number, from number ``first`` on, and the parameters drawn."""

    scenarios: tuple[ScenarioRuns, ...]
    drawn: Mapping[str, np.ndarray]
    first: int
    out: Floats
    """Outputs of all scenarios, float64 of shape (scenarios, runs, names, quarters)."""


def default_threads() -> int:
    """Threads to use where nobody says: the processors this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def is_compiled() -> bool:
    """Return True if machine code of the kernel as it stands is on disk, or none is needed.

    The compiler's index is older than the kernel's file where that was changed or fetched anew.
    """
    from copark.model import kernel
    from copark.model.jit import ENABLED

    if not ENABLED:
        return True
    compiled: Any = kernel.simulate_runs
    since = Path(kernel.__file__).stat().st_mtime
    cache_files = Path(compiled.stats.cache_path).glob(f"*.{compiled.__name__}-*.nbi")
    return any(path.stat().st_mtime >= since for path in cache_files)


STRETCH = 250
"""Runs of scenarios that share a past which are made before those that follow: what runs were is kept of so many."""
ROOM = 16_384
"""Numbers of 8 bytes that there is room for, beside its outputs, for each run that is kept. Runs of a block share
it, and one that finds none is not kept; those of no park in the casebook need more on average."""


class Kept(NamedTuple):
    """What runs of a block are at the beginning of a quarter, as the kernel keeps it."""

    values: Floats
    places: NDArray[np.int64]


NOTHING_KEPT = Kept(np.zeros(0), np.zeros(0, np.int64))


@dataclass(frozen=True)
class Past:
    """Runs of a scenario at the beginning of a quarter: there, runs of others that have read the same can begin."""

    since: int
    """The quarter, counted from 0."""
    names: tuple[str, ...]
    """Outputs whose values until then are kept."""
    draws: Draws
    """Draws of the runs."""
    kept: Kept
    """What the runs are."""

    def __len__(self) -> int:
        """Count the runs."""
        return len(self.draws.addresses)

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        return self.kept.values.nbytes + sum(records.nbytes for records in self.draws)

    def of(self, first: int, last: int) -> Past:
        """Return what runs first … last - 1 are."""
        draws = Draws(*(records[first:last] for records in self.draws))
        return replace(self, draws=draws, kept=Kept(self.kept.values, self.kept.places[first : last + 1]))

    def followed_by(self, later: Past) -> Past:
        """Join the runs that follow."""
        draws = Draws(*(np.concatenate(pair) for pair in zip(self.draws, later.draws, strict=True)))
        return replace(self, draws=draws, kept=_joined([self.kept, later.kept]))


def _joined(parts: Sequence[Kept]) -> Kept:
    """Join what is kept of runs that follow each other, without the room that they did not need."""
    from copark.model.resuming import NOT_KEPT

    values: list[Floats] = []
    places: list[NDArray[np.int64]] = []
    before = 0
    for part in parts:
        is_kept = part.places != NOT_KEPT
        # Behind a run that is not kept nobody knows where the one before it ends.
        end = int(part.places[-1]) if is_kept.all() else part.values.size
        values.append(part.values[:end])
        places.append(np.where(is_kept, part.places + before, NOT_KEPT)[:-1])
        before += end
    return Kept(np.concatenate(values), np.append(np.concatenate(places), before))


class ScenarioInMaking:
    """A scenario whose runs are made, block by block, by one thread or several."""

    def __init__(self, inputs: Inputs, draws: Draws, since: int, runs: ScenarioRuns, judged: int | None) -> None:
        self.inputs = inputs
        self.draws = draws
        self.drawn = drawn_bytes(draws) if since else b""
        """What was drawn, where runs are kept or resumed; the kernel adds keys to the draws."""
        self.since = since
        """Quarter in which runs are kept, or resumed; 0 for neither."""
        self.resumes: ScenarioInMaking | None = None
        """The one whose runs were kept."""
        self.past: Past | None = None
        """What the runs begin with, where it was kept before."""
        self.kept: dict[int, Kept] = {}
        """By the first run of a block."""
        self.runs = runs
        """Where the runs are written."""
        self.closed = judged is not None and is_closed(inputs, judged)
        self.blocks: dict[int, Callable[[], int]] = {}
        """By the first run of a block, what waits for it and counts its runs."""

    def __len__(self) -> int:
        """Count the runs."""
        return len(self.runs)

    def resume_in(self, before: ScenarioInMaking) -> None:
        """Resume where the runs of another stood, or begin with the first quarter if their draws are others."""
        if before.drawn == self.drawn:
            self.resumes = before
        else:
            self.since = 0


class Ensemble:
    """Scenarios × runs on common random numbers.

    Run r of every scenario has the same parameters, but for those the scenario sets, and the same random numbers. A run
    depends on its own inputs and draws alone, so that neither threads, blocks (runs in one call of the kernel) nor
    chunks can change a bit. Inputs are of one scenario or of each of several over the same quarters; draws are at hand,
    the same for every scenario, or what gives those of runs first … last - 1. What ``progress`` raises ends the work.
    Outcomes are ``judged`` in a quarter counted from 0, block by block, so that what they are judged by need not be
    kept; where no quarter is given they are not judged. ``by_quarter`` lays runs side by side in memory, for whoever
    reads an output quarter by quarter.

    What scenarios have read alike is run once (:mod:`copark.simulation.shared_past`): runs of the first of a family are
    kept as they are at the beginning of a quarter, and those of the others begin there, with the bits of whole ones.
    Kept are :data:`STRETCH` runs of a family, and of the next one while threads are at both: each takes :data:`ROOM`
    numbers and its outputs at most, 131 kB, and about 40 kB at Lekki.
    """

    def __init__(
        self,
        inputs: Inputs | Sequence[Inputs],
        draws: Draws | DrawsOf,
        names: Sequence[str],
        *,
        runs: int = 0,
        threads: int = 1,
        progress: CountedProgress | None = None,
        block: int = BLOCK,
        judged: int | None = None,
        by_quarter: bool = False,
    ) -> None:
        self.inputs: tuple[Inputs, ...] = (inputs,) if isinstance(inputs, Inputs) else tuple(inputs)
        self.draws = self._sharing(draws) if isinstance(draws, Draws) else draws
        self.size = len(draws.addresses) if isinstance(draws, Draws) else runs
        self.names = tuple(names)
        self.threads = threads
        self.block = block
        self.judged = judged
        self.by_quarter = by_quarter
        self.progress = progress or silent
        channels()  # refuses a link with too many before any run

    def _sharing(self, draws: Draws) -> DrawsOf:
        return lambda first, last: Paired([Draws(*(records[first:last] for records in draws))] * len(self.inputs), {})

    @cached_property
    def families(self) -> list[Family]:
        """Scenarios of which some resume where the runs of the first stood."""
        if len(self.inputs) == 1:
            return [Family(0)]
        # One run tells which scenarios set parameters of their own; whether all runs are drawn alike is asked of each.
        draws = self.draws(0, 1).by_scenario
        return families([(inputs, drawn_bytes(draws[number])) for number, inputs in enumerate(self.inputs)])

    def stretches(self, first: int, last: int, most: int) -> Iterator[tuple[int, int]]:
        """Cut runs first … last - 1 into stretches of so many, or of fewer where what they are is kept."""
        step = min(most, STRETCH) if any(family.others for family in self.families) else most
        for start in range(first, last, step):
            yield start, min(start + step, last)

    def run_scenarios(self, first: int = 0, last: int | None = None) -> Runs:
        """Run all scenarios; runs first … last - 1, or all of them."""
        end = self.size if last is None else last
        out = self._memory(len(self.inputs), end - first)
        whole = tuple(self._unmade(values) for values in out)
        drawn: list[Mapping[str, np.ndarray]] = []
        for stretch in self.stretches(first, end, end - first):
            paired = self.draws(*stretch)
            drawn.append(paired.drawn)
            start, stop = (run - first for run in stretch)
            deque(self.each(paired, [runs.part(start, stop) for runs in whole]), maxlen=0)
        drawn_in_all = {name: np.concatenate([part[name] for part in drawn]) for name in drawn[0]}
        return Runs(whole, drawn_in_all, first, out)

    def run_keeping(self, since: int, first: int = 0) -> tuple[ScenarioRuns, Past]:
        """Run the only scenario, from run ``first`` on, and keep what its runs are at the beginning of a quarter."""
        (draws,) = self.draws(first, self.size).by_scenario
        making = ScenarioInMaking(self.inputs[0], draws, since, self._room_for(draws), self.judged)
        (made,) = self._finished(iter([making]))
        kept = _joined([made.kept[start] for start in self._starts(made)])
        return made.runs, Past(since, self.recorded, draws, kept)

    def run_resuming(self, past: Past, first: int = 0) -> ScenarioRuns:
        """Run the only scenario, from run ``first`` on, from where runs of the same past stood.

        Parameters
        ----------
        past
            What those runs were, from the first of them on; they have read the same until then, but for what they drew:
            that is compared.
        first
            Number of the first run to make.
        """
        (draws,) = self.draws(first, self.size).by_scenario
        making = ScenarioInMaking(self.inputs[0], draws, past.since, self._room_for(draws), self.judged)
        begun = past.of(first, self.size)
        if begun.names == self.recorded and drawn_bytes(begun.draws) == making.drawn:
            making.past = begun
        else:
            making.since = 0
        (made,) = self._finished(iter([making]))
        return made.runs

    @cached_property
    def recorded(self) -> tuple[str, ...]:
        """Names of the outputs that the kernel records: those kept, and those that outcomes are judged by."""
        return self.names if self.judged is None else tuple(dict.fromkeys((*self.names, *NEEDED)))

    def _room_for(self, draws: Draws) -> ScenarioRuns:
        """Return room for the runs of a scenario with these draws."""
        return self._unmade(self._memory(len(draws.addresses)))

    def _memory(self, *counts: int) -> Floats:
        """Return memory for outputs, shape (…, runs, names, quarters), whichever axis is laid out side by side."""
        paths = (len(self.names), len(self.inputs[0].world))
        if not self.by_quarter:
            return np.empty((*counts, *paths))
        *before, runs = counts
        return np.moveaxis(np.empty((*before, *paths, runs)), -1, len(before))

    def _unmade(self, out: Floats) -> ScenarioRuns:
        """Return runs that are to be made, whose outputs are written into an array."""
        codes = None if self.judged is None else np.empty(len(out), np.int8)
        return ScenarioRuns(self.names, out, np.zeros((len(out), 3), np.int64), codes)

    def stream(self, chunk: int = CHUNK) -> Iterator[Runs]:
        """Run all scenarios chunk by chunk, so that memory does not grow with the number of runs."""
        for first in range(0, self.size, chunk):
            yield self.run_scenarios(first, min(first + chunk, self.size))

    def each(self, paired: Paired, into: Sequence[ScenarioRuns] | None = None) -> Iterator[tuple[int, ScenarioRuns]]:
        """Run one scenario after the other, family by family; yield its number and its runs.

        Parameters
        ----------
        paired
            Draws of each scenario; of :data:`STRETCH` runs at most where pasts are shared.
        into
            Where the runs of each scenario are written; by default each has memory of its own.
        """
        numbers = [number for family in self.families for number in (family.first, *family.others)]
        making = self._in_making(paired.by_scenario, into)
        for number, made in zip(numbers, self._finished(making), strict=True):
            yield number, made.runs

    def _in_making(self, draws: Sequence[Draws], into: Sequence[ScenarioRuns] | None) -> Iterator[ScenarioInMaking]:
        """Set up scenarios, the first of a family before those that resume where its runs stood."""

        def making(number: int, since: int) -> ScenarioInMaking:
            runs = self._room_for(draws[number]) if into is None else into[number]
            return ScenarioInMaking(self.inputs[number], draws[number], since, runs, self.judged)

        for family in self.families:
            first = making(family.first, family.since)
            yield first
            for number in family.others:
                other = making(number, family.since)
                other.resume_in(first)
                yield other

    def _finished(self, scenarios: Iterator[ScenarioInMaking]) -> Iterator[ScenarioInMaking]:
        """Run scenarios, a block of runs in each call of the kernel; yield each when its runs are made.

        Threads take blocks in the order of the scenarios, and none is idle while one scenario ends and is read.
        """
        from concurrent.futures import ThreadPoolExecutor
        from queue import SimpleQueue

        # A workspace for each thread, handed from block to block: the kernel clears it at the start of a run, so that
        # which one a run gets does not matter.
        workspaces: SimpleQueue[Workspace] = SimpleQueue()
        for _ in range(self.threads):
            workspaces.put(make_workspace(self.inputs[0]))
        if self.threads == 1:
            for scenario in scenarios:
                for start in self._starts(scenario):
                    self.progress(self._run_block(scenario, start, workspaces))
                scenario.resumes = None
                yield scenario
            return
        waiting: deque[ScenarioInMaking] = deque()
        pool = ThreadPoolExecutor(self.threads)
        try:
            for scenario in scenarios:
                for start in self._starts(scenario):
                    task = pool.submit(self._run_block, scenario, start, workspaces)
                    scenario.blocks[start] = task.result
                waiting.append(scenario)
                if sum(len(later.blocks) for later in list(waiting)[1:]) >= 2 * self.threads:
                    yield self._awaited(waiting.popleft())
            while waiting:
                yield self._awaited(waiting.popleft())
        finally:
            pool.shutdown(cancel_futures=True)

    def _awaited(self, scenario: ScenarioInMaking) -> ScenarioInMaking:
        """Wait for a scenario in the order of its blocks, whichever thread is first, so that progress only grows."""
        for wait in scenario.blocks.values():
            self.progress(wait())
        scenario.resumes = None  # what was kept goes with the last that resumed
        return scenario

    def _starts(self, scenario: ScenarioInMaking) -> range:
        """List the first run of every block."""
        return range(0, len(scenario), self._block_size(len(scenario)))

    def _block_size(self, runs: int) -> int:
        """Count the runs of a block: few are shared among all threads, too."""
        return max(1, min(self.block, -(-runs // self.threads)))

    def _run_block(self, scenario: ScenarioInMaking, first: int, workspaces: SimpleQueue[Workspace]) -> int:
        """Make a block of runs from the first one on, and count them."""
        # Numba, LLVM and the machine code: half a second that only those wait who make runs.
        from copark.model import kernel

        last = min(first + self._block_size(len(scenario)), len(scenario))
        inputs = scenario.inputs
        names = self.recorded
        keep = np.array([NAMES.index(name) for name in names], np.int64)
        written = scenario.runs.part(first, last)
        rows = written.out
        # Where the kernel cannot write, a block is put there while it is still close to the processor.
        is_apart = self.by_quarter or names != self.names
        if is_apart:
            rows = np.empty((last - first, len(names), rows.shape[2]))
        runs = ScenarioRuns(names, rows, written.status)
        kept = self._kept(scenario, first, last - first, len(names))
        resumed = scenario.resumes is not None or scenario.past is not None
        work = workspaces.get()
        strength, delay = inputs.link_strength, inputs.link_delay
        work_of_inputs = work._replace(link_buffers=work.link_buffers._replace(strength=strength, delay=delay))
        draws = Draws(*(records[first:last] for records in scenario.draws))
        try:
            # A run may divide by zero: it then ends with a status, and is no cause for a warning.
            with np.errstate(all="ignore"):
                arrays = (inputs, draws, work_of_inputs, keep, 0, last - first, rows, runs.status)
                kernel.simulate_runs(*arrays, scenario.since, int(resumed), *kept)
        finally:  # or a thread would wait for it for ever
            workspaces.put(work)
        if is_apart:  # what outcomes alone are judged by is let go
            written.out[:] = rows[:, : len(self.names)]
        if written.codes is not None and self.judged is not None:
            written.codes[:] = outcomes(runs, runs.status[:, 0], self.judged, closed=scenario.closed)
        return last - first

    def _kept(self, scenario: ScenarioInMaking, first: int, runs: int, names: int) -> Kept:
        """Return what runs of a block are resumed with, or where it is kept."""
        if scenario.past is not None:
            return scenario.past.of(first, first + runs).kept
        if scenario.resumes is not None:
            if self.threads > 1:  # another may be at it; blocks are begun in order, so that it will end
                scenario.resumes.blocks[first]()
            return scenario.resumes.kept[first]
        if not scenario.since:
            return NOTHING_KEPT
        # Memory that is not written takes no room.
        values = np.empty(runs * (ROOM + names * scenario.since))
        scenario.kept[first] = Kept(values, np.zeros(runs + 1, np.int64))
        return scenario.kept[first]


def runs_of(
    inputs: Inputs,
    draws: Draws,
    outputs: Sequence[str],
    *,
    threads: int = 1,
    progress: CountedProgress | None = None,
    judged: int | None = None,
) -> ScenarioRuns:
    """Run one scenario with draws that are at hand.

    Parameters
    ----------
    inputs
        Inputs of the scenario (:func:`copark.simulation.run.inputs_of`).
    draws
        Parameters and random numbers of every run, as the scenario has them.
    outputs
        Names of the outputs to keep.
    threads
        Threads to run on; they change no number.
    progress
        Called with the number of runs made since the last call; what it raises ends the work.
    judged
        Quarter in which outcomes are judged, counted from 0; by default they are not.

    Returns
    -------
    Outputs, status and outcome of every run, in the order of the draws.
    """
    ensemble = Ensemble(inputs, draws, outputs, threads=threads, progress=progress, judged=judged)
    ((_, runs),) = ensemble.each(ensemble.draws(0, ensemble.size))
    return runs


def flows_of(inputs: Inputs, draws: Draws, progress: CountedProgress | None = None) -> Flows:
    """Run one scenario and return what arrived along every link between scales.

    Runs are made one by one, for what one sent along the links is overwritten by the next.

    Parameters
    ----------
    inputs
        Inputs of the scenario.
    draws
        Parameters and random numbers of every run, as the scenario has them.
    progress
        Called with the number of runs made since the last call; what it raises ends the work.
    """
    from copark.model import kernel

    report = progress or silent
    count = len(draws.addresses)
    quarters = len(inputs.world)
    rows = [channel.row for channel in channels()]
    work = make_workspace(inputs)
    nothing = np.zeros(0, np.int64)
    sent = np.empty((count, quarters, len(rows)))
    out = np.empty((count, 0, quarters))
    status = np.zeros((count, 3), np.int64)
    report(0)
    for run in range(count):
        with np.errstate(all="ignore"):
            kernel.simulate_runs(inputs, draws, work, nothing, run, run + 1, out, status, 0, 0, *NOTHING_KEPT)
        sent[run] = work.link_buffers.sent[:, rows]
        if status[run, 0]:
            # Behind the quarter in which a run stopped the buffer still holds what an earlier run sent.
            sent[run, status[run, 1] :] = np.nan
        if (run + 1) % BLOCK == 0 or run + 1 == count:
            report(run % BLOCK + 1)
    return Flows(arriving(sent, inputs), inputs.link_strength.copy())

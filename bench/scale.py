"""`python -m bench.scale [--runs N] [--million]`: one worker beside two, and a million runs with the memory they take.

Efficiency is the time of one worker over twice that of two, side by side, alternating, without starting them. Beside it
stands what computing alone reaches: less than 1 on a machine whose processors hold each other up. Overhead
is told for each further chunk, from ensembles of two sizes: what a worker's computing and storing do not explain, and
what shards cost beside a plain stream. What an ensemble costs once is told apart.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.arguments import parser_of
from copark.cases import load_case
from copark.cluster.dask_workers import local_workers
from copark.cluster.orchestration import EnsembleRequest, make
from copark.cluster.shard_worker import Ranges, ShardWork, Threads, WorkerPool
from copark.progress import CountedProgress
from copark.simulation.results import study_identity
from copark.simulation.run import stream
from copark.simulation.study import baseline
from copark.store.array_forms import CHUNK
from copark.store.runs import RunStore

RUNS, REPEATS, MILLION = 100_000, 2, 1_000_000
LESS = 5
"""How many times smaller the smaller ensemble is; both are stored as bands, whatever their size."""


class Timed:
    """A worker_pool that adds up what its makers say of their time."""

    def __init__(self, worker_pool: WorkerPool) -> None:
        self._worker_pool = worker_pool
        self.seconds: dict[str, float] = {}
        self.makers, self.machine = worker_pool.makers, worker_pool.machine

    def make(self, work: ShardWork, ranges: Ranges, progress: CountedProgress) -> Iterator[Mapping[str, float]]:
        """Make shards and add up their seconds."""
        for found in self._worker_pool.make(work, ranges, progress):
            for stage, seconds in found.items():
                self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
            yield found


def asked(runs: int) -> EnsembleRequest:
    """The baseline of Great Stone."""
    case = load_case("great-stone")
    study = baseline("great-stone").with_changes(runs=runs, keep="standard")
    return EnsembleRequest(study, case, None, study_identity(study, case), bands=True)


def timed(worker_pool: WorkerPool, runs: int) -> tuple[float, dict[str, float]]:
    """Seconds until the runs are stored, and what the makers say of theirs."""
    ask = asked(runs)
    with tempfile.TemporaryDirectory() as folder:
        counted, began = Timed(worker_pool), time.perf_counter()
        make(ask, RunStore(Path(folder)), counted)
        return time.perf_counter() - began, counted.seconds


def plain(runs: int) -> float:
    """Seconds of a plain stream on one thread."""
    ask, began = asked(runs), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        RunStore(Path(folder)).save_stream(stream(ask.study, ask.case, threads=1), runs, summarise=ask.bands)
        return time.perf_counter() - began


@contextmanager
def memory() -> Iterator[dict[int, list[float]]]:
    """Watch the memory of this process and all it started, MB, once a second."""
    found: dict[int, list[float]] = {}
    ended, me = threading.Event(), psutil.Process()

    def watch() -> None:
        while not ended.wait(1.0):
            for process in (me, *me.children(recursive=True)):
                try:
                    found.setdefault(process.pid, []).append(process.memory_info().rss / 1e6)
                except psutil.Error:
                    continue

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()


@dataclass
class Times:
    """Seconds of ensembles of one size, one entry for each repetition.

    one, two: by one and two workers; beyond: what one worker's computing and storing leave unexplained; simulate: that
    worker's computing; both: that of two, added up; plain, here: on one thread, as a plain stream and in shards.
    """

    one: list[float] = field(default_factory=list)
    two: list[float] = field(default_factory=list)
    beyond: list[float] = field(default_factory=list)
    simulate: list[float] = field(default_factory=list)
    both: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    here: list[float] = field(default_factory=list)

    def add(self, alone: WorkerPool, both: WorkerPool, runs: int) -> None:
        """Measure once, side by side."""
        seconds, stages = timed(alone, runs)
        self.one.append(seconds)
        self.beyond.append(seconds - sum(stages.values()))
        self.simulate.append(stages["simulate"])
        seconds, stages = timed(both, runs)
        self.two.append(seconds)
        self.both.append(stages["simulate"])
        self.plain.append(plain(runs))
        self.here.append(timed(Threads(1), runs)[0])

    @property
    def efficiency(self) -> float:
        """Of two workers."""
        return statistics.median(one / (2 * two) for one, two in zip(self.one, self.two, strict=True))

    @property
    def allowed(self) -> float:
        """The efficiency of computing alone, in which workers share nothing but the processor they are given."""
        return statistics.median(one / both for one, both in zip(self.simulate, self.both, strict=True))


def compare(runs: int, repeats: int = REPEATS, *, warmed: bool = True) -> None:
    """Print efficiency and overheads: for a whole ensemble, and for each further chunk, from two sizes.

    Workers compile before they are timed, where ``warmed``.
    """
    sizes = (runs // LESS, runs)
    times = {size: Times() for size in sizes}
    with local_workers(1) as one, local_workers(2) as two:
        for worker_pool in (one, two) if warmed else ():
            timed(worker_pool, min(4000, runs))
        for _ in range(repeats):
            for size in sizes:
                times[size].add(one, two, size)
    for size, found in times.items():
        alone, both = statistics.median(found.one), statistics.median(found.two)
        print(f"{size} runs: one worker {alone:.2f} s, two {both:.2f} s, efficiency {found.efficiency:.3f}; "
              f"computing alone, {found.allowed:.3f}")  # fmt: skip
    small, large = (times[size] for size in sizes)
    chunks = (sizes[1] - sizes[0]) / CHUNK

    def further(entry: str) -> float:
        """Seconds that a further chunk takes."""
        less, more = (statistics.median(getattr(found, entry)) for found in (small, large))
        return (more - less) / chunks

    print(
        f"each further {CHUNK} runs, one worker: {further('one'):.3f} s, of it computing {further('simulate'):.3f} s,"
    )
    print(f"  beyond computing and storing {100 * further('beyond') / further('simulate'):.1f} % of computing")
    print(f"  in shards {further('here'):.3f} s, in a plain stream {further('plain'):.3f} s, one thread each: "
          f"{100 * (further('here') / further('plain') - 1):+.1f} %")  # fmt: skip
    once = statistics.median(small.one) - further("one") * sizes[0] / CHUNK
    print(f"once for an ensemble, by one worker: {once:.2f} s")


def million() -> None:
    """Print the memory of every process: at most for a tenth of a million runs, then while a million are made.

    The last third holds the joining of all bands by this process.
    """
    with local_workers(2) as worker_pool:
        timed(worker_pool, 4000)
        with memory() as before:
            timed(worker_pool, MILLION // 10)
        with memory() as found:
            seconds, _ = timed(worker_pool, MILLION)
    print(f"{MILLION} runs by two workers: {seconds:.0f} s")
    for pid, values in sorted(found.items()):
        if len(values) > 20:
            third = len(values) // 3
            first, last, less = max(values[:third]), max(values[-third:]), max(before.get(pid, [0.0]))
            print(f"process {pid}: at most {less:.0f} MB for {MILLION // 10} runs; for {MILLION}: "
                  f"{first:.0f} MB in the first third, {last:.0f} MB in the last")  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = parser_of("bench.scale", __doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--million", action="store_true")
    given = parser.parse_args()
    if given.smoke:
        compare(CHUNK, 1, warmed=False)
    elif given.million:
        million()
    else:
        compare(given.runs)


if __name__ == "__main__":
    main()

"""`python -m bench.scale [--runs N] [--million]`: one worker beside two, and a million runs with the memory they take.

Efficiency is the time of one worker over twice that of two, side by side, alternating, without starting them. Overhead
is what a worker's time per shard does not explain, and what shards cost beside a plain stream, as shares of computing.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from copark.cases import load_case
from copark.cluster import Asked, Crew, Threads, make
from copark.cluster.crews import Ranges, Tell
from copark.cluster.scheduler import local_workers
from copark.cluster.work import Work
from copark.experiments.results import study_identity
from copark.experiments.run import stream
from copark.experiments.study import baseline
from copark.store import RunStore
from copark.store.runs import SUMMARY_ABOVE

RUNS, REPEATS, MILLION = 20_000, 3, 1_000_000


class Timed:
    """A crew that adds up what its makers say of their time."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self.seconds: dict[str, float] = {}
        self.makers, self.machine = crew.makers, crew.machine

    def make(self, work: Work, ranges: Ranges, tell: Tell) -> Iterator[Mapping[str, float]]:
        """Make shards and add up their seconds."""
        for found in self._crew.make(work, ranges, tell):
            for stage, seconds in found.items():
                self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
            yield found


def asked(runs: int) -> Asked:
    """The baseline of Great Stone."""
    case = load_case("great-stone")
    study = baseline("great-stone").with_changes(runs=runs, keep="standard")
    return Asked(study, case, None, study_identity(study, case), bands=runs > SUMMARY_ABOVE)


def timed(crew: Crew, runs: int) -> tuple[float, dict[str, float]]:
    """Seconds until the runs are stored, and what the makers say of theirs."""
    with tempfile.TemporaryDirectory() as folder:
        counted, began = Timed(crew), time.perf_counter()
        make(asked(runs), RunStore(Path(folder)), counted)
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


def compare(runs: int) -> None:
    """Print efficiency and overheads."""
    with local_workers(1) as one, local_workers(2) as two:
        for crew in (one, two):
            timed(crew, 4000)
        alone, both, shares, streamed, here = [], [], [], [], []
        for _ in range(REPEATS):
            seconds, stages = timed(one, runs)
            alone.append(seconds)
            shares.append((seconds - sum(stages.values())) / stages["simulate"])
            both.append(timed(two, runs)[0])
            streamed.append(plain(runs))
            here.append(timed(Threads(1), runs)[0])
    print(f"{runs} runs, {REPEATS} times, medians")
    print(f"one worker {statistics.median(alone):.2f} s, two workers {statistics.median(both):.2f} s")
    print(f"efficiency of two workers {statistics.median(a / (2 * b) for a, b in zip(alone, both, strict=True)):.3f}")
    print(f"beyond computing and storing, share of computing: {100 * statistics.median(shares):.1f} %")
    beside = statistics.median(h / s - 1 for h, s in zip(here, streamed, strict=True))
    print(f"shards on one thread beside a plain stream: {100 * beside:+.1f} %")


def million() -> None:
    """Print how memory goes while a million runs are made by two workers."""
    with local_workers(2) as crew, memory() as found:
        seconds, _ = timed(crew, MILLION)
    print(f"{MILLION} runs by two workers: {seconds:.0f} s")
    for pid, values in sorted(found.items()):
        if len(values) > 20:
            third = len(values) // 3
            first, last = max(values[:third]), max(values[-third:])
            print(f"process {pid}: at most {first:.0f} MB in the first third, {last:.0f} MB in the last")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--million", action="store_true")
    given = parser.parse_args()
    if given.million:
        million()
    else:
        compare(given.runs)


if __name__ == "__main__":
    main()

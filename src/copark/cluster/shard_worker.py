"""The task a worker is sent, the function that computes one shard, and workers on threads.

A run depends on its number alone, and so does a shard.
"""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from threading import Event
from typing import Protocol

from copark.cases.case import Case
from copark.cluster.worker_fingerprint import Machine, machine, need_alike
from copark.progress import CountedProgress
from copark.simulation.run import Prepared, prepare, run_chunk
from copark.simulation.sample import DrawSource
from copark.simulation.study import Study
from copark.store.array_forms import CHUNK
from copark.store.shards import ShardFolder, ShardPlan, ShardWriter, Stopwatch, is_whole, read_record

Ranges = Sequence[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Subject:
    """Subject of the runs: a study, the content of its case, and the draws of a posterior if it takes them from one.

    It is sent to workers as it is, who need no casebook of their own.
    """

    study: Study
    case: Case
    source: DrawSource | None


@dataclass(frozen=True)
class ShardWork:
    """Everything a maker needs to make any shard of an ensemble."""

    subject: Subject
    folder: str
    """The folder in which the ensemble is made, which all makers see."""
    plan: ShardPlan
    machine: Machine
    """What every maker must be."""

    def make(
        self, first: int, last: int, *, threads: int = 1, progress: CountedProgress | None = None
    ) -> Mapping[str, float]:
        """Make runs ``first`` to ``last - 1`` and write them to their place, unless they are there already.

        Parameters
        ----------
        first, last
            Numbers of the runs, from 0, the last excluded; chunks begin at ``first``.
        threads
            Threads to make them on.
        progress
            Called with the number of runs, over all scenarios, that were made since the last call; what it raises ends
            the work, and the shard is not made.

        Returns
        -------
        Mapping
            Seconds by stage: ``simulate`` and ``store``.

        Raises
        ------
        MachinesDiffer
            If this process would give other numbers than the others.
        OSError
            If it cannot be written.
        """
        need_alike(self.machine, machine(), name_here())
        folder = ShardFolder(self.folder)
        record = read_record(folder, first, last)
        if record is not None and is_whole(folder, self.plan, record, deep=False):
            return record.seconds
        ready = prepared(self.subject)
        writer = ShardWriter(folder, self.plan, first, last)
        clock = Stopwatch()
        for begin in range(first, last, CHUNK):
            chunk = run_chunk(ready, begin, min(begin + CHUNK, last), threads, progress)
            clock.lap("simulate")
            writer.add(chunk)
            clock.lap("store")
        return writer.close(machine(), clock.seconds).seconds


@lru_cache(maxsize=2)
def prepared(subject: Subject) -> Prepared:
    """Make a study ready, once for all its shards."""
    return prepare(subject.study, subject.case, subject.source)


def name_here() -> str:
    """Return what this process is called on its machine."""
    return f"{platform.node()}:{os.getpid()}"


class WorkerPool(Protocol):
    """Those who make shards."""

    @property
    def makers(self) -> int:
        """Count the shards that are made at a time."""

    def machine(self, folder: str) -> Machine:
        """Return what all makers are; raise ``RunRefused`` if they are not alike, or do not see a folder."""

    def make(self, work: ShardWork, ranges: Ranges, progress: CountedProgress) -> Iterator[Mapping[str, float]]:
        """Make shards, or other parts of a piece of work, in any order.

        Parameters
        ----------
        work
            What is made of a study.
        ranges
            First run of each part, and the one after its last.
        progress
            Called with the number of runs, over all scenarios, that were made since the last call.

        Yields
        ------
        Mapping
            Seconds a part took on one thread, by stage.
        """


class OtherThreadFailed(Exception):
    """Another thread has failed: what this one makes is not needed any more."""


class Threads:
    """Threads of this process; results do not depend on how many."""

    def __init__(self, threads: int) -> None:
        self._threads = threads

    @property
    def makers(self) -> int:
        """Return as many as there are threads."""
        return self._threads

    def machine(self, folder: str) -> Machine:  # noqa: ARG002 - threads are always alike
        """Return what this process is."""
        return machine()

    def make(self, work: ShardWork, ranges: Ranges, progress: CountedProgress) -> Iterator[Mapping[str, float]]:
        """Make shards side by side; where there are fewer shards than threads, each on several.

        Parameters
        ----------
        work
            What is made of a study.
        ranges
            Runs of each shard, first and one behind the last.
        progress
            Called with runs made, over all scenarios.

        Returns
        -------
        Seconds of each shard by step of the work, as shards are done; simulating counts for each of its threads.
        """
        jobs = min(self._threads, len(ranges))
        if not jobs:
            return
        stop = Event()
        threads_each = max(1, self._threads // jobs)

        def report_unless_stopped(count: int) -> None:
            if stop.is_set():
                raise OtherThreadFailed
            progress(count)

        def make_shard(span: tuple[int, int]) -> Mapping[str, float]:
            seconds = dict(work.make(*span, threads=threads_each, progress=report_unless_stopped))
            return seconds | {"simulate": seconds.get("simulate", 0.0) * threads_each}

        with ThreadPoolExecutor(jobs) as pool:
            waiting = [pool.submit(make_shard, span) for span in ranges]
            try:
                for done in as_completed(waiting):
                    yield done.result()
            finally:
                # A shard cannot be interrupted from outside; it stops the next time it tells how far it is.
                stop.set()
                for future in waiting:
                    future.cancel()

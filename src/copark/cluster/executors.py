"""Crews: those who make shards. Threads of this process are one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event
from typing import Protocol

from copark.cluster.environment import Machine, machine
from copark.cluster.work import Job

Ranges = Sequence[tuple[int, int]]
Tell = Callable[[int], None]


class Crew(Protocol):
    """Those who make shards."""

    @property
    def makers(self) -> int:
        """How many shards are made at a time."""

    def machine(self, address: str, *, mixed: bool) -> Machine:
        """What all of them are, after it was made sure that they are alike and can write to a shelf's address.

        Raises
        ------
        copark.errors.RunRefused
            If they are not, or cannot.
        """

    def make(self, work: Job, ranges: Ranges, tell: Tell) -> Iterator[Mapping[str, float]]:
        """Make shards, or other parts of a piece of work, in any order.

        Parameters
        ----------
        tell
            Called with the number of runs, over all scenarios, that were made since the last call.

        Yields
        ------
        Mapping
            The seconds each took on one thread, by stage.
        """


class Stopped(Exception):
    """Another thread has failed: what this one makes is not needed any more."""


class Threads:
    """Threads of this process.

    Parameters
    ----------
    threads
        How many; results do not depend on it.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads

    @property
    def makers(self) -> int:
        """As many as there are threads."""
        return self._threads

    def machine(self, address: str, *, mixed: bool) -> Machine:  # noqa: ARG002 - threads are always alike
        """What this process is."""
        return machine()

    def make(self, work: Job, ranges: Ranges, tell: Tell) -> Iterator[Mapping[str, float]]:
        """Make shards side by side; where there are fewer shards than threads, each on several."""
        jobs = min(self._threads, len(ranges))
        if not jobs:
            return
        stop, each = Event(), max(1, self._threads // jobs)

        def tell_unless_stopped(count: int) -> None:
            if stop.is_set():
                raise Stopped
            tell(count)

        def one(span: tuple[int, int]) -> Mapping[str, float]:
            seconds = dict(work.make(*span, threads=each, tell=tell_unless_stopped))
            return seconds | {"simulate": seconds.get("simulate", 0.0) * each}

        with ThreadPoolExecutor(jobs) as pool:
            waiting = [pool.submit(one, span) for span in ranges]
            try:
                for done in as_completed(waiting):
                    yield done.result()
            finally:
                stop.set()
                for future in waiting:
                    future.cancel()

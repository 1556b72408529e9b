"""A cluster on this machine, for runs that name its scheduler."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event


@contextmanager
def running_cluster(workers: int, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Start a scheduler and workers; give the scheduler's address; end them afterwards.

    Raises
    ------
    copark.errors.RunRefused
        If Dask distributed is not installed, or the port is taken.
    """
    from copark.cluster.scheduler import local_cluster

    with local_cluster(workers, host=host, port=port) as cluster:
        yield str(cluster.scheduler_address)


def wait_for_end() -> None:
    """Wait until somebody interrupts or ends this process."""
    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    while not ended.wait(1.0):
        pass

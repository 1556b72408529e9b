"""Workers of Dask distributed: the same files, whoever dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from unittest import mock

import psutil
import pytest

from copark.cluster.dask_workers import ClusterLost, local_cluster, workers_at
from copark.cluster.orchestration import make
from copark.cluster.shard_worker import Threads
from copark.cluster.worker_fingerprint import MachinesDiffer
from copark.errors import RunRefused
from copark.store.runs import RunStore
from tests.asked import waited
from tests.cluster.test_making import asked, expected, numbers  # noqa: F401 - fixtures

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def cluster():
    with local_cluster(2) as found:
        yield found


def test_who_answers_nothing_is_no_scheduler_and_that_is_said_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(RunRefused, match="No scheduler") as refused, workers_at(address):
            raise AssertionError("nobody is there")
    assert "没有调度器应答" in refused.value.said("zh")
    assert time.monotonic() - begun < 8.0


def in_background(work: Callable[[], object]) -> None:
    threading.Thread(target=work, daemon=True).start()


def worker() -> psutil.Process | None:
    """The newest worker of this process."""
    for process in reversed(psutil.Process().children(recursive=True)):
        with suppress(psutil.Error):
            if "spawn_main" in str(process.cmdline()):
                return process
    return None


def test_a_worker_that_dies_while_it_starts_is_no_loss(asked, expected, tmp_path: Path) -> None:  # noqa: F811
    in_background(lambda: waited(worker).kill())
    with local_cluster(1) as own, workers_at(own.scheduler_address) as worker_pool:
        assert numbers(make(asked, RunStore(tmp_path), worker_pool).record) == expected


def test_a_worker_that_dies_is_no_loss(cluster, asked, expected, tmp_path: Path) -> None:  # noqa: F811
    store, victim = RunStore(tmp_path), worker()
    assert victim is not None

    def kill() -> None:
        waited(lambda: list(store.root.glob(".shards-*/arrays.zarr")))
        victim.kill()

    with workers_at(cluster.scheduler_address) as worker_pool:
        in_background(kill)
        assert numbers(make(asked, store, worker_pool).record) == expected


def test_a_worker_of_another_model_is_refused(cluster, asked, tmp_path: Path) -> None:  # noqa: F811
    def become_another() -> None:
        from copark.cluster import worker_fingerprint

        real = worker_fingerprint.machine()
        worker_fingerprint.machine = lambda: real | {"model_version": "another"}

    def become_itself() -> None:
        import importlib

        from copark.cluster import worker_fingerprint

        importlib.reload(worker_fingerprint)

    with workers_at(cluster.scheduler_address) as worker_pool:
        victim = next(iter(worker_pool._client.nthreads()))
        worker_pool._client.run(become_another, workers=[victim])
        try:
            with pytest.raises(MachinesDiffer) as refused:
                make(asked, RunStore(tmp_path), worker_pool)
        finally:
            worker_pool._client.run(become_itself, workers=[victim])
    assert [(fault.file, fault.key) for fault in refused.value.faults] == [(victim, "model_version")]


@pytest.fixture
def doomed():
    """A scheduler with two workers in a session of its own, which a test kills."""
    command = [sys.executable, "-m", "bench.kills.workers"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as server:
        yield server
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)


def address_of(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    return server.stdout.readline().rsplit(" ", 1)[-1].strip()


def test_a_lost_scheduler_is_said_and_the_rest_made_without_it(doomed, asked, expected, tmp_path: Path) -> None:  # noqa: F811
    store = RunStore(tmp_path)

    def kill_after_the_first_planned_shard(*_: int) -> None:
        if list(store.root.glob(".shards-*/making/plan.json")):
            with suppress(ProcessLookupError):
                os.killpg(doomed.pid, signal.SIGKILL)

    with workers_at(address_of(doomed)) as worker_pool, pytest.raises(ClusterLost, match="same command"):
        make(asked, store, worker_pool, progress=kill_after_the_first_planned_shard)
    made = make(asked, store, Threads(2))
    assert made.kept_runs >= 1000
    assert numbers(made.record) == expected


def test_a_scheduler_that_goes_before_a_made_shard_is_asked_is_lost_too(cluster, asked, tmp_path: Path) -> None:  # noqa: F811
    from distributed import Future
    from distributed.comm import CommClosedError

    with (
        workers_at(cluster.scheduler_address) as worker_pool,
        mock.patch.object(Future, "result", side_effect=CommClosedError("Stream is closed")),
        pytest.raises(ClusterLost, match="same command"),
    ):
        make(asked, RunStore(tmp_path), worker_pool)

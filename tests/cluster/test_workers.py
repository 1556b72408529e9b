"""Workers of Dask distributed: the same files, whoever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from copark.cluster import Threads, make
from copark.cluster.environment import MachinesDiffer
from copark.cluster.scheduler import ClusterLost, local_cluster, workers_at
from copark.store import RunStore
from tests.cluster.test_making import asked, expected, numbers  # noqa: F401 - fixtures

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def cluster():
    with local_cluster(2) as found:
        yield found


def test_a_worker_that_dies_is_no_loss(cluster, asked, expected, tmp_path: Path) -> None:  # noqa: F811
    victims = [
        process for process in psutil.Process().children(recursive=True) if "spawn_main" in str(process.cmdline())
    ]
    store = RunStore(tmp_path)

    def kill_one() -> None:
        while not list(store.root.glob(".shards-*/arrays.zarr")):
            time.sleep(0.01)
        victims[-1].kill()

    killer = threading.Thread(target=kill_one, daemon=True)
    with workers_at(cluster.scheduler_address) as crew:
        killer.start()
        assert numbers(make(asked, store, crew).record) == expected
    killer.join(10)


def test_a_worker_of_another_model_is_refused(cluster, asked, tmp_path: Path) -> None:  # noqa: F811
    def become_another() -> None:
        from copark.cluster import environment

        real = environment.machine()
        environment.machine = lambda: real | {"model_hash": "another"}

    def become_itself() -> None:
        import importlib

        from copark.cluster import environment

        importlib.reload(environment)

    with workers_at(cluster.scheduler_address) as crew:
        victim = next(iter(crew._client.nthreads()))
        crew._client.run(become_another, workers=[victim])
        try:
            with pytest.raises(MachinesDiffer) as refused:
                make(asked, RunStore(tmp_path), crew)
        finally:
            crew._client.run(become_itself, workers=[victim])
    assert [(fault.file, fault.key) for fault in refused.value.faults] == [(victim, "model_hash")]


def test_a_lost_scheduler_is_said_and_the_rest_made_without_it(asked, expected, tmp_path: Path) -> None:  # noqa: F811
    store = RunStore(tmp_path)
    command = [sys.executable, "-m", "bench.kills.workers"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert server.stdout is not None
    address = server.stdout.readline().rsplit(" ", 1)[-1].strip()

    def kill_all() -> None:
        while not list(store.root.glob(".shards-*/making/plan.json")):
            time.sleep(0.01)
        os.killpg(server.pid, signal.SIGKILL)

    with workers_at(address) as crew:
        threading.Thread(target=kill_all, daemon=True).start()
        with pytest.raises(ClusterLost, match="same command"):
            make(asked, store, crew)
    server.wait(10)
    server.stdout.close()
    made = make(asked, store, Threads(2))
    assert made.kept >= 1000
    assert numbers(made.record) == expected

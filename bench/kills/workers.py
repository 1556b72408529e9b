"""Somebody who makes shards for a command is killed: a worker, the scheduler with its workers, or its client.

`python -m bench.kills.workers` is a scheduler with two workers that prints its address and waits to be killed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import suppress

from bench.arguments import parser_of
from bench.kills.clients import SLOWER
from bench.kills.sameness import finished_files
from bench.kills.trial import LONGEST, Missed, Trial, descendants, kill, need_alive, strike
from copark.cluster.dask_workers import local_cluster

PATIENCE = 120
"""Seconds in which a client must notice that its scheduler is gone."""


def kill_worker(trial: Trial) -> None:
    """Kill a worker; nobody gives the command again: its shard goes to another."""
    process = trial.begin(trial.command("--workers", "2"))
    trial.wait(SLOWER)
    victims = descendants(process.pid, "spawn_main")
    if not victims:
        need_alive(process)
        raise Missed
    trial.kept = finished_files(trial.out)
    strike(trial.rng.choice(victims))
    if process.wait(LONGEST) != 0:
        trial.wrong.append("the command did not survive its worker")
        trial.finish(trial.command())


def kill_scheduler(trial: Trial) -> None:
    """Kill a scheduler with all its workers under a command; the command says so and ends; go on without it."""
    server, address = cluster(trial)
    process = trial.begin(trial.command("--scheduler", address))
    trial.wait()
    need_alive(process)
    kill(server)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        trial.wrong.append(f"the command did not notice within {PATIENCE} s that the scheduler is gone")
        with suppress(Missed):
            kill(process)
    trial.kept = finished_files(trial.out)
    trial.finish(trial.command())


def kill_schedulers_client(trial: Trial) -> None:
    """Kill the client of a scheduler that stays; give the command again, to the same scheduler."""
    _, address = cluster(trial)
    process = trial.begin(trial.command("--scheduler", address))
    trial.wait()
    kill(process)
    trial.kept = finished_files(trial.out)
    trial.finish(trial.command("--scheduler", address))


def cluster(trial: Trial) -> tuple[subprocess.Popen[bytes], str]:
    """Start a scheduler with two workers; its address."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.kills.workers"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True, env={**os.environ, **trial.environment},
    )  # fmt: skip
    trial.closing.callback(_end, server)
    line = (server.stdout.readline() if server.stdout else b"").decode()
    address = re.search(r"tcp://[0-9.:]+", line)
    if address is None:
        raise RuntimeError(f"no cluster: {line}")
    return server, address[0]


def _end(server: subprocess.Popen[bytes]) -> None:
    with suppress(Missed, RuntimeError):
        kill(server)
    if server.stdout is not None:
        server.stdout.close()


def main() -> None:
    """Be a scheduler with two workers, for as long as a trial may take."""
    asked = parser_of("bench.kills.workers", __doc__).parse_args()
    with local_cluster(2) as found:
        print(found.scheduler_address, flush=True)
        time.sleep(0.0 if asked.smoke else LONGEST)


if __name__ == "__main__":
    main()

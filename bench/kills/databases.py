"""PostgreSQL is stopped at once, as if its machine had failed, and started again; under a server."""

from __future__ import annotations

import secrets
import time
from functools import cache

from tests.database.server import Server, binaries

from bench.kills.servers import ask_for, conclude, jobs, started
from bench.kills.trial import Missed, Trial
from copark.store.database import VARIABLE

AWAY = (0.5, 6.0)
"""Seconds for which the database is away."""


@cache
def postgres() -> Server:
    """A private server, for all trials."""
    found = binaries()
    if found is None:
        raise RuntimeError("there is no PostgreSQL of at least 15 on this machine")
    return Server(found)


def forget() -> None:
    """Remove the server, if there is one."""
    if postgres.cache_info().currsize:
        postgres().remove()
        postgres.cache_clear()


def stop_under_server(trial: Trial) -> None:
    """Stop the database under a server with a job and start it again; the job is done at its first attempt."""
    trial.environment[VARIABLE] = postgres().new_database(f"k{secrets.token_hex(6)}")
    with started(trial) as server:
        name = ask_for(server, trial.runs)
        trial.wait()
        (job,) = jobs(trial)
        if job.is_over:
            raise Missed
        away(trial)
        conclude(trial, server, name, attempts=1)


def away(trial: Trial) -> None:
    """Stop the database and start it again."""
    seconds = trial.rng.uniform(*AWAY)
    postgres().stop()
    try:
        time.sleep(seconds)
    finally:
        postgres().start()
    trial.told.append(f"the database was away for {seconds:.1f} s")

"""A server is killed while it does a job: with the job's process, alone, or that process alone. Nobody asks again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.clients import HONEST, Asker
from bench.kills.sameness import finished_files
from bench.kills.trial import LONGEST, Missed, Trial, descendants, kill, strike
from bench.page_server import Server, serving
from copark.store.database import open_database
from copark.store.jobs import Job, JobTable

JOB = {"case": "great-stone", "draws": "posterior", "seed": 1}
CHILD = "copark.web.job_process"
OFTEN = 0.2


def do_job(out: Path, runs: int) -> float:
    """Have a server of its own do the job, undisturbed."""
    with serving(out, log=out.with_suffix(".log")) as server:
        began = time.monotonic()
        ended = over(server, ask_for(server, runs))
        if ended["state"] != "done":
            raise RuntimeError(f"the undisturbed job: {ended}")
        return time.monotonic() - began


def kill_server(trial: Trial) -> None:
    """Kill a server and its job's process, as when the machine fails; start it again."""
    _kill_server(trial, everything=True)


def kill_server_alone(trial: Trial) -> None:
    """Kill a server and leave its job's process to notice; start it again at once."""
    _kill_server(trial, everything=False)


def _kill_server(trial: Trial, *, everything: bool) -> None:
    with started(trial) as server:
        name = ask_for(server, trial.runs)
        trial.wait()
        kill(server.process, everything=everything)
        (job,) = jobs(trial)
        if job.is_over:
            raise Missed
        trial.told.append(f"the job was {job.state}")
        trial.kept = finished_files(trial.out)
    with started(trial) as server:
        conclude(trial, server, name, attempts=2 if job.state == "running" else 1)


def kill_jobs_process(trial: Trial) -> None:
    """Kill the process that does a job; the server begins it again."""
    with started(trial) as server:
        name = ask_for(server, trial.runs)
        trial.wait()
        victims = descendants(server.process.pid, CHILD)
        if not victims:
            raise Missed
        trial.kept = finished_files(trial.out)
        strike(victims[0])
        ended = over(server, name)
        if (ended["state"], ended["attempts"]) == ("done", 1):  # it had told its end
            raise Missed
        conclude(trial, server, name, attempts=2)


@contextmanager
def started(trial: Trial) -> Iterator[Server]:
    """A server in the trial's folder."""
    with serving(trial.out, log=trial.out.with_suffix(".log"), **trial.environment) as server:
        yield server


def ask_for(server: Server, runs: int) -> str:
    """Ask for the job; its id."""
    asker = Asker(server.port, 1)
    found = asker.ask("POST", "/api/v1/jobs", JOB | {"runs": runs})
    asker.close()
    if found.status != 202:
        raise RuntimeError(f"the job was not taken: {found.status} {found.content[:300]!r}")
    return str(found.json["id"])


def over(server: Server, name: str) -> dict[str, Any]:
    """Wait until a job is over."""
    asker, until = Asker(server.port, 1), time.monotonic() + LONGEST
    while time.monotonic() < until:
        found = asker.ask("GET", f"/api/v1/jobs/{name}")
        if found.status == 200 and found.json["state"] not in ("queued", "running"):
            asker.close()
            return dict(found.json)
        if found.status != 200 and found.status not in HONEST:
            raise RuntimeError(f"the job cannot be asked about: {found.status} {found.content[:300]!r}")
        time.sleep(OFTEN)
    raise RuntimeError(f"the job is not over after {LONGEST} s")


def conclude(trial: Trial, server: Server, name: str, attempts: int) -> None:
    """Wait for the job; it must be done, in so many attempts, and the only one there is."""
    ended = over(server, name)
    if (ended["state"], ended["attempts"]) != ("done", attempts):
        found = (ended["state"], ended["attempts"], ended["trouble"])
        trial.wrong.append(f"the job should be done at attempt {attempts}: {found}")
    rows = [(job.id, job.state) for job in jobs(trial)]
    if rows != [(name, "done")]:
        trial.wrong.append(f"the jobs are {rows}")


def jobs(trial: Trial) -> list[Job]:
    """The jobs, as the database has them."""
    with trial.surroundings():
        database = open_database(trial.out)
        try:
            return JobTable(database).all()
        finally:
            database.close()

"""The queue: jobs are done in the order they came, long ones and pages in two lanes, each in a process of its own.

A server that ends kills its processes; what was running or waiting then is in the queue again when it comes back.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from copark.web.jobs.child import PROGRAM
from copark.web.jobs.store import Job, JobStore
from copark.workflows.serving.errands import Errand
from copark.workflows.serving.faults import told_faults
from copark.workflows.serving.refusals import fault

LANES: Mapping[str, str] = {"run": "long", "claims": "long", "report": "page"}
GRACE = 5.0
"""Seconds a job has to stop by itself."""
LEAST = 0.5
"""Seconds after which it can be said how long a stage may still take."""
log = logging.getLogger("copark.web")


@dataclass(frozen=True)
class Progress:
    """How far a job is: its stage, what is done of it and in all, its place in the queue, seconds it may still take."""

    stage: str = ""
    done: int = 0
    total: int = 0
    place: int = 0
    seconds_left: float | None = None


class JobQueue:
    """Has jobs done.

    Parameters
    ----------
    store
        Where they are remembered.
    threads
        Threads of a long job.
    """

    def __init__(self, store: JobStore, threads: int = 1) -> None:
        self.store = store
        self.threads = threads
        self._news = threading.Condition()
        self._closing = False
        self._progress: dict[str, Progress] = {}
        self._begun: dict[str, float] = {}
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._workers: list[threading.Thread] = []
        self._unwanted: set[str] = set()

    def start(self) -> None:
        """Begin; jobs that a former server left are queued again."""
        for job in self.store.jobs():
            if job.state == "running":
                self.store.put(replace(job, state="queued", started=""))
        for lane in sorted(set(LANES.values())):
            worker = threading.Thread(target=self._work, args=(lane,), name=f"jobs-{lane}", daemon=True)
            worker.start()
            self._workers.append(worker)

    def add(self, errand: Errand, case: str, title: dict[str, str]) -> Job:
        """Queue a job."""
        job = Job(
            id=secrets.token_hex(12),
            kind=errand.kind,
            state="queued",
            case=case,
            title=title,
            errand=asdict(errand),
            created=now(),
        )
        with self._news:
            self.store.add(job)
            self._news.notify_all()
        return job

    def waiting(self) -> int:
        """Jobs that wait."""
        return sum(job.state == "queued" for job in self.store.jobs())

    def progress(self, job: Job) -> Progress:
        """How far a job is."""
        if job.state == "queued":
            lane = LANES[job.kind]
            ahead = 0
            for other in self.store.jobs():
                if other.id == job.id:
                    break
                ahead += LANES[other.kind] == lane and not other.is_over
            return Progress(place=ahead + 1)
        found = self._progress.get(job.id, Progress())
        return found if job.state == "running" else replace(found, seconds_left=None)

    def cancel(self, name: str) -> Job | None:
        """Stop a job, or take it out of the queue; one that is over stays as it is."""
        with self._news:
            job = self.store.get(name)
            if job is None or job.is_over:
                return job
            if job.state == "queued":
                job = replace(job, state="cancelled", ended=now())
                self.store.put(job)
                return job
            self._unwanted.add(name)
            process = self._processes.get(name)
        if process is not None:
            threading.Thread(target=stop, args=(process,), daemon=True).start()
        return job

    def close(self) -> None:
        """Kill what runs, and end."""
        with self._news:
            self._closing = True
            processes = list(self._processes.values())
            self._news.notify_all()
        for process in processes:
            process.kill()
        for worker in self._workers:
            worker.join(GRACE)
        self.store.close()

    def _next(self, lane: str) -> Job | None:
        """The next job of a lane, when there is one; nothing when all ends."""
        with self._news:
            while not self._closing:
                for job in self.store.jobs():
                    if job.state == "queued" and LANES[job.kind] == lane:
                        begun = replace(job, state="running", started=now())
                        self.store.put(begun)
                        self._begun[job.id] = time.monotonic()
                        return begun
                self._news.wait(1.0)
        return None

    def _work(self, lane: str) -> None:
        while (job := self._next(lane)) is not None:
            try:
                ended = self._done(job)
            except OSError as error:
                log.exception("a job could not be started")
                ended = {"end": "failed", "code": "unexpected", "kind": type(error).__name__}
            if self._closing and ended.get("end") != "done":
                return
            with self._news:
                if job.id in self._unwanted and ended.get("end") != "done":
                    ended = {"end": "cancelled"}
                self._unwanted.discard(job.id)
                self.store.put(over(job, ended))

    def _done(self, job: Job) -> dict[str, Any]:
        """Have a job's process do it; what it says last."""
        quiet = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, *PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={**os.environ, **quiet, "PYTHONWARNINGS": "ignore"},
        ) as process:
            with self._news:
                self._processes[job.id] = process
                if self._closing:
                    process.kill()
                unwanted = job.id in self._unwanted
            if unwanted:
                threading.Thread(target=stop, args=(process,), daemon=True).start()
            try:
                return self._heard(job, process)
            finally:
                with self._news:
                    del self._processes[job.id]

    def _heard(self, job: Job, process: subprocess.Popen[str]) -> dict[str, Any]:
        """Listen to a job's process until it ends."""
        if process.stdin is None or process.stdout is None:
            return {"end": "failed", "code": "unexpected"}
        last: dict[str, Any] = {}
        try:
            process.stdin.write(json.dumps(job.errand, ensure_ascii=False) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                said = json.loads(line)
                if "end" in said:
                    last = said
                else:
                    self._tell(job, said)
        except (OSError, ValueError):
            process.kill()
        process.wait()
        return last or {"end": "failed", "code": "died", "kind": str(process.returncode)}

    def _tell(self, job: Job, said: Mapping[str, Any]) -> None:
        done, total = int(said["done"]), int(said["total"])
        before = self._progress.get(job.id)
        if before is None or before.stage != said["stage"]:
            self._begun[job.id] = time.monotonic()
        elapsed = time.monotonic() - self._begun[job.id]
        left = elapsed * (total - done) / done if done and total and elapsed > LEAST else None
        self._progress[job.id] = Progress(str(said["stage"]), done, total, 0, left)


def over(job: Job, last: Mapping[str, Any]) -> Job:
    """A job that is over, by the last its process said."""
    state = last["end"]
    trouble = list(last.get("trouble", ()))
    if state == "failed" and not trouble:
        code = f"job_{last.get('code', 'failed')}"
        detail = last.get("words") or last.get("kind") or ""
        trouble = [one.model_dump() for one in told_faults([fault(code, detail=detail)])]
    return replace(
        job,
        state=state,
        ended=now(),
        identity=str(last.get("identity", "")),
        page=str(last.get("page", "")),
        reused=bool(last.get("reused", False)),
        trouble=trouble,
    )


def stop(process: subprocess.Popen[str]) -> None:
    """Ask a process to stop, and kill it if it does not."""
    try:
        if process.stdin is not None:
            process.stdin.write("cancel\n")
            process.stdin.flush()
        process.wait(GRACE)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        process.kill()


def now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")

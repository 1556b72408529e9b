"""The job queue of a server: it takes jobs from the database, in a lane for long ones and one for pages.

Each job is done by a process. A server that ends gives its jobs back; a job that ran when it was killed is started
again by the next server. If a process dies the job is tried again, and only the last attempt's death is a failure.
"""

import json
import logging
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypedDict

from copark.json_types import JsonObject
from copark.store.errors import DatabaseRefused
from copark.store.jobs import LANES, MOST_ATTEMPTS, Job, JobTable
from copark.texts import text
from copark.web.content.faults import fault, fault_infos
from copark.web.content.job_tasks import (
    FORETOLD,
    JobTask,
    remove_leftovers_of_process,
    remove_shards_of_cancelled,
    with_local_paths,
)
from copark.web.job_process import PROGRAM

GRACE = 0.4
"""Seconds a job has to stop by itself."""
ESTIMATE_AFTER = 0.5
"""Seconds after which the time a stage may still take is estimated."""
POLL = 1.0
"""Seconds after which a lane without jobs polls the database, which may have been away."""
PATIENCE = 5.0
"""Seconds that a worker may take to end."""
QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore"}
log = logging.getLogger("copark.web")


class JobProgress(TypedDict):
    """Progress of a running job."""

    stage: str
    """Key of the stage."""
    done: int
    """How much of the stage is done."""
    total: int
    """How much the stage has to do; 0 where that is not known."""
    seconds_left: float | None
    """Estimated seconds left."""


class JobProcess:
    """The process that does a job: its progress, and how it is stopped.

    Folders of results, of uploaded cases and of results of these are as they are reached from here; by default as its
    task says.
    """

    def __init__(
        self, job: Job, data: Path | None = None, uploads: Path | None = None, outputs: Path | None = None
    ) -> None:
        self.job = job
        self.data = data
        self.uploads = uploads
        self.outputs = outputs
        self.is_cancelled = self._killed = False
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._stage = ""
        self._done = 0
        self._total = 0
        self._since = time.monotonic()
        self._run_id = ""
        self._ends = 0.0

    def do(self) -> JsonObject:
        """Run the process; return its last message, or its exit code if it ended without one."""
        began = time.time()
        task = with_local_paths(self.job.request, self.data, self.uploads, self.outputs)
        try:
            with subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, *PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                env={**os.environ, **QUIET},
            ) as process:
                with self._lock:
                    self._process = process
                if self._killed or self.is_cancelled:
                    process.kill()
                message = self._exchange(process, task)
        except OSError as error:
            return unexpected(error)
        data = Path(task["data"])
        before = began - 1.0
        with suppress(OSError):  # what cannot be cleaned hinders nobody
            if "end" not in message:
                remove_leftovers_of_process(data, process.pid, before)
        with suppress(OSError):
            if self.is_cancelled and self._run_id:
                remove_shards_of_cancelled(data, self._run_id, before)
        return message

    def progress(self) -> JobProgress:
        """Return stage, done, total, and estimated seconds left: of the stage, or of all where that was foretold."""
        now = time.monotonic()
        done = self._done
        total = self._total
        elapsed = now - self._since
        left = elapsed * (total - done) / done if done and total and elapsed > ESTIMATE_AFTER else None
        if self._ends > now:
            left = max(self._ends - now, left or 0.0)
        return {"stage": self._stage, "done": done, "total": total, "seconds_left": left}

    def stop(self) -> None:
        """Ask the process to stop, and kill it soon if it does not."""
        with self._lock:
            if not self.is_cancelled and self._process is not None:
                threading.Thread(target=_stop, args=(self._process,), daemon=True).start()
            self.is_cancelled = True

    def kill(self) -> None:
        """Kill the process."""
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()

    def _exchange(self, process: subprocess.Popen[str], task: Mapping[str, Any]) -> JsonObject:
        """Send the task to the process, and read its messages until it ends."""
        last: JsonObject = {}
        try:
            if process.stdin is not None and process.stdout is not None:
                process.stdin.write(json.dumps(task, ensure_ascii=False) + "\n")
                process.stdin.flush()
                for line in process.stdout:
                    message = json.loads(line)
                    if "end" in message:
                        last = message
                    elif "makes" in message:
                        self._run_id = str(message["makes"])
                    else:
                        self._tell(message)
        except (OSError, ValueError, TypeError, KeyError):  # what it says is no message of a job
            process.kill()
        process.wait()
        with suppress(OSError):  # what it did not live to read: its death is told by its code
            if process.stdin is not None:
                process.stdin.close()
        return last or {"code": str(process.returncode)}

    def _tell(self, message: Mapping[str, Any]) -> None:
        if message["stage"] == FORETOLD:
            self._ends = time.monotonic() + int(message["total"])
            return
        if message["stage"] != self._stage:
            self._since = time.monotonic()
        self._stage = str(message["stage"])
        self._done = int(message["done"])
        self._total = int(message["total"])


def _stop(process: subprocess.Popen[str]) -> None:
    try:
        if process.stdin is not None:
            process.stdin.write("cancel\n")
            process.stdin.flush()
        process.wait(GRACE)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        process.kill()


def unexpected(error: Exception) -> JsonObject:
    """Return the last message of a job with an unexpected error, of which a client is told the type alone."""
    return {"end": "failed", "code": "unexpected", "kind": type(error).__name__}


def trouble_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return why a job failed, by the last message of its process, in both languages."""
    trouble = list(message.get("trouble", ()))
    if trouble:
        return trouble
    failure = fault(
        f"job_{message.get('code', 'failed')}", detail=message.get("kind", ""), times=message.get("times", 1)
    )
    (described,) = (info.model_dump() for info in fault_infos([failure]))
    described["cause"] |= {
        lang: text("web.job_failed.cause", lang, detail=x) for lang, x in message.get("words", {}).items()
    }
    return [described]


class JobQueue:
    """Runs the jobs of the database, one at a time in each lane.

    Folders of results, of uploaded cases and of results of these are as they are reached from here; by default as each
    task says.
    """

    def __init__(
        self,
        table: JobTable,
        threads: int = 1,
        data: Path | None = None,
        uploads: Path | None = None,
        outputs: Path | None = None,
    ) -> None:
        self.table = table
        self.threads = threads
        self.data = data
        self.uploads = uploads
        self.outputs = outputs
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._running: dict[str, JobProcess] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start a thread for each lane."""
        for lane in sorted(set(LANES.values())):
            self._threads.append(threading.Thread(target=self._serve, args=(lane,), name=f"jobs-{lane}", daemon=True))
            self._threads[-1].start()

    def add(self, task: JobTask, title: dict[str, str], owner: str) -> Job:
        """Queue a job.

        Parameters
        ----------
        task
            What is to be done.
        title
            Title for a reader, by language.
        owner
            Whose job it is.
        """
        about = {"owner": owner, "lane": LANES[task.kind], "kind": task.kind, "case": task.case, "title": title}
        job = self.table.add({"id": secrets.token_hex(12), **about, "request": asdict(task)})
        self._wake()
        return job

    def get(self, name: str) -> Job | None:
        """Return a job by its id, with its progress."""
        job = self.table.get(name)
        return None if job is None else self._with_progress(job)

    def all(self) -> list[Job]:
        """Return all jobs, in the order they came, with their progress."""
        return [self._with_progress(job) for job in self.table.all()]

    def places(self) -> dict[str, int]:
        """Return the places in the queue of the jobs that are not over: 0 runs, 1 is next."""
        places: dict[str, int] = {}
        jobs = self.table.all(open_only=True)
        for lane in set(LANES.values()):
            ahead = sum(job.lane == lane and job.state == "running" for job in jobs)
            order = {number: ahead + n for n, number in enumerate(self.table.order(lane), start=1)}
            places |= {job.id: order.get(job.number, 0) for job in jobs if job.lane == lane}
        return places

    def cancel(self, name: str) -> None:
        """Stop a job, or take it out of the queue; one that is over stays as it is."""
        with self._changed:
            self.table.cancel(name)
            process = self._running.get(name)
        if process is not None:
            process.stop()

    def cancel_of(self, case: str) -> bool:
        """Stop the jobs of a case; return whether all of them are over."""
        affected = [job for job in self.table.all(open_only=True) if job.case == case]
        for job in affected:
            self.cancel(job.id)
        return not any(job.case == case for job in self.table.all(open_only=True)) if affected else True

    def close(self) -> None:
        """Kill what runs, give it back, and end."""
        self._closing.set()
        self._wake()
        for process in list(self._running.values()):
            process.kill()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _with_progress(self, job: Job) -> Job:
        process = self._running.get(job.id)
        return job if process is None or job.state != "running" else replace(job, **process.progress())

    def _serve(self, lane: str) -> None:
        """Do the jobs of a lane, one after another, until all ends."""
        while not self._closing.is_set():
            with self._changed:
                process = self._claim(lane)
                if process is None:
                    self._changed.wait(POLL)
                    continue
            try:
                if self._closing.is_set():
                    process.kill()
                self._conclude(process.job, process, self._run(process))
            finally:
                self._running.pop(process.job.id, None)

    def _run(self, process: JobProcess) -> Mapping[str, Any]:
        """Run a job's process; return its last message, or what went wrong here."""
        try:
            return process.do()
        except Exception as error:
            log.exception("a job could not be done")
            process.kill()
            return unexpected(error)

    def _claim(self, lane: str) -> JobProcess | None:
        """Claim the next job of a lane, if there is one and the database gives it.

        A job that the database has as running and that does not run here was started by a server that was killed, or
        its claim was lost on the way: it is queued again and keeps its attempts, since no process of its own failed.
        """
        try:
            for lost in self.table.all(open_only=True):
                if lost.lane == lane and lost.state == "running":
                    log.warning("a job was left by a server that was killed")
                    self.table.give_back(lost, blameless=True)
            job = self.table.claim(lane)
        except DatabaseRefused:
            return None
        except Exception:
            log.exception("a job could not be claimed")
            return None
        if job is not None:
            self._running[job.id] = JobProcess(job, self.data, self.uploads, self.outputs)
        return None if job is None else self._running[job.id]

    def _conclude(self, job: Job, process: JobProcess, message: Mapping[str, Any]) -> None:
        """Write the end of a job, as soon as the database lets us; a lane outlives any error of it."""
        is_last = False
        while True:
            try:
                self._write(job, process, message)
                return
            except DatabaseRefused as refused:
                log.warning("a job's end is not yet written: %s", refused)
                if self._closing.wait(1.0):
                    return
            except Exception as error:
                log.exception("a job's end could not be written")
                if is_last:
                    return
                message = unexpected(error)
                is_last = True

    def _write(self, job: Job, process: JobProcess, message: Mapping[str, Any]) -> None:
        if message.get("end") == "done":
            self.table.end(job, "done", **{name: message[name] for name in ("identity", "page", "reused")})
        elif process.is_cancelled:
            self.table.end(job, "cancelled")
        elif message.get("end") == "failed":
            self.table.end(job, "failed", trouble=trouble_of(message))
        elif self._closing.is_set():
            self.table.give_back(job, blameless=True)
        else:
            self._try_again(job, str(message.get("code", "")))

    def _try_again(self, job: Job, detail: str) -> None:
        """Queue a job whose worker has died again, unless it was begun too often."""
        if job.attempts < MOST_ATTEMPTS:
            log.warning("a job's process died (%s); attempt %d", detail, job.attempts)
            self.table.give_back(job)
        else:
            self.table.end(job, "failed", trouble=trouble_of({"code": "died", "kind": detail, "times": job.attempts}))

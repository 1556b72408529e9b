"""The queue of a server: it takes jobs from the database's, long ones and pages in two lanes, each done by a process.

A server that ends gives its jobs back; what ran when it was killed the next one begins again. A process that dies is a
new attempt, and only the last one's death is a failure.
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
from typing import Any

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
LEAST = 0.5
"""Seconds after which it can be said how long a stage may still take."""
LOOK = 1.0
"""Seconds after which a lane without jobs looks for some by itself: the database may have been away."""
PATIENCE = 5.0
"""Seconds that a worker may take to end."""
QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore"}
log = logging.getLogger("copark.web")


class JobProcess:
    """A job being done: its process, how far it says it is, and how it is stopped.

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
        self.unwanted = self._killed = False
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._stage = ""
        self._done = 0
        self._total = 0
        self._since = time.monotonic()
        self._makes = ""
        self._ends = 0.0

    def do(self) -> dict[str, Any]:
        """Have a process do it; return what it says last, or with which code it ended without a word."""
        began = time.time()
        task = with_local_paths(self.job.errand, self.data, self.uploads, self.outputs)
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
                if self._killed or self.unwanted:
                    process.kill()
                message = self._heard(process, task)
        except OSError as error:
            return unexpected(error)
        data = Path(task["data"])
        before = began - 1.0
        with suppress(OSError):  # what cannot be cleaned hinders nobody
            if "end" not in message:
                remove_leftovers_of_process(data, process.pid, before)
        with suppress(OSError):
            if self.unwanted and self._makes:
                remove_shards_of_cancelled(data, self._makes, before)
        return message

    def progress(self) -> dict[str, Any]:
        """Say how far it is, and how many seconds its stage may still take, or all of it where that was foretold."""
        now = time.monotonic()
        done = self._done
        total = self._total
        elapsed = now - self._since
        left = elapsed * (total - done) / done if done and total and elapsed > LEAST else None
        if self._ends > now:
            left = max(self._ends - now, left or 0.0)
        return {"stage": self._stage, "done": done, "total": total, "seconds_left": left}

    def stop(self) -> None:
        """Ask it to stop, and kill it soon if it does not."""
        with self._lock:
            if not self.unwanted and self._process is not None:
                threading.Thread(target=_stop, args=(self._process,), daemon=True).start()
            self.unwanted = True

    def kill(self) -> None:
        """End it at once."""
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()

    def _heard(self, process: subprocess.Popen[str], task: Mapping[str, Any]) -> dict[str, Any]:
        """Tell the process what to do, and listen to it until it ends."""
        last: dict[str, Any] = {}
        try:
            if process.stdin is not None and process.stdout is not None:
                process.stdin.write(json.dumps(task, ensure_ascii=False) + "\n")
                process.stdin.flush()
                for line in process.stdout:
                    message = json.loads(line)
                    if "end" in message:
                        last = message
                    elif "makes" in message:
                        self._makes = str(message["makes"])
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


def unexpected(error: Exception) -> dict[str, Any]:
    """Return the end of a job that something unexpected happened to; whoever asked is told its kind alone."""
    return {"end": "failed", "code": "unexpected", "kind": type(error).__name__}


def trouble_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Say why a job failed, by the last its process said, in both languages."""
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
    """Has jobs done.

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
        self._news = threading.Condition()
        self._closing = threading.Event()
        self._working: dict[str, JobProcess] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin."""
        for lane in sorted(set(LANES.values())):
            self._threads.append(threading.Thread(target=self._serve, args=(lane,), name=f"jobs-{lane}", daemon=True))
            self._threads[-1].start()

    def add(self, task: JobTask, title: dict[str, str], owner: str) -> Job:
        """Queue a job of somebody's."""
        about = {"owner": owner, "lane": LANES[task.kind], "kind": task.kind, "case": task.case, "title": title}
        job = self.table.add({"id": secrets.token_hex(12), **about, "errand": asdict(task)})
        self._wake()
        return job

    def get(self, name: str) -> Job | None:
        """Return a job by its id, and how far it is."""
        job = self.table.get(name)
        return None if job is None else self._now(job)

    def all(self) -> list[Job]:
        """List all jobs, in the order they came, and how far they are."""
        return [self._now(job) for job in self.table.all()]

    def places(self) -> dict[str, int]:
        """Give the jobs that are not over their places in the queue: 0 is done now, 1 is next."""
        places: dict[str, int] = {}
        jobs = self.table.all(open_only=True)
        for lane in set(LANES.values()):
            ahead = sum(job.lane == lane and job.state == "running" for job in jobs)
            order = {number: ahead + n for n, number in enumerate(self.table.order(lane), start=1)}
            places |= {job.id: order.get(job.number, 0) for job in jobs if job.lane == lane}
        return places

    def cancel(self, name: str) -> None:
        """Stop a job, or take it out of the queue; one that is over stays as it is."""
        with self._news:
            self.table.cancel(name)
            work = self._working.get(name)
        if work is not None:
            work.stop()

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
        for work in list(self._working.values()):
            work.kill()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _wake(self) -> None:
        with self._news:
            self._news.notify_all()

    def _now(self, job: Job) -> Job:
        work = self._working.get(job.id)
        return job if work is None or job.state != "running" else replace(job, **work.progress())

    def _serve(self, lane: str) -> None:
        """Do the jobs of a lane, one after another, until all ends."""
        while not self._closing.is_set():
            with self._news:
                work = self._claimed(lane)
                if work is None:
                    self._news.wait(LOOK)
                    continue
            try:
                if self._closing.is_set():
                    work.kill()
                self._conclude(work.job, work, self._done(work))
            finally:
                self._working.pop(work.job.id, None)

    def _done(self, work: JobProcess) -> Mapping[str, Any]:
        """Have a job done; what its process said last, or what went wrong here."""
        try:
            return work.do()
        except Exception as error:
            log.exception("a job could not be done")
            work.kill()
            return unexpected(error)

    def _claimed(self, lane: str) -> JobProcess | None:
        """Claim the next job of a lane, if there is one and the database gives it.

        What runs by its word and not here was begun by a server that was killed, or claimed without our being told.
        """
        try:
            for lost in self.table.all(open_only=True):
                if lost.lane == lane and lost.state == "running":
                    self._try_again(lost, "")
            job = self.table.claim(lane)
        except DatabaseRefused:
            return None
        except Exception:
            log.exception("a job could not be claimed")
            return None
        if job is not None:
            self._working[job.id] = JobProcess(job, self.data, self.uploads, self.outputs)
        return None if job is None else self._working[job.id]

    def _conclude(self, job: Job, work: JobProcess, message: Mapping[str, Any]) -> None:
        """Write what has become of a job, as soon as the database lets us; a lane outlives whatever comes of it."""
        is_last = False
        while True:
            try:
                self._write(job, work, message)
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

    def _write(self, job: Job, work: JobProcess, message: Mapping[str, Any]) -> None:
        if message.get("end") == "done":
            self.table.end(job, "done", **{name: message[name] for name in ("identity", "page", "reused")})
        elif work.unwanted:
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

"""A job being done: its process, how far it says it is, and how it is stopped."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from copark.web.jobs.child import PROGRAM
from copark.workflows.serving.errands import FORETOLD, placed
from copark.workflows.serving.records import Job, clear_after, clear_cancelled

GRACE = 0.4
"""Seconds a job has to stop by itself."""
LEAST = 0.5
"""Seconds after which it can be said how long a stage may still take."""
QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore"}


class Work:
    """Does one job.

    Parameters
    ----------
    job
        As it was claimed.
    data, uploads
        Folders of results and of uploaded cases, as they are reached from here; by default as its errand says.
    """

    def __init__(self, job: Job, data: Path | None = None, uploads: Path | None = None) -> None:
        self.job = job
        self.data = data
        self.uploads = uploads
        self.unwanted = False
        self._lock = threading.Lock()
        self._killed = False
        self._process: subprocess.Popen[str] | None = None
        self._stage, self._done, self._total, self._since = "", 0, 0, time.monotonic()
        self._makes, self._ends = "", 0.0

    def do(self) -> dict[str, Any]:
        """Have a process do it; what it says last, or with which code it ended without a word."""
        began, errand = time.time(), placed(self.job.errand, self.data, self.uploads)
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
                said = self._heard(process, errand)
        except OSError as error:
            return unexpected(error)
        data, before = Path(errand["data"]), began - 1.0
        with suppress(OSError):  # what cannot be cleaned hinders nobody
            if "end" not in said:
                clear_after(data, process.pid, before)
        with suppress(OSError):
            if self.unwanted and self._makes:
                clear_cancelled(data, self._makes, before)
        return said

    def progress(self) -> dict[str, Any]:
        """How far it is, and how many seconds its stage may still take, or all of it where that was foretold."""
        now = time.monotonic()
        done, total, elapsed = self._done, self._total, now - self._since
        left = elapsed * (total - done) / done if done and total and elapsed > LEAST else None
        if self._ends > now:
            left = max(self._ends - now, left or 0.0)
        return {"stage": self._stage, "done": done, "total": total, "seconds_left": left}

    def stop(self) -> None:
        """Ask it to stop, and kill it soon if it does not."""
        with self._lock:
            if self.unwanted:
                return
            self.unwanted = True
            process = self._process
        if process is not None:
            threading.Thread(target=_stop, args=(process,), daemon=True).start()

    def kill(self) -> None:
        """End it at once."""
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()

    def _heard(self, process: subprocess.Popen[str], errand: Mapping[str, Any]) -> dict[str, Any]:
        """Tell the process what to do, and listen to it until it ends."""
        last: dict[str, Any] = {}
        try:
            if process.stdin is not None and process.stdout is not None:
                process.stdin.write(json.dumps(errand, ensure_ascii=False) + "\n")
                process.stdin.flush()
                for line in process.stdout:
                    said = json.loads(line)
                    if "end" in said:
                        last = said
                    elif "makes" in said:
                        self._makes = str(said["makes"])
                    else:
                        self._tell(said)
        except (OSError, ValueError, TypeError, KeyError):  # what it says is no message of a job
            process.kill()
        process.wait()
        with suppress(OSError):  # what it did not live to read: its death is told by its code
            if process.stdin is not None:
                process.stdin.close()
        return last or {"code": str(process.returncode)}

    def _tell(self, said: Mapping[str, Any]) -> None:
        if said["stage"] == FORETOLD:
            self._ends = time.monotonic() + int(said["total"])
            return
        if said["stage"] != self._stage:
            self._since = time.monotonic()
        self._stage, self._done, self._total = str(said["stage"]), int(said["done"]), int(said["total"])


def unexpected(error: Exception) -> dict[str, Any]:
    """The end of a job that something unexpected happened to; whoever asked is told its kind alone."""
    return {"end": "failed", "code": "unexpected", "kind": type(error).__name__}


def _stop(process: subprocess.Popen[str]) -> None:
    """Ask a process to stop, and kill it if it does not."""
    try:
        if process.stdin is not None:
            process.stdin.write("cancel\n")
            process.stdin.flush()
        process.wait(GRACE)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        process.kill()

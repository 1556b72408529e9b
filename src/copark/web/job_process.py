"""The process that does one job: it reads a task from its first line of input and writes its progress, a line each.

It ends when it is done, when the next line says ``cancel``, and when its input ends, since then its server is gone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from copark.json_types import JsonObject

if TYPE_CHECKING:
    from copark.web.content.job_tasks import JobTask

NICE = 10
OFTEN = 0.1
"""Seconds between two lines about progress."""
PROGRAM = ("-m", "copark.web.job_process")


class JobCancelled(BaseException):
    """The job was cancelled; like KeyboardInterrupt it is no error that code on the way should handle."""


class ProgressWriter:
    """Writes progress of the work to the server."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.stopped = threading.Event()
        self._last = 0.0
        self._stage = ""

    def write(self, **message: Any) -> None:
        """Write a message as a line of JSON."""
        self.out.write(json.dumps(message, ensure_ascii=False) + "\n")
        self.out.flush()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Write a stage and how much of it is done, not too often."""
        if self.stopped.is_set():
            raise JobCancelled
        now = time.monotonic()
        if stage != self._stage or done >= total > 0 or now - self._last >= OFTEN:
            self._last = now
            self._stage = stage
            self.write(stage=stage, done=done, total=total)


def listen(source: TextIO, writer: ProgressWriter) -> None:
    """Read the input until the server cancels the job or is gone."""
    for line in source:
        if line.strip() == "cancel":
            writer.stopped.set()
    if not writer.stopped.is_set():
        os._exit(3)


def main(source: TextIO, out: TextIO) -> int:
    """Do what the first line of input says."""
    from copark.web.content.job_tasks import JobTask, do_task

    writer = ProgressWriter(out)
    task = JobTask(**json.loads(source.readline()))
    threading.Thread(target=listen, args=(source, writer), daemon=True).start()
    try:
        result = do_task(task, writer, lambda run_id: writer.write(makes=run_id))
    except JobCancelled:
        writer.write(end="cancelled")
    except Exception as error:  # noqa: BLE001 - told to the server in its words or by its kind alone
        writer.write(end="failed", **without_paths(failure(error, task), task))
    else:
        writer.write(end="done", identity=result.identity, page=result.page or "", reused=result.reused)
    return 0


def failure(error: Exception, task: JobTask) -> JsonObject:
    """Return the message to the server on why a job failed."""
    from copark.errors import CoparkError, FaultsFound
    from copark.texts import LANGUAGES
    from copark.web.content.faults import fault_infos
    from copark.web.content.job_tasks import deleted_fault, is_deleted

    if is_deleted(task):  # whatever came of it
        return {"trouble": [fault.model_dump() for fault in fault_infos([deleted_fault()])]}
    if isinstance(error, FaultsFound):
        return {"trouble": [fault.model_dump() for fault in fault_infos(error.faults)]}
    if isinstance(error, CoparkError):
        return {"trouble": [], "words": {lang: error.said(lang) for lang in LANGUAGES}}
    if isinstance(error, MemoryError):
        return {"trouble": [], "code": "memory"}
    return {"trouble": [], "code": "unexpected", "kind": type(error).__name__}


def without_paths(content: Any, task: JobTask) -> Any:
    """Return a message with folders of the server by their last name alone, since clients are not to see its paths."""
    if isinstance(content, dict):
        return {name: without_paths(value, task) for name, value in content.items()}
    if isinstance(content, list):
        return [without_paths(part, task) for part in content]
    if isinstance(content, str):
        for folder in (Path(task.case), Path(task.data)):
            if folder.is_absolute() and folder.name:
                content = content.replace(str(folder), folder.name)
    return content


def leave_signals_to_server() -> None:
    """Ignore what a terminal that closes, Ctrl+C and systemd send to all processes: the server gives its job back."""
    for name in ("SIGHUP", "SIGINT", "SIGTERM"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    leave_signals_to_server()
    with suppress(OSError):
        os.nice(NICE)
    sys.exit(main(sys.stdin, sys.stdout))

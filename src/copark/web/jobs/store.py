"""Where jobs are remembered. A database may take the place of the file; this is all it must be able to do."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

State = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED = frozenset(("done", "failed", "cancelled"))
MOST = 1_000


@dataclass(frozen=True)
class Job:
    """A job.

    Parameters
    ----------
    id
        Its name, which cannot be guessed.
    kind
        run, report or claims.
    state
        queued, running, done, failed or cancelled.
    case, title
        What it is about: name of a case, titles in both languages.
    errand
        What its process is told.
    created, started, ended
        When, UTC, ISO 8601; empty until then.
    identity, page
        What came of it: the result's identity, and the file of its page.
    reused
        The result was there already.
    trouble
        Why it failed: faults with cause and repair in both languages.
    """

    id: str
    kind: str
    state: State
    case: str
    title: dict[str, str]
    errand: dict[str, Any]
    created: str
    started: str = ""
    ended: str = ""
    identity: str = ""
    page: str = ""
    reused: bool = False
    trouble: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDED


class JobStore(Protocol):
    """What remembers jobs."""

    def add(self, job: Job) -> None:
        """Remember a new job, behind all others."""

    def put(self, job: Job) -> None:
        """Remember what has become of a job."""

    def get(self, name: str) -> Job | None:
        """A job by its id."""

    def jobs(self) -> list[Job]:
        """All jobs, in the order they came."""

    def close(self) -> None:
        """Let go of whatever holds them."""


class SqliteJobs:
    """Jobs in an SQLite database, read from memory and written through.

    Parameters
    ----------
    path
        Its file; ``:memory:`` for none.
    most
        Jobs remembered; of those that are over the oldest are forgotten.
    """

    def __init__(self, path: Path | str, most: int = MOST) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute(
            "CREATE TABLE IF NOT EXISTS jobs "
            "(number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, over INTEGER NOT NULL, held TEXT NOT NULL)"
        )
        rows = self._base.execute("SELECT held FROM jobs ORDER BY number").fetchall()
        self._jobs = {job.id: job for job in (Job(**json.loads(row[0])) for row in rows)}

    def add(self, job: Job) -> None:
        """Remember a new job, behind all others."""
        with self._lock:
            self._jobs[job.id] = job
            self._base.execute("INSERT INTO jobs (id, over, held) VALUES (?, ?, ?)", (job.id, job.is_over, _held(job)))
            for old in list(self._jobs.values())[: -self.most]:
                if old.is_over:
                    del self._jobs[old.id]
                    self._base.execute("DELETE FROM jobs WHERE id = ?", (old.id,))

    def put(self, job: Job) -> None:
        """Remember what has become of a job."""
        with self._lock:
            self._jobs[job.id] = job
            self._base.execute("UPDATE jobs SET over = ?, held = ? WHERE id = ?", (job.is_over, _held(job), job.id))

    def get(self, name: str) -> Job | None:
        """A job by its id."""
        with self._lock:
            return self._jobs.get(name)

    def jobs(self) -> list[Job]:
        """All jobs, in the order they came."""
        with self._lock:
            return list(self._jobs.values())

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._base.close()


def _held(job: Job) -> str:
    return json.dumps(asdict(job), ensure_ascii=False)

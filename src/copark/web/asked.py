"""What was asked: the study behind every identity that was answered, so that it can be exported by its identity.

Answers do not depend on it. What is forgotten is asked again, and has the same identity.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST = 20_000


@dataclass(frozen=True)
class Asked:
    """A study that was asked for: its case, as the client names it, and its content."""

    case: str
    study: dict[str, Any]


class AskedBook:
    """Studies by identity, kept over restarts.

    Parameters
    ----------
    path
        The database's file.
    """

    def __init__(self, path: Path | str, most: int = MOST) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=OFF")
        self._base.execute(
            "CREATE TABLE IF NOT EXISTS asked (number INTEGER PRIMARY KEY, identity TEXT UNIQUE, held TEXT NOT NULL)"
        )

    def remember(self, identity: str, asked: Asked) -> None:
        """Remember a study; the oldest are forgotten."""
        with self._lock:
            if identity in self._known:
                return
            held = json.dumps({"case": asked.case, "study": asked.study}, ensure_ascii=False)
            made = self._base.execute("INSERT OR REPLACE INTO asked (identity, held) VALUES (?, ?)", (identity, held))
            self._base.execute("DELETE FROM asked WHERE number <= ?", ((made.lastrowid or 0) - self.most,))
            if len(self._known) >= self.most:
                self._known.clear()
            self._known.add(identity)

    def find(self, identity: str) -> Asked | None:
        """The study of an identity."""
        with self._lock:
            row = self._base.execute("SELECT held FROM asked WHERE identity = ?", (identity,)).fetchone()
        if row is None:
            return None
        held = json.loads(row[0])
        return Asked(str(held["case"]), held["study"])

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._base.close()

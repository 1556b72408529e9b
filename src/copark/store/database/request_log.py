"""What was asked: the study behind every identity a server answered, so that it can be exported by its identity.

Answers do not depend on it and are not made to wait for it: it is written a moment later, many at a time. What is
forgotten is asked again, and has the same identity.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copark.store.database.index import index_study
from copark.store.database.opening import SharedSession
from copark.store.database.session import from_json, put
from copark.store.errors import DatabaseRefused

if TYPE_CHECKING:
    from copark.store.database.opening import Database

MOST = 20_000
HELD = 1_000
"""Studies that are held in memory."""
OFTEN = 0.2
"""Seconds between two writings."""


@dataclass(frozen=True)
class Asked:
    """A study that was asked for: its case, as the client names it, and its content."""

    case: str
    study: dict[str, Any]


class AskedBook:
    """Studies by identity, kept over restarts.

    Parameters
    ----------
    database
        Where they are kept.
    most
        How many; the oldest are forgotten.
    """

    def __init__(self, database: Database, most: int = MOST) -> None:
        self.database = database
        self.most = most
        self._lock = threading.Lock()
        self._recent: OrderedDict[str, Asked] = OrderedDict()
        self._unwritten: dict[str, Asked] = {}
        self._closing = threading.Event()
        self._writer = threading.Thread(target=self._write_often, name="asked", daemon=True)
        self._writer.start()

    def remember(self, identity: str, asked: Asked) -> None:
        """Remember a study; the oldest are forgotten."""
        with self._lock:
            if identity not in self._recent:
                self._unwritten[identity] = asked
                while len(self._unwritten) > self.most:
                    del self._unwritten[next(iter(self._unwritten))]
            self._recent[identity] = asked
            self._recent.move_to_end(identity)
            while len(self._recent) > HELD:
                self._recent.popitem(last=False)

    def find(self, identity: str) -> Asked | None:
        """The study of an identity.

        Raises
        ------
        DatabaseRefused
            If it is not in memory and the database cannot be asked.
        """
        with self._lock:
            known = self._recent.get(identity) or self._unwritten.get(identity)
        if known is not None:
            return known
        statement = (
            'SELECT asked."case", studies.content FROM asked JOIN studies ON studies.hash = asked.study '
            "WHERE asked.place = :place AND asked.identity = :identity"
        )
        with self.database.session(write=False) as session:
            rows = session.execute(statement, {"place": self.database.place, "identity": identity})
        return Asked(rows[0]["case"], from_json(rows[0]["content"])) if rows else None

    def write(self) -> None:
        """Write what was remembered since; what cannot be written is tried again.

        Raises
        ------
        DatabaseRefused
            If the database cannot be written.
        """
        with self._lock:
            batch, self._unwritten = self._unwritten, {}
        if not batch:
            return
        try:
            with self.database.session(write=True) as session:
                for identity, asked in batch.items():
                    self._put(session, identity, asked)
                self._forget(session)
        except DatabaseRefused:
            with self._lock:
                self._unwritten = batch | self._unwritten
            raise

    def close(self) -> None:
        """Write what there is, and end."""
        self._closing.set()
        self._writer.join()

    def _put(self, session: SharedSession, identity: str, asked: Asked) -> None:
        row = {
            "place": self.database.place,
            "identity": identity,
            "case": asked.case,
            "study": index_study(session, asked.study),
        }
        put(session, "asked", row, ["place", "identity"])

    def _forget(self, session: SharedSession) -> None:
        oldest = (  # by their count: numbers have gaps, since PostgreSQL gives one to each attempt
            "DELETE FROM asked WHERE place = :place AND number <= (SELECT number FROM asked WHERE place = :place "
            "ORDER BY number DESC LIMIT 1 OFFSET :most)"
        )
        session.execute(oldest, {"place": self.database.place, "most": self.most})

    def _write_often(self) -> None:
        while True:
            last = self._closing.wait(OFTEN)
            try:
                self.write()
            except DatabaseRefused:
                if not last:
                    self._closing.wait(2.0)
            if last:
                return

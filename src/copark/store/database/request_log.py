"""What was asked: the study behind every identity a server answered, so that it can be exported by its identity.

Answers do not depend on it and are not made to wait for it: it is written a moment later, many at a time. What is
forgotten is asked again, and has the same identity.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copark.store.database.opening import upsert
from copark.store.database.run_log import enter_study
from copark.store.errors import DatabaseRefused

if TYPE_CHECKING:
    from copark.store.database.opening import Database

MOST = 20_000
HELD = 1_000
"""Studies that are held in memory."""
OFTEN = 0.2
"""Seconds between two writings."""


@dataclass(frozen=True)
class AskedStudy:
    """A study that was asked for: its case, as the client names it, and its content."""

    case: str
    study: dict[str, Any]


class RequestLog:
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
        self._recent: OrderedDict[str, AskedStudy] = OrderedDict()
        self._unwritten: dict[str, AskedStudy] = {}
        self._closing = threading.Event()
        self._writer = threading.Thread(target=self._write_often, name="asked", daemon=True)
        self._writer.start()

    def remember(self, identity: str, asked: AskedStudy) -> None:
        """Remember a study; the oldest are forgotten."""
        with self._lock:
            if identity not in self._recent and not self.database.is_read_only:
                self._unwritten[identity] = asked
            self._recent[identity] = asked
            self._recent.move_to_end(identity)
            for held, most in ((self._unwritten, self.most), (self._recent, HELD)):
                while len(held) > most:
                    del held[next(iter(held))]

    def find(self, identity: str) -> AskedStudy | None:
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
        from sqlalchemy import select

        from copark.store.database.schema import asked, studies

        its = asked.c.place == self.database.place, asked.c.identity == identity
        with self.database.reading() as connection:
            row = connection.execute(select(asked.c.case, studies.c.content).join(studies).where(*its)).first()
        return None if row is None else AskedStudy(*row)

    def write(self) -> None:
        """Write what was remembered since; what cannot be written is tried again.

        Raises
        ------
        DatabaseRefused
            If the database cannot be written.
        """
        from sqlalchemy import delete, select

        from copark.store.database.schema import asked

        with self._lock:
            batch, self._unwritten = self._unwritten, {}
        if not batch:
            return
        here = asked.c.place == self.database.place
        try:
            with self.database.writing() as connection:
                for identity, one in batch.items():
                    row = {"identity": identity, "case": one.case, "study": enter_study(connection, one.study)}
                    upsert(connection, asked, row | {"place": self.database.place}, ["place", "identity"])
                # by their count: numbers have gaps, since PostgreSQL gives one to each attempt
                oldest = select(asked.c.number).where(here).order_by(asked.c.number.desc()).limit(1).offset(self.most)
                connection.execute(delete(asked).where(here, asked.c.number <= oldest.scalar_subquery()))
        except DatabaseRefused:
            with self._lock:
                self._unwritten = batch | self._unwritten
            raise

    def close(self) -> None:
        """Write what there is, and end."""
        self._closing.set()
        self._writer.join()

    def _write_often(self) -> None:
        last = False
        while not last:
            last = self._closing.wait(OFTEN)
            with suppress(DatabaseRefused):
                self.write()

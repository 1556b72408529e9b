"""Plain SQL that SQLite and PostgreSQL both understand, for the few statements of every run.

SQLAlchemy takes a tenth of a second or two to load, more than the whole of what a run has to write. Where the database
is a file whose tables are up to date, its statements go to the driver that Python brings; everywhere else, and for all
that is asked of the database besides, through SQLAlchemy.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from copark.store.database.address import PATIENCE, Address
from copark.store.database.version import TABLE, is_current
from copark.store.errors import DatabaseRefused

Rows = list[dict[str, Any]]


class Session(Protocol):
    """A transaction."""

    def execute(self, statement: str, values: Mapping[str, Any] | None = None) -> Rows:
        """Do a statement, with values for its ``:names``; its rows, if it gives some."""

    def clock(self) -> float:
        """Seconds since 1970, by the clock of everybody who shares the database."""


class Door(Protocol):
    """A database that plain SQL can be said to."""

    place: str

    def session(self, *, write: bool) -> AbstractContextManager[Session]:
        """A transaction; one that writes is done whole or not at all.

        Raises
        ------
        DatabaseRefused
            If something goes wrong with the database.
        """

    def close(self) -> None:
        """Let go of it."""


def insert(session: Session, table: str, row: Mapping[str, Any], number: str) -> int:
    """Insert a row; gives the number it got in a column."""
    statement = f"INSERT INTO {table} ({_columns(row)}) VALUES ({_values(row)}) RETURNING {number}"  # noqa: S608 - names of columns
    return int(session.execute(statement, row)[0][number])


def put(session: Session, table: str, row: Mapping[str, Any], keys: Sequence[str], *, replace: bool = True) -> None:
    """Insert a row, in the place of the one with the same keys or, if not ``replace``, unless there is one."""
    others = ", ".join(f'"{name}" = excluded."{name}"' for name in row if name not in keys)
    then = f"UPDATE SET {others}" if replace else "NOTHING"
    statement = (
        f"INSERT INTO {table} ({_columns(row)}) VALUES ({_values(row)}) ON CONFLICT ({', '.join(keys)}) DO {then}"  # noqa: S608 - names of columns
    )
    session.execute(statement, row)


def _columns(row: Mapping[str, Any]) -> str:
    return ", ".join(f'"{name}"' for name in row)


def _values(row: Mapping[str, Any]) -> str:
    return ", ".join(f":{name}" for name in row)


def as_json(content: Any) -> str:
    """Nested content as a column keeps it: in letters that every database can hold."""
    return json.dumps(content)


def storable(words: str) -> str:
    """Words without what a database cannot hold: names of files need not be text."""
    return words.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def from_json(held: Any) -> Any:
    """Nested content of a column, which some drivers have read already."""
    return json.loads(held) if isinstance(held, str) else held


class FileSession:
    """A transaction of SQLite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, values: Mapping[str, Any] | None = None) -> Rows:
        """Do a statement."""
        return [dict(row) for row in self._connection.execute(statement, dict(values or {}))]

    def clock(self) -> float:
        """Seconds since 1970."""
        return time.time()


class FileDoor:
    """A file of SQLite whose tables are up to date; each transaction opens it anew, in whichever thread.

    Parameters
    ----------
    address
        Where it is.
    file
        Its file.
    """

    def __init__(self, address: Address, file: Path) -> None:
        self.address = address
        self.place = address.place
        self.file = file

    @contextmanager
    def session(self, *, write: bool) -> Iterator[FileSession]:
        """A transaction."""
        try:
            with closing(connected(self.file)) as connection:
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                try:
                    yield FileSession(connection)
                except BaseException:
                    connection.rollback()
                    raise
                connection.commit()
        except sqlite3.Error as error:
            raise DatabaseRefused([self.address.fault_of(error)]) from error

    def close(self) -> None:
        """Nothing is held open."""

    def is_ready(self) -> bool:
        """Whether it is there, up to date, and written ahead.

        Raises
        ------
        DatabaseRefused
            If it was made by a newer version, or is no database.
        """
        with self.session(write=False) as session:
            if not session.execute("SELECT 1 FROM sqlite_master WHERE name = :name", {"name": TABLE}):
                return False
            found = [row["version_num"] for row in session.execute(f"SELECT version_num FROM {TABLE}")]  # noqa: S608 - a constant
            mode = session.execute("PRAGMA journal_mode")[0]["journal_mode"]
        return is_current(found, self.address.shown) and mode == "wal"


def connected(file: Path) -> sqlite3.Connection:
    """A connection to a file, which is made if it is not there."""
    connection = sqlite3.connect(str(file), timeout=PATIENCE, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        set_up(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def set_up(connection: Any) -> None:
    """Keep foreign keys; put onto the disk what is needed for a sound file, the last words perhaps not."""
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")

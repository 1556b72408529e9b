"""Where the database is: a file beside the runs, or what ``COPARK_DATABASE_URL`` says."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from copark.errors import Fault
from copark.store.errors import DatabaseRefused, database_fault

VARIABLE = "COPARK_DATABASE_URL"
FILE = "copark.sqlite3"
PATIENCE = 10.0
"""Seconds a writer waits for another one, and a connection for its server."""


@dataclass(frozen=True)
class Address:
    """Where a database is, and which of its runs are meant.

    Parameters
    ----------
    file
        The file of SQLite; ``None`` for a server.
    url
        What to connect to a server by, with its password.
    place
        The folder of runs whose rows are meant, absolute; empty where the database lies in that very folder and moves
        with it. On a server it stands for the folder only until :mod:`place` has asked the folder itself.
    shown
        What a person is told, without a password.
    """

    file: Path | None
    url: str
    place: str
    shown: str

    def fault_of(self, error: BaseException) -> Fault:
        """Say what a driver complains about."""
        reason = " ".join(str(getattr(error, "orig", None) or error).split()) or type(error).__name__
        if "not a database" in reason or "malformed" in reason:
            return database_fault("damaged", self.shown, reason=reason)
        if "locked" in reason:
            return database_fault("busy", self.shown, seconds=f"{PATIENCE:g}")
        return database_fault("server" if self.file is None else "file", self.shown, reason=reason)


def address_for(out: Path) -> Address:
    """The database of an output folder.

    Raises
    ------
    DatabaseRefused
        If ``COPARK_DATABASE_URL`` is none, or of a kind that is not known.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if given:
        return _address_of(given, Path(out))
    path = Path(out) / FILE
    return Address(path, "", "", str(path))


def _address_of(given: str, out: Path) -> Address:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(given)
        kind = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise DatabaseRefused([database_fault("url_unreadable", VARIABLE)]) from None
    shown, place = url.render_as_string(hide_password=True), str(out.resolve())
    if kind == "sqlite" and url.database and url.database != ":memory:":
        return Address(Path(url.database), "", place, url.database)
    if kind != "postgresql" or not url.database:
        raise DatabaseRefused([database_fault("url_kind", VARIABLE, url=shown)])
    whole = url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    return Address(None, whole, place, shown)

"""A new file with all its tables at once, as the migrations would make them one after another.

Migrating takes Alembic and half a second, of which the first run in a folder should not have to wait. ``tables.sql`` is
what SQLite says of itself after the last migration; a test compares the two, and ``python -m tests.database.snapshot``
writes it anew.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from copark.store.database.address import PATIENCE
from copark.store.database.session import connected

TABLES = Path(__file__).with_name("tables.sql")


def make_file(file: Path) -> None:
    """Make a database's file; of several at once one makes it, and who finds tables leaves them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(connected(file)) as connection:
        write_ahead(connection)
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            for statement in TABLES.read_text(encoding="utf-8").split(";\n"):
                connection.execute(statement)
        connection.execute("COMMIT")


def write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers read while one writes; kept in the file. SQLite does not wait for this by itself."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)

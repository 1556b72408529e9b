"""What the migrations make of an empty file, as SQLite says it: ``python -m tests.database.snapshot`` writes it."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from copark.store.database.address import Address
from copark.store.database.fresh import TABLES
from copark.store.database.opening import Database, migrate
from copark.store.database.version import TABLE


def migrated(file: Path) -> None:
    """Make a database by its migrations alone."""
    with closing(sqlite3.connect(file)) as base:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("CREATE TABLE obstacle (x)")
        base.commit()
    database = Database(Address(file, "", "", str(file)))
    with database.writing() as connection:
        migrate(connection, database.address)
        connection.exec_driver_sql("DROP TABLE obstacle")
    database.close()


def statements(file: Path) -> list[str]:
    """How to make the tables of a database, and its version."""
    with closing(sqlite3.connect(file)) as base:
        made = base.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name")
        found = [" ".join(row[0].split()) for row in made]
        found += [f"INSERT INTO {TABLE} VALUES ('{row[0]}')" for row in base.execute(f"SELECT * FROM {TABLE}")]
    return found


def whole(found: list[str]) -> str:
    """The file of them."""
    return "".join(f"{one};\n" for one in found)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        migrated(Path(folder) / "new.sqlite3")
        TABLES.write_text(whole(statements(Path(folder) / "new.sqlite3")), encoding="utf-8")

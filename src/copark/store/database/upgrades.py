"""Create and upgrade the tables: in one transaction, by one process at a time, with a backup. Nothing is dropped."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from copark.store.database.connection import Database
from copark.store.database.examination import DatabaseState, examine, own_names
from copark.store.database.schema import APPLICATION_ID, HEAD, jobs, now, scenarios
from copark.store.errors import DatabaseRefused, database_fault
from copark.store.files import UNFINISHED, beside

if TYPE_CHECKING:
    from sqlalchemy import Connection

LOCK_NUMBER = 0x636F7061726B
"""``copark``: the advisory lock that on PostgreSQL is held by whoever creates or upgrades."""
SHOWN = 8
"""Tables that a message names at most."""


@dataclass(frozen=True)
class Upgrade:
    """Changes that an upgrade made."""

    before: str
    """Version of the tables before."""
    after: str
    """Version of the tables after."""
    backup: str
    """The file with the state before, or the names of the tables that keep it."""
    jobs: int
    """Rows of jobs there are now."""
    scenarios: int
    """Rows of scenarios there are now."""


def refusal(database: Database, state: DatabaseState) -> DatabaseRefused:
    """Return why a database cannot be used as it is, with the command that helps."""
    folder = shlex.quote(str(database.out))
    values = {"found": state.version, "known": HEAD, "tables": shortened(state.others), "folder": folder}
    code = "older" if state.kind == "former" else state.kind
    return DatabaseRefused([database_fault(code, database.shown, **values)])


def shortened(tables: tuple[str, ...]) -> str:
    """Return names of tables for a message."""
    return ", ".join(tables[:SHOWN]) + (" …" if len(tables) > SHOWN else "")


def create(database: Database, *, beside_others: bool = False) -> DatabaseState:
    """Create the tables, unless another process was faster.

    Parameters
    ----------
    database
        An empty database.
    beside_others
        Whether it may hold tables of others; they are left alone.

    Returns
    -------
        What the database was before.

    Raises
    ------
    DatabaseRefused
        If it may not be written, holds tables of others that are not allowed for, or names of the tables are taken.
    """
    allowed = ("empty", "foreign", "altered") if beside_others else ("empty",)
    with database.changing() as connection:
        _wait_for_others(connection)
        state = examine(connection)
        if state.kind in allowed:
            _refuse_if_taken(database, connection)
            _migrate(connection)
            _sign(connection, state)
        elif state.kind != "current":
            raise refusal(database, state)
    if not database.is_read_only:  # what stands in memory would be gone
        database.close()  # connections that were made before do not know the journal of the file yet
    return state


def upgrade(database: Database) -> Upgrade:
    """Bring a database of an earlier version to this one; one that is up to date stays as it is.

    Raises
    ------
    DatabaseRefused
        If it is not a database of copark's, or names of the tables are taken.
    """
    with database.changing() as connection:
        _wait_for_others(connection)
        state = examine(connection)
        backup = ""
        if state.kind in ("former", "older"):
            if state.kind == "former":
                _refuse_if_taken(database, connection)
            with _backed_up(database, connection, state) as backup:
                _migrate(connection, former=state.version if state.kind == "former" else "")
                _sign(connection, state)
        elif state.kind != "current":
            raise refusal(database, state)
        job_count = connection.execute(select(func.count()).select_from(jobs)).scalar_one()
        scenario_count = connection.execute(select(func.count()).select_from(scenarios)).scalar_one()
    database.close()
    return Upgrade(state.version, HEAD, backup, job_count, scenario_count)


def _wait_for_others(connection: Connection) -> None:
    """Wait until no other process creates or upgrades; SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK_NUMBER})")


def _refuse_if_taken(database: Database, connection: Connection) -> None:
    if names := own_names(connection):
        raise DatabaseRefused([database_fault("taken", database.shown, tables=", ".join(names))])


def _migrate(connection: Connection, former: str = "") -> None:
    """Run the migrations that are missing; ``former`` is the version of tables that have no prefix yet."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "copark.store.database:migrations")
    config.attributes.update(connection=connection, former=former)
    command.upgrade(config, "head")


def _sign(connection: Connection, before: DatabaseState) -> None:
    """Write into the header of a SQLite file that it is copark's, where nothing of others is in it."""
    if connection.dialect.name == "sqlite" and not before.others:
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


@contextmanager
def _backed_up(database: Database, connection: Connection, state: DatabaseState) -> Iterator[str]:
    """Keep the state before an upgrade; nobody writes meanwhile, since the connection holds the lock.

    Of SQLite the whole file is copied, under a hidden name until the tables are changed: what a killed upgrade leaves
    is half-written, as garbage collection finds it, and the file is as it was. On PostgreSQL each table is copied
    beside itself, but tables of a version before 0005 need no copy: they stay as they are.
    """
    if database.file is not None:
        stamp = re.sub(r"\W", "", now()[:19])
        final = database.file.with_name(f"{database.file.name}.{state.version}-{stamp}.backup")
        unfinished = beside(final, UNFINISHED)
        try:
            _copy_file(database.file, unfinished)
            yield str(final)
            unfinished.replace(final)  # before the changes are committed: no upgrade is without its backup
        finally:
            unfinished.unlink(missing_ok=True)
        return
    if state.kind == "former":
        yield "jobs, scenarios"
        return
    stamp = re.sub(r"\W", "", now()[:19]).lower()
    copies = {name: f"{name}_before_{stamp}" for name in own_names(connection)}
    for name, copy in copies.items():
        connection.exec_driver_sql(f"CREATE TABLE {copy} AS TABLE {name}")
    yield ", ".join(copies.values())


def _copy_file(file: Path, copy: Path) -> None:
    copy.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    shutil.copymode(file, copy)
    with copy.open("rb+") as written:
        os.fsync(written.fileno())

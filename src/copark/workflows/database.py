"""Commands on the database of a server: look at it, create its tables, upgrade it."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from copark.store.database import Database
from copark.store.database.schema import HEAD
from copark.store.database.upgrades import create, refusal, shortened
from copark.store.database.upgrades import upgrade as upgrade_tables

if TYPE_CHECKING:
    from copark.store.database.upgrades import Upgrade

__all__ = ["DatabaseReport", "UpgradeReport", "describe", "initialise", "upgrade"]


@dataclass(frozen=True)
class DatabaseReport:
    """State of a database that can be used."""

    place: str
    """The file, or the address without its password."""
    state: Literal["empty", "current", "created"]
    version: str
    others: str
    """Names of tables that are not copark's; empty where there are none."""


@dataclass(frozen=True)
class UpgradeReport:
    """Changes that an upgrade made."""

    place: str
    backup_kind: Literal["file", "tables", ""]
    """What holds the state before; empty where nothing had to be done."""
    upgrade: Upgrade


def describe(out: Path) -> DatabaseReport:
    """Describe what the database of an output folder is, without changing it.

    Raises
    ------
    DatabaseRefused
        If a server could not use it; the fault says which command helps.
    """
    with closing(Database(out)) as database:
        state = database.state()
        if state.kind not in ("empty", "current"):
            raise refusal(database, state)
        kind: Literal["empty", "current"] = "empty" if state.kind == "empty" else "current"
        return DatabaseReport(database.shown, kind, state.version, shortened(state.others))


def initialise(out: Path) -> DatabaseReport:
    """Create copark's tables, beside those of others if there are any.

    Raises
    ------
    DatabaseRefused
        If the database is of another version of copark, or names of the tables are taken.
    """
    with ExitStack() as held:
        database = held.enter_context(closing(Database(out)))
        held.enter_context(database.reserved())
        before = create(database, beside_others=True)
        kind: Literal["current", "created"] = "current" if before.kind == "current" else "created"
        return DatabaseReport(database.shown, kind, HEAD, shortened(before.others))


def upgrade(out: Path) -> UpgradeReport:
    """Upgrade a database of an earlier version of copark, after a backup.

    Raises
    ------
    DatabaseRefused
        If a server works on the folder, or the database is empty or not copark's.
    """
    with ExitStack() as held:
        database = held.enter_context(closing(Database(out)))
        held.enter_context(database.reserved())
        state = database.state()
        if state.kind == "empty":  # no file is made for nothing
            raise refusal(database, state)
        done = upgrade_tables(database)
        kind: Literal["file", "tables"] = "tables" if database.file is None else "file"
        return UpgradeReport(database.shown, kind if done.backup else "", done)

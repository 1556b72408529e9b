"""State of a database: empty, copark's, of an earlier version of copark, or somebody else's. Nothing is changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import sqlalchemy
from sqlalchemy import Connection
from sqlalchemy.engine import Inspector

from copark.store.database.schema import APPLICATION_ID, HEAD, MARK, OWN, VERSION_TABLE, VERSIONS, marker

Kind = Literal["empty", "current", "older", "newer", "former", "altered", "foreign"]
FORMER_VERSION_TABLE = "copark_schema"
"""The table of the version before 0005, when tables had no prefix."""
FORMER_JOBS = frozenset(
    (
        "number",
        "id",
        "place",
        "owner",
        "lane",
        "kind",
        "state",
        "case",
        "title",
        "errand",
        "created",
        "started",
        "ended",
        "turn",
        "attempts",
        "identity",
        "page",
        "reused",
        "trouble",
    )
)
FORMER_WORKERS = frozenset(
    (
        "unwanted",
        "worker",
        "heartbeat",
        "host",
        "pid",
        "born",
        "stage",
        "done",
        "total",
        "seconds_left",
    )
)
FORMER_SCENARIOS = frozenset(("owner", "name", "case", "identity", "content", "created", "updated"))
FORMER_STUDIES = frozenset(("hash", "name", "content", "created"))
FORMER = {
    "0001": {"studies": FORMER_STUDIES},
    "0002": {"jobs": FORMER_JOBS | FORMER_WORKERS, "scenarios": FORMER_SCENARIOS},
    "0003": {"jobs": FORMER_JOBS | FORMER_WORKERS, "scenarios": FORMER_SCENARIOS},
    "0004": {"jobs": FORMER_JOBS, "scenarios": FORMER_SCENARIOS},
}
"""Versions before 0005: the tables by which each is recognised, and their columns."""
TABLES_OF_POSTGRESQL = """
SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND NOT EXISTS (
    SELECT 1 FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
  )
ORDER BY 1
"""
"""Tables and views of all schemas, but those of the system and of extensions."""
TABLES_OF_SQLITE = """
SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1
"""


@dataclass(frozen=True)
class DatabaseState:
    """State of a database."""

    kind: Kind
    """``current``, ``older``, ``newer``: marked as copark's; ``former``: of a version before 0005; ``altered``: says
    that it is such a one, but its tables are not; ``foreign``: holds something and is not copark's."""
    version: str = ""
    """Version of copark's tables, where there are any."""
    others: tuple[str, ...] = ()
    """Tables that are not copark's."""


def examine(connection: Connection) -> DatabaseState:
    """Read what a database is.

    Parameters
    ----------
    connection
        A connection to it; only questions are asked.
    """
    names = _tables(connection)
    inspector = sqlalchemy.inspect(connection)
    if _is_marked(connection, inspector):
        others = tuple(name for name in names if name not in OWN)
        version = _version(connection, inspector, VERSION_TABLE)
        if version not in VERSIONS:
            return DatabaseState("newer", version or "?", others)
        return DatabaseState("current" if version == HEAD else "older", version, others)
    if not names:
        return DatabaseState("empty")
    version = _version(connection, inspector, FORMER_VERSION_TABLE)
    if version not in FORMER:
        return DatabaseState("foreign", "", names)
    if any(_columns(inspector, table) != columns for table, columns in FORMER[version].items()):
        return DatabaseState("altered", version, names)
    former = {FORMER_VERSION_TABLE, *FORMER[version]}
    return DatabaseState("former", version, tuple(name for name in names if name not in former))


def own_names(connection: Connection) -> tuple[str, ...]:
    """Return the tables there are that have a name of copark's, whoever made them."""
    inspector = sqlalchemy.inspect(connection)
    return tuple(name for name in sorted(OWN) if inspector.has_table(name))


def _tables(connection: Connection) -> tuple[str, ...]:
    """Return what a database holds: tables, views, and the mark of another application in a SQLite file."""
    if connection.dialect.name == "postgresql":
        return _names(connection.exec_driver_sql(TABLES_OF_POSTGRESQL).scalars())
    names = _names(connection.exec_driver_sql(TABLES_OF_SQLITE).scalars())
    application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    is_own_or_nobodys = application in (0, APPLICATION_ID)
    return names if is_own_or_nobodys else (*names, f"application_id {application}")


def _names(rows: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(row) for row in rows)


def _columns(inspector: Inspector, table: str) -> frozenset[str]:
    if not inspector.has_table(table):
        return frozenset()
    return frozenset(str(column["name"]) for column in inspector.get_columns(table))


def _is_marked(connection: Connection, inspector: Inspector) -> bool:
    if _columns(inspector, marker.name) != frozenset(marker.columns.keys()):
        return False
    return MARK in connection.execute(sqlalchemy.select(marker.c.application)).scalars().all()


def _version(connection: Connection, inspector: Inspector, table: str) -> str:
    """Return the version that a table tells; nothing where there is no such table, or it tells not one version."""
    if _columns(inspector, table) != frozenset(("version_num",)):
        return ""
    versions = connection.exec_driver_sql(f"SELECT version_num FROM {table}").scalars().all()  # noqa: S608 - our names
    return str(versions[0]) if len(versions) == 1 else ""

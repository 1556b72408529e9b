"""The tables, stated once: new databases are made from them, and a test compares what migrations make of old ones.

Times are UTC: as ISO 8601 where a person reads them, as seconds since 1970 by the database's clock where they are
compared. Rows belong to a *place*, the output folder; it is empty in a database that lies in that very folder.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

HEAD = "0003"
"""The last migration."""

metadata = MetaData(
    naming_convention={
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _all(kind: Any, *names: str, default: Any = None) -> list[Column[Any]]:
    """Columns of one kind, none of which may be empty."""
    return [Column(name, kind, nullable=False, default=default) for name in names]


def _number() -> Column[Any]:
    return Column("number", Integer, primary_key=True, autoincrement=True)


def _study() -> Column[Any]:
    return Column("study", String(64), ForeignKey("studies.hash"), nullable=False)


version = Table("copark_schema", MetaData(), Column("version_num", String(32), primary_key=True))
"""Alembic's table; not under its usual name, since a database may be shared with others."""

studies = Table(
    "studies", metadata,
    Column("hash", String(64), primary_key=True, comment="SHA-256 of the canonical content"),
    *_all(Text, "name"), *_all(JSON, "content"), *_all(String(32), "created"),
)  # fmt: skip

executions = Table(
    "executions", metadata,
    _number(), *_all(Text, "place"), *_all(String(64), "identity"), *_all(String(16), "state"), _study(),
    *_all(Text, "case"), *_all(BigInteger, "done", "total"), *_all(String(32), "started", "ended"),
    *_all(Float, "heartbeat"), *_all(Text, "host"), *_all(Integer, "pid"), *_all(Text, "born", "trouble"),
    *_all(JSON, "facts"),
    Index("ix_executions_identity", "place", "identity"), Index("ix_executions_state", "place", "state"),
)  # fmt: skip

scenarios = Table(
    "scenarios", metadata,
    Column("owner", String(64), primary_key=True), Column("name", String(200), primary_key=True), *_all(Text, "case"),
    Column("identity", String(64), nullable=False, comment="of the content: the same content has the same"),
    *_all(JSON, "content"), *_all(String(32), "created", "updated"),
)  # fmt: skip

asked = Table(
    "asked", metadata,
    _number(), *_all(Text, "place"), *_all(String(64), "identity"), *_all(Text, "case"), _study(),
    Index("ix_asked_identity", "place", "identity", unique=True),
)  # fmt: skip

jobs = Table(
    "jobs", metadata,
    _number(), *_all(String(32), "id"), *_all(Text, "place"), *_all(String(64), "owner"),
    *_all(String(16), "lane", "kind", "state"), *_all(Text, "case"), *_all(JSON, "title", "errand"),
    *_all(String(32), "created"), *_all(String(32), "started", "ended", default=""),
    Column("turn", BigInteger, nullable=False, default=0,
           comment="counts the beginnings in a lane: who waited longest is next"),
    *_all(Integer, "attempts", default=0),
    Column("unwanted", Boolean, nullable=False, default=False, comment="cancelled while it runs"),
    *_all(String(32), "worker", default=""), *_all(Float, "heartbeat", default=0.0), *_all(Text, "host", default=""),
    *_all(Integer, "pid", default=0), *_all(Text, "born", default=""), *_all(String(32), "stage", default=""),
    *_all(BigInteger, "done", "total", default=0), Column("seconds_left", Float),
    *_all(String(64), "identity", default=""), *_all(Text, "page", default=""), *_all(Boolean, "reused", default=False),
    *_all(JSON, "trouble", default=list),
    Index("ix_jobs_id", "id", unique=True), Index("ix_jobs_state", "place", "state"),
)  # fmt: skip

"""The tables, as SQLAlchemy has them. What changes here changes by a migration, and a test compares the two.

Times are UTC: as ISO 8601 where a person reads them, as seconds since 1970 by the database's clock where they are
compared. Rows of runs belong to a *place*, the folder they lie in; it is empty in a database that lies in that folder.
"""

from __future__ import annotations

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

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

studies = Table(
    "studies",
    metadata,
    Column("hash", String(64), primary_key=True, comment="SHA-256 of the canonical content"),
    Column("name", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("created", String(32), nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("place", Text, primary_key=True),
    Column("identity", String(64), primary_key=True),
    Column("study", String(64), ForeignKey("studies.hash"), nullable=False),
    Column("case", Text, nullable=False),
    Column("form", String(32), nullable=False),
    Column("created", String(32), nullable=False),
    Column("runs", BigInteger, nullable=False),
    Column("kept", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False, comment="runs, over all scenarios, that did not reach the end"),
    Column("bytes", BigInteger, nullable=False),
    Column("manifest", String(64), nullable=False, comment="SHA-256 of the folder's list of files"),
    Column("status", JSON, nullable=False),
    Column("outcome", JSON, nullable=False),
    Column("provenance", JSON, nullable=False),
)

executions = Table(
    "executions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("place", Text, nullable=False),
    Column("identity", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("study", String(64), ForeignKey("studies.hash"), nullable=False),
    Column("case", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("started", String(32), nullable=False),
    Column("ended", String(32), nullable=False),
    Column("heartbeat", Float, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("born", Text, nullable=False),
    Column("trouble", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Index("ix_executions_identity", "place", "identity"),
    Index("ix_executions_state", "place", "state"),
)

scenarios = Table(
    "scenarios",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("case", Text, nullable=False),
    Column("identity", String(64), nullable=False, comment="of the content: the same content has the same"),
    Column("content", JSON, nullable=False),
    Column("created", String(32), nullable=False),
    Column("updated", String(32), nullable=False),
)

asked = Table(
    "asked",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("place", Text, nullable=False),
    Column("identity", String(64), nullable=False),
    Column("case", Text, nullable=False),
    Column("study", String(64), ForeignKey("studies.hash"), nullable=False),
    Index("ix_asked_identity", "place", "identity", unique=True),
)

jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False),
    Column("place", Text, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("lane", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("case", Text, nullable=False),
    Column("title", JSON, nullable=False),
    Column("errand", JSON, nullable=False),
    Column("created", String(32), nullable=False),
    Column("started", String(32), nullable=False),
    Column("ended", String(32), nullable=False),
    Column("turn", BigInteger, nullable=False, comment="counts the beginnings in a lane: who waited longest is next"),
    Column("attempts", Integer, nullable=False),
    Column("unwanted", Boolean, nullable=False, comment="cancelled while it runs"),
    Column("worker", String(32), nullable=False),
    Column("heartbeat", Float, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("born", Text, nullable=False),
    Column("stage", String(32), nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("seconds_left", Float, nullable=True),
    Column("identity", String(64), nullable=False),
    Column("page", Text, nullable=False),
    Column("reused", Boolean, nullable=False),
    Column("trouble", JSON, nullable=False),
    Index("ix_jobs_id", "id", unique=True),
    Index("ix_jobs_state", "place", "state"),
)

"""The tables, stated once. Migrations make them, and a test compares what they make with what stands here.

Every name begins with ``copark_``, so that the tables can stand in a database beside those of others. Times are UTC,
ISO 8601. Jobs belong to a *place*, the path of the output folder on a database that ``COPARK_DATABASE_URL`` names; it
is empty in a file that lies in that very folder.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

PREFIX = "copark_"
VERSION_TABLE = "copark_version"
"""Alembic's table of the version. Its usual name may be another application's."""
MARK = "copark:5e1d7c1a-8a37-4a53-9c58-6e0c3b0d2f44"
"""What the marker says in every database of copark's, whatever its version."""
APPLICATION_ID = 0x636F706B
"""``copk``: what the header of a SQLite file says that holds nothing but copark's tables."""
VERSIONS = ("0005", "0006")
"""Versions of the tables, the oldest first: the migrations. Earlier ones had tables without the prefix."""
HEAD = VERSIONS[-1]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

marker = Table(
    "copark_marker",
    metadata,
    Column("application", String(64), primary_key=True),
    Column("created", String(32), nullable=False),
)

scenarios = Table(
    "copark_scenarios",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("case", Text, nullable=False),
    Column("identity", String(64), nullable=False, comment="of the content: the same content has the same"),
    Column("content", JSON, nullable=False),
    Column("created", String(32), nullable=False),
    Column("updated", String(32), nullable=False),
)

jobs = Table(
    "copark_jobs",
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
    Column("request", JSON, nullable=False),
    Column("created", String(32), nullable=False),
    Column("started", String(32), nullable=False, default=""),
    Column("ended", String(32), nullable=False, default=""),
    Column(
        "turn",
        BigInteger,
        nullable=False,
        default=0,
        comment="counts the beginnings in a lane: who waited longest is next",
    ),
    Column("attempts", Integer, nullable=False, default=0),
    Column("identity", String(64), nullable=False, default=""),
    Column("page", Text, nullable=False, default=""),
    Column("reused", Boolean, nullable=False, default=False),
    Column("trouble", JSON, nullable=False, default=list),
    Index("ix_copark_jobs_id", "id", unique=True),
    Index("ix_copark_jobs_state", "place", "state"),
)

OWN = frozenset((*metadata.tables, VERSION_TABLE))
"""Names of all tables of copark's."""


def now() -> str:
    """Return the time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")

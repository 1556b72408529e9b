"""Tables of copark's own names, and the marker; rows of a database of an earlier version are copied into them.

The earlier tables stay as they are.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = None

MARK = "copark:5e1d7c1a-8a37-4a53-9c58-6e0c3b0d2f44"
JOBS = (
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
SCENARIOS = ("owner", "name", "case", "identity", "content", "created", "updated")


def upgrade() -> None:
    """Create the tables, and fill them from those of an earlier version where ``former`` names one with jobs."""
    create_tables()
    config = op.get_context().config
    if config is not None and config.attributes.get("former", "") >= "0002":
        copy_rows()


def create_tables() -> None:
    """Create the marker, scenarios and jobs."""
    marker = op.create_table(
        "copark_marker",
        sa.Column("application", sa.String(64), nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("application", name="pk_copark_marker"),
    )
    op.create_table(
        "copark_scenarios",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("case", sa.Text, nullable=False),
        sa.Column("identity", sa.String(64), nullable=False, comment="of the content: the same content has the same"),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("updated", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("owner", "name", name="pk_copark_scenarios"),
    )
    op.create_table(
        "copark_jobs",
        sa.Column("number", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("lane", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("case", sa.Text, nullable=False),
        sa.Column("title", sa.JSON, nullable=False),
        sa.Column("errand", sa.JSON, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("started", sa.String(32), nullable=False),
        sa.Column("ended", sa.String(32), nullable=False),
        sa.Column(
            "turn",
            sa.BigInteger,
            nullable=False,
            comment="counts the beginnings in a lane: who waited longest is next",
        ),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("reused", sa.Boolean, nullable=False),
        sa.Column("trouble", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_copark_jobs"),
    )
    op.create_index("ix_copark_jobs_id", "copark_jobs", ["id"], unique=True)
    op.create_index("ix_copark_jobs_state", "copark_jobs", ["place", "state"])
    created = datetime.now(UTC).isoformat(timespec="seconds")
    op.bulk_insert(marker, [{"application": MARK, "created": created}])


def copy_rows() -> None:
    """Copy jobs and scenarios; whoever still writes into the earlier tables waits meanwhile."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute("LOCK TABLE jobs, scenarios IN SHARE MODE")
    for table, columns in (("jobs", JOBS), ("scenarios", SCENARIOS)):
        listed = ", ".join(f'"{column}"' for column in columns)
        op.execute(f"INSERT INTO copark_{table} ({listed}) SELECT {listed} FROM {table}")  # noqa: S608 - our names
    if is_postgresql:
        op.execute(
            "SELECT setval(pg_get_serial_sequence('copark_jobs', 'number'), (SELECT max(number) FROM copark_jobs))"
        )

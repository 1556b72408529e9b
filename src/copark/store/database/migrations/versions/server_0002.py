"""Saved scenarios, what a server was asked, and its jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    make_scenarios()
    make_asked()
    make_jobs()


def downgrade() -> None:
    """Take the tables away."""
    for table in ("jobs", "asked", "scenarios"):
        op.drop_table(table)


def make_scenarios() -> None:
    """Make the table."""
    op.create_table(
        "scenarios",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("case", sa.Text, nullable=False),
        sa.Column("identity", sa.String(64), nullable=False, comment="of the content: the same content has the same"),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("updated", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("owner", "name", name="pk_scenarios"),
    )


def make_asked() -> None:
    """Make the table."""
    op.create_table(
        "asked",
        sa.Column("number", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("case", sa.Text, nullable=False),
        sa.Column("study", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_asked"),
        sa.ForeignKeyConstraint(["study"], ["studies.hash"], name="fk_asked_study"),
    )
    op.create_index("ix_asked_identity", "asked", ["place", "identity"], unique=True)


def make_jobs() -> None:
    """Make the table."""
    op.create_table(
        "jobs",
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
            "turn", sa.BigInteger, nullable=False, comment="counts the beginnings in a lane: who waited longest is next"
        ),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("unwanted", sa.Boolean, nullable=False, comment="cancelled while it runs"),
        sa.Column("worker", sa.String(32), nullable=False),
        sa.Column("heartbeat", sa.Float, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("born", sa.Text, nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("seconds_left", sa.Float, nullable=True),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("reused", sa.Boolean, nullable=False),
        sa.Column("trouble", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_jobs"),
    )
    op.create_index("ix_jobs_id", "jobs", ["id"], unique=True)
    op.create_index("ix_jobs_state", "jobs", ["place", "state"])

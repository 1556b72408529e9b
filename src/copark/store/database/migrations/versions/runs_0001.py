"""Studies, stored runs, and what was executed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "studies",
        sa.Column("hash", sa.String(64), nullable=False, comment="SHA-256 of the canonical content"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_studies"),
    )
    op.create_table(
        "runs",
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("study", sa.String(64), nullable=False),
        sa.Column("case", sa.Text, nullable=False),
        sa.Column("form", sa.String(32), nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("runs", sa.BigInteger, nullable=False),
        sa.Column("kept", sa.BigInteger, nullable=False),
        sa.Column(
            "failed", sa.BigInteger, nullable=False, comment="runs, over all scenarios, that did not reach the end"
        ),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("manifest", sa.String(64), nullable=False, comment="SHA-256 of the folder's list of files"),
        sa.Column("status", sa.JSON, nullable=False),
        sa.Column("outcome", sa.JSON, nullable=False),
        sa.Column("provenance", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("place", "identity", name="pk_runs"),
        sa.ForeignKeyConstraint(["study"], ["studies.hash"], name="fk_runs_study"),
    )
    op.create_table(
        "executions",
        sa.Column("number", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("study", sa.String(64), nullable=False),
        sa.Column("case", sa.Text, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("started", sa.String(32), nullable=False),
        sa.Column("ended", sa.String(32), nullable=False),
        sa.Column("heartbeat", sa.Float, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("born", sa.Text, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_executions"),
        sa.ForeignKeyConstraint(["study"], ["studies.hash"], name="fk_executions_study"),
    )
    op.create_index("ix_executions_identity", "executions", ["place", "identity"])
    op.create_index("ix_executions_state", "executions", ["place", "state"])


def downgrade() -> None:
    """Take the tables away."""
    for table in ("executions", "runs", "studies"):
        op.drop_table(table)

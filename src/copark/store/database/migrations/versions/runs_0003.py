"""Stored runs are listed by their folders alone."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Take the index away."""
    op.execute("DROP TABLE IF EXISTS runs")


def downgrade() -> None:
    """Nothing: who needs the index of an earlier version makes it with that version's ``copark runs repair``."""

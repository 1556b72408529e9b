"""Saved scenarios, what a server was asked, and its jobs."""

from alembic import op

from copark.store.database.schema import asked, jobs, metadata, scenarios

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    metadata.create_all(op.get_bind(), [scenarios, asked, jobs])


def downgrade() -> None:
    """Take the tables away."""
    metadata.drop_all(op.get_bind(), [scenarios, asked, jobs])

"""Studies, and what was executed."""

from alembic import op

from copark.store.database.schema import executions, metadata, studies

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    metadata.create_all(op.get_bind(), [studies, executions])


def downgrade() -> None:
    """Take the tables away."""
    metadata.drop_all(op.get_bind(), [studies, executions])

"""What a job was asked for stands in the column ``request``, which was called ``errand``; nothing else moves."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Rename the column; both databases do it in place, and rows stay as they are."""
    op.alter_column("copark_jobs", "errand", new_column_name="request")

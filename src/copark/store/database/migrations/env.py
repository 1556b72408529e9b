"""Runs the steps on the connection it is handed, within its transaction."""

from __future__ import annotations

from alembic import context

from copark.store.database.tables import metadata
from copark.store.database.version import TABLE

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=TABLE,
    render_as_batch=True,
)  # fmt: skip
with context.begin_transaction():
    context.run_migrations()

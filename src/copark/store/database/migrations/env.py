"""Runs the steps on the connection it is handed, within its transaction."""

from alembic import context

from copark.store.database.schema import metadata, version

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=version.name,
    render_as_batch=True,
)  # fmt: skip
with context.begin_transaction():
    context.run_migrations()

"""Alembic's entry: we always hand it an open connection, so a revision is one transaction."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from monitor.failpoints import MIGRATION_STEP, failpoint
from monitor.store import tables  # noqa: F401  # the import fills the metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
    on_version_apply=lambda **_: failpoint(MIGRATION_STEP),
)
with context.begin_transaction():
    context.run_migrations()

"""Grades on issuers, what their prospectuses say of their business, and the operator's pins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Rows that are there already get "never graded": the next start grades them, quietly.
    # No batch mode: it would rebuild the table, and rows of other tables point at it.
    op.add_column("issuer", sa.Column("grade", sa.String(), nullable=False, server_default=""))
    op.add_column("issuer", sa.Column("score", sa.Float(), nullable=False, server_default="0"))
    op.add_column("issuer", sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("issuer", sa.Column("evidence", sa.JSON(), nullable=False, server_default="[]"))

    op.create_table(
        "issuer_business",
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issuer_id"],
            ["issuer.id"],
        ),
        sa.PrimaryKeyConstraint("issuer_id"),
    )
    op.create_table(
        "relevance_pin",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("relevance_pin")
    op.drop_table("issuer_business")
    for column in ("evidence", "pinned", "score", "grade"):
        op.drop_column("issuer", column)

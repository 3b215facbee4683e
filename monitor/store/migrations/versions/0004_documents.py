"""Documents to fetch and read, and the figures they state."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reading",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("project_source", sa.String(), nullable=False),
        sa.Column("project_key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", UTCDateTime(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("queued_at", UTCDateTime(), nullable=False),
        sa.Column("fetched_at", UTCDateTime(), nullable=True),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("document_kind", sa.String(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.PrimaryKeyConstraint("url"),
    )
    op.create_index("ix_reading_project", "reading", ["project_source", "project_key"], unique=False)
    op.create_index("ix_reading_issuer_id", "reading", ["issuer_id"], unique=False)
    op.create_index("ix_reading_state", "reading", ["state"], unique=False)
    op.create_table(
        "figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.String(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("as_printed", sa.String(), nullable=False),
        sa.Column("qualifier", sa.String(), nullable=True),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("offering", sa.String(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("confidence", sa.String(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.ForeignKeyConstraint(["url"], ["reading.url"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_figure_url", "figure", ["url"], unique=False)
    op.create_index("ix_figure_issuer_id", "figure", ["issuer_id"], unique=False)


def downgrade() -> None:
    op.drop_table("figure")
    op.drop_table("reading")

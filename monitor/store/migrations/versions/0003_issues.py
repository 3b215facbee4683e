"""Issues and listings: the new-share list, its bulletins, and calendar days for reminders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "new_share",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("lottery_rate_unit", sa.String(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=True),
        sa.Column("shares", sa.BigInteger(), nullable=True),
        sa.Column("gross_fen", sa.BigInteger(), nullable=True),
        sa.Column("offline_date", sa.Date(), nullable=True),
        sa.Column("online_date", sa.Date(), nullable=True),
        sa.Column("result_date", sa.Date(), nullable=True),
        sa.Column("payment_date", sa.Date(), nullable=True),
        sa.Column("listing_date", sa.Date(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("listed_told", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.Column("raw_sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.PrimaryKeyConstraint("code"),
    )
    with op.batch_alter_table("new_share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_new_share_issuer_id"), ["issuer_id"], unique=False)

    op.create_table(
        "bulletin",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["new_share.code"]),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.PrimaryKeyConstraint("code", "key"),
    )
    with op.batch_alter_table("bulletin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulletin_issuer_id"), ["issuer_id"], unique=False)

    op.create_table(
        "calendar_fact",
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("learned_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"]),
        sa.PrimaryKeyConstraint("issuer_id", "kind", "date"),
    )


def downgrade() -> None:
    op.drop_table("calendar_fact")
    op.drop_table("bulletin")
    op.drop_table("new_share")

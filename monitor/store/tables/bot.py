"""What comes in through the bot: updates, members, invitations, and who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import JSON, BigInteger, Column, Field, SQLModel, UTCDateTime


class InboundRow(SQLModel, table=True):
    """One update of the chat service: stored before it is confirmed there, handled exactly once."""

    __tablename__ = "inbound"

    update_id: int = Field(primary_key=True, sa_type=BigInteger)
    state: str = Field(default="new", index=True)  # new | done
    received_at: datetime = Field(sa_type=UTCDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    verdict: str = ""  # handled | ignored | refused | limited | failed: …
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class BotMemberRow(SQLModel, table=True):
    """One person an invitation let in, by numeric id; owner and admins stand in the configuration."""

    __tablename__ = "bot_member"

    user_id: int = Field(primary_key=True, sa_type=BigInteger)
    invited_by: int = Field(sa_type=BigInteger)
    since: datetime = Field(sa_type=UTCDateTime)
    active: bool = True


class BotInvitationRow(SQLModel, table=True):
    """One invitation: the code itself is not kept, only its hash; it works once."""

    __tablename__ = "bot_invitation"

    code_sha256: str = Field(primary_key=True)
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_by: int | None = Field(default=None, sa_type=BigInteger)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class BotAuditRow(SQLModel, table=True):
    """One thing somebody did or was refused through the bot."""

    __tablename__ = "bot_audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime, index=True)
    user_id: int = Field(sa_type=BigInteger)
    address: str
    action: str
    detail: str = ""
    allowed: bool

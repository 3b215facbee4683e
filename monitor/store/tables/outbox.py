"""Events in the order they were committed, the chats, and what each chat is owed."""

from __future__ import annotations

from datetime import date as Day  # a column named `date` would hide the type
from datetime import datetime
from typing import Any

from sqlmodel import JSON, Column, Field, Index, SQLModel, UTCDateTime


class EventRow(SQLModel, table=True):
    """One event; `seq` is the order of commitment, `id` is deterministic."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_project", "source", "project_id"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    kind: str = Field(index=True)
    source: str
    project_id: str = ""
    issuer_id: int | None = Field(default=None, foreign_key="issuer.id", index=True)
    issuer: str = ""
    board: str = ""
    code: str = ""
    outcome_code: str = ""
    date: Day | None = None
    published_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    first_seen_at: datetime = Field(sa_type=UTCDateTime)
    baseline: bool = False
    reason: str = ""
    title: str = ""
    url: str = ""
    raw_sha256: str = ""
    before: str = ""
    after: str = ""
    figures: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class ChatRow(SQLModel, table=True):
    """One chat we tell things; it hears of events after `since_seq` only."""

    __tablename__ = "chat"
    __table_args__ = (Index("ux_chat_address", "channel", "address", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    address: str
    state: str = "active"  # active | suspended
    why: str = ""  # why it is suspended
    language: str = "zh"
    operator: bool = False
    since_seq: int = 0
    preferences: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class DeliveryRow(SQLModel, table=True):
    """One event owed to one chat, with the state machine of the outbox.

    pending → sending → sent | pending | unresolved | suspended | poison | parked.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ux_delivery_event_chat", "event_seq", "chat_id", unique=True),
        Index("ix_delivery_due", "state", "not_before"),
        Index("ix_delivery_chat", "chat_id", "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    event_seq: int = Field(foreign_key="event.seq")
    chat_id: int = Field(foreign_key="chat.id")
    state: str = "pending"
    urgent: bool = False
    why: str = ""  # the rule that owes it: shown in the alert
    attempt: int = 0
    marked: bool = False  # a copy may have arrived already: every further one says so
    plain: bool = False  # the marked-up form was refused: resend as plain text
    parts_sent: int = 0
    created_at: datetime = Field(sa_type=UTCDateTime)
    intent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    not_before: datetime = Field(sa_type=UTCDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    receipt: str = ""
    last_error: str = ""

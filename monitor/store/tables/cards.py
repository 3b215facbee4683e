"""The tables of living cards and of calendar days that are off; no behaviour."""

from __future__ import annotations

from datetime import date as Day  # a column named `date` would hide the type
from datetime import datetime

from sqlmodel import Field, Index, SQLModel, UTCDateTime


class LivingCardRow(SQLModel, table=True):
    """One company's card in one chat: a message that is edited in place.

    new → sending → live (due again when something changed) | unresolved | parked.
    """

    __tablename__ = "living_card"
    __table_args__ = (Index("ix_living_card_due", "due"),)

    chat_id: int = Field(primary_key=True, foreign_key="chat.id")
    issuer_id: int = Field(primary_key=True, foreign_key="issuer.id", index=True)
    state: str = "new"
    message_id: str = ""  # the service's own; "" while no card is known to stand there
    due: datetime | None = Field(default=None, sa_type=UTCDateTime)  # when to send or edit it; None: not now
    intent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    wanted: int = 1  # grows with every change of what is known
    shown: int = 0  # the value of `wanted` the chat has been shown
    face: str = ""  # digest of the words shown, so that an edit that changes nothing is not sent
    attempt: int = 0  # creations without an answer
    marked: bool = False  # another copy of the card may stand in the chat
    plain: bool = False  # the marked-up form was refused
    last_error: str = ""


class CancelledDayRow(SQLModel, table=True):
    """A day of an issuer's calendar that was announced and is off; `number` tells days of one kind apart."""

    __tablename__ = "cancelled_day"

    issuer_id: int = Field(primary_key=True, foreign_key="issuer.id")
    kind: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    date: Day
    cancelled_at: datetime = Field(sa_type=UTCDateTime)

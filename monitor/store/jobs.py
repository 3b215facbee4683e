"""What passes between the outbox and the delivery loop: frozen, so that no row leaves the store's thread."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alerts.contract import Outcome
from alerts.message import Message
from alerts.notes import Delay
from monitor.domain.events import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """The numbers of the delivery promises; the defaults are the published ones."""

    settle: timedelta = timedelta(seconds=30)  # no shorter than a send's time limit
    resends: int = 2  # after this many re-sends without an answer a delivery is parked
    horizon: timedelta = timedelta(hours=72)
    late_after: timedelta = timedelta(minutes=15)
    digest_over: int = 5
    digest_most: int = 20
    backoff_first: float = 1.0  # seconds
    backoff_most: float = 900.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """One active chat with something owed: when it may next be tried, in wall time; before `alert_due`
    only to send or edit a card."""

    chat_id: int
    channel: str
    address: str
    due: datetime
    urgent: bool
    oldest: int  # the smallest event_seq owed
    alert_due: datetime | None = None  # None: no alert is owed, only a card is to be sent or edited


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a message of several parts has come; kept in `delivery.receipt` until the last is sent.

    `notes` are those the first part was split with: later parts must be cut at the same places.
    """

    receipts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    parts: int = 0

    def to_text(self) -> str:
        """As stored."""
        return json.dumps({"receipts": self.receipts, "notes": self.notes, "parts": self.parts})

    @classmethod
    def from_text(cls, text: str) -> Progress:
        """As stored; nothing stored is no progress."""
        if not text:
            return cls()
        stored = json.loads(text)
        return cls(receipts=tuple(stored["receipts"]), notes=tuple(stored["notes"]), parts=stored["parts"])


@dataclass(frozen=True, kw_only=True, slots=True)
class CardWork:
    """A card to send, or to edit where `message_id` names the message that it is."""

    issuer_id: int
    message: Message
    message_id: str
    wanted: int  # the version these words are
    face: str  # the digest of the words
    closes: bool  # the chat wants no cards any more: these words say so and are the last


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One wire message to send now, its intent already durable; several events make it a digest."""

    chat_id: int
    channel: str
    address: str
    language: str
    ids: tuple[int, ...]
    events: tuple[Event, ...]
    whys: tuple[str, ...]
    marked: bool
    attempt: int  # unanswered sends so far; the copy now leaving is at least number attempt + 1
    plain: bool
    parts_sent: int
    progress: Progress
    late: tuple[timedelta, Delay] | None
    reply_to: str = ""  # the message it replies to: the company's card in the chat
    card: CardWork | None = None  # set: a card and no alert

    @property
    def edits(self) -> bool:
        """Whether it only changes a message that stands in the chat; no alert waits for that."""
        return self.card is not None and self.card.message_id != ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """What became of a job; `part` and `parts` count wire messages, `retry_in` is for outcomes that retry."""

    job: Job
    outcome: Outcome
    part: int = 1
    parts: int = 1
    notes: tuple[str, ...] = ()
    retry_in: timedelta = timedelta(0)
    channel_news: Literal["", "refused", "works"] = ""  # of the whole channel, to be told once


# How `Trouble.what` begins.
PARKED, POISON, SUSPENDED, STOPPED, WORKS = "parked/", "poison/", "suspended/", "stopped/", "works/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Something the operator must hear of: parked, poison, suspended chat, stopped channel, or its end."""

    what: str
    title: str
    reason: str

    @property
    def level(self) -> int:
        """How loud it is in the log: an end of trouble is no error."""
        return logging.WARNING if self.what.startswith(WORKS) else logging.ERROR

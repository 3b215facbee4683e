"""What the bot knows and may do: the update as it came, the views it shows, and the desk that serves it.

Rule: everything here is frozen; a handler reads and changes the store through its `Desk` alone, in the one
transaction in which its update is marked as done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Protocol

from alerts.message import Message
from alerts.pictures.facts import Proceeds
from alerts.preferences import Preferences
from monitor.domain.events import Event
from monitor.domain.issue_records import CalendarKind
from monitor.domain.records import Figure
from monitor.domain.stages import State

Kind = Literal["command", "callback", "inline", "joined", "left", "other"]
CHANNEL = "channel"
GROUPS = frozenset({"group", "supergroup"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Inbound:
    """One update, taken apart; `user` is a channel's own id where it posted, 0 where nobody said it."""

    update_id: int
    kind: Kind
    user: int = 0
    user_language: str = ""
    chat: int = 0
    chat_type: str = ""
    thread: int | None = None
    command: str = ""  # without the slash, in lower case
    text: str = ""  # what stands after the command; the query of an inline question
    reply_to: int | None = None  # message the command replies to
    query_id: str = ""  # of a callback or an inline question
    data: str = ""  # of a callback
    message_id: int | None = None  # the message a callback's button hangs on

    @property
    def address(self) -> str:
        """The chat as the outbox names it; a forum topic is a chat of its own."""
        return f"{self.chat}/{self.thread}" if self.thread is not None else str(self.chat)

    @property
    def private(self) -> bool:
        """Whether nobody else is in the chat."""
        return self.chat_type == "private"

    @property
    def posted(self) -> bool:
        """Whether a channel said it in its own name, which only its admins can make it do."""
        return self.chat_type == CHANNEL and self.user == self.chat < 0


class Role(StrEnum):
    """What a person is to the bot; the configuration names owner and admins, an invitation makes a member."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    STRANGER = "stranger"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reaction:
    """What comes of one update: answers that are owed, and what is shown at once and may be lost."""

    replies: tuple[Message, ...] = ()
    toast: str = ""  # shown over the chat to whoever tapped; one of several lines stays until it is closed
    edit: Message | None = None  # in place of the message whose button was tapped
    inline: tuple[Message, ...] = ()
    whisper: str = ""  # to somebody not let in: sent at once, kept nowhere
    verdict: str = "handled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Company:
    """One company that can be asked for, under any of its names; `issuer_id` is 0 while nobody lists it."""

    issuer_id: int
    name: str
    short: str = ""
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    grade: str = ""
    english: str = ""

    def called(self, language: str) -> str:
        """The name readers of a language use; the Chinese one always stands beside the English one."""
        return f"{self.english} ({self.shown})" if language == "en" and self.english else self.shown

    @property
    def shown(self) -> str:
        """The name people use."""
        return self.short or self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The one company meant, or what may have been meant, the likeliest first."""

    company: Company | None = None
    suggestions: tuple[Company, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One milestone of a timeline."""

    day: date
    state: State
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """One document that was disclosed."""

    title: str
    type: str
    day: date
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """One figure a document states, and where: `page` counts from 1."""

    figure: Figure
    url: str
    document: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """One day in an issuer's calendar."""

    company: Company
    kind: CalendarKind
    day: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What is known of one company now; `median` is of the days others of its board spent in this stage."""

    company: Company
    grade_proof: str = ""
    board: str = ""
    state: State | None = None
    since: date | None = None
    median: int | None = None
    median_of: int = 0
    accepted: date | None = None
    planned: Figure | None = None
    sponsors: tuple[str, ...] = ()
    url: str = ""
    steps: tuple[Step, ...] = ()
    papers: tuple[Paper, ...] = ()
    read: tuple[Read, ...] = ()
    days: tuple[Day, ...] = ()
    spent: Mapping[State, Sequence[int]] = field(default_factory=dict)  # days others of the board spent
    proceeds: Proceeds | None = None  # what they are for, as the newest document states it


@dataclass(frozen=True, kw_only=True, slots=True)
class Lined:
    """One row of the pipeline board."""

    company: Company
    state: State
    since: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Raise:
    """One row of the league: yuan, exact; `day` is the day of the subscription or of the acceptance."""

    company: Company
    yuan: str  # exact decimal
    day: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One alert this chat was sent or is owed."""

    event: Event
    seq: int
    issuer_id: int
    why: str
    state: str
    sent_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceView:
    """How one source fares."""

    name: str
    last_ok_at: datetime | None
    trouble: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessView:
    """Who is let in beside owner and admins, which chats are told, and refusals of the last 24 hours."""

    members: int
    channels: int
    chats: int
    topics: int  # of these chats
    refused: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """One line of the audit log."""

    at: datetime
    user: int
    address: str
    action: str
    allowed: bool
    detail: str = ""


class Desk(Protocol):
    """The store as the bot sees it, within one transaction; `now` is the instant of the handling."""

    now: datetime

    def find(self, name: str) -> Found:
        """The company meant by a name or code, or what may have been meant."""
        ...

    def card(self, issuer_id: int) -> Card | None:
        """All that is known of one company; None when there is no such issuer."""
        ...

    def pipeline(self) -> Sequence[Lined]:
        """The AI-chip issuers with their newest application."""
        ...

    def days(self, first: date, last: date) -> Sequence[Day]:
        """The calendar between two days, both included, in order."""
        ...

    def followed(self, address: str, issuers: Collection[int]) -> set[int]:
        """Those of these issuers whose milestones the chat's choices would bring, muted or not."""
        ...

    def keep_card(self, address: str, issuer_id: int) -> None:
        """Let the chat have a living card of this issuer, where it wants cards."""
        ...

    def raised(self, year: int) -> Sequence[Raise]:
        """Gross proceeds of the offerings subscribed in a year, the largest first."""
        ...

    def planned(self, year: int) -> Sequence[Raise]:
        """Planned proceeds of the AI-chip applications accepted in a year, the largest first."""
        ...

    def told(self, address: str, *, since: datetime | None = None, limit: int = 40) -> Sequence[Told]:
        """The alerts of this chat, newest first."""
        ...

    def told_by_number(self, address: str, number: int) -> Told | None:
        """The alert of that delivery, if it is this chat's."""
        ...

    def told_by_receipt(self, address: str, message_id: int) -> Told | None:
        """The alert that is this message of the chat."""
        ...

    def would_have_sent(self, address: str, preferences: Preferences, days: int) -> int:
        """How many alerts these choices would have brought in the last so many days."""
        ...

    def language(self, address: str) -> str:
        """zh, en or both; "" for a chat nobody knows."""
        ...

    def preferences(self, address: str) -> Preferences | None:
        """The chat's choices; None for a chat nobody knows."""
        ...

    def save(self, address: str, preferences: Preferences, language: str = "") -> None:
        """Keep the chat's choices, making the chat when it is new."""
        ...

    def resume(self, address: str) -> int:
        """The chat is back: what it is owed is due; how many."""
        ...

    def suspend(self, address: str, why: str) -> None:
        """We were removed from the chat: its queue waits for our return."""
        ...

    def role(self, user: int) -> Role:
        """What the person is to the bot."""
        ...

    def allow(self, user: int, by: int) -> None:
        """Let a person or a channel in, by numeric id."""
        ...

    def redeem(self, user: int, code: str) -> bool:
        """Use an invitation, once; whether it was good."""
        ...

    def invite(self, user: int) -> tuple[str, datetime]:
        """A new invitation's code and when it ends."""
        ...

    def revoke(self, user: int) -> bool:
        """Put a member out; whether there was one."""
        ...

    def audit(self, inbound: Inbound, action: str, *, allowed: bool, detail: str = "") -> None:
        """Write down who did what."""
        ...

    def audits(self, limit: int) -> Sequence[Audit]:
        """The newest lines of the audit log."""
        ...

    def sources(self) -> Sequence[SourceView]:
        """How the sources fare."""
        ...

    def access(self) -> AccessView:
        """Who is let in, counted."""
        ...

    def queue(self) -> dict[str, int]:
        """Deliveries by state."""
        ...

"""What one chat's feeds show, read from the store: the events it was owed, and its issuers' days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from alerts.feeds.entries import CalendarEntry
from alerts.glossary import Language
from alerts.issue_facts import CALENDAR
from monitor.domain.events import Event, EventKind
from monitor.domain.issue_records import CalendarKind
from monitor.store import chats, eventlog
from monitor.store.tables import CalendarFactRow, CancelledDayRow, ChatRow, DeliveryRow, EventRow, IssuerRow

MOST = 100
_PRIVATE = (EventKind.CHAT_WELCOME.value, EventKind.BOT_REPLY.value)  # said to one chat, not news


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedChat:
    """A chat that can have feeds: its row's id, and what its secret address is made from."""

    chat_id: int
    key: str
    language: Language


def feed_chats(session: Session) -> list[FeedChat]:
    """Every chat there is, except those that moved elsewhere."""
    return [_chat(row) for row in chats.listening(session)]


def events_of(session: Session, chat_id: int, most: int = MOST) -> list[Event]:
    """The newest events the chat was owed, however their delivery fared, newest first."""
    rows = session.exec(
        select(EventRow)
        .join(DeliveryRow, col(DeliveryRow.event_seq) == col(EventRow.seq))
        .where(DeliveryRow.chat_id == chat_id, col(EventRow.kind).not_in(_PRIVATE))
        .order_by(col(EventRow.seq).desc())
        .limit(most)
    )
    return [eventlog.to_event(row) for row in rows]


def days_of(session: Session, chat_id: int, first: date, language: Language) -> list[CalendarEntry]:
    """The days from `first` on of every issuer the chat was ever owed an event of."""
    mine = (
        select(EventRow.issuer_id)
        .join(DeliveryRow, col(DeliveryRow.event_seq) == col(EventRow.seq))
        .where(DeliveryRow.chat_id == chat_id, col(EventRow.issuer_id).is_not(None))
    )
    rows = session.exec(
        select(CalendarFactRow, IssuerRow)
        .join(IssuerRow, col(IssuerRow.id) == col(CalendarFactRow.issuer_id))
        .where(col(CalendarFactRow.issuer_id).in_(mine))
        .order_by(col(CalendarFactRow.date))
    ).all()
    numbers: dict[tuple[int, str], int] = defaultdict(int)
    found = []
    for fact, issuer in rows:
        numbers[fact.issuer_id, fact.kind] += 1  # earlier days count too, so that a number stays
        if fact.date < first:
            continue
        name = issuer.short_name or issuer.name
        found.append(
            CalendarEntry(
                issuer_id=fact.issuer_id,
                kind=fact.kind,
                number=numbers[fact.issuer_id, fact.kind],
                day=fact.date,
                title=f"{name} · {CALENDAR[CalendarKind(fact.kind)](language)}",
                learned_at=fact.learned_at,
            )
        )
    return [*found, *_cancelled(session, mine, numbers, first, language)]


def _cancelled(
    session: Session,
    mine: SelectOfScalar[int] | SelectOfScalar[None],
    numbers: Mapping[tuple[int, str], int],
    first: date,
    language: Language,
) -> list[CalendarEntry]:
    """The days that are off and whose number no other day has taken since."""
    rows = session.exec(
        select(CancelledDayRow, IssuerRow)
        .join(IssuerRow, col(IssuerRow.id) == col(CancelledDayRow.issuer_id))
        .where(col(CancelledDayRow.issuer_id).in_(mine), col(CancelledDayRow.date) >= first)
    ).all()
    return [
        CalendarEntry(
            issuer_id=row.issuer_id,
            kind=row.kind,
            number=row.number,
            day=row.date,
            title=f"{issuer.short_name or issuer.name} · {CALENDAR[CalendarKind(row.kind)](language)}",
            learned_at=row.cancelled_at,
            cancelled=True,
        )
        for row, issuer in rows
        if row.number > numbers.get((row.issuer_id, row.kind), 0)
    ]


def _chat(row: ChatRow) -> FeedChat:
    assert row.id is not None  # read from the database
    language: Language = "en" if row.language == "en" else "zh"
    return FeedChat(chat_id=row.id, key=f"{row.channel}/{row.address}", language=language)

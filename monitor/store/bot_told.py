"""What one chat was told or is owed, read from the store."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from alerts.bot.contract import Told
from monitor.domain.events import EventKind
from monitor.store import eventlog
from monitor.store.tables import ChatRow, DeliveryRow, EventRow

ABOUT_US = (
    EventKind.BOT_REPLY.value,
    EventKind.CHAT_WELCOME.value,
    EventKind.OPERATOR_NOTICE.value,
    EventKind.SOURCE_TROUBLE.value,
    EventKind.SOURCE_RECOVERED.value,
)


def told_of(session: Session, chat: ChatRow, *, since: datetime | None, limit: int) -> list[Told]:
    """The alerts of a chat, newest first."""
    query = alerts_of(chat).order_by(col(EventRow.seq).desc()).limit(limit)
    if since is not None:
        query = query.where(col(DeliveryRow.created_at) >= since)
    return [told_from(row, event) for row, event in session.exec(query)]


def alerts_of(chat: ChatRow) -> Select[DeliveryRow, EventRow]:
    """Every delivery of a chat that is about a company, with its event."""
    return (
        select(DeliveryRow, EventRow)
        .join(EventRow, col(EventRow.seq) == col(DeliveryRow.event_seq))
        .where(DeliveryRow.chat_id == chat.id, col(EventRow.kind).not_in(ABOUT_US))
    )


def told_from(row: DeliveryRow, event: EventRow) -> Told:
    """One delivery as the bot shows it."""
    assert event.seq is not None  # read from the database
    return Told(
        event=eventlog.to_event(event),
        seq=event.seq,
        issuer_id=event.issuer_id or 0,
        why=row.why,
        state=row.state,
        sent_at=row.sent_at,
    )

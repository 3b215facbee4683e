"""Quiet hours at the moment of sending: what trouble put off into them waits for their end, like the rest.

Rule: only what never left is held: a message begun is finished, one in doubt is resolved.
Rule: what is held follows the chat's choice: hours that are switched off or moved release it or move it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from alerts.routing import breaks_through
from monitor.store import eventlog
from monitor.store.chats import chat_view
from monitor.store.lateness import HELD
from monitor.store.tables import ChatRow, DeliveryRow, EventRow


def hold(
    session: Session, chat: ChatRow, owed: Iterable[tuple[DeliveryRow, EventRow]], now: datetime
) -> None:
    """Put off until the end of quiet hours whatever is due within them and may not break through."""
    view = chat_view(chat)
    until = view.choices.held_until(now)
    if until is None:
        return
    for row, event in owed:
        due = row.state == "pending" and not row.parts_sent and row.not_before <= now
        if due and not breaks_through(eventlog.to_event(event), view):
            row.not_before, row.last_error = until, HELD
            session.add(row)


def chosen_anew(session: Session, chat: ChatRow, now: datetime) -> None:
    """The chat's choices changed: what its quiet hours hold waits for their new end, or for nothing more."""
    held = select(DeliveryRow).where(
        DeliveryRow.chat_id == chat.id,
        col(DeliveryRow.state).in_(("pending", "suspended")),
        col(DeliveryRow.last_error).startswith(HELD),
    )
    until = chat_view(chat).choices.held_until(now) or now
    for row in session.exec(held):
        row.not_before = until
        session.add(row)

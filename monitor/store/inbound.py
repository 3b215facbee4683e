"""Updates of the chat service as rows: stored before they are confirmed there, handled exactly once.

Rule: an update is `new` until the transaction that holds all its effects has marked it `done`.
Rule: what one person may have waiting is bounded; beyond it an update is stored as done, never handled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from monitor.domain.events import Event, EventKind, event_id
from monitor.failpoints import ANSWER_OWED, BEFORE_HANDLED, BEFORE_STORED, failpoint
from monitor.store import eventlog
from monitor.store.tables import ChatRow, DeliveryRow, EventRow, InboundRow

KEPT = timedelta(days=14)  # how long a handled update is remembered
_LONGEST_BODY = 20  # keys of an update; the Bot API sends two


def keep(session: Session, updates: Iterable[tuple[Mapping[str, Any], str]], now: datetime) -> int:
    """Store the updates not stored yet, each with the verdict it has already ("" for one to be handled).

    Return how many are to be handled.
    """
    wanted = {
        update["update_id"]: (update, verdict)
        for update, verdict in updates
        if isinstance(update.get("update_id"), int) and len(update) <= _LONGEST_BODY
    }
    known = set(session.exec(select(InboundRow.update_id).where(col(InboundRow.update_id).in_(list(wanted)))))
    waiting = 0
    for number, (update, verdict) in wanted.items():
        if number in known:
            continue
        waiting += not verdict
        session.add(
            InboundRow(
                update_id=number,
                state="done" if verdict else "new",
                received_at=now,
                done_at=now if verdict else None,
                verdict=verdict,
                body={} if verdict else dict(update),
            )
        )
    session.flush()
    failpoint(BEFORE_STORED)
    return waiting


def waiting(session: Session, most: int) -> list[tuple[int, dict[str, Any], datetime]]:
    """The oldest updates to be handled: id, body, instant of receipt."""
    rows = session.exec(
        select(InboundRow).where(InboundRow.state == "new").order_by(col(InboundRow.update_id)).limit(most)
    )
    return [(row.update_id, row.body, row.received_at) for row in rows]


def is_new(session: Session, update_id: int) -> bool:
    """Whether the update still waits; read in the transaction that handles it."""
    row = session.get(InboundRow, update_id)
    return row is not None and row.state == "new"


def mark_done(session: Session, update_id: int, verdict: str, now: datetime) -> None:
    """The update is handled; its words are forgotten, its id is not."""
    row = session.get_one(InboundRow, update_id)
    row.state, row.verdict, row.done_at, row.body = "done", verdict[:200], now, {}
    session.add(row)
    session.flush()
    failpoint(BEFORE_HANDLED)


def owe(
    session: Session, chat: ChatRow, identity: Sequence[object], headline: str, message: str, now: datetime
) -> bool:
    """Owe one chat one message made beforehand; the same identity again owes nothing. Whether it was new."""
    event = Event(
        id=_answer_id(chat, identity),
        kind=EventKind.BOT_REPLY,
        source="monitor",
        first_seen_at=now,
        title=headline,
        details={"message": message},
    )
    rows = eventlog.append(session, [event])
    for row in rows:
        assert row.seq is not None  # append() flushes
        assert chat.id is not None  # flushed
        session.add(
            DeliveryRow(
                event_seq=row.seq,
                chat_id=chat.id,
                state="pending" if chat.state == "active" else "suspended",
                created_at=now,
                not_before=now,
            )
        )
    session.flush()
    failpoint(ANSWER_OWED)
    return bool(rows)


def is_owed(session: Session, chat: ChatRow, identity: Sequence[object]) -> bool:
    """Whether the chat was owed a message of this identity before."""
    known = select(EventRow.seq).where(EventRow.id == _answer_id(chat, identity))
    return session.exec(known).first() is not None


def _answer_id(chat: ChatRow, identity: Sequence[object]) -> str:
    return event_id("monitor", f"chat-{chat.id}", EventKind.BOT_REPLY, *identity)


def newest(session: Session) -> datetime | None:
    """When the last update came."""
    return session.exec(select(func.max(InboundRow.received_at))).one()


def prune(session: Session, now: datetime) -> None:
    """Forget updates handled long ago; the service repeats none after a day."""
    session.exec(
        delete(InboundRow).where(col(InboundRow.state) == "done", col(InboundRow.received_at) < now - KEPT)
    )

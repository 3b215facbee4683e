"""One message a day on the milestones of related issuers, made from the log.

Rule: its id is the day's, so a restart or a second look adds nothing; what it covered is in its details,
so that the next one begins after it and a day without the daemon loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta, timezone

from sqlmodel import Session, col, func, select

from alerts.related import ITEM, Item, as_item
from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.grades import Grade
from monitor.domain.stages import State
from monitor.store import eventlog
from monitor.store.database import Database
from monitor.store.tables import EventRow

Owe = Callable[[Session, Sequence[EventRow]], None]
_CST = timezone(timedelta(hours=8))
_TOLD = (EventKind.MILESTONE, EventKind.LISTED)
_MOST = 40  # lines of one message
_FIRST_REACH = timedelta(days=1)  # how far back the very first one looks


class DailyLine:
    """Makes the day's line at the first look after `at`, Shanghai time, that finds something to tell."""

    def __init__(self, database: Database, owe: Owe, at: time) -> None:
        self._database = database
        self._owe = owe
        self._at = at
        self._done: date | None = None

    def tell(self, now: datetime) -> Event | None:
        """Commit today's line and what it owes; None before the hour, without news, or when it is there."""
        local = now.astimezone(_CST)
        if local.time() < self._at or self._done == local.date():
            return None
        with self._database.read() as session:
            if _exists(session, local.date()):
                self._done = local.date()
                return None
            if not _waiting(session, now)[0]:
                return None
        with self._database.write() as session:
            event = _line(session, local.date(), now)
            rows = eventlog.append(session, [event])
            self._owe(session, rows)
        self._done = local.date()
        return event


def _id(day: date) -> str:
    return event_id("monitor", "related", EventKind.DAILY_RELATED, day)


def _exists(session: Session, day: date) -> bool:
    return session.exec(select(EventRow.seq).where(EventRow.id == _id(day))).first() is not None


def _waiting(session: Session, now: datetime) -> tuple[list[EventRow], int]:
    """Milestones of related issuers no line told yet, oldest first, and the newest event looked at."""
    last = session.exec(
        select(EventRow)
        .where(EventRow.kind == EventKind.DAILY_RELATED.value)
        .order_by(col(EventRow.seq).desc())
        .limit(1)
    ).first()
    through = session.exec(select(func.max(EventRow.seq))).one() or 0
    fresh = select(EventRow).where(
        col(EventRow.kind).in_([kind.value for kind in _TOLD]), col(EventRow.baseline).is_(False)
    )
    if last is not None:
        fresh = fresh.where(col(EventRow.seq) > int(last.details["through_seq"]))
    else:
        fresh = fresh.where(col(EventRow.first_seen_at) > now - _FIRST_REACH)
    rows = session.exec(fresh.order_by(col(EventRow.seq))).all()
    return [row for row in rows if row.details.get("grade") == Grade.RELATED.value], through


def _line(session: Session, day: date, now: datetime) -> Event:
    rows, through = _waiting(session, now)
    details: dict[str, str | int | float | bool] = {"count": len(rows), "through_seq": through}
    if len(rows) > _MOST:
        details["more"] = len(rows) - _MOST
    for number, row in enumerate(rows[:_MOST], 1):
        details[f"{ITEM}{number:02d}"] = as_item(
            Item(
                date=row.date.isoformat() if row.date else "",
                state=State(row.code, row.outcome_code) if row.code else None,
                kind=EventKind(row.kind),
                project_id=row.project_id,
                issuer=str(row.details.get("issuer_short") or row.issuer),
            )
        )
    return Event(
        id=_id(day),
        kind=EventKind.DAILY_RELATED,
        source="monitor",
        date=day,
        first_seen_at=now,
        details=details,
    )

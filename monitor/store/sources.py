"""How each source fares: polls, verdicts, trouble told once with its end told once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, delete, select

from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.records import Oddity
from monitor.store import eventlog
from monitor.store.database import Database
from monitor.store.tables import EventRow, PollRow, SourceRow

Owe = Callable[[Session, Sequence[EventRow]], None]

# Verdicts that say "we are blind or misled": told at the first poll. Others may pass: told at the third.
_AT_ONCE = frozenset({"empty", "drifted", "blocked", "certificate", "shrunk"})
_PATIENCE = 3
_KEEP_POLLS = timedelta(days=14)


@dataclass(frozen=True, kw_only=True, slots=True)
class Poll:
    """One finished poll."""

    source: str
    kind: str
    started_at: datetime
    ended_at: datetime
    verdict: str  # ok, or the name of what went wrong
    detail: str = ""
    requests: int = 0
    bytes: int = 0
    rows: int = 0
    events: int = 0


class Sources:
    """Source state and health; every word to the operator goes through the event log."""

    def __init__(self, database: Database, owe: Owe) -> None:
        self._database = database
        self._owe = owe

    def baseline_at(self, source: str) -> datetime | None:
        """When the first, quiet reading of a source was complete; None before that."""
        with self._database.read() as session:
            row = session.get(SourceRow, source)
            return row.baseline_at if row else None

    def memory(self, source: str) -> dict[str, Any]:
        """What a source asked to remember between polls."""
        with self._database.read() as session:
            row = session.get(SourceRow, source)
            return dict(row.memory) if row else {}

    def remember(self, source: str, **facts: Any) -> None:
        """Add to what a source remembers."""
        with self._database.write() as session:
            row = session.get(SourceRow, source) or SourceRow(name=source)
            row.memory = {**row.memory, **facts}
            session.add(row)

    def polled(self, poll: Poll) -> list[Event]:
        """Record a poll; return the trouble or recovery it makes known, which is told once."""
        told: list[Event] = []
        with self._database.write() as session:
            row = session.get(SourceRow, poll.source) or SourceRow(name=poll.source)
            session.add(PollRow(**{name: getattr(poll, name) for name in Poll.__slots__}))
            if poll.verdict == "ok":
                if row.trouble:
                    told.append(_health_event(row, poll, EventKind.SOURCE_RECOVERED))
                row.trouble, row.trouble_since, row.failures = "", None, 0
                row.last_ok_at = poll.ended_at
                row.rows = poll.rows or row.rows
            else:
                row.failures += 1
                row.trouble_since = row.trouble_since or poll.started_at
                due = row.failures >= _PATIENCE or poll.verdict in _AT_ONCE
                if due and not row.trouble:
                    row.trouble = poll.verdict
                    told.append(_health_event(row, poll, EventKind.SOURCE_TROUBLE))
            session.add(row)
            session.flush()
            self._owe(session, eventlog.append(session, told))
            session.exec(delete(PollRow).where(col(PollRow.ended_at) < poll.ended_at - _KEEP_POLLS))
        return told

    def odd(self, source: str, oddities: Iterable[Oddity], now: datetime, raw_sha256: str) -> list[Event]:
        """Tell the operator of oddities, each once."""
        notices = [
            Event(
                id=event_id(source, oddity.where, EventKind.OPERATOR_NOTICE, oddity.what[:200]),
                kind=EventKind.OPERATOR_NOTICE,
                source=source,
                first_seen_at=now,
                title=oddity.where,
                reason=oddity.what,
                raw_sha256=raw_sha256,
            )
            for oddity in oddities
        ]
        if not notices:
            return []
        with self._database.write() as session:
            rows = eventlog.append(session, notices)
            self._owe(session, rows)
            return [eventlog.to_event(row) for row in rows]

    def all(self) -> list[SourceRow]:
        """Every source's state, for `status`."""
        with self._database.read() as session:
            return list(session.exec(select(SourceRow).order_by(SourceRow.name)))

    def last_polls(self, source: str, limit: int = 5) -> list[PollRow]:
        """The latest polls of a source, newest first."""
        with self._database.read() as session:
            return list(
                session.exec(
                    select(PollRow)
                    .where(PollRow.source == source)
                    .order_by(col(PollRow.id).desc())
                    .limit(limit)
                )
            )


def _health_event(row: SourceRow, poll: Poll, kind: EventKind) -> Event:
    since = row.trouble_since or poll.started_at
    details: dict[str, str | int | float | bool] = {
        "verdict": row.trouble or poll.verdict,
        "since": since.isoformat(),
        "polls_failed": row.failures,
    }
    if row.last_ok_at:
        details["last_ok"] = row.last_ok_at.isoformat()
    return Event(
        id=event_id(poll.source, "health", kind, since.strftime("%Y%m%dT%H%M%S.%fZ")),
        kind=kind,
        source=poll.source,
        first_seen_at=poll.ended_at,
        reason=poll.detail,
        details=details,
    )

"""How each source fares: polls, verdicts, trouble told once with its end told once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, delete, select

from monitor import health
from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.records import Listing, Oddity
from monitor.store import eventlog
from monitor.store.database import Database
from monitor.store.tables import EventRow, PollRow, SourceRow

Owe = Callable[[Session, Sequence[EventRow]], None]

_KEEP_POLLS = timedelta(days=14)
_NOT_OFFERED = timedelta(days=1)
_HEALTH, _LISTING = "health", "listing"  # what we keep in a source's memory


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

    def __init__(self, database: Database, owe: Owe, *, optional: frozenset[str] = frozenset()) -> None:
        """`optional` names sources a server may not offer: their first day without any answer is no alarm."""
        self._database = database
        self._owe = owe
        self._optional = optional
        self._states: dict[str, Mapping[str, Any]] = {}  # source → open troubles, as last committed

    def baseline_at(self, source: str) -> datetime | None:
        """When the first, quiet reading of a source was complete; None before that."""
        with self._database.read() as session:
            row = session.get(SourceRow, source)
            return row.baseline_at if row else None

    def failures(self, source: str) -> int:
        """How many polls in a row have failed."""
        with self._database.read() as session:
            row = session.get(SourceRow, source)
            return row.failures if row else 0

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
        """Record a poll; return the troubles and recoveries it makes known, each told once."""
        look = health.Look(
            aspect=poll.kind, verdict=poll.verdict, started_at=poll.started_at, ended_at=poll.ended_at
        )
        with self._database.write() as session:
            row = session.get(SourceRow, poll.source) or SourceRow(name=poll.source)
            session.add(PollRow(**{name: getattr(poll, name) for name in Poll.__slots__}))
            kept = row.memory.get(_HEALTH, {})
            excused = self._not_offered(session, row, poll)
            state, tellings = (kept, []) if excused else health.judge(kept, look)
            told = [_health_event(row, poll, telling) for telling in tellings]
            if state != row.memory.get(_HEALTH, {}):
                row.memory = {**row.memory, _HEALTH: state}
            row.trouble = health.open_verdict(state)
            row.failures = max((trouble["count"] for trouble in state.values()), default=0)
            since = [trouble["since"] for trouble in state.values()]
            row.trouble_since = datetime.fromisoformat(min(since)) if since else None
            if excused:  # `status` shows it all the same
                row.trouble, row.failures = poll.verdict, max(row.failures, 1)
            if poll.verdict == "ok" and poll.kind in ("quick", "sweep"):
                row.last_ok_at = poll.ended_at
                row.rows = poll.rows or row.rows
            session.add(row)
            session.flush()
            self._owe(session, eventlog.append(session, told))
            session.exec(delete(PollRow).where(col(PollRow.ended_at) < poll.ended_at - _KEEP_POLLS))
        self._states[poll.source] = state
        return told

    def _not_offered(self, session: Session, row: SourceRow, poll: Poll) -> bool:
        """Whether an optional source has never answered and was first asked less than a day ago."""
        if poll.source not in self._optional or poll.verdict == "ok" or row.last_ok_at is not None:
            return False
        first = session.exec(
            select(PollRow.started_at)
            .where(PollRow.source == poll.source)
            .order_by(col(PollRow.started_at))
            .limit(1)
        ).first()
        return first is None or poll.ended_at - first < _NOT_OFFERED

    def troubled(self, source: str, aspect: str) -> bool:
        """Whether this aspect of a source has failed and not been well since."""
        if source not in self._states:
            self._states[source] = self.memory(source).get(_HEALTH, {})
        return health.troubled(self._states[source], aspect)

    def compared(
        self, source: str, seen: Listing, now: datetime, trades: Callable[[date], bool]
    ) -> tuple[str, str]:
        """Hold a list against what it looked like before; (verdict, detail), "ok" when it is believable."""
        before = self.memory(source).get(_LISTING, {})
        kept, verdict, detail = health.compare(before, seen, now, trades)
        if kept != before:
            self.remember(source, **{_LISTING: kept})
        return verdict, detail

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


def _health_event(row: SourceRow, poll: Poll, telling: health.Telling) -> Event:
    kind = EventKind.SOURCE_RECOVERED if telling.recovered else EventKind.SOURCE_TROUBLE
    details: dict[str, str | int | float | bool] = {
        "verdict": telling.verdict,
        "since": telling.since.isoformat(),
        "polls_failed": telling.failures,
    }
    if row.last_ok_at:
        details["last_ok"] = row.last_ok_at.isoformat()
    stamp = telling.since.strftime("%Y%m%dT%H%M%S.%fZ")
    return Event(
        id=event_id(poll.source, "health", kind, telling.verdict, stamp),
        kind=kind,
        source=poll.source,
        first_seen_at=poll.ended_at,
        reason=poll.detail,
        details=details,
    )

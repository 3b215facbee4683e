"""Reminders of calendar days, the day before and on the day. Pure.

Rule: a reminder belongs to one day: after it, it is never made up for.
Rule: it is dated by its hour, not by the moment we got round to it, so that it is the same event each time.
Rule: what was itself learned after the hour of the reminder needs none: its own alert just said so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.issue_records import CalendarKind
from monitor.domain.records import Figure

_CST = timezone(timedelta(hours=8))
HOUR = time(8)  # Shanghai: before the market opens, after most people are up


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarFact:
    """One day in an issuer's calendar, and what an alert about it should carry."""

    source: str
    key: str  # the security code, or the project's id before there is one
    kind: CalendarKind
    date: date
    learned_at: datetime  # aware UTC
    issuer: str
    issuer_short: str = ""
    project_id: str = ""
    board: str = ""
    url: str = ""
    figures: tuple[Figure, ...] = ()
    details: tuple[tuple[str, str], ...] = ()


def due_reminders(facts: Iterable[CalendarFact], now: datetime) -> list[Event]:
    """The reminders of today in Shanghai, once its hour has struck; `now` is aware UTC."""
    local = now.astimezone(_CST)
    struck = datetime.combine(local.date(), HOUR, _CST)
    if local < struck:
        return []
    return [
        _reminder(fact, days, struck)
        for fact in sorted(facts, key=lambda fact: (fact.date, fact.key, fact.kind))
        for days in (1, 0)
        if fact.date - timedelta(days=days) == local.date() and fact.learned_at < struck
    ]


def _reminder(fact: CalendarFact, days: int, struck: datetime) -> Event:
    when = "D-1" if days else "D"
    details: dict[str, str | int | float | bool] = {"calendar_kind": fact.kind.value, "days_left": days}
    if fact.issuer_short:
        details["issuer_short"] = fact.issuer_short
    return Event(
        id=event_id(fact.source, fact.key, EventKind.CALENDAR_REMINDER, fact.kind.value, fact.date, when),
        kind=EventKind.CALENDAR_REMINDER,
        source=fact.source,
        project_id=fact.project_id,
        issuer=fact.issuer,
        board=fact.board,
        date=fact.date,
        first_seen_at=struck.astimezone(UTC),
        url=fact.url,
        figures=fact.figures,
        details=details | dict(fact.details),
    )

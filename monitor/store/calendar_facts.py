"""Calendar days of issuers (申购, 缴款, 上市, 上市委会议) ↔ rows, and the reminders they owe.

Rule: a day that moved or is off owes no reminder; that it was announced is remembered for the calendars.
Rule: a reminder is told once, however often it is asked for.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from sqlmodel import Session, col, func, select

from monitor.domain.events import Event
from monitor.domain.issue_checks import price_figure
from monitor.domain.issue_diff import SOURCE, IssueDiff
from monitor.domain.issue_records import CalendarKind
from monitor.domain.reminders import CalendarFact, due_reminders
from monitor.store import eventlog
from monitor.store.database import Database
from monitor.store.issue_rows import join_of, known_issue
from monitor.store.repository import Owe
from monitor.store.tables import (
    CalendarFactRow,
    CancelledDayRow,
    FigureRow,
    IssuerRow,
    NewShareRow,
    ReadingRow,
)

_CST = timezone(timedelta(hours=8))
_TERMS = ("subscription_code", "subscription_limit_value")


class CalendarStore:
    """The calendar of every issuer, over every source."""

    def __init__(self, database: Database, owe: Owe) -> None:
        self._database = database
        self._owe = owe

    def note_day(
        self, issuer_id: int, kind: CalendarKind, day: date, *, source: str, event_id: str, at: datetime
    ) -> None:
        """Keep one more day, for sources and documents that know one; the same day twice is one day."""
        with self._database.write() as session:
            note(session, issuer_id, kind, day, key="", source=source, event_id=event_id, at=at)

    def remind(self, now: datetime) -> list[Event]:
        """The reminders of today that were not told yet; their deliveries are owed at once."""
        today = now.astimezone(_CST).date()
        near = select(CalendarFactRow).where(
            col(CalendarFactRow.date) >= today, col(CalendarFactRow.date) <= today + timedelta(days=1)
        )
        with self._database.read() as session:
            if session.exec(near.limit(1)).first() is None:
                return []
        told: list[Event] = []
        with self._database.write() as session:
            for row in session.exec(near).all():
                events = due_reminders([_calendar_fact(session, row)], now)
                appended = eventlog.append(session, events, row.issuer_id)
                self._owe(session, appended)
                told += [eventlog.to_event(item) for item in appended]
        return told


def keep_days(session: Session, issuer_id: int, code: str, diff: IssueDiff, at: datetime) -> None:
    """The calendar of one code as it stands now: a day that moved is forgotten, a new one is noted."""
    stored = session.exec(
        select(CalendarFactRow).where(CalendarFactRow.source == SOURCE, CalendarFactRow.key == code)
    ).all()
    wanted = diff.calendar
    for row in stored:
        if wanted.get(CalendarKind(row.kind)) != row.date:
            _cancel(session, row, at)
    by_day = {event.date: event.id for event in diff.events if event.date}
    for kind, day in wanted.items():
        told_by = by_day.get(day, "")
        note(session, issuer_id, kind, day, key=code, source=SOURCE, event_id=told_by, at=at)


def _cancel(session: Session, row: CalendarFactRow, at: datetime) -> None:
    """The day is off; a calendar that shows it hears so, unless another day takes its number."""
    earlier = select(func.count()).where(
        CalendarFactRow.issuer_id == row.issuer_id,
        CalendarFactRow.kind == row.kind,
        col(CalendarFactRow.date) <= row.date,
    )
    number = session.exec(earlier).one()
    session.merge(
        CancelledDayRow(issuer_id=row.issuer_id, kind=row.kind, number=number, date=row.date, cancelled_at=at)
    )
    session.delete(row)
    session.flush()


def call_off(
    session: Session, issuer_id: int, kind: CalendarKind, since: date, source: str, at: datetime
) -> None:
    """The issuer's days of this kind from that source, on `since` or later, are off."""
    rows = session.exec(
        select(CalendarFactRow).where(
            CalendarFactRow.issuer_id == issuer_id,
            CalendarFactRow.kind == kind.value,
            CalendarFactRow.source == source,
            col(CalendarFactRow.date) >= since,
        )
    ).all()
    for row in rows:
        _cancel(session, row, at)


def note(
    session: Session,
    issuer_id: int,
    kind: CalendarKind,
    day: date,
    *,
    key: str,
    source: str,
    event_id: str,
    at: datetime,
) -> None:
    """Keep one day, unless it is kept already; `key` is the security code where the day came from a list."""
    if session.get(CalendarFactRow, (issuer_id, kind.value, day)) is None:
        session.add(
            CalendarFactRow(
                issuer_id=issuer_id,
                kind=kind.value,
                date=day,
                source=source,
                key=key,
                event_id=event_id,
                learned_at=at,
            )
        )
        session.flush()


def _terms(session: Session, issuer_id: int) -> list[tuple[str, str]]:
    """Code and market value for the online subscription as the issuer's newest document prints them."""
    found = dict(
        session.exec(
            select(FigureRow.kind, FigureRow.as_printed)
            .join(ReadingRow, col(ReadingRow.url) == col(FigureRow.url))
            .where(FigureRow.issuer_id == issuer_id, col(FigureRow.kind).in_(_TERMS))
            .order_by(col(ReadingRow.date), col(FigureRow.id))
        ).all()
    )
    return [(kind, found[kind]) for kind in _TERMS if kind in found]


def _calendar_fact(session: Session, row: CalendarFactRow) -> CalendarFact:
    share = session.get(NewShareRow, row.key) if row.key else None
    issuer = session.get_one(IssuerRow, row.issuer_id)
    kind = CalendarKind(row.kind)
    if share is None:
        return CalendarFact(
            source=row.source,
            key=f"issuer-{row.issuer_id}",
            kind=kind,
            date=row.date,
            learned_at=row.learned_at,
            issuer=issuer.name,
            issuer_short=issuer.short_name,
        )
    record = known_issue(share).record
    join = join_of(session, record, row.issuer_id)
    price = price_figure(record)
    details = [("security_code", record.code)]
    if kind is CalendarKind.SUBSCRIPTION and record.purchase_limit is not None:
        details.append(("purchase_limit", f"{record.purchase_limit:f}万股"))
    if kind is CalendarKind.SUBSCRIPTION:
        details += _terms(session, row.issuer_id)
    return CalendarFact(
        source=row.source,
        key=record.code,
        kind=kind,
        date=row.date,
        learned_at=row.learned_at,
        issuer=join.issuer,
        issuer_short=record.name,
        project_id=join.project_id,
        board=record.board,
        url=record.url or join.url,
        figures=(price,) if price else (),
        details=tuple(details),
    )

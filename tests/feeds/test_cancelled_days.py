"""A day that was announced and is off: every calendar that showed it hears so, under the same UID."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from icalendar import Calendar
from sqlmodel import select

from alerts.feeds.entries import Feed
from alerts.feeds.ics import render_ics
from monitor.domain.diff import Sight
from monitor.domain.issue_records import NewShareRecord
from monitor.store.chats import ensure_chat
from monitor.store.database import Database
from monitor.store.feeds import days_of
from monitor.store.issues import IssueStore
from monitor.store.tables import ChatRow, DeliveryRow, EventRow

AT = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
FIRST = date(2026, 3, 1)
SHARE = NewShareRecord(
    code="689901",
    name="示例智算",
    full_name="示例智算芯片(北京)股份有限公司",
    board="科创板",
    price=Decimal("25.1200"),
    shares_issued=Decimal("4000.0000"),
    online_date=date(2026, 3, 6),
    payment_date=date(2026, 3, 10),
)


def shown(database: Database) -> dict[str, tuple[str, date, str, int]]:
    """UID → status, day, title and sequence, as a calendar program reads the chat's feed."""
    head = Feed(key="k", title="t", language="zh", began=AT)
    with database.read() as session:
        chat = session.exec(select(ChatRow)).one()
        body = render_ics(head, days_of(session, chat.id or 0, FIRST, "zh"))
    events = Calendar.from_ical(body).walk("VEVENT")
    return {
        str(event["UID"]): (
            str(event["STATUS"]),
            event["DTSTART"].dt,
            str(event["SUMMARY"]),
            event["SEQUENCE"],
        )
        for event in events
    }


def test_a_day_that_is_off_is_cancelled_and_one_that_moves_is_not() -> None:
    """The subscription moves, the whole issue is put off, and goes on with another day."""
    database = Database("sqlite://")
    database.migrate()
    issues = IssueStore(database, lambda session, rows: None)
    hours = iter(range(1, 9))

    def posted(**change: object) -> dict[str, tuple[str, date, str, int]]:
        at = AT + timedelta(hours=next(hours))
        issues.seen([replace(SHARE, **change)], Sight(at=at, raw_sha256="ab"), baseline=False)  # type: ignore[arg-type]
        return shown(database)

    with database.write() as session:
        ensure_chat(session, "telegram", "7", now=AT)
    issues.seen([SHARE], Sight(at=AT, raw_sha256="ab"), baseline=False)
    with database.write() as session:
        event = session.exec(select(EventRow)).first()
        assert event is not None
        assert event.seq is not None
        session.add(DeliveryRow(event_seq=event.seq, chat_id=1, created_at=AT, not_before=AT))
    first = shown(database)
    (uid,) = [uid for uid, one in first.items() if "申购" in one[2]]
    (paid,) = [uid for uid in first if uid != uid_of(first)]
    assert first[uid][:2] == ("CONFIRMED", date(2026, 3, 6))

    moved = posted(online_date=date(2026, 3, 9))
    assert set(moved) == {uid, paid}
    assert moved[uid][:2] == ("CONFIRMED", date(2026, 3, 9))

    off = posted(online_date=date(2026, 3, 9), status="1")  # the issue is put off
    assert off[uid][:2] == ("CANCELLED", date(2026, 3, 9))
    assert first[uid][3] < moved[uid][3] < off[uid][3]
    assert off[paid][0] == "CANCELLED"

    again = posted(online_date=date(2026, 3, 20))
    assert again[uid][:2] == ("CONFIRMED", date(2026, 3, 20))
    assert again[uid][3] > off[uid][3]
    assert again[paid][:2] == ("CONFIRMED", date(2026, 3, 10))
    assert len(again) == 2
    database.close()


def uid_of(found: dict[str, tuple[str, date, str, int]]) -> str:
    """The subscription's."""
    return next(uid for uid, one in found.items() if "申购" in one[2])

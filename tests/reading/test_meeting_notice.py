"""A committee notice read by the job: its day is in the calendar, and the reminders come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from monitor.domain.records import DocumentType
from monitor.store.calendar_facts import CalendarStore
from monitor.store.figures import READ
from monitor.store.tables import CalendarFactRow, CancelledDayRow
from tests.documents.made import ENFLAME, draw
from tests.scrapers.loopback import answer

Open = Callable[..., Any]
PDF = "Content-Type: application/pdf"
JULY = datetime(2026, 7, 9, 10, 30, tzinfo=UTC)
CALL = (
    f"上海证券交易所上市审核委员会定于2026年7月17日召开2026年第36次审议会议。审议的发行人：{ENFLAME}（首发）"
)


async def test_the_day_a_notice_calls_is_kept_and_reminded_of(open_shop: Open, tmp_path: Path) -> None:
    """The notice's day becomes one calendar fact; the day before at eight the reminder is told once."""
    body = draw(tmp_path / "notice.pdf", ["上市审核委员会2026年第36次审议会议公告", CALL]).read_bytes()
    async with open_shop() as shop:
        shop.files["notice.pdf"] = answer(body, PDF)
        title = "上海证券交易所上市审核委员会2026年第36次审议会议公告"
        url = shop.disclose("notice", DocumentType.COMMITTEE_NOTICE, JULY, title=title)
        await shop.steps()
        assert shop.row(url).state == READ
        with shop.database.read() as session:
            facts = [(row.kind, row.date, row.source) for row in session.exec(select(CalendarFactRow))]
        assert facts == [("committee_meeting", date(2026, 7, 17), "sse_star")]
        assert shop.events("operator_notice", "figures_read") == []
        calendar = CalendarStore(shop.database, lambda session, rows: None)
        assert calendar.remind(datetime(2026, 7, 15, 23, 0, tzinfo=UTC)) == []
        eve = datetime(2026, 7, 16, 0, 5, tzinfo=UTC)
        [event] = calendar.remind(eve)
        assert (event.date, event.details["days_left"], event.issuer) == (date(2026, 7, 17), 1, ENFLAME)
        assert calendar.remind(eve) == []


async def test_a_notice_without_a_day_is_read_and_keeps_nothing(open_shop: Open, tmp_path: Path) -> None:
    """A supplement that calls no meeting adds no calendar fact and disturbs no operator."""
    body = draw(
        tmp_path / "notice.pdf", ["审议会议公告的补充公告", f"{ENFLAME}补充披露委员名单。"]
    ).read_bytes()
    async with open_shop() as shop:
        shop.files["notice.pdf"] = answer(body, PDF)
        url = shop.disclose("notice", DocumentType.COMMITTEE_NOTICE, JULY, title="审议会议公告的补充公告")
        await shop.steps()
        assert shop.row(url).state == READ
        with shop.database.read() as session:
            assert session.exec(select(CalendarFactRow)).all() == []
        assert shop.events("operator_notice") == []


async def test_a_cancellation_read_before_its_call_keeps_the_day_out(open_shop: Open, tmp_path: Path) -> None:
    """The call cannot be fetched at first; read after its cancellation it adds no day, a new call does."""
    anew = CALL.replace("7月17日", "7月24日").replace("第36次", "第38次")
    bodies = {
        "notice": ["上市审核委员会2026年第36次审议会议公告", CALL],
        "off": ["审议会议公告的补充公告", f"本所决定取消审议{ENFLAME}发行上市申请。"],
        "anew": ["上市审核委员会2026年第38次审议会议公告", anew],
    }
    days = {"off": timedelta(hours=1), "notice": timedelta(0), "anew": timedelta(days=2)}
    async with open_shop() as shop:
        for name, after in days.items():
            body = draw(tmp_path / f"{name}.pdf", bodies[name]).read_bytes()
            shop.files[f"{name}.pdf"] = answer(body, PDF)
            shop.disclose(name, DocumentType.COMMITTEE_NOTICE, JULY + after, title=bodies[name][0])
            await shop.steps()
            with shop.database.read() as session:
                kept = [row.date for row in session.exec(select(CalendarFactRow))]
            assert kept == ([date(2026, 7, 24)] if name == "anew" else [])


async def test_a_cancelled_review_owes_no_reminder(open_shop: Open, tmp_path: Path) -> None:
    """The day a later notice calls off is in no calendar any more, and nobody is reminded of it."""
    call = draw(tmp_path / "notice.pdf", ["上市审核委员会2026年第36次审议会议公告", CALL]).read_bytes()
    cancel = draw(tmp_path / "off.pdf", ["补充公告", f"本所决定取消审议{ENFLAME}发行上市申请。"]).read_bytes()
    async with open_shop() as shop:
        shop.files["notice.pdf"] = answer(call, PDF)
        shop.files["off.pdf"] = answer(cancel, PDF)
        shop.disclose(
            "notice", DocumentType.COMMITTEE_NOTICE, JULY, title="上市审核委员会2026年第36次审议会议公告"
        )
        await shop.steps()
        later = JULY + timedelta(hours=1)
        shop.disclose("off", DocumentType.COMMITTEE_NOTICE, later, title="审议会议公告的补充公告")
        await shop.steps()
        with shop.database.read() as session:
            assert session.exec(select(CalendarFactRow)).all() == []
            [off] = session.exec(select(CancelledDayRow)).all()
        assert (off.kind, off.date) == ("committee_meeting", date(2026, 7, 17))
        calendar = CalendarStore(shop.database, lambda session, rows: None)
        assert calendar.remind(datetime(2026, 7, 16, 0, 5, tzinfo=UTC)) == []

"""One milestone that several sources lead to is told once, whichever source shows its part first."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import col, select

from monitor.store.tables import EventRow
from tests.health.bench import Bench, bench

_BEFORE, _AFTER = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 1, 23, tzinfo=UTC)


async def _read(day: Bench, name: str) -> None:
    day.clock.advance(3600)
    assert await day.turn(name).poller.sweep() == "ok"
    for _ in range(500):
        verdict, more = await day.turn(name).poller.background()
        assert verdict == "ok"
        if not more:
            return


def _since(day: Bench, seq: int) -> list[EventRow]:
    with day.app.database.read() as session:
        news = select(EventRow).where(col(EventRow.seq) > seq, EventRow.kind != "operator_notice")
        return list(session.exec(news.order_by(col(EventRow.seq))))


async def _told(folder: Path, order: tuple[str, str]) -> list[EventRow]:
    """What two weeks of tutoring and review bring when the sources are read in this order, three times."""
    async with bench(folder, as_of=_BEFORE) as day:
        await _read(day, "sse_star")
        newest = _since(day, 0)[-1].seq or 0
        day.clock.advance((_AFTER - _BEFORE).total_seconds())
        day.seen[0] = _AFTER
        for name in order:
            await _read(day, name)
        told = _since(day, newest)
        for name in (*reversed(order), *order):
            await _read(day, name)
        assert [row.id for row in _since(day, newest)] == [row.id for row in told], (
            "a later look adds nothing"
        )
        return told


async def test_the_order_in_which_sources_show_a_companys_way_changes_no_alert(tmp_path: Path) -> None:
    """Tutoring register first or exchange first: the same milestones, each once, with the same facts."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = await _told(tmp_path / "a", ("sse_star", "csrc_tutoring"))
    second = await _told(tmp_path / "b", ("csrc_tutoring", "sse_star"))
    assert {row.id for row in first} == {row.id for row in second}
    milestones = [row for row in first if row.kind == "milestone"]
    assert {row.source for row in milestones} == {"sse_star", "csrc_tutoring"}, "both had news"
    times = Counter((row.issuer, row.code, row.outcome_code, row.date) for row in milestones)
    assert set(times.values()) == {1}
    accepted = [row for row in milestones if row.issuer == "上海燧原科技股份有限公司"]
    assert [(row.code, str(row.date)) for row in accepted] == [("1", "2026-01-22")]
    same = next(row for row in second if row.id == accepted[0].id)
    assert same.details == accepted[0].details, "what the register adds is in the alert in either order"

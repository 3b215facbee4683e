"""A machine that slept three hours: its monotonic clock stood still, the wall clock and the world did not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import select

from alerts.notes import Delay
from monitor.domain.events import EventKind
from monitor.store import outbox
from monitor.store.chats import ensure_chat
from monitor.store.jobs import Job, Rules
from monitor.store.tables import DeliveryRow, EventRow
from tests.health.bench import Bench, bench

_SLEPT = timedelta(hours=3)
_WHEN = datetime(2026, 6, 15, 9, tzinfo=UTC)  # the listing committee passes a maker of AI chips


async def _caught_up(day: Bench) -> None:
    for _ in range(500):
        verdict, more = await day.turn().poller.background()
        assert verdict == "ok"
        if not more:
            return


def _claimed(day: Bench, chat: int, started_at_offset: timedelta) -> Job | None:
    """The next message the chat would be sent now, by a daemon started so long ago."""
    now = day.clock.now()
    with day.app.database.write() as session:
        jobs = outbox.claim(session, [chat], now, now - started_at_offset, Rules())
    return jobs[0] if jobs else None


async def test_what_came_out_in_our_sleep_is_told_once_late_and_by_our_fault(tmp_path: Path) -> None:
    """Suspended 3 h: the first poll on waking finds it; the alert says how late, and that we caused it."""
    asleep = _WHEN - timedelta(minutes=20)
    async with bench(tmp_path, as_of=asleep - timedelta(minutes=16)) as day:
        with day.app.database.write() as session:
            everything = {"kinds": {kind.value: True for kind in EventKind}}
            chat = ensure_chat(session, "telegram", "7", now=day.clock.now(), preferences=everything)
            assert chat.id is not None
        await _caught_up(day)
        for _ in range(3):
            assert await day.quick() == "ok"
            day.clock.advance(240)
        turn = day.turn()
        turn.ended_at = day.clock.monotonic()  # as its own loop would have left it
        day.clock.step_wall(_SLEPT.total_seconds())
        day.seen[0] = day.clock.now()
        assert turn.hangs() is None, "sleeping is no hanging"
        assert await day.quick() == "ok"
        await _caught_up(day)
        day.clock.advance(60)
        assert await day.quick() == "ok"
        await _caught_up(day)
        with day.app.database.read() as session:
            owed = session.exec(
                select(EventRow.id, EventRow.published_at)
                .join(DeliveryRow)
                .where(DeliveryRow.chat_id == chat.id, EventRow.published_at != None)  # noqa: E711
            ).all()
        assert owed, "something came out meanwhile"
        assert len({identity for identity, _ in owed}) == len(owed), "each is owed once"
        job = _claimed(day, chat.id, started_at_offset=timedelta(days=9))
        assert job is not None
        assert job.late is not None
        delay, why = job.late
        assert why is Delay.DAEMON_DOWN
        assert timedelta(hours=2, minutes=30) < delay < _SLEPT
        assert day.told() == [], "no source is accused"


async def test_an_hour_of_slow_polls_is_no_sleep(tmp_path: Path) -> None:
    """The same three hours asked at the night's own pace: the alert does not say that we were down."""
    async with bench(tmp_path, as_of=_WHEN - timedelta(hours=9)) as day:
        with day.app.database.write() as session:
            everything = {"kinds": {kind.value: True for kind in EventKind}}
            chat = ensure_chat(session, "telegram", "7", now=day.clock.now(), preferences=everything)
            assert chat.id is not None
        await _caught_up(day)
        while day.clock.now() < _WHEN + timedelta(hours=2):
            day.seen[0] = day.clock.now()
            assert await day.quick() == "ok"
            day.clock.advance(2 * 3600)
        await _caught_up(day)
        job = _claimed(day, chat.id, started_at_offset=timedelta(days=9))
        assert job is not None
        assert job.late is not None
        assert job.late[1] is not Delay.DAEMON_DOWN

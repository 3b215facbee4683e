"""The feed server over a real database: who sees what, and who sees nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import feedparser  # type: ignore[import-untyped]
import httpx
import pytest
from icalendar import Calendar

from alerts.render import render
from monitor.domain.events import EventKind
from monitor.store import chats, eventlog
from monitor.store.database import Database
from monitor.store.tables import CalendarFactRow, DeliveryRow, IssuerRow
from monitor.store.thread import StoreThread
from monitor.web import FeedServer, feed_token
from tests.alerts.events import event
from tests.frozen_clock import FrozenClock

NOW = datetime(2026, 7, 13, 9, 0, tzinfo=UTC)
SECRET = "canary-secret-of-feeds-0123456789abcdef"


@dataclass
class Served:
    """A running server with two chats, of which the first was owed one event."""

    database: Database
    client: httpx.AsyncClient

    def path(self, chat: str, name: str) -> str:
        return f"/{feed_token(SECRET, chat)}/{name}"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    database.migrate()
    with database.write() as session:
        mine = chats.ensure_chat(session, "telegram", "-1001", now=NOW, language="en")
        chats.ensure_chat(session, "wecom", "default", now=NOW)
        issuer = IssuerRow(name="示例图形处理器股份有限公司", short_name="示例图形")
        session.add(issuer)
        session.flush()
        assert issuer.id is not None
        assert mine.id is not None
        rows = eventlog.append(
            session, [event(EventKind.MILESTONE), event(EventKind.CHAT_WELCOME, id="welcome")], issuer.id
        )
        for row in rows:
            assert row.seq is not None
            owed = DeliveryRow(
                event_seq=row.seq, chat_id=mine.id, created_at=NOW, not_before=NOW, state="parked"
            )
            session.add(owed)
        for kind, on in (("subscription", date(2026, 7, 17)), ("listing", date(2026, 1, 5))):
            session.add(CalendarFactRow(issuer_id=issuer.id, kind=kind, date=on, source="x", learned_at=NOW))
    thread = StoreThread()
    server = FeedServer(
        database=database,
        run_in_store=thread,
        render=lambda one, language: render(one, "en" if language == "en" else "zh"),
        clock=FrozenClock(NOW),
        secret=SECRET,
    )
    ports: list[int] = []
    runner = await server.serve("127.0.0.1", 0, ports.append)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports[0]}", trust_env=False) as client:
        yield Served(database, client)
    await runner.cleanup()
    thread.close()
    database.close()


async def test_a_chat_has_its_own_events_and_days(served: Served) -> None:
    """What the chat was owed is there, sent or not; its greeting and another chat's events are not."""
    answer = await served.client.get(served.path("telegram/-1001", "feed.atom"))
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(answer.content)
    assert not found.bozo
    assert len(found.entries) == 1
    assert found.feed.language == "en"
    told = (await served.client.get(served.path("telegram/-1001", "feed.json"))).json()
    assert [item["id"] for item in told["items"]] == [found.entries[0].id]
    other = feedparser.parse((await served.client.get(served.path("wecom/default", "feed.atom"))).content)
    assert other.entries == []


async def test_the_calendar_holds_the_chats_issuers_from_90_days_ago_on(served: Served) -> None:
    """A subscription this week is there, a listing half a year ago is not."""
    answer = await served.client.get(served.path("telegram/-1001", "calendar.ics"))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    (one,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(one["SUMMARY"]) == "示例图形 · online subscription"
    other = await served.client.get(served.path("wecom/default", "calendar.ics"))
    assert Calendar.from_ical(other.content).walk("VEVENT") == []


async def test_whoever_does_not_know_an_address_sees_nothing(served: Served) -> None:
    """A guess, another secret's token, another file or a folder are all the same 404."""
    wrong = feed_token("another-secret-of-feeds-0123456789abc", "telegram/-1001")
    good = feed_token(SECRET, "telegram/-1001")
    answers = [
        await served.client.get(path)
        for path in (
            "/",
            "//",
            "/feed.atom",
            f"/{wrong}/feed.atom",
            f"/{good}/",
            f"/{good}/x",
            f"/{good}/../feed.atom",
        )
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, "nothing here\n")}
    posted = await served.client.post(served.path("telegram/-1001", "feed.atom"), content=b"x")
    assert posted.status_code == 405


async def test_an_unchanged_feed_is_not_sent_again(served: Served) -> None:
    """A reader that has the feed gets 304; nothing may be kept by caches between."""
    path = served.path("telegram/-1001", "feed.json")
    first = await served.client.get(path)
    assert first.headers["Cache-Control"] == "private, max-age=60"
    assert first.headers["Referrer-Policy"] == "no-referrer"
    again = await served.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await served.client.head(path)
    assert (head.status_code, head.headers["ETag"], head.content) == (200, first.headers["ETag"], b"")


def test_a_token_is_of_one_chat_and_one_secret() -> None:
    """Tokens are 32 characters, and repr shows neither secret nor token."""
    tokens = {feed_token(secret, chat) for secret in (SECRET, SECRET[::-1]) for chat in ("a/1", "a/2")}
    assert len(tokens) == 4
    assert {len(token) for token in tokens} == {32}

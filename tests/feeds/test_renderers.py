"""Atom, JSON Feed and calendar, read back by parsers that are not ours."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import feedparser  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from icalendar import Calendar

from alerts.feeds.atom import render_atom
from alerts.feeds.entries import CalendarEntry, Entry, Feed
from alerts.feeds.ics import render_ics
from alerts.feeds.json_feed import render_json_feed
from alerts.text import inert
from tests.alerts import kit
from tests.alerts.test_telegram_text import hostile_text

SEEN = datetime(2026, 7, 13, 9, 0, tzinfo=UTC)
HEAD = Feed(key="telegram/1", title="科创板 IPO 监控", language="zh", began=datetime(2026, 1, 1, tzinfo=UTC))
URL = "https://www.sse.com.cn/listing/renewal/ipo/detail.shtml?auditId=1"


def entry(title: str = "上市委会议通过", number: int = 1) -> Entry:
    return Entry(
        event_id=f"sse_star/{number}/milestone",
        message=kit.message(title),
        seen_at=SEEN + timedelta(minutes=number),
        published_at=SEEN - timedelta(hours=1),
    )


def parsed(body: bytes) -> Any:
    found = feedparser.parse(body)
    assert not found.bozo, found.get("bozo_exception")
    return found


def calendar_of(body: bytes) -> Any:
    found = Calendar.from_ical(body)
    assert found.errors == []
    return found


def test_atom_as_a_reader_sees_it() -> None:
    """The newest entry is first, with its times, its link and its own id."""
    found = parsed(render_atom(HEAD, [entry(number=1), entry(number=2)]))
    assert found.version == "atom10"
    assert (found.feed.title, found.feed.language) == ("科创板 IPO 监控", "zh-CN")
    assert found.feed.updated == "2026-07-13T09:02:00Z"
    first, second = found.entries
    assert first.title == "✅ 示例 · 上市委会议通过"
    assert (first.updated, first.published) == ("2026-07-13T09:02:00Z", "2026-07-13T08:00:00Z")
    assert first.link == URL
    assert first.id != second.id
    assert "Title: 上市委会议通过<br />" in first.content[0].value


def test_json_feed_has_the_same_entries() -> None:
    """Ids, titles and times are those of the Atom feed; the version is 1.1."""
    told = json.loads(render_json_feed(HEAD, [entry(number=1), entry(number=2)]))
    atom = parsed(render_atom(HEAD, [entry(number=1), entry(number=2)]))
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in told["items"]] == [one.id for one in atom.entries]
    assert [item["title"] for item in told["items"]] == [one.title for one in atom.entries]
    assert told["items"][0]["url"] == URL
    assert told["items"][0]["date_published"] == "2026-07-13T08:00:00+00:00"
    assert told["items"][0]["content_text"].splitlines()[0] == "Title: 上市委会议通过"


def test_an_id_is_the_events_own_in_every_feed() -> None:
    """Another language, chat, headline or reading time leaves the id as it is; another event does not."""
    one = entry()
    later = replace(one, message=kit.message("Passed"), seen_at=SEEN + timedelta(days=1))
    assert later.uri == one.uri == "tag:ipo-monitor.invalid,2026:event:" + one.uri.rpartition(":")[2]
    assert entry(number=2).uri != one.uri
    assert replace(HEAD, key="telegram/2").uri != HEAD.uri


def test_an_empty_feed_is_valid() -> None:
    """A chat that was told nothing has a feed without entries."""
    found = parsed(render_atom(HEAD, []))
    assert found.entries == []
    assert found.feed.updated == "2026-01-01T00:00:00Z"
    assert json.loads(render_json_feed(HEAD, []))["items"] == []


@pytest.mark.parametrize("hostile", kit.HOSTILE, ids=lambda hostile: hostile.name)
def test_hostile_titles_are_text(hostile: kit.Hostile) -> None:
    """A title that tries something is read back as the words it is made of."""
    check(hostile.text)


@given(hostile_text)
@settings(max_examples=60, deadline=None)
def test_no_title_breaks_a_feed(text: str) -> None:
    """Whatever stands in a title, all three parsers read it back whole."""
    check(text)


def check(text: str) -> None:
    shown = inert(f"✅ 示例 · {text}")
    (one,) = parsed(render_atom(HEAD, [entry(text)])).entries
    told = json.loads(render_json_feed(HEAD, [entry(text)]))["items"][0]
    assert told["title"] == shown
    assert inert(html.unescape(one.title)) == inert(html.unescape(shown))
    assert "<script" not in one.content[0].value
    (event,) = calendar_of(render_ics(HEAD, [day(title=text or "x")])).walk("VEVENT")
    assert str(event["SUMMARY"]) == inert(text or "x")


def day(
    on: date = date(2026, 7, 17), *, title: str = "示例 · 网上申购", learned: datetime = SEEN
) -> CalendarEntry:
    return CalendarEntry(issuer_id=12, kind="subscription", number=1, day=on, title=title, learned_at=learned)


def test_the_calendar_as_a_calendar_sees_it() -> None:
    """A whole day with two alarms, in a calendar with a name, without a missing property."""
    calendar = calendar_of(render_ics(HEAD, [day()]))
    assert str(calendar["X-WR-CALNAME"]) == "科创板 IPO 监控"
    (event,) = calendar.walk("VEVENT")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 7, 17), date(2026, 7, 18))
    assert str(event["SUMMARY"]) == "示例 · 网上申购"
    assert event["DTSTAMP"].dt == SEEN
    alarms = [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")]
    assert alarms == [timedelta(hours=-4), timedelta(hours=9)]


def test_a_day_that_moves_keeps_its_uid_and_gets_a_higher_sequence() -> None:
    """Calendars replace the old day by the new one instead of showing both."""
    (before,) = calendar_of(render_ics(HEAD, [day()])).walk("VEVENT")
    moved = day(date(2026, 7, 20), learned=SEEN + timedelta(hours=3))
    (after,) = calendar_of(render_ics(HEAD, [moved])).walk("VEVENT")
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] - before["SEQUENCE"] == 180
    assert after["DTSTART"].dt == date(2026, 7, 20)


def test_a_day_that_is_off_is_cancelled_under_its_uid_with_a_higher_sequence() -> None:
    """STATUS:CANCELLED, no alarm, even when it was learned and called off in the same minute."""
    (before,) = calendar_of(render_ics(HEAD, [day()])).walk("VEVENT")
    off = replace(day(), cancelled=True)
    (after,) = calendar_of(render_ics(HEAD, [off])).walk("VEVENT")
    assert (str(before["STATUS"]), str(after["STATUS"])) == ("CONFIRMED", "CANCELLED")
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.walk("VALARM") == []


def test_lines_are_folded_between_characters() -> None:
    """No line is longer than 75 bytes, and every line is UTF-8 by itself."""
    body = render_ics(HEAD, [day(title="摩尔线程智能科技股份有限公司" * 8 + "; a, b\\c")])
    for line in body.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    (event,) = calendar_of(body).walk("VEVENT")
    assert str(event["SUMMARY"]) == "摩尔线程智能科技股份有限公司" * 8 + "; a, b\\c"

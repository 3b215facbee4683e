"""Pure: announced days as a calendar to subscribe to (RFC 5545).

Rule: a day that moves keeps its UID and gets a higher SEQUENCE; so does a day that is off, as CANCELLED.
Rule: whole days, transparent; alarms at 20:00 the evening before and at 09:00 of the day, as local time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from alerts.feeds.entries import CalendarEntry, Feed
from alerts.text import inert

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_ALARMS = ("-PT4H", "PT9H")


def render_ics(feed: Feed, days: Sequence[CalendarEntry]) -> bytes:
    """UTF-8 with CRLF and folded lines; the same days give the same bytes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ipo-monitor//calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(feed.title)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    for day in sorted(days, key=lambda one: (one.day, one.uid)):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{day.uid}",
            f"SEQUENCE:{sequence(day.learned_at) + day.cancelled}",
            f"STATUS:{'CANCELLED' if day.cancelled else 'CONFIRMED'}",
            f"DTSTAMP:{_instant(day.learned_at)}",
            f"LAST-MODIFIED:{_instant(day.learned_at)}",
            f"DTSTART;VALUE=DATE:{day.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(day.title)}",
            "TRANSP:TRANSPARENT",
        ]
        for trigger in () if day.cancelled else _ALARMS:
            lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(day.title)}"]
            lines += [f"TRIGGER:{trigger}", "END:VALARM"]
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def sequence(learned_at: datetime) -> int:
    """Minutes since 2020 at which the day was learned: a later change always has the higher number."""
    return max(0, int((learned_at - _EPOCH).total_seconds() // 60))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    escaped = inert(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """At most 75 bytes a line, never cut inside a character."""
    if len(whole := line.encode()) <= 75:
        return whole + b"\r\n"
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        encoded = character.encode()
        if len(piece) + len(encoded) > (75 if not pieces else 74):
            pieces.append(piece)
            piece = b""
        piece += encoded
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"

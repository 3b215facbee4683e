"""Why an alert comes late, read from what the store recorded: polls, our own start, the delivery's trouble.

Rule: late is measured from the exchange's publication, or from our first sight where it printed none.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from alerts.notes import Delay
from monitor.store.chats import AWAY
from monitor.store.tables import DeliveryRow, EventRow, PollRow

LIMITED = "limited: "  # how the last error of a delivery held back by the chat's own limit begins
HELD = "held: by the quiet hours of the chat"  # … of one that waits for the end of quiet hours
INTERRUPTED = "interrupted: "  # … of one found under way when we started

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_LONG_PAUSE = timedelta(minutes=30)
_GOOD = {"ok"}  # an empty answer where rows must be is trouble, too


def began(event: EventRow) -> datetime:
    """The instant lateness counts from; a bare midnight is a date, and a date tells no hour."""
    published = event.published_at
    if published is None or published.astimezone(_SHANGHAI).strftime("%H:%M:%S") == "00:00:00":
        return event.first_seen_at
    # A publication after our first sight is the exchange's correction of itself.
    return min(published, event.first_seen_at)


def why_late(
    session: Session, event: EventRow, row: DeliveryRow, started_at: datetime, limit: timedelta
) -> Delay:
    """The cause of the larger part of the delay; `started_at` is when this daemon started."""
    if event.first_seen_at - began(event) <= limit:
        return _why_sent_late(row, started_at)
    return _why_seen_late(session, event, began(event), started_at, limit)


def _why_sent_late(row: DeliveryRow, started_at: datetime) -> Delay:
    if row.last_error.startswith(AWAY):
        return Delay.CHAT_AWAY
    if row.last_error.startswith(HELD):
        return Delay.QUIET_HOURS
    if row.last_error.startswith(LIMITED):
        return Delay.CHAT_LIMITED
    if row.last_error and not row.last_error.startswith(INTERRUPTED):
        return Delay.CHANNEL_DOWN
    if started_at > row.created_at:
        return Delay.DAEMON_DOWN
    return Delay.CHAT_LIMITED  # our own limiter kept it


def _why_seen_late(
    session: Session, event: EventRow, since: datetime, started_at: datetime, limit: timedelta
) -> Delay:
    polls = session.exec(
        select(PollRow.ended_at, PollRow.verdict)
        .where(PollRow.source == event.source)
        .where(col(PollRow.ended_at) > since, col(PollRow.ended_at) < event.first_seen_at)
        .order_by(col(PollRow.ended_at))
    ).all()
    first = polls[0][0] if polls else event.first_seen_at
    if first - since > limit and since < started_at <= event.first_seen_at:
        return Delay.DAEMON_DOWN
    if first - since > limit and _we_stood_still(session, event.source, since, first):
        return Delay.DAEMON_DOWN
    if any(verdict not in _GOOD for _, verdict in polls):
        return Delay.SOURCE_DOWN
    return Delay.SHOWN_LATE if polls else Delay.SLOW_HOURS


def _we_stood_still(session: Session, source: str, since: datetime, first: datetime) -> bool:
    """Whether the pause between the polls around `since` is a suspended machine's, not slow hours'."""
    before = session.exec(
        select(PollRow.ended_at)
        .where(PollRow.source == source, col(PollRow.kind).in_(["quick", "sweep"]))
        .where(col(PollRow.ended_at) <= since)
        .order_by(col(PollRow.ended_at).desc())
        .limit(2)
    ).all()
    if len(before) < 2:
        return False
    usual, pause = before[0] - before[1], first - before[0]
    return pause > max(_LONG_PAUSE, 3 * usual)

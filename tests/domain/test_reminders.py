"""Reminders of calendar days: the eve and the day, from eight in the morning, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from monitor.domain.issue_records import CalendarKind
from monitor.domain.reminders import CalendarFact, due_reminders

FACT = CalendarFact(
    source="sse_issue",
    key="689901",
    kind=CalendarKind.SUBSCRIPTION,
    date=date(2026, 3, 6),
    learned_at=datetime(2026, 2, 25, 11, 0, tzinfo=UTC),
    issuer="示例智算芯片股份有限公司",
)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (datetime(2026, 3, 4, 23, 59, tzinfo=UTC), []),  # 5 March, 7:59 in Shanghai
        (datetime(2026, 3, 5, 0, 0, tzinfo=UTC), [1]),
        (datetime(2026, 3, 5, 15, 59, tzinfo=UTC), [1]),
        (datetime(2026, 3, 5, 16, 0, tzinfo=UTC), []),  # midnight in Shanghai
        (datetime(2026, 3, 6, 0, 0, tzinfo=UTC), [0]),
        (datetime(2026, 3, 6, 16, 0, tzinfo=UTC), []),
    ],
)
def test_a_day_is_announced_from_eight_in_shanghai_on_its_eve_and_itself(
    now: datetime, left: list[int]
) -> None:
    """A missed reminder is not made up for on another day."""
    assert [event.details["days_left"] for event in due_reminders([FACT], now)] == left


def test_a_reminder_is_the_same_event_however_often_it_is_due() -> None:
    """The id holds the company, the day and which of the two reminders it is; the hour is the reminder's."""
    (early,) = due_reminders([FACT], datetime(2026, 3, 6, 0, 0, tzinfo=UTC))
    (late,) = due_reminders([FACT], datetime(2026, 3, 6, 9, 0, tzinfo=UTC))
    assert early == late
    assert early.id == "sse_issue/689901/calendar_reminder/subscription/2026-03-06/D"
    assert early.first_seen_at == datetime(2026, 3, 6, 0, 0, tzinfo=UTC)


def test_what_was_learned_after_the_hour_of_the_reminder_needs_none() -> None:
    """A listing announced on its eve at noon was just told; it is still told in the morning of its day."""
    fact = replace(FACT, learned_at=datetime(2026, 3, 5, 4, 0, tzinfo=UTC))
    assert due_reminders([fact], datetime(2026, 3, 5, 9, 0, tzinfo=UTC)) == []
    assert len(due_reminders([fact], datetime(2026, 3, 6, 1, 0, tzinfo=UTC))) == 1

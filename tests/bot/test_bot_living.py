"""What stands on a living card."""

from __future__ import annotations

from datetime import UTC, date, datetime

from alerts.bot.contract import Card, Company, Day, Step
from alerts.bot.living import living_message
from alerts.channels.telegram import TelegramChannel
from monitor.domain.issue_records import CalendarKind
from monitor.domain.stages import State


def test_a_card_says_nothing_that_grows_old() -> None:
    """Days with their dates; no count of days; the hour of the change below."""
    card = Card(
        company=Company(issuer_id=1, name="示例股份有限公司", short="示例"),
        state=State("2", ""),
        since=date(2026, 6, 26),
        steps=(
            Step(day=date(2026, 6, 5), state=State("1", "")),
            Step(day=date(2026, 6, 26), state=State("2", "")),
        ),
        days=(
            Day(
                company=Company(issuer_id=1, name="示例"), kind=CalendarKind.COMMITTEE, day=date(2026, 7, 10)
            ),
        ),
    )
    message = living_message(card, "zh", datetime(2026, 7, 6, 10, 0, tzinfo=UTC))
    assert [(fact.label, fact.value) for fact in message.facts] == [
        ("当前阶段", "已问询 · 2026-06-26"),
        ("2026-07-10", "📅 上市委会议"),
        ("2026-06-26", "已问询"),
        ("2026-06-05", "已受理"),
    ]
    assert message.notes == ("动态卡片，更新于 2026-07-06 18:00",)
    assert len(TelegramChannel(token="1:a").format(message)) == 1

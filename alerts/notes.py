"""The notes an alert carries when it may be a repeat or comes late, in both languages.

Rule: pure; the repeat note always names the short alert id all copies share.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class Delay(StrEnum):
    """Why an alert is late."""

    DAEMON_DOWN = "daemon_down"
    SOURCE_DOWN = "source_down"
    SHOWN_LATE = "shown_late"
    SLOW_HOURS = "slow_hours"
    CHAT_LIMITED = "chat_limited"
    CHAT_AWAY = "chat_away"
    CHANNEL_DOWN = "channel_down"
    QUIET_HOURS = "quiet_hours"


_REASONS: dict[Delay, tuple[str, str]] = {
    Delay.DAEMON_DOWN: ("监控程序曾停机", "the monitor was down"),
    Delay.SOURCE_DOWN: ("信息源曾不可用", "the source was down"),
    Delay.SHOWN_LATE: ("信息源显示晚于其标注时间", "the source showed it later than its own time says"),
    Delay.SLOW_HOURS: ("此时段查询间隔较长", "the source is asked less often at this hour"),
    Delay.CHAT_LIMITED: ("会话被限速", "the chat was rate-limited"),
    Delay.CHAT_AWAY: ("会话曾不可达", "the chat had blocked us or was gone"),
    Delay.QUIET_HOURS: ("本会话的免打扰时段", "held by this chat's quiet hours"),
    Delay.CHANNEL_DOWN: ("消息服务曾不可达", "the chat service could not be reached"),
}


def possible_repeat(alert_id: str, attempt: int, language: str) -> str:
    """`⟳ possible repeat of #A1B2 (attempt 2)`."""
    if language == "en":
        return f"⟳ possible repeat of {alert_id} (attempt {attempt})"
    return f"⟳ 可能重复：{alert_id}（第 {attempt} 次发送）"


def late(delay: timedelta, reason: Delay, language: str) -> str:
    """`LATE 3 h 12 m: the monitor was down`."""
    minutes = int(delay.total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    english = language == "en"
    units = ("d", "h", "m") if english else ("天", "小时", "分")
    amounts = [(days, units[0]), (hours, units[1])] if days else [(hours, units[1]), (minutes, units[2])]
    shown = " ".join(f"{amount} {unit}" for amount, unit in amounts if amount) or f"0 {units[2]}"
    if english:
        return f"LATE {shown}: {_REASONS[reason][1]}"
    return f"迟到 {shown}：{_REASONS[reason][0]}"

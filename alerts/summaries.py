"""Pure: messages about many events, or about ourselves.

Rule: a digest names every event it stands for; a first start is one summary, never a storm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from alerts.facts import bounded, fact
from alerts.glossary import Language, Word, stage_words
from alerts.message import Fact, Message
from alerts.render import render
from monitor.domain.events import Event, alert_code

PROJECTS = Word("项目", "Projects")
EVENTS = Word("已入库的历史事件", "Past events stored")
LATEST = Word("最近一次更新", "Latest update")
DETAIL = Word("详情", "Detail")


def render_digest(events: Sequence[Event], language: Language) -> Message:
    """Tell several events in one message, one line each, in the order given; raises ValueError for none."""
    if not events:
        msg = "a digest of no events says nothing"
        raise ValueError(msg)
    told = [(event, render(event, language)) for event in events]
    count = len(told)
    return Message(
        alert_id=alert_code("\n".join(event.id for event in events)),
        icon="🗂",
        headline=f"{count} 条新动态" if language == "zh" else f"{count} new events",
        facts=tuple(
            Fact(
                label=event.date.isoformat() if event.date else message.alert_id,
                value=f"{message.icon} {message.headline} {message.alert_id}",
            )
            for event, message in told
        ),
        links=tuple(dict.fromkeys(link for _, message in told for link in message.links[:1]))[:1]
        if count == 1
        else (),
        why="合并提醒" if language == "zh" else "digest",
        notes=tuple(dict.fromkeys(note for _, message in told for note in message.notes)),
        urgent=any(message.urgent for _, message in told),
    )


def render_baseline_summary(
    source: str,
    language: Language,
    *,
    projects: int,
    events: int,
    by_stage: Mapping[str, int] | None = None,
    latest: date | None = None,
) -> Message:
    """Tell once what a first start learned quietly; `by_stage` maps the exchange's stage words to counts."""
    zh = language == "zh"
    stages = tuple(
        Fact(label=stage_words(stage, language), value=f"{count:,}")
        for stage, count in (by_stage or {}).items()
    )
    return Message(
        alert_id=alert_code(f"baseline/{source}/{projects}/{events}"),
        icon="📚",
        headline=f"{source} · 首次启动，已静默建档" if zh else f"{source} · first start, learned quietly",
        facts=(
            Fact(label=PROJECTS(language), value=f"{projects:,}"),
            Fact(label=EVENTS(language), value=f"{events:,}"),
            *fact(LATEST, latest.isoformat() if latest else "", language),
            *stages,
        ),
        why="从现在起只提醒新的变化" if zh else "from now on only what is new is alerted",
    )


def render_operator_notice(
    what: str, detail: str, language: Language, *, identity: str, urgent: bool = True
) -> Message:
    """Tell the operator about ourselves: an unknown code, a rejected message, a channel that died."""
    return Message(
        alert_id=alert_code(identity),
        icon="🛠",
        headline=bounded(what, language),
        facts=tuple(fact(DETAIL, detail, language)),
        why="运维通知" if language == "zh" else "operator notice",
        urgent=urgent,
    )

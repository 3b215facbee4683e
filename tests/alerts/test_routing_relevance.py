"""Where AI chips alone are followed, the grade decides who is alerted, and a watchlist goes before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alerts import glossary
from alerts.render import render
from alerts.routing import ChatView, rule_with_watchlist, wanted
from monitor.domain.events import Event, EventKind
from monitor.domain.grades import Grade
from monitor.domain.relevance import EvidenceKind
from tests.alerts.events import EVERY_KIND

CHAT = ChatView(language="zh")


def milestone(grade: str | None, kind: EventKind = EventKind.MILESTONE, **details: str | bool) -> Event:
    known = {} if grade is None else {"grade": grade}
    return Event(
        id="e",
        kind=kind,
        source="sse_star",
        issuer="摩尔线程智能科技（北京）股份有限公司",
        first_seen_at=datetime(2026, 7, 6, tzinfo=UTC),
        details={"issuer_short": "摩尔线程", **known, **details},
    )


@pytest.mark.parametrize(
    ("grade", "ai_chips", "everything"),
    [
        ("ai_chip", "审核里程碑 · AI 芯片：GPU（摩尔线程）", "审核里程碑 · AI 芯片：GPU（摩尔线程）"),
        ("related", None, "审核里程碑 · 产业链相关：GPU（摩尔线程）"),
        ("no", None, "审核里程碑"),
        (None, "审核里程碑", "审核里程碑"),
    ],
)
def test_the_grade_decides_and_is_said(grade: str | None, ai_chips: str | None, everything: str) -> None:
    """Related and unrelated issuers are silent; what no grade is known of is not lost."""
    event = milestone(grade, grade_word="GPU")
    assert wanted(event, CHAT, only_ai_chips=True) == ai_chips
    assert wanted(event, CHAT) == everything


@pytest.mark.parametrize("grade", [grade.value for grade in Grade])
def test_a_watched_issuer_is_alerted_whatever_its_grade(grade: str) -> None:
    """The chat's own list and the common one both go before the grade, and others stay silent."""
    event = milestone(grade)
    own = ChatView(watch=("摩尔线程",))
    told = wanted(event, own, only_ai_chips=True)
    assert told is not None
    assert told.endswith("关注：摩尔线程")
    assert rule_with_watchlist(["摩尔线程"], only_ai_chips=True)(event, CHAT) == told
    assert wanted(event, ChatView(watch=("沐曦",)), only_ai_chips=True) is None


def test_a_kind_asked_for_is_still_about_ai_chips() -> None:
    """A chat that asks for review steps hears those of AI-chip makers."""
    chat = ChatView(kinds={"review_step": True})
    assert wanted(milestone("ai_chip", EventKind.REVIEW_STEP), chat, only_ai_chips=True) is not None
    assert wanted(milestone("related", EventKind.REVIEW_STEP), chat, only_ai_chips=True) is None


@pytest.mark.parametrize("baseline", [False, True])
def test_the_operator_s_trouble_has_no_grade(baseline: bool) -> None:
    """Notices about ourselves pass, whatever is followed."""
    event = EVERY_KIND[EventKind.SOURCE_TROUBLE]
    assert wanted(event, ChatView(operator=True), only_ai_chips=True) is not None
    assert wanted(event, ChatView(operator=False), only_ai_chips=True) is None


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("related", "ai_chip", True),
        ("no", "ai_chip", True),
        ("ai_chip", "no", True),
        ("no", "related", False),
        ("related", "no", False),
        ("ai_chip", "ai_chip", False),
    ],
)
@pytest.mark.parametrize("only", [True, False])
def test_a_change_is_told_when_an_issuer_enters_or_leaves_ai_chips(
    before: str, after: str, told: bool, only: bool
) -> None:
    """A mere pin and a move between the lower grades are for the log."""
    event = Event(
        id="e",
        kind=EventKind.RELEVANCE_CHANGED,
        source="monitor",
        issuer="示例",
        before=before,
        after=after,
        first_seen_at=datetime(2026, 7, 6, tzinfo=UTC),
        details={"grade": after},
    )
    assert (wanted(event, CHAT, only_ai_chips=only) is not None) is told


@pytest.mark.parametrize(
    ("details", "zh", "en"),
    [
        ({"grade_word": "GPU"}, "AI 芯片：GPU（摩尔线程）", "AI chips: GPU (摩尔线程)"),
        ({"grade_registered": True}, "AI 芯片：名录（摩尔线程）", "AI chips: known company (摩尔线程)"),
        (
            {"grade_pinned": True, "grade_word": "GPU"},
            "AI 芯片（人工指定）",
            "AI chips (set by the operator)",
        ),
        ({}, "AI 芯片", "AI chips"),
    ],
)
def test_why_names_the_proof(details: dict[str, str | bool], zh: str, en: str) -> None:
    """The word that proves it, the registry, or the operator's own verdict."""
    event = milestone("ai_chip")
    event = replace(event, details={**event.details, **details})
    assert wanted(event, CHAT) == f"审核里程碑 · {zh}"
    assert wanted(event, ChatView(language="en")) == f"review milestone · {en}"


def test_a_change_shows_both_grades_and_the_proof_in_the_reader_s_language() -> None:
    """The event's English reason is for the log; the alert has the sentence and where it stands."""
    event = EVERY_KIND[EventKind.RELEVANCE_CHANGED]
    told = {fact.label: fact.value for fact in render(event, "zh").facts}
    assert (told["变更前"], told["变更后"]) == ("产业链相关", "AI 芯片")
    assert told["依据"] == "招股书主营业务：“GPU” — 公司主要从事GPU的研发、设计和销售"
    assert told["当前阶段"] == "已问询"
    assert "原因" not in told


def test_the_daily_line_is_for_chats_without_a_watchlist() -> None:
    """And it names each issuer with its stage."""
    event = EVERY_KIND[EventKind.DAILY_RELATED]
    assert wanted(event, CHAT, only_ai_chips=True) == "每日相关公司动态"
    assert wanted(event, ChatView(watch=("示例",)), only_ai_chips=True) is None
    assert wanted(event, ChatView(kinds={"daily_related": False}), only_ai_chips=True) is None
    assert [fact.value for fact in render(event, "zh").facts][:3] == [
        "示例存储 · 上市委会议通过",
        "示例设备|甲 · 辅导备案",
        "示例材料 · 上市",
    ]


@pytest.mark.parametrize(
    ("enum", "table"), [(Grade, glossary.GRADE), (EvidenceKind, glossary.EVIDENCE)], ids=["grade", "evidence"]
)
def test_every_grade_and_kind_of_evidence_has_words(
    enum: type[Grade | EvidenceKind], table: dict[object, glossary.Word]
) -> None:
    """Both languages, one entry each."""
    assert set(table) == set(enum)
    assert all(word.zh and word.en.isascii() for word in table.values())

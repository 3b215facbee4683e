"""Which chat gets which event: the table, the watchlist, the chat's own choice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from alerts.notes import Delay, late, possible_repeat
from alerts.routing import ChatView, rule_with_watchlist, urgent, wanted
from monitor.domain.events import Event, EventKind
from monitor.domain.records import DocumentType
from monitor.domain.stages import State

ANYONE = ChatView(language="en")
OPERATOR = ChatView(language="en", operator=True)


def _event(
    kind: EventKind, *, issuer: str = "摩尔线程智能科技（北京）股份有限公司", **fields: object
) -> Event:
    return Event(
        id="e",
        kind=kind,
        source="sse_star",
        issuer=issuer,
        first_seen_at=datetime(2026, 7, 6, tzinfo=UTC),
        **fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("kind", "anyone", "operator"),
    [
        (EventKind.PROJECT_DISCOVERED, None, None),
        (EventKind.MILESTONE, "review milestone", "review milestone"),
        (EventKind.REVIEW_STEP, None, None),
        (EventKind.REASON_ADDED, "the reason was added", "the reason was added"),
        (EventKind.DOCUMENT_DISCLOSED, None, None),
        (EventKind.FIGURE_FIRST_SEEN, "a figure seen for the first time", "a figure seen for the first time"),
        (EventKind.FIGURE_REVISED, "a figure was revised", "a figure was revised"),
        (EventKind.ISSUER_RENAMED, "the issuer changed its name", "the issuer changed its name"),
        (EventKind.PARTY_CHANGED, "an intermediary changed", "an intermediary changed"),
        (EventKind.CORRECTION, "the exchange corrected itself", "the exchange corrected itself"),
        (EventKind.TUTORING_REPORT, None, None),
        (EventKind.RELEVANCE_CHANGED, None, None),
        (EventKind.DAILY_RELATED, "the daily line on related issuers", "the daily line on related issuers"),
        (EventKind.OFFER_PRICE_SET, "the offer price", "the offer price"),
        (EventKind.SUBSCRIPTION_SCHEDULED, "the online subscription", "the online subscription"),
        (EventKind.LOTTERY_RATE, "the lottery rate", "the lottery rate"),
        (EventKind.ISSUE_RESULT, "the result of the issue", "the result of the issue"),
        (EventKind.LISTING_SCHEDULED, "the day of the listing", "the day of the listing"),
        (EventKind.LISTED, "the listing", "the listing"),
        (EventKind.BULLETIN_DISCLOSED, None, None),
        (EventKind.FIGURES_READ, "figures of a document", "figures of a document"),
        (EventKind.DRAFT_CHANGED, "changed figures of the prospectus", "changed figures of the prospectus"),
        (
            EventKind.REGISTRATION_NUMBER,
            "the registration decision's number",
            "the registration decision's number",
        ),
        (EventKind.CALENDAR_REMINDER, "a reminder of the calendar", "a reminder of the calendar"),
        (EventKind.SOURCE_TROUBLE, None, "for operators"),
        (EventKind.SOURCE_RECOVERED, None, "for operators"),
        (EventKind.OPERATOR_NOTICE, None, "for operators"),
        (EventKind.CHAT_WELCOME, None, None),
        (EventKind.BOT_REPLY, None, None),
    ],
)
def test_each_kind_has_its_default(kind: EventKind, anyone: str | None, operator: str | None) -> None:
    """The table of defaults, kind by kind, for a plain chat and for an operator's."""
    assert wanted(_event(kind), ANYONE) == anyone
    assert wanted(_event(kind), OPERATOR) == operator


def test_the_table_above_knows_every_kind() -> None:
    """A new kind must be given its default here and in the table."""
    (mark,) = test_each_kind_has_its_default.pytestmark  # type: ignore[attr-defined]
    assert {row[0] for row in mark.args[1]} == set(EventKind)


@pytest.mark.parametrize("kind", list(EventKind))
def test_nothing_learned_quietly_is_alerted(kind: EventKind) -> None:
    """A baseline event goes to nobody, not even on request."""
    chat = ChatView(operator=True, kinds={kind.value: True})
    assert wanted(_event(kind, baseline=True), chat) is None


@pytest.mark.parametrize(
    ("document", "title", "alerted"),
    [
        (DocumentType.PROSPECTUS_DRAFT, "招股说明书（申报稿）", True),
        (DocumentType.PROSPECTUS_COMMITTEE, "招股说明书（上会稿）", True),
        (DocumentType.PROSPECTUS_REGISTRATION, "招股说明书（注册稿）", True),
        (DocumentType.COMMITTEE_NOTICE, "审议会议公告", True),
        (DocumentType.COMMITTEE_RESULT, "审议会议结果公告", True),
        (DocumentType.REGISTRATION_DECISION, "同意注册的批复", True),
        (DocumentType.TERMINATION_DECISION, "终止审核的决定", True),
        (DocumentType.AUDIT_REPORT, "审计报告", False),
        (DocumentType.LEGAL_OPINION, "法律意见书", False),
        (DocumentType.OFFERING_SPONSOR_LETTER, "发行保荐书", False),
        (DocumentType.OTHER, "其他", False),
        (DocumentType.UNKNOWN, "", False),
        (DocumentType.INQUIRY_REPLY, "8-1 发行人及保荐机构的回复意见", True),
        (DocumentType.INQUIRY_REPLY, "８－１－２ 回复意见（更新）".replace("－", "-"), True),
        (DocumentType.INQUIRY_REPLY, "关于审核问询函的回复", True),
        (DocumentType.INQUIRY_REPLY, "8-2 会计师回复意见", False),
        (DocumentType.INQUIRY_REPLY, "8-10 律师回复意见", False),
    ],
)
def test_only_documents_people_act_on_are_alerted(document: DocumentType, title: str, alerted: bool) -> None:
    """Prospectus drafts, committee papers, decisions and the reply itself; never the letters beside it."""
    details = {"document_type": document.value}
    event = _event(EventKind.DOCUMENT_DISCLOSED, title=title, details=details)
    assert (wanted(event, ANYONE) is not None) is alerted
    again = _event(EventKind.DOCUMENT_DISCLOSED, title=title, details={**details, "repost": True})
    assert wanted(again, ANYONE) is None


def test_a_figure_of_a_project_just_discovered_is_told_by_its_acceptance() -> None:
    """Planned proceeds seen together with the project are in the acceptance alert already."""
    first = _event(EventKind.FIGURE_FIRST_SEEN, details={"at_discovery": True})
    assert wanted(first, ANYONE) is None


def test_a_watchlist_lets_only_its_companies_through_and_says_which_name_matched() -> None:
    """Names match as parts, across widths, blanks and case; operators' notices pass every watchlist."""
    chat = ChatView(language="en", watch=("沐曦", "摩尔线程"), operator=True)
    assert wanted(_event(EventKind.MILESTONE), chat) == "review milestone · watchlist: 摩尔线程"
    assert wanted(_event(EventKind.MILESTONE, issuer="示例生物股份有限公司"), chat) is None
    assert wanted(_event(EventKind.SOURCE_TROUBLE, issuer=""), chat) == "for operators"
    wide = _event(EventKind.MILESTONE, issuer="Ｍｏｏｒｅ Threads Ltd")
    assert wanted(wide, ChatView(language="en", watch=("moore threads",))) is not None
    assert wanted(_event(EventKind.MILESTONE), ChatView(watch=(" ",))) is None


def test_the_general_watchlist_serves_chats_without_their_own() -> None:
    """A chat's own list goes before the configured one; an empty one means everything."""
    rule = rule_with_watchlist(["沐曦"])
    assert rule(_event(EventKind.MILESTONE), ANYONE) is None
    assert rule(_event(EventKind.MILESTONE), ChatView(watch=("摩尔",))) == "审核里程碑 · 关注：摩尔"
    assert rule_with_watchlist([])(_event(EventKind.MILESTONE), ANYONE) is not None


def test_a_chats_own_choice_goes_before_the_table_both_ways() -> None:
    """It can ask for review steps and decline figures; it cannot ask for the operator's notices."""
    chat = ChatView(kinds={"review_step": True, "figure_revised": False, "source_trouble": True})
    assert wanted(_event(EventKind.REVIEW_STEP), chat) == "审核步骤（本会话订阅）"
    assert wanted(_event(EventKind.FIGURE_REVISED), chat) is None
    assert wanted(_event(EventKind.SOURCE_TROUBLE), chat) is None
    document = _event(EventKind.DOCUMENT_DISCLOSED, details={"document_type": "audit_report"})
    assert wanted(document, ChatView(kinds={"document_disclosed": True})) is not None


def test_milestones_and_corrections_are_urgent() -> None:
    """What people act on goes first, a price, a result and a listing too; a document can wait its turn."""
    assert {kind for kind in EventKind if urgent(_event(kind))} == {
        EventKind.MILESTONE,
        EventKind.CORRECTION,
        EventKind.OFFER_PRICE_SET,
        EventKind.ISSUE_RESULT,
        EventKind.LISTED,
    }


@pytest.mark.parametrize(
    ("delay", "language", "words"),
    [
        (timedelta(hours=3, minutes=12), "en", "LATE 3 h 12 m: the source was down"),
        (timedelta(minutes=16, seconds=59), "en", "LATE 16 m: the source was down"),
        (timedelta(days=2, hours=1, minutes=5), "en", "LATE 2 d 1 h: the source was down"),
        (timedelta(hours=3), "zh", "迟到 3 小时：信息源曾不可用"),
    ],
)
def test_lateness_is_told_in_days_hours_and_minutes(delay: timedelta, language: str, words: str) -> None:
    """How late and why, in the chat's language."""
    assert late(delay, Delay.SOURCE_DOWN, language) == words


def test_the_repeat_note_names_the_alert_and_the_attempt() -> None:
    """The words people and the reliability rig look for."""
    assert possible_repeat("#A1B2", 2, "en") == "⟳ possible repeat of #A1B2 (attempt 2)"
    assert possible_repeat("#A1B2", 3, "zh") == "⟳ 可能重复：#A1B2（第 3 次发送）"
    assert all(
        late(timedelta(hours=1), reason, "en") != late(timedelta(hours=1), reason, "zh") for reason in Delay
    )


def test_the_milestones_of_one_stage_can_be_chosen_alone() -> None:
    """`milestone.5` on and `milestone` off: the registration's result comes, the acceptance does not."""
    chosen = ChatView(language="en", kinds={"milestone": False, "milestone.5": True})
    assert wanted(_event(EventKind.MILESTONE, state=State("5", "1")), chosen) is not None
    assert wanted(_event(EventKind.MILESTONE, state=State("1")), chosen) is None
    only_one_off = ChatView(language="en", kinds={"milestone.1": False})
    assert wanted(_event(EventKind.MILESTONE, state=State("1")), only_one_off) is None
    assert wanted(_event(EventKind.MILESTONE, state=State("5", "1")), only_one_off) is not None

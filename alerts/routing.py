"""Which chat gets which event, and the words that tell it why.

Rule: pure; a chat's own choice goes before the table, the table before nothing.
Rule: what was learned quietly is never alerted, whoever asks.
Rule: where AI chips alone are followed, the issuer's grade decides, and a watchlist goes before the grade.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from alerts.preferences import NAMED, Preferences
from monitor.domain.events import Event, EventKind
from monitor.domain.grades import Grade
from monitor.domain.issue_diff import IMPORTANT_BULLETINS
from monitor.domain.records import DocumentType


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatView:
    """What routing knows of a chat: its language, its watchlist and its choices kind by kind."""

    language: str = "zh"
    operator: bool = False
    watch: tuple[str, ...] = ()  # parts of company names; empty means every company
    kinds: Mapping[str, bool] = field(default_factory=dict)  # EventKind value → wanted or not
    choices: Preferences = field(default_factory=Preferences)  # what was chosen in the chat itself


Rule = Callable[[Event, ChatView], str | None]

# Kinds alerted by default, with the reason in Chinese and English.
_DEFAULT: dict[EventKind, tuple[str, str]] = {
    EventKind.MILESTONE: ("审核里程碑", "review milestone"),
    EventKind.FIGURE_FIRST_SEEN: ("首次披露金额", "a figure seen for the first time"),
    EventKind.FIGURE_REVISED: ("金额变更", "a figure was revised"),
    EventKind.ISSUER_RENAMED: ("发行人更名", "the issuer changed its name"),
    EventKind.PARTY_CHANGED: ("中介机构变更", "an intermediary changed"),
    EventKind.CORRECTION: ("更正", "the exchange corrected itself"),
    EventKind.REASON_ADDED: ("补充原因", "the reason was added"),
    EventKind.DOCUMENT_DISCLOSED: ("重要文件披露", "an important document was disclosed"),
    EventKind.OFFER_PRICE_SET: ("发行价格", "the offer price"),
    EventKind.SUBSCRIPTION_SCHEDULED: ("网上申购", "the online subscription"),
    EventKind.LOTTERY_RATE: ("中签率", "the lottery rate"),
    EventKind.ISSUE_RESULT: ("发行结果", "the result of the issue"),
    EventKind.LISTING_SCHEDULED: ("上市日期", "the day of the listing"),
    EventKind.LISTED: ("上市", "the listing"),
    EventKind.BULLETIN_DISCLOSED: ("重要发行公告", "an important bulletin of the issue"),
    EventKind.FIGURES_READ: ("文件数据", "figures of a document"),
    EventKind.DRAFT_CHANGED: ("招股书数据变更", "changed figures of the prospectus"),
    EventKind.REGISTRATION_NUMBER: ("注册批复文号", "the registration decision's number"),
    EventKind.CALENDAR_REMINDER: ("日程提醒", "a reminder of the calendar"),
    EventKind.RELEVANCE_CHANGED: ("相关性变更", "the relevance grade changed"),
    EventKind.DAILY_RELATED: ("每日相关公司动态", "the daily line on related issuers"),
}

# Kinds that come only to a chat that asks for them.
_ON_REQUEST: dict[EventKind, tuple[str, str]] = {
    EventKind.PROJECT_DISCOVERED: ("新项目", "a new project"),
    EventKind.REVIEW_STEP: ("审核步骤", "a review step"),
    EventKind.TUTORING_REPORT: ("辅导进展", "a tutoring report"),
}

# About the monitor itself, not about a company: for operators, past every watchlist.
_OPERATOR: dict[EventKind, tuple[str, str]] = {
    EventKind.SOURCE_TROUBLE: ("运维通知", "for operators"),
    EventKind.SOURCE_RECOVERED: ("运维通知", "for operators"),
    EventKind.OPERATOR_NOTICE: ("运维通知", "for operators"),
}

_GRADE: dict[Grade, tuple[str, str]] = {
    Grade.AI_CHIP: ("AI 芯片", "AI chips"),
    Grade.RELATED: ("产业链相关", "related to AI chips"),
}

_DOCUMENTS = {
    DocumentType.PROSPECTUS_DRAFT,
    DocumentType.PROSPECTUS_COMMITTEE,
    DocumentType.PROSPECTUS_REGISTRATION,
    DocumentType.COMMITTEE_NOTICE,
    DocumentType.COMMITTEE_RESULT,
    DocumentType.REGISTRATION_DECISION,
    DocumentType.TERMINATION_DECISION,
    DocumentType.INQUIRY_REPLY,
}

# Addressed to one chat by whoever makes them, never spread by rule.
_ADDRESSED = {EventKind.CHAT_WELCOME, EventKind.BOT_REPLY}

_LONGEST = 40  # of a name or a word of proof; the whole evidence stands in the store

_URGENT = {
    EventKind.MILESTONE,
    EventKind.CORRECTION,
    EventKind.OFFER_PRICE_SET,
    EventKind.ISSUE_RESULT,
    EventKind.LISTED,
}
_INQUIRY_NUMBER = re.compile(r"\s*8-(\d+)")


def wanted(event: Event, chat: ChatView, *, only_ai_chips: bool = False) -> str | None:
    """The rule, in the chat's language, by which this chat gets this event; None when it does not.

    `only_ai_chips` leaves out events of issuers of another grade, but for those on the chat's watchlist.
    """
    # A welcome is addressed to one chat by whoever greets it, never spread by rule.
    if event.baseline or event.kind in _ADDRESSED:
        return None
    english = chat.language == "en"
    if event.kind in _OPERATOR:
        return _OPERATOR[event.kind][english] if chat.operator else None
    choices = chat.choices
    if not choices.subscribed or choices.mutes(text_of(event, "issuer_id"), event.first_seen_at):
        return None
    choice = _choice(event, chat)
    if choice is False or (choice is None and not _by_default(event)):
        return None
    name = _followed(event, chat)
    if not name and not (
        (name == "" or choices.relevance) and _near_enough(event, choices.relevance, only_ai_chips)
    ):
        return None  # a grade chosen in the chat is one more thing followed, beside what is named
    words = (_DEFAULT | _ON_REQUEST)[event.kind][english]
    if grade := _grade_words(event, english):
        words += f" · {grade}"
    if choice:
        words += " (chosen by this chat)" if english else "（本会话订阅）"
    if name:
        words += f" · watchlist: {name}" if english else f" · 关注：{name}"
    return words


def rule_with_watchlist(names: Sequence[str], *, only_ai_chips: bool = False) -> Rule:
    """`wanted`, where a chat without a watchlist of its own takes this one."""

    def rule(event: Event, chat: ChatView) -> str | None:
        own = chat.watch or chat.choices.criteria or chat.choices.relevance
        view = chat if own else replace(chat, watch=tuple(names))
        return wanted(event, view, only_ai_chips=only_ai_chips)

    return rule


def urgent(event: Event) -> bool:
    """Whether it goes before other alerts: a milestone or a correction, on which people act."""
    return event.kind in _URGENT


def breaks_through(event: Event, chat: ChatView) -> bool:
    """Whether it goes out in quiet hours too: what is about us, and urgent kinds where the chat lets them."""
    return event.kind in _OPERATOR or event.kind in _ADDRESSED or (chat.choices.through and urgent(event))


def text_of(event: Event, key: str) -> str:
    """A detail as text, "" when absent."""
    return str(event.details.get(key, ""))


def _choice(event: Event, chat: ChatView) -> bool | None:
    """What the chat chose for this kind; `milestone.5` is one stage's milestones, before all of them."""
    if event.kind is EventKind.MILESTONE and event.state is not None:
        stage = chat.kinds.get(f"{event.kind.value}.{event.state.code}")
        if stage is not None:
            return stage
    return chat.kinds.get(event.kind.value)


def _followed(event: Event, chat: ChatView) -> str | None:
    """What of the chat's choices this event meets; "" when it follows nothing in particular, else None."""
    choices = chat.choices
    watch = (*chat.watch, *choices.watch)
    if not watch and not choices.criteria:
        return ""
    if (issuer := choices.issuers.get(text_of(event, "issuer_id"))) is not None:
        return issuer
    if watch and (name := _watched(event, watch)):
        return name
    sponsors = _folded(text_of(event, "sponsors"))
    met = [name for name in choices.sponsors if _folded(name) in sponsors]
    met += [board for board in choices.boards if board == event.board]
    met += [theme for theme in choices.themes if theme == event.details.get("grade")]
    planned = event.details.get("planned_fen")
    if choices.min_planned_fen and isinstance(planned, int) and planned >= choices.min_planned_fen:
        met.append(f"≥ {choices.min_planned_fen / 10_000_000_000:g} 亿元")
    return met[0] if met else None


def _near_enough(event: Event, relevance: str, only_ai_chips: bool) -> bool:
    """Whether the issuer's grade is at least what the chat, or else the operator, asks for."""
    if relevance == "all" or (not relevance and not only_ai_chips):
        return True
    if relevance == NAMED:
        return False
    if relevance == "related" and event.details.get("grade") == Grade.RELATED.value:
        return True
    return _about_ai_chips(event)


def _by_default(event: Event) -> bool:
    if event.kind is EventKind.DOCUMENT_DISCLOSED:
        return _important(event)
    if event.kind is EventKind.BULLETIN_DISCLOSED:
        return event.details.get("bulletin_kind") in IMPORTANT_BULLETINS
    if event.kind is EventKind.FIGURE_FIRST_SEEN:
        # The acceptance alert of a newly discovered project already shows its planned proceeds.
        return not event.details.get("at_discovery", False)
    if event.kind is EventKind.FIGURES_READ:
        # A later draft is told by what it changed, one that changed nothing is for the log.
        return event.details.get("draft") != "later"
    if event.kind is EventKind.RELEVANCE_CHANGED:
        # Between the lower grades, or a mere pin, it is for the log only.
        return event.before != event.after and _about_ai_chips(event)
    return event.kind in _DEFAULT


def _important(event: Event) -> bool:
    if event.details.get("repost") or event.details.get("document_type") not in _DOCUMENTS:
        return False
    if event.details["document_type"] == DocumentType.INQUIRY_REPLY:
        # 8-1 is the reply itself; 8-2 and on are the intermediaries' letters about the same reply.
        number = _INQUIRY_NUMBER.match(unicodedata.normalize("NFKC", event.title))
        return number is None or int(number[1]) == 1
    return True


def _about_ai_chips(event: Event) -> bool:
    """An issuer that is graded so or was until now; what has no issuer or no grade is left to other rules."""
    if event.kind is EventKind.RELEVANCE_CHANGED:
        return Grade.AI_CHIP.value in (event.before, event.after)
    grade = event.details.get("grade")
    return grade is None or grade == Grade.AI_CHIP.value


def _grade_words(event: Event, english: bool) -> str:
    """The grade and the word that proves it, e.g. AI 芯片：GPU（摩尔线程）; "" for an unrelated issuer."""
    grade = next((grade for grade in _GRADE if event.details.get("grade") == grade.value), None)
    if grade is None:
        return ""
    words = _GRADE[grade][english]
    if event.details.get("grade_pinned"):
        return f"{words} (set by the operator)" if english else f"{words}（人工指定）"
    name = str(event.details.get("issuer_short") or event.issuer)[:_LONGEST]
    proof = str(event.details.get("grade_word") or "")[:_LONGEST]
    if not proof and event.details.get("grade_registered"):
        proof = "known company" if english else "名录"
    if not proof:
        return words
    return f"{words}: {proof} ({name})" if english else f"{words}：{proof}（{name}）"


def _watched(event: Event, watch: Sequence[str]) -> str | None:
    """The watchlist's name found in the issuer, "" when everything is watched, None when it is not."""
    if not watch:
        return ""
    issuer = _folded(event.issuer)
    return next((name for name in watch if name.strip() and _folded(name) in issuer), None)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())

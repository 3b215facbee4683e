"""Which chat gets which event, and the words that tell it why.

Rule: pure; a chat's own choice goes before the table, the table before nothing.
Rule: what was learned quietly is never alerted, whoever asks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor.domain.events import Event, EventKind
from monitor.domain.records import DocumentType


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatView:
    """What routing knows of a chat: its language, its watchlist and its choices kind by kind."""

    language: str = "zh"
    operator: bool = False
    watch: tuple[str, ...] = ()  # parts of company names; empty means every company
    kinds: Mapping[str, bool] = field(default_factory=dict)  # EventKind value → wanted or not


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

_URGENT = {EventKind.MILESTONE, EventKind.CORRECTION}
_INQUIRY_NUMBER = re.compile(r"\s*8-(\d+)")


def wanted(event: Event, chat: ChatView) -> str | None:
    """The rule, in the chat's language, by which this chat gets this event; None when it does not."""
    # A welcome is addressed to one chat by whoever greets it, never spread by rule.
    if event.baseline or event.kind is EventKind.CHAT_WELCOME:
        return None
    english = chat.language == "en"
    if event.kind in _OPERATOR:
        return _OPERATOR[event.kind][english] if chat.operator else None
    choice = chat.kinds.get(event.kind.value)
    if choice is False or (choice is None and not _by_default(event)):
        return None
    name = _watched(event, chat.watch)
    if name is None:
        return None
    words = (_DEFAULT | _ON_REQUEST)[event.kind][english]
    if choice:
        words += " (chosen by this chat)" if english else "（本会话订阅）"
    if name:
        words += f" · watchlist: {name}" if english else f" · 关注：{name}"
    return words


def rule_with_watchlist(names: Sequence[str]) -> Rule:
    """`wanted`, where a chat without a watchlist of its own takes this one."""

    def rule(event: Event, chat: ChatView) -> str | None:
        return wanted(event, chat if chat.watch else replace(chat, watch=tuple(names)))

    return rule


def urgent(event: Event) -> bool:
    """Whether it goes before other alerts: a milestone or a correction, on which people act."""
    return event.kind in _URGENT


def _by_default(event: Event) -> bool:
    if event.kind is EventKind.DOCUMENT_DISCLOSED:
        return _important(event)
    if event.kind is EventKind.FIGURE_FIRST_SEEN:
        # The acceptance alert of a newly discovered project already shows its planned proceeds.
        return not event.details.get("at_discovery", False)
    return event.kind in _DEFAULT


def _important(event: Event) -> bool:
    if event.details.get("repost") or event.details.get("document_type") not in _DOCUMENTS:
        return False
    if event.details["document_type"] == DocumentType.INQUIRY_REPLY:
        # 8-1 is the reply itself; 8-2 and on are the intermediaries' letters about the same reply.
        number = _INQUIRY_NUMBER.match(unicodedata.normalize("NFKC", event.title))
        return number is None or int(number[1]) == 1
    return True


def _watched(event: Event, watch: Sequence[str]) -> str | None:
    """The watchlist's name found in the issuer, "" when everything is watched, None when it is not."""
    if not watch:
        return ""
    issuer = _folded(event.issuer)
    return next((name for name in watch if name.strip() and _folded(name) in issuer), None)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())

"""Pure: one event in, one channel-neutral message out, in Chinese or English.

Rule: a message says only what the event carries; unknown codes are shown raw and flagged.
Rule: no clock, no configuration, no network; that an alert is late or a repeat is noted by who sends it.
Rule: every kind of event has a case; a new kind does not type-check until it has words here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from alerts import stored_message
from alerts.document_facts import (
    changes_facts,
    changes_headline,
    figures_facts,
    figures_headline,
    number_facts,
)
from alerts.facts import (
    AFTER,
    BEFORE,
    LONGEST_NAME,
    TITLE,
    Details,
    bounded,
    fact,
    money_words,
    project_facts,
    text_of,
)
from alerts.footers import TRUSTED_HOSTS, links, notes
from alerts.glossary import (
    KIND,
    Language,
    Word,
    correction_words,
    document_words,
    figure_words,
    grade_words,
    role_words,
    state_from_text,
    state_words,
    summary_words,
)
from alerts.issue_facts import ICON, WITH_OFFERING, issue_lines, what_happened
from alerts.league import league_facts
from alerts.message import Fact, Message
from alerts.related import daily_facts, daily_words, relevance_facts
from monitor.domain.events import Event, EventKind, alert_code
from monitor.domain.stages import Outcome, Stage, State

TUTOR = Word("辅导机构", "Tutor")
OFFICE = Word("派出机构", "Regulator's office")
STATUS = Word("辅导状态", "Tutoring status")
VERDICT = Word("判断", "Verdict")
SINCE = Word("开始于", "Since")
FAILED = Word("失败次数", "Failed polls")
LAST_OK = Word("上次正常", "Last good answer")

_URGENT_ISSUES = {EventKind.OFFER_PRICE_SET, EventKind.ISSUE_RESULT, EventKind.LISTED}
_READ = {EventKind.FIGURES_READ, EventKind.DRAFT_CHANGED, EventKind.REGISTRATION_NUMBER}
_URGENT_STAGES = {Stage.SUSPENDED, Stage.TERMINATED, Stage.ISSUED}
_BAD = {Outcome.NOT_PASSED, Outcome.REFUSED, Outcome.REGISTRATION_TERMINATED}
_GOOD = {Outcome.COMMITTEE_PASSED, Outcome.CONDITIONAL, Outcome.REEXAMINATION_PASSED, Outcome.REGISTERED}
_STAGE_ICON = {
    Stage.ACCEPTED: "📥",
    Stage.INQUIRY: "💬",
    Stage.COMMITTEE: "🏛",
    Stage.SUBMITTED: "📤",
    Stage.REGISTRATION: "🏛",
    Stage.ISSUED: "🔔",
    Stage.SUSPENDED: "⏸",
    Stage.TERMINATED: "🛑",
    Stage.REEXAMINATION: "🏛",
    Stage.SUPPLEMENTARY: "🔎",
    Stage.TUTORING_FILED: "🎓",
    Stage.TUTORING_ACCEPTED: "🎓",
    Stage.TUTORING_WITHDRAWN: "🛑",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Telling:
    """What is particular to one kind of event: the icon, the words of the headline, its own lines."""

    icon: str
    what: str
    facts: tuple[Fact, ...] = ()
    urgent: bool = False
    subject: str = ""  # instead of the issuer, where there is none


def render(
    event: Event,
    language: Language,
    *,
    related: Details | None = None,
    why: str = "",
    trusted_hosts: Sequence[str] = TRUSTED_HOSTS,
) -> Message:
    """Tell one event; `related` holds further facts of its project (same keys as `event.details`).

    A link is kept when its host is one of `trusted_hosts` or below one.
    """
    details: Details = {**(related or {}), **event.details}
    if event.kind is EventKind.BOT_REPLY and text_of(details, "message"):
        return stored_message.from_text(text_of(details, "message"))
    telling = _tell(event, details, language)
    english = text_of(details, "issuer_en") if language == "en" else ""
    short = text_of(details, "issuer_short")
    both_names = f"{english} {short}".strip() if english else short
    subject = telling.subject or both_names or event.issuer or event.source
    trusted, left_out = links(event, details, language, trusted_hosts)
    reason_given = why or text_of(details, "why") or KIND[event.kind](language)
    if event.kind is EventKind.RELEVANCE_CHANGED or event.kind in _READ:
        event = replace(event, reason="")  # its proof is a line of its own, in the reader's language
    if event.kind in _READ or event.kind in WITH_OFFERING:
        event = replace(event, figures=())  # each has a line of its own, with its page
    return Message(
        alert_id=alert_code(event.id),
        icon=telling.icon,
        headline=_headline(subject, telling.what),
        facts=(
            *telling.facts,
            *project_facts(event, details, language),
            *league_facts(details, language),
        ),
        links=trusted,
        why=bounded(reason_given, language),
        notes=tuple(notes(event, details, language, left_out=left_out)),
        urgent=telling.urgent,
    )


def _headline(subject: str, what: str) -> str:
    return f"{_cut(subject)} · {_cut(what)}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def _tell(event: Event, details: Details, language: Language) -> _Telling:
    match event.kind:
        case EventKind.MILESTONE:
            return _tell_milestone(event, details, language)
        case EventKind.PROJECT_DISCOVERED:
            return _Telling(
                icon="🆕", what=_join(KIND[event.kind](language), _state(event, language), language)
            )
        case EventKind.REVIEW_STEP:
            return _Telling(
                icon="▫️", what=_join(KIND[event.kind](language), _state(event, language), language)
            )
        case EventKind.REASON_ADDED:
            return _Telling(
                icon="📝", what=_join(KIND[event.kind](language), _state(event, language), language)
            )
        case EventKind.DOCUMENT_DISCLOSED:
            return _tell_document(event, details, language)
        case EventKind.FIGURE_FIRST_SEEN | EventKind.FIGURE_REVISED:
            return _tell_figure(event, language)
        case EventKind.ISSUER_RENAMED:
            return _tell_change(event, KIND[event.kind](language), "🏷", language)
        case EventKind.PARTY_CHANGED:
            role = role_words(text_of(details, "role"), language)
            return _tell_change(event, _join(KIND[event.kind](language), role, language), "👥", language)
        case EventKind.CORRECTION:
            what = correction_words(text_of(details, "correction"), language)
            return _tell_change(event, _join(KIND[event.kind](language), what, language), "✏️", language)
        case EventKind.TUTORING_REPORT:
            return _tell_tutoring(event, details, language)
        case EventKind.RELEVANCE_CHANGED:
            return _tell_relevance(event, details, language)
        case EventKind.DAILY_RELATED:
            return _Telling(
                icon="🗞",
                subject=KIND[event.kind](language),
                what=daily_words(details, language),
                facts=tuple(daily_facts(details, language)),
            )
        case (
            EventKind.OFFER_PRICE_SET
            | EventKind.SUBSCRIPTION_SCHEDULED
            | EventKind.LOTTERY_RATE
            | EventKind.ISSUE_RESULT
            | EventKind.LISTING_SCHEDULED
            | EventKind.LISTED
            | EventKind.BULLETIN_DISCLOSED
            | EventKind.CALENDAR_REMINDER
        ):
            return _Telling(
                icon=ICON[event.kind],
                what=what_happened(event, details, language),
                facts=tuple(issue_lines(event, details, language)),
                urgent=event.kind in _URGENT_ISSUES,
            )
        case EventKind.FIGURES_READ:
            what, own = figures_headline(event, details, language), figures_facts(event, details, language)
            return _Telling(icon="📑", what=what, facts=tuple(own))
        case EventKind.DRAFT_CHANGED:
            own = changes_facts(event, details, language)
            return _Telling(icon="🔀", what=changes_headline(details, language), facts=tuple(own))
        case EventKind.REGISTRATION_NUMBER:
            number = text_of(details, "registration_number")
            what = _join(KIND[event.kind](language), number, language)
            return _Telling(icon="🔖", what=what, facts=tuple(number_facts(event, details, language)))
        case EventKind.SOURCE_TROUBLE | EventKind.SOURCE_RECOVERED:
            return _tell_source(event, details, language)
        case EventKind.OPERATOR_NOTICE:
            return _Telling(icon="🛠", what=_join(KIND[event.kind](language), event.title, language))
        case EventKind.BOT_REPLY:  # made beforehand, see `render`; in a list of events its headline does
            return _Telling(icon="💬", what=event.title)
        case EventKind.CHAT_WELCOME:
            return _tell_welcome(event, details, language)
        case _:
            assert_never(event.kind)


def _state(event: Event, language: Language) -> str:
    return state_words(event.state, language) if event.state else ""


def _join(first: str, second: str, language: Language) -> str:
    if not second or second == first:
        return first
    return f"{first}：{second}" if language == "zh" else f"{first}: {second}"


def _tell_milestone(event: Event, details: Details, language: Language) -> _Telling:
    state = event.state
    if state is None:
        return _Telling(icon="❔", what=KIND[event.kind](language))
    what = state_words(state, language)
    before = state_from_text(text_of(details, "previous_stage"))
    stays_open = state.stage not in (None, Stage.SUSPENDED, Stage.TERMINATED)
    if before and before.stage is Stage.SUSPENDED and stays_open:
        return _Telling(
            icon="▶️", what=_join("恢复审核" if language == "zh" else "review resumed", what, language)
        )
    urgent = state.stage in _URGENT_STAGES or bool(state.outcome_code) or not state.known
    return _Telling(icon=_icon(state), what=what, urgent=urgent)


def _icon(state: State) -> str:
    if not state.known or state.stage is None:
        return "❔"
    if state.outcome in _GOOD:
        return "✅"
    if state.outcome in _BAD:
        return "❌"
    if state.outcome is Outcome.DEFERRED:
        return "⏳"
    return _STAGE_ICON[state.stage]


def _tell_document(event: Event, details: Details, language: Language) -> _Telling:
    words = document_words(text_of(details, "document_type"), language)
    return _Telling(
        icon="📄",
        what=_join(KIND[event.kind](language), words, language),
        facts=tuple(fact(TITLE, event.title, language)),
    )


def _tell_tutoring(event: Event, details: Details, language: Language) -> _Telling:
    kind = text_of(details, "report_type") or _state(event, language)
    own = (
        *fact(TITLE, event.title, language),
        *fact(TUTOR, text_of(details, "tutor"), language),
        *fact(OFFICE, text_of(details, "office"), language),
        *fact(STATUS, text_of(details, "status"), language),
    )
    return _Telling(icon="🎓", what=_join(KIND[event.kind](language), kind, language), facts=own)


def _tell_relevance(event: Event, details: Details, language: Language) -> _Telling:
    before, after = grade_words(event.before, language), grade_words(event.after, language)
    moved = f"{before} → {after}" if before != after else after
    return _Telling(
        icon="🎯",
        what=_join(KIND[event.kind](language), moved, language),
        facts=tuple(relevance_facts(event, details, language)),
    )


def _tell_source(event: Event, details: Details, language: Language) -> _Telling:
    trouble = event.kind is EventKind.SOURCE_TROUBLE
    own = (
        *fact(VERDICT, text_of(details, "verdict"), language),
        *fact(SINCE, text_of(details, "since"), language),
        *fact(FAILED, text_of(details, "polls_failed"), language),
        *fact(LAST_OK, text_of(details, "last_ok"), language),
    )
    return _Telling(icon="⚠️" if trouble else "🟢", what=KIND[event.kind](language), facts=own, urgent=trouble)


def _tell_welcome(event: Event, details: Details, language: Language) -> _Telling:
    counts = (Fact(label=summary_words(key, language), value=_count(value)) for key, value in details.items())
    return _Telling(icon="👋", what=KIND[event.kind](language), facts=tuple(counts))


def _count(value: str | int | float | bool) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _tell_figure(event: Event, language: Language) -> _Telling:
    own = (*fact(BEFORE, event.before, language), *fact(AFTER, event.after, language))
    if not event.figures:
        return _Telling(icon="💰", what=KIND[event.kind](language), facts=own)
    figure = event.figures[0]
    name = figure_words(figure.kind, language)
    amount = money_words(figure, language)
    if event.kind is EventKind.FIGURE_FIRST_SEEN:
        return _Telling(icon="💰", what=_join(name, amount, language), facts=own)
    if event.before and event.after:
        amount = f"{event.before} → {event.after}"
    revised = f"{name}变更" if language == "zh" else f"{name} revised"
    return _Telling(icon="💰", what=_join(revised, amount, language), urgent=True)


def _tell_change(event: Event, what: str, icon: str, language: Language) -> _Telling:
    own = (
        *fact(BEFORE, event.before, language),
        *fact(AFTER, event.after, language),
    )
    moved = f"{event.before} → {event.after}" if event.before and event.after else ""
    told = _join(what, moved, language)
    if len(told) > LONGEST_NAME:
        told = what  # both names are whole in the lines below
    return _Telling(icon=icon, what=told, facts=own, urgent=event.kind is EventKind.CORRECTION)

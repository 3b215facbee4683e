"""The lines about relevance: a grade that moved with its proof, and the milestones of related issuers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alerts.facts import AFTER, BEFORE, Details, bounded, fact, number_of, text_of
from alerts.glossary import KIND, Language, Word, evidence_words, grade_words, state_words
from alerts.message import Fact
from monitor.domain.events import Event, EventKind
from monitor.domain.stages import State

PROOF = Word("依据", "Proof")
STAGE = Word("当前阶段", "Stage")
MORE = Word("其余", "More")

ITEM = "item_"  # details of a daily line: item_01, item_02, … each as `as_item` writes it


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One milestone of a related issuer in a daily line; `date` is ISO, the exchange's own."""

    date: str
    kind: EventKind
    state: State | None
    project_id: str
    issuer: str

    def words(self, language: Language) -> str:
        """The stage reached, or what else happened."""
        return state_words(self.state, language) if self.state else KIND[self.kind](language)


def as_item(item: Item) -> str:
    """An item as one detail: `date|kind|status code|outcome code|project|issuer`."""
    state = item.state or State("")
    parts = (item.date, item.kind.value, state.code, state.outcome_code, item.project_id, item.issuer)
    return "|".join(parts)


def items_of(details: Details) -> list[Item]:
    """The items of a daily line in order; raises ValueError for a detail that is none."""
    found = []
    for key in sorted(key for key in details if key.startswith(ITEM)):
        date, kind, code, outcome_code, project_id, issuer = text_of(details, key).split("|", 5)
        found.append(
            Item(
                date=date,
                kind=EventKind(kind),
                state=State(code, outcome_code) if code else None,
                project_id=project_id,
                issuer=issuer,
            )
        )
    return found


def daily_facts(details: Details, language: Language) -> Iterator[Fact]:
    """One line per milestone, and how many were left out for length."""
    for item in items_of(details):
        yield Fact(
            label=item.date or item.project_id,
            value=bounded(f"{item.issuer} · {item.words(language)}", language),
        )
    if more := number_of(details, "more"):
        yield Fact(
            label=MORE(language),
            value=f"另有 {more} 条，见 ipo-monitor events"
            if language == "zh"
            else f"{more} more, see ipo-monitor events",
        )


def daily_words(details: Details, language: Language) -> str:
    """How many milestones the day had."""
    count = number_of(details, "count") or 0
    if language == "zh":
        return f"{count} 条里程碑"
    return f"{count} milestone" if count == 1 else f"{count} milestones"


def relevance_facts(event: Event, details: Details, language: Language) -> Iterator[Fact]:
    """Both grades, and the sentence that moved the issuer from one to the other."""
    yield from fact(BEFORE, grade_words(event.before, language), language)
    yield from fact(AFTER, grade_words(event.after, language), language)
    yield from fact(PROOF, _proof(event, details, language), language)
    if event.state is not None:
        yield from fact(STAGE, state_words(event.state, language), language)


def _proof(event: Event, details: Details, language: Language) -> str:
    word = text_of(details, "evidence_word")
    sentence = text_of(details, "evidence")
    if not word:
        return event.reason
    kind = evidence_words(text_of(details, "evidence_kind"), language)
    told = f"“{word}”" + (f" — {sentence}" if sentence and sentence != word else "")
    return f"{kind}：{told}" if language == "zh" else f"{kind}: {told}"

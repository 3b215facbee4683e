"""Pure: the bot's views as messages, in one language.

Rule: a line whose value is not known is absent; a figure read in a document links to its page.
Rule: days are counted between printed dates, to today in Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from alerts.bot import words as w
from alerts.bot.contract import Card, Company, Day, Lined, Raise, Read, Told
from alerts.facts import SHANGHAI, bounded, days, figure_facts, money_words
from alerts.glossary import (
    EVIDENCE,
    Language,
    board_words,
    document_words,
    figure_words,
    grade_words,
    stage_words,
    state_words,
)
from alerts.message import Fact, Link, Message
from alerts.render import render
from monitor.domain.events import alert_code
from monitor.domain.records import DocumentType
from monitor.domain.relevance import EvidenceKind
from monitor.domain.stages import ROAD, Stage

PROSPECTUSES = (
    DocumentType.PROSPECTUS_REGISTRATION.value,
    DocumentType.PROSPECTUS_COMMITTEE.value,
    DocumentType.PROSPECTUS_DRAFT.value,
)
_MOST_FIGURES = 8
_YI = Decimal(100_000_000)


def card_message(card: Card, language: Language, today: date) -> Message:
    """One company at a glance: stage, dates, pace against the median, figures, documents."""
    company = card.company
    stage = state_words(card.state, language) if card.state else w.UNKNOWN(language)
    facts = [*_stage_facts(card, language, today)]
    if company.name != company.shown:
        facts.insert(0, Fact(label="全称" if language == "zh" else "Full name", value=company.name))
    if card.grade_proof or company.grade:
        graded = " · ".join(filter(None, (grade_words(company.grade, language), _proof(card, language))))
        facts.append(Fact(label=w.GRADE(language), value=bounded(graded, language)))
    if card.sponsors:
        facts.append(Fact(label=w.SPONSORS(language), value="、".join(card.sponsors)))
    if card.planned is not None:
        facts.append(Fact(label=w.PLANNED(language), value=money_words(card.planned, language)))
    for read in card.read[:_MOST_FIGURES]:
        facts += read_facts(read, language)
    for day in card.days:
        facts.append(Fact(label=day.day.isoformat(), value=w.CALENDAR[day.kind](language)))
    return Message(
        alert_id="",
        icon="🗂",
        headline=f"{company.called(language)} · {stage}",
        facts=tuple(facts),
        links=_card_links(card, language),
    )


def read_facts(read: Read, language: Language) -> list[Fact]:
    """A figure with the page it stands on."""
    page = f"p. {read.figure.page}" if read.figure.page else ""
    return [
        Fact(label=fact.label, value=" · ".join(filter(None, (fact.value, page))))
        for fact in figure_facts((read.figure,), language)
    ]


def _stage_facts(card: Card, language: Language, today: date) -> Iterable[Fact]:
    if card.board:
        yield Fact(label=w.BOARD(language), value=board_words(card.board, language))
    if card.state is not None and card.since is not None:
        yield Fact(
            label=w.STAGE(language), value=f"{state_words(card.state, language)} · {card.since.isoformat()}"
        )
        spent = (today - card.since).days
        if spent >= 0 and card.state.stage not in (Stage.TERMINATED, Stage.ISSUED):
            yield Fact(label=w.IN_STAGE(language), value=days(spent, language) + _median(card, language))
    if card.accepted is not None:
        yield Fact(label=w.ACCEPTED(language), value=card.accepted.isoformat())


def _proof(card: Card, language: Language) -> str:
    """The word that proves the grade; a grade by our own registry or by the operator says so."""
    by = {"registry": EVIDENCE[EvidenceKind.REGISTRY], "pinned": EVIDENCE[EvidenceKind.PIN]}
    return by[card.grade_proof](language) if card.grade_proof in by else card.grade_proof


def _median(card: Card, language: Language) -> str:
    if card.median is None:
        return ""
    if language == "zh":
        return f"（其他 {card.median_of} 家的中位数 {card.median} 天）"
    return f" (median of {card.median_of} others: {days(card.median, language)})"


def _card_links(card: Card, language: Language) -> tuple[Link, ...]:
    links = [Link(label=w.PAGE(language), url=card.url)] if card.url else []
    links += [
        Link(label=f"{_document(paper.type, language)} {paper.day.isoformat()}", url=paper.url)
        for paper in card.papers[:2]
    ]
    pages: dict[str, Link] = {}
    for read in card.read[:_MOST_FIGURES]:
        if read.figure.page and read.url:
            label = f"{figure_words(read.figure.kind, language)} · p. {read.figure.page}"
            pages.setdefault(
                f"{read.url}#page={read.figure.page}",
                Link(label=label, url=f"{read.url}#page={read.figure.page}"),
            )
    return (*links, *pages.values())


def _document(kind: str, language: Language) -> str:
    return document_words(kind, language)


def timeline_message(card: Card, language: Language) -> Message:
    """Every milestone of the newest application, oldest first."""
    facts = [
        Fact(
            label=step.day.isoformat(),
            value=state_words(step.state, language)
            + (f" — {bounded(step.reason, language)}" if step.reason else ""),
        )
        for step in card.steps
    ]
    return Message(
        alert_id="",
        icon="🧭",
        headline=f"{card.company.called(language)} · {w.TIMELINE(language)}",
        facts=tuple(facts) or (Fact(label=w.TIMELINE(language), value=w.UNKNOWN(language)),),
        links=(Link(label=w.PAGE(language), url=card.url),) if card.url else (),
    )


def papers_message(card: Card, language: Language) -> Message:
    """The prospectuses of the newest application, the latest first; every document when there is none."""
    chosen = [paper for paper in card.papers if paper.type in PROSPECTUSES] or list(card.papers)
    return Message(
        alert_id="",
        icon="📄",
        headline=f"{card.company.called(language)} · {w.PROSPECTUS(language)}",
        facts=tuple(
            Fact(label=paper.day.isoformat(), value=bounded(paper.title, language)) for paper in chosen[:6]
        )
        or (Fact(label=w.PROSPECTUS(language), value=w.UNKNOWN(language)),),
        links=tuple(
            Link(label=f"{_document(paper.type, language)} {paper.day.isoformat()}", url=paper.url)
            for paper in chosen[:4]
            if paper.url
        ),
    )


def pipeline_message(rows: Sequence[Lined], language: Language, today: date) -> Message:
    """The AI-chip issuers by stage, in the order of the review."""
    by_stage: dict[Stage | None, list[Lined]] = {}
    for row in rows:
        by_stage.setdefault(row.state.stage, []).append(row)
    facts = []
    for stage in (*ROAD, None):
        if held := by_stage.get(stage):
            label = stage_words(stage.value, language) if stage else ("其他" if language == "zh" else "other")
            names = ("、" if language == "zh" else ", ").join(_lined(row, language, today) for row in held)
            facts.append(Fact(label=f"{label} ({len(held)})", value=bounded(names, language)))
    title = (
        f"AI 芯片上市进程 · {len(rows)} 家" if language == "zh" else f"AI-chip pipeline · {len(rows)} issuers"
    )
    empty = Fact(label="AI 芯片" if language == "zh" else "AI chips", value=w.UNKNOWN(language))
    return Message(alert_id="", icon="🏁", headline=title, facts=tuple(facts) or (empty,))


def _lined(row: Lined, language: Language, today: date) -> str:
    name = row.company.called(language)
    outcome = f" {state_words(row.state, language)}" if row.state.outcome_code else ""
    if row.since is None or row.state.stage in (Stage.TERMINATED, Stage.ISSUED):
        return f"{name}{outcome}"
    spent = f"{(today - row.since).days} {'天' if language == 'zh' else 'd'}"
    return f"{name}{outcome}（{spent}）" if language == "zh" else f"{name}{outcome} ({spent})"


def days_message(found: Sequence[Day], language: Language, headline: str) -> Message:
    """Dates ahead, one line a day; an empty list says so."""
    none = "没有已公布的日期" if language == "zh" else "no date has been announced"
    facts = [
        Fact(
            label=day.day.isoformat(),
            value=f"{day.company.called(language)} · {w.CALENDAR[day.kind](language)}",
        )
        for day in found[:40]
    ]
    return Message(
        alert_id="",
        icon="📅",
        headline=headline,
        facts=tuple(facts) or (Fact(label=w.AHEAD(language), value=none),),
    )


def league_message(
    year: int, raised: Sequence[Raise], planned: Sequence[Raise], language: Language
) -> Message:
    """Raises of a year, and what AI-chip applicants accepted in it plan to raise, the largest first."""
    zh = language == "zh"
    facts = [*_raises(raised[:10], "募资总额" if zh else "gross", language)]
    facts += _raises(planned[:10], "AI 芯片拟募资" if zh else "AI chips, planned", language)
    if not facts:
        facts = [Fact(label=str(year), value=w.UNKNOWN(language))]
    title = f"{year} 年募资排行" if zh else f"Raises of {year}"
    return Message(alert_id="", icon="🏆", headline=title, facts=tuple(facts))


def _raises(rows: Sequence[Raise], what: str, language: Language) -> Iterable[Fact]:
    for place, row in enumerate(rows, 1):
        yi = f"{Decimal(row.yuan) / _YI:f}"
        yi = yi.rstrip("0").rstrip(".") if "." in yi else yi
        amount = f"{yi} 亿元" if language == "zh" else f"RMB {_million(row.yuan)} million"
        yield Fact(
            label=f"{what} {place}",
            value=f"{row.company.called(language)} · {amount} · {row.day.isoformat()}",
        )


def _million(yuan: str) -> str:
    text = f"{Decimal(yuan) / 1_000_000:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def why_message(told: Told, card: Card | None, language: Language) -> Message:
    """Why one alert came: the rule, the words that prove it, and where the fact was read."""
    event = told.event
    shown = render(event, language)
    lines = [
        (w.RULE, told.why),
        (w.EVIDENCE, _proof(card, language) if card else ""),
        (w.SOURCE, event.source),
        (w.POSTED, instant(event.published_at) if event.published_at else ""),
        (w.SEEN, instant(event.first_seen_at)),
        (w.STATE, _delivered(told, language)),
        (w.IDENTITY, event.id),
        (w.ANSWER, event.raw_sha256[:16]),
    ]
    return Message(
        alert_id=shown.alert_id,
        icon="🔍",
        headline=f"{w.WHY(language)} {shown.alert_id} · {shown.headline}",
        facts=tuple(
            Fact(label=label(language), value=bounded(value, language)) for label, value in lines if value
        ),
        links=shown.links,
    )


def _delivered(told: Told, language: Language) -> str:
    words = w.STATES[told.state](language) if told.state in w.STATES else told.state
    return f"{words} {instant(told.sent_at)}" if told.sent_at else words


def told_message(found: Sequence[Told], language: Language, headline: str) -> Message:
    """What this chat was told, oldest first, with the code of each alert."""
    none = "没有错过任何提醒" if language == "zh" else "you have missed nothing"
    facts = []
    for told in sorted(found, key=lambda one: one.seq):
        shown = render(told.event, language)
        when = instant(told.sent_at) if told.sent_at else _delivered(told, language)
        facts.append(Fact(label=when, value=f"{shown.icon} {shown.headline} {alert_code(told.event.id)}"))
    return Message(
        alert_id="",
        icon="🗃",
        headline=headline,
        facts=tuple(facts) or (Fact(label="✓", value=none),),
    )


def suggestions_message(query: str, companies: Sequence[Company], language: Language) -> Message:
    """Whom may have been meant; the names stand on buttons too."""
    zh = language == "zh"
    listed = ("、" if zh else ", ").join(company.called(language) for company in companies)
    if companies:
        fact = Fact(label="您要找的是" if zh else "Did you mean", value=listed)
    else:
        tips = "全称、简称、代码、英文名或拼音" if zh else "a full or short name, a code, English or pinyin"
        fact = Fact(label="也没有相近的名称；可以试试" if zh else "Nothing resembles it; try", value=tips)
    return Message(
        alert_id="",
        icon="🔎",
        headline=f"没有找到“{query[:40]}”" if zh else f"No company called “{query[:40]}”",
        facts=(fact,),
    )


def known_company_message(company: Company, language: Language) -> Message:
    """A company of the registry that no source lists yet."""
    zh = language == "zh"
    return Message(
        alert_id="",
        icon="🗂",
        headline=f"{company.called(language)} · {grade_words(company.grade, language)}",
        facts=(
            Fact(label="全称" if zh else "Full name", value=company.name),
            Fact(
                label=w.STAGE(language),
                value="尚无上市申请或辅导记录" if zh else "no application and no tutoring filing seen so far",
            ),
        ),
    )


def instant(at: datetime) -> str:
    """An instant in Shanghai, to the minute."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")

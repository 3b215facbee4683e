"""The same facts as words: the text below a picture, for those who do not see it and where it cannot come.

Rule: every name, date and amount of the picture stands here too, and one that is cut there is whole here.
"""

from __future__ import annotations

from collections.abc import Iterator

from alerts.facts import days
from alerts.glossary import Language, board_words, figure_words
from alerts.message import Fact, Message
from alerts.pictures import words as w
from alerts.pictures.amounts import known, placed, sums_of
from alerts.pictures.facts import Board, Chip, Facts, League, Name, Origin, Proceeds, Stop, Timeline
from alerts.pictures.lanes import in_lanes


def caption(facts: Facts, language: Language) -> Message:
    """The picture in words, in one language."""
    match facts:
        case Timeline():
            title = f"{_called(facts.name, language)} · {w.TIMELINE(language)}"
            icon, lines = "🧭", _timeline(facts, language)
        case Proceeds():
            title = f"{_called(facts.name, language)} · {w.PROCEEDS(language)}"
            icon, lines = "🧾", _proceeds(facts, language)
        case League():
            title = w.say(w.LEAGUE, language, facts.year)
            icon, lines = "🏆", _league(facts, language)
        case Board():
            title = f"{w.BOARD(language)} · {w.say(w.ISSUERS, language, len(facts.chips))}"
            icon, lines = "🏁", _board(facts, language)
    return Message(alert_id="", icon=icon, headline=title, facts=(*lines, *_origin(facts.origin, language)))


def _called(name: Name, language: Language) -> str:
    return f"{name.en} ({name.zh})" if language == "en" and name.en else name.zh


def _origin(origin: Origin, language: Language) -> Iterator[Fact]:
    zh = language == "zh"
    if origin.sources:
        yield Fact(label="来源" if zh else "Source", value=w.sources_of(origin.sources, language))
    at = w.moment(origin.as_of)
    yield Fact(label="截至" if zh else "As of", value=f"{at}（北京时间）" if zh else f"{at} (Shanghai time)")


def _timeline(facts: Timeline, language: Language) -> Iterator[Fact]:
    if facts.board:
        yield Fact(label="板块" if language == "zh" else "Board", value=board_words(facts.board, language))
    if not facts.stops:
        yield Fact(label=w.TIMELINE(language), value=w.NO_STAGE(language))
    for place, stop in enumerate(facts.stops):
        running = facts.running and place == len(facts.stops) - 1
        yield Fact(label=stop.day.isoformat(), value=_stop(stop, language, running=running))


def _stop(stop: Stop, language: Language, *, running: bool) -> str:
    said = w.state_of(stop.state, language)
    if stop.days is not None:
        said += f" · {days(stop.days, language)}" + (f" {w.SO_FAR(language)}" if running else "")
    if stop.median is None:
        return said
    middle = days(stop.median, language)
    if language == "zh":
        return f"{said}（同板块 {stop.pack} 家中位数 {middle}）"
    return f"{said} (median of {stop.pack:,} on the board: {middle})"


def _proceeds(facts: Proceeds, language: Language) -> Iterator[Fact]:
    zh = language == "zh"
    document = " · ".join(
        filter(None, (facts.document, w.say(w.PAGE, language, facts.page) if facts.page else ""))
    )
    if document:
        yield Fact(label="文件" if zh else "Document", value=document)
    for number, project in enumerate(facts.projects, start=1):
        parts = [
            f"{word(language)} {w.amount_of(amount, language)}"
            for word, amount in ((w.FROM_PROCEEDS, project.proceeds), (w.TOTAL, project.total))
            if known(amount)
        ]
        yield Fact(label=f"{number}. {project.title}", value=("，" if zh else ", ").join(parts) or "—")
    if not facts.projects:
        yield Fact(label=w.PROCEEDS(language), value=w.NO_PROJECT(language))
    for kind, amount in sums_of(facts):
        label = w.SUM(language) if kind == "sum" else figure_words(kind, language)
        yield Fact(label=label[:1].upper() + label[1:], value=w.amount_of(amount, language))


def _league(facts: League, language: Language) -> Iterator[Fact]:
    empty = True
    for ranking in facts.rankings:
        rows = placed(ranking)
        if rows:
            yield Fact(label="▍", value=w.MEASURES[ranking.measure](language))
        for place, row in rows:
            empty = False
            amount = w.amount_of(row.yuan, language)
            value = f"{_called(row.name, language)} · {amount} · {row.day.isoformat()}"
            yield Fact(label=str(place), value=f"➤ {value}" if row.marked else value)
    if empty:
        yield Fact(label=str(facts.year), value=w.NO_RAISE(language))


def _board(facts: Board, language: Language) -> Iterator[Fact]:
    for state, chips in in_lanes(facts.chips):
        names = ("、" if language == "zh" else ", ").join(_chip(chip, language) for chip in chips)
        yield Fact(label=f"{w.state_of(state, language)} ({len(chips)})", value=names)
    if not facts.chips:
        yield Fact(label=w.BOARD(language), value=w.NO_ISSUER(language))


def _chip(chip: Chip, language: Language) -> str:
    name = _called(chip.name, language)
    return f"{name} {w.days_of(chip.days, language)}" if chip.days is not None and chip.days >= 0 else name

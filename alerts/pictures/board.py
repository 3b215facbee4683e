"""The pipeline: a lane for each state in the order of the review, a chip for each issuer in it.

Rule: lanes run across, not down: seven columns on a phone leave no room for a name.
"""

from __future__ import annotations

from dataclasses import dataclass

from alerts.glossary import Word
from alerts.pictures import words as w
from alerts.pictures.facts import Board, Chip, Language
from alerts.pictures.frame import foot, head, put
from alerts.pictures.lanes import in_lanes
from alerts.pictures.metrics import width, wrap
from alerts.pictures.sheet import BODY, INNER, LARGE, MARGIN, SMALL, Box, Draft, Ink, Sheet
from alerts.pictures.sheet import line_height as line
from monitor.domain.stages import Outcome, Stage, State

MOST = 60  # chips drawn
_OVER = {Stage.SUSPENDED, Stage.TERMINATED, Stage.TUTORING_WITHDRAWN}
_BAD = {Outcome.NOT_PASSED, Outcome.REFUSED, Outcome.REGISTRATION_TERMINATED}
_GOOD = {Outcome.REGISTERED}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Style:
    """How close things stand."""

    columns: int
    size: int
    lines: int
    pad: int
    gap: int
    between: int


_ROOMY = {
    "zh": _Style(columns=3, size=BODY, lines=2, pad=16, gap=14, between=20),
    "en": _Style(columns=2, size=BODY, lines=2, pad=16, gap=14, between=20),
    "both": _Style(columns=2, size=BODY, lines=2, pad=16, gap=14, between=20),
}
_CLOSE = {
    "zh": _Style(columns=4, size=SMALL, lines=1, pad=10, gap=8, between=10),
    "en": _Style(columns=3, size=SMALL, lines=1, pad=10, gap=8, between=10),
    "both": _Style(columns=2, size=SMALL, lines=1, pad=12, gap=8, between=10),
}
_MANY, _VERY_MANY = 16, 36  # chips from which they stand closer, and carry one name alone


def lay_out(facts: Board, language: Language) -> Sheet:
    """The board as a sheet."""
    draft = Draft()
    named: Language = "zh" if language == "both" and len(facts.chips) > _VERY_MANY else language
    style = (_CLOSE if len(facts.chips) > _MANY else _ROOMY)[named]
    count = w.say(w.ISSUERS, language, len(facts.chips))
    y = head(draft, w.say(w.BOARD, language), count, w.say(w.DAYS_IN_STAGE, language) if facts.chips else "")
    if not facts.chips:
        y = put(draft, w.say(w.NO_ISSUER, language), MARGIN, y, INNER, ink=Ink.MUTED)
    left = MOST
    for state, chips in in_lanes(facts.chips):
        if left > 0:
            y = _lane(draft, y, state, chips[:left], len(chips), style, language, named)
        left -= len(chips)
    if (hidden := len(facts.chips) - MOST) > 0:
        y = put(draft, w.say(w.MORE_ISSUERS, language, hidden), MARGIN, y, INNER, size=SMALL, ink=Ink.MUTED)
    return foot(draft, y, facts.origin, language)


def _lane(
    draft: Draft,
    y: int,
    state: State,
    chips: list[Chip],
    count: int,
    style: _Style,
    language: Language,
    named: Language,
) -> int:
    ink = Ink.ACCENT
    if state.stage in _OVER or state.outcome in _BAD:
        ink = Ink.BAD
    elif state.stage is Stage.ISSUED or state.outcome in _GOOD:
        ink = Ink.GOOD
    title = w.say(Word(w.state_of(state, "zh"), w.state_of(state, "en")), language)
    number = width(str(count), BODY, bold=True)
    put(draft, str(count), MARGIN, y + 3, INNER, size=BODY, bold=True, right=True, ink=Ink.MUTED)
    y = put(draft, title, MARGIN, y, INNER - number - 30, size=LARGE, bold=True, ink=ink, lines=2)
    draft.shape(MARGIN, y, INNER, 4, ink, 2)
    y += 4 + style.gap
    wide = (INNER - style.gap * (style.columns - 1)) // style.columns
    for first in range(0, len(chips), style.columns):
        row = chips[first : first + style.columns]
        tall = max(len(_lines(chip, wide, style, named)) for chip in row) * line(style.size) + style.pad
        for column, chip in enumerate(row):
            box = Box(MARGIN + column * (wide + style.gap), y, wide, tall)
            _chip(draft, box, chip, style, named)
        y += tall + style.gap
    return y + style.between


def _days(chip: Chip, style: _Style, language: Language) -> str:
    if chip.days is None or chip.days < 0:
        return ""
    return w.days_of(chip.days, language) if style.lines > 1 else f"{chip.days:,}"


def _lines(chip: Chip, wide: int, style: _Style, language: Language) -> tuple[str, ...]:
    days = width(_days(chip, style, language), SMALL)
    room = wide - 2 * style.pad - (days + 12 if days else 0)
    return wrap(w.name_of(chip.name, language), style.size, room, lines=style.lines)


def _chip(draft: Draft, box: Box, chip: Chip, style: _Style, language: Language) -> None:
    draft.shape(box.x, box.y, box.width, box.height, Ink.CARD, 12)
    y = box.y + style.pad // 2
    x, room = box.x + style.pad, box.width - 2 * style.pad
    if days := _days(chip, style, language):
        drop = line(style.size) - line(SMALL)
        put(draft, days, x, y + drop // 2 + drop % 2, room, size=SMALL, ink=Ink.MUTED, right=True)
    for text in _lines(chip, box.width, style, language):
        y = put(draft, text, x, y, room, size=style.size)

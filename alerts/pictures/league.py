"""The raises of a year, the largest first; the issuer asked about is marked wherever it stands."""

from __future__ import annotations

from decimal import Decimal

from alerts.pictures import words as w
from alerts.pictures.amounts import placed
from alerts.pictures.facts import Language, League, Ranked
from alerts.pictures.frame import foot, head, put
from alerts.pictures.metrics import width
from alerts.pictures.sheet import BODY, INNER, LARGE, MARGIN, SMALL, Draft, Ink, Sheet

MOST = (20, 10)  # rows drawn of one ranking alone, of each of two
_NUMBER = 66


def lay_out(facts: League, language: Language) -> Sheet:
    """The league as a sheet."""
    draft = Draft()
    rankings = [ranking for ranking in facts.rankings if placed(ranking)]
    alone = len(rankings) == 1
    y = head(
        draft,
        w.say(w.LEAGUE, language, facts.year),
        w.say(w.MEASURES[rankings[0].measure], language) if alone else "",
    )
    if not rankings:
        y = put(draft, w.say(w.NO_RAISE, language), MARGIN, y, INNER, ink=Ink.MUTED)
    for place, ranking in enumerate(rankings):
        y += 24 if place else 0
        if not alone:
            y = put(
                draft,
                w.say(w.MEASURES[ranking.measure], language),
                MARGIN,
                y,
                INNER,
                size=LARGE,
                bold=True,
                lines=2,
            )
            y += 14
        y = _ranking(draft, y, placed(ranking), MOST[0] if alone else MOST[1], language)
    return foot(draft, y, facts.origin, language)


def shown_of(rows: list[tuple[int, Ranked]], most: int) -> list[tuple[int, Ranked]]:
    """The first rows, and after them those marked."""
    return [*rows[:most], *(row for row in rows[most:] if row[1].marked)]


def _ranking(draft: Draft, y: int, rows: list[tuple[int, Ranked]], most: int, language: Language) -> int:
    largest = rows[0][1].yuan
    shown = shown_of(rows, most)
    for place, row in shown:
        y = _row(draft, y, place, row, largest, language)
    if hidden := len(rows) - len(shown):
        y = put(
            draft,
            w.say(w.MORE_RAISES, language, hidden),
            MARGIN + _NUMBER,
            y,
            INNER - _NUMBER,
            size=SMALL,
            ink=Ink.MUTED,
        )
    return y


def _row(draft: Draft, y: int, place: int, row: Ranked, largest: Decimal, language: Language) -> int:
    if row.marked:
        draft.shape(MARGIN - 20, y - 8, INNER + 40, 96, Ink.SOFT, 16)
    ink = Ink.ACCENT if row.marked else Ink.PACK
    put(
        draft,
        str(place),
        MARGIN,
        y,
        _NUMBER - 10,
        size=BODY,
        bold=True,
        ink=Ink.ACCENT if row.marked else Ink.MUTED,
    )
    said = w.amount_of(row.yuan, language)
    amount = width(said, BODY, bold=True)
    day = row.day.isoformat()
    left = MARGIN + _NUMBER
    room = INNER - _NUMBER - amount - 24
    dated = width(day, SMALL) + 18
    name = w.name_of(row.name, language)
    long = width(name, BODY, bold=row.marked)
    put(draft, name, left, y, room - dated, size=BODY, bold=row.marked)
    put(draft, day, left + min(long, room - dated) + 18, y + 4, width(day, SMALL), size=SMALL, ink=Ink.MUTED)
    below = put(draft, said, MARGIN, y, INNER, size=BODY, bold=True, right=True) + 6
    if largest > 0:
        draft.shape(left, below, INNER - _NUMBER, 14, Ink.LINE, 7)
        draft.shape(left, below, max(14, round((INNER - _NUMBER) * row.yuan / largest)), 14, ink, 7)
    return below + 14 + 32

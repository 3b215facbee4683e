"""What the proceeds are for: total investment and the part from proceeds of each project, and the sums."""

from __future__ import annotations

from decimal import Decimal

from alerts.pictures import words as w
from alerts.pictures.amounts import known, sums_of
from alerts.pictures.facts import Language, Proceeds, Project
from alerts.pictures.frame import foot, head, legend, put
from alerts.pictures.metrics import width
from alerts.pictures.sheet import BODY, INNER, MARGIN, SMALL, Draft, Ink, Sheet

MOST = 8  # projects drawn; the sum, where it is known, counts all
_BAR = 26
_GAP = 16
_SHORTEST = 300  # pixels of the longest bar


def lay_out(facts: Proceeds, language: Language) -> Sheet:
    """The bars as a sheet."""
    draft = Draft()
    page = w.say(w.PAGE, w.one(language), facts.page) if facts.page else ""
    document = w.DOT.join(filter(None, (facts.document, page)))
    y = head(draft, w.full_name(facts.name, language), w.say(w.PROCEEDS, language), document)
    if not facts.projects:
        y = put(draft, w.say(w.NO_PROJECT, language), MARGIN, y, INNER, ink=Ink.MUTED)
    else:
        y = legend(
            draft, y, ((Ink.ACCENT, w.say(w.FROM_PROCEEDS, language)), (Ink.PACK, w.say(w.TOTAL, language)))
        )
    sums = sums_of(facts)
    every = [amount for project in facts.projects for amount in (project.total, project.proceeds)]
    amounts = [amount for amount in every if known(amount)]
    largest = max(amounts, default=Decimal(0))
    widest = max((width(w.amount_of(amount, language), BODY, bold=True) for amount in amounts), default=0)
    room = max(_SHORTEST, INNER - widest - _GAP)  # the same for all: equal amounts, equal bars
    for number, project in enumerate(facts.projects[:MOST], start=1):
        y = _project(draft, y, number, project, largest, room, language)
    if (hidden := len(facts.projects) - MOST) > 0:
        more = w.say(w.MORE_PROJECTS, language, hidden)
        y = put(draft, more, MARGIN, y, INNER, size=SMALL, ink=Ink.MUTED) + 16
    if sums:
        draft.shape(MARGIN, y, INNER, 2, Ink.LINE)
        y = _sums(draft, y + 20, sums, language)
    return foot(draft, y, facts.origin, language)


def _project(
    draft: Draft, y: int, number: int, project: Project, largest: Decimal, room: int, language: Language
) -> int:
    y = put(draft, f"{number}. {project.title}", MARGIN, y, INNER, size=BODY, bold=True, lines=2) + 4
    for amount, bold in ((project.proceeds, True), (project.total, False)):
        if not known(amount):
            continue
        long = max(4, round(room * amount / largest)) if largest else 4
        draft.shape(MARGIN, y + 9, long, _BAR, Ink.ACCENT if bold else Ink.PACK, 6)
        size, ink = (BODY, Ink.TEXT) if bold else (SMALL, Ink.MUTED)
        x = MARGIN + long + _GAP
        put(draft, w.amount_of(amount, language), x, y, MARGIN + INNER - x, size=size, bold=bold, ink=ink)
        y += 44
    return y + 20


def _sums(draft: Draft, y: int, sums: tuple[tuple[str, Decimal], ...], language: Language) -> int:
    largest = max(amount for _, amount in sums)
    for kind, amount in sums:
        label = w.say(w.SUM, language) if kind == "sum" else w.figure_of(kind, language)
        said = w.amount_of(amount, language)
        wide = width(said, BODY, bold=True)
        put(draft, label, MARGIN, y, INNER - wide - 24, size=BODY, ink=Ink.MUTED)
        y = put(draft, said, MARGIN, y, INNER, size=BODY, bold=True, right=True) + 4
        ink = Ink.ACCENT if kind == "sum" else Ink.PACK
        draft.shape(MARGIN, y, INNER, 12, Ink.SOFT, 6)
        if largest:
            draft.shape(MARGIN, y, max(12, round(INNER * amount / largest)), 12, ink, 6)
        y += 34
    return y

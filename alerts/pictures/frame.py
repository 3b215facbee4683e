"""What all pictures share: title above, source and instant below, and text put on a draft."""

from __future__ import annotations

from alerts.pictures import words as w
from alerts.pictures.facts import Language, Origin
from alerts.pictures.metrics import fit, width, wrap
from alerts.pictures.sheet import BODY, INNER, MARGIN, SMALL, TITLE, WIDTH, Box, Draft, Ink, Sheet, Words
from alerts.pictures.sheet import line_height as line

_TOP = 44
_TITLE_LINES = 2
_ACCENT = 10


def put(
    draft: Draft,
    text: str,
    x: int,
    y: int,
    room: int,
    *,
    size: int = BODY,
    ink: Ink = Ink.TEXT,
    bold: bool = False,
    lines: int = 1,
    right: bool = False,
) -> int:
    """Put text in `room` pixels from x (to the right edge of the room if so asked); the y below it."""
    for piece in wrap(text, size, room, lines=lines, bold=bold):
        if piece:
            wide = width(piece, size, bold=bold)
            left = x + room - wide if right else x
            box = Box(left, y, wide, line(size))
            draft.words.append(Words(text=piece, box=box, size=size, ink=ink, bold=bold))
        y += line(size)
    return y


def head(draft: Draft, title: str, *below: str) -> int:
    """The title with what stands below it; the y where the body begins."""
    room = INNER - _ACCENT - 22
    y = put(draft, title, MARGIN + _ACCENT + 22, _TOP, room, size=TITLE, bold=True, lines=_TITLE_LINES)
    for text in filter(None, below):
        y = put(draft, text, MARGIN + _ACCENT + 22, y + 2, room, size=BODY, ink=Ink.MUTED, lines=2)
    draft.shape(MARGIN, _TOP + 10, _ACCENT, y - _TOP - 16, Ink.ACCENT, 5)
    return y + 26


def foot(draft: Draft, y: int, origin: Origin, language: Language) -> Sheet:
    """Source and instant below a line; the finished sheet."""
    y += 22
    draft.shape(MARGIN, y, INNER, 2, Ink.LINE)
    y += 16
    for text in origin_lines(origin, language):
        y = put(draft, text, MARGIN, y, INNER, size=SMALL, ink=Ink.MUTED, lines=2)
    return draft.done(y + 32)


def origin_lines(origin: Origin, language: Language) -> tuple[str, ...]:
    """Source and instant in words."""
    chinese, english = (w.sources_of(origin.sources, each) for each in w.EACH)
    sources = (
        " / ".join(dict.fromkeys((chinese, english)))
        if language == "both"
        else w.sources_of(origin.sources, w.one(language))
    )
    said = w.say(w.SOURCE, w.one(language), sources) if sources else ""
    return tuple(filter(None, (said, w.say(w.AS_OF, language, w.moment(origin.as_of)))))


def legend(draft: Draft, y: int, entries: tuple[tuple[Ink, str], ...]) -> int:
    """Coloured marks with what they mean, on as many lines as they take; the y below them."""
    x = MARGIN
    for ink, text in entries:
        wide = 26 + 12 + width(text, SMALL)
        if x > MARGIN and x + wide > WIDTH - MARGIN:
            x, y = MARGIN, y + line(SMALL) + 4
        draft.shape(x, y + 8, 26, 22, ink, 6)
        put(draft, fit(text, SMALL, INNER - 38), x + 38, y, INNER - 38, size=SMALL, ink=Ink.MUTED)
        x += wide + 36
    return y + line(SMALL) + 18

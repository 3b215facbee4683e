"""A sheet in the colours of a theme, as PNG bytes.

Rule: round corners are drawn four times as large and scaled down; text has FreeType's own smooth edges.
Rule: a fixed palette and no date in the file: small, and the same bytes for the same facts.
"""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageColor, ImageDraw

from alerts.pictures import board, league, proceeds, timeline
from alerts.pictures.facts import Board, Facts, Language, League, Proceeds, Timeline
from alerts.pictures.metrics import font
from alerts.pictures.sheet import WIDTH, Ink, Shape, Sheet, Words

_LIGHT = {
    Ink.PAGE: "#ffffff",
    Ink.CARD: "#f0f3f7",
    Ink.LINE: "#dde3ea",
    Ink.TEXT: "#17202b",
    Ink.MUTED: "#596676",
    Ink.ACCENT: "#1f6fd6",
    Ink.SOFT: "#e6f0fc",
    Ink.PACK: "#a9b6c5",
    Ink.GOOD: "#0f7a4a",
    Ink.BAD: "#c8372d",
}
_DARK = {
    Ink.PAGE: "#17212b",
    Ink.CARD: "#232f3c",
    Ink.LINE: "#33414f",
    Ink.TEXT: "#f2f5f8",
    Ink.MUTED: "#a3b1bf",
    Ink.ACCENT: "#5aa7f5",
    Ink.SOFT: "#20364c",
    Ink.PACK: "#66788a",
    Ink.GOOD: "#45c486",
    Ink.BAD: "#f0776b",
}
THEMES = (_LIGHT, _DARK)
# Text on its ground, whose smooth edges get colours of their own; other edges take the nearest.
_EDGES = (
    (Ink.PAGE, (Ink.TEXT, Ink.MUTED, Ink.ACCENT, Ink.GOOD, Ink.BAD, Ink.PACK)),
    (Ink.CARD, (Ink.TEXT, Ink.MUTED)),
    (Ink.SOFT, (Ink.TEXT, Ink.MUTED, Ink.ACCENT)),
)
# Smooth text, colours between two, how hard the file is pressed; the next is tried while it is too large.
_TRIES = ((True, 3, 6), (True, 1, 7), (False, 1, 7), (False, 1, 9))
LARGEST = 148_000  # bytes
_FINE = 4
_BASELINE = 0.99  # of the size below the top of a line of text


def lay_out(facts: Facts, language: Language) -> Sheet:
    """Where everything stands; pure."""
    match facts:
        case Timeline():
            return timeline.lay_out(facts, language)
        case Proceeds():
            return proceeds.lay_out(facts, language)
        case League():
            return league.lay_out(facts, language)
        case Board():
            return board.lay_out(facts, language)


def draw(facts: Facts, language: Language, *, dark: bool = False) -> bytes:
    """The picture of these facts as PNG; raises ValueError for an instant without a time zone."""
    return paint(lay_out(facts, language), dark=dark)


def paint(sheet: Sheet, *, dark: bool = False) -> bytes:
    """A sheet as PNG bytes."""
    made = b""
    for smooth, steps, level in _TRIES:
        image = _image(sheet, _DARK if dark else _LIGHT, smooth=smooth)
        made = _png(image.quantize(palette=_palette(dark, steps), dither=Image.Dither.NONE), level)
        if len(made) <= LARGEST:
            break
    return made


def _image(sheet: Sheet, theme: dict[Ink, str], *, smooth: bool) -> Image.Image:
    image = Image.new("RGB", (WIDTH, sheet.height), theme[Ink.PAGE])
    for shape in sheet.shapes:
        _paint_shape(image, shape, theme[shape.ink])
    pen = ImageDraw.Draw(image)
    pen.fontmode = "L" if smooth else "1"
    for words in sheet.words:
        _paint_words(pen, words, theme[words.ink])
    return image


def _png(image: Image.Image, level: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=level)
    return out.getvalue()


@lru_cache(maxsize=8)
def _palette(dark: bool, steps: int) -> Image.Image:
    theme = {ink: ImageColor.getrgb(colour) for ink, colour in (_DARK if dark else _LIGHT).items()}
    colours: list[tuple[int, ...]] = list(theme.values())
    for ground, inks in _EDGES:
        for ink in inks:
            pairs = list(zip(theme[ground], theme[ink], strict=True))
            for step in range(1, steps + 1):
                colours.append(tuple(a + (b - a) * step // (steps + 1) for a, b in pairs))
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in colours for part in colour])
    return palette


def _paint_shape(image: Image.Image, shape: Shape, colour: str) -> None:
    box = shape.box
    radius = min(shape.radius, box.width // 2, box.height // 2)
    if not radius:
        image.paste(colour, (box.x, box.y, box.right, box.bottom))
        return
    image.paste(colour, (box.x, box.y), _rounded(box.width, box.height, radius))


@lru_cache(maxsize=64)
def _rounded(width: int, height: int, radius: int) -> Image.Image:
    """Which pixels a rectangle with round corners covers, and how much of them."""
    corner = Image.new("L", (radius * _FINE, radius * _FINE), 0)
    ImageDraw.Draw(corner).ellipse((0, 0, 2 * radius * _FINE - 1, 2 * radius * _FINE - 1), fill=255)
    corner = corner.resize((radius, radius), Image.Resampling.BOX)
    mask = Image.new("L", (width, height), 255)
    flipped = corner.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    mask.paste(corner, (0, 0))
    mask.paste(flipped, (width - radius, 0))
    mask.paste(corner.transpose(Image.Transpose.FLIP_TOP_BOTTOM), (0, height - radius))
    mask.paste(flipped.transpose(Image.Transpose.FLIP_TOP_BOTTOM), (width - radius, height - radius))
    return mask


def _paint_words(pen: ImageDraw.ImageDraw, words: Words, colour: str) -> None:
    place = (words.box.x + (1 if words.bold else 0), words.box.y + round(words.size * _BASELINE))
    weight = 0.7 if words.bold else 0
    pen.text(place, words.text, font=font(words.size), fill=colour, anchor="ls", stroke_width=weight)

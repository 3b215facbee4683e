"""How wide text is in the shipped font, and how it is cut to a width.

Rule: a character the font lacks is drawn as its empty box (□ with a cross): seen, never dropped.
"""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FONT = Path(__file__).with_name("fonts") / "NotoSansSC-Regular-subset.otf"
_NOWHERE = "\U0010fffe"  # a code point no font has
_PROBE = 32


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The shipped font at a size in pixels; plain layout, so that every machine sets text alike."""
    return ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)


def clean(text: str) -> str:
    """Text as one line without what cannot be seen: controls, marks of direction, repeated blanks."""
    kept = (" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)
    return " ".join("".join(char for char in kept if unicodedata.category(char) != "Cf").split())


def width(text: str, size: int, *, bold: bool = False) -> int:
    """Pixels a line of text takes, rounded up."""
    return math.ceil(font(size).getlength(text)) + (2 if bold and text else 0)


def fit(text: str, size: int, room: int, *, bold: bool = False) -> str:
    """The text, or as much of it as the room holds with an ellipsis after it."""
    return wrap(text, size, room, lines=1, bold=bold)[0]


def wrap(text: str, size: int, room: int, *, lines: int, bold: bool = False) -> tuple[str, ...]:
    """The text on at most so many lines; Latin words stay whole where they can, the rest is cut with …"""
    left, made = clean(text), []
    while left:
        if width(left, size, bold=bold) <= room:
            made.append(left)
            break
        last = len(made) == lines - 1
        mark = ("..." if left.isascii() else "…") if last else ""
        count = _holds(left, size, room, mark, bold=bold)
        if last:
            made.append(left[:count].rstrip() + mark)
            break
        count = _whole_words(left, count)
        made.append(left[:count].rstrip())
        left = left[count:].lstrip()
    return tuple(made) or ("",)


def _holds(text: str, size: int, room: int, mark: str, *, bold: bool) -> int:
    """How many characters fit with the mark behind them, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + mark, size, bold=bold) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _whole_words(text: str, count: int) -> int:
    """A place to break at or before `count` that leaves no Latin word in two; `count` when there is none."""
    for place in range(count, 0, -1):
        before, after = text[place - 1 : place], text[place : place + 1]
        if after and after in "，。、；：）》」”":
            continue
        if not (before.isascii() and before.isalnum() and after.isascii() and after.isalnum()):
            return place
    return count


def missing(text: str) -> set[str]:
    """The characters the shipped font has no glyph for."""
    return {char for char in set(text) if not char.isspace() and _lacks(char)}


@lru_cache(maxsize=4096)
def _lacks(char: str) -> bool:
    return bytes(font(_PROBE).getmask(char)) == _empty_box()


@lru_cache(maxsize=1)
def _empty_box() -> bytes:
    return bytes(font(_PROBE).getmask(_NOWHERE))

"""A picture as boxes: where each word and bar stands, before anything is painted.

Rule: layout is arithmetic over measured text; whatever paints a sheet decides nothing.
Rule: no text is smaller than 28 px on a sheet of 1,080 px, so that a phone shows it legibly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

WIDTH = 1080
MARGIN = 48
INNER = WIDTH - 2 * MARGIN
SMALL, BODY, LARGE, TITLE = 28, 32, 36, 52
_LINE = 1.32  # height of a line of text over its size


class Ink(Enum):
    """What a colour is for; a theme says which colour that is."""

    PAGE = "page"
    CARD = "card"
    LINE = "line"
    TEXT = "text"
    MUTED = "muted"
    ACCENT = "accent"
    SOFT = "soft"  # behind what is accented
    PACK = "pack"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """One past the last column."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """One past the last row."""
        return self.y + self.height

    def overlaps(self, other: Box) -> bool:
        """Whether the two share a pixel."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether the other lies wholly inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One line of text in its box; the baseline follows from the size."""

    text: str
    box: Box
    size: int
    ink: Ink = Ink.TEXT
    bold: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """A filled rectangle with round corners."""

    box: Box
    ink: Ink
    radius: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """One laid-out picture: shapes first, then words above them."""

    height: int
    shapes: tuple[Shape, ...]
    words: tuple[Words, ...]

    @property
    def box(self) -> Box:
        """The whole sheet."""
        return Box(0, 0, WIDTH, self.height)


def line_height(size: int) -> int:
    """Pixels from one line of text to the next."""
    return round(size * _LINE)


@dataclass(kw_only=True, slots=True)
class Draft:
    """A sheet while it is being laid out."""

    shapes: list[Shape] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    def shape(self, x: int, y: int, width: int, height: int, ink: Ink, radius: int = 0) -> None:
        """Put a rectangle; one without extent is none."""
        if width > 0 and height > 0:
            self.shapes.append(Shape(box=Box(x, y, width, height), ink=ink, radius=radius))

    def done(self, height: int) -> Sheet:
        """The finished sheet."""
        return Sheet(height=height, shapes=tuple(self.shapes), words=tuple(self.words))

"""What is fuzzed: one parser or renderer as a function of bytes, its good inputs, and bytes read as choices.

Rule: a target returns, or raises MonitorError or one of its documented `refusals`; all else is a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

_T = TypeVar("_T")


class Broken(AssertionError):
    """A target's own promise did not hold: a message the chat service would refuse, a lost character."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One parser or renderer with good inputs to spoil and words worth splicing in.

    Most inputs are of at most `usual` bytes, so that many can be tried; one in 200 may grow to `most`.
    """

    name: str
    one: Callable[[bytes], None]
    samples: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()
    usual: int = 2_048
    most: int = 32 * 1024
    refusals: tuple[type[Exception], ...] = ()  # documented errors of this function that are not ours
    binary: bool = False  # the bytes are choices (see Choices): only their values and places are changed


def void(_: object) -> None:
    """A target's result is of no interest; what it raises is."""


def text_of(data: bytes) -> str:
    """Bytes as text of any characters but lone surrogates."""
    return data.decode("utf-8", "replace")


class Choices:
    """Decisions read from bytes one after the other, so that a changed byte changes one decision."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return max(0, len(self._data) - self._at)

    def byte(self) -> int:
        """0 to 255; 0 when the bytes are used up."""
        if self._at >= len(self._data):
            return 0
        self._at += 1
        return self._data[self._at - 1]

    def number(self, low: int, high: int) -> int:
        """A whole number between two, both included."""
        span, found = high - low, 0
        while span > 0:
            found = found << 8 | self.byte()
            span >>= 8
        return low + found % (high - low + 1)

    def pick(self, among: Sequence[_T]) -> _T:
        """One of several."""
        return among[self.byte() % len(among)] if len(among) <= 256 else among[self.number(0, len(among) - 1)]

    def chance(self, parts: int) -> bool:
        """True in so many of 256 cases."""
        return self.byte() < parts

    def text(self, most: int) -> str:
        """Text of the next bytes, at most so many."""
        size = self.number(0, most)
        piece = self._data[self._at : self._at + size]
        self._at += size
        return text_of(piece)

"""Pages of text as one run without blanks, where every place still knows its page and its printed form.

Rule: characters are mapped one to one (`simplify`), so a quote is always the page's own wording.
Rule: a blank is kept only between two numbers, where it may part two columns.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from monitor.domain.money import simplify

__all__ = ["Page", "Run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: its number as the document's reader counts (from 1), its text, its ruled tables if known."""

    number: int
    text: str
    tables: tuple[tuple[tuple[str, ...], ...], ...] = ()


_BETWEEN_NUMBERS = re.compile(r"(?<=[0-9,.%])\s+(?=[0-9,.\-])")
# A comma that waits for its three digits, or a point after a full group: one number over two lines.
_BROKEN = re.compile(
    r"(?<=\d,)\s+(?=\d{3}(?!\d))|(?<=,\d{3}\.)\s+(?=\d{1,4}(?![\d,.]))|(?<=\d)\s+(?=,\d{3}(?!\d))"
)
_FOLIO = re.compile(r"(?m)^[ \t]*(?:\d{1,2}-\d{1,2}-\d{1,4}|\d{1,4}|第?\d{1,4}页?|-\d{1,4}-)[ \t\r]*$")
_TAIL_FOLIO = re.compile(r"\s(?:\d{1,2}-\d{1,2}-\d{1,4}|\d{1,4})\s*\Z")
_BOX = str.maketrans(dict.fromkeys("|\uf052\uf0a3", " "))


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _running_head(texts: list[str]) -> str | None:
    """The words that open most pages (the running head), as printed."""
    firsts = [text.lstrip()[:80] for text in texts if text.strip()]
    if len(firsts) < 4:
        return None
    lines = Counter(first.splitlines()[0].strip() for first in firsts)
    line, times = lines.most_common(1)[0]
    if times * 10 >= len(firsts) * 3 and len(line) >= 4:
        return line
    prefixes: Counter[str] = Counter()
    for one, two in pairwise(firsts):
        size = 0
        while size < min(len(one), len(two)) and one[size] == two[size]:
            size += 1
        if size >= 8:
            prefixes[one[:size].rstrip()] += 1
    if not prefixes:
        return None
    head, times = prefixes.most_common(1)[0]
    return head if times * 10 >= len(firsts) * 3 else None


def _without_furniture(text: str, head: str | None) -> str:
    """The page with running head and folio blanked out, nothing moved."""
    if head:
        at = text.find(head)
        if 0 <= at <= 40:
            text = _blank(text, at, at + len(head))
    lead = len(text) - len(text.lstrip())
    found = _FOLIO.match(text, lead)
    if found and "\n" in text[found.end() : found.end() + 2]:
        text = _blank(text, *found.span())
    last = _TAIL_FOLIO.search(text)
    if last and (text.count("\n") <= 3 or "\n" in last.group().rstrip(" \r\n")):
        text = _blank(text, *last.span())
    return text


def _squeeze(text: str) -> str:
    text = _BROKEN.sub("", text)
    kept = _BETWEEN_NUMBERS.sub("\x00", text)
    return re.sub(r"\s+", "", kept).replace("\x00", " ")


@dataclass(slots=True)
class Run:
    """A document as one squeezed string; `quote` and `page_at` lead back from any place in it."""

    pages: list[Page]
    text: str = ""
    starts: list[int] = field(default_factory=list)
    shaped: list[str] = field(default_factory=list)
    squeezed: list[str] = field(default_factory=list)
    _places: dict[int, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, pages: list[Page]) -> Run:
        """The run of all pages, running heads and folios left out."""
        run = cls(pages=pages)
        head = _running_head([page.text for page in pages])
        at = 0
        parts: list[str] = []
        for page in pages:
            shaped = simplify(_without_furniture(page.text, head)).translate(_BOX)
            part = _squeeze(shaped)
            if parts and part and part[0].isdigit() and parts[-1][-1:].isdigit():
                part = " " + part
            run.starts.append(at)
            run.shaped.append(shaped)
            run.squeezed.append(part)
            parts.append(part)
            at += len(part)
        run.text = "".join(parts)
        return run

    def index_at(self, place: int) -> int:
        """The index in `pages` of the page that holds the place."""
        return max(0, bisect_right(self.starts, place) - 1)

    def page_at(self, place: int) -> int:
        """The number of the page that holds the place."""
        return self.pages[self.index_at(place)].number

    def page_end(self, place: int) -> int:
        """Where the page that holds the place ends in the run."""
        index = self.index_at(place) + 1
        return self.starts[index] if index < len(self.starts) else len(self.text)

    def _map(self, index: int) -> list[int]:
        """For each character of the squeezed page, where it stands in the page's text."""
        if index not in self._places:
            shaped, places, at = self.shaped[index], [], 0
            for char in self.squeezed[index]:
                if char == " ":
                    places.append(at)
                    continue
                while shaped[at] != char:
                    at += 1
                places.append(at)
                at += 1
            self._places[index] = places
        return self._places[index]

    def quote(self, start: int, end: int) -> str:
        """The page's own words between two places (of one page: the end is cut at the page's end)."""
        index = self.index_at(start)
        places = self._map(index)
        low = start - self.starts[index]
        high = min(end - self.starts[index], len(places)) - 1
        if not places or low > high:
            return ""
        raw = self.pages[index].text[places[low] : places[high] + 1]
        return re.sub(r"\s+", " ", raw).strip()

    def words(self, start: int, end: int) -> list[str]:
        """The printed words between two places, page by page, running heads and folios left out."""
        found: list[str] = []
        for index in range(self.index_at(start), self.index_at(max(start, end - 1)) + 1):
            places = self._map(index)
            low = max(0, start - self.starts[index])
            high = min(end - self.starts[index], len(places))
            if low >= high:
                continue
            first, last = places[low], places[high - 1] + 1
            raw, shaped = self.pages[index].text[first:last], self.shaped[index][first:last]
            found += "".join(
                char if shape != " " else " " for char, shape in zip(raw, shaped, strict=True)
            ).split()
        return found

    def around(self, start: int, end: int, *, before: int = 40, after: int = 30) -> str:
        """A quote that holds the span and the words near it, cut at sentence ends."""
        floor = self.starts[self.index_at(start)]
        left = max(floor, start - before)
        cut = max(self.text.rfind(mark, left, start) for mark in "。;")
        right = min(len(self.text), end + after)
        stops = [place for mark in "。;" if (place := self.text.find(mark, end, right)) >= 0]
        return self.quote(cut + 1 if cut >= left else left, min(stops) + 1 if stops else right)

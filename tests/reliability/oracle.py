"""Reconciles what the exchange published with what each chat saw.

Rule: only the story and the chats are asked; the program's own database proves nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from alerts.glossary import Language
from tests.reliability.story import Told

_MARKS = ("可能重复", "possible repeat")
_CARDS = ("动态卡片，更新于", "Kept up to date; last change")
_ALERT = re.compile(r"#[0-9A-Z]{4}\b")


@dataclass
class Tally:
    """What came of a run."""

    alerts: int = 0
    lost: list[str] = field(default_factory=list)
    unmarked_surplus: list[str] = field(default_factory=list)
    told_of_the_past: list[str] = field(default_factory=list)
    marked: int = 0
    ambiguous: int = 0
    late: int = 0

    @property
    def kept(self) -> bool:
        """Whether the promises held."""
        clean = not (self.lost or self.unmarked_surplus or self.told_of_the_past)
        return clean and self.marked <= self.ambiguous


def reconcile(
    live: Iterable[Told],
    quiet: Iterable[Told],
    seen: Mapping[str, tuple[Language, Sequence[str]]],
    *,
    ambiguous: int,
) -> Tally:
    """`seen` maps a chat to its language and the texts it was shown, in order."""
    tally = Tally(ambiguous=ambiguous)
    wanted, past = list(live), list(quiet)
    for chat, (language, texts) in seen.items():
        plain, marked = Counter[str](), Counter[str]()
        for text in texts:
            if any(words in text for words in _CARDS):
                continue  # a living card tells no news; its own promises are the part `inbound`
            repeat = any(mark in text for mark in _MARKS)
            tally.marked += repeat
            tally.late += "迟到" in text or "LATE " in text
            (marked if repeat else plain).update(_lines(text))
        papers = _papers(texts)
        for told in wanted:
            tally.alerts += 1
            words = told.words(language)
            if told.state is None and not (plain[words] or marked[words]):
                # A digest names a document by its kind and alert id: as many ids as there were documents.
                published = sum(one.state is None and one.short == told.short for one in wanted)
                if len(papers[told.short]) < published:
                    tally.lost.append(f"{chat}: {words}")
            elif not (plain[words] or marked[words]):
                tally.lost.append(f"{chat}: {words}")
            if plain[words] > 1:
                tally.unmarked_surplus.append(f"{chat}: {plain[words]} × {words}")
        for told in past:
            words = told.words(language)
            if words not in {one.words(language) for one in wanted} and (plain[words] or marked[words]):
                tally.told_of_the_past.append(f"{chat}: {words}")
    return tally


_PAPER = re.compile(r"(示例\d{4}) · (?:披露文件|document disclosed)[^#]*(?P<id>#[0-9A-Z]{4})?$")


def _papers(texts: Sequence[str]) -> dict[str, set[str]]:
    """Short name → alert ids of the documents its chat was told of, alone or in a digest."""
    found: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        lines = [line.strip() for line in text.splitlines()]
        own = next((line for line in reversed(lines) if _ALERT.fullmatch(line)), lines[0][:5])
        for line in lines:
            if paper := _PAPER.search(line):
                found[paper[1]].add(paper["id"] or own)
    return found


_HEAD = re.compile(r"(示例\d{4} · .+?)(?: #[0-9A-Z]{4})?$")
_TITLE = re.compile(r"(示例芯片\d{4}号股份有限公司招股说明书第\d{4}稿)")


def _lines(text: str) -> set[str]:
    """The facts one message speaks of: its headline, a digest's lines, a document's title."""
    found = set()
    for line in text.splitlines():
        if head := _HEAD.search(line.strip()):
            found.add(head[1])
        if title := _TITLE.search(line):
            found.add(title[1])
    return found

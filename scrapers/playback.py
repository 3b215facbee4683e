"""What a source brings along so that kept answers tell again what they told, and so that it can be surveyed.

Rule: playback asks nobody anything; it tells the desk what the live poll told it, in the same order.
Rule: a survey asks each question once, and says of each statement we rely on whether it still holds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from monitor.domain.errors import FetchError, ParseError
from scrapers.contract import Desk, Document, Request

Fetch = Callable[[Request], Awaitable[Document]]


class Playback(Protocol):
    """Kept answers of one source, one after the other in the order they were fetched."""

    @property
    def labels(self) -> frozenset[str]:
        """The request labels this source's answers carry."""
        ...

    async def play(self, desk: Desk, document: Document) -> None:
        """Tell the desk what one good answer says; ParseError when it cannot be read."""
        ...

    async def missing(self, desk: Desk, document: Document) -> None:
        """Note that the host had no such page (404)."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One statement about a host: it holds, it does not, or (None) no usable answer came."""

    statement: str
    holds: bool | None
    seen: str = ""


# What a check says of an answer: whether the statement holds, and what was seen.
Said = tuple[bool, str]
Check = tuple[str, Callable[[Document], Said]]


async def examine(fetch: Fetch, request: Request, *checks: Check) -> list[Finding]:
    """Ask once and hold the answer against each statement; an answer that cannot be read fails them all."""
    try:
        document = await fetch(request)
    except FetchError as exc:
        return [Finding(statement=statement, holds=None, seen=str(exc)) for statement, _ in checks]
    except ParseError as exc:
        return [Finding(statement=statement, holds=False, seen=str(exc)) for statement, _ in checks]
    return [_finding(statement, check, document) for statement, check in checks]


def _finding(statement: str, check: Callable[[Document], Said], document: Document) -> Finding:
    try:
        holds, seen = check(document)
    except ParseError as exc:
        return Finding(statement=statement, holds=False, seen=str(exc))
    except FetchError as exc:  # the host's own "busy", found only while parsing
        return Finding(statement=statement, holds=None, seen=str(exc))
    return Finding(statement=statement, holds=holds, seen=seen)

"""Kept answers of the new-share list and its bulletins, played again: each tells what the live poll told.

Rule: reminders are told by the clock, so they are asked for before each list page, as the poll did.
"""

from __future__ import annotations

from scrapers.contract import Desk, Document
from scrapers.sse_issue.parse import parse_bulletins, parse_new_shares
from scrapers.sse_issue.source import SseIssue


class SseIssuePlayback:
    """What `SseIssue` did with its answers, from the answers alone."""

    labels = frozenset({"new-shares", "issue-bulletins"})

    def __init__(self, source: SseIssue) -> None:
        self._source = source
        self._codes: set[str] = set()
        self._next, self._total = 1, -1

    async def play(self, desk: Desk, document: Document) -> None:
        """Tell the desk what one answer says; ParseError when it cannot be read."""
        if document.request.label == "issue-bulletins":
            code = document.request.params.get("productId", "")
            found = parse_bulletins(document, self._source.endpoints, code)
            await desk.bulletins_seen(found.rows, document)
            await desk.odd(found.oddities, document)
            return
        await desk.remind()
        quiet = await desk.baseline()
        listed = parse_new_shares(document, self._source.endpoints, self._source.rate)
        number = document.request.params.get("pageHelp.pageNo", "1")
        if number == "1":
            self._codes, self._next, self._total = set(), 1, listed.total
        whole = number == str(self._next) and listed.total == self._total
        await desk.issues_seen(listed.rows, document, baseline=quiet)
        await desk.odd(listed.oddities, document)
        self._next += 1
        self._codes |= {record.code for record in listed.rows}
        if quiet and whole and len(self._codes) == self._total:
            await desk.baseline_done(())

    async def missing(self, desk: Desk, document: Document) -> None:
        """The exchange had no such page: it told nothing."""

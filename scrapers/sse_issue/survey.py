"""Whether the exchange still answers about issues as we rely on: two polite requests.

Rule: a key we read that is gone breaks a statement; a key we do not know is shown and breaks nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta

from scrapers.contract import Document
from scrapers.playback import Fetch, Finding, Said, examine
from scrapers.sse_issue.parse import BOARDS, parse_bulletins, parse_new_shares
from scrapers.sse_issue.source import BULLETINS_BACK, SseIssue


async def survey(source: SseIssue, fetch: Fetch) -> AsyncIterator[Finding]:
    """The findings on the new-share list, and on the bulletins of the first company on it."""
    ask = source.endpoints
    codes: list[str] = []
    day: list[date] = []

    def rows(document: Document) -> Said:
        listed = parse_new_shares(document, ask, source.rate)
        codes.extend(record.code for record in listed.rows[:1])
        day.append(document.fetched_at.date())
        return True, f"{len(listed.rows)} of {listed.total} rows"

    def boards(document: Document) -> Said:
        seen = {record.board for record in parse_new_shares(document, ask, source.rate).rows}
        unknown = sorted(seen - set(BOARDS.values()))
        return not unknown, "、".join(unknown)

    for finding in await examine(
        fetch,
        ask.new_shares(page=1, size=source.page_size),
        ("the new-share list answers with rows we can read and a total", rows),
        ("every STOCK_TYPE on it is known", boards),
    ):
        yield finding
    if not (codes and source.bulletins):
        return

    def bulletins(document: Document) -> Said:
        found = parse_bulletins(document, ask, codes[0])
        return True, f"{len(found.rows)} of {found.total} rows"

    request = ask.bulletins(codes[0], begin=day[0] - BULLETINS_BACK, end=day[0] + timedelta(days=4))
    for finding in await examine(
        fetch, request, (f"the bulletins of {codes[0]} answer with rows we can read", bulletins)
    ):
        yield finding

"""Whether the regulator's tutoring list still looks as we rely on: one polite request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise

from scrapers.contract import Document
from scrapers.csrc_tutoring.parse import COLUMNS, parse_page
from scrapers.csrc_tutoring.requests import page
from scrapers.csrc_tutoring.source import CsrcTutoring
from scrapers.playback import Fetch, Finding, Said, examine


async def survey(source: CsrcTutoring, fetch: Fetch) -> AsyncIterator[Finding]:
    """The findings about the first page."""
    for finding in await examine(
        fetch,
        page(1, source.base_url),
        (f"the tutoring page has the columns {'、'.join(COLUMNS)}", _columns),
        ("the tutoring page lists its rows newest first", _newest_first),
        ("every tutoring row names its PDF", _addresses),
    ):
        yield finding


def _columns(document: Document) -> Said:
    read = parse_page(document)
    pages = f", {read.pages} pages" if read.pages else ", which names no number of pages"
    return bool(read.rows), f"{len(read.rows)} rows{pages}"


def _newest_first(document: Document) -> Said:
    for earlier, later in pairwise(parse_page(document).rows):
        if later.date > earlier.date:
            return False, f"{later.date} stands after {earlier.date}"
    return True, ""


def _addresses(document: Document) -> Said:
    rows = parse_page(document).rows
    without = [row.number for row in rows if not row.document_url]
    return not without, f"none in row {', '.join(without[:5])}" if without else ""

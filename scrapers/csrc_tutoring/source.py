"""How the regulator's tutoring list is polled: the newest page, and on while a page shows something new."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.errors import NotFound
from scrapers.contract import Desk, Report
from scrapers.csrc_tutoring.parse import parse_page
from scrapers.csrc_tutoring.requests import BASE_URL, page

_MOST_PAGES = 500  # the list had 63 pages in 2026-09
_SWEEP_PAGES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class CsrcTutoring:
    """The regulator's tutoring filings (辅导备案) as a Source."""

    base_url: str = BASE_URL
    name: str = "csrc_tutoring"

    async def quick(self, desk: Desk) -> Report:
        """One page when nothing is new; the first poll of all reads every page."""
        if await desk.baseline():
            report = await self._read(desk, baseline=True, at_least=_MOST_PAGES)
            await desk.baseline_done(())
            return report
        return await self._read(desk, baseline=False, at_least=1)

    async def sweep(self, desk: Desk) -> Report:
        """A few pages whether or not they show something new, for rows that slipped in lower down."""
        if await desk.baseline():
            return await self.quick(desk)
        return await self._read(desk, baseline=False, at_least=_SWEEP_PAGES)

    async def documents(self, desk: Desk) -> None:
        """The list names its documents itself."""

    async def round(self, desk: Desk) -> None:
        """Rows do not change behind the list."""

    async def background(self, desk: Desk) -> bool:
        """Nothing waits here: a page is its own work."""
        return False

    async def _read(self, desk: Desk, *, baseline: bool, at_least: int) -> Report:
        rows = 0
        for number in range(1, _MOST_PAGES + 1):
            try:
                document = await desk.fetch(page(number, self.base_url))
            except NotFound:
                if number == 1:
                    raise
                break  # the page names no count: the first one that is not there was past the end
            read = parse_page(document)
            new = await desk.tutoring_seen(read.rows, document, baseline=baseline)
            await desk.odd(read.oddities, document)
            rows += len(read.rows)
            last = read.pages is not None and number >= read.pages
            if last or not read.rows or (number >= at_least and not new):
                break
        return Report(rows=rows)

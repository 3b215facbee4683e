"""How issues and listings are polled: one list page while nothing moves, then bulletins of open issues.

Rule: reminders come first, so that a day is told even when the exchange does not answer.
Rule: an empty list is believed only while no issue we know is on its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, timezone

from monitor.domain.errors import ServerTrouble, SourceEmpty
from monitor.domain.issue_diff import SOURCE
from monitor.domain.issue_records import NewShareRecord
from scrapers.contract import Desk, Document, Report
from scrapers.sse_issue.parse import Listing, parse_bulletins, parse_new_shares
from scrapers.sse_issue.requests import IssueEndpoints

_CST = timezone(timedelta(hours=8))
_SWEEP_TRIES = 3
_MOST_PAGES = 200
# A prospectus intent (招股意向书) stands about three weeks before the listing.
BULLETINS_BACK = timedelta(days=60)

_UNSTABLE = "the new-share list changed while we paged through it, three times over"


@dataclass(frozen=True, kw_only=True, slots=True)
class SseIssue:
    """The exchange's new-share list and issue bulletins as a Source."""

    endpoints: IssueEndpoints
    page_size: int = 50
    sweep_page_size: int = 500
    rate: str = "inferred"  # a key of parse.RATE_UNITS
    bulletins: bool = True
    name: str = SOURCE

    async def quick(self, desk: Desk) -> Report:
        """One page when nothing is new; the first poll of all is a sweep."""
        if await desk.baseline():
            return await self.sweep(desk)
        await desk.remind()
        rows = 0
        for page in range(1, _MOST_PAGES + 1):
            document = await desk.fetch(self.endpoints.new_shares(page=page, size=self.page_size))
            listed = await self._listed(desk, document, first=page == 1)
            changed = await desk.issues_seen(listed.rows, document, baseline=False)
            await desk.odd(listed.oddities, document)
            rows += len(listed.rows)
            if not changed or not listed.rows or rows >= listed.total:
                break
        return Report(rows=rows)

    async def sweep(self, desk: Desk) -> Report:
        """Every row; complete when as many codes came as the exchange counts and its count stood still."""
        await desk.remind()
        for _ in range(_SWEEP_TRIES):
            report = await self._sweep_once(desk)
            if report is not None:
                return report
        raise ServerTrouble(_UNSTABLE)

    async def _sweep_once(self, desk: Desk) -> Report | None:
        quiet = await desk.baseline()
        codes: set[str] = set()
        total: int | None = None
        for page in range(1, _MOST_PAGES + 1):
            document = await desk.fetch(self.endpoints.new_shares(page=page, size=self.sweep_page_size))
            listed = await self._listed(desk, document, first=page == 1)
            if total is not None and listed.total != total:
                return None
            total = listed.total
            await desk.issues_seen(listed.rows, document, baseline=quiet)
            await desk.odd(listed.oddities, document)
            codes |= {record.code for record in listed.rows}
            if len(codes) >= total or not listed.rows:
                break
        if len(codes) != total:
            return None
        if quiet:
            await desk.baseline_done(())
        return Report(rows=len(codes))

    async def _listed(self, desk: Desk, document: Document, *, first: bool) -> Listing[NewShareRecord]:
        listed = parse_new_shares(document, self.endpoints, self.rate)
        if first and not listed.rows and (coming := await desk.issue_codes(coming=True)):
            raise SourceEmpty(f"the new-share list is empty while {', '.join(coming)} is on its way")
        return listed

    async def documents(self, desk: Desk) -> None:
        """The bulletins of every issue that is on its way or was listed lately, one request each."""
        if not self.bulletins:
            return
        today = desk.now().astimezone(_CST).date()
        for code in await desk.issue_codes():
            # The next day is asked for too: a bulletin of this evening stands under tomorrow's date.
            request = self.endpoints.bulletins(
                code, begin=today - BULLETINS_BACK, end=today + timedelta(days=4)
            )
            document = await desk.fetch(request)
            found = parse_bulletins(document, self.endpoints, code)
            await desk.bulletins_seen(found.rows, document)
            await desk.odd(found.oddities, document)

    async def round(self, desk: Desk) -> None:
        """Rows do not change behind the list."""

    async def background(self, desk: Desk) -> bool:
        """Nothing waits here."""
        return False

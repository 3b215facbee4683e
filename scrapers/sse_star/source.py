"""How the exchange is polled: cheaply, completely, and in the order that matters to investors.

Rule: the quick poll compares whole pages and goes on while a page holds a change.
Rule: a sweep must prove itself complete, or it is repeated; a missing row is no withdrawal.
Rule: timelines and documents are read for projects whose row changed; the market's rest fills in behind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.domain.errors import FetchError, ParseError, ServerTrouble, SourceEmpty
from monitor.domain.records import DocumentRecord, Listing, Oddity, StatusRow
from scrapers.contract import Desk, Document, Report, Request
from scrapers.sse_star.fill import listing
from scrapers.sse_star.parse import (
    ListPage,
    Rows,
    parse_committee,
    parse_documents,
    parse_list,
    parse_timeline,
)
from scrapers.sse_star.requests import Endpoints
from scrapers.sse_star.rows import SOURCE

_SWEEP_TRIES = 3
_TERMINAL = ("5", "6", "8")  # registered, issued, terminated: seldom touched again
# Rows dated before a registration were put on the site up to eleven weeks after it.
_RECENT = timedelta(days=120)
_ROUND_OTHERS = 40  # finished projects re-read each night: the whole market once a month
_NEWEST_PAGES = 5
_AHEAD = 8  # timelines read before the papers of the first: several projects' alerts wait for no papers
_UNREADABLE_IN_A_ROW = 10
_REFUSALS, _REST = 3, timedelta(days=1)

_UNSTABLE = "the list changed while we paged through it, three times over"

Parse = Callable[[Document], Rows[DocumentRecord]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SseStar:
    """The STAR Market's review pages as a Source."""

    endpoints: Endpoints
    page_size: int = 25
    sweep_page_size: int = 500
    documents_query: str = "both"  # current | older | both
    name: str = SOURCE
    # Projects whose timeline has been read and whose documents have not, with its rows. Lost at a restart,
    # they are read again from the timeline on.
    _half_read: dict[str, tuple[StatusRow, ...]] = field(default_factory=dict, compare=False, repr=False)

    async def quick(self, desk: Desk) -> Report:
        """One page when nothing is new; the first poll of all is a sweep."""
        if await desk.baseline():
            return await self.sweep(desk)
        rows, page = 0, 1
        seen: Listing | None = None
        while True:
            document = await desk.fetch(self.endpoints.project_list(page=page, size=self.page_size))
            known = await desk.known_rows()
            listed = self._parse_list(document, known, first=page == 1)
            rows += len(listed.rows)
            changed = await self._list_seen(desk, listed, document, baseline=False)
            if page == 1:
                seen = self._listing(document)
            if not changed or not listed.rows or rows >= listed.total:
                return Report(rows=rows, listing=seen)
            page += 1

    async def sweep(self, desk: Desk) -> Report:
        """Every row; complete when rows = total, no row came twice and the total stood still."""
        for _ in range(_SWEEP_TRIES):
            report = await self._sweep_once(desk)
            if report is not None:
                return report
        raise ServerTrouble(_UNSTABLE)

    async def _sweep_once(self, desk: Desk) -> Report | None:
        quiet = await desk.baseline()
        known = await desk.known_rows()
        boards_known = set((await desk.memory()).get("boards", ()))
        quiet = quiet or not set(self.endpoints.market_types) <= boards_known
        keys: list[str] = []
        total: int | None = None
        seen: Listing | None = None
        page = 1
        while True:
            document = await desk.fetch(self.endpoints.project_list(page=page, size=self.sweep_page_size))
            listed = self._parse_list(document, known, first=page == 1)
            await self._list_seen(desk, listed, document, baseline=quiet)
            if total is not None and listed.total != total:
                return None
            total = listed.total
            if page == 1:
                began = document.shows_from
                seen = self._listing(document)
            keys += [row.key for row in listed.rows]
            if len(keys) >= total or not listed.rows:
                break
            page += 1
        if len(set(keys)) != len(keys) or len(keys) + listed.unreadable != total:
            return None
        gone = sorted(set(known.values()) - set(keys))
        if gone:
            # A hole in the list says nothing about the project; the operator looks.
            what = f"{len(gone)} known projects are missing from the list: {', '.join(gone[:10])}"
            await desk.odd([Oddity(where="list", what=what)], document)
        if quiet:
            await desk.baseline_done(self.endpoints.market_types, began)
        return Report(rows=len(keys), listing=seen)

    def _listing(self, document: Document) -> Listing:
        return listing(document, self.endpoints.market_types, self.page_size)

    def _parse_list(self, document: Document, known: Mapping[str, str], *, first: bool) -> ListPage:
        listed = parse_list(document, self.endpoints, known)
        if first and not listed.rows:
            raise SourceEmpty("the unfiltered project list came without a single row")
        return listed

    async def _list_seen(self, desk: Desk, listed: ListPage, document: Document, *, baseline: bool) -> int:
        changed = [(row.digest, row.record) for row in listed.rows if row.record is not None]
        if changed:
            await desk.projects_seen(changed, document, baseline=baseline)
            for _, record in changed:
                self._half_read.pop(record.key, None)  # its timeline is to be read again
        if listed.oddities:
            await desk.odd(listed.oddities, document)
        return len(changed) + listed.unreadable

    async def background(self, desk: Desk) -> bool:
        """Half a project: the most urgent timeline, because it is the alert; when none is due, documents.

        In between a poll that is due has its turn.
        """
        if len(self._half_read) < _AHEAD:
            key = await desk.refresh_due(but=self._half_read.keys())
            if key is not None:
                await self._attempt(desk, key, self._read_timeline)
                return True
        half = next(iter(self._half_read), None)
        if half is not None:
            await self._attempt(desk, half, self._read_papers)
        return half is not None

    async def _attempt(self, desk: Desk, key: str, read: Callable[[Desk, str], Awaitable[None]]) -> None:
        """Read a part of a project; one odd page holds up nobody, many in a row are a changed layout."""
        try:
            await read(desk, key)
        except FetchError:
            await desk.refreshed(key, failed=True)
            raise
        except ParseError as exc:
            await desk.refreshed(key, failed=True)
            unreadable = int((await desk.memory()).get("unreadable", 0)) + 1
            await desk.remember(unreadable=unreadable)
            if unreadable >= _UNREADABLE_IN_A_ROW:
                raise
            nothing = Document(request=self.endpoints.timeline(key), body=b"", fetched_at=desk.now())
            await desk.odd([Oddity(where=f"project {key}", what=str(exc))], nothing)

    async def _read_papers(self, desk: Desk, key: str) -> None:
        """A project's diagram and documents by every query in use; with them the project has been read."""
        rows = self._half_read.pop(key)
        document = await desk.fetch(self.endpoints.diagram(key))
        diagram = parse_timeline(document, key)
        extra, oddities = cross_check(key, rows, diagram.rows)
        if extra:
            await desk.timeline_seen(key, (*rows, *extra), document)
        await desk.odd([*diagram.oddities, *oddities], document)
        for request, parse in self._document_queries(key):
            await self._read_documents(desk, request, parse)
        await desk.refreshed(key)
        if (await desk.memory()).get("unreadable"):
            await desk.remember(unreadable=0)

    async def _read_timeline(self, desk: Desk, key: str) -> None:
        document = await desk.fetch(self.endpoints.timeline(key))
        events = parse_timeline(document, key)
        rows = tuple(reversed(events.rows))
        await desk.timeline_seen(key, rows, document)
        await desk.odd(events.oddities, document)
        self._half_read[key] = rows

    def _document_queries(self, key: str) -> list[tuple[Request, Parse]]:
        ask = self.endpoints
        queries: list[tuple[Request, Parse]] = []
        if self.documents_query != "older":
            queries.append((ask.documents(key), lambda answer: parse_documents(answer, ask)))
        if self.documents_query != "current":
            queries.append((ask.older_documents(key), lambda answer: parse_documents(answer, ask)))
            queries.append((ask.committee_files(key), lambda answer: parse_committee(answer, ask, key)))
        return queries

    async def _read_documents(self, desk: Desk, request: Request, parse: Parse) -> bool:
        """Ask one query; True when it showed a document we did not know.

        Which generation the exchange still answers is unknown. A query that never answered is left to the
        other generation, and rests a day after three refusals; one that did answer is in passing trouble.
        """
        memory = await desk.memory()
        refused, answered = memory.get("refused", {}), memory.get("answered", [])
        count, until = refused.get(request.label, (0, ""))
        if until > desk.now().isoformat():
            return False
        document = Document(request=request, body=b"", fetched_at=desk.now())
        try:
            document = await desk.fetch(request)
            found = parse(document)
        except ServerTrouble as exc:
            if self.documents_query != "both" or request.label in answered:
                raise
            rest = (desk.now() + _REST).isoformat() if count + 1 >= _REFUSALS else ""
            await desk.remember(refused={**refused, request.label: (count + 1, rest)})
            if rest:
                notice = Oddity(where=request.label, what=f"not answered, to be asked again in a day: {exc}")
                await desk.odd([notice], document)
            return False
        if request.label not in answered:
            await desk.remember(answered=[*answered, request.label])
        known = await desk.known_documents([row.key for row in found.rows])
        await desk.documents_seen(found.rows, document)
        await desk.odd(found.oddities, document)
        return any(row.key not in known for row in found.rows)

    async def documents(self, desk: Desk) -> None:
        """Documents of every project, newest first, while a page holds one we do not know."""
        ask = self.endpoints
        queries: list[Callable[..., Request]] = []
        if self.documents_query != "older":
            queries.append(ask.newest_documents)
        if self.documents_query != "current":
            queries.append(ask.newest_older_documents)
        for query in queries:
            for page in range(1, _NEWEST_PAGES + 1):
                request = query(page=page, size=self.page_size)
                if not await self._read_documents(desk, request, lambda answer: parse_documents(answer, ask)):
                    break

    async def round(self, desk: Desk) -> None:
        """Queue what a list row would not betray: a row posted late does not move its project's row."""
        await desk.queue_refresh(terminal=_TERMINAL, recent=_RECENT, others=_ROUND_OTHERS)


def cross_check(
    key: str, events: Sequence[StatusRow], diagram: Sequence[StatusRow]
) -> tuple[list[StatusRow], list[Oddity]]:
    """Diagram rows are event rows (equal auditItemId); those that are not are kept too, and reported."""
    known = {row.item_id: row for row in events}
    extra, oddities = [], []
    for row in diagram:
        same = known.get(row.item_id)
        if same is None:
            extra.append(row)
            oddities.append(
                Oddity(where=f"project {key}", what=f"a diagram row is not among the events: {row.item_id}")
            )
        elif (same.state, same.date) != (row.state, row.date):
            oddities.append(
                Oddity(where=f"project {key}", what=f"diagram and events disagree on {row.item_id}")
            )
    return extra, oddities

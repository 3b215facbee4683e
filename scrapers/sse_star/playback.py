"""The exchange's kept answers, played again: each tells the desk what the live poll told it.

Rule: no request is made; which answers belong together is read from their labels and parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.errors import LayoutChanged, SourceEmpty
from monitor.domain.records import Oddity, StatusRow
from scrapers.contract import Desk, Document
from scrapers.sse_star.parse import ListPage, parse_committee, parse_documents, parse_list, parse_timeline
from scrapers.sse_star.source import SseStar, cross_check


@dataclass(kw_only=True, slots=True)
class _Paging:
    """Pages of one list that came one after the other, until they prove the list complete."""

    size: str
    total: int
    began: datetime
    next_page: int = 1
    keys: list[str] = field(default_factory=list)
    unreadable: int = 0


class SseStarPlayback:
    """What `SseStar` did with its answers, from the answers alone."""

    labels = frozenset(
        {
            "list",
            "project",
            "timeline",
            "diagram",
            "documents",
            "older-documents",
            "newest-documents",
            "newest-older-documents",
            "committee",
        }
    )

    def __init__(self, source: SseStar) -> None:
        self._ask = source.endpoints
        self._sweep_size = str(source.sweep_page_size)
        # The query whose answer ends a project's reading; without it the reading failed half-way.
        self._last = "documents" if source.documents_query == "current" else "committee"
        self._paging: _Paging | None = None
        self._half_read: dict[str, tuple[StatusRow, ...]] = {}  # project → its timeline, papers to follow
        self._projects: set[str] = set()

    async def play(self, desk: Desk, document: Document) -> None:
        """Tell the desk what one answer says; ParseError when it cannot be read."""
        match document.request.label:
            case "list":
                await self._list(desk, document)
            case "project":
                await self._rows(desk, document, await self._quiet(desk, document))
            case "timeline":
                await self._read_timeline(desk, document)
            case "diagram":
                await self._read_diagram(desk, document)
            case "committee":
                found = parse_committee(document, self._ask, _project(document))
                await desk.documents_seen(found.rows, document)
                await desk.odd(found.oddities, document)
            case _:
                found = parse_documents(document, self._ask)
                await desk.documents_seen(found.rows, document)
                await desk.odd(found.oddities, document)
        if document.request.label == self._last and self._half_read.pop(_project(document), None) is not None:
            await desk.refreshed(_project(document))

    async def missing(self, desk: Desk, document: Document) -> None:
        """The exchange's queries have no pages that may be missing."""

    async def _quiet(self, desk: Desk, document: Document) -> bool:
        boards = set(document.request.params.get("issueMarketType", "").split(","))
        return await desk.baseline() or not boards <= set((await desk.memory()).get("boards", ()))

    async def _rows(self, desk: Desk, document: Document, quiet: bool) -> ListPage:
        listed = parse_list(document, self._ask, await desk.known_rows())
        if not listed.rows and document.request.params.get("pageHelp.pageNo") == "1":
            raise SourceEmpty("the unfiltered project list came without a single row")
        changed = [(row.digest, row.record) for row in listed.rows if row.record is not None]
        if changed:
            await desk.projects_seen(changed, document, baseline=quiet)
            for _, record in changed:
                self._half_read.pop(record.key, None)
        await desk.odd(listed.oddities, document)
        return listed

    async def _list(self, desk: Desk, document: Document) -> None:
        """One page; the last page of a reading that proves itself complete ends the quiet time."""
        params = document.request.params
        number, size = params.get("pageHelp.pageNo", ""), params.get("pageHelp.pageSize", "")
        quiet = await self._quiet(desk, document)
        listed = await self._rows(desk, document, quiet)
        paging = self._paging
        if number == "1":
            paging = _Paging(size=size, total=listed.total, began=document.shows_from)
        if paging is None or (number, size, listed.total) != (
            str(paging.next_page),
            paging.size,
            paging.total,
        ):
            self._paging = None
            return
        paging.next_page += 1
        paging.keys += [row.key for row in listed.rows]
        paging.unreadable += listed.unreadable
        self._paging = paging
        if len(paging.keys) < paging.total and listed.rows:
            return
        self._paging = None
        if len(set(paging.keys)) == len(paging.keys) == paging.total - paging.unreadable:
            await self._complete(desk, document, paging, quiet=quiet)

    async def _complete(self, desk: Desk, document: Document, paging: _Paging, *, quiet: bool) -> None:
        gone = sorted(set((await desk.known_rows()).values()) - set(paging.keys))
        if gone and paging.size == self._sweep_size:
            what = f"{len(gone)} known projects are missing from the list: {', '.join(gone[:10])}"
            await desk.odd([Oddity(where="list", what=what)], document)
        if quiet:
            boards = document.request.params.get("issueMarketType", "").split(",")
            await desk.baseline_done(boards, paging.began)

    async def _read_timeline(self, desk: Desk, document: Document) -> None:
        key = _project(document)
        await self._must_know(desk, key)
        events = parse_timeline(document, key)
        rows = tuple(reversed(events.rows))
        await desk.timeline_seen(key, rows, document)
        await desk.odd(events.oddities, document)
        self._half_read[key] = rows

    async def _read_diagram(self, desk: Desk, document: Document) -> None:
        key = _project(document)
        rows = self._half_read.get(key)
        if rows is None:
            raise LayoutChanged(f"the timeline of project {key} is missing before its diagram")
        diagram = parse_timeline(document, key)
        extra, oddities = cross_check(key, rows, diagram.rows)
        if extra:
            await desk.timeline_seen(key, (*rows, *extra), document)
        await desk.odd([*diagram.oddities, *oddities], document)

    async def _must_know(self, desk: Desk, key: str) -> None:
        if key not in self._projects:
            self._projects = set((await desk.known_rows()).values())
        if key not in self._projects:
            raise LayoutChanged(f"project {key} stands in no list answer before its timeline")


def _project(document: Document) -> str:
    return document.request.params.get("stockAuditNum") or document.request.params.get("auditId", "")

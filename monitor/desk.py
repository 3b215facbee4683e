"""What a source is given for one poll: fetches through its fetcher, commits through the one store thread.

Rule: whatever touches the database runs in the one store thread, so the event loop never waits for a disk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.domain.calendar import SHANGHAI
from monitor.domain.clock import Clock
from monitor.domain.diff import Sight
from monitor.domain.issue_records import BulletinRecord, NewShareRecord
from monitor.domain.records import DocumentRecord, Oddity, ProjectRecord, StatusRow, TutoringRow
from monitor.failpoints import (
    BASELINE_DONE,
    DOCUMENTS_KEPT,
    LIST_KEPT,
    REFRESHED,
    REMEMBERED,
    TIMELINE_KEPT,
    TUTORING_KEPT,
    failpoint,
)
from monitor.store.calendar_facts import CalendarStore
from monitor.store.issues import IssueStore
from monitor.store.refreshes import Refreshes
from monitor.store.repository import Repository
from monitor.store.sources import Sources
from monitor.store.thread import RunInStore
from monitor.store.tutoring import TutoringStore
from scrapers.contract import Document, Request
from scrapers.fetch import Fetcher

log = logging.getLogger(__name__)

_LAG_TOLD = 3  # readings in a row whose timeline did not show the list's state, until operators hear of it


@dataclass(frozen=True, kw_only=True, slots=True)
class Stores:
    """The store's parts a poll needs."""

    repository: Repository
    refreshes: Refreshes
    sources: Sources
    tutoring: TutoringStore
    issues: IssueStore
    calendar: CalendarStore


class StoreDesk:
    """The Desk of one poll: fetches through `fetcher`, commits through the store thread."""

    def __init__(
        self,
        source: str,
        fetcher: Fetcher,
        stores: Stores,
        run_in_store: RunInStore,
        clock: Clock,
        answered: Callable[[], None] = lambda: None,
        on_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._source = source
        self._fetcher = fetcher
        self._stores = stores
        self._run = run_in_store
        self._clock = clock
        self._answered = answered
        self._on_commit = on_commit
        self.events = 0

    def now(self) -> datetime:
        return self._clock.now()

    async def fetch(self, request: Request) -> Document:
        try:
            return await self._fetcher.get(request)
        finally:
            self._answered()

    async def baseline(self) -> bool:
        return await self._run(lambda: self._stores.sources.baseline_at(self._source)) is None

    async def baseline_done(self, boards: Sequence[str], began: datetime | None = None) -> None:
        since = began or self.now()
        await self._run(lambda: self._stores.repository.baseline_done(self._source, boards, since))
        failpoint(BASELINE_DONE)

    async def memory(self) -> Mapping[str, Any]:
        return await self._run(lambda: self._stores.sources.memory(self._source))

    async def remember(self, **facts: Any) -> None:
        await self._run(lambda: self._stores.sources.remember(self._source, **facts))
        failpoint(REMEMBERED)

    async def odd(self, oddities: Sequence[Oddity], document: Document) -> None:
        if oddities:
            at, sha = document.fetched_at, document.sha256
            told = await self._run(lambda: self._stores.sources.odd(self._source, oddities, at, sha))
            for event in told:
                log.warning("%s: %s: %s", event.source, event.title, event.reason)

    async def known_rows(self) -> Mapping[str, str]:
        return await self._run(lambda: self._stores.repository.known_rows(self._source))

    async def projects_seen(
        self, rows: Sequence[tuple[str, ProjectRecord]], document: Document, *, baseline: bool
    ) -> None:
        sight = self._sight(document)
        repository = self._stores.repository
        self._count(
            await self._run(lambda: repository.projects_seen(self._source, rows, sight, baseline=baseline))
        )
        failpoint(LIST_KEPT)

    async def timeline_seen(self, key: str, rows: Sequence[StatusRow], document: Document) -> None:
        sight = self._sight(document)
        repository = self._stores.repository
        self._count(await self._run(lambda: repository.timeline_seen(self._source, key, rows, sight)))
        failpoint(TIMELINE_KEPT)

    async def documents_seen(self, documents: Sequence[DocumentRecord], document: Document) -> None:
        if documents:
            sight = self._sight(document)
            repository = self._stores.repository
            self._count(await self._run(lambda: repository.documents_seen(self._source, documents, sight)))
            failpoint(DOCUMENTS_KEPT)

    async def known_documents(self, keys: Sequence[str]) -> set[str]:
        return await self._run(lambda: self._stores.repository.known_documents(self._source, keys))

    async def refresh_due(self, *, but: Collection[str] = ()) -> str | None:
        now, others = self.now(), frozenset(but)
        return await self._run(lambda: self._stores.refreshes.due(self._source, now, others))

    async def refreshed(self, key: str, *, failed: bool = False) -> None:
        now = self.now()
        refreshes = self._stores.refreshes
        lag = await self._run(lambda: refreshes.read(self._source, key, now, failed=failed))
        failpoint(REFRESHED)
        if lag == _LAG_TOLD and not failed:
            what = "the list shows a state that the timeline did not show in three readings in a row"
            nothing = Document(request=Request(label="timeline", url=""), body=b"", fetched_at=now)
            await self.odd([Oddity(where=f"project {key}", what=what)], nothing)

    async def queue_refresh(self, *, terminal: Sequence[str], recent: timedelta, others: int) -> int:
        refreshes = self._stores.refreshes
        return await self._run(
            lambda: refreshes.queue(self._source, terminal=terminal, recent=recent, others=others)
        )

    async def tutoring_seen(self, rows: Sequence[TutoringRow], document: Document, *, baseline: bool) -> int:
        at, sha, url = document.fetched_at, document.sha256, document.request.url
        tutoring = self._stores.tutoring
        events, oddities = await self._run(
            lambda: tutoring.seen(rows, at=at, baseline=baseline, raw_sha256=sha, url=url)
        )
        self._count(events)
        failpoint(TUTORING_KEPT)
        await self.odd(oddities, document)
        return len(events)

    async def issues_seen(self, rows: Sequence[NewShareRecord], document: Document, *, baseline: bool) -> int:
        sight, issues = self._sight(document), self._stores.issues
        changed, events, oddities = await self._run(lambda: issues.seen(rows, sight, baseline=baseline))
        self._count(events)
        await self.odd(oddities, document)
        return changed

    async def bulletins_seen(self, rows: Sequence[BulletinRecord], document: Document) -> None:
        sight, issues = self._sight(document), self._stores.issues
        self._count(await self._run(lambda: issues.bulletins_seen(rows, sight)))

    async def issue_codes(self, *, coming: bool = False) -> Sequence[str]:
        today, issues = self.now().astimezone(SHANGHAI).date(), self._stores.issues
        return await self._run(lambda: issues.codes(today, coming=coming))

    async def remind(self) -> None:
        now, calendar = self.now(), self._stores.calendar
        self._count(await self._run(lambda: calendar.remind(now)))

    def _sight(self, document: Document) -> Sight:
        return Sight(at=document.fetched_at, raw_sha256=document.sha256)

    def _count(self, events: Sequence[object]) -> None:
        self.events += len(events)
        if events:
            self._on_commit()  # an alert does not wait for the documents that are read after it

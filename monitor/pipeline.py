"""One poll of one source: fetch → parse → diff → commit, with its verdict.

Rule: whatever touches the database runs in the one store thread, so the event loop never waits for a disk.
Rule: a poll ends as "ok" or as a named verdict; nothing is swallowed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from monitor.domain import errors
from monitor.domain.calendar import SHANGHAI
from monitor.domain.clock import Clock
from monitor.domain.diff import Sight
from monitor.domain.errors import FetchError, ParseError
from monitor.domain.issue_records import BulletinRecord, NewShareRecord
from monitor.domain.records import DocumentRecord, Oddity, ProjectRecord, StatusRow, TutoringRow
from monitor.failpoints import (
    BASELINE_DONE,
    DOCUMENTS_KEPT,
    LIST_KEPT,
    RECORDED,
    REFRESHED,
    REMEMBERED,
    TIMELINE_KEPT,
    TUTORING_KEPT,
    failpoint,
)
from monitor.store.calendar_facts import CalendarStore
from monitor.store.issues import IssueStore
from monitor.store.repository import Repository
from monitor.store.sources import Poll, Sources
from monitor.store.thread import RunInStore
from monitor.store.tutoring import TutoringStore
from scrapers.contract import Desk, Document, Report, Request, Source
from scrapers.fetch import Fetcher

log = logging.getLogger(__name__)

# The narrowest class first: the verdict is what the operator has to know.
_VERDICTS: tuple[tuple[type[errors.MonitorError], str], ...] = (
    (errors.CertificateTrouble, "certificate"),
    (errors.Blocked, "blocked"),
    (errors.RateLimited, "limited"),
    (errors.BackingOff, "backing-off"),
    (errors.ServerTrouble, "busy"),
    (errors.Refused, "refused"),
    (errors.FetchError, "down"),
    (errors.SourceEmpty, "empty"),
    (errors.DecodeError, "garbled"),
    (errors.ParseError, "drifted"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stores:
    """The store's parts a poll needs."""

    repository: Repository
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

    async def refresh_due(self) -> str | None:
        now = self.now()
        return await self._run(lambda: self._stores.repository.refresh_due(self._source, now))

    async def refreshed(self, key: str, *, failed: bool = False) -> None:
        now = self.now()
        repository = self._stores.repository
        lag = await self._run(lambda: repository.refreshed(self._source, key, now, failed=failed))
        failpoint(REFRESHED)
        if lag == _LAG_TOLD and not failed:
            what = "the list shows a state that the timeline did not show in three readings in a row"
            nothing = Document(request=Request(label="timeline", url=""), body=b"", fetched_at=now)
            await self.odd([Oddity(where=f"project {key}", what=what)], nothing)

    async def queue_refresh(self, *, terminal: Sequence[str], recent: timedelta, others: int) -> int:
        repository = self._stores.repository
        return await self._run(
            lambda: repository.queue_refresh(self._source, terminal=terminal, recent=recent, others=others)
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


_LAG_TOLD = 3
Kind = Literal["quick", "sweep", "documents", "round", "background"]


class Poller:
    """Polls one source, one poll at a time, and records how each went."""

    def __init__(
        self,
        source: Source,
        open_fetcher: Callable[[], Fetcher],
        stores: Stores,
        run_in_store: RunInStore,
        clock: Clock,
        on_commit: Callable[[], None],
        trades: Callable[[date], bool] | None = None,
    ) -> None:
        self.source = source
        self.answered_at = clock.monotonic()  # when the host last answered or failed to
        self._open_fetcher = open_fetcher
        self._stores = stores
        self._run_in_store = run_in_store
        self._clock = clock
        self._on_commit = on_commit
        self._trades = trades
        self._turn = asyncio.Lock()

    @property
    def busy(self) -> bool:
        """Whether a poll is under way."""
        return self._turn.locked()

    async def poll(self, kind: Kind, work: Callable[[Desk], Awaitable[Report] | Awaitable[None]]) -> str:
        """Do one piece of work at the source; return its verdict, "ok" or what went wrong."""
        async with self._turn:
            started = self._clock.now()
            verdict, detail, rows = "ok", "", 0
            async with self._open_fetcher() as fetcher:
                desk = StoreDesk(
                    self.source.name,
                    fetcher,
                    self._stores,
                    self._run_in_store,
                    self._clock,
                    self._answered,
                    self._on_commit,
                )
                try:
                    report = await work(desk)
                    rows = report.rows if report else 0
                    if report:
                        verdict, detail = await self._believable(report)
                except (FetchError, ParseError) as exc:
                    verdict, detail = _verdict(exc), str(exc)
                    log.warning("%s: %s poll %s: %s", self.source.name, kind, verdict, detail)
            poll = Poll(
                source=self.source.name,
                kind=kind,
                started_at=started,
                ended_at=self._clock.now(),
                verdict=verdict,
                detail=detail,
                requests=fetcher.requests,
                bytes=fetcher.received_bytes,
                rows=rows,
                events=desk.events,
            )
            if await self._matters(poll):
                told = await self._run_in_store(lambda: self._stores.sources.polled(poll))
                desk.events += len(told)
                failpoint(RECORDED)
        if desk.events:
            self._on_commit()
        return verdict

    def _answered(self) -> None:
        self.answered_at = self._clock.monotonic()

    async def _believable(self, report: Report) -> tuple[str, str]:
        """Whether a list that could be read is whole and alive, by what it showed before."""
        name, seen, trades = self.source.name, report.listing, self._trades
        if seen is None or trades is None:
            return "ok", ""
        now = self._clock.now()
        verdict, detail = await self._run_in_store(
            lambda: self._stores.sources.compared(name, seen, now, trades)
        )
        if verdict != "ok":
            log.warning("%s: %s: %s", name, verdict, detail)
        return verdict, detail

    async def _matters(self, poll: Poll) -> bool:
        """Polls of the list are kept; of other work only failures, and the success that ends one."""
        if poll.kind in ("quick", "sweep") or poll.verdict != "ok":
            return True
        name, stores = poll.source, self._stores
        if not await self._run_in_store(lambda: stores.sources.troubled(name, poll.kind)):
            return False
        if poll.requests:
            return True
        # Nothing was asked: that proves a recovery only when nothing waits to be asked again.
        waiting, _ = await self._run_in_store(lambda: stores.repository.refresh_waiting(name))
        return poll.kind == "background" and waiting == 0

    async def failed(self, verdict: str, detail: str) -> None:
        """Put down that a poll did not end by itself: `wedged`, or `fault` for one of our own."""
        now = self._clock.now()
        poll = Poll(
            source=self.source.name,
            kind="quick",
            started_at=now,
            ended_at=now,
            verdict=verdict,
            detail=detail[:300],
        )
        if await self._run_in_store(lambda: self._stores.sources.polled(poll)):
            self._on_commit()

    async def quick(self) -> str:
        """The cheap look."""
        return await self.poll("quick", self.source.quick)

    async def sweep(self) -> str:
        """The complete reading."""
        return await self.poll("sweep", self.source.sweep)

    async def documents(self) -> str:
        """The newest documents of all projects."""
        return await self.poll("documents", self.source.documents)

    async def round(self) -> str:
        """Queue the daily re-reading."""
        return await self.poll("round", self.source.round)

    async def round_if_due(self) -> str:
        """The daily re-reading, once a day of ours or of the exchange's list, whichever turns first."""
        name, stores = self.source.name, self._stores
        newest = await self._run_in_store(lambda: stores.repository.newest_change(name))
        mark = f"{self._clock.now():%Y-%m-%d} {newest:%Y-%m-%d}" if newest else ""
        memory = await self._run_in_store(lambda: stores.sources.memory(name))
        if not mark or memory.get("round") == mark:
            return "ok"
        verdict = await self.round()
        await self._run_in_store(lambda: stores.sources.remember(name, round=mark))
        return verdict

    async def waiting(self) -> tuple[int, int]:
        """(projects waiting to be read, projects in all)."""
        name, repository = self.source.name, self._stores.repository
        return await self._run_in_store(lambda: repository.refresh_waiting(name))

    async def background(self) -> tuple[str, bool]:
        """One piece of waiting work: its verdict, and whether there was any."""
        more = False

        async def work(desk: Desk) -> None:
            nonlocal more
            more = await self.source.background(desk)

        verdict = await self.poll("background", work)
        return verdict, more


def _verdict(exc: FetchError | ParseError) -> str:
    return next(name for kind, name in _VERDICTS if isinstance(exc, kind))

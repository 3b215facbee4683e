"""The background job that fetches documents one by one, politely, and has each read in a process of its own.

Rule: it asks a host only while no poll of that source is due or under way; alerts never wait for it.
Rule: a document that cannot be had or read costs its own attempts only; operators hear when it is given up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from monitor.documents.reader import Parcel, read_document
from monitor.documents.shelf import Shelf
from monitor.domain.clock import Clock
from monitor.domain.diff import Sight
from monitor.domain.errors import (
    BackingOff,
    FetchError,
    NotFound,
    ParseError,
    Refused,
    SourceEmpty,
    StoreError,
    StoreGone,
)
from monitor.domain.figure_diff import MEETING
from monitor.failpoints import DOCUMENT_FETCHED, DOCUMENT_READ, failpoint
from monitor.store.figures import FiguresStore, Job
from monitor.store.relevance import RelevanceStore
from monitor.store.thread import RunInStore
from scrapers.contract import Request
from scrapers.fetch import Fetcher

log = logging.getLogger(__name__)

_IDLE = 5.0  # seconds between two looks for work
_REST_AFTER_TROUBLE = 300.0
_STORE_PAUSE = 30.0
_REST_AFTER_FAULT = 3600.0


class ReadDocument(Protocol):
    """Reads a stored document away from the event loop; `reader.read_document` in production."""

    def __call__(self, path: Path, *, issuer: str, title: str, decision: bool) -> Awaitable[Parcel]:
        """The parcel, or a ParseError."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """The way to one source's documents: a fetcher that keeps its pace, and whether it may ask now."""

    open_fetcher: Callable[[], Fetcher]
    free: Callable[[], bool] = lambda: True
    address: Callable[[str], str] = lambda url: url  # where a document is asked for


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingRules:
    """How much is fetched: bytes of one document, documents an hour, seconds for one."""

    fetch: bool = True
    max_bytes: int = 64 << 20
    max_per_hour: int = 20
    deadline: float = 300.0


@dataclass(kw_only=True)
class ReadingJob:
    """One for the daemon: `run()` for ever, or `drain()` for one pass."""

    figures: FiguresStore
    relevance: RelevanceStore
    shelf: Shelf
    ways: Callable[[], Mapping[str, Way]]  # source → the way to its documents; sources that are off have none
    rules: ReadingRules
    run_in_store: RunInStore
    clock: Clock
    on_commit: Callable[[], None]
    store_fails: Callable[[StoreError], None] = lambda error: log.error("%s", error)
    read: ReadDocument = read_document
    _rest_until: dict[str, float] = field(default_factory=dict)
    _only_one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        """Work whenever there is something to do, for ever; a fault of ours rests the job, nothing else.

        Raises StoreGone when the database is no longer ours.
        """
        async with self._only_one:
            while True:
                task = asyncio.ensure_future(self._work())
                try:
                    await asyncio.wait({task})
                finally:
                    task.cancel()
                error = task.exception() if not task.cancelled() else None
                if isinstance(error, StoreGone):
                    raise error
                if isinstance(error, StoreError):
                    self.store_fails(error)
                    await self.clock.sleep(_STORE_PAUSE)
                else:
                    log.error("reading documents failed in a way nobody foresaw", exc_info=error)
                    await self.clock.sleep(_REST_AFTER_FAULT)

    async def _work(self) -> None:
        while True:
            if not await self.step():
                await self.clock.sleep(_IDLE)

    async def drain(self, most: int) -> int:
        """Do what is waiting, at most `most` documents; how many were read."""
        before, done = await self._read_so_far(), 0
        for _ in range(2 * most):
            if done >= most or not await self.step(idle_only=False):
                break
            done = await self._read_so_far() - before
        return done

    async def step(self, *, idle_only: bool = True) -> bool:
        """One document further; False when nothing can be done now. `idle_only`: while no poll is due."""
        now, rules = self.clock.now(), self.rules
        ways = self._open_ways(idle_only)
        await self.run_in_store(lambda: self.figures.enqueue(now))
        job = await self.run_in_store(
            lambda: self.figures.next(now, list(ways), per_hour=rules.max_per_hour, fetch=rules.fetch)
        )
        if job is None:
            return False
        if not job.sha256:
            return await self._fetch(job, ways[job.source])
        await self._read(job)
        return True

    def _open_ways(self, idle_only: bool) -> dict[str, Way]:
        now = self.clock.monotonic()
        return {
            name: way
            for name, way in self.ways().items()
            if (way.free() or not idle_only) and self._rest_until.get(name, now) <= now
        }

    async def _fetch(self, job: Job, way: Way) -> bool:
        request = Request(
            label="document",
            url=way.address(job.url),
            max_bytes=self.rules.max_bytes,
            expects="pdf",
            deadline=self.rules.deadline,
        )
        try:
            async with way.open_fetcher() as fetcher:
                document = await fetcher.get(request)
        except BackingOff as error:
            # Nothing was asked, so nothing failed: the host itself is left alone.
            self._rest(job.source, error.retry_after.total_seconds())
            return False
        except (NotFound, Refused, ParseError) as error:
            await self._failed(job, error)
            return True
        except FetchError as error:
            self._rest(job.source, _REST_AFTER_TROUBLE)
            await self._failed(job, error, trouble=True)
            return False
        sha256 = await asyncio.to_thread(self.shelf.keep, document.body)
        size, at = len(document.body), document.fetched_at
        await self.run_in_store(lambda: self.figures.fetched(job.url, sha256, size, at))
        failpoint(DOCUMENT_FETCHED)
        return True

    async def _read(self, job: Job) -> None:
        path = self.shelf.path(job.sha256)
        if not path.exists():
            now = self.clock.now()
            await self.run_in_store(lambda: self.figures.lost(job.url, now))
            return
        try:
            parcel = await self.read(path, issuer=job.issuer, title=job.title, decision=job.decision)
        except ParseError as error:
            # Perhaps it was broken on its way: fetched anew. One without text will have none the next time.
            await asyncio.to_thread(self.shelf.drop, job.sha256)
            await self._failed(job, error, final=isinstance(error, SourceEmpty))
            return
        sight = Sight(at=self.clock.now(), raw_sha256=job.sha256)
        await self._business(job, parcel, sight)
        events = await self.run_in_store(
            lambda: self.figures.read(
                job.url,
                parcel.reading,
                parcel.number,
                sight,
                meeting=parcel.meeting,
                meeting_off=parcel.meeting_off,
            )
        )
        failpoint(DOCUMENT_READ)
        log.info("%s: read %s: %d figures", job.source, job.title, len(parcel.reading.figures))
        if job.kind == MEETING and parcel.meeting is None and not parcel.meeting_off:
            log.warning("%s: %s names no day of a meeting: no reminder will come", job.source, job.url)
        if events:
            self.on_commit()

    async def _business(self, job: Job, parcel: Parcel, sight: Sight) -> None:
        if not parcel.business or not job.project_key:
            return
        if not await self.run_in_store(lambda: self.figures.business_wanted(job.url)):
            return
        moved = await self.run_in_store(
            lambda: self.relevance.business_read(job.project_source, job.project_key, parcel.business, sight)
        )
        if moved:
            self.on_commit()

    async def _failed(
        self, job: Job, error: FetchError | ParseError, *, trouble: bool = False, final: bool = False
    ) -> None:
        log.warning("%s: document %s: %s: %s", job.source, job.url, type(error).__name__, error)
        reason, at = f"{type(error).__name__}: {error}", self.clock.now()
        told = await self.run_in_store(
            lambda: self.figures.failed(job.url, reason, at, trouble=trouble, final=final)
        )
        if told:
            self.on_commit()

    def _rest(self, source: str, seconds: float) -> None:
        self._rest_until[source] = self.clock.monotonic() + seconds

    async def _read_so_far(self) -> int:
        counts = await self.run_in_store(self.figures.counts)
        return counts.get("read", 0) + counts.get("failed", 0)

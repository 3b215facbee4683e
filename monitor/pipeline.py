"""One poll of one source: fetch → parse → diff → commit, with its verdict.

Rule: whatever touches the database runs in the one store thread, so the event loop never waits for a disk.
Rule: a poll ends as "ok" or as a named verdict; nothing is swallowed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Literal

from monitor.desk import StoreDesk, Stores
from monitor.domain import errors
from monitor.domain.clock import Clock
from monitor.domain.errors import FetchError, ParseError
from monitor.failpoints import RECORDED, failpoint
from monitor.store.sources import Poll
from monitor.store.thread import RunInStore
from scrapers.contract import Desk, Report, Source
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
        waiting, _ = await self._run_in_store(lambda: stores.refreshes.waiting(name))
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
        newest = await self._run_in_store(lambda: stores.refreshes.newest_change(name))
        mark = f"{self._clock.now():%Y-%m-%d} {newest:%Y-%m-%d}" if newest else ""
        memory = await self._run_in_store(lambda: stores.sources.memory(name))
        if not mark or memory.get("round") == mark:
            return "ok"
        verdict = await self.round()
        await self._run_in_store(lambda: stores.sources.remember(name, round=mark))
        return verdict

    async def waiting(self) -> tuple[int, int]:
        """(projects waiting to be read, projects in all)."""
        name, refreshes = self.source.name, self._stores.refreshes
        return await self._run_in_store(lambda: refreshes.waiting(name))

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

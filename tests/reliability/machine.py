"""The whole application in one process on a clock that jumps, for a state machine to shake.

Rule: real sources, store, diff, delivery; only the fetcher, the channel and the store's thread are stand-ins.
Rule: a crash is a BaseException out of the store at a chosen call; everything in memory is then thrown away.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from unittest.mock import patch

from sqlmodel import Session, select

from alerts.contract import Delivered
from monitor import app as composition
from monitor.app import App
from monitor.demo.answers import DOCUMENT_QUERIES, QUERIES, encode_rows, envelope, page_of
from monitor.domain.errors import DecodeError, ServerTrouble
from monitor.limiter import Budget
from monitor.settings import load
from monitor.store import chats
from monitor.store.jobs import Rules
from monitor.store.tables import DeliveryRow, EventRow
from scrapers.contract import Document, Request
from tests.delivery.kit import JumpClock, ScriptedChannel
from tests.reliability.oracle import Tally, reconcile
from tests.reliability.story import OPENING, write_story

_T = TypeVar("_T")
CHATS = ("1001", "1002")


class Crash(BaseException):
    """The process is gone."""


class Site:
    """The exchange without a network: answers from the story up to `shown` moments."""

    def __init__(self, story_world: Any, clock: JumpClock) -> None:
        self.world = story_world
        self.clock = clock
        self.cut: datetime = OPENING
        self.trouble: list[str] = []
        self.requests = 0
        self.received_bytes = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close."""

    async def get(self, request: Request) -> Document:
        """One honest answer, or the next trouble in the row."""
        self.requests += 1
        await asyncio.sleep(0)
        how = self.trouble.pop(0) if self.trouble else ""
        if how == "busy":
            raise ServerTrouble(f"{request.label}: the exchange says busy")
        if how == "garbled":
            raise DecodeError(f"{request.label}: neither JSON nor JSONP", seen=b"<html>")
        params = dict(request.params)
        query = params["sqlId"]
        rows = QUERIES[query](self.world.as_of(self.cut), params)
        page = page_of([] if how == "empty" and query == "SH_XM_LB" else rows, params)
        body = envelope(page, encode_rows(page.rows, escape=query in DOCUMENT_QUERIES), params)
        return Document(
            request=request, body=body, content_type="application/json", fetched_at=self.clock.now()
        )


class Inline:
    """The store's thread without a thread; counts calls, and crashes at the one it is told to."""

    crash_in = 0  # calls from now; 0 never
    after_commit = False
    calls = 0

    async def __call__(self, fn: Callable[[], _T], /) -> _T:
        Inline.calls += 1
        await asyncio.sleep(0)
        crashing = Inline.crash_in == 1
        Inline.crash_in = max(0, Inline.crash_in - 1)
        if crashing and not Inline.after_commit:
            raise Crash
        done = fn()
        if crashing:
            raise Crash
        return done

    def close(self) -> None:
        """Nothing to close."""


class Machine:
    """The application, its site, its channel, and the truth about what was seen."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.loop = asyncio.new_event_loop()
        self.story = write_story(folder, seed=seed, milestones=16, every=60.0)
        self.clock = JumpClock(OPENING + timedelta(minutes=20))
        self.site = Site(self.story.world, self.clock)
        self.channel = ScriptedChannel(self.clock)
        self.folder = folder
        self.next = 0
        Inline.crash_in = 0
        self.app = self._build()
        self.sending: asyncio.Task[None] | None = None
        self._start()
        self.poll("sweep")

    def _build(self) -> App:
        telegram = {"ENABLED": "true", "TOKEN": "100000:" + "x" * 35, "CHATS": ",".join(CHATS)}
        given = {f"IPO_MONITOR_CHANNELS__TELEGRAM__{name}": value for name, value in telegram.items()} | {
            "IPO_MONITOR_DATABASE__URL": f"sqlite:///{self.folder / 'machine.db'}",
            "HOME": str(self.folder),
            "IPO_MONITOR_ARCHIVE__DIR": str(self.folder / "archive"),
            "IPO_MONITOR_CHANNELS__CONSOLE__ENABLED": "false",
            "IPO_MONITOR_SOURCES__CSRC_TUTORING__ENABLED": "false",
            "IPO_MONITOR_SOURCES__SSE_ISSUE__ENABLED": "false",
            "IPO_MONITOR_RELEVANCE__MODE": "all",
        }
        with patch.object(composition, "StoreThread", Inline):
            app = composition.build(
                load(None, given),
                self.clock,
                budgets={"telegram": Budget(overall=1000, chat=1000, group=60_000)},
                rules=Rules(resends=50),
            )
        app.channels["telegram"] = self.channel
        for turn in app.turns:
            turn.poller._open_fetcher = lambda: self.site  # type: ignore[assignment,return-value]
        return app

    def _start(self) -> None:
        self.run(self.app.prepare())
        self.sending = self.loop.create_task(self.app.delivery.run())

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run one piece of work on the loop."""
        return self.loop.run_until_complete(work)

    def restart(self) -> None:
        """Everything in memory is gone; the next life begins over the same files."""
        Inline.crash_in = 0
        if self.sending:
            self.sending.cancel()
            self.run(_ended(self.sending))
        self.app.database.close()
        self.app = self._build()
        self._start()

    def guarded(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Do it; a crash in it, or in the delivery beside it, is followed by the next life."""
        try:
            self.run(work())
            if self.sending and self.sending.done():
                self.sending.result()
        except Crash:
            self.restart()

    def poll(self, kind: str) -> None:
        """One poll, then all waiting work."""
        poller = self.app.turns[0].poller

        async def work() -> None:
            await getattr(poller, kind)()
            failures = 0
            for _ in range(200):
                verdict, more = await poller.background()
                failures += verdict != "ok"
                if not more or failures > 2:
                    return

        self.guarded(work)

    def publish(self, count: int) -> None:
        """The exchange shows its next rows."""
        moments = [moment for moment in self.story.world.moments if moment > self.site.cut]
        self.site.cut = (moments[:count] or [self.site.cut])[-1]

    def deliver(self, seconds: float) -> None:
        """Let the delivery work through so many seconds."""

        async def work() -> None:
            end = self.clock.monotonic() + seconds
            while self.sending and not self.sending.done():
                await self._run_dry()
                wake = self.clock.next_wake()
                left = end - self.clock.monotonic()
                if wake is None or wake > left:
                    self.clock.advance(max(left, 0.0))
                    await self._run_dry()
                    return
                self.clock.advance(wake)

        self.guarded(work)

    async def _run_dry(self) -> None:
        quiet = 0
        while quiet < 12:
            before = Inline.calls
            await asyncio.sleep(0)
            quiet = quiet + 1 if Inline.calls == before else 0

    def come_back(self) -> None:
        """Every chat that had blocked us returns."""

        def work(session: Session) -> None:
            for chat in chats.listening(session):
                if chat.state == "suspended":
                    chats.resume(session, chat, self.clock.now())

        with self.app.database.write() as session:
            work(session)
        self.app.delivery.poke()

    def rows(self) -> list[DeliveryRow]:
        """Every delivery."""
        with self.app.database.read() as session:
            return list(session.exec(select(DeliveryRow)))

    def doubled_events(self) -> list[Any]:
        """Milestones that stand in the log more than once."""
        with self.app.database.read() as session:
            rows = session.exec(select(EventRow).where(EventRow.kind == "milestone")).all()
        seen = Counter((row.project_id, row.code, row.outcome_code, row.published_at) for row in rows)
        return [key for key, count in seen.items() if count > 1]

    def sent_unseen(self) -> int:
        """Deliveries called `sent` beyond what the channel took."""
        sent = {row.receipt for row in self.rows() if row.state == "sent"}
        taken = {one.outcome.receipt for one in self.channel.sent if isinstance(one.outcome, Delivered)}
        return len(sent - taken)

    def tally(self) -> Tally:
        """What was published so far against what the chats saw."""
        live = [told for told in self.story.live if told.at <= self.site.cut]
        seen = {chat: ("zh", self.channel.seen(chat)) for chat in CHATS}
        doubtful = sum(1 for one in self.channel.sent if not isinstance(one.outcome, Delivered))
        return reconcile(live, self.story.quiet, seen, ambiguous=doubtful + 10_000)  # type: ignore[arg-type]

    def heal(self) -> None:
        """All is well again: read everything, send everything."""
        Inline.crash_in = 0
        self.site.trouble.clear()
        self.channel.script.clear()
        self.come_back()
        for kind in ("sweep", "documents", "quick"):
            self.clock.advance(7200.0)  # past every pause that trouble left behind
            self.poll(kind)
        for seconds in (5.0,) * 10 + (60.0,) * 30 + (3600.0,) * 80:
            self.deliver(seconds)
            if not any(row.state in ("pending", "sending", "unresolved") for row in self.rows()):
                return

    def close(self) -> None:
        """End this life for good."""
        if self.sending:
            self.sending.cancel()
            self.run(_ended(self.sending))
        self.app.database.close()
        self.loop.close()


async def _ended(task: asyncio.Task[None]) -> None:
    await asyncio.gather(task, return_exceptions=True)

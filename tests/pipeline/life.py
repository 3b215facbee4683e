"""The daemon's real parts on a clock that jumps, over sources that hang or fail as they are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import select

from monitor.app import App, build
from monitor.domain.errors import StoreError
from monitor.domain.events import EventKind
from monitor.notify import Notifier
from monitor.store.tables import EventRow
from scrapers.contract import Desk, Report
from tests.delivery.kit import JumpClock
from tests.health.bench import settings_for


@dataclass
class Scripted:
    """A source that completes, hangs or fails as it is told; it asks nobody."""

    name: str
    mood: str = "well"
    polls: int = 0
    started: int = 0

    async def quick(self, desk: Desk) -> Report:
        self.started += 1
        if self.mood.startswith("hang"):
            self.mood = self.mood.removesuffix("hang once")
            await asyncio.Event().wait()
        if self.mood == "bug":
            raise KeyError("a bug of ours")
        if self.mood == "disk":
            raise StoreError("database: disk I/O error (the test's)")
        self.polls += 1
        return Report(rows=1)

    sweep = quick

    async def documents(self, desk: Desk) -> None:
        return None

    async def round(self, desk: Desk) -> None:
        return None

    async def background(self, desk: Desk) -> bool:
        return False


class Life:
    """The daemon's real parts on a clock that jumps, over scripted sources."""

    def __init__(self, app: App, clock: JumpClock, sources: dict[str, Scripted]) -> None:
        self.app, self.clock, self.sources = app, clock, sources
        self.task: asyncio.Task[None] | None = None
        self.work = 0  # given to the store's thread by anybody
        submit = app.thread._executor.submit

        def counted(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            self.work += 1
            return submit(fn, *args, **kwargs)

        app.thread._executor.submit = counted  # type: ignore[method-assign]

    def start(self, notifier: Notifier | None = None) -> None:
        self.task = asyncio.create_task(self.app.run(notifier=notifier))

    async def settle(self) -> None:
        """Let everything that can happen now happen, the store's thread included."""
        quiet = 0
        while quiet < 2:
            before = self.work
            await self.app.thread(lambda: None)  # its turn comes after all that was given before
            for _ in range(6):
                await asyncio.sleep(0)
            quiet = quiet + 1 if self.work == before + 1 else 0

    async def live(self, seconds: float, step: float = 5.0) -> None:
        end = self.clock.monotonic() + seconds
        while self.clock.monotonic() < end and not (self.task and self.task.done()):
            await self.settle()
            self.clock.advance(min(step, self.clock.next_wake() or step))
        await self.settle()

    def told(self, kind: EventKind) -> list[str]:
        with self.app.database.read() as session:
            rows = session.exec(select(EventRow).where(EventRow.kind == kind.value))
            return [f"{row.source} {row.details.get('verdict', '')}".strip() for row in rows]


@asynccontextmanager
async def life(folder: Path) -> AsyncIterator[Life]:
    clock = JumpClock()
    app = build(settings_for("http://127.0.0.1:9", folder), clock)
    sources = {}
    for turn in app.turns:
        sources[turn.name] = Scripted(turn.name)
        turn.poller.source = sources[turn.name]
    await app.prepare()
    one = Life(app, clock, sources)
    try:
        yield one
    finally:
        if one.task and not one.task.done():
            app.stop()
            for _ in range(40):
                await one.settle()
                clock.advance(1)
                if one.task.done():
                    break
            one.task.cancel()
        await asyncio.gather(*filter(None, [one.task]), return_exceptions=True)
        await app.close()

"""What the daemon does beside polling and sending: greets new chats, owes daily lines, keeps the disk tidy.

Rule: trouble of the store ends no chore: the guard is told, the next round tries again; a lost store does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from monitor.domain.clock import Clock
from monitor.domain.errors import StoreError, StoreGone
from monitor.domain.records import Oddity
from monitor.host_clocks import HostClocks
from monitor.memory import give_back
from monitor.store import chats, inbound
from monitor.store.daily import DailyLine
from monitor.store.database import Database
from monitor.store.digests import Digests
from monitor.store.guard import StoreGuard
from monitor.store.sources import Sources
from monitor.store.tables import EventRow, ProjectRow
from monitor.store.thread import RunInStore
from monitor.store.watch import StoreWatch
from scrapers.archive import Archive

log = logging.getLogger(__name__)

_GREETING_LOOK, _TIDY_EVERY, _PRUNE_EVERY = 2.0, 3600.0, 86_400.0
_DAILY_LOOK = 60.0
_CLOCK_LOOK = 10.0


@dataclass(kw_only=True)
class Chores:
    """The daemon's small regular work; each part is also callable on its own, for one pass."""

    run_in_store: RunInStore
    clock: Clock
    database: Database
    sources: Sources
    names: Sequence[str]  # of the sources polled
    archive: Archive
    guard: StoreGuard
    host_clocks: HostClocks
    on_commit: Callable[[], None]  # something was committed that chats are owed
    daily: DailyLine | None  # the line on related issuers; None where every issuer is alerted
    digests: Digests | None = None  # None where there is no bot
    _prune_at: float = float("-inf")

    async def run(self, others: Sequence[Coroutine[Any, Any, None]]) -> None:
        """Work for ever, these parts included; ends with the first part that dies."""
        own = [self._housekeeping(), self._daily_line(), self._watch_clock(), self._watch_store()]
        digests = [self._digests_due(self.digests)] if self.digests is not None else []
        tasks = [asyncio.ensure_future(part) for part in (*own, *others, *digests)]
        try:
            await asyncio.gather(*tasks)
        finally:  # when one dies the supervisor begins them all anew: none may go on twice
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _watch_store(self) -> Coroutine[Any, Any, None]:
        return StoreWatch(
            database=self.database,
            run_in_store=self.run_in_store,
            sources=self.sources,
            guard=self.guard,
            clock=self.clock,
            owed=self.on_commit,
        ).run()

    async def greet(self) -> None:
        """Owe each new chat its one summary, once every source has been read or has shown that it cannot."""

        def work() -> bool:
            if self._unread():
                return False
            with self.database.write() as session:
                summary = _summary(session)
                for chat in chats.listening(session):
                    chats.welcome(session, chat, summary, self.clock.now())
            return True

        if await self.run_in_store(work):
            self.on_commit()

    def _unread(self) -> bool:
        """Whether a first reading is still under way; a source in trouble keeps nobody waiting."""
        done = [name for name in self.names if self.sources.baseline_at(name) is not None]
        left = [name for name in self.names if name not in done and not self.sources.failures(name)]
        return not done or bool(left)

    async def tell_daily(self) -> None:
        """Owe the day's line on related issuers when its hour has come."""
        daily = self.daily
        if daily is not None and await self.run_in_store(lambda: daily.tell(self.clock.now()) is not None):
            self.on_commit()

    async def _daily_line(self) -> None:
        while True:
            await self._guarded(self.tell_daily)
            await self.clock.sleep(_DAILY_LOOK)

    async def _watch_clock(self) -> None:
        """Tell the operators of a wrong wall clock of this machine, and of its end."""

        async def look() -> None:
            if what := self.host_clocks.news():
                log.warning("%s", what)
                notice = [Oddity(where="clock", what=what)]
                await self.run_in_store(lambda: self.sources.odd("ipo-monitor", notice, self.clock.now(), ""))
                self.host_clocks.told()
                self.on_commit()

        while True:
            await self._guarded(look)
            await self.clock.sleep(_CLOCK_LOOK)

    async def _digests_due(self, digests: Digests) -> None:
        """Owe each chat the digest whose hour has come."""

        async def owe() -> None:
            while await self.run_in_store(lambda: digests.owe(self.clock.now())):
                self.on_commit()

        while True:
            await self._guarded(owe)
            await self.clock.sleep(_DAILY_LOOK)

    async def _housekeeping(self) -> None:
        greeted, tidy_at = False, self.clock.monotonic()

        async def look() -> None:
            nonlocal greeted, tidy_at
            if not greeted:
                await self.greet()
                greeted = not await self.run_in_store(self._unread)
            if self.clock.monotonic() >= tidy_at:
                tidy_at = self.clock.monotonic() + _TIDY_EVERY
                await self._tidy()

        while True:
            await self._guarded(look)
            await self.clock.sleep(_GREETING_LOOK if not greeted else _TIDY_EVERY)

    async def _guarded(self, chore: Callable[[], Awaitable[None]]) -> None:
        """Do it; the guard hears of the store's trouble, and the polls find out when it works again."""
        try:
            await chore()
        except StoreGone:
            raise
        except StoreError as exc:
            self.guard.fails(exc)

    async def _tidy(self) -> None:
        give_back()
        if self.clock.monotonic() >= self._prune_at:  # it reads the whole index
            self._prune_at = self.clock.monotonic() + _PRUNE_EVERY
            await asyncio.to_thread(self.archive.prune, self.clock.now())
        await asyncio.to_thread(self.guard.set_aside)
        await self.run_in_store(self._forget_updates)
        await self.run_in_store(self.database.checkpoint)

    def _forget_updates(self) -> None:
        with self.database.write() as session:
            inbound.prune(session, self.clock.now())


def _summary(session: Session) -> dict[str, str | int | float | bool]:
    def count(table: Any, *where: Any) -> int:
        return session.exec(select(func.count()).select_from(table).where(*where)).one()

    return {
        "projects": count(ProjectRow),
        "milestones": count(EventRow, EventRow.kind == "milestone"),
        "events": count(
            EventRow, col(EventRow.kind).not_in(["chat_welcome", "operator_notice", "bot_reply"])
        ),
    }

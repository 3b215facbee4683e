"""The running application: prepares, makes one pass, or works as the daemon until it is told to stop.

Rule: everything it works with was built in `monitor.app`; it reads no environment and no file of settings.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import col, func, select

from alerts.contract import Channel
from monitor.chores import Chores
from monitor.delivery import Delivery
from monitor.desk import Stores
from monitor.domain.calendar import TradingCalendar
from monitor.domain.clock import Clock
from monitor.domain.errors import StoreError
from monitor.domain.records import Oddity
from monitor.domain.rota import Rota
from monitor.known_chats import ensure_configured_chats
from monitor.notify import Notifier
from monitor.passes import Progress, complete_pass
from monitor.reading import ReadingJob
from monitor.schedule import Turns
from monitor.settings import Settings
from monitor.store.backup import notice_restore
from monitor.store.database import Database
from monitor.store.guard import StoreGuard
from monitor.store.relevance import RelevanceStore
from monitor.store.retired import retire
from monitor.store.tables import ChatRow, DeliveryRow
from monitor.store.thread import StoreThread
from monitor.supervisor import Parts, Supervisor
from scrapers.contract import Source
from scrapers.registry import SOURCES

if TYPE_CHECKING:
    from monitor.bot import BotLoop
    from monitor.web import FeedServer

log = logging.getLogger(__name__)

_SOON = timedelta(seconds=5)


@dataclass(kw_only=True)
class App:
    """Everything built once; nothing below reads settings or the environment again."""

    settings: Settings
    clock: Clock
    database: Database
    thread: StoreThread
    stores: Stores
    relevance: RelevanceStore
    calendar: TradingCalendar
    channels: dict[str, Channel]
    delivery: Delivery
    new_delivery: Callable[[], Delivery]
    turns: list[Turns]
    new_turn: Callable[[Source, Rota], Turns]
    guard: StoreGuard
    chores: Chores
    reading: ReadingJob | None = None  # of documents; None where it is off
    bot: BotLoop | None = None  # None where nobody may ask
    feeds: FeedServer | None = None  # None where they are off
    operator_console: bool = True  # whether the terminal also hears what is for operators
    supervisor: Supervisor | None = None
    _telling: asyncio.Future[None] | None = None
    _stop: bool = False

    async def prepare(self) -> None:
        """Bring the schema up to date, know the configured chats and pins; a new chat learns quietly."""
        await self.thread(self.database.migrate)
        await self.thread(self._know_chats)
        await self.thread(self._tell_restore)
        await self.thread(self._grade)

    def _know_chats(self) -> None:
        now = self.clock.now()
        with self.database.write() as session:
            ensure_configured_chats(session, self.settings, now, operator_console=self.operator_console)
            gone = retire(session, self.channels.keys(), now)
        for one in gone:
            what = (
                f"channel {one.channel} is no longer configured: {one.chats} chat(s) hear of nothing since "
                f"{now:%Y-%m-%d %H:%M}Z; {one.waiting} message(s) wait for its return, 72 h at most"
            )
            log.warning("%s", what)
            self.stores.sources.odd("ipo-monitor", [Oddity(where=one.channel, what=what)], now, "")

    def _tell_restore(self) -> None:
        now = self.clock.now()
        gap = notice_restore(self.database, now)
        if gap is not None:
            what = (
                f"restored from a backup of {gap[0]:%Y-%m-%d %H:%M}Z: what was published since then is told "
                "again, marked as a possible repeat; chats and settings changed since then are lost"
            )
            log.warning("%s", what)
            self.stores.sources.odd("ipo-monitor", [Oddity(where="database", what=what)], now, "")

    def _grade(self) -> None:
        pins = self.settings.relevance.pins
        for event in self.relevance.begin(pins, self.clock.now()):
            log.info("relevance of %s: %s", event.issuer, event.reason)
        for name in self.relevance.idle_pins() if pins else ():
            log.warning("relevance.pins: no company known so far is called %s", name)

    async def once(self, names: Sequence[str], progress: Progress | None = None) -> dict[str, str]:
        """One complete pass over these sources, everything waiting included; name → verdict."""
        sending = asyncio.create_task(self.delivery.run())
        verdicts: dict[str, str] = {}
        try:
            for turn in self.turns:
                if turn.name in names:
                    tries = 1 if SOURCES[turn.name].optional and len(names) > 1 else 3
                    verdicts[turn.name] = await complete_pass(turn, self.clock, tries, progress=progress)
            await self.chores.greet()
            if self.reading is not None:
                await self.reading.drain(self.reading.rules.max_per_hour)
            await self.chores.tell_daily()
            await self.drained(sending)
        finally:
            await self.delivery.stop()
            await sending
        return verdicts

    async def drained(self, sending: asyncio.Task[None]) -> None:
        """Wait until nothing can be sent any more: all sent, or put off until later."""
        while not sending.done() and await self.thread(self._owes_now) and self.delivery_works():
            await self.clock.sleep(0.02)

    def delivery_works(self) -> bool:
        """Whether at least one channel still takes messages."""
        return bool(self.channels.keys() - self.delivery.stopped.keys())

    def _owes_now(self) -> bool:
        """Whether something is under way or due at once; what was put off waits for the next start."""
        soon = self.clock.now() + _SOON
        usable = self.channels.keys() - self.delivery.stopped.keys()  # what a refused one owes, waits too
        with self.database.read() as session:
            owed = (
                select(func.count())
                .select_from(DeliveryRow)
                .join(ChatRow, col(ChatRow.id) == col(DeliveryRow.chat_id))
                .where(
                    (col(DeliveryRow.state) == "sending")
                    | (
                        (col(DeliveryRow.state) == "pending")
                        & (col(DeliveryRow.not_before) <= soon)
                        & col(ChatRow.channel).in_(usable)
                    )
                )
            )
            return session.exec(owed).one() > 0

    async def run(
        self, on_ready: Callable[[], None] = lambda: None, notifier: Notifier | None = None
    ) -> None:
        """The daemon: polls and sends until `stop()`.

        Raises StoreGone when the database is no longer ours, Unrecoverable when a new process must take over.
        """
        self.supervisor = Supervisor(
            parts=Parts(
                turns={turn.name: turn for turn in self.turns},
                rebuild_turn=self._rebuild_turn,
                delivery=lambda: self.delivery,
                rebuild_delivery=self._rebuild_delivery,
                chores=self._other_work,
                check_store=self.database.files.check,
            ),
            clock=self.clock,
            notifier=notifier or Notifier(),
        )
        if self._stop:
            return
        await self.supervisor.run(on_ready)

    def _rebuild_turn(self, name: str) -> Turns:
        old = next(turn for turn in self.turns if turn.name == name)
        new = self.new_turn(old.poller.source, old.rota)
        self.turns[self.turns.index(old)] = new
        return new

    def _rebuild_delivery(self) -> Delivery:
        self.delivery = self.new_delivery()
        return self.delivery

    def owed(self) -> None:
        """Something was committed that chats are owed."""
        self.delivery.poke()

    async def _other_work(self) -> None:
        others: list[Coroutine[Any, Any, None]] = []
        if self.reading is not None:
            others.append(self.reading.run())
        if self.feeds is not None:
            others.append(self.feeds.run(self.settings.web.host, self.settings.web.port))
        if self.bot is not None:
            others.append(self.bot.run())
        await self.chores.run(others)

    def bot_trouble(self, what: str) -> None:
        """Tell the operators of trouble with the bot."""
        log.error("bot: %s", what)
        self._tell_operators(self.clock.now(), Oddity(where="bot", what=what))

    def stop(self) -> None:
        """Ask the daemon to end; it finishes what it is committing."""
        self._stop = True
        if self.supervisor is not None:
            self.supervisor.stop()

    def store_recovered(self, trouble: str) -> None:
        """Tell the operators, now that it can be written down, that the store had failed."""
        now = self.clock.now()
        what = f"the store failed and works again since {now:%Y-%m-%d %H:%M:%S}Z; nothing was lost: {trouble}"
        self._tell_operators(now, Oddity(where="database", what=what))

    def _tell_operators(self, now: datetime, notice: Oddity) -> None:
        async def tell() -> None:
            try:
                await self.thread(lambda: self.stores.sources.odd("ipo-monitor", [notice], now, ""))
            except StoreError as exc:
                self.guard.fails(exc)
            self.owed()

        self._telling = asyncio.ensure_future(tell())

    async def close(self) -> None:
        """Let go of everything."""
        for channel in self.channels.values():
            await channel.close()
        self.thread.close()
        self.database.close()

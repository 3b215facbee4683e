"""The running application: prepares, makes one pass, or works as the daemon until it is told to stop.

Rule: everything it works with was built in `monitor.app`; it reads no environment and no file of settings.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, func, select

from alerts.contract import Channel
from monitor.delivery import Delivery
from monitor.domain.calendar import TradingCalendar
from monitor.domain.clock import Clock
from monitor.domain.errors import StoreError, StoreGone
from monitor.domain.events import EventKind
from monitor.domain.records import Oddity
from monitor.domain.rota import Rota
from monitor.hooks import ensure_hook_chats
from monitor.notify import Notifier
from monitor.pipeline import Stores
from monitor.reading import ReadingJob
from monitor.schedule import Turns
from monitor.settings import Settings
from monitor.store import chats, inbound
from monitor.store.backup import notice_restore
from monitor.store.daily import DailyLine
from monitor.store.database import Database
from monitor.store.digests import Digests
from monitor.store.guard import StoreGuard
from monitor.store.relevance import RelevanceStore
from monitor.store.tables import DeliveryRow, EventRow, ProjectRow
from monitor.store.thread import StoreThread
from monitor.supervisor import Parts, Supervisor
from scrapers.archive import Archive
from scrapers.contract import Source
from scrapers.registry import SOURCES

if TYPE_CHECKING:
    from monitor.bot import BotLoop
    from monitor.web import FeedServer

log = logging.getLogger(__name__)

_LONG_LOG = 64 << 20  # bytes of write-ahead log that no reader of ours can explain

Details = Mapping[str, str | int | float | bool]


@dataclass(kw_only=True)
class App:
    """Everything built once; nothing below reads settings or the environment again."""

    settings: Settings
    clock: Clock
    database: Database
    thread: StoreThread
    stores: Stores
    relevance: RelevanceStore
    daily: DailyLine | None  # the line on related issuers; None where every issuer is alerted
    archive: Archive
    calendar: TradingCalendar
    channels: dict[str, Channel]
    delivery: Delivery
    new_delivery: Callable[[], Delivery]
    turns: list[Turns]
    new_turn: Callable[[Source, Rota], Turns]
    guard: StoreGuard
    reading: ReadingJob | None = None  # of documents; None where it is off
    bot: BotLoop | None = None  # None where nobody may ask
    digests: Digests | None = None
    feeds: FeedServer | None = None  # None where they are off
    operator_console: bool = True  # whether the terminal also hears what is for operators
    supervisor: Supervisor | None = None
    _telling: asyncio.Future[None] | None = None
    _stop: bool = False

    async def prepare(self) -> None:
        """Bring the schema up to date, know the configured chats and pins; a new chat learns quietly."""
        await self.thread(self.database.migrate)
        await self.thread(self._ensure_chats)
        await self.thread(self._tell_restore)
        await self.thread(self._grade)

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

    async def tell_daily(self) -> None:
        """Owe the day's line on related issuers when its hour has come."""
        daily = self.daily
        if daily is not None and await self.thread(lambda: daily.tell(self.clock.now()) is not None):
            self.delivery.poke()

    async def _daily_line(self) -> None:
        while True:
            try:
                await self.tell_daily()
            except StoreGone:
                raise
            except StoreError as exc:
                self.guard.fails(exc)
            await self.clock.sleep(_DAILY_LOOK)

    def _ensure_chats(self) -> None:
        settings, now = self.settings, self.clock.now()
        kinds = {kind.value: True for kind in settings.alerts.kinds}
        with self.database.write() as session:
            if settings.channels.console.enabled:
                chats.ensure_chat(
                    session,
                    "console",
                    "console",
                    now=now,
                    language=settings.alerts.language,
                    operator=self.operator_console,
                    preferences={"kinds": kinds},
                )
            ensure_hook_chats(session, settings, now)
            telegram = settings.channels.telegram
            if not telegram.enabled:
                return
            operator = str(telegram.operator_chat) if telegram.operator_chat is not None else None
            for chat in telegram.chats:
                chats.ensure_chat(
                    session,
                    "telegram",
                    str(chat.id),
                    now=now,
                    language=chat.language,
                    operator=str(chat.id) == operator,
                    preferences={"kinds": kinds, "watch": list(chat.watch or ())},
                )
            if operator and operator not in {str(chat.id) for chat in telegram.chats}:
                # A chat of its own for the operator hears of trouble only.
                nothing = {kind.value: False for kind in EventKind}
                chats.ensure_chat(
                    session,
                    "telegram",
                    operator,
                    now=now,
                    language=settings.alerts.language,
                    operator=True,
                    preferences={"kinds": nothing},
                )

    async def greet(self) -> None:
        """Owe each new chat its one summary, once every source has been read or has shown that it cannot."""
        names = [turn.name for turn in self.turns]

        def work() -> bool:
            if self._unread(names):
                return False
            with self.database.write() as session:
                summary = _summary(session)
                for chat in chats.listening(session):
                    chats.welcome(session, chat, summary, self.clock.now())
            return True

        if await self.thread(work):
            self.delivery.poke()

    def _unread(self, names: Sequence[str]) -> bool:
        """Whether a first reading is still under way; a source in trouble keeps nobody waiting."""
        done = [name for name in names if self.stores.sources.baseline_at(name) is not None]
        left = [name for name in names if name not in done and not self.stores.sources.failures(name)]
        return not done or bool(left)

    async def once(self, names: Sequence[str], progress: Progress | None = None) -> dict[str, str]:
        """One complete pass over these sources, everything waiting included; name → verdict."""
        sending = asyncio.create_task(self.delivery.run())
        verdicts: dict[str, str] = {}
        try:
            for turn in self.turns:
                if turn.name in names:
                    tries = 1 if SOURCES[turn.name].optional and len(names) > 1 else 3
                    verdicts[turn.name] = await complete_pass(turn, self.clock, tries, progress=progress)
            await self.greet()
            if self.reading is not None:
                await self.reading.drain(self.reading.rules.max_per_hour)
            await self.tell_daily()
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
        with self.database.read() as session:
            owed = (
                select(func.count())
                .select_from(DeliveryRow)
                .where(
                    (DeliveryRow.state == "sending")
                    | ((DeliveryRow.state == "pending") & (DeliveryRow.not_before <= soon))
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
                chores=self._chores,
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

    async def _chores(self) -> None:
        reading = [self.reading.run()] if self.reading is not None else []
        web = self.settings.web
        feeds = [self.feeds.run(web.host, web.port)] if self.feeds is not None else []
        parts = [self._housekeeping(), self._daily_line(), *reading, *feeds, *self._bot_parts()]
        tasks = [asyncio.ensure_future(part) for part in parts]
        try:
            await asyncio.gather(*tasks)
        finally:  # when one dies the supervisor begins them all anew: none may go on twice
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _bot_parts(self) -> list[Coroutine[Any, Any, None]]:
        return [self.bot.run(), self._digests_due()] if self.bot is not None else []

    async def _digests_due(self) -> None:
        """Owe each chat the digest whose hour has come."""
        assert self.digests is not None  # built with the bot
        digests = self.digests
        while True:
            try:
                if await self.thread(lambda: digests.owe(self.clock.now())):
                    self.owed()
            except StoreGone:
                raise
            except StoreError as exc:
                self.guard.fails(exc)
            await self.clock.sleep(_DAILY_LOOK)

    def bot_trouble(self, what: str) -> None:
        """Tell the operators of trouble with the bot."""
        log.error("bot: %s", what)
        now, notice = self.clock.now(), [Oddity(where="bot", what=what)]

        async def tell() -> None:
            try:
                await self.thread(lambda: self.stores.sources.odd("ipo-monitor", notice, now, ""))
            except StoreError as exc:
                self.guard.fails(exc)
            self.owed()

        self._telling = asyncio.ensure_future(tell())

    def stop(self) -> None:
        """Ask the daemon to end; it finishes what it is committing."""
        self._stop = True
        if self.supervisor is not None:
            self.supervisor.stop()

    async def _housekeeping(self) -> None:
        greeted, tidy_at = False, self.clock.monotonic()
        while True:
            try:
                if not greeted:
                    await self.greet()
                    greeted = not await self.thread(lambda: self._unread([turn.name for turn in self.turns]))
                if self.clock.monotonic() >= tidy_at:
                    tidy_at = self.clock.monotonic() + _TIDY_EVERY
                    await self._tidy()
            except StoreGone:
                raise
            except StoreError as exc:
                self.guard.fails(exc)  # the polls find out when it works again
            await self.clock.sleep(_GREETING_LOOK if not greeted else _TIDY_EVERY)

    async def _tidy(self) -> None:
        await asyncio.to_thread(self.archive.prune, self.clock.now())
        await asyncio.to_thread(self.guard.set_aside)
        await self.thread(self._forget_updates)
        left = await self.thread(self.database.checkpoint)
        if left > _LONG_LOG:
            log.error(
                "the database's log has grown to %d MiB: some other program reads it and does not let go",
                left >> 20,
            )

    def _forget_updates(self) -> None:
        with self.database.write() as session:
            inbound.prune(session, self.clock.now())

    def store_recovered(self, trouble: str) -> None:
        """Tell the operators, now that it can be written down, that the store had failed."""
        now = self.clock.now()
        what = f"the store failed and works again since {now:%Y-%m-%d %H:%M:%S}Z; nothing was lost: {trouble}"
        notice = [Oddity(where="database", what=what)]

        async def tell() -> None:
            try:
                await self.thread(lambda: self.stores.sources.odd("ipo-monitor", notice, now, ""))
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


Progress = Callable[[str, int, int], None]  # source, projects read, projects in all


async def complete_pass(
    turn: Turns, clock: Clock, tries: int = 3, *, thorough: bool = True, progress: Progress | None = None
) -> str:
    """The list, newest documents and all waiting work of one source.

    `thorough` sweeps the whole list and makes the daily round when it is due; else one quick poll.
    """
    verdict = await _tried(turn.poller.sweep if thorough else turn.poller.quick, clock, tries)
    if verdict != "ok":
        return verdict
    verdicts = [await _tried(turn.poller.documents, clock, tries)]
    if thorough:
        verdicts.append(await turn.poller.round_if_due())
    failures = 0
    while failures < tries:
        verdict, more = await turn.poller.background()
        if verdict != "ok":
            failures += 1
            verdicts.append(verdict)
            await clock.sleep(_TRY_AGAIN)
        elif not more:
            break
        else:
            failures = 0
            if progress is not None:
                waiting, total = await turn.poller.waiting()
                progress(turn.name, total - waiting, total)
    return next((verdict for verdict in verdicts if verdict != "ok"), "ok")


_TRY_AGAIN = 3.0
_GREETING_LOOK, _TIDY_EVERY = 2.0, 3600.0
_SOON = timedelta(seconds=5)
_DAILY_LOOK = 60.0


async def _tried(poll: Callable[[], Any], clock: Clock, tries: int) -> str:
    verdict = ""
    for attempt in range(tries):
        if attempt:
            await clock.sleep(_TRY_AGAIN * attempt)
        verdict = await poll()
        if verdict == "ok":
            break
    return verdict


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

"""The composition root: settings → store, sources, channels, delivery; the only importer of concrete ones."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session, col, func, select

from alerts import summaries
from alerts.contract import Channel
from alerts.footers import TRUSTED_HOSTS
from alerts.message import Message
from alerts.registry import CHANNELS
from alerts.render import render
from alerts.routing import rule_with_watchlist
from monitor.composing import Render, RenderDigest
from monitor.delivery import Delivery
from monitor.domain.calendar import TradingCalendar, load_calendar
from monitor.domain.clock import Clock
from monitor.domain.events import Event, EventKind
from monitor.domain.names import normalise_company_name
from monitor.domain.rota import Rota
from monitor.limiter import Budget, Limiter
from monitor.pipeline import Poller, Stores
from monitor.schedule import Turns, pokes
from monitor.settings import Settings
from monitor.store import chats, outbox
from monitor.store.database import Database
from monitor.store.jobs import Rules
from monitor.store.repository import Repository
from monitor.store.sources import Sources
from monitor.store.tables import EventRow, ProjectRow
from monitor.store.thread import StoreThread
from monitor.store.tutoring import TutoringStore
from scrapers.archive import Archive
from scrapers.contract import Document, Source
from scrapers.fetch import Fetcher, FetchPolicy, honest_user_agent
from scrapers.pace import Pace
from scrapers.registry import SOURCES

log = logging.getLogger(__name__)

Details = Mapping[str, str | int | float | bool]


@dataclass(kw_only=True)
class App:
    """Everything built once; nothing below reads settings or the environment again."""

    settings: Settings
    clock: Clock
    database: Database
    thread: StoreThread
    stores: Stores
    archive: Archive
    calendar: TradingCalendar
    channels: dict[str, Channel]
    delivery: Delivery
    turns: list[Turns]
    operator_console: bool = True  # whether the terminal also hears what is for operators
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def prepare(self) -> None:
        """Bring the schema up to date and know the configured chats; a new chat learns quietly."""
        await self.thread(self.database.migrate)
        await self.thread(self._ensure_chats)

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
        """Owe each new chat its one summary, once every source has completed its first reading."""
        names = [turn.name for turn in self.turns]

        def work() -> bool:
            if any(self.stores.sources.baseline_at(name) is None for name in names):
                return False
            with self.database.write() as session:
                summary = _summary(session)
                for chat in chats.listening(session):
                    chats.welcome(session, chat, summary, self.clock.now())
            return True

        if await self.thread(work):
            self.delivery.poke()

    async def once(self, names: Sequence[str]) -> dict[str, str]:
        """One complete pass over these sources, everything waiting included; name → verdict."""
        sending = asyncio.create_task(self.delivery.run())
        verdicts: dict[str, str] = {}
        try:
            for turn in self.turns:
                if turn.name in names:
                    verdicts[turn.name] = await complete_pass(turn, self.clock)
            await self.greet()
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
        with self.database.read() as session:
            counts = outbox.counts(session)
        return counts.get("pending", 0) + counts.get("sending", 0) > 0

    async def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """The daemon: polls and sends until `stop()`; raises when a part of it ends unasked."""
        scheduler, events = pokes(self.turns)
        tasks = [asyncio.create_task(self.delivery.run(), name="delivery")]
        tasks += [asyncio.create_task(turn.run(events[turn.name]), name=turn.name) for turn in self.turns]
        tasks.append(asyncio.create_task(self._housekeeping(), name="housekeeping"))
        stopping = asyncio.create_task(self._stop.wait(), name="stop")
        scheduler.start()
        on_ready()
        try:
            done, _ = await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()
        finally:
            scheduler.shutdown(wait=False)
            await self.delivery.stop()
            for task in (*tasks[1:], stopping):
                task.cancel()
            await asyncio.gather(*tasks, stopping, return_exceptions=True)

    def stop(self) -> None:
        """Ask the daemon to end; it finishes what it is committing."""
        self._stop.set()

    async def _housekeeping(self) -> None:
        greeted = False
        while True:
            if not greeted:
                await self.greet()
                greeted = not await self.thread(self._ungreeted)
            await asyncio.to_thread(self.archive.prune, self.clock.now())
            await self.clock.sleep(30.0 if not greeted else 3600.0)

    def _ungreeted(self) -> bool:
        return any(self.stores.sources.baseline_at(turn.name) is None for turn in self.turns)

    async def close(self) -> None:
        """Let go of everything."""
        for channel in self.channels.values():
            await channel.close()
        self.thread.close()
        self.database.close()


async def complete_pass(turn: Turns, clock: Clock, tries: int = 3, *, daily_round: bool = True) -> str:
    """Sweep, newest documents, the daily round when it is due, and all waiting work of one source."""
    verdict = await _tried(turn.poller.sweep, clock, tries)
    if verdict != "ok":
        return verdict
    verdicts = [await _tried(turn.poller.documents, clock, tries)]
    if daily_round:
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
    return next((verdict for verdict in verdicts if verdict != "ok"), "ok")


_TRY_AGAIN = 3.0


async def _tried(poll: Callable[[], Any], clock: Clock, tries: int) -> str:
    verdict = ""
    for attempt in range(tries):
        if attempt:
            await clock.sleep(_TRY_AGAIN * attempt)
        verdict = await poll()
        if verdict == "ok":
            break
    return verdict


def build(
    settings: Settings,
    clock: Clock,
    *,
    related: Callable[[Event], Details] | None = None,
    budgets: Mapping[str, Budget] | None = None,
    rules: Rules | None = None,
    operator_console: bool = True,
) -> App:
    """Build everything from settings; nothing is contacted or written yet.

    `related` adds facts to an event's rendering; `budgets` and `rules` replace the published limits.
    """
    database = Database(settings.database.url)
    thread = StoreThread()
    calendar = load_calendar(settings.calendar.override_file)
    archive = Archive(
        settings.archive.dir,
        max_bytes=settings.archive.max_bytes,
        max_age=timedelta(days=settings.archive.max_age_days),
    )
    rule = rule_with_watchlist(settings.relevance.watch)
    watched = [normalise_company_name(name) for name in settings.relevance.watch]

    def owe(session: Session, rows: Sequence[EventRow]) -> None:
        outbox.stage(session, rows, chats.listening(session), clock.now(), rule)

    def followed(issuer: str) -> bool:
        return any(name in normalise_company_name(issuer) for name in watched)

    stores = Stores(
        repository=Repository(database, owe, followed),
        sources=Sources(database, owe),
        tutoring=TutoringStore(database, owe),
    )
    channels = _channels(settings)
    limiter = Limiter(clock, budgets or {"telegram": Budget()})
    tell, tell_many = _renderers(settings, related)
    delivery = Delivery(
        database=database,
        run_in_store=thread,
        channels=channels,
        render=tell,
        render_digest=tell_many,
        rule=rule,
        clock=clock,
        limiter=limiter,
        rules=rules or Rules(),
    )
    turns = [
        Turns(
            poller=Poller(
                source,
                fetchers(settings, name, clock, archive),
                stores,
                thread,
                clock,
                delivery.poke,
            ),
            rota=_rota(settings, name, calendar),
            clock=clock,
        )
        for name, source in _sources(settings).items()
    ]
    return App(
        settings=settings,
        clock=clock,
        database=database,
        thread=thread,
        stores=stores,
        archive=archive,
        calendar=calendar,
        channels=channels,
        delivery=delivery,
        turns=turns,
        operator_console=operator_console,
    )


def _sources(settings: Settings) -> dict[str, Source]:
    return {
        name: entry.build(getattr(settings.sources, name))
        for name, entry in SOURCES.items()
        if getattr(settings.sources, name).enabled
    }


def fetchers(settings: Settings, name: str, clock: Clock, archive: Archive | None) -> Callable[[], Fetcher]:
    """Opens fetchers for one source as configured; they share its manners and keep raw answers in `archive`."""
    own = getattr(settings.sources, name)
    policy = FetchPolicy(
        origins=SOURCES[name].origins(own),
        user_agent=settings.user_agent or honest_user_agent(settings.contact),
        allow_private_hosts=own.allow_private_hosts,
        deadline=own.deadline,
    )
    pace = Pace(clock, gap=own.min_request_gap)

    def keep(document: Document, status: int, verdict: str) -> None:
        if archive is not None:
            archive.store(document, status, verdict)

    return lambda: Fetcher(policy, pace, clock, keep=keep)


def _rota(settings: Settings, name: str, calendar: TradingCalendar) -> Rota:
    plan = SOURCES[name].plan(getattr(settings.sources, name))
    star = settings.sources.sse_star
    return Rota(
        plan=plan,
        in_window=lambda instant: calendar.in_quick_window(
            instant, star.quick_window_start, star.quick_window_end
        ),
    )


def _channels(settings: Settings) -> dict[str, Channel]:
    built: dict[str, Channel] = {}
    if settings.channels.console.enabled:
        built["console"] = CHANNELS["console"]({})
    telegram = settings.channels.telegram
    if telegram.enabled and telegram.token is not None:
        built["telegram"] = CHANNELS["telegram"](
            {"token": telegram.token.reveal(), "api_url": telegram.api_url}
        )
    return built


def _renderers(settings: Settings, related: Callable[[Event], Details] | None) -> tuple[Render, RenderDigest]:
    star = settings.sources.sse_star
    own = (urlsplit(url).hostname or "" for url in (star.site_url, star.static_url))
    hosts = tuple(dict.fromkeys((*TRUSTED_HOSTS, *own)))

    def tell(event: Event, language: str) -> Message:
        extra = related(event) if related else None
        return render(event, "en" if language == "en" else "zh", related=extra, trusted_hosts=hosts)

    def tell_many(events: Sequence[Event], language: str) -> Message:
        return summaries.render_digest(events, "en" if language == "en" else "zh")

    return tell, tell_many


def _summary(session: Session) -> dict[str, str | int | float | bool]:
    def count(table: Any, *where: Any) -> int:
        return session.exec(select(func.count()).select_from(table).where(*where)).one()

    return {
        "projects": count(ProjectRow),
        "milestones": count(EventRow, EventRow.kind == "milestone"),
        "events": count(EventRow, col(EventRow.kind).not_in(["chat_welcome", "operator_notice"])),
    }

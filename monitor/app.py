"""The composition root: settings → store, sources, channels, delivery; the only importer of concrete ones."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session, col, func, select

from alerts import summaries
from alerts.bilingual import both
from alerts.contract import Channel
from alerts.footers import TRUSTED_HOSTS
from alerts.message import Message
from alerts.registry import CHANNELS
from alerts.render import render
from alerts.routing import rule_with_watchlist
from monitor.bot import BotLoop
from monitor.bot_parts import bot_parts_of
from monitor.composing import Render, RenderDigest
from monitor.delivery import Delivery
from monitor.documents.shelf import Shelf
from monitor.domain.calendar import TradingCalendar, load_calendar
from monitor.domain.clock import Clock
from monitor.domain.errors import StoreError, StoreGone
from monitor.domain.events import Event, EventKind
from monitor.domain.names import normalise_company_name
from monitor.domain.records import Oddity
from monitor.domain.rota import Rota
from monitor.hooks import ensure_hook_chats, hook_budgets, hook_channels
from monitor.limiter import Budget, Limiter
from monitor.notify import Notifier
from monitor.pipeline import Poller, Stores
from monitor.reading import ReadingJob, ReadingRules, Way
from monitor.schedule import Turns
from monitor.settings import Settings
from monitor.store import chats, outbox
from monitor.store.backup import mark_gap, notice_restore
from monitor.store.calendar_facts import CalendarStore
from monitor.store.daily import DailyLine
from monitor.store.database import Database
from monitor.store.digests import Digests
from monitor.store.figures import FiguresStore
from monitor.store.guard import StoreGuard
from monitor.store.issues import IssueStore
from monitor.store.jobs import Rules
from monitor.store.relevance import RelevanceStore
from monitor.store.repository import Owe, Repository
from monitor.store.sources import Sources
from monitor.store.tables import DeliveryRow, EventRow, ProjectRow
from monitor.store.thread import StoreThread
from monitor.store.tutoring import TutoringStore
from monitor.supervisor import Parts, Supervisor
from monitor.web import FeedServer
from scrapers.archive import Archive
from scrapers.contract import Document, Source
from scrapers.fetch import Fetcher, FetchPolicy, honest_user_agent
from scrapers.pace import Doors, Pace
from scrapers.registry import SOURCES

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
        left = await self.thread(self.database.checkpoint)
        if left > _LONG_LOG:
            log.error(
                "the database's log has grown to %d MiB: some other program reads it and does not let go",
                left >> 20,
            )

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
    only_ai_chips = settings.relevance.mode == "ai_chips"
    rule = rule_with_watchlist(settings.relevance.watch, only_ai_chips=only_ai_chips)
    watched = [normalise_company_name(name) for name in settings.relevance.watch]

    def owe(session: Session, rows: Sequence[EventRow]) -> None:
        owed = outbox.stage(session, rows, chats.listening(session), clock.now(), rule)
        mark_gap(session, owed, list(rows))

    def followed(issuer: str) -> bool:
        return any(name in normalise_company_name(issuer) for name in watched)

    stores = open_stores(database, owe, followed)
    channels = _channels(settings, clock)
    limiter = Limiter(clock, {"telegram": Budget(), **hook_budgets(settings), **(budgets or {})})
    tell, tell_many = _renderers(settings, related)
    bot_parts = bot_parts_of(settings)

    def new_delivery() -> Delivery:
        return Delivery(
            database=database,
            run_in_store=thread,
            channels=channels,
            render=tell,
            render_digest=tell_many,
            rule=rule,
            clock=clock,
            limiter=limiter,
            rules=rules or Rules(),
            buttons=bot_parts.buttons if bot_parts else None,
        )

    doors: dict[str, Doors] = {}

    def new_turn(source: Source, rota: Rota) -> Turns:
        return Turns(
            poller=Poller(
                source,
                fetchers(
                    settings,
                    source.name,
                    clock,
                    archive,
                    doors.setdefault(SOURCES[source.name].doors or source.name, Doors()),
                ),
                stores,
                thread,
                clock,
                lambda: app.owed(),
                calendar.is_trading_day,
            ),
            rota=rota,
            clock=clock,
            guard=guard,
            deadline=getattr(settings.sources, source.name).deadline,
        )

    guard = StoreGuard(database, thread)
    app = App(
        settings=settings,
        clock=clock,
        database=database,
        thread=thread,
        stores=stores,
        relevance=RelevanceStore(database, owe),
        daily=DailyLine(database, owe, settings.relevance.daily_at) if only_ai_chips else None,
        archive=archive,
        calendar=calendar,
        channels=channels,
        delivery=new_delivery(),
        new_delivery=new_delivery,
        turns=[
            new_turn(source, _rota(settings, name, calendar)) for name, source in _sources(settings).items()
        ],
        new_turn=new_turn,
        guard=guard,
        operator_console=operator_console,
    )
    guard.on_recovery = app.store_recovered
    if bot_parts is not None:
        app.bot = bot_parts.loop(
            database, thread, clock, channels["telegram"].format, rule, lambda: app.owed(), app.bot_trouble
        )
        app.digests = Digests(database)
    if settings.web.enabled and settings.web.secret is not None:
        app.feeds = FeedServer(
            database=database,
            run_in_store=thread,
            render=tell,
            clock=clock,
            secret=settings.web.secret.reveal(),
        )
    if settings.documents.enabled:
        app.reading = _reading(app, FiguresStore(database, owe, followed), doors)
    return app


def _reading(app: App, figures: FiguresStore, doors: dict[str, Doors]) -> ReadingJob:
    """The job that reads documents: through the exchange's own manners, at a pace of its own."""
    settings, clock = app.settings, app.clock
    star, section = settings.sources.sse_star, settings.documents
    # The files go to their own folder, so the archive of answers does not keep them twice.
    opened = fetchers(
        settings, "sse_star", clock, None, doors.setdefault(SOURCES["sse_star"].doors or "sse_star", Doors())
    )

    def idle() -> bool:
        return all(turn.idle for turn in app.turns if turn.name == "sse_star")

    def file_server(url: str) -> str:
        """A bulletin's address for people, at the server that holds all files of the exchange."""
        prefix = star.site_url.rstrip("/") + "/"
        return f"{star.static_url.rstrip('/')}/{url[len(prefix) :]}" if url.startswith(prefix) else url

    ways = {
        "sse_star": Way(open_fetcher=opened, free=idle),
        "sse_issue": Way(open_fetcher=opened, free=idle, address=file_server),
    }
    return ReadingJob(
        figures=figures,
        relevance=app.relevance,
        shelf=Shelf(section.dir, max_bytes=section.max_bytes),
        ways=lambda: ways if star.enabled else {},
        rules=ReadingRules(
            fetch=section.fetch,
            max_bytes=section.max_file_bytes,
            max_per_hour=section.max_per_hour,
            deadline=section.deadline,
        ),
        run_in_store=app.thread,
        clock=clock,
        on_commit=app.owed,
        store_fails=app.guard.fails,
    )


def open_stores(database: Database, owe: Owe, followed: Callable[[str], bool]) -> Stores:
    """The store's parts over one database; `owe` is called with each transaction's new events."""
    return Stores(
        repository=Repository(database, owe, followed),
        sources=Sources(
            database, owe, optional=frozenset(name for name, entry in SOURCES.items() if entry.optional)
        ),
        issues=IssueStore(database, owe),
        calendar=CalendarStore(database, owe),
        tutoring=TutoringStore(database, owe),
    )


def _sources(settings: Settings) -> dict[str, Source]:
    return {
        name: entry.build(getattr(settings.sources, name))
        for name, entry in SOURCES.items()
        if getattr(settings.sources, name).enabled
    }


def fetchers(
    settings: Settings, name: str, clock: Clock, archive: Archive | None, doors: Doors | None = None
) -> Callable[[], Fetcher]:
    """Opens fetchers for one source as configured, with one pace for all; `archive` keeps what comes."""
    own = getattr(settings.sources, name)
    policy = FetchPolicy(
        origins=SOURCES[name].origins(own),
        user_agent=settings.user_agent or honest_user_agent(settings.contact),
        allow_private_hosts=own.allow_private_hosts,
        deadline=own.deadline,
    )
    pace = Pace(clock, gap=own.min_request_gap, doors=doors)

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


def _channels(settings: Settings, clock: Clock) -> dict[str, Channel]:
    built: dict[str, Channel] = hook_channels(settings, clock)
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
        if language == "both":
            return both(tell(event, "zh"), tell(event, "en"))
        extra = related(event) if related else None
        return render(event, "en" if language == "en" else "zh", related=extra, trusted_hosts=hosts)

    def tell_many(events: Sequence[Event], language: str) -> Message:
        if language == "both":
            return both(tell_many(events, "zh"), tell_many(events, "en"))
        return summaries.render_digest(events, "en" if language == "en" else "zh")

    return tell, tell_many


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

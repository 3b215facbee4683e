"""The composition root: settings → store, sources, channels, delivery; the only importer of concrete ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from sqlmodel import Session

from alerts import summaries
from alerts.bilingual import both
from alerts.contract import Channel
from alerts.footers import TRUSTED_HOSTS
from alerts.message import Message
from alerts.registry import CHANNELS
from alerts.render import render
from alerts.routing import rule_with_watchlist
from monitor.chores import Chores
from monitor.composing import Render, RenderDigest
from monitor.delivery import Delivery
from monitor.desk import Stores
from monitor.documents.shelf import Shelf
from monitor.domain.calendar import TradingCalendar, load_calendar
from monitor.domain.clock import Clock
from monitor.domain.events import Event
from monitor.domain.names import normalise_company_name
from monitor.domain.rota import Rota
from monitor.hooks import hook_budgets, hook_channels
from monitor.host_clocks import HostClocks
from monitor.limiter import Budget, Limiter
from monitor.passes import Progress, complete_pass
from monitor.pipeline import Poller
from monitor.reading import ReadingJob, ReadingRules, Way
from monitor.runtime import App
from monitor.schedule import Turns
from monitor.settings import Settings
from monitor.store import chats, outbox
from monitor.store.backup import mark_gap
from monitor.store.calendar_facts import CalendarStore
from monitor.store.daily import DailyLine
from monitor.store.database import Database
from monitor.store.digests import Digests
from monitor.store.figures import FiguresStore
from monitor.store.guard import StoreGuard
from monitor.store.issues import IssueStore
from monitor.store.jobs import Rules
from monitor.store.refreshes import Refreshes
from monitor.store.relevance import RelevanceStore
from monitor.store.repository import Owe, Repository
from monitor.store.sources import Sources
from monitor.store.tables import EventRow
from monitor.store.thread import StoreThread
from monitor.store.tutoring import TutoringStore
from scrapers.archive import Archive
from scrapers.contract import Document, Source
from scrapers.fetch import Fetcher, FetchPolicy, honest_user_agent
from scrapers.pace import Doors, Pace
from scrapers.registry import SOURCES

__all__ = ["App", "Progress", "build", "complete_pass", "fetchers", "open_stores"]

Details = Mapping[str, str | int | float | bool]


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
        if cards is not None:
            cards.touch(session, rows, clock.now())
        if owed:
            mark_gap(session, list(rows))

    def followed(issuer: str) -> bool:
        return any(name in normalise_company_name(issuer) for name in watched)

    bot_parts = None
    if settings.channels.telegram.enabled:  # the bot and the feeds are imported only where they run
        from monitor.bot_parts import bot_parts_of

        bot_parts = bot_parts_of(settings)
    cards = bot_parts.cards() if bot_parts else None
    stores = open_stores(database, owe, followed)
    channels = _channels(settings, clock)
    limiter = Limiter(clock, {"telegram": Budget(), **hook_budgets(settings), **(budgets or {})})
    tell, tell_many = _renderers(settings, related)

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
            cards=cards,
        )

    doors: dict[str, Doors] = {}
    host_clocks = HostClocks(clock=clock)

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
                    host_clocks,
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
    sources = _sources(settings)
    chores = Chores(
        run_in_store=thread,
        clock=clock,
        database=database,
        sources=stores.sources,
        names=tuple(sources),
        archive=archive,
        guard=guard,
        host_clocks=host_clocks,
        on_commit=lambda: app.owed(),
        daily=DailyLine(database, owe, settings.relevance.daily_at) if only_ai_chips else None,
    )
    app = App(
        settings=settings,
        clock=clock,
        database=database,
        thread=thread,
        stores=stores,
        relevance=RelevanceStore(database, owe),
        calendar=calendar,
        channels=channels,
        delivery=new_delivery(),
        new_delivery=new_delivery,
        turns=[new_turn(source, _rota(settings, name, calendar)) for name, source in sources.items()],
        new_turn=new_turn,
        guard=guard,
        chores=chores,
        operator_console=operator_console,
    )
    guard.on_recovery = app.store_recovered
    if bot_parts is not None:
        app.bot = bot_parts.loop(
            database, thread, clock, channels["telegram"].format, rule, lambda: app.owed(), app.bot_trouble
        )
        chores.digests = Digests(database)
    if settings.web.enabled and settings.web.secret is not None:
        from monitor.web import FeedServer

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
        refreshes=Refreshes(database),
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
    settings: Settings,
    name: str,
    clock: Clock,
    archive: Archive | None,
    doors: Doors | None = None,
    host_clocks: HostClocks | None = None,
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

    return lambda: Fetcher(policy, pace, clock, keep=keep, heard=host_clocks.note if host_clocks else None)


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

"""`demo`: the real daemon's parts against the embedded exchange, on the season's clock.

Rule: nothing of the pipeline is replaced; only the hosts, the clock and the pace are the demo's.
Rule: the demo never writes into a database that holds anything but a demo, and sends nowhere unasked.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import httpx
from rich.console import Console
from sqlmodel import col, func, select

from alerts.channels.console import ConsoleChannel
from alerts.preferences import to_stored
from alerts.redact import guard_logging
from monitor.app import App, build, complete_pass
from monitor.commands.demo_chats import PAIR, DemoChat, demo_chat
from monitor.commands.demo_closing import closing_table, sent_lines
from monitor.demo.exchange import Exchange, serve
from monitor.demo.reading import PaperReader
from monitor.demo.season import load_season
from monitor.demo.world import World, load_captured
from monitor.domain.errors import ConfigError
from monitor.domain.events import Event
from monitor.limiter import Budget
from monitor.logs import set_up_logging
from monitor.settings import ChatSettings, Secret, Settings, config_path, load
from monitor.store import chats
from monitor.store.jobs import Rules
from monitor.store.tables import DeliveryRow, EventRow, SourceRow

_CST = timezone(timedelta(hours=8))
# The register of tutoring filings has its first row a few days before this.
_SEASON_BEGINS = datetime(2024, 8, 20, tzinfo=_CST)
_ABOUT = 60.0  # seconds a season takes by default
_ROUND = timedelta(days=28)
_STEP = timedelta(hours=1)  # captured rows are played in steps of this
_TOKEN = "100000:demo-token-that-opens-nothing-anywhere"  # noqa: S105 - a stand-in, not a secret
_AFTER_THE_END = timedelta(days=1)  # for what quiet hours hold back
_MOST_DOCUMENTS = 50  # read after one look
_REACHED_WITHIN = 10.0  # seconds for a Bot API server to answer


class SeasonClock:
    """The season's calendar over the machine's stopwatch: `today` moves only when the demo moves it."""

    def __init__(self, today: datetime) -> None:
        self.today = today

    def now(self) -> datetime:
        """The season's instant, aware UTC."""
        return self.today.astimezone(UTC)

    def monotonic(self) -> float:
        """Real seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Real seconds."""
        await asyncio.sleep(max(seconds, 0.0))


def run_demo(
    *,
    speed: float | None,
    telegram_api: str | None,
    data: Path | None,
    keep: Path | None,
    config: Path | None,
    environ: Mapping[str, str],
    telegram_chats: Sequence[str] = (),
) -> int:
    """Play the season, or captured rows, to its end; 0 when every poll was well.

    `telegram_chats` as `demo_chat` reads them; without any, the configured ones, else the demo's own pair.
    Raises ConfigError for a chat that cannot be read and for a Bot API server that cannot be reached.
    """
    chosen = load(config_path(config, environ), environ)
    told = [demo_chat(text) for text in telegram_chats]
    if told and telegram_api is None:
        raise ConfigError(["--telegram-chat needs --telegram-api URL"])
    if telegram_api is not None and not told and not chosen.channels.telegram.chats:
        told = [demo_chat(text) for text in PAIR]
    set_up_logging("ERROR")
    world = load_captured(data) if data else load_season()
    with tempfile.TemporaryDirectory(prefix="ipo-monitor-demo-") as scratch:
        folder = keep or Path(scratch)
        bare = {name: value for name, value in environ.items() if not name.startswith("IPO_MONITOR_")}
        settings = _settings(chosen, load(None, bare), folder, telegram_api, told, tutoring=not data)
        token = settings.channels.telegram.token
        guard_logging([token.reveal()] if token else [])
        if telegram_api is not None and token is not None:
            _greet_server(settings.channels.telegram.api_url, token)
        try:
            return asyncio.run(_demo(world, settings, speed, told, begins=None if data else _SEASON_BEGINS))
        except KeyboardInterrupt:
            return 130


def _settings(
    chosen: Settings,
    default: Settings,
    folder: Path,
    telegram_api: str | None,
    told: Sequence[DemoChat],
    *,
    tutoring: bool,
) -> Settings:
    database = chosen.database
    if database == default.database:
        database = replace(database, url=f"sqlite:///{folder / 'demo.sqlite3'}")
    telegram = replace(chosen.channels.telegram, enabled=telegram_api is not None)
    if telegram_api is not None:
        telegram = replace(
            telegram,
            api_url=telegram_api.rstrip("/"),
            token=telegram.token or Secret(_TOKEN),
            chats=tuple(
                ChatSettings(id=chat.id, language="en" if chat.language == "en" else "zh", watch=None)
                for chat in told
            )
            or telegram.chats,
        )
    return replace(
        chosen,
        database=database,
        archive=replace(chosen.archive, dir=folder / "archive"),
        documents=replace(chosen.documents, enabled=tutoring, dir=folder / "documents"),
        relevance=replace(chosen.relevance, mode="all"),  # its invented issuers make no chips at all
        sources=replace(
            chosen.sources,
            csrc_tutoring=replace(chosen.sources.csrc_tutoring, enabled=tutoring),
            sse_issue=replace(chosen.sources.sse_issue, enabled=tutoring),
        ),
        channels=replace(
            chosen.channels, telegram=telegram, hooks=()
        ),  # nobody else hears of a made-up season
    )


def _greet_server(url: str, token: Secret) -> None:
    """Ask whether a Bot API server answers; raises ConfigError when none does."""
    at = f"--telegram-api {url}"
    try:
        answer = httpx.post(f"{url}/bot{token.reveal()}/getMe", timeout=_REACHED_WITHIN, trust_env=False)
        said = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ConfigError([f"{at}: no Bot API server answers there ({type(error).__name__})"]) from None
    if not isinstance(said, dict) or said.get("ok") is not True:
        raise ConfigError([f"{at}: getMe was refused with HTTP {answer.status_code}"])


async def _demo(
    world: World,
    settings: Settings,
    speed: float | None,
    told: Sequence[DemoChat],
    *,
    begins: datetime | None,
) -> int:
    mornings = (day for issue in world.issues for day in issue.days())
    moments = _steps(sorted({*world.moments, *mornings}), begins)
    clock = SeasonClock(moments[0])
    # Everything behind a closed door: the embedded exchange answers on loopback only.
    async with serve(Exchange(world, clock.now)) as base:
        app = build(
            _against(settings, base),
            clock,
            related=lambda event: _fictional(world, event),
            budgets={"telegram": Budget(overall=1000, chat=1000, group=60_000)},
            operator_console=False,
            rules=Rules(late_after=_STEP + timedelta(minutes=15)),
        )
        if app.reading is not None:
            app.reading.read = PaperReader()
        try:
            with app.database.only_daemon():
                await app.thread(app.database.migrate)
                seen = await app.thread(lambda: _seen_until(app))
                if seen is not None:  # it goes on where it ended; at the very end it looks once more
                    moments = [moment for moment in moments if moment > seen] or [seen]
                    clock.today = moments[0]
                await app.prepare()
                await app.thread(lambda: _choose(app, told))
                return await _play(app, clock, moments, speed)
        finally:
            await app.close()


def _against(settings: Settings, base: str) -> Settings:
    star = replace(
        settings.sources.sse_star,
        query_url=base,
        static_url=base,
        min_request_gap=0.0,
        allow_private_hosts=True,
    )
    tutoring = replace(
        settings.sources.csrc_tutoring,
        base_url=f"{base}/csrcfd",
        min_request_gap=0.0,
        allow_private_hosts=True,
    )
    issue = replace(
        settings.sources.sse_issue,
        query_url=base,
        min_request_gap=0.0,
        allow_private_hosts=True,
    )
    return replace(
        settings,
        sources=replace(settings.sources, sse_star=star, csrc_tutoring=tutoring, sse_issue=issue),
    )


def _seen_until(app: App) -> datetime | None:
    """The season's instant an earlier demo on this database ended at, None for a new one.

    Raises ConfigError for real events: a demo tells of invented issuers, which have no place beside them.
    """
    with app.database.write() as session:
        mark = session.get(SourceRow, "demo")
        if mark is not None:
            return mark.last_ok_at
        if session.exec(select(EventRow.seq).limit(1)).first() is not None:
            raise ConfigError(
                [f"database.url: {app.database.shown} holds real events; give the demo a database of its own"]
            )
        session.add(SourceRow(name="demo"))
        return None


def _mark_seen(app: App) -> None:
    with app.database.write() as session:
        mark = session.get_one(SourceRow, "demo")
        mark.last_ok_at = app.clock.now()
        session.add(mark)


def _owe_digests(app: App) -> None:
    if app.chores.digests is not None and app.chores.digests.owe(app.clock.now()):
        app.owed()


def _choose(app: App, told: Sequence[DemoChat]) -> None:
    """Give each chat of the command line its choices, as if they had been made in the chat."""
    with app.database.write() as session:
        for chat in told:
            row = chats.find_chat(session, "telegram", str(chat.id))
            if row is not None:
                row.language, row.preferences = chat.language, to_stored(chat.choices)
                session.add(row)


async def _play(app: App, clock: SeasonClock, moments: Sequence[datetime], speed: float | None) -> int:
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=110)
    if "console" in app.channels:
        app.channels["console"] = ConsoleChannel(console=console)
    speed = speed or max((moments[-1] - moments[0]).total_seconds() / _ABOUT, 1.0)
    sending = asyncio.create_task(app.delivery.run())
    verdicts: list[str] = []
    started = time.monotonic()
    month, next_round, coming = "", moments[0] + _ROUND, iter(moments[1:])
    try:
        with console.status("") as line:
            for moment in moments:
                ahead = (moment - moments[0]).total_seconds() / speed - (time.monotonic() - started)
                await clock.sleep(ahead)
                clock.today = moment
                local = moment.astimezone(_CST)
                line.update(f"season {local:%Y-%m-%d %H:%M}, {speed:,.0f} times real time")
                if not console.is_terminal and f"{local:%Y-%m}" != month:
                    month = f"{local:%Y-%m}"
                    console.print(f"--- {month} ---")
                thorough = moment >= next_round
                next_round = moment + _ROUND if thorough else next_round
                for turn in app.turns:
                    verdicts.append(await complete_pass(turn, clock, thorough=thorough))
                await app.chores.greet()
                if app.reading is not None:
                    await app.reading.drain(_MOST_DOCUMENTS)
                await app.thread(lambda: _owe_digests(app))
                await app.drained(sending)
                await app.thread(lambda: _mark_seen(app))
                following = next(coming, moment + _AFTER_THE_END)
                while (held := await app.thread(lambda: _held(app))) and held < following:
                    clock.today = held  # what quiet hours held back leaves when they end
                    app.owed()
                    await app.drained(sending)
    finally:
        await app.delivery.stop()
        await sending
    console.print(closing_table(app))
    for said in sent_lines(app):
        console.print(said)
    bad = sorted({verdict for verdict in verdicts if verdict != "ok"})
    console.print(
        f"{len(moments)} polls, {time.monotonic() - started:.0f} s"
        + (f"; trouble: {', '.join(bad)}" if bad else ""),
    )
    return 1 if bad else 0


def _held(app: App) -> datetime | None:
    """When the next message that waits may leave."""
    with app.database.read() as session:
        waiting = select(func.min(col(DeliveryRow.not_before))).where(
            DeliveryRow.state == "pending", col(DeliveryRow.not_before) > app.clock.now()
        )
        return session.exec(waiting).one()


def _steps(moments: Iterable[datetime], begins: datetime | None) -> list[datetime]:
    """The instants to look at: every change of a season, the end of each busy hour of captured rows."""
    if begins is not None:
        return [begins, *(moment for moment in moments if moment > begins)]
    ends = {_end_of_hour(moment) for moment in moments}
    return sorted(ends)


def _end_of_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0) + _STEP


def _fictional(world: World, event: Event) -> Mapping[str, str | int | float | bool]:
    fictional = world.is_fictional(event.project_id) or event.issuer.startswith("示例")
    return {"fictional": True} if fictional else {}

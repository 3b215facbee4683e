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

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from sqlmodel import col, select

from alerts.channels.console import ConsoleChannel
from alerts.redact import guard_logging
from monitor.app import App, build, complete_pass
from monitor.demo.exchange import Exchange, serve
from monitor.demo.season import load_season
from monitor.demo.world import World, load_captured
from monitor.domain.errors import ConfigError
from monitor.domain.events import Event
from monitor.domain.stages import Stage, State
from monitor.limiter import Budget
from monitor.logs import set_up_logging
from monitor.settings import ChatSettings, Secret, Settings, config_path, load
from monitor.store.jobs import Rules
from monitor.store.tables import EventRow, SourceRow

_CST = timezone(timedelta(hours=8))
# The register of tutoring filings has its first row a few days before this.
_SEASON_BEGINS = datetime(2024, 8, 20, tzinfo=_CST)
_ABOUT = 60.0  # seconds a season takes by default
_ROUND = timedelta(days=7)
_STEP = timedelta(hours=1)  # captured rows are played in steps of this
_TOKEN = "100000:demo-token-that-opens-nothing-anywhere"  # noqa: S105 - a stand-in, not a secret
_CHATS = (
    ChatSettings(id=1001, language="zh", watch=None),
    ChatSettings(id=1002, language="en", watch=("摩尔线程", "沐曦", "燧原")),
)


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
) -> int:
    """Play the season, or captured rows, to its end; 0 when every poll was well."""
    chosen = load(config_path(config, environ), environ)
    set_up_logging("ERROR")
    world = load_captured(data) if data else load_season()
    with tempfile.TemporaryDirectory(prefix="ipo-monitor-demo-") as scratch:
        folder = keep or Path(scratch)
        bare = {name: value for name, value in environ.items() if not name.startswith("IPO_MONITOR_")}
        settings = _settings(chosen, load(None, bare), folder, telegram_api, tutoring=not data)
        token = settings.channels.telegram.token
        guard_logging([token.reveal()] if token else [])
        try:
            return asyncio.run(_demo(world, settings, speed, begins=None if data else _SEASON_BEGINS))
        except KeyboardInterrupt:
            return 130


def _settings(
    chosen: Settings, default: Settings, folder: Path, telegram_api: str | None, *, tutoring: bool
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
            chats=telegram.chats or _CHATS,
        )
    return replace(
        chosen,
        database=database,
        archive=replace(chosen.archive, dir=folder / "archive"),
        documents=replace(chosen.documents, enabled=False),  # its documents are stand-ins of a page
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


async def _demo(world: World, settings: Settings, speed: float | None, *, begins: datetime | None) -> int:
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
        try:
            with app.database.only_daemon():
                await app.thread(app.database.migrate)
                await app.thread(lambda: _refuse_real(app))
                await app.prepare()
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


def _refuse_real(app: App) -> None:
    """A demo tells stories of fictional issuers: they have no place beside real facts."""
    with app.database.write() as session:
        marked = session.get(SourceRow, "demo") is not None
        if not marked and session.exec(select(EventRow.seq).limit(1)).first() is not None:
            raise ConfigError(
                [f"database.url: {app.database.shown} holds real events; give the demo a database of its own"]
            )
        if not marked:
            session.add(SourceRow(name="demo"))


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
    month, next_round = "", moments[0] + _ROUND
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
                await app.greet()
                await app.drained(sending)
    finally:
        await app.delivery.stop()
        await sending
    console.print(_closing_table(app))
    bad = sorted({verdict for verdict in verdicts if verdict != "ok"})
    console.print(
        f"{len(moments)} polls, {time.monotonic() - started:.0f} s"
        + (f"; trouble: {', '.join(bad)}" if bad else ""),
    )
    return 1 if bad else 0


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


_COLUMNS = (
    ("受理", State("1")),
    ("问询", State("2")),
    ("上市委", State("3", "1")),
    ("提交注册", State("4")),
    ("注册生效", State("5", "1")),
)


def _closing_table(app: App) -> Table:
    table = Table(title="stage dates, + days from acceptance", box=SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("id", justify="right")
    table.add_column("issuer")
    for name, _ in _COLUMNS:
        table.add_column(name)
    table.add_column("last stage")
    with app.database.read() as session:
        rows = session.exec(
            select(EventRow)
            .where(EventRow.kind == "milestone", EventRow.source == "sse_star")
            .order_by(col(EventRow.seq))
        ).all()
    projects: dict[str, list[EventRow]] = {}
    for row in rows:
        projects.setdefault(row.project_id, []).append(row)
    for key, events in projects.items():
        first = events[0].date if events[0].code == "1" else None
        cells = []
        for _, state in _COLUMNS:
            found = next((row for row in events if (row.code, row.outcome_code) == _pair(state)), None)
            after = (found.date - first).days if found and found.date and first else 0
            cells.append(
                f"{found.date:%y-%m-%d}" + (f" +{after}" if after else "") if found and found.date else ""
            )
        last = State(events[-1].code, events[-1].outcome_code)
        fictional = "（虚构）" if events[-1].issuer.startswith("示例") else ""
        short = str(events[-1].details.get("issuer_short") or events[-1].issuer)
        shown = last.outcome_text or last.stage_text
        if last.stage is Stage.SUSPENDED and last.outcome_text:
            shown = f"{last.stage_text}：{last.outcome_text}"
        table.add_row(key, short + fictional, *cells, shown)
    return table


def _pair(state: State) -> tuple[str, str]:
    return state.code, state.outcome_code

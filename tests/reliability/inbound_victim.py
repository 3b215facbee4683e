"""The process that is killed: the real bot, digests and delivery over one database, told what to publish.

`python -m tests.reliability.inbound_victim` is the nursery: it imports everything once, then makes one
process for each line of orders it reads, and says the process's id and how it ended.
Rule: the program is unchanged; only time runs faster. A known-bad patch is applied when the orders name one.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, func, select

import monitor.bot
from alerts.routing import rule_with_watchlist
from monitor import failpoints
from monitor.app import App, build
from monitor.domain.events import Event, EventKind
from monitor.domain.stages import State
from monitor.limiter import Budget
from monitor.settings import load
from monitor.store import chats, eventlog, outbox
from monitor.store.digests import Digests
from monitor.store.jobs import Rules
from monitor.store.tables import EventRow
from tests.bot.kit import record
from tests.delivery.kit import milestone
from tests.reliability import inbound_cards
from tests.reliability.inbound_bugs import BUGS
from tests.reliability.inbound_cards import SOURCE
from tests.reliability.launch import StoryClock, StoryLoop
from tests.store.facts import METAX, sight

OWNER, OTHER, GROUP = 1001, 1002, -1003
_LOOK = 0.4  # story seconds between two publications and two looks at the digests


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What one life of the victim is to do."""

    folder: str
    api_url: str
    start: str  # the story's instant at `zero`, ISO
    zero: float
    speed: float
    alerts: int  # publish until so many are in the log
    steps: int = 0  # … and so many steps of the companies that have cards
    failpoint: str = ""
    bug: str = ""
    token: str = "7654321:AAcanary-token_that-must-never-be-seen0"

    def environment(self) -> dict[str, str]:
        """The settings: a bot anybody may use, no source."""
        own = {
            "DATABASE__URL": f"sqlite:///{Path(self.folder) / 'bot.db'}",
            "ARCHIVE__DIR": str(Path(self.folder) / "archive"),
            "RELEVANCE__MODE": "all",
            "CHANNELS__CONSOLE__ENABLED": "false",
            "CHANNELS__TELEGRAM__ENABLED": "true",
            "CHANNELS__TELEGRAM__TOKEN": self.token,
            "CHANNELS__TELEGRAM__API_URL": self.api_url,
            "CHANNELS__TELEGRAM__OWNER": str(OWNER),
            "CHANNELS__TELEGRAM__ACCESS": "open",
            **{f"SOURCES__{name}__ENABLED": "false" for name in ("SSE_STAR", "CSRC_TUTORING", "SSE_ISSUE")},
        }
        return {"HOME": self.folder} | {f"IPO_MONITOR_{name}": value for name, value in own.items()}


def live(orders: Orders) -> None:
    """One life, until killed."""
    if orders.failpoint:
        failpoints.install(orders.failpoint)
    if orders.bug:
        BUGS[orders.bug]()
    # The story runs fast, the machine does not: a group's admin is asked for with the machine's patience.
    vars(monitor.bot)["_ADMIN_PATIENCE"] = 60.0 * orders.speed
    with asyncio.Runner(loop_factory=lambda: StoryLoop(orders.speed)) as runner:
        runner.run(_live(orders))


async def _live(orders: Orders) -> None:
    clock = StoryClock(datetime.fromisoformat(orders.start), orders.zero, orders.speed)
    # The limits are the limiter's own tests' matter; here they would only make the run longer.
    generous = {"telegram": Budget(overall=1000, chat=1000, group=60_000)}
    app = build(load(None, orders.environment()), clock, budgets=generous, rules=Rules(resends=50))
    assert app.bot is not None
    digests = Digests(app.database)
    await app.prepare()
    await app.thread(lambda: _market(app))
    parts = [asyncio.ensure_future(part) for part in (app.delivery.run(), app.bot.run())]
    while not any(part.done() for part in parts):
        published = await app.thread(lambda: _publish(app, orders.alerts))
        published |= await app.thread(
            lambda: inbound_cards.go_on(app.stores.repository, app.database, orders.steps, clock.now())
        )
        if await app.thread(lambda: digests.owe(clock.now())) or published:
            app.owed()
        await clock.sleep(_LOOK)
    for part in parts:
        if part.done():
            part.result()


def _market(app: App) -> None:
    """One company people can ask for."""
    now = app.clock.now()
    listed = [("a", record("2078", METAX, "沐曦股份", "2"))]
    app.stores.repository.projects_seen(SOURCE, listed, sight(now), baseline=True)
    inbound_cards.list_companies(app.stores.repository, app.database, now)
    app.stores.repository.baseline_done(SOURCE, ["1"], now - timedelta(seconds=1))


def _publish(app: App, most: int) -> bool:
    """One milestone more, with what chats are owed, as the pipeline commits it."""
    rule, now = rule_with_watchlist(()), app.clock.now()

    def known(session: Session) -> int:
        told = (EventRow.kind == EventKind.MILESTONE.value, EventRow.source == "rig")
        return session.exec(select(func.count()).select_from(EventRow).where(*told)).one()

    with app.database.write() as session:
        number = known(session) + 1
        if number > most:
            return False
        rows = eventlog.append(session, [alert(number, now)])
        outbox.stage(session, rows, chats.listening(session), now, rule)
    return True


def alert(number: int, now: datetime) -> Event:
    """The rig's milestone of that number; its headline names it and no other."""
    made = milestone(number, now, issuer=f"示例芯片{number:04}号股份有限公司")
    return replace(
        made,
        source="rig",
        title="",
        board="科创板",
        state=State("3", "1"),
        details={"issuer_short": f"示例{number:04}"},
    )


async def _warm_up(folder: str) -> None:
    """Do once what every life begins with, so that a life costs what differs from the last one."""
    orders = Orders(
        folder=folder,
        api_url="http://127.0.0.1:1",
        start="2026-07-06T04:00:00+00:00",
        zero=0,
        speed=1,
        alerts=0,
    )
    clock = StoryClock(datetime.fromisoformat(orders.start), orders.zero, orders.speed)
    app = build(load(None, orders.environment()), clock)
    await app.prepare()
    await app.thread(lambda: _market(app))
    await app.close()


def nursery() -> None:
    """Read orders, one JSON object a line; answer each with a process id, then with its exit status."""
    with tempfile.TemporaryDirectory(prefix="nursery-") as folder:
        asyncio.run(_warm_up(folder))
    gc.freeze()
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            os.dup2(2, 1)  # what the victim prints is no answer of the nursery
            live(Orders(**json.loads(line)))
            os._exit(0)
        _say(child)
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def as_line(orders: Orders) -> bytes:
    """Orders as the nursery reads them."""
    return json.dumps(asdict(orders)).encode() + b"\n"


if __name__ == "__main__":
    nursery()

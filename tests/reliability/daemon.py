"""The whole daemon as a process: written down, started, watched, and let go of.

Rule: nothing but loopback; every process is ended by the object that started it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.glossary import Language
from monitor.demo.exchange import Exchange, serve
from tests.reliability.launch import StoryClock
from tests.reliability.service import SeededService
from tests.reliability.story import OPENING, Story

TOKEN = "7712345678:AAH-canary-Zq9x_8LwW3tR5yU1iOpKfG7hJd2s"
CHATS: dict[str, Language] = {"1001": "zh", "1002": "en", "-1003": "zh"}
OPERATOR = "1004"


@dataclass(kw_only=True)
class Stage:
    """Everything around the daemon: both servers, the story, the clock, and a folder for its files."""

    folder: Path
    story: Story
    exchange: Exchange
    service: SeededService
    clock: StoryClock
    zero: float
    speed: float
    exchange_url: str
    service_url: str
    settings: dict[str, str] = field(default_factory=dict)
    bug: str = ""
    wedged_after: float = 0.0  # intervals without a poll that mean a wedge; 0 as shipped
    lives: int = 0
    more: dict[str, str] = field(default_factory=dict)  # further variables of the daemon
    off_by: timedelta = timedelta(0)  # how wrong the daemon's wall clock is
    ahead: timedelta = timedelta(0)  # the exchange's clock before the daemon's

    def now(self) -> datetime:
        """The exchange's instant."""
        return self.clock.now() + self.ahead

    async def quiet_reading_done(self, seconds: float = 60.0) -> None:
        """Wait until every source and every project has been read quietly, then let the exchange publish."""
        deadline = time.monotonic() + seconds
        while len(self.rows("select 1 from source where baseline_at is not null")) < 2 or self.rows(
            "select 1 from project where refreshed_at is null"
        ):
            if time.monotonic() > deadline:
                said = (self.folder / "output.log").read_bytes()[-2000:].decode(errors="replace")
                raise TimeoutError(f"no quiet reading within {seconds:.0f} s; the daemon said: {said}")
            await asyncio.sleep(0.05)
        first = self.story.live[0].at - timedelta(seconds=2)
        self.ahead = max(self.ahead, first - self.clock.now())

    @property
    def database(self) -> Path:
        """The daemon's database."""
        return self.folder / "state" / "monitor.db"

    def environment(self, failpoint: str = "") -> dict[str, str]:
        """What the daemon is started with; the token comes from a file, as in earnest."""
        orders = {
            "start": (OPENING + self.off_by).isoformat(),
            "zero": self.zero,
            "speed": self.speed,
            "bug": self.bug,
            "wedged_after": self.wedged_after,
        }
        chats = [{"id": int(chat), "language": language} for chat, language in CHATS.items()]
        own = {
            "DATABASE__URL": f"sqlite:///{self.database}",
            "ARCHIVE__DIR": str(self.folder / "state" / "archive"),
            "SOURCES__SSE_STAR__QUERY_URL": self.exchange_url,
            "SOURCES__SSE_STAR__STATIC_URL": self.exchange_url,
            "SOURCES__SSE_STAR__ALLOW_PRIVATE_HOSTS": "true",
            "SOURCES__SSE_STAR__INTERVAL": "8",
            "SOURCES__SSE_STAR__SLOW_INTERVAL": "20",
            "SOURCES__SSE_STAR__SWEEP_INTERVAL": "120",
            "SOURCES__SSE_STAR__MIN_REQUEST_GAP": "0",
            "SOURCES__SSE_STAR__QUICK_WINDOW_START": "00:00",
            "SOURCES__SSE_STAR__QUICK_WINDOW_END": "00:00",
            "SOURCES__CSRC_TUTORING__BASE_URL": f"{self.exchange_url}/csrcfd",
            "SOURCES__CSRC_TUTORING__ALLOW_PRIVATE_HOSTS": "true",
            "SOURCES__CSRC_TUTORING__INTERVAL": "20",
            "SOURCES__CSRC_TUTORING__MIN_REQUEST_GAP": "0",
            "SOURCES__SSE_ISSUE__ENABLED": "false",
            "RELEVANCE__MODE": "all",
            "CHANNELS__CONSOLE__ENABLED": "false",
            "CHANNELS__TELEGRAM__ENABLED": "true",
            "CHANNELS__TELEGRAM__API_URL": self.service_url,
            "CHANNELS__TELEGRAM__TOKEN_FILE": str(self.folder / "token"),
            "CHANNELS__TELEGRAM__CHATS": json.dumps(chats),
            "CHANNELS__TELEGRAM__OPERATOR_CHAT": OPERATOR,
            "LOG__LEVEL": "DEBUG",
            **self.settings,
        }
        given = {f"IPO_MONITOR_{name}": value for name, value in own.items()}
        given["IPO_MONITOR_RIG"] = json.dumps(orders)
        if failpoint:
            given["IPO_MONITOR_FAILPOINT"] = failpoint
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.folder),
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": _root(),
            **given,
            **self.more,
        }

    async def start(self, failpoint: str = "") -> Life:
        """Begin one life of the daemon; its output is appended to one file."""
        self.lives += 1
        with (self.folder / "output.log").open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "tests.reliability.launch", "run"),
                env=self.environment(failpoint),
                stdout=output,
                stderr=output,
            )
        return Life(process)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the daemon's database beside it; nothing when it is not there yet."""
        if not self.database.exists():
            return []
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []  # the schema is still being made
        finally:
            connection.close()

    def open_deliveries(self) -> int:
        """How many alerts are still owed."""
        states = "('pending', 'sending', 'unresolved')"
        return sum(row[0] for row in self.rows(f"select count(*) from delivery where state in {states}"))

    def under_way(self) -> int:
        """Messages whose intent was written and whose outcome was not: chats with a row in `sending`."""
        rows = self.rows("select count(distinct chat_id) from delivery where state = 'sending'")
        return sum(row[0] for row in rows)

    def seen(self) -> dict[str, tuple[Language, list[str]]]:
        """What each chat of investors was shown."""
        chats = {str(chat.id): chat.texts for chat in self.service.chats.values()}
        return {chat: (language, chats.get(chat, [])) for chat, language in CHATS.items()}

    def told_to_operator(self) -> list[str]:
        """What the operator's chat was shown."""
        return [
            text for chat in self.service.chats.values() if str(chat.id) == OPERATOR for text in chat.texts
        ]


class Life:
    """One process of the daemon."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.pid = process.pid

    async def ended_within(self, seconds: float) -> bool:
        """Whether it has ended by itself by then."""
        try:
            await asyncio.wait_for(self.process.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def send(self, number: signal.Signals) -> None:
        """Send a signal; one that comes too late is no error."""
        if self.process.returncode is None:
            self.process.send_signal(number)

    async def end(self, number: signal.Signals = signal.SIGKILL, within: float = 30.0) -> int:
        """End it and return its exit code; -9 when it did not obey."""
        self.send(number)
        if not await self.ended_within(within):
            self.process.kill()
            await self.process.wait()
        return int(self.process.returncode or 0)


class Manager:
    """The service manager: starts the daemon again whenever it ends unasked, after `pause` real seconds."""

    def __init__(self, around: Stage, *, pause: float = 0.3) -> None:
        self._around = around
        self._pause = pause
        self._task: asyncio.Task[None] | None = None
        self.life: Life | None = None
        self.unasked: list[int] = []  # exit codes

    async def start(self) -> None:
        """The first life; the next ones follow by themselves."""
        self.life = await self._around.start()
        self._task = asyncio.ensure_future(self._mind())

    async def _mind(self) -> None:
        while self.life is not None:
            self.unasked.append(await self.life.process.wait())
            await asyncio.sleep(self._pause)
            self.life = await self._around.start()

    async def stop(self) -> int:
        """End the daemon in order and return its exit code."""
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        assert self.life is not None
        return await self.life.end(signal.SIGTERM)


@asynccontextmanager
async def stage(
    folder: Path,
    story: Story,
    *,
    seed: int,
    trouble: float,
    speed: float,
    zero: float | None = None,
    settings: dict[str, str] | None = None,
    bug: str = "",
    service: SeededService | None = None,
) -> AsyncIterator[Stage]:
    """Both servers up, the story's clock running; everything of ours ends with the block."""
    (folder / "state").mkdir(parents=True, exist_ok=True)
    (folder / "token").write_text(TOKEN, encoding="ascii")
    (folder / "token").chmod(0o600)
    zero = time.monotonic() if zero is None else zero
    clock = StoryClock(OPENING, zero, speed)
    holder: list[Stage] = []
    exchange = Exchange(story.world, lambda: holder[0].now() if holder else clock.now())
    service = service or SeededService(seed, trouble, token=TOKEN)
    async with serve(exchange) as url, service:
        around = Stage(
            folder=folder,
            story=story,
            exchange=exchange,
            service=service,
            clock=clock,
            zero=zero,
            speed=speed,
            exchange_url=url,
            service_url=service.url,
            settings=settings or {},
            bug=bug,
        )
        holder.append(around)
        yield around


async def settled(stage: Stage, seconds: float) -> bool:
    """Wait until the story is told and nothing is owed any more; False when it takes longer."""
    deadline = time.monotonic() + seconds
    quiet = 0
    while time.monotonic() < deadline:
        told = stage.now() > stage.story.end
        quiet = quiet + 1 if told and not stage.open_deliveries() and _all_read(stage) else 0
        if quiet >= 8:
            return True
        await asyncio.sleep(0.25)
    return False


def _all_read(stage: Stage) -> bool:
    """Whether no project waits for its timeline to be read."""
    waiting = stage.rows("select count(*) from project where refresh_priority > 1")
    return bool(waiting) and waiting[0][0] == 0


def _root() -> str:
    return str(Path(__file__).resolve().parents[2])

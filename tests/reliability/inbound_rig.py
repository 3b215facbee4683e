"""What stands around the bot that is killed: the chat service, the people, the clock, the nursery.

Rule: the clock of the story jumps between two lives only, as when a machine was off.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from monitor import failpoints
from tests.reliability.inbound_cards import MOST_STEPS, check_cards, due_steps, keys_of
from tests.reliability.inbound_people import SPEAKERS, People
from tests.reliability.inbound_truth import Seen, Verdict, due_alerts, judge
from tests.reliability.inbound_victim import GROUP, OWNER, Orders, as_line
from tests.reliability.service import SeededService

SPEED = 20.0
NOON = datetime(2026, 7, 6, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
CST = timedelta(hours=8)
_PATIENCE = 4.0  # real seconds a life waits for its failpoint
_SETTLING = 40.0  # real seconds in which everything said must be answered
ONCE = frozenset({failpoints.BEFORE_DIGEST, failpoints.DIGEST_OWED, failpoints.RECOVERED})
"""Passed once in a life, if at all."""


class Nursery:
    """One process that has imported everything; each life is its child, one at a time."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Nursery:
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.reliability.inbound_victim"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=output,
                cwd=Path(__file__).resolve().parents[2],
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()  # the end of its orders is the end of it
        await self._process.wait()

    async def begin(self, orders: Orders) -> tuple[int, asyncio.Task[int]]:
        """One life: its process id, and how it ended, in time."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(as_line(orders))
        await self._process.stdin.drain()
        return await self._number(), asyncio.create_task(self._number())

    async def _number(self) -> int:
        assert self._process is not None
        assert self._process.stdout is not None
        return int(await self._process.stdout.readline())


class _Service(SeededService):
    """The double on the story's clock: a long poll is as much shorter as the story is faster."""

    async def _answer(self, token: str, method: str, params: dict[str, str]) -> web.Response:
        if method == "getupdates":
            params = {**params, "timeout": str(float(params.get("timeout", "0")) / SPEED)}
        return await super()._answer(token, method, params)

    async def nothing_late(self) -> None:
        """Wait until what was accepted late has been shown."""
        await asyncio.gather(*self._late)


@dataclass
class Lives:
    """How the lives ended."""

    ends: Counter[str] = field(default_factory=Counter)
    reached: set[str] = field(default_factory=set)
    in_doubt: int = 0  # messages under way at a kill
    unsettled: list[str] = field(default_factory=list)
    bad_exits: list[str] = field(default_factory=list)


class Rig:
    """The service, the people, the nursery of processes, and the story's clock."""

    def __init__(
        self, folder: Path, seed: int, nursery: Nursery, *, trouble: float = 0.1, bug: str = ""
    ) -> None:
        self.folder = folder
        self._rng = random.Random(seed)
        self._zero = time.monotonic()
        self._ahead = timedelta(0)
        self._bug = bug
        self.service = _Service(seed, trouble)
        self.service.clock = lambda: (self.now() - NOON).total_seconds()
        self.people = People(self.service, self._rng)
        self.lives = Lives()
        self.alerts = 0
        self.steps = 0
        self._nursery = nursery
        for chat in SPEAKERS:
            self.service.add_chat(chat, "private" if chat > 0 else "supergroup", "投资群" if chat < 0 else "")
        self.service.chats[GROUP].members[OWNER] = "creator"

    def now(self) -> datetime:
        """The story's instant, aware UTC."""
        return NOON + self._ahead + timedelta(seconds=(time.monotonic() - self._zero) * SPEED)

    async def __aenter__(self) -> Rig:
        await self.service.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.service.stop()

    # -- one life ------------------------------------------------------------------------------------

    async def begin(self, failpoint: str = "") -> tuple[int, asyncio.Task[int]]:
        """One life of the bot: its process id, and how it ended, in time."""
        orders = Orders(
            folder=str(self.folder),
            api_url=self.service.url,
            start=(NOON + self._ahead).isoformat(),
            zero=self._zero,
            speed=SPEED,
            alerts=self.alerts,
            steps=self.steps,
            failpoint=failpoint,
            bug=self._bug,
        )
        return await self._nursery.begin(orders)

    async def end(self, pid: int, ended: asyncio.Task[int], how: str) -> None:
        """Kill it if it still lives, and count what it left in doubt."""
        if not ended.done():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        status = await ended
        if status == -signal.SIGKILL:
            self.lives.ends[how] += 1
        else:
            self.lives.bad_exits.append(f"{how}: {status}")
        for under_way in (
            "select count(distinct chat_id) from delivery where state = 'sending'",
            "select count(*) from living_card where state = 'sending' and message_id = ''",
        ):
            self.lives.in_doubt += sum(row[0] for row in self.rows(under_way))

    async def live_and_die(self, failpoint: str) -> None:
        """One life with somebody talking, killed at its failpoint or whenever it happens."""
        self.alerts += self._rng.randint(0, 3)
        self.steps = min(self.steps + self._rng.randint(0, 1), MOST_STEPS)
        for _ in range(self._rng.randint(0, 3)):
            self.people.speak()
        spec = f"{failpoint}:{1 if failpoint in ONCE else self._rng.randint(1, 3)}:kill"
        pid, ended = await self.begin(spec if failpoint else "")
        patience = _PATIENCE if failpoint else 0.15 + self._rng.expovariate(1 / 0.25)
        until = time.monotonic() + patience
        while not ended.done() and (left := until - time.monotonic()) > 0:
            await asyncio.wait({ended}, timeout=min(left, 0.15))
            if self._rng.random() < 0.6 and not ended.done():
                self.people.speak()
        if failpoint and ended.done():
            self.lives.reached.add(failpoint)
            await self.end(pid, ended, "at a failpoint")
        else:
            await self.end(pid, ended, "failpoint not passed" if failpoint else "at random")

    async def settle(self, day: str = "") -> None:
        """A life that is left alone until everything is answered and told; then it is killed, too."""
        pid, ended = await self.begin()
        until = time.monotonic() + _SETTLING
        while not ended.done() and time.monotonic() < until and self._open(day):
            await asyncio.wait({ended}, timeout=0.05)
        if left := self._open(day):
            self.lives.unsettled.append(f"{day or 'set-up'}: {left}")
        await self.end(pid, ended, "when all was told")
        await self.service.nothing_late()

    def _open(self, day: str) -> str:
        """What is still to come, in words; "" when nothing is."""
        if self.service.updates:
            return f"{len(self.service.updates)} updates unread"
        told = self.rows("select count(*) from event where source = 'rig'")
        if not told or told[0][0] < self.alerts:
            return f"of {self.alerts} alerts {told} published"
        made = self.rows(
            "select count(*) from event where source = 'sse_star' and kind = 'milestone' and not baseline"
        )
        if made[0][0] < self.steps:
            return f"of {self.steps} steps {made} published"
        for table, where in (
            ("inbound", "state = 'new'"),
            ("delivery", "state in ('pending', 'sending', 'unresolved')"),
            ("living_card", "state = 'sending' or due is not null"),
        ):
            found = self.rows(f"select count(*) from {table} where {where}")
            if found and found[0][0]:
                return f"{found[0][0]} rows of {table}"
        digests = self.rows(f"select count(*) from event where title like '%每日摘要 {day}%'")
        return f"{digests} digests of {day}" if day and digests[0][0] < len(SPEAKERS) else ""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the bot's database beside it; nothing while it is not there."""
        path = self.folder / "bot.db"
        if not path.exists():
            return []
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []  # the schema is still being made
        finally:
            connection.close()

    # -- the story -----------------------------------------------------------------------------------

    async def set_up(self) -> None:
        """Everybody has begun, and follows the board."""
        self.people.set_up()
        self.expect_digests()  # chosen at noon for eight o'clock: made up for, as after a late start
        await self.settle()
        self.people.muted = self.rows("select id from issuer")[0][0]
        self.people.follow_the_board()
        await self.settle()

    def jump(self, hour: float) -> None:
        """Let the clock stand at this hour of Shanghai, today or tomorrow."""
        local = self.now() + CST
        wanted = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=hour)
        if wanted < local - timedelta(hours=3):
            wanted += timedelta(days=1)
        self._ahead += max(timedelta(0), wanted - local)

    def expect_digests(self) -> str:
        """Everybody gets the digest of today, which is returned."""
        day = f"{self.now() + CST:%Y-%m-%d}"
        for wanted in self.people.expected.values():
            wanted.digests.add(day)
        return day

    def verdict(self) -> Verdict:
        """What came of it."""
        seen: dict[str, Seen] = {
            str(chat.id): [(self._at_night(one.at), one.text) for one in chat.shown]
            for chat in self.service.chats.values()
        }
        due = [*due_alerts(self.alerts), *due_steps(self.steps)]
        return judge(self.people.expected, seen, self.rows, due, [check_cards], keys_of)

    def _at_night(self, at: float) -> bool:
        local = NOON + CST + timedelta(seconds=at)
        minutes = local.hour * 60 + local.minute
        return minutes >= 22 * 60 + 30 or minutes < 7 * 60 + 30

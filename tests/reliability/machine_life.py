"""How the machine's process dies, runs out of disk, and is answered by the chat service.

Rule: an answer of the service is what the real channel makes of the library's own exception, so that the
error map and the hiding of the token are part of what is shaken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import httpx
from sqlalchemy import event
from telegram.error import ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from alerts.channels import telegram
from alerts.contract import Delivered, Outcome, Payload
from monitor.store.database import Database
from tests.delivery.kit import Answer, JumpClock, ScriptedChannel, Sent

_T = TypeVar("_T")
TOKEN = "7654321:AAcanary-token_that-must-never-be-seen0"
_URL = f"https://api.telegram.org/bot{TOKEN}/sendMessage"


class Crash(BaseException):
    """The process is gone."""

    def __init__(self, where: str = "") -> None:
        super().__init__(where)


class Inline:
    """The store's thread without a thread; counts calls, and crashes at the one it is told to."""

    crash_in = 0  # calls from now; 0 never
    after_commit = False
    calls = 0

    async def __call__(self, fn: Callable[[], _T], /) -> _T:
        Inline.calls += 1
        await asyncio.sleep(0)
        crashing = Inline.crash_in == 1
        Inline.crash_in = max(0, Inline.crash_in - 1)
        if crashing and not Inline.after_commit:
            raise Crash
        done = fn()
        if crashing:
            raise Crash
        return done

    def close(self) -> None:
        """Nothing to close."""


class Disk:
    """The disk under a database: full, it takes not one page more, as SQLite itself says."""

    def __init__(self) -> None:
        self.full = False
        self._database: Database | None = None

    def under(self, database: Database) -> None:
        """Stand below this database from its next connection on."""
        self._database = database

        @event.listens_for(database.engine, "connect")
        def _limit(connection: object, _record: object) -> None:
            if self.full:
                connection.execute("PRAGMA max_page_count=1")  # type: ignore[attr-defined]

    def fills(self, full: bool) -> None:
        """There is room, or there is none."""
        self.full = full
        if self._database is not None:
            self._database.engine.dispose()


@dataclass
class Late(Answer):
    """The chat gets the message after we gave up waiting."""


def _refused() -> NetworkError:
    error = NetworkError(f"httpx.ConnectError: cannot reach {_URL}")
    error.__cause__ = httpx.ConnectError("refused")
    return error


# name → (the library's exception, how the message fares)
TROUBLES: dict[str, tuple[Callable[[], TelegramError], str]] = {
    "lost": (lambda: TimedOut(f"Timed out: {_URL}"), "lost"),
    "kept in silence": (lambda: NetworkError(f"httpx.ReadError: {_URL}"), "seen"),
    "kept late": (lambda: TimedOut(f"Timed out: {_URL}"), "late"),
    "no connection": (_refused, "lost"),
    "too many": (lambda: RetryAfter(40), "lost"),
    "blocked": (lambda: Forbidden(f"Forbidden: bot was blocked by the user ({_URL})"), "lost"),
}


class Service(ScriptedChannel):
    """The chats, answering through the real channel's reading of errors."""

    def __init__(self, clock: JumpClock) -> None:
        super().__init__(clock)
        self._real = telegram.TelegramChannel(token=TOKEN)
        self.moved: dict[str, str] = {}  # address of a group → its new one
        self.late: list[Sent] = []

    def suffers(self, address: str, trouble: str) -> None:
        """The next answer to a chat is no yes."""
        make, fate = TROUBLES[trouble]
        kind = Late if fate == "late" else Answer
        self.script[address].append(kind(outcome=self._read(make()), seen=fate == "seen"))

    def _read(self, error: TelegramError) -> Outcome:
        return self._real._hide(telegram.classify(error))

    async def send(self, address: str, payload: Payload, *, plain: bool = False) -> Outcome:
        """One send; a group that moved says where to, whatever else was scripted."""
        if address in self.moved:
            moved = self._read(ChatMigrated(int(self.moved[address])))
            self.script[address].appendleft(Answer(outcome=moved, seen=False))
        late = bool(self.script[address]) and isinstance(self.script[address][0], Late)
        outcome = await super().send(address, payload, plain=plain)
        if late:
            self.late.append(self.sent[-1])
        return outcome

    def arrive(self) -> None:
        """What was kept late is in its chat now."""
        for sent in self.late:
            sent.seen = True
        self.late.clear()

    def taken(self) -> set[str]:
        """The receipts of what the service said yes to."""
        return {one.outcome.receipt for one in self.sent if isinstance(one.outcome, Delivered)}

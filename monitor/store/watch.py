"""Watches the store while the daemon runs: that its lock is ours, that its log stays short.

Rule: a log that a stranger's open read keeps long is told once, and its end once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from monitor.domain.clock import Clock
from monitor.domain.errors import SecondDaemon, StoreError, StoreGone
from monitor.domain.records import Oddity
from monitor.store.database import Database
from monitor.store.guard import StoreGuard
from monitor.store.sources import Sources
from monitor.store.thread import RunInStore

log = logging.getLogger(__name__)

LONG_LOG = 64 << 20  # bytes of write-ahead log that no reader of ours can explain
BEAT = 10.0  # seconds between two looks at the lock
_LOG_LOOK, _LOG_HELD_LOOK = 60.0, 600.0  # folding in waits 5 s for a reader, so not too often


@dataclass(kw_only=True)
class StoreWatch:
    """One for the daemon; `run()` it for as long as that lives."""

    database: Database
    run_in_store: RunInStore
    sources: Sources
    guard: StoreGuard
    clock: Clock
    owed: Callable[[], None]  # something was committed that chats are owed
    long_log: int = LONG_LOG
    _held_since: str = ""  # when the long log was told, "" while it is short

    async def run(self) -> None:
        """Look for ever; SecondDaemon when another daemon took the lock, StoreGone as everywhere."""
        log_due = self.clock.monotonic()
        while True:
            try:
                await self.run_in_store(self.database.keep_lock)
                if self.clock.monotonic() >= log_due:
                    await self.look_at_log()
                    pause = _LOG_HELD_LOOK if self._held_since else _LOG_LOOK
                    log_due = self.clock.monotonic() + pause
            except (StoreGone, SecondDaemon):
                raise
            except StoreError as exc:
                self.guard.fails(exc)
            await self.clock.sleep(BEAT)

    async def look_at_log(self) -> None:
        """Fold in a long log; tell the operators when it stays long, and when it is short again."""
        left = await self.run_in_store(self._shortened)
        now = self.clock.now()
        if left > self.long_log and not self._held_since:
            since = f"{now:%Y-%m-%d %H:%M:%S}Z"
            log.error(
                "the database's log has grown to %d MiB: some other program holds a read open", left >> 20
            )
            await self._tell(
                f"since {since} the log of the database is {left >> 20} MiB long: another program "
                "reads the database and does not let go; end it, or the disk fills up"
            )
            self._held_since = since  # only now: what could not be stored is told at the next look
        elif left <= self.long_log and self._held_since:
            await self._tell(
                f"the log of the database, too long since {self._held_since}, is folded in: {left >> 20} MiB"
            )
            self._held_since = ""

    def _shortened(self) -> int:
        size = self.database.log_size()
        return self.database.checkpoint() if size > self.long_log or self._held_since else size

    async def _tell(self, what: str) -> None:
        now, notice = self.clock.now(), [Oddity(where="database", what=what)]
        await self.run_in_store(lambda: self.sources.odd("ipo-monitor", notice, now, ""))
        self.owed()

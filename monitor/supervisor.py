"""Sees that every part of the daemon lives: sources end their polls, the delivery runs, the pokes come.

Rule: measured on the monotonic clock alone; no wall clock step wakes or kills anything.
Rule: a part that hangs or dies is built anew, then reported, and the second time we end with exit code 70.
Rule: the heartbeat to the service manager comes from this loop, so a blocked event loop falls silent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from monitor.delivery import Delivery
from monitor.domain.clock import Clock
from monitor.domain.errors import SecondDaemon, StoreError, StoreGone, Unrecoverable
from monitor.notify import Notifier
from monitor.schedule import Pokes, Turns, pokes

log = logging.getLogger(__name__)

_TICK = 10.0
# Together under the ten seconds in which a SIGTERM is promised to end the daemon.
_END_SENDING, _END_TASKS = 6.5, 2.0
_LET_GO = 5.0  # seconds a cancelled task gets to end, and a report to be written down
_MOST_DEATHS = 3  # of the delivery or the chores, within the time below; of one source, one
_FORGIVEN_AFTER = 3600.0
_WEDGE_FORGIVEN_AFTER = 86_400.0


@dataclass(kw_only=True)
class Parts:
    """What the daemon is made of, each with the way to build it anew."""

    turns: dict[str, Turns]
    rebuild_turn: Callable[[str], Turns]
    delivery: Callable[[], Delivery]  # the present one
    rebuild_delivery: Callable[[], Delivery]
    chores: Callable[[], Awaitable[None]]  # runs for ever
    check_store: Callable[[], None]  # StoreGone when our files are no longer ours; blocks on nothing slow


@dataclass(kw_only=True)
class Supervisor:
    """One for the daemon: `run()` until `stop()`, or until something cannot be brought back."""

    parts: Parts
    clock: Clock
    notifier: Notifier = field(default_factory=Notifier)
    tick: float = _TICK
    _pokes: Pokes | None = None
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _deaths: dict[str, list[float]] = field(default_factory=dict)
    _due: dict[str, float] = field(default_factory=dict)  # part → when to start it again, monotonic
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _silence_told: bool = False

    def stop(self) -> None:
        """End in order: nothing new is begun, what is being committed is finished."""
        self._stop.set()

    async def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Supervise until `stop()`; Unrecoverable, StoreGone or SecondDaemon when the process has to end."""
        turns = self.parts.turns
        self._pokes = pokes(list(turns.values()), self.clock)
        if self.notifier.watchdog:
            self.tick = min(self.tick, self.notifier.watchdog / 3)
        self._start(_DELIVERY)
        for name in turns:
            self._start(name)
        self._start(_CHORES)
        self._pokes.start()
        on_ready()
        self.notifier.ready()
        try:
            while not self._stop.is_set():
                self.notifier.beat(self._status())
                await self._pause()
                await self._look()
        finally:
            self.notifier.stopping()
            self._pokes.stop()
            await self._end()

    async def _pause(self) -> None:
        """Until the next tick, a stop, or the end of a task."""
        waits = [asyncio.ensure_future(self._stop.wait()), asyncio.ensure_future(self.clock.sleep(self.tick))]
        try:
            await asyncio.wait({*waits, *self._tasks.values()}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _look(self) -> None:
        self.parts.check_store()
        for name, task in list(self._tasks.items()):
            if task.done() and not self._stop.is_set():
                self._died(name, task)
        now = self.clock.monotonic()
        for name, due in list(self._due.items()):
            if due <= now:
                del self._due[name]
                self._start(name, anew=True)
        for name, turn in list(self.parts.turns.items()):
            silent = turn.hangs()
            if silent is not None and name in self._tasks:
                await self._wedged(name, turn, silent)
        self._poke_ourselves()

    def _start(self, name: str, *, anew: bool = False) -> None:
        if name == _DELIVERY:
            delivery = self.parts.rebuild_delivery() if anew else self.parts.delivery()
            self._tasks[name] = asyncio.create_task(delivery.run(), name=name)
        elif name == _CHORES:
            self._tasks[name] = asyncio.ensure_future(self.parts.chores())
        else:
            assert self._pokes is not None
            turn = self.parts.rebuild_turn(name) if anew else self.parts.turns[name]
            self.parts.turns[name] = turn
            self._tasks[name] = asyncio.create_task(turn.run(self._pokes.events[name]), name=name)

    def _died(self, name: str, task: asyncio.Task[None]) -> None:
        """A task ended that never should: build its part anew after a while, a few times an hour at most."""
        del self._tasks[name]
        error = task.exception() if not task.cancelled() else None
        if isinstance(error, StoreGone | SecondDaemon):
            raise error
        deaths = self._count(name, _FORGIVEN_AFTER)
        if deaths > _MOST_DEATHS:
            raise Unrecoverable(f"{name} died {deaths} times within an hour, the last time: {error!r}")
        log.error("%s died (%d. time this hour); it is built anew", name, deaths, exc_info=error)
        self._due[name] = self.clock.monotonic() + 2.0 ** (deaths - 1)

    async def _wedged(self, name: str, turn: Turns, silent: float) -> None:
        words = f"no poll ended for {silent:.0f} s: the turn was cancelled and is built anew"
        log.error("%s: %s", name, words)
        await self._cancel(name)
        times = self._count(name + " wedged", _WEDGE_FORGIVEN_AFTER)
        if times == 1:
            self._start(name, anew=True)
        await self._report(self.parts.turns[name], words)
        if times > 1:
            raise Unrecoverable(f"{name} hung {times} times within a day; only a new process may help")

    async def _cancel(self, name: str) -> None:
        """Cancel a task and give it a moment; one that does not even end then is left behind."""
        task = self._tasks.pop(name)
        task.cancel()
        await self._within(_LET_GO, {task})
        if not task.done():
            log.error("%s does not let itself be cancelled; it is left behind", name)

    async def _report(self, turn: Turns, words: str) -> None:
        """Have the operator told; the store itself may be what hangs, so nobody waits long for it."""
        report = asyncio.ensure_future(turn.poller.failed("wedged", words))
        await self._within(_LET_GO, {report})
        if not report.done():
            report.cancel()
            log.critical("%s: the store did not take the report in %.0f s", turn.name, _LET_GO)
        elif not report.cancelled() and (error := report.exception()) is not None:
            if not isinstance(error, StoreError):
                raise error
            log.critical("%s: the store did not take the report: %s", turn.name, error)

    async def _within(self, seconds: float, tasks: set[asyncio.Task[None]]) -> None:
        limit = asyncio.ensure_future(self.clock.sleep(seconds))
        try:
            await asyncio.wait({limit, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            limit.cancel()

    def _count(self, what: str, forgiven_after: float) -> int:
        now = self.clock.monotonic()
        times = [at for at in self._deaths.get(what, []) if now - at < forgiven_after]
        self._deaths[what] = [*times, now]
        return len(self._deaths[what])

    def _poke_ourselves(self) -> None:
        """The scheduler's clock is the wall's, and it can die inside: then the pokes come from here."""
        assert self._pokes is not None
        silent = self._pokes.silent()
        if silent and not self._silence_told:
            log.error("the scheduler fell silent for %s; the supervisor pokes instead", ", ".join(silent))
        self._silence_told = bool(silent)
        for name in silent:
            self._pokes.events[name].set()

    def _status(self) -> str:
        hanging = [name for name in self.parts.turns if name not in self._tasks]
        return f"{len(self.parts.turns) - len(hanging)} of {len(self.parts.turns)} sources are polled"

    async def _end(self) -> None:
        """Let the delivery finish what it is committing, then end everything, waiting for nobody for ever."""
        delivery = self._tasks.get(_DELIVERY)
        for task in self._tasks.values():
            if task is not delivery:
                task.cancel()
        stopping = asyncio.ensure_future(self.parts.delivery().stop())
        await self._within(_END_SENDING, {stopping})
        for task in (*self._tasks.values(), stopping):
            task.cancel()
        left = asyncio.ensure_future(_gathered(*self._tasks.values(), stopping))
        await self._within(_END_TASKS, {left})
        if not left.done():
            left.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0)
            log.error("some tasks did not end")


async def _gathered(*tasks: asyncio.Task[None]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


_DELIVERY, _CHORES = "delivery", "chores"

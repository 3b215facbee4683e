"""The daemon's turns: APScheduler pokes, each source works in its own task, at its own pace.

Rule: the scheduler only pokes; what is due is decided by the rota on the monotonic clock, so a late, lost
or doubled poke changes nothing.
Rule: one `except Exception` for the whole loop, here: it logs, counts, tells, and backs the source off.
Rule: while our own disk fails no host is asked; what was due stays due.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.domain.clock import Clock
from monitor.domain.errors import StoreError, StoreGone
from monitor.domain.rota import Kind, Rota
from monitor.pipeline import Poller
from monitor.store.guard import StoreGuard

log = logging.getLogger(__name__)

# A poll that failed in a way nobody foresaw is tried again at its next turn, then less and less often.
_LONGEST_REST = 3600.0
# Background work stops for a while once the host shows trouble; the next quick poll tries it first.
_REST_AFTER_TROUBLE = 300.0
_STORE_PAUSE, _LONGEST_STORE_PAUSE = 5.0, 40.0
# A wedged turn is one that ended no poll in this many intervals, however few answers came in.
_WEDGED_AFTER = 3
_SLOW_BUT_ALIVE = 3  # as much longer while answers keep coming


@dataclass(kw_only=True)
class Turns:
    """One source's turns: polls when due, waiting work in between."""

    poller: Poller
    rota: Rota
    clock: Clock
    guard: StoreGuard
    deadline: float = 60.0  # of one request, in seconds
    ended_at: float = field(default=0.0)  # monotonic: when a poll last ended, or a deliberate rest will
    surprises: int = 0
    _store_failures: int = 0
    _rest_until: float = 0.0

    def __post_init__(self) -> None:
        self.ended_at = self.clock.monotonic()

    @property
    def name(self) -> str:
        """The source's name."""
        return self.poller.source.name

    @property
    def idle(self) -> bool:
        """No poll is due or under way, and the host is not left alone after trouble."""
        now = self.clock.monotonic()
        return not (self.poller.busy or now < self._rest_until or self.rota.due(self.clock.now(), now))

    def hangs(self) -> float | None:
        """Seconds since the last poll ended, once that is longer than it may be; else None."""
        now = self.clock.monotonic()
        patience = _WEDGED_AFTER * self.rota.interval(self.clock.now()) + self.deadline
        silent, busy = now - max(self.ended_at, self.poller.answered_at), now - self.ended_at
        return busy if silent > patience or busy > _SLOW_BUT_ALIVE * patience else None

    async def turn(self) -> bool:
        """Do what is due, else one piece of background work; False when there is nothing to do."""
        due = self.rota.due(self.clock.now(), self.clock.monotonic())
        for kind in due:
            await self._do(kind)
        if due:
            return True
        if self.clock.monotonic() < self._rest_until:
            return False
        verdict, more = await self.poller.background()
        self._ended()
        if verdict != "ok":
            self._rest_until = self.clock.monotonic() + _REST_AFTER_TROUBLE
        return more

    async def _do(self, kind: Kind) -> str:
        wall, begun = self.clock.now(), self.clock.monotonic()
        verdict = await getattr(self.poller, kind)()
        ended = self.clock.monotonic()
        # From start to start, so that a poll's own time does not stretch the interval; a slow host's polls
        # count from their end, or they would leave no time for anything else.
        slow = ended - begun > self.rota.interval(wall) / 4
        self.rota.done(kind, wall, ended if slow else begun)
        self._ended()
        return str(verdict)

    def _ended(self, rest: float = 0.0) -> None:
        self.ended_at = self.clock.monotonic() + rest

    async def run(self, poke: asyncio.Event) -> None:
        """Take turns for ever; between them wait for a poke or until something is due."""
        while True:
            try:
                busy = await self.turn()
                self.surprises = self._store_failures = 0
            except StoreGone:
                raise  # nothing here can mend it, and going on would lose what we write
            except StoreError as exc:
                await self._wait_for_store(exc)
                continue
            except Exception as exc:  # noqa: BLE001 -- the one place; it is logged, counted and told
                await self._rest(exc)
                continue
            if busy:
                continue
            poke.clear()
            await self._sleep(poke)

    async def _sleep(self, poke: asyncio.Event) -> None:
        wait = self.rota.wait(self.clock.now(), self.clock.monotonic())
        sleeper = asyncio.ensure_future(self.clock.sleep(max(wait, 0.05)))
        poked = asyncio.ensure_future(poke.wait())
        try:
            await asyncio.wait({sleeper, poked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
            poked.cancel()

    async def _wait_for_store(self, exc: StoreError) -> None:
        """Our own disk: ask no host until it takes writes again; what was due stays due."""
        self.guard.fails(exc)
        while True:
            pause = min(_STORE_PAUSE * 2.0**self._store_failures, _LONGEST_STORE_PAUSE)
            self._store_failures = min(self._store_failures + 1, 10)
            self._ended(pause)
            await self.clock.sleep(pause)
            try:
                await self.guard.probe()
            except StoreGone:
                raise
            except StoreError as again:
                self.guard.fails(again)
            else:
                return

    async def _rest(self, exc: Exception) -> None:
        """A fault of our own: noted, told at the third, tried again at the next turn and then ever later."""
        self.surprises += 1
        interval = self.rota.interval(self.clock.now())
        rest = min(interval * 2.0 ** min(self.surprises - 1, 12), max(_LONGEST_REST, interval))
        log.error("%s: a poll failed in a way nobody foresaw; again in %.0f s", self.name, rest, exc_info=exc)
        self._ended(rest)
        try:
            await self.poller.failed("fault", f"{type(exc).__name__}: {exc}")
        except StoreError as trouble:
            self.guard.fails(trouble)
        await self.clock.sleep(rest)
        self._ended()


@dataclass(kw_only=True)
class Pokes:
    """APScheduler poking each source at its quick interval; nothing depends on it being on time."""

    events: dict[str, asyncio.Event]
    clock: Clock
    intervals: dict[str, float]
    scheduler: AsyncIOScheduler = field(default_factory=lambda: _scheduler())
    poked_at: dict[str, float] = field(default_factory=dict)

    def start(self) -> None:
        """Begin poking."""
        for name, seconds in self.intervals.items():
            self.poked_at[name] = self.clock.monotonic()
            self.scheduler.add_job(self.poke, "interval", seconds=seconds, id=name, args=[name])
        self.scheduler.add_listener(_complain, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        self.scheduler.start()

    def poke(self, name: str) -> None:
        """Wake one source's task."""
        self.poked_at[name] = self.clock.monotonic()
        self.events[name].set()

    def silent(self) -> list[str]:
        """Sources that were not poked for three intervals: the scheduler has failed them."""
        now = self.clock.monotonic()
        return [name for name, at in self.poked_at.items() if now - at > 3 * self.intervals[name] + 1.0]

    def stop(self) -> None:
        """Poke no more."""
        if self.scheduler.running:
            self.scheduler.shutdown(wait=False)


def _scheduler() -> AsyncIOScheduler:
    return AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )


def pokes(turns: Sequence[Turns], clock: Clock) -> Pokes:
    """The pokes of these sources, not yet begun."""
    return Pokes(
        events={turn.name: asyncio.Event() for turn in turns},
        clock=clock,
        intervals={turn.name: turn.rota.plan.quick_every for turn in turns},
    )


def _complain(event: JobEvent) -> None:
    log.error("scheduler: job %s: event %s %s", event.job_id, event.code, getattr(event, "exception", ""))

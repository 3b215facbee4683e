"""The daemon's turns: APScheduler pokes, each source works in its own task, at its own pace.

Rule: the scheduler only pokes; what is due is decided by the rota on the monotonic clock, so a late, lost
or doubled poke changes nothing.
Rule: one `except Exception` for the whole loop, here: it logs, counts, tells, and backs the source off.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.domain.clock import Clock
from monitor.domain.rota import Kind, Rota
from monitor.pipeline import Poller

log = logging.getLogger(__name__)

# After a failure nobody foresaw, a source rests: the daemon must not crash-loop or hammer a host.
_REST_AFTER_SURPRISE = 3600.0
# Background work stops for a while once the host shows trouble; the next quick poll tries it first.
_REST_AFTER_TROUBLE = 300.0


@dataclass(kw_only=True)
class Turns:
    """One source's turns: polls when due, waiting work in between."""

    poller: Poller
    rota: Rota
    clock: Clock
    _rest_until: float = 0.0
    surprises: int = 0

    @property
    def name(self) -> str:
        """The source's name."""
        return self.poller.source.name

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
        if verdict != "ok":
            self._rest_until = self.clock.monotonic() + _REST_AFTER_TROUBLE
        return more

    async def _do(self, kind: Kind) -> str:
        wall = self.clock.now()
        verdict = await getattr(self.poller, kind)()
        self.rota.done(kind, wall, self.clock.monotonic())
        return str(verdict)

    async def run(self, poke: asyncio.Event) -> None:
        """Take turns for ever; between them wait for a poke or until something is due."""
        while True:
            try:
                busy = await self.turn()
            except Exception:
                self.surprises += 1
                log.exception("%s: a poll failed in a way nobody foresaw; it rests an hour", self.name)
                await self.clock.sleep(_REST_AFTER_SURPRISE)
                continue
            if busy:
                continue
            poke.clear()
            wait = self.rota.wait(self.clock.now(), self.clock.monotonic())
            sleeper = asyncio.ensure_future(self.clock.sleep(max(wait, 0.05)))
            poked = asyncio.ensure_future(poke.wait())
            try:
                await asyncio.wait({sleeper, poked}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleeper.cancel()
                poked.cancel()


def pokes(turns: Sequence[Turns]) -> tuple[AsyncIOScheduler, dict[str, asyncio.Event]]:
    """A scheduler that pokes each source at its quick interval; nothing depends on it being on time."""
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    events = {turn.name: asyncio.Event() for turn in turns}
    for turn in turns:
        scheduler.add_job(events[turn.name].set, "interval", seconds=turn.rota.plan.quick_every, id=turn.name)
    scheduler.add_listener(_complain, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    return scheduler, events


def _complain(event: JobEvent) -> None:
    log.error("scheduler: job %s: event %s %s", event.job_id, event.code, getattr(event, "exception", ""))

"""A poll whose instant falls into a blocked loop is made late, not dropped, as by the library's default."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.clock_system import SystemClock
from monitor.domain.rota import Plan, Rota
from monitor.schedule import Turns, pokes

_EVERY = 3.0
_BLOCKED = (2.5, 4.7)  # seconds after the start: over the due instant, by more than a grace of 1 s


async def late_polls(*, grace: int | None) -> int:
    """Polls in the second after the block; `grace` None takes our own turns, else the scheduler's jobs."""
    polled: list[float] = []
    begun = time.monotonic()

    async def poll() -> str:
        polled.append(time.monotonic() - begun)
        return "ok"

    working = _our_turns(poll) if grace is None else _jobs(poll, grace)
    await asyncio.sleep(_BLOCKED[0])
    while time.monotonic() - begun < _BLOCKED[1]:
        pass  # the loop is blocked: that is the point
    await asyncio.sleep(1.0)
    await working()
    return sum(_BLOCKED[1] <= at <= _BLOCKED[1] + 1.0 for at in polled)


def _our_turns(poll: Any) -> Any:
    async def nothing() -> tuple[str, bool]:
        return "ok", False

    source = SimpleNamespace(name="fake")
    poller = SimpleNamespace(source=source, quick=poll, sweep=poll, background=nothing, answered_at=0.0)
    clock = SystemClock()
    turn = Turns(
        poller=cast(Any, poller),
        rota=Rota(plan=Plan(quick_every=_EVERY, slow_every=_EVERY), in_window=lambda _: True),
        clock=clock,
        guard=cast(Any, None),  # asked only when the store fails, and there is none
    )
    ours = pokes([turn], clock)
    ours.start()
    task = asyncio.ensure_future(turn.run(ours.events["fake"]))

    async def end() -> None:
        ours.stop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    return end


def _jobs(poll: Any, grace: int) -> Any:
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"misfire_grace_time": grace})
    scheduler.add_job(poll, "interval", seconds=_EVERY)
    scheduler.start()

    async def end() -> None:
        scheduler.shutdown(wait=False)

    return end

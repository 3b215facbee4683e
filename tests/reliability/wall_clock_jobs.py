"""The design the clock part must catch: jobs whose next run is reckoned on the wall clock.

`python -m tests.reliability.wall_clock_jobs` writes a line for each run of a job every half second.
"""

from __future__ import annotations

import asyncio
import sys

from apscheduler.schedulers.asyncio import AsyncIOScheduler

EVERY = 0.5


async def _for_ever() -> None:
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None})
    scheduler.add_job(lambda: print("run", flush=True), "interval", seconds=EVERY)  # noqa: T201
    scheduler.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(_for_ever())
    except KeyboardInterrupt:
        sys.exit(0)

"""Starts the real command line as the rig's victim: `python -m tests.reliability.launch run`.

Rule: the program is unchanged; only time runs faster, for its clock and its event loop alike, so that every
limit, back-off and pause keeps its proportion.
Rule: where intervals are shorter than any host's time-outs, how many of them mean a wedge is told as well.
Rule: a known-bad patch is applied when IPO_MONITOR_RIG names one, and only in this process.
"""

from __future__ import annotations

import asyncio
import json
import os
import selectors
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from monitor import schedule
from monitor.cli import cli
from monitor.commands import daemon


class StoryClock:
    """The story's time: `start` at the machine's monotonic `zero`, `speed` times as fast, across restarts."""

    def __init__(self, start: datetime, zero: float, speed: float) -> None:
        self._start = start.astimezone(UTC)
        self._zero = zero
        self._speed = speed

    @property
    def begins(self) -> datetime:
        """The first instant, aware UTC."""
        return self._start

    def now(self) -> datetime:
        """The story's instant, aware UTC."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Story seconds since the story began."""
        return (time.monotonic() - self._zero) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Wait so many story seconds, on a loop of the story."""
        await asyncio.sleep(max(seconds, 0.0))


class _StorySelector(selectors.DefaultSelector):
    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait in real time what the loop means in the story's."""
        shorter = timeout if timeout is None else timeout / self._speed
        return list(super().select(shorter))


class StoryLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds are the story's."""

    def __init__(self, speed: float) -> None:
        super().__init__(_StorySelector(speed))
        self._speed = speed

    def time(self) -> float:
        """Story seconds."""
        return time.monotonic() * self._speed


class _StoryPolicy(asyncio.DefaultEventLoopPolicy):
    def __init__(self, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        super().__init__()
        self._make = loop

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """What `asyncio.run` runs on."""
        return self._make()


def main() -> None:
    """Patch, then be the program."""
    orders = json.loads(os.environ.pop("IPO_MONITOR_RIG"))
    clock = StoryClock(datetime.fromisoformat(orders["start"]), orders["zero"], orders["speed"])
    assert hasattr(daemon, "SystemClock")
    vars(daemon)["SystemClock"] = lambda: clock

    if orders.get("wedged_after"):
        assert hasattr(schedule, "_WEDGED_AFTER")
        vars(schedule)["_WEDGED_AFTER"] = orders["wedged_after"]
    asyncio.set_event_loop_policy(_StoryPolicy(lambda: StoryLoop(orders["speed"])))
    if orders["bug"]:
        from tests.reliability.bugs import BUGS

        BUGS[orders["bug"]]()
    cli(sys.argv[1:], prog_name="ipo-monitor")


if __name__ == "__main__":
    main()

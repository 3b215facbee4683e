"""The real clock, and a faster one for the demo. The only module that asks the machine for the time."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

from monitor.domain.clock import Clock


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the Clock

    def monotonic(self) -> float:
        """Seconds from some fixed start."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait that many seconds."""
        await asyncio.sleep(max(seconds, 0.0))


class AcceleratedClock:
    """Begins at `start` and runs `speed` times as fast as `base`; waits shrink accordingly.

    Its `monotonic()` is accelerated too, so gaps, back-off and intervals keep their proportion.
    """

    def __init__(self, start: datetime, speed: float, base: Clock) -> None:
        if start.tzinfo is None or speed <= 0:
            raise ValueError("an accelerated clock needs an aware start and a speed above 0")
        self._start = start.astimezone(UTC)
        self._speed = speed
        self._base = base
        self._zero = base.monotonic()

    def now(self) -> datetime:
        """The accelerated instant, aware UTC."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Accelerated seconds since the start."""
        return (self._base.monotonic() - self._zero) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Wait that many accelerated seconds."""
        await self._base.sleep(seconds / self._speed)

"""The real clock."""

from __future__ import annotations

from datetime import timedelta

from monitor.clock_system import SystemClock
from monitor.domain.clock import Clock


async def test_the_system_clock_is_aware_and_moves_on() -> None:
    """Its instants are UTC, and a sleep moves its monotonic time by at least that much."""
    clock: Clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.01)
    await clock.sleep(-1)
    assert clock.monotonic() - before >= 0.01
    assert clock.now().utcoffset() == timedelta(0)

"""The real clock and the accelerated one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitor.clock_system import AcceleratedClock, SystemClock
from monitor.domain.clock import Clock
from tests.frozen_clock import FrozenClock

START = datetime(2025, 6, 30, 17, 0, tzinfo=timezone(timedelta(hours=8)))


async def test_the_system_clock_is_aware_and_moves_on() -> None:
    """Its instants are UTC, and a sleep moves its monotonic time by at least that much."""
    clock: Clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.01)
    await clock.sleep(-1)
    assert clock.monotonic() - before >= 0.01
    assert clock.now().utcoffset() == timedelta(0)


async def test_an_accelerated_clock_multiplies_all_it_measures() -> None:
    """A day passes in one real second at speed 86400; a sleep of an hour takes 1/24 s."""
    base = FrozenClock()
    clock: Clock = AcceleratedClock(START, 86_400.0, base)
    base.advance(1.0)
    assert clock.now() == START + timedelta(days=1)
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() == pytest.approx(86_400.0)
    await clock.sleep(3600)
    assert base.slept == [pytest.approx(1 / 24)]
    assert clock.now() - START == timedelta(days=1, hours=1)


async def test_an_accelerated_clock_ignores_steps_of_the_wall_clock() -> None:
    """The season goes on at its pace when the machine's wall clock is set back."""
    base = FrozenClock()
    clock = AcceleratedClock(START, 10.0, base)
    base.step_wall(-86_400)
    base.advance(1)
    assert clock.now() == START + timedelta(seconds=10)


@pytest.mark.parametrize(("start", "speed"), [(datetime(2025, 6, 30), 1.0), (START, 0.0), (START, -1.0)])
def test_an_accelerated_clock_needs_a_zone_and_a_speed(start: datetime, speed: float) -> None:
    """A naive start or a speed that is not positive is refused."""
    with pytest.raises(ValueError, match="aware start"):
        AcceleratedClock(start, speed, FrozenClock())

"""One gap for one host, however many sources ask it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scrapers.pace import Doors, Pace


class _Clock:
    """Moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.mono = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.mono)

    def monotonic(self) -> float:
        return self.mono

    async def sleep(self, seconds: float) -> None:
        self.mono += seconds


async def test_two_sources_with_the_same_doors_keep_one_gap_to_a_host() -> None:
    """The second source waits for the gap the first one opened; another host is asked at once."""
    clock, doors = _Clock(), Doors()
    first, second = (Pace(clock, gap=2.0, doors=doors) for _ in range(2))
    async with first.turn("query"):
        pass
    async with second.turn("static"):
        assert clock.mono == 0.0
    async with second.turn("query"):
        assert 2.0 <= clock.mono <= 2.5


async def test_the_door_is_shut_while_a_request_is_under_way() -> None:
    """A source that comes while another one is answered waits from that request's beginning."""
    clock, doors = _Clock(), Doors()
    first, second = (Pace(clock, gap=2.0, doors=doors) for _ in range(2))
    async with first.turn("query"), second.turn("query"):
        assert clock.mono == 2.0


async def test_trouble_of_one_source_is_not_the_others() -> None:
    """A query that is refused slows its own source only."""
    clock, doors = _Clock(), Doors()
    first, second = (Pace(clock, gap=0.0, doors=doors) for _ in range(2))
    first.trouble("query", "404", timedelta(minutes=5))
    assert first.ready_in("query") >= 300
    assert second.ready_in("query") == 0.0

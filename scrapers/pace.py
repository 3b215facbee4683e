"""How politely a host is asked: one request at a time, a gap between them, a pause after trouble.

Rule: lives as long as the daemon, while clients live for one poll.
Rule: measured on the monotonic clock, so that a stepped wall clock neither hurries nor stalls us.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from monitor.domain.clock import Clock
from monitor.domain.errors import BackingOff

_JITTER = 0.25  # up to a quarter longer, never shorter


@dataclass(slots=True)
class _Host:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    troubles: int = 0
    pause_until: float = float("-inf")
    reason: str = ""


class Doors:
    """When each host may be asked again, over all sources that share it: one host, one gap."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}

    def free_at(self, host: str) -> float:
        """The monotonic instant before which nobody asks the host."""
        return self._free_at.get(host, float("-inf"))

    def keep_shut(self, host: str, until: float) -> None:
        """Nobody asks the host before `until`; an earlier instant changes nothing."""
        self._free_at[host] = max(self.free_at(host), until)


class Pace:
    """The manners towards every host of one source; all lengths in seconds.

    Sources that share `doors` share the gap between requests to a host, never each other's trouble.

    After the n-th trouble in a row a host is left alone for `first_pause` × 2^(n-1), jittered, at most
    `longest_pause`, and at least as long as it asked for. Pauses up to `patience` are waited out,
    longer ones raise BackingOff.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        gap: float,
        first_pause: float = 3.0,
        longest_pause: float = 600.0,
        patience: float = 10.0,
        random: Random | None = None,
        doors: Doors | None = None,
    ) -> None:
        self._clock = clock
        self._gap = gap
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._patience = patience
        self._random = random or Random()
        self._hosts: dict[str, _Host] = {}
        self._doors = doors or Doors()

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Hold the host for one request, begun when the gap and any short pause are over.

        Raises BackingOff when the pause is long.
        """
        known = self._hosts.setdefault(host, _Host())
        async with known.turn:
            pause = known.pause_until - self._clock.monotonic()
            if pause > self._patience:
                raise BackingOff(
                    f"{host} is left alone for {pause:.0f} s more after: {known.reason}",
                    timedelta(seconds=pause),
                )
            while (wait := max(self._doors.free_at(host), known.pause_until) - self._clock.monotonic()) > 0:
                await self._clock.sleep(wait)
            # Shut before the first await: another source waiting at this door sees it.
            self._doors.keep_shut(host, self._clock.monotonic() + self._gap)
            try:
                yield
            finally:
                gap = self._gap * (1 + self._random.random() * _JITTER)
                self._doors.keep_shut(host, self._clock.monotonic() + gap)

    def trouble(self, host: str, reason: str, wish: timedelta | None = None) -> None:
        """Leave the host alone for a while, longer each time in a row."""
        known = self._hosts.setdefault(host, _Host())
        # The exponent is bounded so that a host down for months does not overflow a float.
        pause = min(self._first_pause * 2 ** min(known.troubles, 32), self._longest_pause)
        pause *= 1 + self._random.random() * _JITTER
        if wish is not None:
            pause = max(pause, wish.total_seconds())
        known.troubles += 1
        known.reason = reason
        known.pause_until = max(known.pause_until, self._clock.monotonic() + pause)

    def fine(self, host: str) -> None:
        """A good answer ends the run of troubles."""
        known = self._hosts.setdefault(host, _Host())
        known.troubles = 0
        known.reason = ""
        known.pause_until = float("-inf")

    def ready_in(self, host: str) -> float:
        """Seconds until the host may be asked again; 0 when at once."""
        known = self._hosts.get(host)
        if known is None:
            return 0.0
        return max(0.0, max(self._doors.free_at(host), known.pause_until) - self._clock.monotonic())

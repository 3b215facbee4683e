"""The one way to learn the time or to wait; tests and the demo bring their own.

Rule: nothing else in the program reads a clock or sleeps.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time to date what we see, monotonic time to measure how long."""

    def now(self) -> datetime:
        """The present instant, aware UTC; the operator may step it."""
        ...

    def monotonic(self) -> float:
        """Seconds from some fixed start; never goes back, whatever happens to the wall clock."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when `monotonic()` has advanced by that much; at once, after one turn of the loop, for 0."""
        ...

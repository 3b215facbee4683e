"""Whether this machine's wall clock is wrong, told by the Date headers of the hosts we ask.

Rule: one host proves nothing; two that agree with each other and not with us do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from monitor.domain.clock import Clock

_TOLERATED = 120.0  # seconds
_ALIKE = 60.0  # two hosts tell the same time when they differ by no more
_FRESH = 2 * 3600.0  # what a host said longer ago counts no more


@dataclass(kw_only=True)
class HostClocks:
    """How far our wall clock is before each host's, in seconds, as last seen."""

    clock: Clock
    _ahead: dict[str, tuple[float, float]] = field(default_factory=dict)  # host → (seconds, noted at)
    _wrong: bool = False  # told and not yet over

    def note(self, host: str, theirs: datetime) -> None:
        """Take what a host's clock said in an answer that just came."""
        self._ahead[host] = ((self.clock.now() - theirs).total_seconds(), self.clock.monotonic())

    def off_by(self) -> tuple[float, tuple[str, ...]]:
        """(seconds our clock is ahead, the hosts that agree on it); zero and nobody when none is proven."""
        now = self.clock.monotonic()
        seen = sorted((s, host) for host, (s, at) in self._ahead.items() if now - at <= _FRESH)
        for (first, one), (second, other) in pairwise(seen):
            if min(abs(first), abs(second)) > _TOLERATED and second - first <= _ALIKE:
                return min(first, second, key=abs), (one, other)
        return 0.0, ()

    def news(self) -> str:
        """What the operator has to hear now: a wrong clock, or its end; "" when nothing is new."""
        seconds, hosts = self.off_by()
        today = f"{self.clock.now():%Y-%m-%d}"  # in the words, so that another day's trouble is told anew
        if hosts and not self._wrong:
            return (
                f"this machine's clock is {_length(seconds)} {'ahead of' if seconds > 0 else 'behind'} "
                f"{' and '.join(hosts)} ({today} here): set it (timedatectl set-ntp true). Polls and "
                "alerts go on; times of day in messages, quiet hours and digests are off by as much"
            )
        well = sum(abs(ahead) <= _TOLERATED for ahead, _ in self._ahead.values())
        if self._wrong and not hosts and well >= 2:
            return f"this machine's clock agrees again with the hosts asked ({today})"
        return ""

    def told(self) -> None:
        """What `news` said has been written down."""
        self._wrong = not self._wrong


def _length(seconds: float) -> str:
    """As people say it: minutes below two hours, hours below two days."""
    seconds = abs(seconds)
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 2 * 86_400:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86_400:.0f} days"

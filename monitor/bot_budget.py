"""How much one person may ask: a bucket of tokens each, refilled by the monotonic clock.

Rule: pure bookkeeping; forgets people whose bucket is full again.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Budgets:
    """`burst` questions at once, then one every `every` seconds; the same for everybody."""

    burst: int = 20
    every: float = 1.5
    most_people: int = 10_000
    _held: dict[int, tuple[float, float]] = field(default_factory=dict)  # person → tokens, at

    def take(self, person: int, now: float) -> bool:
        """Take one token; False when there is none."""
        tokens, at = self._held.get(person, (float(self.burst), now))
        tokens = min(float(self.burst), tokens + (now - at) / self.every)
        allowed = tokens >= 1.0
        self._held[person] = (tokens - 1.0 if allowed else tokens, now)
        if len(self._held) > self.most_people:
            self._forget(now)
        return allowed

    def _forget(self, now: float) -> None:
        full = self.burst * self.every
        self._held = {person: held for person, held in self._held.items() if now - held[1] < full}
        if len(self._held) > self.most_people:
            self._held.clear()  # a crowd of strangers: better to forget than to grow

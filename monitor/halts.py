"""Channels whose service refuses us altogether: each is asked again with one message, ever more seldom.

Rule: a refusal is told once and its end once, also when the daemon was started anew in between.
Rule: an answer that says nothing about the refusal (no connection, no answer) neither ends nor prolongs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from alerts.contract import Delivered, Outcome, Rejected, RetryLater
from monitor.domain.clock import Clock

FIRST, LONGEST = 900.0, 6 * 3600.0  # seconds until a refused channel is asked again: at first, at most

News = Literal["", "refused", "works"]


@dataclass(kw_only=True, slots=True)
class _Halt:
    why: str
    wait: float = FIRST
    due: float = 0.0  # monotonic
    asking: bool = False


class Halts:
    """Which channels are refused, and when each may be asked again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._halts: dict[str, _Halt] = {}

    @property
    def refused(self) -> Mapping[str, str]:
        """Channel → why nothing goes through it."""
        return {channel: halt.why for channel, halt in tuple(self._halts.items())}

    def remember(self, told: Mapping[str, str]) -> None:
        """Refusals an earlier process told of: a new start asks at once, since the token may be another."""
        for channel, why in told.items():
            self._halts.setdefault(channel, _Halt(why=why, due=self._clock.monotonic()))

    def takes(self, channel: str) -> bool:
        """Whether the channel may be written to now: it works, or is due to be asked again."""
        halt = self._halts.get(channel)
        return halt is None or (not halt.asking and halt.due <= self._clock.monotonic())

    def asks(self, channel: str) -> None:
        """A message is on its way that will show whether it works."""
        if halt := self._halts.get(channel):
            halt.asking = True

    def until_next(self, most: float) -> float:
        """Seconds until some refused channel is due, at most `most`; one due already is not counted."""
        now = self._clock.monotonic()
        waits = [halt.due - now for halt in self._halts.values() if not halt.asking and halt.due > now]
        return min([most, *waits])

    def hear(self, channel: str, outcome: Outcome) -> News:
        """What an outcome says about its channel, where that is news."""
        halt = self._halts.get(channel)
        if isinstance(outcome, Rejected) and outcome.scope == "channel":
            return self._refused(channel, outcome.why, halt)
        if halt is None:
            return ""
        heard = isinstance(outcome, RetryLater) and (outcome.after is not None or outcome.new_address)
        if isinstance(outcome, Delivered | Rejected) or heard:
            del self._halts[channel]
            return "works"
        self._again(halt)
        return ""

    def _refused(self, channel: str, why: str, halt: _Halt | None) -> News:
        if halt is None:
            self._halts[channel] = _Halt(why=why, due=self._clock.monotonic() + FIRST)
            return "refused"
        halt.why = why
        if halt.asking:
            halt.wait = min(2 * halt.wait, LONGEST)
            self._again(halt)
        return ""

    def _again(self, halt: _Halt) -> None:
        halt.asking, halt.due = False, self._clock.monotonic() + halt.wait

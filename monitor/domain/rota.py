"""When each kind of poll of a source is due. Pure: the caller brings both clocks.

Rule: distances are measured on the monotonic clock, so a stepped wall clock delays nothing; the wall clock
only names the window and the hour of the nightly reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal

Kind = Literal["sweep", "quick", "documents", "round"]
_CST = timezone(timedelta(hours=8))


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How often; seconds. Zero `sweep_every` or `documents_every` means: not by interval."""

    quick_every: float
    slow_every: float
    sweep_every: float = 0.0  # inside the quick window
    documents_every: float = 0.0
    nightly_at: tuple[time, ...] = ()  # Shanghai time: a sweep, and at the first of them a round


@dataclass(kw_only=True, slots=True)
class Rota:
    """What is due at one source; `in_window` tells whether an instant lies in the quick window."""

    plan: Plan
    in_window: Callable[[datetime], bool]
    _last: dict[Kind, float] = field(default_factory=dict)
    _nights: set[tuple[date, time]] = field(default_factory=set)

    def due(self, wall: datetime, mono: float) -> list[Kind]:
        """Every kind due now, in the order to do them; a sweep makes the quick poll needless."""
        kinds: list[Kind] = []
        window = self.in_window(wall)
        night = self._night(wall)
        if (
            "sweep" not in self._last
            or night
            or (window and self.plan.sweep_every and self._past("sweep", self.plan.sweep_every, mono))
        ):
            kinds.append("sweep")
        elif self._past("quick", self._quick_every(window), mono):
            kinds.append("quick")
        if self.plan.documents_every and self._past("documents", self.plan.documents_every, mono):
            kinds.append("documents")
        if night and night[1] == self.plan.nightly_at[0]:
            kinds.append("round")
        return kinds

    def done(self, kind: Kind, wall: datetime, mono: float) -> None:
        """Note a poll as done, however it went: a failed one is due again after its interval."""
        self._last[kind] = mono
        if kind == "sweep":
            self._last["quick"] = mono
            if night := self._night(wall):
                self._nights = {night}

    def wait(self, wall: datetime, mono: float) -> float:
        """Seconds until something may be due."""
        if self.due(wall, mono):
            return 0.0
        every = self._quick_every(self.in_window(wall))
        left = self._last.get("quick", mono) + every - mono
        # The window may open before the slow interval ends; a minute is early enough to notice.
        return max(0.0, min(left, 60.0))

    def _quick_every(self, window: bool) -> float:
        return self.plan.quick_every if window else self.plan.slow_every

    def _past(self, kind: Kind, every: float, mono: float) -> bool:
        return kind not in self._last or mono - self._last[kind] >= every

    def _night(self, wall: datetime) -> tuple[date, time] | None:
        """The nightly reading of today whose hour has struck within the last hour and that is not done."""
        local = wall.astimezone(_CST)
        for at in self.plan.nightly_at:
            begin = datetime.combine(local.date(), at, _CST)
            if begin <= local < begin + timedelta(hours=1) and (local.date(), at) not in self._nights:
                return local.date(), at
        return None

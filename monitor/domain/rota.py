"""When each kind of poll of a source is due. Pure: the caller brings both clocks.

Rule: distances are measured on the monotonic clock, so a stepped wall clock delays nothing; the wall clock
only names the window and the hour of the nightly reading, and a nightly reading is neither repeated within
half a day nor left out for more than a day and an hour, whatever the wall clock says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone
from typing import Literal

Kind = Literal["sweep", "quick", "documents", "round"]
_CST = timezone(timedelta(hours=8))
_NIGHT_AGAIN, _NIGHT_MISSED = 12 * 3600.0, 25 * 3600.0


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
    _nights: dict[time, float] = field(default_factory=dict)  # when each was last done, monotonic
    _begun: float | None = None

    def due(self, wall: datetime, mono: float) -> list[Kind]:
        """Every kind due now, in the order to do them; a sweep makes the quick poll needless."""
        kinds: list[Kind] = []
        window = self.in_window(wall)
        nights = self._due_nights(wall, mono)
        if (
            "sweep" not in self._last
            or nights
            or (window and self.plan.sweep_every and self._past("sweep", self.plan.sweep_every, mono))
        ):
            kinds.append("sweep")
        elif self._past("quick", self._quick_every(window), mono):
            kinds.append("quick")
        if self.plan.documents_every and self._past("documents", self.plan.documents_every, mono):
            kinds.append("documents")
        if self.plan.nightly_at[:1] and self.plan.nightly_at[0] in nights:
            kinds.append("round")
        return kinds

    def done(self, kind: Kind, wall: datetime, mono: float) -> None:
        """Note a poll as done, however it went: a failed one is due again after its interval."""
        self._last[kind] = mono
        if kind == "sweep":
            self._last["quick"] = mono
            for at in self._due_nights(wall, mono):
                self._nights[at] = mono

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

    def interval(self, wall: datetime) -> float:
        """The seconds between two looks at this hour."""
        return self._quick_every(self.in_window(wall))

    def _due_nights(self, wall: datetime, mono: float) -> list[time]:
        """Nightly readings whose hour struck within the last hour, or that a stepped clock jumped over."""
        if self._begun is None:
            self._begun = mono
        local = wall.astimezone(_CST)
        due = []
        for at in self.plan.nightly_at:
            since = mono - self._nights.get(at, self._begun)
            begin = datetime.combine(local.date(), at, _CST)
            struck = begin <= local < begin + timedelta(hours=1)
            fresh = at not in self._nights or since >= _NIGHT_AGAIN
            if (struck and fresh) or since >= _NIGHT_MISSED:
                due.append(at)
        return due

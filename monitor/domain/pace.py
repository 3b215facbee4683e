"""How fast a project moves among all we know: days from acceptance to each state, and their percentile."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from monitor.domain.stages import State

# State → days from acceptance of every known project that reached it, sorted.
Paces = Mapping[State, Sequence[int]]

# Below this many other projects a percentile says nothing.
SMALLEST_SAMPLE = 10


def pace_facts(paces: Paces, state: State, days: int) -> dict[str, str | int | float | bool]:
    """`percentile_faster`: per cent of the sample that took longer, rounded down; nothing if it is small."""
    sample = paces.get(state, ())
    if len(sample) < SMALLEST_SAMPLE:
        return {}
    slower = len(sample) - bisect_right(sample, days)
    return {"percentile_faster": slower * 100 // len(sample), "percentile_sample": len(sample)}

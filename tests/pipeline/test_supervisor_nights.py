"""The nightly reading under a stepped wall clock: never twice within half a day, never left out for long."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from monitor.domain.rota import Plan, Rota

START = datetime(2026, 7, 6, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai


def nights(steps: dict[float, float], hours: float = 96) -> list[float]:
    """Hours after the start at which a nightly round was made; `steps`: hour → seconds the wall jumps."""
    plan = Plan(quick_every=60, slow_every=300, nightly_at=(time(3),))
    rota = Rota(plan=plan, in_window=lambda _: False)
    rota.done("sweep", START, 0.0)
    offset, found, pending = 0.0, [], dict(steps)
    for minute in range(int(hours * 60)):
        mono = minute * 60.0
        for hour in [hour for hour in pending if mono >= hour * 3600]:
            offset += pending.pop(hour)
        wall = START + timedelta(seconds=mono + offset)
        for kind in rota.due(wall, mono):
            if kind == "round":
                found.append(round(mono / 3600, 1))
            rota.done(kind, wall, mono)
    return found


def test_without_steps_it_comes_once_a_night() -> None:
    assert nights({}) == [7.0, 31.0, 55.0, 79.0]


@pytest.mark.parametrize("at", [2.0, 6.9, 7.1, 7.5, 8.1, 20.0])
@pytest.mark.parametrize("step", [-86_400.0, -7_200.0, -3_600.0, 3_600.0, 7_200.0, 43_200.0, 86_400.0])
def test_a_stepped_clock_neither_repeats_nor_loses_a_night(at: float, step: float) -> None:
    found = nights({at: step})
    gaps = [later - earlier for earlier, later in zip([0.0, *found], found, strict=False)]
    assert min(gaps[1:]) >= 12
    assert max(gaps) <= 25.1
    assert 96 - found[-1] <= 25.1

"""When each kind of poll is due: measured on the monotonic clock, named by the wall clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone

from monitor.domain.rota import Plan, Rota

CST = timezone(timedelta(hours=8))
PLAN = Plan(
    quick_every=60, slow_every=300, sweep_every=3600, documents_every=300, nightly_at=(time(3), time(5))
)


def _in_window(instant: datetime) -> bool:
    return 15 <= instant.astimezone(CST).hour < 23


class Day:
    """A wall clock and a monotonic one that move together, unless told otherwise."""

    def __init__(self, words: str, plan: Plan = PLAN) -> None:
        self.wall = datetime.fromisoformat(words).replace(tzinfo=CST).astimezone(UTC)
        self.mono = 1000.0
        self.rota = Rota(plan=plan, in_window=_in_window)

    def later(self, seconds: float) -> None:
        """Both clocks."""
        self.wall += timedelta(seconds=seconds)
        self.mono += seconds

    def step(self, seconds: float) -> None:
        """The wall clock alone, as an operator or a time server may set it."""
        self.wall += timedelta(seconds=seconds)

    def do(self) -> list[str]:
        """What is due now, all of it done."""
        due = self.rota.due(self.wall, self.mono)
        for kind in due:
            self.rota.done(kind, self.wall, self.mono)
        return list(due)


def test_the_first_of_all_is_a_sweep_with_the_documents() -> None:
    """A sweep makes the quick poll needless; done, nothing is due."""
    day = Day("2026-07-06 16:00")
    assert day.do() == ["sweep", "documents"]
    assert day.do() == []
    assert day.rota.wait(day.wall, day.mono) == 60


def test_a_quick_poll_is_due_after_its_interval_and_not_before() -> None:
    """A minute in the window, five outside it."""
    day = Day("2026-07-06 16:00")
    day.do()
    day.later(59.9)
    assert day.do() == []
    assert 0 < day.rota.wait(day.wall, day.mono) <= 0.2
    day.later(0.1)
    assert day.do() == ["quick"]
    night = Day("2026-07-06 12:00")
    night.do()
    night.later(299)
    assert night.do() == []
    night.later(1)
    assert night.do() == ["quick", "documents"]


def test_a_sweep_is_due_hourly_in_the_window_only() -> None:
    """From 15:00 to 23:00 eight hours of sweeps, outside none by interval."""
    day = Day("2026-07-06 14:00")
    assert day.do()[0] == "sweep"
    sweeps = []
    for _ in range(24 * 60 - 1):
        day.later(60)
        if "sweep" in day.do():
            sweeps.append(day.wall.astimezone(CST).strftime("%H:%M"))
    in_window = [words for words in sweeps if "15:00" <= words < "23:00"]
    assert len(in_window) == 8
    assert [words for words in sweeps if words not in in_window] == ["03:00", "05:00"]


def test_each_nightly_reading_is_done_once_and_the_first_brings_the_round() -> None:
    """03:00 sweeps and queues the daily re-reading, 05:00 sweeps alone."""
    day = Day("2026-07-06 02:00")
    day.do()
    found = []
    for _ in range(8 * 12):
        day.later(300)
        kinds = day.do()
        if "sweep" in kinds or "round" in kinds:
            found.append((day.wall.astimezone(CST).strftime("%H:%M"), "round" in kinds))
    assert found == [("03:00", True), ("05:00", False)]


def test_a_clock_set_back_over_the_hour_repeats_no_nightly_reading() -> None:
    """The hour strikes twice on the wall, once on the rota."""
    day = Day("2026-07-06 02:55", Plan(quick_every=60, slow_every=300, nightly_at=(time(3),)))
    day.do()
    day.later(600)
    assert "round" in day.do()
    day.step(-900)
    for _ in range(30):
        day.later(60)
        assert "round" not in day.do()


def test_a_clock_set_forward_or_back_delays_no_quick_poll() -> None:
    """Distances are measured on the other clock."""
    day = Day("2026-07-06 16:00")
    day.do()
    day.step(-7200 + 60)
    day.later(300)
    assert "quick" in day.do()
    day.step(7200)
    assert day.do() == []
    day.later(60)
    assert "quick" in day.do()


def test_a_reading_the_clock_jumped_over_is_made_up_for() -> None:
    """Asleep from 02:00 to 08:00: the day does not pass without its round."""
    day = Day("2026-07-06 02:00", Plan(quick_every=60, slow_every=300, nightly_at=(time(3),)))
    day.do()
    rounds = 0
    day.later(6 * 3600)
    for _ in range(int(20 * 3600 / 300)):
        day.later(300)
        rounds += "round" in day.do()
    assert rounds == 1


def test_the_wait_never_oversleeps_the_opening_of_the_window() -> None:
    """Five minutes before 15:00 the slow interval must not hide it: a minute is the longest wait."""
    day = Day("2026-07-06 14:55")
    day.do()
    for _ in range(5):
        assert 0 < day.rota.wait(day.wall, day.mono) <= 60
        day.later(60)
        day.do()
    assert _in_window(day.wall)
    day.later(60)
    assert "quick" in day.do()

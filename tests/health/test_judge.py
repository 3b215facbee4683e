"""What is told of a source, and when: once, its end once, and nothing for a poll never made."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.domain.records import Listing
from monitor.health import STALE_AFTER, Look, State, compare, judge, open_verdict

START = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)


def play(*polls: str, aspect: str = "quick", every: int = 60) -> tuple[State, list[str]]:
    """Verdicts, each `verdict` or `aspect:verdict`, one after the other → (state, what was told at which)."""
    state: State = {}
    told = []
    for number, poll in enumerate(polls, 1):
        name, _, verdict = poll.rpartition(":")
        at = START + timedelta(seconds=every * number)
        state, tellings = judge(
            state, Look(aspect=name or aspect, verdict=verdict, started_at=at, ended_at=at)
        )
        told += [
            f"{number} {'end of ' if telling.recovered else ''}{telling.verdict}" for telling in tellings
        ]
    return state, told


@pytest.mark.parametrize(
    "verdict", ["empty", "shrunk", "drifted", "stale", "blocked", "certificate", "wedged"]
)
def test_blindness_is_told_at_the_first_poll_once_and_its_end_once(verdict: str) -> None:
    assert play(verdict, verdict, verdict, "ok", "ok")[1] == [f"1 {verdict}", f"4 end of {verdict}"]


@pytest.mark.parametrize("verdict", ["down", "busy", "limited", "refused", "garbled", "fault"])
def test_what_may_pass_is_told_at_the_third_poll_in_a_row(verdict: str) -> None:
    assert play(verdict, verdict, "ok")[1] == []
    assert play(*[verdict] * 5, "ok")[1] == [f"3 {verdict}", f"6 end of {verdict}"]


def test_slow_polls_tell_an_outage_after_ten_minutes() -> None:
    assert play("down", "down", every=700)[1] == ["2 down"]


def test_a_poll_never_made_is_neither_failure_nor_recovery() -> None:
    state, told = play("down", "backing-off", "backing-off", "backing-off", "down")
    assert told == []
    assert play("down", "down", "down", "backing-off", "backing-off")[1] == ["3 down"]
    assert state["reach"]["count"] == 2


def test_an_outage_that_keeps_us_away_is_told_while_we_stay_away() -> None:
    assert play("limited", *["backing-off"] * 12)[1] == ["11 limited"]


def test_a_worse_verdict_within_an_outage_is_told_too_and_the_end_names_both() -> None:
    assert play("down", "down", "down", "busy", "blocked", "ok")[1] == [
        "3 down",
        "5 blocked",
        "6 end of down, blocked",
    ]


def test_an_answer_with_wrong_content_ends_the_outage_but_not_its_own_trouble() -> None:
    told = play("down", "down", "down", "shrunk", "down", "shrunk", "ok")[1]
    assert told == ["3 down", "4 shrunk", "4 end of down", "7 end of shrunk"]


def test_other_work_going_well_does_not_end_trouble_with_the_list_nor_the_other_way_round() -> None:
    alternating = ["background:drifted", "quick:ok"] * 4
    assert play(*alternating, "background:ok")[1] == ["1 drifted", "9 end of drifted"]
    assert play("sweep:drifted", "quick:ok", "sweep:drifted", "quick:ok", "sweep:ok")[1] == [
        "1 drifted",
        "5 end of drifted",
    ]


def test_a_quick_poll_shows_that_the_host_is_back_after_a_failed_sweep() -> None:
    assert play("sweep:blocked", "quick:ok")[1] == ["1 blocked", "2 end of blocked"]


def test_the_open_verdict_is_the_told_one() -> None:
    assert open_verdict(play("down", "down")[0]) == ""
    assert open_verdict(play("down", "down", "down")[0]) == "down"
    assert open_verdict(play("down", "down", "down", "ok")[0]) == ""


def weekday(day: date) -> bool:
    return day.weekday() < 5


def listing(total: int, **more: object) -> Listing:
    return Listing(scope="1", total=total, newest="a", **more)  # type: ignore[arg-type]


def verdicts(*looks: tuple[float, Listing]) -> list[str]:
    """(days from the start, listing) … → verdicts."""
    memory: State = {}
    found = []
    for days, seen in looks:
        memory, verdict, _ = compare(memory, seen, START + timedelta(days=days), weekday)
        found.append(verdict)
    return found


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [(10, 7, "ok"), (10, 6, "shrunk"), (1000, 980, "ok"), (1000, 979, "shrunk"), (1000, 1, "shrunk")],
)
def test_a_list_that_lost_more_than_three_rows_and_two_percent_has_shrunk(
    before: int, after: int, verdict: str
) -> None:
    assert verdicts((0, listing(before)), (0, listing(after)), (0, listing(before))) == ["ok", verdict, "ok"]


def test_rows_lost_a_few_at_a_time_add_up() -> None:
    looks = [(0, listing(1000 - 15 * step)) for step in range(3)]
    assert verdicts(*looks) == ["ok", "ok", "shrunk"]


def test_a_shorter_list_is_believed_after_a_week() -> None:
    looks = [(0, listing(1000)), (1, listing(900)), (7.9, listing(900)), (8.1, listing(900))]
    assert verdicts(*looks) == ["ok", "shrunk", "shrunk", "ok"]


def test_asking_for_other_boards_is_no_shrinking() -> None:
    both = Listing(scope="1,2", total=2000, newest="a")
    assert verdicts((0, both), (0, listing(1000))) == ["ok", "ok"]


def test_a_value_every_row_had_may_be_missing_in_one_of_twenty_newest_but_not_in_more() -> None:
    def filled(share: float, rows: int = 50) -> tuple[float, Listing]:
        return 0, listing(100, sample=rows, filled={"planIssueCapital": share, "s_province": 0.6})

    assert verdicts(filled(1.0), filled(0.96)) == ["ok", "ok"]
    assert verdicts(filled(1.0), filled(0.94), filled(0.94), filled(1.0)) == [
        "ok",
        "drifted",
        "drifted",
        "ok",
    ]
    assert verdicts(filled(1.0), filled(0.5, rows=10)) == ["ok", "ok"]


def test_a_whole_market_in_which_nothing_moves_for_long_is_stale() -> None:
    """Friday 2026-07-03 is day -3; weekends do not count."""
    calendar_days = 14  # ten trading days on from a Monday
    assert STALE_AFTER == 10
    assert verdicts(
        (0, listing(1000)), (calendar_days, listing(1000)), (calendar_days + 1, listing(1000))
    ) == [
        "ok",
        "ok",
        "stale",
    ]
    assert verdicts((0, listing(100)), (60, listing(100))) == ["ok", "ok"]

"""(known, seen) → events: milestones as run-length collapse, corrections, baseline, documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.events import EventKind
from monitor.domain.records import StatusRow
from monitor.domain.stages import State
from monitor.domain.timeline import live_after_baseline
from tests.domain.timelines import SIGHT, START, Log, row, told

MILESTONE, STEP = EventKind.MILESTONE, EventKind.REVIEW_STEP

_STATES = st.sampled_from(["1", "2", "3/1", "3/6", "4", "5/1", "7", "7/1", "8", "77"])
_REASONS = st.sampled_from(["", "", "财报过期", "恢复审核"])


@st.composite
def timelines(draw: st.DrawFn) -> list[StatusRow]:
    """Rows oldest first; posting times may coincide, decisions and printed dates may lie anywhere."""
    rows: list[StatusRow] = []
    day = 0
    for number in range(draw(st.integers(1, 10))):
        day += draw(st.integers(0, 3))
        dated = START.date() + timedelta(days=draw(st.integers(-5, 20)))
        state, reason = draw(_STATES), draw(_REASONS)
        rows.append(row(f"id{number}", state, day, reason=reason, dated=dated, decided=0))
    return rows


def _collapsed(rows: list[StatusRow]) -> list[tuple[State, date, str, str]]:
    """The milestones by their definition, written independently of the diff."""
    runs = [list(run) for _, run in groupby(rows, key=lambda item: item.state)]
    return [
        (
            run[0].state,
            run[0].date,
            run[0].item_id,
            "\n".join(dict.fromkeys(item.reason for item in run if item.reason)),
        )
        for run in runs
    ]


def _milestones(log: Log) -> list[tuple[State | None, date | None, str, str]]:
    return [
        (event.state, event.date, event.id.rsplit("/", 1)[1], event.reason) for event in log.of(MILESTONE)
    ]


@settings(max_examples=150, deadline=None)
@given(timelines(), st.data())
def test_rows_revealed_in_any_grouping_give_the_milestones_of_all_at_once(
    rows: list[StatusRow], data: st.DataObject
) -> None:
    """Polling often or seldom: the same milestones with their own dates, in order, reasons joined."""
    cuts = data.draw(st.lists(st.integers(1, len(rows)), max_size=6).map(sorted))
    log, at_once = Log(), Log()
    at_once.read(rows)
    for cut in (*cuts, len(rows)):
        log.read(rows[:cut])
        assert log.read(rows[:cut]) == [], "polling twice adds nothing"
    assert _milestones(log) == _milestones(at_once) == _collapsed(rows)
    heads = {item for _, _, item, _ in _collapsed(rows)}
    steps = {event.id.rsplit("/", 1)[1] for event in log.of(STEP)}
    assert steps == {item.item_id for item in rows} - heads
    assert {known.row.item_id for known in log.known if known.milestone} == heads
    assert not log.of(EventKind.CORRECTION)


@settings(max_examples=60, deadline=None)
@given(timelines(), st.integers(0, 10))
def test_a_baseline_makes_the_leading_rows_quiet_and_no_other_difference(
    rows: list[StatusRow], quiet: int
) -> None:
    """`live_after` changes only which events are marked as baseline."""
    loud, calm = Log(), Log()
    loud.read(rows)
    calm.read(rows, live_after=quiet)
    assert [replace(event, baseline=False) for event in calm.events.values()] == list(loud.events.values())
    positions = {item.item_id: place for place, item in enumerate(rows)}
    for event in calm.events.values():
        assert event.baseline == (positions[event.id.rsplit("/", 1)[1]] < quiet)


def test_acceptance_is_the_first_milestone_and_carries_what_tutoring_took() -> None:
    """`extra` belongs to the acceptance alone."""
    log = Log()
    log.read([row("a", "1", 0), row("b", "2", 20)], extra={"tutoring_days": 211})
    first, second = log.of(MILESTONE)
    assert (first.state, first.date, first.details["tutoring_days"]) == (State("1"), date(2026, 3, 2), 211)
    assert "tutoring_days" not in second.details
    assert (second.details["days_since_acceptance"], second.details["days_since_previous"]) == (20, 20)
    assert (second.details["previous_stage"], second.details["sponsors"]) == ("已受理", "示例证券")


def test_a_repeated_state_is_a_review_step_and_a_return_to_a_stage_a_milestone() -> None:
    """Second inquiry: a step; suspension, resumption: milestones like any other."""
    log = Log()
    rows = [row("a", "1", 0), row("b", "2", 5), row("c", "2", 9), row("d", "7/1", 30), row("e", "2", 60)]
    log.read(rows)
    assert told(log.events.values()) == [
        ("milestone", "1", "2026-03-02"),
        ("milestone", "2", "2026-03-07"),
        ("review_step", "2", "2026-03-11"),
        ("milestone", "7/1", "2026-04-01"),
        ("milestone", "2", "2026-05-01"),
    ]
    assert all("unusual_move" not in event.details for event in log.events.values())


def test_a_milestone_is_dated_by_the_exchange_not_by_its_posting() -> None:
    """注册生效 of 24 June posted on the 29th: three fields, never mixed."""
    log = Log()
    approval = row("b", "5/1", 10, dated=date(2026, 3, 7))
    log.read([row("a", "4", 0), approval])
    event = log.of(MILESTONE)[1]
    assert event.date == date(2026, 3, 7)
    assert event.published_at == datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
    assert event.first_seen_at == SIGHT.at


def test_several_milestones_between_two_polls_are_all_told_in_order() -> None:
    """A month without polls loses none."""
    log = Log()
    log.read([row("a", "1", 0)])
    added = log.read([row("a", "1", 0), row("b", "2", 3), row("c", "3/1", 20), row("d", "4", 22)])
    assert told(added) == [
        ("milestone", "2", "2026-03-05"),
        ("milestone", "3/1", "2026-03-22"),
        ("milestone", "4", "2026-03-24"),
    ]


def test_order_is_publication_then_decision_then_as_given() -> None:
    """Two rows posted in one second stand in the order they were decided."""
    log = Log()
    log.read([row("late", "2", 5, decided=4), row("early", "7", 5, decided=3), row("a", "1", 0)])
    assert [event.id.rsplit("/", 1)[1] for event in log.of(MILESTONE)] == ["a", "early", "late"]


def test_a_reason_on_a_repeating_row_is_added_to_its_milestone() -> None:
    """The decision came without its reason; the reason follows and says which milestone it belongs to."""
    log = Log()
    log.read([row("a", "1", 0), row("b", "7", 5)])
    added = log.read([row("a", "1", 0), row("b", "7", 5), row("c", "7", 6, reason="财务资料过期")])
    assert told(added) == [("reason_added", "7", "2026-03-07"), ("review_step", "7", "2026-03-08")]
    assert added[0].reason == "财务资料过期"
    assert [event.reason for event in log.of(MILESTONE)] == ["", "财务资料过期"]


def test_the_same_reason_twice_is_said_once() -> None:
    """Reasons are joined without repetition, in order."""
    log = Log()
    log.read([row("a", "7", 0, reason="甲"), row("b", "7", 1, reason="甲"), row("c", "7", 2, reason="乙")])
    assert [event.reason for event in log.of(MILESTONE)] == ["甲\n乙"]


def test_an_unknown_code_is_a_milestone_that_shows_it() -> None:
    """Never a guess, never dropped: the raw pair stands in the event."""
    log = Log()
    log.read([row("a", "1", 0), row("b", "77", 4), row("c", "3/8", 5)])
    strange = log.of(MILESTONE)[1:]
    assert [event.details["unknown_code"] for event in strange] == ["77", "3/8"]
    assert [event.state.stage_text for event in strange if event.state] == ["未知状态码 77", "上市委会议"]
    assert "未知状态码 77" in strange[0].id
    assert "未知结果码 8" in strange[1].id
    assert all(event.details["unusual_move"] for event in strange)


def test_a_row_the_exchange_changed_is_a_correction() -> None:
    """A restated date is told as before and after; the milestone is not told again."""
    log = Log()
    log.read([row("a", "1", 0), row("b", "2", 5)])
    restated = row("b", "2", 5, dated=date(2026, 3, 8))
    (event,) = log.read([row("a", "1", 0), restated])
    assert (event.kind, event.details["correction"]) == (EventKind.CORRECTION, "restated")
    assert (event.before, event.after) == ("已问询 2026-03-07", "已问询 2026-03-08")
    assert log.read([row("a", "1", 0), restated]) == []


def test_a_decision_the_exchange_changed_is_a_new_milestone_and_a_correction() -> None:
    """通过 turned into 暂缓: the new decision is alerted, the old one is not silently replaced."""
    log = Log()
    log.read([row("a", "2", 0), row("b", "3/1", 5)])
    added = log.read([row("a", "2", 0), row("b", "3/6", 5)])
    assert [(event.kind, event.state) for event in added] == [
        (MILESTONE, State("3", "6")),
        (EventKind.CORRECTION, State("3", "6")),
    ]
    assert added[1].before.startswith("上市委会议通过")
    assert log.read([row("a", "2", 0), row("b", "3/6", 5)]) == []


def test_a_row_missing_once_is_nothing_twice_a_withdrawal_and_back_a_restoration() -> None:
    """A slow cache node proves nothing; each word is said once."""
    log = Log()
    both = [row("a", "1", 0), row("b", "2", 5)]
    log.read(both)
    assert log.read(both[:1]) == []
    assert log.read(both) == [], "it was only late"
    assert log.read(both[:1]) == []
    (gone,) = log.read(both[:1])
    assert (gone.details["correction"], gone.before, gone.after) == ("withdrawn", "已问询 2026-03-07", "")
    assert log.read(both[:1]) == []
    (back,) = log.read(both)
    assert (back.details["correction"], back.after) == ("restored", "已问询 2026-03-07")
    assert [event.kind for event in log.events.values()].count(MILESTONE) == 2
    assert log.read(both) == []


def test_a_missing_row_still_holds_its_place_between_its_neighbours() -> None:
    """One bad reading does not make the rows around it one run."""
    log = Log()
    rows = [row("a", "2", 0), row("b", "7", 5), row("c", "2", 9)]
    log.read(rows)
    assert log.read([rows[0], rows[2], row("d", "2", 12)]) != []
    assert told(log.of(MILESTONE)) == [
        ("milestone", "2", "2026-03-02"),
        ("milestone", "7", "2026-03-07"),
        ("milestone", "2", "2026-03-11"),
    ]


def test_a_row_posted_late_between_known_ones_is_told_with_its_own_date() -> None:
    """What was put on the site afterwards under an earlier time is a milestone of its own."""
    log = Log()
    log.read([row("a", "1", 0), row("c", "4", 30)])
    added = log.read([row("a", "1", 0), row("b", "3/1", 20), row("c", "4", 30)])
    assert told(added) == [("milestone", "3/1", "2026-03-22")]
    assert added[0].details["days_since_previous"] == 20


def test_a_row_posted_late_before_the_first_of_its_run_corrects_the_date() -> None:
    """The milestone is dated by the first row of its run: an earlier first row changes that date."""
    log = Log()
    log.read([row("a", "1", 0), row("c", "2", 9)])
    late = [row("a", "1", 0), row("b", "2", 6), row("c", "2", 9)]
    (event,) = log.read(late)
    assert (event.kind, event.before, event.after) == (EventKind.CORRECTION, "2026-03-11", "2026-03-08")
    assert log.read(late) == []


def test_a_date_before_the_previous_milestone_is_marked_as_posted_late() -> None:
    """Its days are negative and said to be so."""
    log = Log()
    log.read([row("a", "1", 0), row("b", "2", 10), row("c", "5/1", 20, dated=date(2026, 3, 5))])
    facts = log.of(MILESTONE)[2].details
    assert (facts["posted_late"], facts["days_since_previous"], facts["days_since_acceptance"]) == (
        True,
        -7,
        3,
    )


def test_what_the_quiet_list_covered_ends_with_the_last_row_of_its_state() -> None:
    """Rows decided after the list's updateDate are news, whatever their posting time."""
    rows = [row("a", "1", 0), row("b", "2", 5), row("c", "2", 8, decided=6), row("d", "3/1", 20)]
    update = START + timedelta(days=6)
    assert live_after_baseline(rows, State("2"), update) == 3
    assert live_after_baseline(rows, State("2"), START + timedelta(days=5)) == 2
    assert live_after_baseline(rows, State("3", "1"), START + timedelta(days=20)) == 4
    assert live_after_baseline(rows, State("8"), START + timedelta(days=5)) == 2, "by posting time if unseen"
    assert live_after_baseline([], State("2"), update) == 0

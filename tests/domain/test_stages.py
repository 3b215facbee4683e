"""The table of stages, outcomes and legal moves."""

from __future__ import annotations

from itertools import pairwise

import pytest

from monitor.domain.stages import MOVES, OUTCOMES, STAGES, Outcome, Stage, State, is_legal_move

# A whole review as it may run, each line one path.
PATHS = [
    ["1", "2", "3/1", "4", "5/1", "6"],
    ["1", "2", "3/6", "2", "3/1", "4", "5/1"],  # 暂缓审议, asked again, passed
    ["1", "2", "3/2", "4", "10", "4", "5/2"],  # 有条件通过, 补充审核, 不予注册
    ["1", "2", "3/3", "9/4", "4", "5/1"],  # 未通过, 复审 passed
    ["1", "2", "3/3", "9/5", "8"],  # 复审 not passed
    ["1", "7/2", "1", "2", "7/1", "2", "8"],  # 中止 → 恢复, 撤回
    ["1", "2", "3/1", "7/1", "3/1", "4", "7/1", "4", "5/3"],  # suspended at every stage, 终止注册
    ["1", "8"],
    ["tutoring-filed", "tutoring-accepted", "1"],
    ["tutoring-filed", "tutoring-withdrawn", "tutoring-filed", "tutoring-accepted"],
]
ILLEGAL = [
    ("8", "2"),  # terminated is terminated
    ("8", "7"),
    ("5/1", "3/1"),
    ("1", "5/1"),
    ("1", "4"),
    ("1", "3/1"),
    ("4", "1"),
    ("6", "5/1"),
    ("tutoring-filed", "5/1"),
    ("2", "tutoring-filed"),
]


def _state(words: str) -> State:
    code, _, outcome = words.partition("/")
    return State(code, outcome)


@pytest.mark.parametrize("path", PATHS, ids="→".join)
def test_every_way_a_review_may_run_is_legal(path: list[str]) -> None:
    """Each step of a possible review is a move the table knows."""
    states = [None, *map(_state, path)]
    for before, after in pairwise(states):
        assert after is not None
        assert is_legal_move(before, after), (before, after)


@pytest.mark.parametrize(("before", "after"), ILLEGAL)
def test_what_the_rules_do_not_allow_is_marked(before: str, after: str) -> None:
    """The table is no list of everything."""
    assert not is_legal_move(_state(before), _state(after))


def test_the_review_can_end_at_any_point_before_its_end() -> None:
    """终止 may follow every stage of the exchange but 终止 itself."""
    exchange = {stage for code, stage in STAGES.items() if code.isdigit()}
    assert {stage for stage in exchange if Stage.TERMINATED in MOVES[stage]} == exchange - {Stage.TERMINATED}


def test_every_stage_has_its_moves_and_its_code() -> None:
    """A stage without a line in the table would raise in the middle of a reading."""
    assert set(MOVES) == set(Stage) == set(STAGES.values())
    assert len(STAGES) == len(Stage)
    assert set(OUTCOMES.values()) == set(Outcome)


@pytest.mark.parametrize(
    ("state", "stage", "outcome", "known"),
    [
        ("3/1", "上市委会议", "上市委会议通过", True),
        ("9/5", "复审委会议", "未通过", True),
        ("7", "中止", "", True),
        ("5/3", "注册结果", "终止注册", True),
        ("77", "未知状态码 77", "", False),
        ("3/8", "上市委会议", "未知结果码 8", False),
        ("5/6", "注册结果", "未知结果码 6", False),
        ("77/1", "未知状态码 77", "未知结果码 1", False),
    ],
)
def test_a_state_is_named_in_the_exchanges_words_or_shown_raw(
    state: str, stage: str, outcome: str, known: bool
) -> None:
    """An outcome belongs to its stage: 6 is 暂缓审议 at the committee and unknown at registration."""
    read = _state(state)
    assert (read.stage_text, read.outcome_text, read.known) == (stage, outcome, known)


def test_an_unknown_code_is_never_a_legal_move_and_the_first_stage_always_is() -> None:
    """A project first seen late in its review is nothing unusual."""
    assert not is_legal_move(State("1"), State("77"))
    assert not is_legal_move(State("77"), State("2"))
    assert not is_legal_move(None, State("77"))
    assert is_legal_move(None, State("4"))

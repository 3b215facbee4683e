"""The review stages, their outcomes and the table of legal moves.

Rule: the exchange's own code pair (status, outcome) is the identity; our words only name it.
Rule: an unknown code keeps its raw value and gets a name that shows it; nothing falls into "else".
Source of the tables: the exchange's page script; a fixture proves each entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """A review stage; the value is the exchange's own word."""

    ACCEPTED = "已受理"
    INQUIRY = "已问询"
    COMMITTEE = "上市委会议"
    SUBMITTED = "提交注册"
    REGISTRATION = "注册结果"
    ISSUED = "已发行"
    SUSPENDED = "中止"
    TERMINATED = "终止"
    REEXAMINATION = "复审委会议"
    SUPPLEMENTARY = "补充审核"
    # Tutoring (辅导) happens at the regulator, before any exchange sees the company.
    TUTORING_FILED = "辅导备案"
    TUTORING_ACCEPTED = "辅导验收"
    TUTORING_WITHDRAWN = "撤回辅导备案"


class Outcome(StrEnum):
    """What a stage decided; the value is the exchange's own word."""

    COMMITTEE_PASSED = "上市委会议通过"
    CONDITIONAL = "有条件通过"
    NOT_PASSED = "未通过"
    DEFERRED = "暂缓审议"
    REEXAMINATION_PASSED = "通过"
    REGISTERED = "注册生效"
    REFUSED = "不予注册"
    REGISTRATION_TERMINATED = "终止注册"
    FINANCIALS_UPDATE = "财报更新"
    OTHER_MATTERS = "其他事项"


# The way of a review, from the tutoring to the first day of trading, then the ways out of it.
ROAD: tuple[Stage, ...] = (
    Stage.TUTORING_FILED,
    Stage.TUTORING_ACCEPTED,
    Stage.ACCEPTED,
    Stage.INQUIRY,
    Stage.COMMITTEE,
    Stage.REEXAMINATION,
    Stage.SUPPLEMENTARY,
    Stage.SUBMITTED,
    Stage.REGISTRATION,
    Stage.ISSUED,
    Stage.SUSPENDED,
    Stage.TERMINATED,
    Stage.TUTORING_WITHDRAWN,
)

STAGES: dict[str, Stage] = {
    "1": Stage.ACCEPTED,
    "2": Stage.INQUIRY,
    "3": Stage.COMMITTEE,
    "4": Stage.SUBMITTED,
    "5": Stage.REGISTRATION,
    "6": Stage.ISSUED,
    "7": Stage.SUSPENDED,
    "8": Stage.TERMINATED,
    "9": Stage.REEXAMINATION,
    "10": Stage.SUPPLEMENTARY,
    # Our own codes: the regulator's page prints words, not numbers.
    "tutoring-filed": Stage.TUTORING_FILED,
    "tutoring-accepted": Stage.TUTORING_ACCEPTED,
    "tutoring-withdrawn": Stage.TUTORING_WITHDRAWN,
}

OUTCOMES: dict[tuple[str, str], Outcome] = {
    ("3", "1"): Outcome.COMMITTEE_PASSED,
    ("3", "2"): Outcome.CONDITIONAL,
    ("3", "3"): Outcome.NOT_PASSED,
    ("3", "6"): Outcome.DEFERRED,
    ("9", "4"): Outcome.REEXAMINATION_PASSED,
    ("9", "5"): Outcome.NOT_PASSED,
    ("5", "1"): Outcome.REGISTERED,
    ("5", "2"): Outcome.REFUSED,
    ("5", "3"): Outcome.REGISTRATION_TERMINATED,
    ("7", "1"): Outcome.FINANCIALS_UPDATE,
    ("7", "2"): Outcome.OTHER_MATTERS,
}


@dataclass(frozen=True, slots=True, order=True)
class State:
    """One (status, outcome) pair as the exchange codes it; `outcome_code` is "" while undecided."""

    code: str
    outcome_code: str = ""

    @property
    def stage(self) -> Stage | None:
        """The named stage, or None when the code is unknown to us."""
        return STAGES.get(self.code)

    @property
    def outcome(self) -> Outcome | None:
        """The named outcome, or None when there is none or its code is unknown."""
        return OUTCOMES.get((self.code, self.outcome_code))

    @property
    def known(self) -> bool:
        """Whether both codes are in our tables."""
        return self.stage is not None and (not self.outcome_code or self.outcome is not None)

    @property
    def stage_text(self) -> str:
        """The exchange's word for the stage; an unknown code is shown raw."""
        return self.stage.value if self.stage else f"未知状态码 {self.code}"

    @property
    def outcome_text(self) -> str:
        """The exchange's word for the outcome, "" when there is none; an unknown code is shown raw."""
        if not self.outcome_code:
            return ""
        return self.outcome.value if self.outcome else f"未知结果码 {self.outcome_code}"


_SUSPENSION = {Stage.SUSPENDED, Stage.TERMINATED}
_EARLIER = {Stage.ACCEPTED, Stage.INQUIRY, Stage.COMMITTEE, Stage.SUBMITTED, Stage.SUPPLEMENTARY}

# Termination and suspension may come at any point before the end; after a suspension (中止→恢复) the
# review returns to whichever stage it stood at.
MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.TUTORING_FILED: frozenset(
        {Stage.TUTORING_ACCEPTED, Stage.TUTORING_WITHDRAWN, Stage.TUTORING_FILED, Stage.ACCEPTED}
    ),
    Stage.TUTORING_ACCEPTED: frozenset({Stage.ACCEPTED, Stage.TUTORING_FILED, Stage.TUTORING_WITHDRAWN}),
    Stage.TUTORING_WITHDRAWN: frozenset({Stage.TUTORING_FILED}),
    Stage.ACCEPTED: frozenset({Stage.INQUIRY} | _SUSPENSION),
    Stage.INQUIRY: frozenset({Stage.COMMITTEE} | _SUSPENSION),
    Stage.COMMITTEE: frozenset(
        {Stage.COMMITTEE, Stage.INQUIRY, Stage.SUBMITTED, Stage.REEXAMINATION} | _SUSPENSION
    ),
    Stage.REEXAMINATION: frozenset({Stage.SUBMITTED, Stage.INQUIRY, Stage.COMMITTEE} | _SUSPENSION),
    Stage.SUBMITTED: frozenset(
        {Stage.REGISTRATION, Stage.SUPPLEMENTARY, Stage.COMMITTEE, Stage.INQUIRY} | _SUSPENSION
    ),
    Stage.SUPPLEMENTARY: frozenset({Stage.SUBMITTED, Stage.COMMITTEE, Stage.INQUIRY} | _SUSPENSION),
    # A late re-posting of 提交注册 after 注册生效 occurs in real timelines.
    Stage.REGISTRATION: frozenset({Stage.REGISTRATION, Stage.SUBMITTED, Stage.ISSUED} | _SUSPENSION),
    Stage.ISSUED: frozenset({Stage.TERMINATED}),
    Stage.SUSPENDED: frozenset({Stage.SUSPENDED, Stage.TERMINATED, Stage.REGISTRATION} | _EARLIER),
    Stage.TERMINATED: frozenset(),
}


def is_legal_move(before: State | None, after: State) -> bool:
    """Whether the rules know this move; an unknown code is never legal, the first stage always is."""
    if after.stage is None:
        return False
    if before is None:
        return True
    if before.stage is None:
        return False
    return after.stage in MOVES[before.stage]


_MAIN_ROAD = (
    Stage.ACCEPTED,
    Stage.INQUIRY,
    Stage.COMMITTEE,
    Stage.SUBMITTED,
    Stage.REGISTRATION,
    Stage.ISSUED,
)


def skips_forward(before: State, after: State) -> bool:
    """Whether stages of the main road were passed without a row of their own: no reason for doubt."""
    if before.stage not in _MAIN_ROAD or after.stage not in _MAIN_ROAD:
        return False
    return _MAIN_ROAD.index(before.stage) < _MAIN_ROAD.index(after.stage)

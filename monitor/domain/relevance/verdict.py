"""What the relevance grader is told and what it answers.

Rule: every verdict carries the words that decided it, so a reader can disagree with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.grades import Grade


class EvidenceKind(StrEnum):
    """Where a proof comes from, strongest first."""

    PIN = "pin"
    REGISTRY = "registry"
    MAIN_BUSINESS = "main_business"
    DESCRIPTION = "description"
    PROJECT_TITLE = "project_title"
    NAME_WORD = "name_word"
    INDUSTRY_CODE = "industry_code"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One word and the sentence it was read in; `grade` is what this proof alone would say."""

    kind: EvidenceKind
    grade: Grade
    word: str
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """An operator's own verdict, which wins over every computed one."""

    grade: Grade
    by: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """Everything known of an issuer at the time; only the name is required."""

    name: str
    aliases: tuple[str, ...] = ()
    industry_code: str = ""
    project_title: str = ""
    description: str = ""
    business_text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A grade, how sure we are that the issuer makes AI chips (0 to 1), and the proof."""

    grade: Grade
    score: float
    evidence: tuple[Evidence, ...]
    pinned: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class GradeChange:
    """A grade that moved, with the sentence an event can print as its reason."""

    before: Grade
    after: Grade
    reason: str
    evidence: tuple[Evidence, ...]

    @property
    def rose(self) -> bool:
        """The issuer is nearer to AI chips than was known before."""
        return self.after.rank > self.before.rank


def grade_change(before: Verdict | None, after: Verdict) -> GradeChange | None:
    """A verdict of another grade, or newly pinned or unpinned, is a change that says what decided it."""
    if before is None:
        before = Verdict(grade=Grade.NO, score=0.0, evidence=())
    if before.grade is after.grade and before.pinned == after.pinned:
        return None
    known = set(before.evidence)
    deciding = tuple(e for e in after.evidence if e.grade is after.grade)
    fresh = tuple(e for e in deciding if e not in known) or deciding
    return GradeChange(
        before=before.grade, after=after.grade, reason=_reason(before, after, fresh), evidence=fresh
    )


def _reason(before: Verdict, after: Verdict, proof: tuple[Evidence, ...]) -> str:
    moved = f"{before.grade} → {after.grade}"
    if after.pinned and proof:
        return f"{moved}: pinned by the operator ({proof[0].sentence or proof[0].word})"
    lifted = "pin removed; " if before.pinned else ""
    if not proof:
        return f"{moved}: {lifted}the earlier proof no longer holds"
    first = proof[0]
    return f"{moved}: {lifted}{first.kind.value.replace('_', ' ')} says “{first.word}” in “{first.sentence}”"

"""Decides whether an issuer makes GPU or AI chips, from what is known of it at the time, with the proof.

`grade` is the package's whole use: facts in, verdict with words and sentences out.
Rule: pure, standard library only.
"""

from __future__ import annotations

from monitor.domain.grades import Grade
from monitor.domain.relevance.verdict import (
    Evidence,
    EvidenceKind,
    Facts,
    GradeChange,
    Pin,
    Verdict,
    grade_change,
)

__all__ = [
    "Evidence",
    "EvidenceKind",
    "Facts",
    "Grade",
    "GradeChange",
    "Pin",
    "Verdict",
    "grade",
    "grade_change",
]

# `grade` stands last: it reads the registry, which itself needs the names above.
from monitor.domain.relevance.grade import grade

"""The three grades of relevance, apart from everything that assigns them.

Rule: the label rule behind them is written in docs/relevance.md.
"""

from __future__ import annotations

from enum import StrEnum


class Grade(StrEnum):
    """How near an issuer's own business is to GPU and AI chips."""

    AI_CHIP = "ai_chip"
    RELATED = "related"
    NO = "no"

    @property
    def rank(self) -> int:
        """A higher number is nearer to AI chips, so that grades can rise and fall."""
        return {Grade.NO: 0, Grade.RELATED: 1, Grade.AI_CHIP: 2}[self]

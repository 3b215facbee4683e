"""Whether a list row that goes back to something older is believed: only when two polls in a row show it.

Rule: forward news is believed at once; a stale cache node must not undo it, nor tell it twice.
Rule: kept in memory alone: after a restart the two polls are counted anew.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime

_Key = tuple[str, str]  # source, project key
_Row = tuple[str, datetime]  # digest, the exchange's own time of the change
_REMEMBERED = 8


class Reversals:
    """What each project's row was before, and which step back has been seen once."""

    def __init__(self) -> None:
        self._left: dict[_Key, deque[str]] = {}
        self._once: dict[_Key, str] = {}

    def doubted(self, source: str) -> set[str]:
        """Projects of a source whose row was seen to step back once."""
        return {key for name, key in self._once if name == source}

    def believe(self, project: _Key, known: _Row, seen: _Row) -> bool:
        """False when the row says nothing new: the same again, or a first step back."""
        if seen[0] == known[0]:
            self._once.pop(project, None)
            return False
        # An older updateDate alone is no step back: the exchange moves it in both directions.
        back = seen[0] in self._left.get(project, ())
        if back and self._once.get(project) != seen[0]:
            self._once[project] = seen[0]
            return False
        self._once.pop(project, None)
        self._left.setdefault(project, deque(maxlen=_REMEMBERED)).append(known[0])
        return True

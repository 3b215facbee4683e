"""The first, quiet reading of a source: where it ended, and what it already covered.

Rule: what was published before its end is history and told to nobody; what came after is news.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from monitor.domain.records import ProjectRecord, StatusRow
from monitor.domain.stages import State
from monitor.domain.timeline import in_publication_order, live_after_baseline
from monitor.store.project_rows import newest_change
from monitor.store.tables import ProjectRow, SourceRow

# A list whose newest change is older than this against our clock is a recording being played back.
_PLAYBACK = timedelta(days=4)
_CST = timedelta(hours=8)


def end_baseline(session: Session, source: str, boards: Sequence[str], fetched_at: datetime) -> None:
    """Put down that the reading begun at `fetched_at` is complete; a recording ends with its newest day."""
    newest = newest_change(session, source)
    boundary = fetched_at
    if newest is not None and fetched_at - newest > _PLAYBACK:
        boundary = (newest + _CST).replace(hour=23, minute=59, second=59) - _CST
    if newest is not None and newest - fetched_at > _PLAYBACK:
        boundary = newest  # the host's clock is far behind its own rows: they are no news
    row = session.get(SourceRow, source) or SourceRow(name=source)
    row.baseline_at = row.baseline_at or fetched_at
    memory = {
        "baseline_boundary": boundary.isoformat(),
        "played_back": boundary < fetched_at,
    } | dict(row.memory)
    row.memory = memory | {"boards": sorted({*row.memory.get("boards", []), *boards})}
    session.add(row)


def boundary_of(session: Session, source: str) -> datetime | None:
    """When the first reading ended, aware UTC; None while it is under way."""
    return _boundary(_memory(session, source))


def _memory(session: Session, source: str) -> Mapping[str, Any]:
    row = session.get(SourceRow, source)
    return row.memory if row else {}


def _boundary(memory: Mapping[str, Any]) -> datetime | None:
    text = memory.get("baseline_boundary", "")
    return datetime.fromisoformat(text) if text else None


def live_after(
    session: Session, row: ProjectRow, project: ProjectRecord, seen: Sequence[StatusRow]
) -> int | None:
    """How many leading rows the first, quiet reading of the market already covered; None: not one.

    A project first read hours after the market was may have moved meanwhile, with or without its list row.
    """
    if row.baseline_code is None or row.baseline_updated_at is None:
        return None
    memory = _memory(session, row.source)
    boundary = _boundary(memory)
    if boundary is None:
        return len(seen)  # that reading is still under way
    state = State(row.baseline_code, row.baseline_outcome_code or "")
    played_back = bool(memory.get("played_back"))
    if played_back and (project.state, project.updated_at) != (state, row.baseline_updated_at):
        return live_after_baseline(seen, state, row.baseline_updated_at)
    covered = 0
    for status in in_publication_order(seen):
        # Of a recording our clock says nothing: there the time of decision tells as well.
        if status.published_at > boundary and not (played_back and status.decided_at <= boundary):
            break
        covered += 1
    return covered

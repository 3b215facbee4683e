"""Which project is read next: changed ones first, then the followed, then the rest; a failed one later.

Rule: a project leaves the queue once its timeline shows what the list shows, or after too many readings.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlmodel import col, func, select

from monitor.domain.records import StatusRow
from monitor.domain.stages import State
from monitor.domain.timeline import in_publication_order
from monitor.store.database import Database
from monitor.store.project_rows import newest_change
from monitor.store.tables import ProjectRow

CHANGED, FOLLOWED, FILL_IN = 3, 2, 1  # refresh priorities
_LAG_FIRST, _LAG_MOST = timedelta(minutes=1), timedelta(hours=1)
_RETRY_FIRST, _RETRY_MOST = timedelta(minutes=5), timedelta(hours=6)
_LAG_READINGS = 8  # after that the project waits for its next change or the nightly round


class Refreshes:
    """The queue of projects whose timeline and documents are to be read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, source: str, now: datetime, but: Collection[str] = ()) -> str | None:
        """The project whose timeline and documents are to be read next, none of `but`; or None."""
        with self._database.read() as session:
            return session.exec(
                select(ProjectRow.key)
                .where(
                    ProjectRow.source == source,
                    ProjectRow.refresh_priority > 0,
                    col(ProjectRow.key).not_in(but),
                    (col(ProjectRow.refresh_not_before).is_(None))
                    | (col(ProjectRow.refresh_not_before) <= now)
                    # Nothing is put off longer: our clock was set back since.
                    | (col(ProjectRow.refresh_not_before) > now + _RETRY_MOST),
                )
                .order_by(
                    col(ProjectRow.refresh_priority).desc(),
                    col(ProjectRow.updated_at).desc(),
                    col(ProjectRow.key),
                )
                .limit(1)
            ).first()

    def waiting(self, source: str) -> tuple[int, int]:
        """(projects due or waiting for a refresh, projects in all)."""
        with self._database.read() as session:
            mine = select(func.count()).select_from(ProjectRow).where(ProjectRow.source == source)
            return session.exec(mine.where(ProjectRow.refresh_priority > 0)).one(), session.exec(mine).one()

    def read(self, source: str, key: str, now: datetime, *, failed: bool) -> int:
        """Mark a project read, or failed and to be tried again later; return its lag in readings."""
        with self._database.write() as session:
            row = session.get_one(ProjectRow, (source, key))
            if failed:
                _wait_longer(row, now, _RETRY_FIRST, _RETRY_MOST)
            else:
                row.refreshed_at = now
            if row.lag_count == 0 or row.lag_count >= _LAG_READINGS:
                row.refresh_priority, row.refresh_not_before = 0, None
            session.add(row)
            return row.lag_count

    def queue(self, source: str, *, terminal: Sequence[str], recent: timedelta, others: int) -> int:
        """Queue projects under review, those finished within `recent`, and the `others` longest unread.

        `recent` counts back from the newest change of the whole list: the exchange's time, not ours.
        """
        with self._database.write() as session:
            newest = newest_change(session, source)
            if newest is None:
                return 0
            mine = select(ProjectRow).where(ProjectRow.source == source, ProjectRow.refresh_priority == 0)
            finished = col(ProjectRow.code).in_(list(terminal))
            lively = session.exec(
                mine.where(~finished | (col(ProjectRow.updated_at) >= newest - recent))
            ).all()
            stale = session.exec(
                mine.where(finished).order_by(col(ProjectRow.refreshed_at)).limit(others)
            ).all()
            queued = {row.key: row for row in (*lively, *stale)}
            for row in queued.values():
                row.refresh_priority = FILL_IN
                session.add(row)
            return len(queued)

    def newest_change(self, source: str) -> datetime | None:
        """The newest updateDate of the whole list, aware UTC."""
        with self._database.read() as session:
            return newest_change(session, source)


def note_lag(
    row: ProjectRow, state: State, seen: Sequence[StatusRow], now: datetime, *, doubted: bool = False
) -> None:
    """The list may show a decision before the timeline publishes it: then read the timeline again.

    So, too, when the reading is `doubted`: a row was missing, and a second reading tells if it is withdrawn.
    """
    newest = in_publication_order(seen)[-1:]
    decided = sorted(seen, key=lambda item: item.decided_at)[-1:]
    if not doubted and any(item.state == state for item in (*newest, *decided)):
        row.lag_count, row.refresh_not_before = 0, None
        return
    _wait_longer(row, now, _LAG_FIRST, _LAG_MOST)


def _wait_longer(row: ProjectRow, now: datetime, first: timedelta, most: timedelta) -> None:
    row.refresh_not_before = now + min(first * 2 ** min(row.lag_count, 10), most)
    row.lag_count = min(row.lag_count + 1, 20)

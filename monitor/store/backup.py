"""A consistent copy of a SQLite database while the daemon writes, and what a restored copy does at its start.

Rule: the copy appears under its name only when it is whole, checked and on the disk.
Rule: a copy says when it was made; started again, it takes what happened in between for possibly told.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update
from sqlmodel import Session, col, select

from monitor.domain.errors import DiskFull, StoreError
from monitor.store.database import Database
from monitor.store.tables import DeliveryRow, EventRow, SourceRow

_GAP = "restored"  # in a source's memory: [made at, first started again at]
_UNDATED_FOR = timedelta(days=1)  # so long, news without a date may be from the gap
_OPEN = ("pending", "sending", "unresolved", "suspended")


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """One finished copy."""

    path: Path
    bytes: int
    events: int


def back_up(source: Path, target: Path, made_at: datetime) -> Backup:
    """Copy the database `source` to the file `target`, replacing an older copy there only at the very end.

    Raises StoreError when either cannot be used or the copy does not pass its integrity check.
    """
    if not source.is_file():
        raise StoreError(f"there is no database at {source}")
    if target.exists() and target.samefile(source):
        raise StoreError(f"{target} is the database itself: name another file")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        events = _copied(source, part, made_at)
        _synced(part)
        size = part.stat().st_size
        part.replace(target)
        _synced(target.parent)
    except (OSError, sqlite3.Error) as exc:
        full = "full" in str(exc) or "disk I/O" in str(exc) or getattr(exc, "errno", 0) in (27, 28, 122)
        raise (DiskFull if full else StoreError)(f"backup to {target}: {exc}") from exc
    finally:
        for left in (part, part.with_name(part.name + "-wal"), part.with_name(part.name + "-journal")):
            left.unlink(missing_ok=True)
    return Backup(path=target, bytes=size, events=events)


def _copied(source: Path, part: Path, made_at: datetime) -> int:
    with (
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as old,
        contextlib.closing(sqlite3.connect(part, isolation_level=None)) as new,
    ):
        old.execute("PRAGMA busy_timeout=60000")
        old.backup(new)  # in one step: a reader's view of one instant, whoever writes meanwhile
        new.execute("PRAGMA journal_mode=DELETE")  # one file, complete in itself
        new.execute("PRAGMA synchronous=FULL")
        # The header's free number: a live database has 0 there, a copy the second it was made.
        new.execute(f"PRAGMA user_version={int(made_at.timestamp())}")
        damage = new.execute("PRAGMA integrity_check(1)").fetchone()[0]
        orphans = new.execute("PRAGMA foreign_key_check").fetchone()
        if damage != "ok" or orphans:
            raise StoreError(f"the copy of {source} is damaged: {damage if damage != 'ok' else orphans}")
        return int(new.execute("SELECT count(*) FROM event").fetchone()[0])


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def notice_restore(database: Database, now: datetime) -> tuple[datetime, datetime] | None:
    """At the start on a restored copy: remember the gap it leaves, once; None for any other database.

    Whatever was still owed when the copy was made may have been sent since: every copy of it says so.
    """
    if not database.is_sqlite:
        return None
    with database.write() as session:
        stamp = session.connection().exec_driver_sql("PRAGMA user_version").scalar()
        if not stamp:
            return None
        made_at = datetime.fromtimestamp(int(stamp), UTC)
        for source in session.exec(select(SourceRow)):
            source.memory = {**source.memory, _GAP: [made_at.isoformat(), now.isoformat()]}
            session.add(source)
        for row in session.exec(select(DeliveryRow).where(col(DeliveryRow.state).in_(_OPEN))):
            row.marked = True
            session.add(row)
        session.connection().exec_driver_sql("PRAGMA user_version=0")
    return made_at, now


def mark_gap(session: Session, events: list[EventRow]) -> None:
    """Mark what is owed for events of a gap: the lost database may have told them already."""
    gaps: dict[str, datetime] = {}
    for name in {event.source for event in events}:
        source = session.get(SourceRow, name)
        if source is not None and _GAP in source.memory:
            gaps[name] = datetime.fromisoformat(source.memory[_GAP][1])
    doubtful = {
        event.seq for event in events if event.source in gaps and _may_be_told(event, gaps[event.source])
    }
    if doubtful:
        session.exec(update(DeliveryRow).where(col(DeliveryRow.event_seq).in_(doubtful)).values(marked=True))


def _may_be_told(event: EventRow, restored_at: datetime) -> bool:
    if event.published_at is not None:
        return event.published_at <= restored_at
    return event.first_seen_at <= restored_at + _UNDATED_FOR

"""`backup`: a checked copy of the database, made while the daemon runs."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from monitor.clock_system import SystemClock
from monitor.domain.errors import ConfigError
from monitor.settings import Settings
from monitor.store.backup import back_up
from monitor.store.database import Database


def run_backup(settings: Settings, target: Path, out: TextIO) -> int:
    """Copy the database to the file `target`, or into that folder under a name with the time; 0 when done."""
    database = Database(settings.database.url)
    path = database.path
    if path is None:
        raise ConfigError(
            [f"database.url: {database.shown} is no SQLite file; for PostgreSQL use pg_dump and pg_restore"]
        )
    now = SystemClock().now()
    if target.is_dir():
        target = target / f"{path.stem}-{now:%Y%m%dT%H%M%SZ}{path.suffix}"
    made = back_up(path, target, now)
    out.write(f"{made.path}: {made.bytes:,} bytes, {made.events:,} events, integrity checked\n")
    return 0

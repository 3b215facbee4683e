"""`status --check`: one line and an exit code for a health check; small, asks nobody, writes nothing.

Rule: alive means that a daemon holds the database and each source was read well within three intervals.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TextIO

from sqlmodel import select

from monitor.clock_system import SystemClock
from monitor.domain.calendar import TradingCalendar, load_calendar
from monitor.domain.errors import StoreError
from monitor.settings import Settings
from monitor.store.database import Database
from monitor.store.tables import SourceRow
from scrapers.registry import SOURCES

_INTERVALS = 3


def print_liveness(settings: Settings, out: TextIO) -> int:
    """0 with "alive", or 1 with everything that is wrong."""
    wrong = problems(settings, SystemClock().now())
    out.write("alive\n" if not wrong else "".join(f"{problem}\n" for problem in wrong))
    return 1 if wrong else 0


def problems(settings: Settings, now: datetime) -> list[str]:
    """What keeps this daemon from being called alive; empty when nothing does."""
    database = Database(settings.database.url)
    try:
        if database.path is not None and not database.path.exists():
            return [f"no database at {database.path}: no daemon has begun here"]
        if not database.daemon_works():
            return ["no daemon works on this database"]
        with database.read() as session:
            last_ok = {row.name: row.last_ok_at for row in session.exec(select(SourceRow))}
    except StoreError as exc:
        return [str(exc)]
    finally:
        database.close()
    calendar = load_calendar(settings.calendar.override_file)
    found = []
    for name, entry in SOURCES.items():
        section = getattr(settings.sources, name)
        known = last_ok.get(name)
        if not section.enabled or (entry.optional and known is None):
            continue
        if known is None:
            found.append(f"{name}: no poll has succeeded yet")
            continue
        patience = _patience(settings, calendar, name, known, now)
        if now - known > patience:
            found.append(f"{name}: no poll has succeeded for {now - known}, {patience} are allowed")
    return found


def _patience(
    settings: Settings, calendar: TradingCalendar, name: str, known: datetime, now: datetime
) -> timedelta:
    """Three intervals and one request's time limit; where the hours of quick polls begin, the longer ones."""
    section, star = getattr(settings.sources, name), settings.sources.sse_star
    plan = SOURCES[name].plan(section)
    quick = all(
        calendar.in_quick_window(at, star.quick_window_start, star.quick_window_end) for at in (known, now)
    )
    every = plan.quick_every if quick else max(plan.quick_every, plan.slow_every)
    return timedelta(seconds=_INTERVALS * every + section.deadline)

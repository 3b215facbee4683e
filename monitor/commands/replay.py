"""`replay` and `record`: kept answers told again from their bytes, and answers kept on request.

Rule: replay uses an empty database of its own that is gone afterwards, never the configured one.
Rule: an answer that is damaged or cannot be read is named and left out; the others still tell.
Rule: told again is what pages say; what was read out of PDFs is read again by `extract`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click
from sqlalchemy import event

from monitor.app import fetchers, open_stores
from monitor.clock_system import SystemClock
from monitor.commands.report import write_events
from monitor.desk import StoreDesk
from monitor.domain.errors import ConfigError, MonitorError, ParseError, ServerTrouble, StoreError
from monitor.logs import set_up_logging
from monitor.settings import Settings
from monitor.store.database import Database
from scrapers import archive
from scrapers.archive import Archive, Entry
from scrapers.contract import Document, Request
from scrapers.fetch import Fetcher, FetchPolicy
from scrapers.pace import Pace
from scrapers.registry import SOURCES

_T = TypeVar("_T")


class _FetchedClock:
    """Stands at the moment the answer at hand was fetched."""

    def __init__(self) -> None:
        self.at = datetime.fromtimestamp(0, UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


async def _here(fn: Callable[[], _T], /) -> _T:
    """The store's own thread is for daemons; a replay has nothing to do meanwhile."""
    return fn()


def replay_folder(folder: Path, settings: Settings, out: TextIO, *, as_json: bool) -> int:
    """Print every event the answers in `folder` tell, as the daemon that fetched them stored it.

    Health of sources and welcomes of chats are told by no answer and are not derived. Returns 1 when an
    answer was left out, each named on standard error. Raises StoreError when the folder is no archive.
    """
    set_up_logging("ERROR")  # what was odd is printed as an event
    kept = sorted((entry for entry, _ in archive.entries(folder)), key=lambda entry: entry.fetched_at)
    with tempfile.TemporaryDirectory(prefix="ipo-monitor-replay-") as scratch:
        database = Database(f"sqlite:///{scratch}/replay.db")
        event.listen(database.engine, "connect", _without_waiting_for_the_disk)
        try:
            database.migrate()
            troubles = asyncio.run(_played(folder, kept, settings, database))
            write_events(database, out, as_json=as_json)
        finally:
            database.close()
    for trouble in troubles:
        click.echo(f"left out: {trouble}", err=True)
    return 1 if troubles else 0


def _without_waiting_for_the_disk(connection: Any, _record: object) -> None:
    """A database that is thrown away need not survive a power cut."""
    connection.execute("PRAGMA synchronous=OFF").close()


async def _played(folder: Path, kept: Sequence[Entry], settings: Settings, database: Database) -> list[str]:
    clock = _FetchedClock()
    stores = open_stores(database, lambda session, rows: None, lambda issuer: False)
    players = {name: entry.playback(getattr(settings.sources, name)) for name, entry in SOURCES.items()}
    sources = {label: name for name, player in players.items() for label in player.labels}
    # A fetcher that may ask nobody: whatever is not in the folder stays unknown.
    nobody = Fetcher(FetchPolicy(origins=(), user_agent=""), Pace(clock, gap=0), clock)
    desks = {name: StoreDesk(name, nobody, stores, _here, clock) for name in SOURCES}
    troubles: list[str] = []
    with click.progressbar(
        kept, label="replaying", file=sys.stderr, hidden=not sys.stderr.isatty() or len(kept) < 100
    ) as shown:
        for entry in shown:
            if entry.verdict not in ("ok", "NotFound"):
                continue  # it told nothing when it came
            clock.at = entry.fetched_at
            name = sources.get(entry.label)
            if name is None:
                troubles.append(f"{_named(entry)}: no source knows the label {entry.label!r}")
                continue
            if entry.verdict == "NotFound":
                request = Request(
                    label=entry.label, url=entry.url, params=entry.params, expects=entry.expects
                )
                gone = Document(request=request, body=b"", fetched_at=entry.fetched_at)
                await players[name].missing(desks[name], gone)
                continue
            try:
                document = archive.read(folder, entry)
            except StoreError as exc:
                troubles.append(f"{_named(entry)}: {exc}")
                continue
            try:
                await players[name].play(desks[name], document)
            except (ParseError, ServerTrouble) as exc:
                troubles.append(f"{_named(entry)}: {exc}")
    return troubles


def _named(entry: Entry) -> str:
    return f"{entry.label} of {entry.fetched_at:%Y-%m-%dT%H:%M:%SZ}"


def record_source(source: str, folder: Path, settings: Settings, out: TextIO) -> int:
    """Ask each kind of question of a source once, politely, and keep the raw answers in `folder`.

    Returns 1 when a question got no answer. Raises ConfigError for an unknown source or a folder that
    holds something else.
    """
    if source not in SOURCES:
        raise ConfigError([f"SOURCE: {source!r} is none of {', '.join(SOURCES)}"])
    if folder.exists() and any(folder.iterdir()) and not (folder / "index.jsonl").exists():
        raise ConfigError([f"FOLDER: {folder} holds files that are no archive; name a new or empty folder"])
    answers = Archive(folder, max_bytes=sys.maxsize, max_age=timedelta.max)
    before = len(list(archive.entries(folder)))
    failed = asyncio.run(_asked(source, settings, answers))
    saved = [entry for entry, _ in archive.entries(folder)][before:]
    for entry in saved:
        asked = " ".join(f"{name}={value}" for name, value in entry.params.items() if value)
        out.write(f"{entry.verdict}  {entry.label}  {entry.url} {asked}".rstrip() + f"  {entry.sha256}\n")
    bodies = len({entry.sha256 for entry in saved})
    out.write(f"{len(saved)} answers, {bodies} bodies, in {folder}: `ipo-monitor replay {folder}`\n")
    for problem in failed:
        click.echo(problem, err=True)
    return 1 if failed or not saved else 0


async def _asked(source: str, settings: Settings, answers: Archive) -> list[str]:
    failed: dict[str, None] = {}
    async with fetchers(settings, source, SystemClock(), answers)() as fetcher:

        async def fetch(request: Request) -> Document:
            try:
                return await fetcher.get(request)
            except MonitorError as exc:
                failed[str(exc)] = None
                raise

        async for _ in SOURCES[source].survey(getattr(settings.sources, source), fetch):
            pass
    return list(failed)

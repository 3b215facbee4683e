"""A copy made while others write is whole; started again, it tells nothing twice without saying so."""

from __future__ import annotations

import asyncio
import io
import shutil
import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from monitor.app import build
from monitor.commands.backup import run_backup
from monitor.demo.exchange import Exchange, serve
from monitor.demo.season import load_season
from monitor.domain.errors import ConfigError, DiskFull, StoreError
from monitor.domain.events import EventKind
from monitor.store.backup import back_up, notice_restore
from monitor.store.chats import ensure_chat
from monitor.store.database import Database
from monitor.store.tables import DeliveryRow, EventRow, SourceRow
from tests.frozen_clock import FrozenClock
from tests.health.bench import settings_for
from tests.store.test_storage_trouble import file_size_limit

MADE = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)


@pytest.fixture
def path(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "ipo.db"))


def pairs(path: Path) -> list[int]:
    """How many rows each of the writer's transactions has in a database; two each when none was torn."""
    with sqlite3.connect(path) as connection:
        counts = connection.execute(
            "select count(*) from source group by substr(name, 1, instr(name, ' '))"
        ).fetchall()
    return [count for (count,) in counts]


def test_a_copy_made_while_a_writer_writes_has_whole_transactions_only(path: Path, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{path}")
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with database.write() as session:
                for half in ("a", "b"):
                    session.add(SourceRow(name=f"{number} {half}", trouble="x" * 3000))
            number += 1

    with database.write() as session:
        session.add_all([SourceRow(name="first a"), SourceRow(name="first b")])
    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [back_up(path, tmp_path / f"copy {number}.db", MADE).path for number in range(5)]
    finally:
        stop.set()
        writer.join()
    for copy in copies:
        assert set(pairs(copy)) == {2}
        assert sqlite3.connect(copy).execute("pragma integrity_check").fetchone() == ("ok",)
    assert len(pairs(copies[-1])) >= len(pairs(copies[0])) >= 1
    assert sorted(file.name for file in tmp_path.iterdir() if "copy" in file.name) == [
        f"copy {number}.db" for number in range(5)
    ]
    database.close()


def test_a_copy_that_fails_leaves_the_older_one_and_no_debris(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copies" / "copy.db"
    target.parent.mkdir()
    back_up(path, target, MADE)
    older = target.read_bytes()
    with file_size_limit(16_384), pytest.raises(DiskFull):
        back_up(path, target, MADE + timedelta(days=1))
    assert target.read_bytes() == older
    assert [file.name for file in target.parent.iterdir()] == ["copy.db"]


def test_a_damaged_database_gives_no_copy(path: Path, tmp_path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 3 + 64] = bytes(64)
    path.write_bytes(content)
    with pytest.raises(StoreError):
        back_up(path, tmp_path / "copy.db", MADE)
    assert not (tmp_path / "copy.db").exists()


def test_the_database_is_not_copied_onto_itself_nor_from_nowhere(path: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is the database itself"):
        back_up(path, path, MADE)
    with pytest.raises(StoreError, match="there is no database"):
        back_up(tmp_path / "none.db", tmp_path / "copy.db", MADE)


def test_the_command_names_a_file_in_a_folder_after_the_time_and_points_servers_to_pg_dump(
    path: Path, tmp_path: Path
) -> None:
    settings = settings_for("http://127.0.0.1:9", tmp_path)
    settings = replace(settings, database=replace(settings.database, url=f"sqlite:///{path}"))
    folder = tmp_path / "copies"
    folder.mkdir()
    out = io.StringIO()
    assert run_backup(settings, folder, out) == 0
    (made,) = folder.iterdir()
    assert made.name.startswith("ipo-2")
    assert "integrity checked" in out.getvalue()
    server = replace(
        settings, database=replace(settings.database, url="postgresql+psycopg://ipo@localhost/ipo")
    )
    with pytest.raises(ConfigError, match="pg_dump"):
        run_backup(server, folder, out)


def test_a_database_that_is_no_restored_copy_has_no_gap(path: Path) -> None:
    database = Database(f"sqlite:///{path}")
    assert notice_restore(database, MADE) is None
    database.close()


async def test_a_copy_of_two_days_ago_tells_what_was_told_since_only_as_a_possible_repeat(
    tmp_path: Path,
) -> None:
    """The world goes on for two days after the copy; then the copy is put in the database's place."""
    world = load_season()
    begin = datetime(2026, 6, 1, 12, tzinfo=UTC)
    later = next(at for at in world.moments if at > begin + timedelta(days=30))
    seen = [begin]
    async with serve(Exchange(world, lambda: seen[0])) as base:
        settings = settings_for(base, tmp_path)
        path = tmp_path / "test.db"
        clock = FrozenClock(begin)
        app = build(settings, clock)
        await app.prepare()
        with app.database.write() as session:
            ensure_chat(session, "telegram", "7", now=clock.now(), operator=True)
        for turn in app.turns:
            assert await turn.poller.sweep() == "ok"
            await _all_waiting(turn)
        back_up(path, tmp_path / "copy.db", clock.now())
        seen[0] = later
        clock.advance((later - begin).total_seconds() + 3600)
        await _poll(app)
        told = _owed(app.database)
        assert told
        assert not any(told.values()), "the first time nothing is a repeat"
        await app.close()

        for name in ("test.db", "test.db-wal", "test.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        shutil.copy(tmp_path / "copy.db", path)
        again = build(settings, clock)
        await again.prepare()
        await _poll(again)
        repeated = _owed(again.database)
        assert {event for event in repeated if not event.startswith("ipo-monitor/")} == told.keys()
        assert all(marked for event, marked in repeated.items() if event in told)
        notices = _notices(again.database)
        assert [notice for notice in notices if "restored from a backup of 2026-06-01 12:00Z" in notice]

        # What is published after the restore is told plainly.
        seen[0] = next(at for at in world.moments if at > later + timedelta(days=3))
        clock.advance((seen[0] - later).total_seconds())
        await _poll(again)
        fresh = {event: marked for event, marked in _owed(again.database).items() if event not in repeated}
        assert fresh
        assert not any(fresh.values())
        await again.close()


async def _poll(app: object) -> None:
    for turn in app.turns:  # type: ignore[attr-defined]
        assert await turn.poller.quick() == "ok"
        await _all_waiting(turn)


async def _all_waiting(turn: object) -> None:
    for _ in range(500):
        verdict, more = await turn.poller.background()  # type: ignore[attr-defined]
        assert verdict == "ok"
        if not more:
            return
        await asyncio.sleep(0)


def _owed(database: Database) -> dict[str, bool]:
    with database.read() as session:
        rows = session.exec(
            select(EventRow.id, DeliveryRow.marked).where(DeliveryRow.event_seq == EventRow.seq)
        )
        return dict(rows.all())


def _notices(database: Database) -> list[str]:
    with database.read() as session:
        kind = EventKind.OPERATOR_NOTICE.value
        return list(session.exec(select(EventRow.reason).where(EventRow.kind == kind)))

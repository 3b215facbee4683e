"""The store watched while the daemon runs: its lock, and a log that a stranger's read keeps long."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from monitor.domain.errors import SecondDaemon, StoreError
from monitor.store.database import Database
from monitor.store.files import lock_of
from monitor.store.guard import StoreGuard
from monitor.store.sources import Sources
from monitor.store.tables import EventRow, SourceRow
from monitor.store.thread import StoreThread
from monitor.store.watch import BEAT, LONG_LOG, StoreWatch
from tests.delivery.kit import JumpClock

_DROP_OTHERS = (
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
    "where datname = current_database() and pid <> pg_backend_pid()"
)
_READER = """
import sqlite3, sys
reader = sqlite3.connect(sys.argv[1], isolation_level=None)
reader.execute("BEGIN")
reader.execute("SELECT count(*) FROM source").fetchone()
print("reading", flush=True)
sys.stdin.read()
"""


class Watched:
    """A watch over a database on a clock that jumps, and what it told."""

    def __init__(self, database: Database, *, long_log: int = LONG_LOG) -> None:
        self.clock, self.database, self.thread = JumpClock(), database, StoreThread()
        self.poked = 0
        self.guard = StoreGuard(database, self.thread)
        self.watch = StoreWatch(
            database=database,
            run_in_store=self.thread,
            sources=Sources(database, lambda session, rows: None),
            guard=self.guard,
            clock=self.clock,
            owed=self._poke,
            long_log=long_log,
        )

    def _poke(self) -> None:
        self.poked += 1

    @property
    def told(self) -> list[str]:
        with self.database.read() as session:
            return list(session.exec(select(EventRow.reason).order_by(EventRow.seq)))  # type: ignore[arg-type]

    async def beat(self, task: asyncio.Future[None]) -> None:
        """Until the watch sleeps again or ends, then on to its next look."""
        while self.clock.next_wake() is None and not task.done():  # noqa: ASYNC110 -- the clock has no event
            await asyncio.sleep(0)
        self.clock.advance(BEAT)
        await asyncio.sleep(0)


async def _until(task: asyncio.Future[None], watched: Watched, condition: Callable[[], bool]) -> None:
    for _ in range(40):
        if condition() or task.done():
            return
        await watched.beat(task)
    raise AssertionError("it never happened")


_letters = itertools.cycle("abcdefgh")  # SQLite writes no page whose bytes stay the same


def _fill(database: Database, size: int) -> None:
    with database.write() as session:
        row = session.get(SourceRow, "filler") or SourceRow(name="filler")
        row.trouble = next(_letters) * size
        session.add(row)


async def test_a_strangers_open_read_that_keeps_the_log_long_is_told_once_and_its_end_once(
    fresh: Database,
) -> None:
    """Another process reads and does not let go: one notice at 64 MiB; it ends: the log is folded in."""
    assert fresh.path is not None
    with fresh.engine.connect() as connection:
        connection.exec_driver_sql("pragma busy_timeout = 20")  # a wait for the reader is in vain here
    watched = Watched(fresh)
    reader = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _READER,
        str(fresh.path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert reader.stdout is not None
        assert await reader.stdout.readline() == b"reading\n"
        await watched.watch.look_at_log()
        assert watched.told == []
        while fresh.log_size() <= LONG_LOG:
            _fill(fresh, 8 << 20)
        await watched.watch.look_at_log()
        await watched.watch.look_at_log()
        assert len(watched.told) == 1
        assert "another program reads the database and does not let go" in watched.told[0]
        assert watched.poked == 1
        await asyncio.wait_for(reader.communicate(b""), 30)
    finally:
        if reader.returncode is None:
            reader.kill()
            await reader.wait()
    await watched.watch.look_at_log()
    await watched.watch.look_at_log()
    assert fresh.log_size() < 1 << 20, "all but the notice itself"
    assert len(watched.told) == 2
    assert "is folded in: 0 MiB" in watched.told[1]
    _fill(fresh, 1000)
    watched.thread.close()


async def test_a_long_log_that_nobody_holds_is_folded_in_without_a_word(fresh: Database) -> None:
    """A burst of our own writes is no trouble; the next look makes the log short."""
    watched = Watched(fresh, long_log=1 << 20)
    parked = sqlite3.connect(str(fresh.path), isolation_level=None)
    parked.execute("BEGIN")
    parked.execute("SELECT count(*) FROM source").fetchone()
    _fill(fresh, 4 << 20)
    parked.close()
    assert fresh.log_size() > 1 << 20
    await watched.watch.look_at_log()
    assert fresh.log_size() == 0
    assert watched.told == []
    watched.thread.close()


async def test_a_lock_file_deleted_under_the_daemon_is_taken_again_or_ends_it(fresh: Database) -> None:
    """Without the file a second daemon could start; we make it again, unless that one was faster."""
    assert fresh.path is not None
    watched, other = Watched(fresh), Database(fresh.url)
    with fresh.only_daemon():
        task = asyncio.ensure_future(watched.watch.run())
        await watched.beat(task)
        lock_of(fresh.path).unlink()
        assert not other.daemon_works()
        await _until(task, watched, other.daemon_works)
        with pytest.raises(SecondDaemon), other.only_daemon():
            pytest.fail("two daemons at once")
        lock_of(fresh.path).unlink()
        with other.only_daemon():
            await _until(task, watched, task.done)
            with pytest.raises(SecondDaemon):
                task.result()
    watched.thread.close()
    other.close()


def test_a_lock_that_could_not_be_taken_again_is_tried_for_until_it_is_ours(fresh: Database) -> None:
    """The file is gone and its folder takes none: trouble at every look, and not a daemon without a lock."""
    assert fresh.path is not None
    other = Database(fresh.url)
    lock = lock_of(fresh.path)
    with fresh.only_daemon():
        lock.unlink()
        lock.mkdir()  # nothing can be opened for writing by this name
        for _ in range(2):
            with pytest.raises(StoreError):
                fresh.keep_lock()
        lock.rmdir()
        fresh.keep_lock()
        assert other.daemon_works()
    other.close()


def test_a_look_at_the_lock_never_keeps_a_daemon_from_starting(fresh: Database) -> None:
    """`daemon_works` is false before, true while the lock is held, and takes nothing."""
    looker = Database(fresh.url)
    assert not looker.daemon_works()
    with fresh.only_daemon():
        assert looker.daemon_works()
        assert looker.daemon_works()
    assert not looker.daemon_works()
    looker.close()


async def test_postgres_a_lock_lost_with_its_connection_is_taken_again_at_the_next_beat(
    fresh_postgres: Callable[[], str],
) -> None:
    """The server drops every session of ours; ten seconds later a second daemon is refused as before."""
    address = fresh_postgres()
    ours, other = Database(address), Database(address)
    watched = Watched(ours)
    with ours.only_daemon():
        task = asyncio.ensure_future(watched.watch.run())
        await watched.beat(task)
        assert other.daemon_works()
        with other.engine.begin() as connection:
            connection.execute(text(_DROP_OTHERS))
        assert not other.daemon_works()
        begun = watched.clock.now()
        await _until(task, watched, other.daemon_works)
        assert not task.done()
        assert watched.clock.now() - begun <= timedelta(seconds=2 * BEAT)
        with pytest.raises(SecondDaemon), other.only_daemon():
            pytest.fail("two daemons at once")
        await _ended(task)
    watched.thread.close()
    for one in (ours, other):
        one.close()


async def test_postgres_a_daemon_whose_lock_went_to_another_ends(
    fresh_postgres: Callable[[], str],
) -> None:
    """While our connection was away a second daemon started: two must not go on."""
    address = fresh_postgres()
    ours, other = Database(address), Database(address)
    watched = Watched(ours)
    with ours.only_daemon():
        task = asyncio.ensure_future(watched.watch.run())
        await watched.beat(task)
        with other.engine.begin() as connection:
            connection.execute(text(_DROP_OTHERS))
        with other.only_daemon():
            await _until(task, watched, task.done)
            with pytest.raises(SecondDaemon, match="another ipo-monitor already works on"):
                task.result()
    watched.thread.close()
    for one in (ours, other):
        one.close()


async def test_a_server_that_is_away_is_the_guards_trouble_and_not_the_end(fresh: Database) -> None:
    """While the store cannot be asked, the watch goes on looking."""
    watched = Watched(fresh)

    def away() -> None:
        raise StoreError("database: the server is away")

    fresh.keep_lock = away  # type: ignore[method-assign]
    task = asyncio.ensure_future(watched.watch.run())
    await _until(task, watched, lambda: bool(watched.guard.trouble))
    assert watched.guard.trouble == "database: the server is away"
    assert not task.done()
    await _ended(task)
    watched.thread.close()


def _ended(task: asyncio.Future[None]) -> Awaitable[object]:
    task.cancel()
    return asyncio.gather(task, return_exceptions=True)

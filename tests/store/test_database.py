"""Opening the SQLite file: durable, one writer at a time, one daemon, errors of our own."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import func, select

from monitor.domain.errors import SecondDaemon, StoreError
from monitor.store.database import Database
from monitor.store.tables import SourceRow


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'monitor.db'}"


def _pragma(database: Database, name: str) -> object:
    with database.read() as session:
        return session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()


def test_the_promised_pragmas_are_in_force_on_every_connection(address: str) -> None:
    """WAL, synchronous=FULL (2), foreign keys, a busy timeout: asked of the engine, not of the code."""
    database = Database(address)
    database.migrate()
    for _ in range(2):
        assert _pragma(database, "journal_mode") == "wal"
        assert _pragma(database, "synchronous") == 2
        assert _pragma(database, "foreign_keys") == 1
        assert _pragma(database, "busy_timeout") == 5000
        database.engine.dispose()  # the next connection is a new one
    database.close()


def test_a_write_takes_the_lock_before_it_reads(address: str) -> None:
    """BEGIN IMMEDIATE: while one transaction is open, another writer cannot begin."""
    database = Database(address)
    database.migrate()
    path = database.path
    assert path is not None
    with database.write() as session:
        session.connection()
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("select count(*) from source").fetchone() == (0,), "readers are not held up"
        other.close()
    database.close()


def test_two_writers_wait_for_each_other(address: str) -> None:
    """Forty read-then-write transactions of two threads: none fails, none is lost."""
    database = Database(address)
    database.migrate()
    with database.write() as session:
        session.add(SourceRow(name="s", rows=0))
    failures: list[BaseException] = []

    def count_up() -> None:
        try:
            for _ in range(20):
                with database.write() as session:
                    row = session.get_one(SourceRow, "s")
                    row.rows += 1
                    session.add(row)
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    with database.read() as session:
        assert session.get_one(SourceRow, "s").rows == 40
    database.close()


def test_a_block_that_raises_leaves_nothing(address: str) -> None:
    """The transaction is gone, the exception is the caller's own."""
    database = Database(address)
    database.migrate()

    def breaks() -> None:
        with database.write() as session:
            session.add(SourceRow(name="s"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks()
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(SourceRow)).one() == 0
    database.close()


def test_a_commit_is_seen_by_a_new_connection_and_survives_closing(address: str) -> None:
    """Durable when `write` returns."""
    first = Database(address)
    first.migrate()
    with first.write() as session:
        session.add(SourceRow(name="s", rows=7, memory={"键": [1, "二"]}))
    second = Database(address)
    with second.read() as session:
        assert session.get_one(SourceRow, "s").memory == {"键": [1, "二"]}
    first.close()
    second.close()


def test_a_second_daemon_on_the_same_file_is_refused_until_the_first_ends(address: str) -> None:
    """flock on a file beside the database; the message says what to do."""
    first, second = Database(address), Database(address)
    with first.only_daemon():
        with pytest.raises(SecondDaemon, match=r"already works on .*monitor\.db"), second.only_daemon():
            pytest.fail("two daemons at once")
        with second.read() as session:
            session.execute(text("select 1"))
    with second.only_daemon():
        pass
    first.close()
    second.close()


def _hold(address: str, ready: object, leave: object) -> None:
    with Database(address).only_daemon():
        ready.set()  # type: ignore[attr-defined]
        leave.wait(20)  # type: ignore[attr-defined]


def test_the_lock_holds_between_processes_and_dies_with_its_holder(address: str) -> None:
    """A killed daemon leaves no lock behind."""
    spawn = multiprocessing.get_context("spawn")
    ready, leave = spawn.Event(), spawn.Event()
    holder = spawn.Process(target=_hold, args=(address, ready, leave))
    holder.start()
    try:
        assert ready.wait(20)
        with pytest.raises(SecondDaemon), Database(address).only_daemon():
            pytest.fail("two daemons at once")
    finally:
        holder.kill()
        holder.join(20)
    with Database(address).only_daemon():
        pass


def test_a_damaged_file_is_a_store_error_with_advice(tmp_path: Path) -> None:
    """Third-party errors do not leave the package; the words say what to do."""
    (tmp_path / "monitor.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    with pytest.raises(StoreError):
        Database(f"sqlite:///{tmp_path / 'monitor.db'}").migrate()


def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "occupied").write_text("")
    with pytest.raises(StoreError, match="cannot create the folder"):
        Database(f"sqlite:///{tmp_path / 'occupied' / 'monitor.db'}")


def test_a_missing_schema_names_the_next_step(address: str) -> None:
    """Reading before migrating says which command helps."""
    database = Database(address)
    with pytest.raises(StoreError, match="ipo-monitor check"), database.read() as session:
        session.exec(select(SourceRow)).all()
    database.close()


def test_the_password_is_never_shown() -> None:
    """`shown` is for logs."""
    database = Database("postgresql://monitor:s3cret@127.0.0.1:1/ipo")
    assert database.shown == "postgresql+psycopg://monitor:***@127.0.0.1:1/ipo"
    assert "s3cret" not in repr(database.engine)
    database.close()

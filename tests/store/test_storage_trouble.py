"""Bad days of the disk: nothing wrong is written, nothing is begun anew, and work resumes by itself."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor import failpoints
from monitor.domain.errors import DiskFull, MonitorError, StoreError, StoreGone
from monitor.store.database import Database
from monitor.store.files import lock_of
from monitor.store.guard import RESERVE, StoreGuard
from monitor.store.migrations import current_revision
from monitor.store.tables import SourceRow
from monitor.store.thread import StoreThread


@pytest.fixture
def path(migrated_file: Path, tmp_path: Path) -> Path:
    target = tmp_path / "ipo.db"
    shutil.copy(migrated_file, target)
    return target


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{path}")
    database.migrate()
    yield database
    database.close()


def keep(database: Database, name: str, size: int = 10) -> None:
    with database.write() as session:
        session.add(SourceRow(name=name, trouble="x" * size))


def kept(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.connection().execute(text("select name from source order by name")).scalars())


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_size_limit_leaves_whole_transactions_and_work_resumes(database: Database, path: Path) -> None:
    keep(database, "before")
    wal = path.with_name(path.name + "-wal")
    with file_size_limit(wal.stat().st_size + 8192), pytest.raises(DiskFull, match="resumes by itself"):
        keep(database, "too large", size=400_000)
    assert kept(database) == ["before"]
    keep(database, "after")
    assert kept(database) == ["after", "before"]


def test_a_full_disk_leaves_whole_transactions_at_every_write_and_work_resumes(
    database: Database, path: Path
) -> None:
    """Grow the room by a page at a time: whatever write is the one that fails, nothing is half there."""
    wal = path.with_name(path.name + "-wal")
    keep(database, "a")
    failed = 0
    for step in range(40):
        try:
            with file_size_limit(wal.stat().st_size + 1024 * step):
                keep(database, f"try {step}", size=20_000)
        except DiskFull:
            failed += 1
            assert f"try {step}" not in kept(database)
        else:
            assert f"try {step}" in kept(database)
    assert 5 < failed < 40
    keep(database, "z")
    with database.read() as session:
        assert session.connection().exec_driver_sql("pragma integrity_check").scalar() == "ok"


def test_the_log_file_and_checkpoints_survive_a_full_disk(database: Database) -> None:
    for number in range(20):
        keep(database, f"row {number}", size=20_000)
    with file_size_limit(4096), pytest.raises(DiskFull):
        database.checkpoint()
    assert len(kept(database)) == 20
    assert database.checkpoint() == 0


async def test_the_reserve_is_given_up_when_the_disk_is_full_and_made_again_when_there_is_room(
    database: Database, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    thread = StoreThread()
    guard = StoreGuard(database, thread, told.append)
    reserve = path.with_name(path.name + ".reserve")
    assert guard.set_aside()
    assert reserve.stat().st_blocks * 512 >= RESERVE, "really taken, not a hole"
    guard.fails(DiskFull("database: database or disk is full"))
    guard.fails(DiskFull("database: database or disk is full"))
    assert not reserve.exists()
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    await guard.probe()
    assert told == ["database: database or disk is full"]
    assert guard.trouble == ""
    assert guard.set_aside()
    assert reserve.exists()
    thread.close()


def test_a_stranger_holding_the_database_costs_a_wait_and_no_work(database: Database, path: Path) -> None:
    with database.engine.connect() as connection:
        connection.exec_driver_sql("pragma busy_timeout = 50")
    stranger = sqlite3.connect(path, isolation_level=None)
    stranger.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="another program holds the database; we try again"):
        keep(database, "while locked")
    stranger.execute("ROLLBACK")
    stranger.close()
    keep(database, "after")
    assert kept(database) == ["after"]


def test_a_read_only_database_is_refused_with_exit_code_3(path: Path, request: pytest.FixtureRequest) -> None:
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and there is no setpriv to become somebody else")
    folder = Path(tempfile.mkdtemp(prefix="ipo-monitor-read-only-"))
    request.addfinalizer(lambda: shutil.rmtree(folder))
    path = Path(shutil.copy(path, folder))
    folder.chmod(0o755)
    path.chmod(0o444)
    child = _child(path, "database.migrate(); database.probe()", as_nobody=os.geteuid() == 0)
    if "Permission denied" in child.stderr and "import" in child.stderr.lower():
        pytest.skip("another user cannot read this program here")
    assert child.returncode == 3, child.stderr
    assert "read-only" in child.stderr or "cannot" in child.stderr


@pytest.mark.parametrize("harm", ["log removed", "database removed", "database replaced"])
def test_files_taken_away_under_us_stop_the_next_write(database: Database, path: Path, harm: str) -> None:
    keep(database, "before")
    if harm == "log removed":
        path.with_name(path.name + "-wal").unlink()
    elif harm == "database removed":
        path.rename(path.with_name("elsewhere"))
    else:
        shutil.copy(path, path.with_name("copy"))
        path.with_name("copy").replace(path)
    with pytest.raises(StoreGone, match="moved, replaced or deleted"):
        keep(database, "into the void")
    with pytest.raises(StoreGone):
        database.files.check()


def test_what_was_committed_before_the_log_was_removed_is_saved_by_the_orderly_end(
    database: Database, path: Path
) -> None:
    keep(database, "before")
    path.with_name(path.name + "-wal").unlink()
    with pytest.raises(StoreGone):
        keep(database, "after")
    database.close()
    again = Database(f"sqlite:///{path}")
    again.migrate()
    assert kept(again) == ["before"]
    again.close()


def test_our_own_files_are_known_again_after_every_connection_was_closed(database: Database) -> None:
    keep(database, "a")
    database.close()
    keep(database, "b")
    assert kept(database) == ["a", "b"]


def test_a_vanished_database_is_never_begun_anew_silently(database: Database, path: Path) -> None:
    keep(database, "a")
    database.close()
    path.unlink()
    again = Database(f"sqlite:///{path}")
    with pytest.raises(StoreGone, match="it was here before: restore the last backup"):
        again.migrate()
    assert not path.exists()
    lock_of(path).unlink()
    again.migrate()
    assert kept(again) == []
    again.close()


def test_a_first_start_needs_no_ceremony(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'ipo.db'}")
    with database.only_daemon():
        database.migrate()
    assert kept(database) == []
    database.close()


def test_a_flipped_bit_is_found_at_the_start_or_changes_nothing_and_never_begins_anew(
    database: Database, path: Path
) -> None:
    """120 positions: the start either refuses with a hint, or everything is still readable as it was."""
    for number in range(40):
        keep(database, f"row {number:02}", size=2_000)
    names = kept(database)
    database.close()
    sound = path.read_bytes()
    rng = random.Random(20261123)
    refused: list[str] = []
    for position in [0, 17, 100, *(rng.randrange(len(sound)) for _ in range(117))]:
        harmed = bytearray(sound)
        harmed[position] ^= 1 << rng.randrange(8)
        path.write_bytes(harmed)
        again = Database(f"sqlite:///{path}")
        try:
            again.migrate()
            found = kept(again)
        except StoreError as exc:
            refused.append(str(exc))
        else:
            assert len(found) == len(names), f"a flip at {position} lost rows silently"
        finally:
            again.close()
            for leftover in ("-wal", "-shm"):
                path.with_name(path.name + leftover).unlink(missing_ok=True)
    assert len(refused) >= 3
    hints = ("restore the last backup", "newer ipo-monitor")
    assert [words for words in refused if not any(hint in words for hint in hints)] == []


def test_a_newer_schema_is_refused_and_left_alone(database: Database, path: Path) -> None:
    with database.write() as session:
        session.connection().exec_driver_sql("update alembic_version set version_num = '9999'")
    database.close()
    before = path.read_bytes()
    with pytest.raises(MonitorError, match="written by a newer ipo-monitor"):
        Database(f"sqlite:///{path}").migrate()
    assert path.read_bytes() == before


def test_the_log_is_folded_in_and_stays_small_also_after_a_reader_that_parked(
    database: Database, path: Path
) -> None:
    wal = path.with_name(path.name + "-wal")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM source").fetchone()
    for number in range(60):
        keep(database, f"row {number}", size=100_000)
    grown = wal.stat().st_size
    assert database.checkpoint() == grown
    assert grown < 64 << 20
    reader.execute("ROLLBACK")
    reader.close()
    assert database.checkpoint() == 0


@pytest.mark.parametrize("name", sorted(failpoints.MIGRATION))
def test_a_migration_killed_at_any_step_leaves_the_old_schema_or_the_new(tmp_path: Path, name: str) -> None:
    visits = 0
    for visit in (1, 2, 9) if name == failpoints.MIGRATION_STEP else (1,):
        path = tmp_path / f"{visit}.db"
        child = _child(path, "database.migrate()", failpoint=f"{name}:{visit}:kill")
        assert child.returncode in (0, -signal.SIGKILL), child.stderr
        visits += child.returncode != 0
        database = Database(f"sqlite:///{path}")
        newest = name == failpoints.MIGRATED or child.returncode == 0
        tables = sqlite3.connect(path).execute("select count(*) from sqlite_master").fetchone()[0]
        assert (tables > 10) is newest, "half a schema"
        database.migrate()
        keep(database, "works")
        assert current_revision(database.engine) is not None
        database.close()
    assert visits >= 1


def _child(
    path: Path, work: str, *, failpoint: str = "", as_nobody: bool = False
) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys\n"
        "from monitor import failpoints\n"
        "from monitor.domain.errors import StoreError\n"
        "from monitor.store.database import Database\n"
        f"if {failpoint!r}: failpoints.install({failpoint!r})\n"
        f"database = Database({f'sqlite:///{path}'!r})\n"
        "try:\n"
        f"    {work}\n"
        "except StoreError as exc:\n"
        "    sys.stderr.write(str(exc))\n"
        "    sys.exit(3)\n"
    )
    command = [sys.executable, "-c", code]
    if as_nobody:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

"""Opening the database: SQLite by default, PostgreSQL by URL; migrations; the one-daemon lock.

Rule: every write transaction is BEGIN IMMEDIATE and durable when it returns (synchronous=FULL).
Rule: third-party errors leave this package as StoreError.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from monitor.domain.errors import DiskFull, StoreError, StoreGone
from monitor.store.files import Files
from monitor.store.one_daemon import FileLock, NoLock, OneDaemon, SessionLock

_BUSY_MS = 5_000
# A server whose network died is noticed within a minute, not after the hours that TCP would wait.
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 40_000,
}


class Database:
    """One engine and its two kinds of transaction."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._parsed = make_url(url)
        self.is_sqlite = self._parsed.get_backend_name() == "sqlite"
        self.files = Files(self.path)
        if self.is_sqlite:
            self._prepare_folder()
            self.engine = _sqlite_engine(url, self.files)
            self._lock: OneDaemon = FileLock(self.path) if self.path is not None else NoLock()
        else:
            if self._parsed.drivername == "postgresql":
                self._parsed = self._parsed.set(drivername="postgresql+psycopg")
            self.engine = create_engine(self._parsed, pool_pre_ping=True, connect_args=_PATIENCE)
            self._lock = SessionLock(self.engine, self.shown)

    @property
    def path(self) -> Path | None:
        """The database file, or None for memory and for servers."""
        if not self.is_sqlite or self._parsed.database in (None, "", ":memory:"):
            return None
        return Path(str(self._parsed.database))

    @property
    def shown(self) -> str:
        """The address without its password."""
        return self._parsed.render_as_string(hide_password=True)

    def _prepare_folder(self) -> None:
        path = self.path
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as exc:
                raise StoreError(f"cannot create the folder of the database {path}: {exc}") from exc

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """One durable transaction: committed when the block ends, gone when it raises."""
        try:
            self.files.check()
            with Session(self.engine, expire_on_commit=False) as session:
                yield session
                session.commit()
            self.files.note()
        except SQLAlchemyError as exc:
            raise _translated(exc) from exc

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A look at the store; nothing is written and no lock outlives the block."""
        try:
            with (
                self.engine.connect().execution_options(read_only=True) as connection,
                Session(bind=connection, expire_on_commit=False) as session,
            ):
                yield session
        except SQLAlchemyError as exc:
            raise _translated(exc) from exc

    def migrate(self) -> None:
        """Look the file over, then bring the schema to this program's version.

        Raises StoreError when the file is newer than we are, StoreGone when it is damaged or has vanished.
        """
        from monitor.store.migrations import upgrade

        try:
            self.files.must_be_there()
            if self.is_sqlite:
                self._must_be_sound()
            upgrade(self.engine)
        except SQLAlchemyError as exc:
            raise _translated(exc) from exc
        self.files.leave_mark()

    def _must_be_sound(self) -> None:
        with self.engine.connect().execution_options(read_only=True) as connection:
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if verdict != "ok":
            raise StoreGone(f"database: {verdict} ({_DAMAGED})")

    def probe(self) -> None:
        """Write and take back nothing of meaning: StoreError while the store cannot be written."""
        with self.write() as session:
            session.connection().exec_driver_sql("CREATE TABLE probe (x)")
            session.connection().exec_driver_sql("DROP TABLE probe")

    def checkpoint(self) -> int:
        """Fold the write-ahead log into the database; bytes of it that are left. 0 for servers."""
        path = self.path
        if path is None:
            return 0
        try:
            with self.engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                assert raw is not None
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except (SQLAlchemyError, sqlite3.Error) as exc:
            raise _translated(exc) from exc
        return self.log_size()

    @contextlib.contextmanager
    def only_daemon(self) -> Iterator[None]:
        """Hold the one-daemon lock of this database; SecondDaemon when another daemon holds it."""
        with self._lock.hold():
            yield

    def keep_lock(self) -> None:
        """See that the lock is still ours, or take it again; SecondDaemon when somebody else has it."""
        try:
            self._lock.still_ours()
        except SQLAlchemyError as exc:
            raise _translated(exc) from exc

    def daemon_works(self) -> bool:
        """Whether a daemon works on this database now; nothing is written."""
        try:
            return self._lock.held()
        except SQLAlchemyError as exc:
            raise _translated(exc) from exc

    def log_size(self) -> int:
        """Bytes of the write-ahead log; 0 for servers."""
        path = self.path
        if path is None:
            return 0
        log_file = path.with_name(path.name + "-wal")
        return log_file.stat().st_size if log_file.exists() else 0

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()
        self.files.forget()


def _sqlite_engine(url: str, files: Files) -> Engine:
    # check_same_thread: the store is used by one worker thread at a time, not by one thread only.
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": _BUSY_MS / 1000})

    @event.listens_for(engine, "connect")
    def _configure(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # we say BEGIN ourselves
        cursor = connection.cursor()  # type: ignore[attr-defined]
        for pragma in (
            f"busy_timeout={_BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "journal_size_limit=67108864",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        files.opened()

    @event.listens_for(engine, "close")
    def _closed(_connection: object, _record: object) -> None:
        files.closed()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        # A deferred transaction that turns to writing fails at once with SQLITE_BUSY_SNAPSHOT.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


_DAMAGED = "the database file is damaged: stop, and restore the last backup as docs/operations.md says"
_ADVICE: tuple[tuple[str, str, type[StoreError]], ...] = (
    ("locked", "another program holds the database; we try again", StoreError),
    ("is full", "the disk is full: free some space, work resumes by itself", DiskFull),
    (
        "disk i/o error",
        "the disk refuses to be written: full, over a quota or failing; work resumes by itself",
        DiskFull,
    ),
    ("readonly", "the database is read-only: check its owner and its file system", StoreError),
    ("unable to open", "check that the folder exists and belongs to us", StoreError),
    ("malformed", _DAMAGED, StoreGone),
    ("not a database", _DAMAGED, StoreGone),
    ("no such table", "the schema is missing: run `ipo-monitor check`", StoreError),
)


def _translated(exc: SQLAlchemyError | sqlite3.Error) -> StoreError:
    cause = getattr(exc, "orig", None) or exc
    words = str(cause).strip().splitlines()[0][:300]
    hint, kind = next(
        ((hint, kind) for key, hint, kind in _ADVICE if key in words.lower()), ("see the message", StoreError)
    )
    return kind(f"database: {words} ({hint})")

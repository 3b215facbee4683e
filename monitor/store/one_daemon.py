"""One daemon to a database: takes the lock, tells whether anybody holds it, sees that it is still ours.

Rule: SQLite is locked by the file beside it, PostgreSQL by an advisory lock that ends with its session.
Rule: a lock that was lost is taken again before anything else; where somebody else has it we end.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.errors import SecondDaemon, StoreError
from monitor.store.files import lock_of

log = logging.getLogger(__name__)

_SECOND = "another ipo-monitor already works on {where}; stop it first, or give this one its own database.url"
_KEY = 0x1B0_0001  # any constant of ours: one daemon per PostgreSQL database
_OF_A_LOOK = 0.05  # seconds; a look at the lock of a file holds it, shared, for less than that
_HOLDERS = text(
    "select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 1 and classid = 0 "
    "and objid = :k and database = (select oid from pg_database where datname = current_database())"
)


class FileLock:
    """The lock of a SQLite file."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = lock_of(database)
        self._handle: IO[str] | None = None
        self._wanted = False  # we are to hold it, whether or not we do

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Hold it for the block; SecondDaemon when another process has it."""
        self._take()
        self._wanted = True
        try:
            yield
        finally:
            self._wanted = False
            self._let_go()

    def still_ours(self) -> None:
        """Take it again when its file was deleted or replaced; SecondDaemon when somebody was faster."""
        if not self._wanted or (self._handle is not None and self._same_file(self._handle)):
            return
        if self._handle is not None:
            log.error("the lock file %s was deleted or replaced; it is made again", self._path)
        self._let_go()
        self._take()

    def held(self) -> bool:
        """Whether a daemon holds it now."""
        try:
            with self._path.open("r", encoding="utf-8") as look:
                return not _locked(look, fcntl.LOCK_SH)
        except FileNotFoundError:
            return False
        except OSError as exc:
            raise StoreError(f"cannot look at {self._path}: {exc}") from exc

    def _take(self) -> None:
        try:
            handle = self._path.open("a", encoding="utf-8")
        except OSError as exc:
            raise StoreError(f"cannot write beside the database {self._database}: {exc}") from exc
        if not _locked(handle, fcntl.LOCK_EX):
            threading.Event().wait(_OF_A_LOOK)  # it may have been a look only
            if not _locked(handle, fcntl.LOCK_EX):
                handle.close()
                raise SecondDaemon(_SECOND.format(where=self._database))
        self._handle = handle

    def _let_go(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def _same_file(self, handle: IO[str]) -> bool:
        ours = os.fstat(handle.fileno())
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        except OSError as exc:
            raise StoreError(f"cannot look at {self._path}: {exc}") from exc
        return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)


class SessionLock:
    """The advisory lock of a PostgreSQL database."""

    def __init__(self, engine: Engine, shown: str) -> None:
        self._engine = engine
        self._shown = shown
        self._connection: Connection | None = None
        self._session = 0  # the server's process that holds it for us

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Hold it for the block; SecondDaemon when another session has it."""
        self._take()
        try:
            yield
        finally:
            self._let_go()

    def still_ours(self) -> None:
        """Take it again when its connection broke; SecondDaemon when another daemon was faster.

        Raises SQLAlchemyError while the server is away.
        """
        if self._connection is None or self._alive(self._connection):
            return
        log.error("the connection that held the lock of the database broke; the lock is taken again")
        with contextlib.suppress(SQLAlchemyError):
            self._connection.invalidate()
            self._connection.close()
        self._take(former=self._session)

    def held(self) -> bool:
        """Whether a daemon holds it now."""
        with self._engine.connect() as connection:
            return bool(connection.execute(_HOLDERS, {"k": _KEY}).scalars().all())

    def _alive(self, connection: Connection) -> bool:
        try:
            # A connection that was quietly made anew is another session, without the lock.
            same = connection.execute(text("select pg_backend_pid()")).scalar() == self._session
            connection.commit()
        except SQLAlchemyError:
            return False
        return same

    def _take(self, former: int = 0) -> None:
        connection = self._engine.connect()
        try:
            got = self._try(connection)
            if not got and former in connection.execute(_HOLDERS, {"k": _KEY}).scalars().all():
                # Our own former session, whose end the server has not noticed.
                connection.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": former})
                got = self._try(connection)
            if not got:
                raise SecondDaemon(_SECOND.format(where=self._shown))
            self._session = int(connection.execute(text("select pg_backend_pid()")).scalar() or 0)
            connection.commit()
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _try(self, connection: Connection) -> bool:
        got = connection.execute(text("select pg_try_advisory_lock(:k)"), {"k": _KEY}).scalar()
        connection.commit()
        return bool(got)

    def _let_go(self) -> None:
        if self._connection is None:
            return
        with contextlib.suppress(SQLAlchemyError):  # a connection that broke has let go already
            self._connection.execute(text("select pg_advisory_unlock(:k)"), {"k": _KEY})
            self._connection.commit()
        with contextlib.suppress(SQLAlchemyError):
            self._connection.close()
        self._connection = None


class NoLock:
    """A database in memory belongs to its process."""

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Nothing to hold."""
        yield

    def still_ours(self) -> None:
        """Always."""

    def held(self) -> bool:
        """Never by another."""
        return False


OneDaemon = FileLock | SessionLock | NoLock


def _locked(handle: IO[str], how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

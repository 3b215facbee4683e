"""Watches that the database on disk is the one we opened, and that one that was there is still there.

Rule: a database that vanished is never silently begun anew: that would tell every chat everything again,
or tell nobody what happened meanwhile.
"""

from __future__ import annotations

from pathlib import Path

from monitor.domain.errors import StoreError, StoreGone

_MARK = """\
A database of ipo-monitor stands beside this file. While this text is here, a missing database is an error.
To begin anew on purpose, stop ipo-monitor and delete this file together with the database.
"""


def lock_of(database: Path) -> Path:
    """The file whose lock the one daemon holds, and whose text says that a database was there."""
    return database.with_name(database.name + ".lock")


class Files:
    """The files of one SQLite database; for memory and for servers (None) everything here does nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._log = path.with_name(path.name + "-wal") if path else None
        self._ours: dict[Path, int] = {}  # file → inode, while a connection of ours is open
        self._connections = 0

    def opened(self) -> None:
        """A connection was opened."""
        self._connections += 1

    def closed(self) -> None:
        """A connection was closed; after the last one SQLite itself removes the log."""
        self._connections -= 1
        if self._connections <= 0:
            self.forget()

    def forget(self) -> None:
        """Expect nothing any more."""
        self._connections = 0
        self._ours.clear()

    def note(self) -> None:
        """A write was committed: these files hold it."""
        if self._ours or self._connections <= 0:
            return
        for path in (self._path, self._log):
            if path is not None and (inode := _inode(path)) is not None:
                self._ours[path] = inode

    def check(self) -> None:
        """StoreGone when a file we write to is no longer the one others see under its name."""
        for path, inode in self._ours.items():
            if _inode(path) != inode:
                raise StoreGone(
                    f"database: {path} was moved, replaced or deleted while we worked on it; "
                    "we stop and write nothing more: put it back, or restore a backup, then start again"
                )

    def must_be_there(self) -> None:
        """StoreGone when a database was here before and is not now."""
        if self._path is None or self._path.exists():
            return
        try:
            marked = lock_of(self._path).exists() and lock_of(self._path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as exc:
            raise StoreError(f"cannot read {lock_of(self._path)}: {exc}") from exc
        if marked:
            raise StoreGone(
                f"database: {self._path} is missing, and it was here before: restore the last backup; "
                f"to begin anew on purpose, delete {lock_of(self._path)} first"
            )

    def leave_mark(self) -> None:
        """Say beside the database that there is one, for the day it is gone."""
        if self._path is None or not self._path.exists():
            return
        mark = lock_of(self._path)
        try:
            if not mark.exists() or mark.read_text(encoding="utf-8") != _MARK:
                mark.write_text(_MARK, encoding="utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise StoreError(f"cannot write beside the database {self._path}: {exc}") from exc


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise StoreError(f"cannot look at {path}: {exc}") from exc

"""Notices that the store fails and that it works again; keeps a reserve of disk space for that day.

Rule: the alarm needs no database: it is a line at CRITICAL, once for each kind of trouble.
Rule: the reserve is given up only when the disk is full, and made again when there is plenty.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from monitor.domain.errors import DiskFull, StoreError
from monitor.store.database import Database
from monitor.store.thread import RunInStore

log = logging.getLogger(__name__)

RESERVE = 16 * 1024 * 1024
_PLENTY = 4  # reserves that must be free before one is set aside again


class StoreGuard:
    """One for the program; `on_recovery` hears what was wrong, once writes succeed again."""

    def __init__(
        self,
        database: Database,
        run_in_store: RunInStore,
        on_recovery: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._run_in_store = run_in_store
        self.on_recovery = on_recovery
        self.trouble = ""  # the store's last complaint, "" when it works

    @property
    def reserve(self) -> Path | None:
        """The reserve's file, beside the database; None where there is no database file."""
        path = self._database.path
        return path.with_name(path.name + ".reserve") if path else None

    def fails(self, exc: StoreError) -> None:
        """Raise the alarm, and give up the reserve when the disk is full."""
        if self.trouble != str(exc):
            log.critical("the store fails; no source is asked and nothing is sent until it works: %s", exc)
        self.trouble = str(exc)
        if isinstance(exc, DiskFull):
            self._give_up()

    async def probe(self) -> None:
        """Write a little; StoreError while that fails, and word of the recovery when it works again."""
        await self._run_in_store(self._database.probe)
        if self.trouble:
            log.warning("the store works again; polls and sends go on")
            trouble, self.trouble = self.trouble, ""
            self.on_recovery(trouble)

    def set_aside(self) -> bool:
        """Make the reserve where there is plenty of room; whether it stands. Blocks on the disk."""
        path = self.reserve
        if path is None:
            return False
        try:
            if path.exists() and path.stat().st_size >= RESERVE:
                return True
            if shutil.disk_usage(path.parent).free < _PLENTY * RESERVE:
                return False
            with path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, RESERVE)
        except OSError as exc:
            log.warning("no disk space could be set aside in %s: %s", path, exc)
            path.unlink(missing_ok=True)
            return False
        return True

    def _give_up(self) -> None:
        path = self.reserve
        if path is None:
            return
        try:
            path.unlink(missing_ok=True)
        except OSError as exc:
            log.error("the reserve %s cannot be given up: %s", path, exc)

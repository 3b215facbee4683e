"""Tells the service manager that we are ready, alive and ending: sd_notify in a few lines of our own.

Rule: without NOTIFY_SOCKET everything here does nothing; a manager that does not listen stops nobody.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)


class Notifier:
    """One datagram socket to the manager; `watchdog` is its patience in seconds, None when it has none."""

    def __init__(self, address: str = "", *, watchdog: float | None = None) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog = watchdog
        self._complained = False

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], pid: int) -> Notifier:
        """As systemd says it: NOTIFY_SOCKET, WATCHDOG_USEC, and WATCHDOG_PID when meant for one process."""
        micros = environ.get("WATCHDOG_USEC", "")
        mine = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
        seconds = int(micros) / 1_000_000 if micros.isdigit() and mine else 0.0
        return cls(environ.get("NOTIFY_SOCKET", ""), watchdog=seconds or None)

    def ready(self) -> None:
        """Start-up is complete."""
        self._send("READY=1")

    def beat(self, status: str = "") -> None:
        """We are alive; to be called from the event loop itself, because a thread beats through its death."""
        self._send("WATCHDOG=1" + (f"\nSTATUS={status}" if status else ""))

    def stopping(self) -> None:
        """We are ending because we were asked to."""
        self._send("STOPPING=1")

    def _send(self, words: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.setblocking(False)
                out.sendto(words.encode(), self._address)
        except OSError as exc:
            if not self._complained:
                log.error("the service manager does not hear us: %s", exc)
            self._complained = True
        else:
            self._complained = False

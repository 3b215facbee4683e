"""Named places where a test can kill, break or hang the program.

Rule: a failpoint does nothing until `install` is called; importing this module reads no environment.
Rule: every name is a constant in `NAMES`, so that a test can visit all of them.
"""

from __future__ import annotations

import os
import signal
import threading
from typing import Final, Literal

from monitor.domain.errors import ConfigError

Action = Literal["kill", "raise", "hang"]

STAGED: Final = "stage.before-commit"
RECOVERED: Final = "delivery.recovered"
BEFORE_INTENT: Final = "delivery.before-intent"  # inside the transaction: rolled back when we die here
INTENT: Final = "delivery.intent"  # the intent is durable, no byte has left
BEFORE_SEND: Final = "delivery.before-send"
AFTER_SEND: Final = "delivery.after-send"  # the chat may have it, we have not written it down
BEFORE_SETTLE: Final = "delivery.before-settle"  # inside the transaction
SETTLED: Final = "delivery.settled"

NAMES: Final = frozenset(
    {STAGED, RECOVERED, BEFORE_INTENT, INTENT, BEFORE_SEND, AFTER_SEND, BEFORE_SETTLE, SETTLED}
)


class FailpointReached(Exception):
    """What a failpoint of the kind `raise` raises; no code of ours expects it."""


class _Armed:
    def __init__(self, name: str, countdown: int, action: Action) -> None:
        self.name = name
        self.countdown = countdown
        self.action = action


_armed: _Armed | None = None


def install(spec: str) -> None:
    """Arm `name:k:kill|raise|hang` for the k-th visit; ConfigError names what is wrong with the words."""
    global _armed
    name, _, rest = spec.partition(":")
    count, _, action = rest.partition(":")
    problems = []
    if name not in NAMES:
        problems.append(f"failpoint {name!r} is unknown; known: {', '.join(sorted(NAMES))}")
    if not (count.isascii() and count.isdigit() and int(count) > 0):
        problems.append(f"failpoint count {count!r} is no positive number")
    if action not in ("kill", "raise", "hang"):
        problems.append(f"failpoint action {action!r} is none of kill, raise, hang")
    if problems:
        raise ConfigError(problems)
    _armed = _Armed(name, int(count), action)  # type: ignore[arg-type]  # checked just above


def disarm() -> None:
    """Forget the armed failpoint."""
    global _armed
    _armed = None


def failpoint(name: str) -> None:
    """Pass by, unless this name is armed and this is the visit it was armed for."""
    armed = _armed
    if armed is None or armed.name != name:
        return
    armed.countdown -= 1
    if armed.countdown:
        return
    if armed.action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if armed.action == "raise":
        raise FailpointReached(name)
    threading.Event().wait()  # for ever, blocking the whole thread: what a watchdog must notice

"""Named places where a test can kill, break or hang the program.

Rule: a failpoint does nothing until `install` is called; importing this module reads no environment.
Rule: every name is a constant in `NAMES`, `MIGRATION` or `READING`, so that a test can visit all of them.
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

DELIVERY: Final = frozenset(
    {STAGED, RECOVERED, BEFORE_INTENT, INTENT, BEFORE_SEND, AFTER_SEND, BEFORE_SETTLE, SETTLED}
)

# One after each durable step of a poll.
LIST_KEPT: Final = "poll.list-kept"
TIMELINE_KEPT: Final = "poll.timeline-kept"
DOCUMENTS_KEPT: Final = "poll.documents-kept"
REFRESHED: Final = "poll.refreshed"
TUTORING_KEPT: Final = "poll.tutoring-kept"
REMEMBERED: Final = "poll.remembered"
BASELINE_DONE: Final = "poll.baseline-done"
RECORDED: Final = "poll.recorded"
POLLING: Final = frozenset(
    {
        LIST_KEPT,
        TIMELINE_KEPT,
        DOCUMENTS_KEPT,
        REFRESHED,
        TUTORING_KEPT,
        REMEMBERED,
        BASELINE_DONE,
        RECORDED,
    }
)

# Around and inside the one transaction that brings the schema up to date.
MIGRATE: Final = "migrate.begin"
MIGRATION_STEP: Final = "migrate.step"  # after each revision
BEFORE_MIGRATED: Final = "migrate.before-commit"
MIGRATED: Final = "migrate.committed"
MIGRATION: Final = frozenset({MIGRATE, MIGRATION_STEP, BEFORE_MIGRATED, MIGRATED})

# After each durable step of a document's way.
DOCUMENT_FETCHED: Final = "reading.fetched"
DOCUMENT_READ: Final = "reading.read"
READING: Final = frozenset({DOCUMENT_FETCHED, DOCUMENT_READ})

# After each durable step of an update on its way through the bot, and of a digest.
UPDATES_FETCHED: Final = "bot.fetched"  # we have them, nothing is stored: the service sends them again
BEFORE_STORED: Final = "bot.before-stored"  # inside the transaction
UPDATES_STORED: Final = "bot.stored"  # durable here, not confirmed there
OFFSET_MOVED: Final = "bot.offset-moved"  # the next poll confirms them
CONFIRMED: Final = "bot.confirmed"  # the service has forgotten them
REACTED: Final = "bot.reacted"  # inside the transaction: the effects are made, no answer is owed
ANSWER_OWED: Final = "bot.answer-owed"  # inside the transaction
BEFORE_HANDLED: Final = "bot.before-handled"  # inside the transaction: marked as done
HANDLED: Final = "bot.handled"  # effects, answers and mark are durable, nothing is shown
SHOWN: Final = "bot.shown"  # what is shown at once is on its way
BEFORE_DIGEST: Final = "digest.before-owed"  # inside the transaction
DIGEST_OWED: Final = "digest.owed"
INBOUND: Final = frozenset(
    {
        UPDATES_FETCHED,
        BEFORE_STORED,
        UPDATES_STORED,
        OFFSET_MOVED,
        CONFIRMED,
        REACTED,
        ANSWER_OWED,
        BEFORE_HANDLED,
        HANDLED,
        SHOWN,
        BEFORE_DIGEST,
        DIGEST_OWED,
    }
)

NAMES: Final = DELIVERY | POLLING | INBOUND  # those a running daemon passes again and again


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
    if name not in NAMES | MIGRATION | READING:
        problems.append(
            f"failpoint {name!r} is unknown; known: {', '.join(sorted(NAMES | MIGRATION | READING))}"
        )
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

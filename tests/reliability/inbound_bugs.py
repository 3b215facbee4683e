"""Known-bad designs of the bot, each a patch for the victim's process only; the rig must catch every one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from alerts.bot.client import BotClient
from alerts.preferences import Preferences
from monitor.bot import BotLoop
from monitor.store import inbound


def _put(where: object, name: str, value: object) -> None:
    """Replace an attribute that must exist: a renamed one would make a patch that patches nothing."""
    assert hasattr(where, name), f"{where} has no {name}"
    setattr(where, name, value)


def _confirm_before_storing() -> None:
    """The stock library's way: the service forgets an update as soon as it was fetched."""
    honest = BotClient.updates

    async def updates(self: BotClient, offset: int | None) -> list[dict[str, Any]]:
        found = await honest(self, offset)
        if found:
            patience, self._poll = self._poll, 0
            try:
                await honest(self, max(update["update_id"] for update in found) + 1)
            finally:
                self._poll = patience
        return found

    _put(BotClient, "updates", updates)


def _mark_apart() -> None:
    """The effects first, the mark in a transaction of its own: killed between them, it is done again."""
    honest, handle = inbound.mark_done, BotLoop._handle
    verdicts: dict[int, str] = {}

    def later(session: Any, update_id: int, verdict: str, now: datetime) -> None:
        verdicts[update_id] = verdict

    async def handle_then_mark(self: BotLoop, number: int, body: Any) -> None:
        await handle(self, number, body)

        def mark() -> None:
            with self.database.write() as session:
                honest(session, number, verdicts.pop(number, ""), self.clock.now())

        await self.run_in_store(mark)

    _put(inbound, "mark_done", later)
    _put(BotLoop, "_handle", handle_then_mark)


def _digest_by_the_minute() -> None:
    """A digest's identity holds the instant it was made at, so every process makes its own."""
    honest = inbound.owe

    def owe(session: Any, chat: Any, identity: Any, *rest: Any) -> bool:
        return honest(session, chat, (*identity, rest[-1]) if identity[0] == "digest" else identity, *rest)

    _put(inbound, "owe", owe)


def _quiet_hours_forgotten() -> None:
    """Nothing is ever held."""
    _put(Preferences, "held_until", lambda self, at: None)


def _answers_not_owed() -> None:
    """Answers are sent at once and kept nowhere."""
    _put(inbound, "owe", lambda *_: False)


BUGS: dict[str, Callable[[], None]] = {
    "confirm-before-storing": _confirm_before_storing,
    "mark-apart": _mark_apart,
    "digest-by-the-minute": _digest_by_the_minute,
    "quiet-hours-forgotten": _quiet_hours_forgotten,
    "answers-not-owed": _answers_not_owed,
}
"""name → patch."""

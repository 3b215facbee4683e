"""What the bot shows at once and may lose: toasts, edited menus, inline cards, a word to strangers.

Rule: nothing here changes anything; whoever misses an answer taps again and gets the same.
Rule: bounded: more than 200 at a time are left unanswered.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from alerts.bot.contract import Inbound, Reaction
from alerts.bot.port import Client
from alerts.contract import Payload
from alerts.message import Message
from monitor.domain.errors import FetchError, OtherPoller, TokenRefused

log = logging.getLogger(__name__)

_MOST = 200
_MOST_WHISPERED = 1_000


@dataclass(kw_only=True)
class Answers:
    """The answers on their way."""

    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _whispered: set[int] = field(default_factory=set)

    def show(
        self,
        client: Client,
        asked: Inbound,
        reaction: Reaction,
        layout: Callable[[Message], tuple[Payload, ...]],
    ) -> None:
        """Send whatever of a reaction is for now."""
        if asked.kind == "callback":
            self.run(client.answer_tap(asked.query_id, reaction.toast))
            if reaction.edit is not None and asked.message_id is not None:
                self.run(client.edit(asked.chat, asked.message_id, layout(reaction.edit)[-1]))
        elif asked.kind == "inline":
            cards = [(message.headline, layout(message)[0]) for message in reaction.inline]
            self.run(client.answer_inline(asked.query_id, cards))
        elif reaction.whisper and asked.user not in self._whispered:
            if len(self._whispered) >= _MOST_WHISPERED:
                self._whispered.clear()
            self._whispered.add(asked.user)
            self.run(client.whisper(asked.chat, reaction.whisper))

    def run(self, answer: Coroutine[Any, Any, None]) -> None:
        """Send one beside everything else; trouble with it is only logged."""
        if len(self.tasks) >= _MOST:
            answer.close()
            return

        async def send() -> None:
            with suppress(asyncio.CancelledError):
                try:
                    await answer
                except (FetchError, OtherPoller, TokenRefused) as error:
                    log.info("an answer shown at once was lost: %s", error)

        task = asyncio.ensure_future(send())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

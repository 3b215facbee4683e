"""Everything else, through the optional library Apprise: best effort.

Rule: delivered only when Apprise says so; it tells no reasons, so every no is ambiguous and comes again.
Rule: its own log is shut, as it may quote addresses that hold secrets.
"""

from __future__ import annotations

import asyncio
import logging
from importlib import import_module

from alerts.channels.posting import PATIENT, Patience, Target
from alerts.channels.posting_text import Style, as_is, cut, utf8
from alerts.contract import Delivered, Outcome, Payload, RetryLater
from alerts.message import Message
from monitor.domain.errors import ConfigError

_STYLE = Style(
    limit=2_000,
    plain_limit=2_000,
    measure=utf8,
    escape=as_is,
    bold=as_is,
    link=lambda label, url: f"{label}: {url}",
)


class AppriseChannel:
    """One Apprise address; raises ConfigError when the library is absent or does not know the address."""

    def __init__(self, target: Target, patience: Patience = PATIENT) -> None:
        try:
            apprise = import_module("apprise")  # absent unless the extra is installed
        except ImportError as error:
            problem = f"channels.apprise: {target.name} needs: pip install 'ipo-monitor[apprise]'"
            raise ConfigError([problem]) from error
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        self.name = target.name
        self._patience = patience
        self._text = apprise.NotifyFormat.TEXT
        self._apprise = apprise.Apprise()
        if not self._apprise.add(target.url):
            raise ConfigError(
                [f"channels.apprise: {target.name}: Apprise does not know this kind of address"]
            )

    def __repr__(self) -> str:
        return f"AppriseChannel(name={self.name!r})"

    def format(self, message: Message) -> tuple[Payload, ...]:
        """Turn a message into plain text parts of at most 2,000 bytes; pure."""
        return cut(message, _STYLE)

    async def send(self, address: str, payload: Payload, *, plain: bool = False) -> Outcome:
        """Hand one part to Apprise, once."""
        title, _, rest = payload.plain.partition("\n")
        try:
            async with asyncio.timeout(self._patience.whole):
                done = await self._apprise.async_notify(
                    body=rest or title, title=title, body_format=self._text
                )
        except TimeoutError:
            return RetryLater(why="no word of Apprise in time", ambiguous=True)
        if done:  # True, or a result that is true when all went well
            return Delivered(receipt="apprise")
        return RetryLater(why="Apprise says no, and not why", ambiguous=True)

    async def close(self) -> None:
        """Nothing is kept open between messages."""

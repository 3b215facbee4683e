"""What the application asks of a channel: format purely, send once, report an outcome.

Rule: a channel reports what happened; only a bug raises.
Rule: success is what the body says, never the HTTP status alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from alerts.message import Button, Message, Picture


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """The service said yes; `receipt` is its own message id."""

    receipt: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryLater:
    """Not now. `ambiguous` means the message may have arrived all the same (no answer, broken answer)."""

    why: str
    after: timedelta | None = None
    ambiguous: bool = False
    new_address: str | None = None  # a group became a supergroup: send there from now on


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """Never: this message (poison), this chat (blocked, gone), or the whole channel (token revoked)."""

    why: str
    scope: Literal["message", "chat", "channel"]


Outcome = Delivered | RetryLater | Rejected


@dataclass(frozen=True, kw_only=True, slots=True)
class Payload:
    """One wire message: marked-up text, and the same as plain text for a service that refuses the first."""

    text: str
    plain: str
    part: int = 1
    parts: int = 1
    silent: bool = False
    key: str = ""  # the same on all copies of this part, on no other; "" where the service has no use for it
    buttons: tuple[tuple[Button, ...], ...] = ()
    reply_to: str = ""  # receipt of the message it replies to, where the service can thread
    edit: str = ""  # receipt of the message to put it in place of, where the service can edit
    picture: Picture | None = None  # to be drawn above the text, where the service shows pictures
    patience: float | None = None  # seconds after which no answer is waited for; None: as long as is usual


class Channel(Protocol):
    """One chat service. `name` is the key of `[channels.<name>]`."""

    name: str

    def format(self, message: Message) -> tuple[Payload, ...]:
        """Turn a message into one or more payloads within the service's limits; pure."""
        ...

    async def send(self, address: str, payload: Payload, *, plain: bool = False) -> Outcome:
        """Send one payload to one chat, once, and say what became of it."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...

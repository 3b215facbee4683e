"""What a button carries, sealed for the chat it was sent to, so that nobody can make one up.

Rule: the seal is over the chat and the words; a button copied into another chat is not opened there.
Rule: the key comes from the bot's token and is never stored or shown.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

MOST_BYTES = 64  # of callback data, by the Bot API
_SEAL = 10  # characters: 60 bits


class Signer:
    """Seals and opens the data of buttons."""

    __slots__ = ("_key",)

    def __init__(self, token: str) -> None:
        self._key = hashlib.sha256(b"ipo-monitor buttons\0" + token.encode()).digest()

    def __repr__(self) -> str:
        return "Signer(***)"

    def seal(self, chat: int | str, words: str) -> str:
        """The data of a button; ValueError when it would be too long for one."""
        data = f"{words}~{self._mac(chat, words)}"
        if len(data.encode()) > MOST_BYTES:
            raise ValueError("too long for a button")
        return data

    def open(self, chat: int | str, data: str) -> str | None:
        """The words, when we sealed them for this chat; else None."""
        words, _, seal = data.rpartition("~")
        good = hmac.compare_digest(seal.encode(), self._mac(chat, words).encode())
        return words if words and good else None

    def _mac(self, chat: int | str, words: str) -> str:
        digest = hmac.new(self._key, f"{bare_chat(chat)}\0{words}".encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(digest).decode()[:_SEAL]


def bare_chat(address: int | str) -> str:
    """The chat of an address, without its topic."""
    return str(address).partition("/")[0]

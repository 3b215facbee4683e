"""What the Bot API stand-in remembers: chats, what each saw and when, calls, and limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ME = {"id": 123456, "is_bot": True, "first_name": "IPO monitor", "username": "ipo_monitor_bot"}


class Refused(Exception):
    """An answer with ok: false."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass(slots=True)
class Shown:
    """One message as a chat sees it, and when."""

    message_id: int
    text: str
    entities: list[dict[str, Any]]
    at: float
    silent: bool = False
    thread: int | None = None
    reply_to: int | None = None
    raw: str = ""
    parse_mode: str = ""
    edits: int = 0
    deleted: bool = False
    keyboard: list[list[dict[str, str]]] = field(default_factory=list)
    photo: bytes = b""  # the file; its caption is `text`


@dataclass(slots=True)
class Chat:
    """One chat and everything it saw, in order."""

    id: int
    type: str = "private"
    title: str = ""
    username: str = ""
    shown: list[Shown] = field(default_factory=list)
    next_id: int = 1
    members: dict[int, str] = field(default_factory=dict)  # user id → status, of a group

    @property
    def texts(self) -> list[str]:
        """What a person in the chat reads, oldest first."""
        return [one.text for one in self.shown if not one.deleted]

    def as_json(self) -> dict[str, Any]:
        """The Chat object of the Bot API."""
        names = {"first_name": self.title or "A"} if self.type == "private" else {"title": self.title or "G"}
        return {
            "id": self.id,
            "type": self.type,
            **names,
            **({"username": self.username} if self.username else {}),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Telegram's working figures, enforced as strict sliding windows."""

    per_second: int = 30
    per_chat_second: int = 1
    per_group_minute: int = 20


@dataclass(slots=True)
class Call:
    """One request as it arrived."""

    method: str
    params: dict[str, str]
    at: float
    fault: str = ""

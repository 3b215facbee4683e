"""Scripted bad days of a Bot API server: each is one answer, or one way of not answering.

Rule: `applied` says whether the call took effect in the chat before the fault.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Break(StrEnum):
    """How a connection fails without a whole answer."""

    CLOSE_BEFORE_READING = "close_before_reading"
    CLOSE_AFTER_READING = "close_after_reading"
    HALF_HEADERS = "half_headers"
    HALF_BODY = "half_body"
    SILENCE = "silence"  # accepted and applied, never answered
    LATE = "late"  # applied only after `release()`, when the client has given up
    DROP = "drop"  # read, never applied, never answered


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One scripted answer: a status with a body, or a break."""

    name: str
    status: int = 0
    body: bytes = b""
    content_type: str = "application/json"
    how: Break | None = None
    applied: bool = False


def refusal(code: int, description: str, *, status: int | None = None, **parameters: int) -> Fault:
    """The Bot API's own envelope for a refusal."""
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return Fault(name=description, status=status or code, body=json.dumps(body).encode())


CANT_PARSE = refusal(
    400, "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\""
)
CHAT_NOT_FOUND = refusal(400, "Bad Request: chat not found")
TOO_LONG = refusal(400, "Bad Request: message is too long")
BLOCKED = refusal(403, "Forbidden: bot was blocked by the user")
KICKED = refusal(403, "Forbidden: bot was kicked from the supergroup chat")
DEACTIVATED = refusal(403, "Forbidden: user is deactivated")
UNAUTHORIZED = refusal(401, "Unauthorized")
NOT_FOUND = refusal(404, "Not Found")
CONFLICT = refusal(409, "Conflict: terminated by other getUpdates request")
TOO_MANY_UNSAID = refusal(429, "Too Many Requests")
INTERNAL = refusal(500, "Internal Server Error")
TEAPOT = refusal(418, "I'm a teapot")
OK_FALSE_IN_200 = refusal(400, "Bad Request: chat not found", status=200)
BAD_GATEWAY = Fault(name="502", status=502, body=b"<html>502 Bad Gateway</html>", content_type="text/html")
PORTAL = Fault(
    name="portal", status=200, body=b"<html>Log in to the network</html>", content_type="text/html"
)
PORTAL_403 = Fault(name="portal 403", status=403, body=b"<html>Forbidden</html>", content_type="text/html")
BROKEN_JSON = Fault(name="broken JSON", status=200, body=b'{"ok":true,"result":{"mess', applied=True)
EMPTY_RESULT = Fault(name="result true", status=200, body=b'{"ok":true,"result":true}', applied=True)
NO_RESULT = Fault(name="no result", status=200, body=b'{"ok":true}', applied=True)
NOT_AN_OBJECT = Fault(name="a list", status=200, body=b"[]", applied=True)


def too_many(retry_after: int) -> Fault:
    """429 with the server's own delay in seconds."""
    return refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def migrated(new_chat_id: int) -> Fault:
    """A group that became a supergroup."""
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    return refusal(400, text, migrate_to_chat_id=new_chat_id)


def broken(how: Break) -> Fault:
    """A connection that fails in one of the ways of `Break`."""
    applied = how in (
        Break.CLOSE_AFTER_READING,
        Break.HALF_HEADERS,
        Break.HALF_BODY,
        Break.SILENCE,
        Break.LATE,
    )
    return Fault(name=how.value, how=how, applied=applied)

"""Keep secrets out of every log line, outcome and exception text.

Rule: Telegram puts the bot token in the URL, so anything that quotes a URL passes through here.
Rule: the filter rewrites a record before any handler formats it; trace-backs are rewritten too.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from urllib.parse import quote

HIDDEN = "[hidden]"
# A run of digits is always taken whole, token or not: tried from each of them, it would cost their square.
_BOT_TOKEN = re.compile(r"(?P<token>\d{6,}+(?::|%3A)[A-Za-z0-9_-]{30,}+)|\d++", re.IGNORECASE)
_TRACEBACKS = logging.Formatter()


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Replace every bot token and every configured secret, plain or percent-encoded, by `[hidden]`."""
    for secret in sorted((one for one in secrets if one), key=len, reverse=True):
        text = text.replace(secret, HIDDEN).replace(quote(secret, safe=""), HIDDEN)
    return _BOT_TOKEN.sub(_hide_token, text)


def _hide_token(match: re.Match[str]) -> str:
    return HIDDEN if match["token"] else match[0]


class RedactingFilter(logging.Filter):
    """Rewrites each record that passes; belongs on handlers, as children skip their parent's filter."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def __repr__(self) -> str:
        return f"RedactingFilter({len(self._secrets)} secrets)"

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record through, without its secrets."""
        record.msg = redact(record.getMessage(), self._secrets)
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = _TRACEBACKS.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text, self._secrets)
        if record.stack_info:
            record.stack_info = redact(record.stack_info, self._secrets)
        return True


def guard_logging(secrets: Iterable[str] = (), root: logging.Logger | None = None) -> RedactingFilter:
    """Put one filter on the root logger and on each of its handlers, and quieten the HTTP client.

    Call it after the handlers exist; a handler added later must be given the returned filter.
    """
    guard = RedactingFilter(secrets)
    root = root or logging.getLogger()
    root.addFilter(guard)
    for handler in root.handlers:
        handler.addFilter(guard)
    for chatty in ("httpx", "httpcore"):  # they log each URL, and with it the token, at INFO
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return guard

"""The one exception vocabulary, named by what the caller must do.

Rule: standard library only; no third-party type in a signature.
Rule: httpx, SQLAlchemy and Telegram errors are translated where they are born, `raise … from exc`.
"""

from __future__ import annotations

from datetime import timedelta


class MonitorError(Exception):
    """Root of everything this program raises on purpose."""


class ConfigError(MonitorError):
    """The operator edits a file or a variable; start-up stops with every problem listed (exit 2)."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class FetchError(MonitorError):
    """No usable answer came; the next poll asks again, later."""


class Unreachable(FetchError):
    """The host did not answer in time, refused, or broke off."""


class ServerTrouble(FetchError):
    """The host answered with its own error (5xx, or 系统繁忙)."""


class RateLimited(FetchError):
    """The host asked us to slow down; `retry_after` is its own wish, if it gave one."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Blocked(FetchError):
    """The host refuses programs (403, challenge page); slow down and tell the operator, never evade."""


class Refused(FetchError):
    """We refuse the answer or the address: too large, foreign redirect, private address."""


class ParseError(MonitorError):
    """An answer we cannot read: keep the bytes, keep the old facts, tell the operator."""

    def __init__(self, what: str, *, seen: object = None) -> None:
        evidence = "" if seen is None else f" (seen: {str(seen)[:200]!r})"
        super().__init__(what + evidence)
        self.what = what


class DecodeError(ParseError):
    """The bytes are no text, JSON or JSONP of the kind expected, or were cut short."""


class LayoutChanged(ParseError):
    """A key, column or shape the source always had is missing or of another type."""


class SourceEmpty(ParseError):
    """Zero rows where zero cannot be: an alarm, never a quiet day."""


class StoreError(MonitorError):
    """Our disk or schema: stop polling, keep running, say so."""


class CertificateTrouble(FetchError):
    """The host cannot prove who it is (expired, wrong name, self-signed): an alarm of its own."""


class NotFound(FetchError):
    """The host says there is no such thing (404, 410): asking again soon will not help."""


class BackingOff(FetchError):
    """We ourselves leave the host alone after trouble; nothing was sent; `retry_after` is how much longer."""

    def __init__(self, message: str, retry_after: timedelta) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SecondDaemon(StoreError):
    """Another daemon works on this database; stop it first or give this one its own."""


class DiskFull(StoreError):
    """No room for what we have to write; nothing is lost, work resumes when there is room."""


class StoreGone(StoreError):
    """The database was moved, replaced or damaged under us: stop at once, an operator must look (exit 3)."""


class Unrecoverable(MonitorError):
    """A part of us cannot be brought back from inside: end, so that the service manager starts us anew."""


class OtherPoller(MonitorError):
    """Somebody else reads this bot's updates (409): stop asking, an operator must look."""


class TokenRefused(MonitorError):
    """The chat service does not know the bot's token (401, 404): nothing will work until it is replaced."""

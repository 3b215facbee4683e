"""What every channel that posts to one secret address shares: one request, its answer read as an outcome.

Rule: success is what the body says; an answer not in the service's own words is ambiguous in any status.
Rule: nothing here retries or follows a redirect; no proxy variable sees the address.
Rule: a connection lives for one message, so that a cancelled send leaves no dead slot in a pool.
Rule: the address is a secret: it and its telling parts are hidden in every outcome, log line and repr.
"""

from __future__ import annotations

import asyncio
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx

from alerts.channels.posting_text import Style, cut
from alerts.contract import Delivered, Outcome, Payload, Rejected, RetryLater
from alerts.message import Message
from alerts.redact import redact
from alerts.trust import trusted_roots

UNSAID_DELAY = timedelta(seconds=30)
_LONGEST_ANSWER = 64 * 1024
_LONGEST_DELAY = 86_400.0
_GONE = (401, 403, 404, 410)
_MOVED = (301, 307, 308)  # a 302 or 303 may follow a post that was taken
# The request never left: nothing can have arrived.
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where one configured channel posts to; `url` and `secret` never show. `now` is the wall clock, UTC."""

    name: str
    url: str = field(repr=False)
    now: Callable[[], datetime] = field(repr=False)
    secret: str = field(default="", repr=False)
    to: tuple[str, ...] = ()  # e-mail addresses
    sender: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long one send may take, in seconds; `whole` spans all of it."""

    connect: float = 10.0
    read: float = 20.0
    whole: float = 45.0


PATIENT = Patience()


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One request: its address, its exact bytes and its headers."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back; `said` is the body as a JSON object, None when it is none."""

    status: int
    text: str
    said: dict[str, object] | None
    delay: timedelta | None  # of the header Retry-After

    @property
    def well(self) -> bool:
        """A status of success, which alone proves nothing."""
        return 200 <= self.status < 300

    def number(self, name: str) -> int | None:
        """An integer of the JSON object, None when it is absent or something else."""
        value = self.said.get(name) if self.said is not None else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def words(self, name: str) -> str:
        """A text of the JSON object, "" when it is absent or something else."""
        value = self.said.get(name) if self.said is not None else None
        return value if isinstance(value, str) else ""


class HookChannel(ABC):
    """A channel with one chat, its configured address; a subclass says how to ask and what answers mean."""

    service: ClassVar[str]  # as in "no answer of …"
    style: ClassVar[Style]

    def __init__(self, target: Target, patience: Patience = PATIENT) -> None:
        self.name = target.name
        self._target = target
        self._patience = patience
        self._secrets = url_secrets(target.url) + ((target.secret,) if target.secret else ())

    def __repr__(self) -> str:
        host = urlsplit(self._target.url).hostname or ""
        return f"{type(self).__name__}(name={self.name!r}, host={redact(host, self._secrets)!r})"

    def format(self, message: Message) -> tuple[Payload, ...]:
        """Turn a message into parts within the service's limits; pure."""
        return cut(message, self.style)

    @abstractmethod
    def request(self, payload: Payload, *, plain: bool) -> Post:
        """The request that sends one part now."""

    @abstractmethod
    def verdict(self, answer: Answer) -> Outcome | None:
        """What the answer says in the service's own words; None when these are not its words."""

    async def send(self, address: str, payload: Payload, *, plain: bool = False) -> Outcome:
        """Post one part once; `address` is ignored, as the channel has one chat."""
        return self._hidden(await self._posted(self.request(payload, plain=plain)))

    async def close(self) -> None:  # noqa: B027 -- no service needs more
        """Nothing is kept open between messages."""

    async def _posted(self, post: Post) -> Outcome:
        patience = self._patience
        timeout = httpx.Timeout(patience.read, connect=patience.connect)
        try:
            async with (
                asyncio.timeout(patience.whole),
                httpx.AsyncClient(
                    trust_env=False, follow_redirects=False, timeout=timeout, verify=trusted_roots()
                ) as client,
                client.stream("POST", post.url, content=post.body, headers=dict(post.headers)) as response,
            ):
                answer = await _read(response)
        except _NEVER_LEFT as error:
            return RetryLater(why=f"cannot reach {self.service}: {_named(error)}")
        except (httpx.HTTPError, TimeoutError) as error:
            return RetryLater(why=f"no answer of {self.service}: {_named(error)}", ambiguous=True)
        return self._judged(answer)

    def _judged(self, answer: Answer) -> Outcome:
        outcome = self.verdict(answer)
        if isinstance(outcome, Delivered) and not answer.well:
            outcome = None
        return outcome if outcome is not None else self._by_status(answer)

    def _by_status(self, answer: Answer) -> Outcome:
        why = f"HTTP {answer.status} with a body that is not {self.service}'s"
        if answer.status == 429 or answer.status in _MOVED:
            return refused(answer, why)
        return RetryLater(why=why, ambiguous=True)

    def _hidden(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Delivered):
            return replace(outcome, receipt=redact(outcome.receipt, self._secrets)[:100])
        return replace(outcome, why=redact(outcome.why, self._secrets)[:500])


def refused(answer: Answer, why: str) -> Outcome:
    """A refusal in the service's own words that no table of its codes knows: the status tells the rest."""
    why = f"HTTP {answer.status}: {why}"
    if answer.status in _MOVED:
        return RetryLater(
            why=f"{why}: moved; give the new address"
        )  # it was told to go elsewhere, and did not
    if answer.status >= 500 or answer.status == 408 or 300 <= answer.status < 400:
        return RetryLater(why=why, ambiguous=True)
    if answer.status == 429:
        return RetryLater(why=why, after=answer.delay or UNSAID_DELAY)
    return Rejected(why=why, scope="channel" if answer.status in _GONE else "message")


def as_json(value: object) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}


def url_secrets(url: str) -> tuple[str, ...]:
    """The parts of an address that give it away: itself, long path segments, the last one, query values."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    telling = [segment for segment in segments if len(segment) >= 16]
    telling += [segment for segment in segments[-1:] if len(segment) >= 6]
    telling += [value for _, value in parse_qsl(parts.query) if len(value) >= 6]
    telling += [unquote(parts.password)] if parts.password else []
    if parts.scheme not in ("http", "https", "smtp", "smtps", "smtp+plain"):  # Apprise's keep keys anywhere
        telling += [parts.netloc, *(part for part in re.split(r"[@:]", parts.netloc) if len(part) >= 8)]
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return tuple(dict.fromkeys([url, *([path] if len(path) > 8 else []), *telling]))


def delay_of(seconds: object) -> timedelta | None:
    """A delay as a service words it, at most a day; None when it is no positive number of seconds."""
    if isinstance(seconds, str) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", seconds.strip()):
        seconds = float(seconds)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds > 0:
        return None
    return timedelta(seconds=min(float(seconds), _LONGEST_DELAY))


async def _read(response: httpx.Response) -> Answer:
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > _LONGEST_ANSWER:
            body = b"(too long an answer)"  # no service says that much: these are not its words
            break
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    return Answer(
        status=response.status_code,
        text=body.decode(errors="replace").strip(),
        said=said if isinstance(said, dict) else None,
        delay=delay_of(response.headers.get("Retry-After")),
    )


def _named(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()

"""The one door by which bytes come in; the only user of httpx for sources.

Rule: a Fetcher lives for one poll; whatever is cancelled half-way, leaving it closes everything.
Rule: only origins on the list, only public addresses; the address checked is the address connected to.
Rule: one deadline spans a request with all its redirects; bodies are bounded while they stream.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from types import TracebackType
from typing import Self

import certifi
import httpx

from monitor.domain.addresses import is_link_local, is_public
from monitor.domain.clock import Clock
from monitor.domain.errors import (
    CertificateTrouble,
    FetchError,
    NotFound,
    ParseError,
    Refused,
    Unreachable,
)
from scrapers.classify import classify, host_time, retry_after
from scrapers.contract import Document, Request
from scrapers.inflate import Body, is_readable
from scrapers.pace import Pace

Resolver = Callable[[str, int], Awaitable[list[str]]]
Keeper = Callable[[Document, int, str], None]  # document, HTTP status, "ok" or the error's name
Listener = Callable[[str, datetime], None]  # host, what its clock said

_MOST_REDIRECTS = 5
_LONGEST_ERROR_PAGE = 256 * 1024
_PORTS = {"http": 80, "https": 443}
_ACCEPT = {
    "json": "application/json, text/javascript, */*",
    "html": "text/html, */*",
    "pdf": "application/pdf, */*",
}


def honest_user_agent(contact: str) -> str:
    """Who we are, with whom to write to when the operator gave an address."""
    return f"ipo-monitor/{version('ipo-monitor')}" + (f" (+{contact})" if contact else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchPolicy:
    """What a source allows; `origins` are base URLs and the only places ever asked. Seconds and bytes."""

    origins: tuple[str, ...]
    user_agent: str
    allow_private_hosts: bool = False
    deadline: float = 60.0
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    slowest_rate: float = 1024.0  # bytes per second, judged from the fifth second of a body on
    rate_grace: float = 5.0
    page_limit: int = 16 * 1024 * 1024  # JSON and HTML; a request's own max_bytes may be lower
    pdf_limit: int = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    status: int
    headers: httpx.Headers
    body: bytes
    redirect: str = ""


async def system_resolver(host: str, port: int) -> list[str]:
    """The addresses the system knows for a host, in its order of preference."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host} has no address: {error}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@cache
def _tls() -> ssl.SSLContext:
    """Loading the certificate bundle costs more than a poll, so it happens once."""
    return ssl.create_default_context(cafile=certifi.where())


class Fetcher:
    """Asks the hosts of one source during one poll: `async with Fetcher(…) as fetcher`."""

    def __init__(
        self,
        policy: FetchPolicy,
        pace: Pace,
        clock: Clock,
        *,
        keep: Keeper | None = None,
        heard: Listener | None = None,
        resolve: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._pace = pace
        self._clock = clock
        self._keep = keep
        self._heard = heard
        self._resolve = resolve
        self._tls = tls
        self._allowed = {_origin(httpx.URL(base)) for base in policy.origins}
        self._addresses: dict[str, list[str]] = {}
        # A client per origin: connections to one address must not be shared between names.
        self._clients: dict[tuple[str, str, int], httpx.AsyncClient] = {}
        self.requests = 0
        self.received_bytes = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for origin in list(self._clients):
            await self._drop(origin)

    async def get(self, request: Request) -> Document:
        """The answer to a request, complete and of the kind it expects.

        Raises FetchError (Unreachable, ServerTrouble, RateLimited, Blocked, Refused, CertificateTrouble,
        NotFound, BackingOff) or DecodeError; each but NotFound and BackingOff slows the host's pace.
        """
        url = _url(request.url)
        if request.params:
            url = url.copy_merge_params(dict(request.params))
        left, before = request.deadline or self._policy.deadline, None
        loop = asyncio.get_running_loop()
        for _ in range(_MOST_REDIRECTS + 1):
            origin = self._admitted(request, url, before)
            async with self._pace.turn(origin[1]):
                begun, answer = loop.time(), None
                try:
                    answer = await self._answered(request, url, origin, left)
                    if self._heard is not None and (told := host_time(answer.headers)) is not None:
                        self._heard(origin[1], told)
                    if not answer.redirect:
                        document = self._judged(request, answer)
                        self._pace.fine(origin[1])
                        return document
                    before, url = url, _url(answer.redirect, url)
                    self._admitted(request, url, before)
                except NotFound:
                    self._pace.fine(origin[1])
                    raise
                except (FetchError, ParseError) as error:
                    # 503 may carry the same wish as 429.
                    wish = retry_after(answer.headers) if answer is not None else None
                    self._pace.trouble(origin[1], str(error), wish)
                    raise
                left -= loop.time() - begun
        raise Refused(f"{request.label}: more than {_MOST_REDIRECTS} redirects")

    def _admitted(self, request: Request, url: httpx.URL, before: httpx.URL | None) -> tuple[str, str, int]:
        """The origin of a URL we may ask; each redirect's target is checked like the first."""
        origin = _origin(url)
        scheme, host, port = origin
        upgraded = scheme == "https" and port == 443 and ("http", host, 80) in self._allowed
        where = "redirected to" if before is not None else "is at"
        if url.userinfo or not (origin in self._allowed or upgraded):
            raise Refused(f"{request.label}: {where} {scheme}://{host}:{port}, which is not on the list")
        if before is not None and before.scheme == "https" and scheme != "https":
            raise Refused(f"{request.label}: redirected from https down to http at {host}")
        return origin

    async def _answered(
        self, request: Request, url: httpx.URL, origin: tuple[str, str, int], left: float
    ) -> _Answer:
        try:
            async with asyncio.timeout(left):
                return await self._asked(request, url, origin)
        except TimeoutError as error:
            await self._drop(origin)
            raise Unreachable(
                f"{request.label}: {origin[1]} did not finish within "
                f"{request.deadline or self._policy.deadline:g} s"
            ) from error
        except (httpx.HTTPError, OSError) as error:
            await self._drop(origin)
            what = f"{request.label}: {origin[1]}: {type(error).__name__} {error}"
            if _about_tls(error):
                raise CertificateTrouble(what) from error
            raise Unreachable(what) from error

    async def _asked(self, request: Request, url: httpx.URL, origin: tuple[str, str, int]) -> _Answer:
        _, host, port = origin
        if host not in self._addresses:
            self._addresses[host] = self._vetted(host, await self._resolve(host, port))
        addresses = self._addresses[host]
        client = self._clients.get(origin) or self._client(origin)
        for place, address in enumerate(addresses):
            message = client.build_request(
                "GET",
                url.copy_with(host=address, fragment=None),
                headers={
                    "Accept": _ACCEPT.get(request.expects, "*/*"),
                    **request.headers,
                    "Host": url.netloc.decode("ascii"),
                    "Accept-Encoding": "gzip",
                },
                extensions={"sni_hostname": host},
            )
            self.requests += 1
            try:
                response = await client.send(message, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if place + 1 < len(addresses) and not _about_tls(error):
                    continue  # nothing was sent: the next address of the same host may do
                raise
            self._addresses[host] = [address]
            try:
                return await self._read(request, url, response)
            finally:
                await response.aclose()
        raise Unreachable(f"{request.label}: {host} has no address")

    async def _read(self, request: Request, url: httpx.URL, response: httpx.Response) -> _Answer:
        status, headers = response.status_code, response.headers
        if 300 <= status < 400 and headers.get("location"):
            return _Answer(status=status, headers=headers, body=b"", redirect=headers["location"])
        limit = self._policy.pdf_limit if request.expects == "pdf" else self._policy.page_limit
        limit = min(limit, request.max_bytes) if status == 200 else _LONGEST_ERROR_PAGE
        coding = headers.get("content-encoding", "")
        body = Body(coding if is_readable(coding) else "", limit)
        try:
            if status == 200 and not is_readable(coding):
                raise Refused(f"content coding {coding[:40]!r}, where only gzip was offered")
            if status == 200 and int(headers.get("content-length", "0")) > limit:
                raise Refused(f"announces more than {limit:,} bytes")
            await self._stream(response, body)
            return _Answer(status=status, headers=headers, body=body.whole())
        except (Refused, Unreachable, httpx.HTTPError) as error:
            if status != 200:  # the status says enough, its page is only evidence
                return _Answer(status=status, headers=headers, body=body.partial())
            if isinstance(error, httpx.HTTPError):
                raise
            raise type(error)(f"{request.label}: {url.host}: {error}") from error
        finally:
            self.received_bytes += body.received

    async def _stream(self, response: httpx.Response, body: Body) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        async for chunk in response.aiter_raw():
            body.feed(chunk)
            took = loop.time() - begun
            if took > self._policy.rate_grace and body.received < self._policy.slowest_rate * took:
                raise Unreachable(f"too slow: {body.received} bytes in {took:.1f} s")

    def _judged(self, request: Request, answer: _Answer) -> Document:
        document = Document(
            request=request,
            body=answer.body,
            content_type=answer.headers.get("content-type", ""),
            fetched_at=self._clock.now(),
            host_time=host_time(answer.headers),
        )
        verdict = "ok"
        try:
            classify(request, answer.status, answer.headers, answer.body)
        except (FetchError, ParseError) as error:
            verdict = type(error).__name__
            raise
        finally:
            if self._keep is not None:
                self._keep(document, answer.status, verdict)
        return document

    def _vetted(self, host: str, addresses: list[str]) -> list[str]:
        """The addresses of a host, when every one of them is a place we may connect to."""
        for address in addresses:
            private = not is_public(address)
            if is_link_local(address) or (private and not self._policy.allow_private_hosts):
                raise Refused(f"{host} leads to {address}, which is no public address")
        return addresses

    def _client(self, origin: tuple[str, str, int]) -> httpx.AsyncClient:
        policy = self._policy
        plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody; http needs no bundle
        self._clients[origin] = httpx.AsyncClient(
            verify=(self._tls or _tls()) if origin[0] == "https" else plain,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(policy.read_timeout, connect=policy.connect_timeout),
            # Servers close idle connections after 5 s and more; we do it before them.
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=4.0),
            headers={"User-Agent": policy.user_agent, "Accept-Language": "zh-CN,zh;q=0.9"},
        )
        return self._clients[origin]

    async def _drop(self, origin: tuple[str, str, int]) -> None:
        client = self._clients.pop(origin, None)
        if client is not None:
            await client.aclose()


def _url(text: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        return httpx.URL(text) if base is None else base.join(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused(f"not an address: {text[:200]!r}") from error


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host.rstrip(".").lower(), url.port or _PORTS.get(url.scheme, 0)


def _about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False

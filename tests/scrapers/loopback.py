"""Servers on loopback that misbehave byte by byte, and a fetcher pointed at them."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from scrapers.contract import Request
from scrapers.fetch import Fetcher, FetchPolicy, Resolver, system_resolver
from scrapers.pace import Pace
from tests.frozen_clock import FrozenClock

Script = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Loopback:
    """One server; `heads` are the requests it saw, `port` where it listens."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def serving(script: Script, **options: object) -> AsyncIterator[Loopback]:
    """A server that runs `script` for each request head and closes the connection afterwards."""
    server, tasks = Loopback(), set[asyncio.Task[None]]()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            server.heads.append(head)
            await script(head, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the test is over
        finally:
            tasks.discard(task)
            writer.close()

    listener = await asyncio.start_server(connected, "127.0.0.1", 0, **options)  # type: ignore[arg-type]
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """A whole HTTP/1.1 answer with a Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def always(content: bytes) -> Script:
    async def script(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(content)

    return script


def fetcher_for(
    *origins: str,
    clock: FrozenClock | None = None,
    pace: Pace | None = None,
    resolve: Resolver = system_resolver,
    **policy: object,
) -> Fetcher:
    """A fetcher without a gap that may ask private hosts, unless told otherwise."""
    ticking = clock or FrozenClock()
    settings = {"user_agent": "ipo-monitor/test", "allow_private_hosts": True, "deadline": 5.0} | policy
    return Fetcher(
        FetchPolicy(origins=origins, **settings),  # type: ignore[arg-type]
        pace or Pace(ticking, gap=0.0, random=Random(7)),
        ticking,
        resolve=resolve,
    )


def asking(url: str, expects: str = "json", **more: object) -> Request:
    return Request(label="list", url=url, expects=expects, **more)  # type: ignore[arg-type]


def open_sockets() -> int:
    """How many sockets this process holds open."""
    gc.collect()
    return sum(1 for name in Path("/proc/self/fd").iterdir() if _is_socket(name))


def _is_socket(name: Path) -> bool:
    try:
        return str(name.readlink()).startswith("socket:")
    except FileNotFoundError:  # the descriptor that listed the folder
        return False

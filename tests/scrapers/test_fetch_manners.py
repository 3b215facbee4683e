"""Politeness, back-off, the client's own housekeeping under cancellation."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from random import Random

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor.domain.errors import (
    BackingOff,
    Blocked,
    DecodeError,
    FetchError,
    NotFound,
    RateLimited,
    ServerTrouble,
    Unreachable,
)
from scrapers.contract import Document
from scrapers.fetch import Fetcher, FetchPolicy, honest_user_agent
from scrapers.pace import Pace
from tests.frozen_clock import FrozenClock
from tests.scrapers.loopback import always, answer, asking, fetcher_for, open_sockets, serving

JSON = b'{"result":[]}'


async def test_requests_to_one_host_keep_their_gap_and_never_overlap() -> None:
    """Five requests at once leave one after another, each at least the gap after the last one ended."""
    clock = FrozenClock()
    busy, most, times = 0, 0, []

    async def listing(_: web.Request) -> web.Response:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        times.append(clock.monotonic())
        await asyncio.sleep(0.01)
        clock.advance(0.3)  # the request itself takes a while
        busy -= 1
        return web.json_response({"result": []})

    application = web.Application()
    application.router.add_get("/", listing)
    async with TestServer(application) as server:
        url = str(server.make_url("/"))
        async with fetcher_for(url, clock=clock, pace=Pace(clock, gap=1.0, random=Random(3))) as fetcher:
            await asyncio.gather(*(fetcher.get(asking(url)) for _ in range(5)))
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert most == 1
    assert len(gaps) == 4
    assert all(1.3 - 1e-9 <= gap <= 1.55 + 1e-9 for gap in gaps)
    assert len(set(gaps)) == 4  # jittered


async def test_the_gap_ignores_steps_of_the_wall_clock() -> None:
    """A wall clock set back by a day neither stalls nor hurries the next request."""
    clock = FrozenClock()
    pace = Pace(clock, gap=1.0)
    async with serving(always(answer(JSON))) as server:
        for step in (-86_400.0, 86_400.0):
            async with fetcher_for(server.url, clock=clock, pace=pace) as fetcher:
                await fetcher.get(asking(server.url))
            clock.step_wall(step)
            assert 0.9 < pace.ready_in("127.0.0.1") <= 1.25


async def test_a_client_serves_one_poll_over_one_connection() -> None:
    """Within a poll the connection is kept, with the poll it is closed."""
    before = open_sockets()
    peers = set()

    async def listing(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.json_response({"result": []})

    application = web.Application()
    application.router.add_get("/", listing)
    async with TestServer(application) as server:
        url = str(server.make_url("/"))
        async with fetcher_for(url) as fetcher:
            for _ in range(3):
                await fetcher.get(asking(url))
            assert len(peers) == 1
    assert open_sockets() == before


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (answer(b"slow down", "Retry-After: 120", status="429 Too Many Requests"), RateLimited),
        (answer(b"", "Retry-After: 120", status="503 Service Unavailable"), ServerTrouble),
        (answer(b"", status="502 Bad Gateway"), ServerTrouble),
        (answer(b"<html>no</html>", status="403 Forbidden"), Blocked),
        (answer(b"<html><script>var arg1='A';document.cookie='acw_sc__v2=1'</script></html>"), Blocked),
        (answer('{"success":"false","error":"系统繁忙...","errorType":"X"}'.encode()), ServerTrouble),
        (answer(b"<html><title>login</title><body>please log in to the hotel network"), DecodeError),
        (answer(b"x" * 10, status="500 Oops", length=99), ServerTrouble),
        (answer(b"x" * 10, "Content-Encoding: br", status="403 Forbidden"), Blocked),
        (answer(b"x" * 10, "Content-Encoding: gzip", status="403 Forbidden"), Blocked),
    ],
)  # fmt: skip
async def test_trouble_is_named_and_pauses_the_host(content: bytes, kind: type[Exception]) -> None:
    """Each kind of refusal raises its own error, and the host is left alone for at least the first pause."""
    clock = FrozenClock()
    pace = Pace(clock, gap=0.0, first_pause=3.0)
    async with serving(always(content)) as server, fetcher_for(server.url, clock=clock, pace=pace) as fetcher:
        with pytest.raises(kind):
            await fetcher.get(asking(server.url))
    wish = 120.0 if b"Retry-After" in content else 3.0
    assert wish <= pace.ready_in("127.0.0.1") <= max(wish, 3.75)


async def test_a_missing_page_is_no_trouble_of_the_host() -> None:
    """404 raises NotFound and pauses nothing."""
    clock = FrozenClock()
    pace = Pace(clock, gap=0.0)
    script = always(answer(b"", status="404 Not Found"))
    async with serving(script) as server, fetcher_for(server.url, clock=clock, pace=pace) as fetcher:
        with pytest.raises(NotFound):
            await fetcher.get(asking(server.url))
    assert pace.ready_in("127.0.0.1") == 0.0


async def test_long_pauses_are_not_waited_out_but_said() -> None:
    """During a pause longer than our patience nothing is sent; after it the host is asked again."""
    clock = FrozenClock()
    pace = Pace(clock, gap=0.0, patience=10.0)
    pace.trouble("127.0.0.1", "429", timedelta(seconds=60))
    async with (
        serving(always(answer(JSON))) as server,
        fetcher_for(server.url, clock=clock, pace=pace) as fetcher,
    ):
        with pytest.raises(BackingOff, match="60 s more after: 429") as caught:
            await fetcher.get(asking(server.url))
        assert caught.value.retry_after == timedelta(seconds=60)
        assert server.heads == []
        assert clock.slept == []
        clock.advance(55)
        await fetcher.get(asking(server.url))
    assert clock.slept == [5.0]
    assert pace.ready_in("127.0.0.1") == 0.0


def test_pauses_double_up_to_the_longest_and_start_over_after_a_good_answer() -> None:
    """3, 6, 12 … at most 600 seconds and a quarter; a success forgets the run."""
    clock = FrozenClock()
    pace = Pace(clock, gap=0.0, first_pause=3.0, longest_pause=600.0, random=Random(5))
    for number in range(2000):
        clock.advance(10_000)
        pace.trouble("host", "down")
        least = min(3.0 * 2 ** min(number, 30), 600.0)
        assert least <= pace.ready_in("host") <= least * 1.25
    pace.fine("host")
    pace.trouble("host", "down")
    assert 3.0 <= pace.ready_in("host") <= 3.75
    assert pace.ready_in("another") == 0.0


async def test_an_endless_error_page_is_read_only_so_far() -> None:
    """A status that says enough is not hidden by a page without end."""

    async def script(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
        while True:
            writer.write(b"<" * 65536)
            await writer.drain()

    async with serving(script) as server, fetcher_for(server.url) as fetcher:
        with pytest.raises(ServerTrouble, match="status 502"):
            await fetcher.get(asking(server.url))
    assert fetcher.received_bytes < 1 << 20


async def test_every_answer_is_kept_with_its_verdict() -> None:
    """Good and bad answers both reach the archive, the bad one with the name of its error."""
    kept: list[tuple[Document, int, str]] = []
    clock = FrozenClock()
    async with serving(always(answer(b"<html>", status="403 Forbidden"))) as server:
        policy = FetchPolicy(origins=(server.url,), user_agent="t", allow_private_hosts=True)
        async with Fetcher(
            policy, Pace(clock, gap=0.0), clock, keep=lambda *seen: kept.append(seen)
        ) as fetcher:
            with pytest.raises(Blocked):
                await fetcher.get(asking(server.url))
    ((document, status, verdict),) = kept
    assert (document.body, status, verdict) == (b"<html>", 403, "Blocked")


async def test_we_say_who_we_are() -> None:
    """The User-Agent names the program, its version and the operator's contact."""
    agent = honest_user_agent("ops@example.org")
    assert agent.startswith("ipo-monitor/")
    assert agent.endswith(" (+ops@example.org)")
    assert "(" not in honest_user_agent("")
    async with (
        serving(always(answer(JSON))) as server,
        fetcher_for(server.url, user_agent=agent) as fetcher,
    ):
        await fetcher.get(asking(server.url))
    assert f"\r\nUser-Agent: {agent}\r\n".encode() in server.heads[0]


async def test_cancelled_requests_leak_nothing() -> None:
    """300 polls cancelled at every moment of a request leave no socket and no stuck host behind."""

    async def script(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.004)
        writer.write(JSON)

    clock = FrozenClock()
    pace = Pace(clock, gap=0.0, first_pause=0.0)
    before = open_sockets()
    cancelled = 0
    async with serving(script) as server:

        async def poll() -> None:
            async with fetcher_for(server.url, clock=clock, pace=pace) as fetcher:
                await fetcher.get(asking(server.url))

        for number in range(300):
            task = asyncio.create_task(poll())
            await asyncio.sleep(0.008 * (number % 30) / 30)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                cancelled += 1
        for _ in range(3):
            await poll()
    assert cancelled > 100
    assert open_sockets() == before


async def test_deadlines_within_one_poll_leak_no_connection() -> None:
    """100 requests abandoned at their deadline inside one fetcher still leave it able to fetch."""
    silent = True

    async def script(_: bytes, writer: asyncio.StreamWriter) -> None:
        if silent:
            await asyncio.sleep(5)
        writer.write(answer(JSON))

    before = open_sockets()
    clock = FrozenClock()
    pace = Pace(clock, gap=0.0, first_pause=0.0)
    async with serving(script) as server:
        async with fetcher_for(server.url, clock=clock, pace=pace, deadline=0.003) as fetcher:
            for _ in range(100):
                with pytest.raises(Unreachable):
                    await fetcher.get(asking(server.url))
        silent = False
        async with fetcher_for(server.url, clock=clock, pace=pace) as fetcher:
            assert (await fetcher.get(asking(server.url))).body == JSON
    assert open_sockets() == before


def test_every_trouble_of_fetching_is_a_fetch_error() -> None:
    """A caller that waits for the next poll needs to catch one class only."""
    assert all(
        issubclass(kind, FetchError) for kind in (BackingOff, Blocked, NotFound, RateLimited, Unreachable)
    )

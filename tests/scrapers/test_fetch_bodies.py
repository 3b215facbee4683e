"""Bodies that are slow, endless, cut, too large or packed to explode."""

from __future__ import annotations

import asyncio
import gzip
import time
import tracemalloc
import zlib

import pytest

from monitor.domain.errors import MonitorError, Refused, Unreachable
from scrapers.inflate import Body
from tests.scrapers.loopback import always, answer, asking, fetcher_for, serving

JSON = b'{"pageHelp":{"data":[]},"result":[]}'


async def fails(script: object, kind: type[MonitorError], words: str, **policy: object) -> None:
    async with serving(script) as server, fetcher_for(server.url, **policy) as fetcher:  # type: ignore[arg-type]
        with pytest.raises(kind, match=words):
            await fetcher.get(asking(server.url))


async def test_a_good_answer_comes_byte_for_byte() -> None:
    """Body, content type, request and time of a plain answer are kept as they came."""
    script = always(answer(JSON, "Content-Type: application/json;charset=UTF-8"))
    async with serving(script) as server, fetcher_for(server.url) as fetcher:
        request = asking(
            server.url + "/commonSoaQuery.do", params={"order": "updateDate|desc", "currStatus": ""}
        )
        document = await fetcher.get(request)
    assert document.body == JSON
    assert document.request is request
    assert document.content_type == "application/json;charset=UTF-8"
    assert document.fetched_at.isoformat() == "2026-07-06T09:00:00+00:00"
    first_line = server.heads[0].splitlines()[0]
    assert first_line == b"GET /commonSoaQuery.do?order=updateDate%7Cdesc&currStatus= HTTP/1.1"
    assert (fetcher.requests, fetcher.received_bytes) == (1, len(JSON))


async def test_gzip_is_offered_and_unpacked_also_in_two_members() -> None:
    """A gzip body of several members is one text."""
    packed = gzip.compress(JSON[:10]) + gzip.compress(JSON[10:])
    async with (
        serving(always(answer(packed, "Content-Encoding: gzip"))) as server,
        fetcher_for(server.url) as fetcher,
    ):
        document = await fetcher.get(asking(server.url))
    assert document.body == JSON
    assert b"\r\nAccept-Encoding: gzip\r\n" in server.heads[0]


async def test_a_slow_loris_is_abandoned_at_the_deadline() -> None:
    """A byte now and then keeps every read alive, but not the request: it ends at its deadline."""

    async def script(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    begun = time.monotonic()
    await fails(script, Unreachable, "did not finish within 0.4 s", deadline=0.4, read_timeout=0.2)
    assert 0.4 <= time.monotonic() - begun < 1.4


async def test_a_trickle_below_the_slowest_rate_is_abandoned_before_the_deadline() -> None:
    """After the grace a body slower than the least rate is given up."""

    async def script(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n{")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    await fails(script, Unreachable, "too slow", deadline=30.0, rate_grace=0.1)


async def test_a_slow_head_is_abandoned_at_the_deadline() -> None:
    """Header lines without end are under the same deadline."""

    async def script(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-More: 1\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    await fails(script, Unreachable, "did not finish", deadline=0.3)


async def test_a_host_that_accepts_and_says_nothing_is_unreachable() -> None:
    """A black hole ends with the read timeout."""

    async def script(_: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    await fails(script, Unreachable, "ReadTimeout", read_timeout=0.1)


async def test_an_endless_body_is_cut_at_the_limit() -> None:
    """A stream without end is refused once it passes the limit, and no more of it is taken."""
    sent = 0

    async def script(_: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"[" * 65536)
            await writer.drain()
            sent += 65536

    await fails(script, Refused, "more than 1,048,576 bytes", page_limit=1 << 20)
    assert sent < 32 << 20  # what fits the buffers of the sockets


async def test_an_announced_length_above_the_limit_is_refused_unread() -> None:
    """Nothing of a body is read when its own header says that it is too large."""
    head = always(answer(b"", length=1 << 40))
    await fails(head, Refused, "announces more than 16,777,216 bytes")


async def test_a_requests_own_limit_is_kept() -> None:
    """max_bytes of a request lowers the limit; exactly that many bytes are allowed."""
    async with serving(always(answer(JSON))) as server, fetcher_for(server.url) as fetcher:
        assert (await fetcher.get(asking(server.url, max_bytes=len(JSON)))).body == JSON
        with pytest.raises(Refused):
            await fetcher.get(asking(server.url, max_bytes=len(JSON) - 1))


async def test_a_gzip_bomb_is_refused_with_little_memory() -> None:
    """512 MiB packed in about 510 KiB cost less than 32 MiB before they are refused."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    bomb = b"".join(packer.compress(zeros) for _ in range(512)) + packer.flush()
    tracemalloc.start()
    try:
        await fails(always(answer(bomb, "Content-Encoding: gzip")), Refused, "unpack to more than 200 times")
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd", "x" * 500])
async def test_a_coding_nobody_asked_for_is_refused(coding: str) -> None:
    """Only gzip is offered; nested and other codings are refused."""
    await fails(always(answer(JSON, f"Content-Encoding: {coding}")), Refused, "content coding")


@pytest.mark.parametrize(
    "content",
    [
        answer(JSON, length=len(JSON) + 1),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{\"a\":",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n{}",
        b"HTTP/1.1 200",
        b"",
        b"\x16\x03\x01 no http at all\r\n\r\n",
        answer(gzip.compress(JSON)[:-5], "Content-Encoding: gzip"),
        answer(b"\x1f\x8b\x08\x00 broken", "Content-Encoding: gzip"),
    ],
    ids=[
        "short", "cut chunk", "bad chunk", "two lengths", "negative", "huge head", "cut head", "silence",
        "no http", "cut gzip", "bad gzip",
    ],
)  # fmt: skip
async def test_an_answer_that_breaks_off_or_breaks_http_is_unreachable(content: bytes) -> None:
    """What is not a whole HTTP answer never becomes a document."""
    await fails(always(content), Unreachable, "127.0.0.1")


async def test_a_reset_in_the_middle_is_unreachable() -> None:
    """A connection that is reset half-way gives no partial document."""

    async def script(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        await writer.drain()
        writer.transport.abort()

    await fails(script, Unreachable, "127.0.0.1")


async def test_a_refused_connection_is_unreachable() -> None:
    """Nobody listening is Unreachable, not a crash."""
    async with serving(always(b"")) as server:
        pass
    async with fetcher_for(server.url) as fetcher:
        with pytest.raises(Unreachable, match="ConnectError"):
            await fetcher.get(asking(server.url))


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_a_packed_body_is_the_same_however_it_is_sliced(size: int) -> None:
    """Unpacking does not depend on where the wire cut its pieces, also far beyond one piece."""
    content = bytes(range(256)) * 8_000
    packed = gzip.compress(content, mtime=0)
    body = Body("gzip", len(content))
    for start in range(0, len(packed), size):
        body.feed(packed[start : start + size])
    assert body.whole() == content
    assert body.received == len(packed)


def test_every_cut_of_a_packed_body_is_noticed() -> None:
    """A gzip stream cut anywhere after its first byte is never taken for whole."""
    packed = gzip.compress(JSON, mtime=0)
    for cut in range(1, len(packed)):
        body = Body("gzip", 1000)
        body.feed(packed[:cut])
        with pytest.raises(Unreachable, match="cut after"):
            body.whole()

"""A TCP proxy that spoils connections in named ways, between the daemon and the servers it talks to.

Rule: a toxic is a name and a number in `Toxic`; it works on the connections opened while it is on.
Rule: loopback only; what it does to each connection is decided by its seed.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a connection may suffer."""

    NONE = "none"
    LATENCY = "latency"  # every piece comes so many seconds later
    BANDWIDTH = "bandwidth"  # so many bytes a second
    SLOW_CLOSE = "slow_close"  # the end comes so many seconds late
    BLACK_HOLE = "black_hole"  # accepted, and nothing ever comes
    RESET = "reset"  # reset after so many bytes of the answer
    SLICER = "slicer"  # the answer in pieces of so many bytes
    LIMIT_DATA = "limit_data"  # closed after so many bytes of the answer
    DOWN = "down"  # refused, as far as a listening proxy can: reset at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Toxic:
    """One way to suffer, how much of it, and for which share of the connections."""

    kind: Kind
    amount: float = 0.0
    share: float = 1.0


HEALTHY = Toxic(kind=Kind.NONE)
_PIECE = 64 * 1024


class ChaosProxy:
    """Forwards 127.0.0.1:`port` to 127.0.0.1:`target`; set `toxic` at any time."""

    def __init__(self, target: int, seed: int = 1) -> None:
        self._target = target
        self._rng = random.Random(seed)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.toxic = HEALTHY
        self.port = 0
        self.suffered: Counter[str] = Counter()

    async def start(self) -> int:
        """Listen on a free port and return it."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    async def stop(self) -> None:
        """Close everything, open connections included."""
        if self._server:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # a callback of the server runs in a task
        self._open.add(task)
        try:
            await self._carry(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # one of the two ends is gone: so is the connection
        except asyncio.CancelledError:
            pass  # the proxy is stopping
        finally:
            self._open.discard(task)
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        toxic = self.toxic if self._rng.random() < self.toxic.share else HEALTHY
        self.suffered[toxic.kind] += 1
        if toxic.kind is Kind.DOWN:
            _reset(writer)
            return
        if toxic.kind is Kind.BLACK_HOLE:
            while await reader.read(_PIECE):
                pass
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            up = asyncio.ensure_future(self._pour(reader, back, HEALTHY))
            down = asyncio.ensure_future(self._pour(there, writer, toxic))
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            if down.done() and toxic.kind is Kind.SLOW_CLOSE:
                await asyncio.sleep(toxic.amount)
            for task in (up, down):
                task.cancel()
            await asyncio.gather(up, down, return_exceptions=True)
        finally:
            back.close()

    async def _pour(self, source: asyncio.StreamReader, to: asyncio.StreamWriter, toxic: Toxic) -> None:
        passed = 0
        while data := await source.read(_PIECE):
            if toxic.kind is Kind.LATENCY:
                await asyncio.sleep(toxic.amount * self._rng.uniform(0.5, 1.5))
            if toxic.kind in (Kind.RESET, Kind.LIMIT_DATA) and passed + len(data) > toxic.amount:
                to.write(data[: max(0, int(toxic.amount) - passed)])
                with contextlib.suppress(OSError):
                    await to.drain()
                if toxic.kind is Kind.RESET:
                    _reset(to)
                return
            async for piece in _pieces(data, toxic):
                to.write(piece)
                await to.drain()
            passed += len(data)


async def _pieces(data: bytes, toxic: Toxic) -> AsyncIterator[bytes]:
    if toxic.kind is Kind.SLICER:
        size, pause = max(1, int(toxic.amount)), 0.0005
    elif toxic.kind is Kind.BANDWIDTH:
        size = max(1, int(toxic.amount / 20))
        pause = 0.05
    else:
        yield data
        return
    for begin in range(0, len(data), size):
        yield data[begin : begin + size]
        await asyncio.sleep(pause)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Linger zero turns the close into a reset the other end sees as one."""
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
    writer.transport.abort()

"""The suite's own guard: it must be able to fail."""

from __future__ import annotations

import asyncio
import socket

import pytest
from pytest_socket import SocketConnectBlockedError


def test_a_connection_beyond_this_machine_is_refused_before_it_leaves() -> None:
    """192.0.2.1 is reserved for documentation: without the guard this would time out, not be refused."""
    refusals = (SocketConnectBlockedError, UserWarning)  # its warning comes first, and is an error here
    with socket.socket() as wire, pytest.raises(refusals, match=r"192\.0\.2\.1"):
        wire.connect(("192.0.2.1", 80))


async def test_a_connection_within_this_machine_is_allowed() -> None:
    """Loopback servers are how the daemon is tested."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"heard\n")
        assert await reader.readline() == b"heard\n"
        writer.close()
        await writer.wait_closed()

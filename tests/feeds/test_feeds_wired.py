"""Feeds in the whole: settings, the command that prints addresses, the daemon that serves them."""

from __future__ import annotations

import asyncio
import io
import socket
from pathlib import Path

import httpx
import pytest

from monitor.app import build
from monitor.clock_system import SystemClock
from monitor.commands.feeds import run_feeds
from monitor.domain.errors import ConfigError
from monitor.settings import describe, load
from tests.settings_files import HOME, problems, write

SECRET = "canary-secret-of-feeds-0123456789abcdef"


def config(folder: Path, port: int, more: str = "") -> Path:
    (folder / "web.secret").write_text(SECRET)
    return write(
        folder,
        f"""
        [database]
        url = "sqlite:///{folder}/x.db"
        [archive]
        dir = "{folder}/archive"
        [documents]
        enabled = false
        [web]
        enabled = true
        port = {port}
        secret_file = "web.secret"
        {more}
        """,
    )


def test_feeds_need_a_secret_that_cannot_be_guessed(tmp_path: Path) -> None:
    """None or a short one is a problem; without `enabled` nothing is served and none is needed."""
    assert problems(write(tmp_path, "[web]\nenabled = true"), {})[0].startswith("web.secret: must be set")
    short = problems(write(tmp_path, "[web]\nenabled = true\nsecret = 'canary'"), {})
    assert short[0].startswith("web.secret: must have 32 characters or more")
    assert "canary" not in short[0]
    assert "web: off" in describe(load(None, HOME))
    told = load(config(tmp_path, 8787), HOME)
    assert "web: feeds on 127.0.0.1:8787" in describe(told)
    assert SECRET not in repr(told)
    open_to_all = load(config(tmp_path, 8787, "host = '0.0.0.0'"), HOME)
    assert "web: feeds on 0.0.0.0:8787" in "\n".join(describe(open_to_all))


async def test_the_daemon_serves_what_the_command_prints(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each printed address answers while the daemon runs, and no log line holds it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = load(config(tmp_path, port), HOME)
    app = build(settings, SystemClock())
    await app.prepare()
    out = io.StringIO()
    assert run_feeds(settings, out) == 0
    name, *addresses = out.getvalue().split()
    assert name == "console/console"
    assert app.feeds is not None
    serving = asyncio.ensure_future(app.feeds.run("127.0.0.1", port))
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            for address in addresses:
                answer = await _answering(client, address, serving)
                assert answer.status_code == 200, address
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await app.close()
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("http")]
    assert not any(addresses[0].split("/")[3] in line for line in ours)


async def _answering(
    client: httpx.AsyncClient, address: str, serving: asyncio.Future[None]
) -> httpx.Response:
    for _ in range(1000):
        assert not serving.done()
        try:
            return await client.get(address)
        except httpx.ConnectError:
            await asyncio.sleep(0)  # it has not begun to listen
    raise AssertionError("the server never listened")


def test_without_a_secret_there_are_no_addresses(tmp_path: Path) -> None:
    """The command says what to set."""
    with pytest.raises(ConfigError, match=r"web\.secret: must be set"):
        run_feeds(load(None, {"HOME": str(tmp_path)}), io.StringIO())

"""The channel against a Bot API emulator written by others, as far as that one reaches.

It parses no HTML, knows no link_preview_options, 403, 429 or topics, and counts the 4,096 on the raw text; it
checks the request's shape, splitting and order, and the refusal of a text that is too long.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from alerts.channels.telegram import TelegramChannel
from alerts.contract import Delivered, Payload, Rejected
from alerts.message import Fact, Message
from tests.alerts import kit
from tests.alerts.conftest import TOKEN

COMMAND = Path(sys.executable).parent / "lo-bot-api-emulator"
pytestmark = pytest.mark.skipif(
    not COMMAND.exists() and not shutil.which("lo-bot-api-emulator"),
    reason="lo-bot-api-emulator is not installed",
)


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A running emulator: its address and its journal."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    journal = tmp_path / "journal.jsonl"
    arguments = [str(COMMAND), "--port", str(port), "--enable-control", "--journal", str(journal)]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            transport = httpx.HTTPTransport(retries=8)  # connects again while the emulator starts
            with httpx.Client(transport=transport, trust_env=False) as client:
                assert client.get(f"http://127.0.0.1:{port}/bot{TOKEN}/getMe").status_code < 500
            yield f"http://127.0.0.1:{port}", journal
        finally:
            process.terminate()
            process.wait(10)


async def test_a_split_alert_arrives_in_order(emulator: tuple[str, Path]) -> None:
    """Each part is taken by a server we did not write, in order, and one over the limit is not."""
    url, journal = emulator
    channel = TelegramChannel(token=TOKEN, api_url=url, link_preview=True)
    facts = tuple(Fact(label=f"事实{number}", value="芯片" * 700) for number in range(6))
    parts = channel.format(Message(alert_id="#A1B2", icon="✅", headline="示例 · <b>", facts=facts))
    assert len(parts) > 1
    outcomes = [await channel.send("1001", part) for part in parts]
    assert all(isinstance(outcome, Delivered) for outcome in outcomes), outcomes
    receipts = [int(outcome.receipt) for outcome in outcomes if isinstance(outcome, Delivered)]
    assert receipts == sorted(set(receipts))
    calls = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    assert [call["status"] for call in calls if call["method"] == "sendMessage"] == [200] * len(parts)
    too_long = await channel.send("1001", Payload(text="x" * 5000, plain="x" * 5000), plain=True)
    assert isinstance(too_long, Rejected)
    assert too_long.scope == "message"
    await channel.close()
    kit.assert_no_secret(TOKEN, *outcomes, too_long)

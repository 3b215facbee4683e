"""The daemon as a process that hangs or dies: it ends by itself, falls silent, tells nobody of a start.

The clock of the rig makes its seconds sixty times shorter; limits and intervals keep their proportions.
"""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import time
from collections import Counter
from pathlib import Path

from monitor import failpoints
from tests.reliability.daemon import Life, Stage, stage
from tests.reliability.story import Story, write_story

_SPEED = 60.0
_UNIT = (Path(__file__).parents[2] / "deploy" / "ipo-monitor.service").read_text(encoding="utf-8")


def _story(folder: Path) -> Story:
    return write_story(folder, seed=11, milestones=2, every=10.0)


def _said(around: Stage) -> str:
    return (around.folder / "output.log").read_text(encoding="utf-8", errors="replace")


async def test_sources_that_cannot_end_a_poll_end_the_process_with_70_within_minutes(tmp_path: Path) -> None:
    """A store that takes a write and never returns hangs every poll: built anew once, then exit code 70."""
    async with stage(tmp_path, _story(tmp_path), seed=1, trouble=0.0, speed=_SPEED) as around:
        life = await around.start(f"{failpoints.STAGED}:8:hang")
        assert await life.ended_within(60.0), _said(around)[-1500:]
    said = _said(around)
    assert life.process.returncode == 70, said[-1500:]
    assert re.search(
        r"CRITICAL .* hung 2 times within a day; only a new process may help; ending with code 70", said
    )
    assert "the turn was cancelled and is built anew" in said
    assert "Traceback" not in said


async def test_a_host_that_never_answers_is_an_outage_and_not_the_end_of_the_process(tmp_path: Path) -> None:
    """Every request is given up at its time limit, so polls end, the operator is told, and we live on."""
    async with stage(tmp_path, _story(tmp_path), seed=2, trouble=0.0, speed=_SPEED) as around:
        life = await around.start()
        await around.quiet_reading_done()
        around.exchange.faults.on("stall")
        deadline = time.monotonic() + 60
        while not any("sse_star" in text for text in around.told_to_operator()):
            assert not await life.ended_within(0.1), _said(around)[-1500:]
            assert time.monotonic() < deadline, _said(around)[-1500:]
        assert await life.end(signal.SIGTERM) == 0
    verdicts = around.rows("select distinct verdict from poll where source = 'sse_star' and verdict != 'ok'")
    assert ("down",) in verdicts
    assert set(verdicts) <= {("down",), ("backing-off",)}


async def test_the_heartbeat_stops_with_the_event_loop(tmp_path: Path) -> None:
    """Beats come until the loop is blocked, then none for the shipped unit's whole patience."""
    seconds = float(re.search(r"^WatchdogSec=(\d+)$", _UNIT, re.MULTILINE)[1])  # type: ignore[index]
    assert "WatchdogSignal=SIGKILL" in _UNIT
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.setblocking(False)
        async with stage(tmp_path, _story(tmp_path), seed=3, trouble=0.0, speed=_SPEED) as around:
            around.more = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": str(int(seconds * 1_000_000))}
            life = await around.start(f"{failpoints.RECORDED}:6:hang")
            heard = await _heard_until_silence(manager, seconds / _SPEED)
            assert life.process.returncode is None, "it hangs; it did not end"
            assert await life.end(signal.SIGKILL) == -signal.SIGKILL
    assert heard[0].startswith("WATCHDOG=1") or heard[0].startswith("READY=1")
    assert any("READY=1" in words for words in heard)
    assert sum("WATCHDOG=1" in words for words in heard) >= 1
    assert not any("STOPPING=1" in words for words in heard)


async def _heard_until_silence(manager: socket.socket, patience: float) -> list[str]:
    """What the service manager hears until it has heard nothing for so long."""
    loop = asyncio.get_running_loop()
    heard: list[str] = []
    for _ in range(10_000):
        try:
            words = await asyncio.wait_for(loop.sock_recv(manager, 4096), patience if heard else 60.0)
        except TimeoutError:
            return heard
        heard.append(words.decode())
    raise AssertionError("it never fell silent")


async def test_a_crash_loop_tells_nobody_of_its_starts(tmp_path: Path) -> None:
    """Three starts, each killed as soon as it is ready: one welcome to each chat, no word to the operator."""
    async with stage(tmp_path, _story(tmp_path), seed=4, trouble=0.0, speed=20.0) as around:
        life = await around.start()
        await around.quiet_reading_done()
        await _nothing_owed(around, life)
        assert await life.end(signal.SIGTERM) == 0
        before = {chat.id: len(chat.texts) for chat in around.service.chats.values()}
        seen = len(around.service.calls)
        for start in range(2, 5):
            life = await around.start()
            deadline = time.monotonic() + 30
            while _said(around).count(" ready") < start:
                assert not await life.ended_within(0.05), _said(around)[-1500:]
                assert time.monotonic() < deadline
            assert await life.end(signal.SIGKILL) == -signal.SIGKILL
        calls = Counter(call.method for call in around.service.calls[seen:])
    assert {chat.id: len(chat.texts) for chat in around.service.chats.values()} == before
    assert calls["sendMessage"] == 0
    assert max(calls["getMe"], calls["setMyCommands"] / 2) <= 3, calls


async def _nothing_owed(around: Stage, life: Life) -> None:
    deadline = time.monotonic() + 60
    while around.open_deliveries() or not any(chat.texts for chat in around.service.chats.values()):
        assert not await life.ended_within(0.1), _said(around)[-1500:]
        assert time.monotonic() < deadline

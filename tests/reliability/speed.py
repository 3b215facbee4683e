"""How fast: from the exchange's publication to the chat, after a restart, and out of a wedge.

Rule: intervals and gaps are the published ones; only the clock runs faster, so our own work counts for more
than it would in earnest.
"""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import time
from datetime import datetime
from pathlib import Path

from monitor import failpoints
from tests.reliability.daemon import Life, Stage, stage
from tests.reliability.figures import Figure, Finding
from tests.reliability.story import Story, Told, write_story

PART = "speed"
_SPEED = 10.0  # of the restart and the wedge, and of the latency unless asked otherwise
_UNIT = (Path(__file__).parents[2] / "deploy" / "ipo-monitor.service").read_text(encoding="utf-8")


def _of_unit(key: str) -> float:
    """A number of seconds of the shipped unit."""
    found = re.search(rf"^{key}=(\d+)$", _UNIT, re.MULTILINE)
    assert found, f"the unit has no {key}"
    return float(found[1])


_WATCHDOG, _RESTART = _of_unit("WatchdogSec"), _of_unit("RestartSec")
_AS_SHIPPED = {
    "SOURCES__SSE_STAR__INTERVAL": "60",
    "SOURCES__SSE_STAR__SLOW_INTERVAL": "300",
    "SOURCES__SSE_STAR__SWEEP_INTERVAL": "3600",
    "SOURCES__SSE_STAR__MIN_REQUEST_GAP": "1",
    "SOURCES__CSRC_TUTORING__INTERVAL": "1800",
    "LOG__LEVEL": "INFO",
}


def _shown_at(around: Stage, told: Told) -> list[float]:
    """Real monotonic instants at which each chat was first shown it."""
    found = []
    for chat, (language, _) in around.seen().items():
        words = told.words(language)
        shown = around.service.chats[int(chat)].shown if int(chat) in around.service.chats else []
        at = [one.at for one in shown if words in one.text]
        found += at[:1]
    return found


def _real(around: Stage, instant: datetime) -> float:
    """When an instant of the exchange was, on the machine's monotonic clock."""
    story = (instant - around.ahead - around.clock.begins).total_seconds()
    return around.zero + story / around.speed


async def _wait(around: Stage, told: list[Told], seconds: float, chats: int = 3) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if all(len(_shown_at(around, one)) == chats for one in told):
            return
        await asyncio.sleep(0.1)


async def latencies(folder: Path, seed: int, milestones: int, speed: float) -> list[float]:
    """Story seconds from publication to each chat's acceptance, on a healthy net, sorted."""
    # 37 and 60 have no common divisor: every phase between two polls is met equally often.
    story = write_story(folder, seed=seed, milestones=milestones, every=37.0, evenly=True)
    marks = [told for told in story.live if told.state is not None]
    async with stage(folder, story, seed=seed, trouble=0.0, speed=speed, settings=_AS_SHIPPED) as around:
        life = await around.start()
        await around.quiet_reading_done()
        await asyncio.sleep(max(0.0, _real(around, story.end) - time.monotonic()))
        await _wait(around, marks, 200.0 / speed)
        await life.end(signal.SIGTERM)
        taken = [(at - _real(around, told.at)) * speed for told in marks for at in _shown_at(around, told)]
    missing = len(marks) * 3 - len(taken)
    return sorted(taken) + [float("inf")] * missing


async def after_restart(folder: Path, seed: int) -> float:
    """Real seconds from the start of the process to the chat's acceptance of what came out meanwhile."""
    story = write_story(folder, seed=seed, milestones=3, every=1.0)
    async with stage(folder, story, seed=seed, trouble=0.0, speed=1.0, settings=_AS_SHIPPED) as around:
        life = await around.start()
        await around.quiet_reading_done()
        await life.end(signal.SIGKILL)
        await asyncio.sleep(max(0.0, _real(around, story.end) - time.monotonic()) + 0.1)
        begun = time.monotonic()
        life = await around.start()
        await _wait(around, list(story.live), 60.0)
        await life.end(signal.SIGTERM)
        shown = [at for told in story.live for at in _shown_at(around, told)]
    return max(shown) - begun if len(shown) == 3 * len(story.live) else float("inf")


async def out_of_a_wedge(folder: Path, seed: int) -> tuple[float, float]:
    """(story seconds until the service manager notices, real seconds until the next life serves)."""
    story = write_story(folder, seed=seed, milestones=12, every=10.0)
    address = str(folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.setblocking(False)
        async with stage(folder, story, seed=seed, trouble=0.0, speed=_SPEED) as around:
            around.more = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": str(int(_WATCHDOG * 1_000_000))}
            calm = await around.start()
            await around.quiet_reading_done()
            await calm.end()
            life = await around.start(f"{failpoints.TIMELINE_KEPT}:2:hang")
            wedged = await _silence(manager, _WATCHDOG / _SPEED)
            await life.end(signal.SIGKILL)  # as systemd does when the watchdog's time is over
            begun = time.monotonic()
            life = await around.start()
            await _until_served(around, story, life)
            served = time.monotonic() - begun
            await life.end(signal.SIGTERM)
    return wedged * _SPEED, served


async def _silence(manager: socket.socket, patience: float) -> float:
    """Seconds from the last beat until the manager gives up; infinite when it never has to."""
    loop = asyncio.get_running_loop()
    last: float | None = None
    give_up = time.monotonic() + 60.0
    while time.monotonic() < give_up:
        try:
            words = await asyncio.wait_for(loop.sock_recv(manager, 4096), patience if last else 30.0)
        except TimeoutError:
            return time.monotonic() - last if last else float("inf")
        if b"WATCHDOG=1" in words:
            last = time.monotonic()
    return float("inf")


async def _until_served(around: Stage, story: Story, life: Life) -> None:
    """Until the exchange is asked again and the first thing it published has been told."""
    await _wait(around, [story.live[0]], 60.0)
    assert Path(f"/proc/{life.pid}").exists(), "the next life ended"


def run(folder: Path, seed: int, *, milestones: int, faster: float = _SPEED) -> Finding:
    """Latency over so many milestones, so many times as fast as in earnest; one restart; one wedge."""
    began = time.monotonic()
    for name in ("latency", "restart", "wedge"):
        (folder / name).mkdir()
    taken = asyncio.run(latencies(folder / "latency", seed, milestones, faster))
    restart = asyncio.run(after_restart(folder / "restart", seed))
    noticed, served = asyncio.run(out_of_a_wedge(folder / "wedge", seed))

    def figure(name: str, measured: str, target: str, kept: bool) -> Figure:
        return Figure(part=PART, name=name, measured=measured, target=target, kept=kept)

    p50, p99 = taken[len(taken) // 2], taken[min(len(taken) - 1, len(taken) * 99 // 100)]
    return Finding(
        part=PART,
        seed=seed,
        seconds=time.monotonic() - began,
        figures=(
            figure(
                f"published → accepted by the chat, polls of 60 s, {len(taken)} alerts",
                f"p50 {p50:.0f} s, p99 {p99:.0f} s, max {taken[-1]:.0f} s",
                "p50 ≤ 35 s, p99 ≤ 65 s",
                p50 <= 35 and p99 <= 65,
            ),
            figure("start → what came out meanwhile is told", f"{restart:.1f} s", "≤ 30 s", restart <= 30),
            figure(
                "blocked loop → killed by the watchdog → serving",
                f"{noticed:.0f} + {_RESTART:.0f} + {served:.1f} s",
                "≤ 120 s",
                noticed + _RESTART + served <= 120,
            ),
        ),
        numbers={"latencies": [round(one, 1) for one in taken]},
    )

"""How fast the bot answers with 2,000 projects stored, and one event is queued for 2,000 chats.

`python -m tests.bot.bench` prints it, as does `make bench`; `--flood` adds 10,000 updates at once.

Rule: a command is timed from its update to the server's receipt of the answer.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

os.environ.setdefault("PTB_TIMEDELTA", "1")

from monitor.bot_budget import Budgets
from monitor.store.chats import ensure_chat
from tests.bot import bench_chats
from tests.bot.kit import NOW, OWNER, TOKEN, BotWorld, record, row
from tests.doubles.bot_api import BotApi, person
from tests.store.facts import sight

PROJECTS = 2_000
ASKED = (
    "/company 沐曦",
    "/company 示例公司第1234",
    "/company 沐羲",
    "/pipeline",
    "/next",
    "/league",
    "/watch 沐曦",
    "/watching",
    "/missed 3d",
    "/status",
    "/help",
    "/watch 板块 科创板",
)
STEPS = (("1", "", date(2026, 6, 5)), ("2", "", date(2026, 6, 26)), ("3", "1", date(2026, 7, 6)))


def fill(world: BotWorld, projects: int) -> None:
    """So many projects with four milestones each."""
    keep = world.app.stores.repository
    made = [
        (f"m{n}", record(str(10_000 + n), f"示例公司第{n}号科技股份有限公司", f"示例{n}", "2", planned="10"))
        for n in range(projects)
    ]
    keep.projects_seen("sse_star", made, sight(NOW), baseline=True)
    for n in range(projects):
        key, first = str(10_000 + n), date(2025, 1, 1) + timedelta(days=n % 300)
        path = [("1", first), ("2", first + timedelta(days=20 + n % 40))]
        keep.timeline_seen(
            "sse_star", key, [row(key, i, code, day) for i, (code, day) in enumerate(path)], sight(NOW)
        )


async def answers(world: BotWorld, rounds: int) -> dict[str, list[float]]:
    """Seconds of each answer, per command."""
    took: dict[str, list[float]] = {text: [] for text in ASKED}
    for _ in range(rounds):
        for text in ASKED:
            begun = time.perf_counter()
            await world.ask(text)
            took[text].append(time.perf_counter() - begun)
    return took


async def flood(world: BotWorld, updates: int) -> tuple[float, float]:
    """Seconds until an alert amid so many commands is shown; and until all updates are dealt with."""
    bot = world.app.bot
    assert bot is not None
    bot.budgets = Budgets(burst=20, every=60.0)
    begun = time.perf_counter()
    for n in range(updates):
        user = OWNER if n % 2 else 5_000 + n % 200
        world.api.push_update(
            message={
                "message_id": n,
                "from": person(user),
                "chat": {"id": user, "type": "private", "first_name": "U"},
                "date": 1,
                "text": "/pipeline",
            }
        )
    await world.until(lambda: len(world.verdicts()) > 100)
    chat, published = world.api.chats[OWNER], time.perf_counter()
    world.move("2078", *STEPS)
    await world.until(lambda: any("上市委会议通过" in text and "🏁" not in text for text in chat.texts))
    alert = time.perf_counter() - published
    async with asyncio.timeout(500):
        while len(world.verdicts()) < updates or not world.settled():
            await world.clock.sleep(0.2)
    return alert, time.perf_counter() - begun


async def measure(projects: int, rounds: int, updates: int) -> list[str]:
    """The figures as lines."""
    with tempfile.TemporaryDirectory() as folder:
        async with BotApi(token=TOKEN) as api:
            api.add_chat(OWNER)
            world = BotWorld(api, Path(folder))
            fill(world, projects)
            with world.app.database.write() as session:
                ensure_chat(session, "telegram", "77", now=NOW)
            api.add_chat(77)
            await world.start()
            try:
                await world.ask("/start")
                took = await answers(world, rounds)
                every = sorted(one for times in took.values() for one in times)
                worst = max(took, key=lambda text: max(took[text]))
                lines = [
                    f"bot: {len(every)} commands over {projects} projects: "
                    f"p50 {every[len(every) // 2] * 1000:.0f} ms, "
                    f"p95 {every[int(len(every) * 0.95)] * 1000:.0f} ms, "
                    f"max {every[-1] * 1000:.0f} ms ({worst})"
                ]
                if not updates:
                    return lines
                alert, whole = await flood(world, updates)
                lines.append(
                    f"bot: {updates} updates at once: an alert amid them after {alert * 1000:.0f} ms; "
                    f"all dealt with after {whole:.1f} s"
                )
                return lines
            finally:
                await world.stop()


def main() -> None:
    """Print the figures."""
    flooding = 10_000 if "--flood" in sys.argv else 0
    for line in asyncio.run(measure(PROJECTS, 8, flooding)):
        sys.stdout.write(line + "\n")
    with tempfile.TemporaryDirectory() as folder:
        for line in bench_chats.lines(Path(folder)):
            sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()

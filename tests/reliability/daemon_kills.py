"""Kills, stops and breaks the whole daemon while the exchange publishes, then asks who saw what.

Rule: every failpoint by every action first, then random instants; a seed repeats the same plan of lives.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from monitor import failpoints
from tests.reliability import canary
from tests.reliability.daemon import TOKEN, Life, Manager, Stage, settled, stage
from tests.reliability.figures import Figure, Finding
from tests.reliability.oracle import Tally, reconcile
from tests.reliability.story import write_story

PART = "daemon"
SPEED = 20.0
_PATIENCE = 5.0  # real seconds a life waits for its failpoint
_STARTED = 1.5  # about what the imports take

# First of all, as they are passed once in a database's life.
_FIRST = [(failpoints.BASELINE_DONE, "kill"), (failpoints.BASELINE_DONE, "raise")]
_LATER = (failpoints.BASELINE_DONE,)
_NAMES = failpoints.DELIVERY | failpoints.POLLING  # the bot has a part of its own
# Not passed in every life, so their first visit counts.
_RARE = {
    failpoints.BASELINE_DONE,
    failpoints.DOCUMENTS_KEPT,
    failpoints.RECOVERED,
    failpoints.REMEMBERED,
}


@dataclass
class Lives:
    """How the lives of the daemon ended."""

    ends: Counter[str] = field(default_factory=Counter)
    reached: set[tuple[str, str]] = field(default_factory=set)
    in_doubt: int = 0  # messages under way at a kill
    bad_exits: list[str] = field(default_factory=list)
    slowest_end: float = 0.0


def plan(rng: random.Random, random_kills: int) -> list[tuple[str, str]]:
    """(failpoint or "", action) of each life."""
    names = sorted(_NAMES - set(_LATER))
    points = [(name, action) for name in names for action in ("kill", "raise")]
    others = [("", rng.choice(("kill", "kill", "kill", "term", "pause"))) for _ in range(random_kills)]
    rng.shuffle(points)
    mixed = points + others
    rng.shuffle(mixed)
    return mixed


async def _live(
    stage: Stage, name: str, action: str, rng: random.Random, lives: Lives, *, patience: float = _PATIENCE
) -> None:
    visit = 1 if name in _RARE else rng.randint(1, 2)
    spec = f"{name}:{visit}:{action}" if name else ""
    if name == failpoints.REMEMBERED:
        # On an ordinary day nothing is remembered; an unreadable timeline is counted.
        stage.exchange.faults.on("cut", sql_id="GP_GPZCZ_XMDTZTYYLB", times=1)
    output = stage.folder / "output.log"
    said = output.stat().st_size if output.exists() else 0
    life = await stage.start(spec)
    if name and action == "kill":
        if await life.ended_within(patience):
            lives.reached.add((name, action))
            lives.ends["killed at a failpoint"] += 1
        else:
            lives.ends["failpoint not passed, killed"] += 1
            await life.end()
    elif name:
        raised = f"FailpointReached: {name}".encode()
        if await _said(output, said, raised, patience, life) or life.process.returncode is not None:
            lives.reached.add((name, action))
            lives.ends["broken at a failpoint"] += 1
        await life.end()
    elif action == "kill":
        await asyncio.sleep(_STARTED * rng.random() + rng.expovariate(1.0))
        lives.ends["killed at random"] += 1
        await life.end()
    else:
        # Before it is ready there is nothing to end in order: the signal does what it does to any process.
        await _said(output, said, b"commands.daemon: ready", 30.0, life)
        await asyncio.sleep(rng.expovariate(1.0))
        if action == "pause":
            life.send(signal.SIGSTOP)
            await asyncio.sleep(rng.uniform(0.5, 3.0))  # up to a minute of the story
            life.send(signal.SIGCONT)
            await asyncio.sleep(0.3)
        began = time.monotonic()
        code = await life.end(signal.SIGTERM)
        lives.slowest_end = max(lives.slowest_end, time.monotonic() - began)
        lives.ends["paused and ended" if action == "pause" else "ended"] += 1
        if code != 0:
            lives.bad_exits.append(f"{action}: exit {code}")
    lives.in_doubt += stage.under_way()


async def _said(output: Path, since: int, words: bytes, seconds: float, life: Life) -> bool:
    """Whether the life says so before its time is up or it has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if words in output.read_bytes()[since:]:
            return True
        if await life.ended_within(0.1):
            break
    return words in output.read_bytes()[since:]


async def _run(folder: Path, seed: int, random_kills: int) -> tuple[Tally, Lives, int, int, str]:
    rng = random.Random(seed)
    lives = Lives()
    ends = plan(rng, random_kills)
    story = write_story(folder, seed=seed, milestones=len(ends) * 6, every=18.0)  # outlasts the lives
    async with stage(folder, story, seed=seed, trouble=0.1, speed=SPEED) as around:
        for name, action in _FIRST:
            # Each on a database of its own: two first readings may end in one instant, before either dies.
            shutil.rmtree(folder / "state")
            (folder / "state").mkdir()
            await _live(around, name, action, rng, lives, patience=6 * _PATIENCE)
        quiet = await around.start()
        await around.quiet_reading_done()
        await quiet.end()
        lives.in_doubt += around.under_way()
        for name, action in ends:
            await _live(around, name, action, rng, lives)
        for again in range(2, 6):  # what no life has passed yet gets another chance, and more time
            for name, action in [end for end in _FIRST + ends if end[0] and end not in lives.reached]:
                await _live(around, name, action, rng, lives, patience=again * _PATIENCE)
        # What the lives have not seen published comes out at once.
        around.ahead += max(timedelta(0), story.end - around.now())
        last = Manager(around)
        await last.start()
        done = await settled(around, 240.0)
        code = await last.stop()
        if code != 0:
            lives.bad_exits.append(f"last life: exit {code}")
        tally = reconcile(
            story.live, story.quiet, around.seen(), ambiguous=around.service.ambiguous + lives.in_doubt
        )
        if not done:
            tally.lost.append(f"not settled after 240 s: {around.open_deliveries()} still owed")
        parked = sum(row[0] for row in around.rows("select count(*) from delivery where state = 'parked'"))
        sound = around.rows("pragma integrity_check")
    hits = canary.hits(folder, TOKEN)
    return tally, lives, hits, parked, sound[0][0] if sound else "no database"


def run(folder: Path, seed: int, *, random_kills: int) -> Finding:
    """Kill the daemon at every failpoint and so many times at random; compare the world with the chats."""
    began = time.monotonic()
    tally, lives, hits, parked, sound = asyncio.run(_run(folder, seed, random_kills))
    total = sum(lives.ends.values())
    points = len(_NAMES) * 2
    missed = sorted(
        f"{name}:{action}"
        for name in _NAMES
        for action in ("kill", "raise")
        if (name, action) not in lives.reached
    )

    def figure(name: str, measured: object, target: str, kept: bool) -> Figure:
        return Figure(part=PART, name=name, measured=str(measured), target=target, kept=kept)

    figures = (
        figure("lives ended (kill, raise, pause, term)", total, "all survived", not lives.bad_exits),
        figure(
            "failpoints × {kill, raise} passed",
            f"{len(lives.reached)}/{points}",
            "100 %",
            not missed,
        ),
        figure("alerts checked", tally.alerts, "> 0", tally.alerts > 0),
        figure("lost", len(tally.lost), "0", not tally.lost),
        figure("unmarked surplus", len(tally.unmarked_surplus), "0", not tally.unmarked_surplus),
        figure("told of the past", len(tally.told_of_the_past), "0", not tally.told_of_the_past),
        figure(
            "marked repeats",
            f"{tally.marked} of {tally.ambiguous} in doubt",
            "≤ in doubt",
            tally.marked <= tally.ambiguous,
        ),
        figure("parked", parked, "≤ 1 in 1,000", parked * 1000 <= max(tally.alerts, 1000)),
        figure(
            "SIGTERM, slowest end", f"{lives.slowest_end:.1f} s", "≤ 30 s, exit 0", lives.slowest_end <= 30
        ),
        figure("integrity_check", sound, "ok", sound == "ok"),
        figure("token in any byte written", hits, "0", hits == 0),
    )
    return Finding(
        part=PART,
        seed=seed,
        seconds=time.monotonic() - began,
        figures=figures,
        numbers={
            "ends": dict(lives.ends),
            "lost": tally.lost[:20],
            "unmarked": tally.unmarked_surplus[:20],
            "past": tally.told_of_the_past[:20],
            "not_passed": missed,
            "bad_exits": lives.bad_exits,
            "late": tally.late,
        },
    )

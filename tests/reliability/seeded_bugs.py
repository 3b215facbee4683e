"""The rig must be able to fail: the daemon with each known-bad patch, and the promise it must break.

Rule: the same run without a patch must keep every promise, or the catching proves nothing.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from tests.reliability import canary
from tests.reliability.daemon import OPERATOR, TOKEN, Manager, Stage, settled, stage
from tests.reliability.figures import Figure, Finding
from tests.reliability.late_polls import late_polls
from tests.reliability.oracle import reconcile
from tests.reliability.story import write_story

PART = "bugs"
_SPEED = 30.0
_TROUBLE_WORDS = ("数据源异常", "source trouble", "empty")


@dataclass(frozen=True, kw_only=True, slots=True)
class Symptoms:
    """What one run of the daemon showed."""

    lost: int
    unmarked: int
    token: int
    told_of_empty: bool


# patch → the symptom that must show
CAUGHT_BY = {
    "retry-every-network-error": "unmarked",
    "one-alert-per-project": "lost",
    "zero-is-success": "told_of_empty",
    "token-in-the-log": "token",
    "marks-never-shown": "unmarked",
}


async def _run(folder: Path, seed: int, bug: str) -> Symptoms:
    folder.mkdir()
    story = write_story(folder, seed=seed, milestones=14, every=8.0)
    async with stage(folder, story, seed=seed, trouble=0.3, speed=_SPEED, bug=bug) as around:
        manager = Manager(around)
        await manager.start()
        await around.quiet_reading_done()
        await settled(around, 25.0)
        told = len(around.told_to_operator())
        # Nothing is owed any more; now the list comes empty, as if nothing had ever been filed.
        around.exchange.faults.on("empty", sql_id="SH_XM_LB")
        empty = await _told(around, told)
        around.exchange.faults.clear()
        await manager.stop()
        tally = reconcile(story.live, story.quiet, around.seen(), ambiguous=around.service.ambiguous)
    return Symptoms(
        lost=len(tally.lost),
        unmarked=len(tally.unmarked_surplus),
        token=canary.hits(folder, TOKEN),
        told_of_empty=empty,
    )


async def _told(around: Stage, before: int, seconds: float = 6.0) -> bool:
    """Whether the operator's chat hears of an empty source."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if any("empty" in text for text in around.told_to_operator()[before:]):
            return True
        await asyncio.sleep(0.1)
    return False


def run(folder: Path, seed: int) -> Finding:
    """No patch first, then each patch."""
    began = time.monotonic()
    sound = asyncio.run(_run(folder / "sound", seed, ""))

    def figure(name: str, measured: object, target: str, kept: bool) -> Figure:
        return Figure(part=PART, name=name, measured=str(measured), target=target, kept=kept)

    figures = [
        figure(
            "no patch: lost, unmarked, token; operator told of an empty list",
            f"{sound.lost}, {sound.unmarked}, {sound.token}; {'yes' if sound.told_of_empty else 'NO'}",
            "0, 0, 0; yes",
            (sound.lost, sound.unmarked, sound.token, sound.told_of_empty) == (0, 0, 0, True),
        )
    ]
    for bug, symptom in CAUGHT_BY.items():
        shown = asyncio.run(_run(folder / bug, seed, bug))
        value = getattr(shown, symptom)
        caught = not value if symptom == "told_of_empty" else value > 0
        words = f"operator of {OPERATOR} not told" if symptom == "told_of_empty" else f"{symptom} {value}"
        figures.append(figure(f"seeded bug {bug}", words if caught else "NOT CAUGHT", "caught", caught))
    ours, misfire = asyncio.run(late_polls(grace=None)), asyncio.run(late_polls(grace=1))
    figures.append(figure("polls after the loop was blocked 2 s, within 1 s", ours, "1", ours == 1))
    figures.append(figure("seeded bug misfire-grace-1: the same", misfire, "0 (caught)", misfire == 0))
    return Finding(part=PART, seed=seed, seconds=time.monotonic() - began, figures=tuple(figures))

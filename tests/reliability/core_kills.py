"""The mass of kills, over the delivery core alone: the rig of `tests.delivery`, and its known-bad designs."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.delivery.kills import run as kill
from tests.reliability.figures import Figure, Finding

PART = "core"
# The two textbook designs, each with the promise it is known to break.
_BAD_DESIGNS = {"mark-then-send": "lost", "send-then-mark": "unmarked_surplus"}


def run(folder: Path, seed: int, *, kills: int, events: int) -> Finding:
    """So many SIGKILLs at random instants and at each failpoint of the delivery."""
    began = time.monotonic()
    (folder / "ours").mkdir()
    tally = asyncio.run(kill(folder / "ours", kills=kills, events=events, seed=seed))

    def figure(name: str, measured: object, target: str, kept: bool) -> Figure:
        return Figure(part=PART, name=name, measured=str(measured), target=target, kept=kept)

    figures = [
        figure("SIGKILLs", tally.kills, f"≥ {kills * 8 // 10}", tally.kills >= kills * 8 // 10),
        figure("of them at failpoints", tally.kills_at_failpoints, "> 0", tally.kills_at_failpoints > 0),
        figure("alerts checked", tally.alerts, f"= {events * 4}", tally.alerts == events * 4),
        figure("lost", tally.lost, "0", tally.lost == 0),
        figure("unmarked surplus", tally.unmarked_surplus, "0", tally.unmarked_surplus == 0),
        figure(
            "marked repeats",
            f"{tally.marked} of {tally.ambiguous} in doubt",
            "≤ in doubt",
            tally.marked <= tally.ambiguous,
        ),
        figure("corrupt or parked", tally.corrupt + tally.parked, "0", tally.corrupt + tally.parked == 0),
    ]
    for bug, symptom in _BAD_DESIGNS.items():
        (folder / bug).mkdir()
        bad = asyncio.run(kill(folder / bug, kills=30, events=60, seed=1, bug=bug))
        found = getattr(bad, symptom)
        figures.append(
            figure(f"seeded bug {bug}: {symptom.replace('_', ' ')}", found, "> 0 (caught)", found > 0)
        )
    return Finding(
        part=PART,
        seed=seed,
        seconds=time.monotonic() - began,
        figures=tuple(figures),
        numbers=dict(vars(tally)),
    )

"""The rig's parts by name, and how much of each the short and the long form do."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.reliability import (
    clock_steps,
    core_kills,
    daemon_kills,
    fuzz,
    inbound_kills,
    power,
    seeded_bugs,
    shaking,
    soak,
    speed,
)
from tests.reliability.figures import Figure, Finding

PARTS: dict[str, Callable[..., Finding]] = {
    daemon_kills.PART: daemon_kills.run,
    core_kills.PART: core_kills.run,
    inbound_kills.PART: inbound_kills.run,
    power.PART: power.run,
    fuzz.PART: fuzz.run,
    soak.PART: soak.run,
    speed.PART: speed.run,
    shaking.PART: shaking.run,
    seeded_bugs.PART: seeded_bugs.run,
    clock_steps.PART: clock_steps.run,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One part and how much of it."""

    part: str
    options: Mapping[str, int | float] = field(default_factory=dict)

    def with_options(self, more: Mapping[str, int | float]) -> Choice:
        """The same part with some numbers changed."""
        return replace(self, options={**self.options, **more})

    def command(self, seed: int) -> str:
        """The command that runs it again."""
        told = "".join(f" --set {name}={value}" for name, value in self.options.items())
        return f"python -m tests.reliability --part {self.part} --seed {seed}{told}"


SHORT = [
    Choice(part=daemon_kills.PART, options={"random_kills": 4}),
    Choice(part=core_kills.PART, options={"kills": 120, "events": 240}),
    Choice(part=inbound_kills.PART, options={"kills": 12}),
    Choice(part=power.PART, options={"states": 300, "commits": 120}),
    Choice(part=seeded_bugs.PART),
    Choice(part=speed.PART, options={"milestones": 16}),
    Choice(part=soak.PART, options={"polls": 1200}),
    Choice(part=clock_steps.PART),
    Choice(part=shaking.PART, options={"examples": 30}),
    Choice(part=fuzz.PART, options={"inputs": 400}),
]
LONG = [
    Choice(part=daemon_kills.PART, options={"random_kills": 300}),
    Choice(part=core_kills.PART, options={"kills": 2300, "events": 4200}),
    Choice(part=inbound_kills.PART, options={"kills": 400}),
    Choice(part=power.PART, options={"states": 2500, "commits": 400}),
    Choice(part=seeded_bugs.PART),
    Choice(part=speed.PART, options={"milestones": 120, "faster": 6}),
    Choice(part=soak.PART, options={"polls": 100_000}),
    Choice(part=clock_steps.PART),
    Choice(part=shaking.PART, options={"examples": 300}),
    Choice(part=fuzz.PART, options={"inputs": 200_000, "workers": 2}),
]


def run_part(choice: Choice, seed: int) -> Finding:
    """Run one part in a folder of its own; an error of the rig is a breach, not a silence."""
    folder = Path(tempfile.mkdtemp(prefix=f"reliability-{choice.part}-"))
    for chatty in ("aiohttp.server", "apscheduler", "monitor"):  # what they complain of is our own doing
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    began = time.monotonic()
    try:
        finding = PARTS[choice.part](folder, seed, **choice.options)
    except Exception:  # noqa: BLE001 -- whatever breaks the rig must show in the table
        trouble = traceback.format_exc()
        figure = Figure(
            part=choice.part,
            name="the rig itself",
            measured=trouble.strip().splitlines()[-1][:200],
            target="runs",
            kept=False,
        )
        finding = Finding(
            part=choice.part,
            seed=seed,
            seconds=time.monotonic() - began,
            figures=(figure,),
            numbers={"traceback": trouble},
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    again = choice.command(seed)
    return replace(finding, figures=tuple(replace(one, again=one.again or again) for one in finding.figures))

"""Kills the bot while people talk to it, through nights and mornings, then asks who saw what.

Rule: random instants and every failpoint of the bot and of the delivery in turn; a seed repeats the plan.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor import failpoints
from tests.reliability import canary
from tests.reliability.figures import Figure, Finding
from tests.reliability.inbound_rig import Lives, Nursery, Rig
from tests.reliability.inbound_truth import Verdict
from tests.reliability.inbound_victim import Orders

PART = "inbound"
NAMES = failpoints.INBOUND | failpoints.DELIVERY
MORNING = 8.52  # when every digest of the day is due
# Hour of the day, how many lives, whether everything must have been told before the clock goes on.
Day = Sequence[tuple[float, int, bool]]
DAY: Day = ((12.2, 3, False), (23.0, 3, False), (7.84, 2, False), (MORNING, 3, True))
_DIGEST_POINTS = frozenset({failpoints.BEFORE_DIGEST, failpoints.DIGEST_OWED})
_DAYS_MORE = 3  # at most, for failpoints no life has passed yet
# The known-bad designs: the list of the verdict each must fill, the hour it shows at, and where it is killed.
CAUGHT_BY: dict[str, tuple[str, float, str]] = {
    "confirm-before-storing": ("lost", 12.2, failpoints.UPDATES_FETCHED),
    "answers-not-owed": ("lost", 12.2, ""),
    "mark-apart": ("effects", 12.2, failpoints.HANDLED),
    "digest-by-the-minute": ("surplus", MORNING, failpoints.DIGEST_OWED),
    "quiet-hours-forgotten": ("in_quiet_hours", 23.0, ""),
}


class _Plan:
    """Which failpoint each life is to die at: every name in turn, those not passed yet first."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self._rig = rig
        self._rng = random.Random(seed)
        self._todo: list[str] = []

    def missing(self) -> list[str]:
        """The names no life has died at."""
        return sorted(NAMES - self._rig.lives.reached)

    def next_point(self, hour: float) -> str:
        """A digest's failpoint at its hour, any other whenever."""
        if not self._todo:
            self._todo = self.missing() or sorted(NAMES)
            self._rng.shuffle(self._todo)
        others = [name for name in self._todo if name not in _DIGEST_POINTS]
        digests = [name for name in self._todo if name in _DIGEST_POINTS] if hour == MORNING else []
        fitting = digests or others
        if not fitting:
            return ""
        self._todo.remove(fitting[0])
        return fitting[0]


async def _days(rig: Rig, plan: _Plan, kills: int, days_more: int, day_plan: Day) -> None:
    """Whole days until so many lives were killed and every failpoint was passed."""
    more = 0
    while rig.lives.ends.total() < kills or (plan.missing() and more < days_more):
        more += rig.lives.ends.total() >= kills
        for hour, lives, whole in day_plan:
            rig.jump(hour)
            for number in range(lives):
                await rig.live_and_die("" if number == 2 else plan.next_point(hour))
            await rig.service.nothing_late()
            day = rig.expect_digests() if hour == MORNING else ""
            if whole:
                await rig.settle(day)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One run: what came of it, how the lives ended, sends in doubt, and what the database says of itself."""

    verdict: Verdict
    lives: Lives
    in_doubt: int
    missing: list[str]
    sound: str


async def play(
    folder: Path,
    seed: int,
    nursery: Nursery,
    *,
    kills: int,
    trouble: float = 0.1,
    days_more: int = _DAYS_MORE,
    day_plan: Day = DAY,
) -> Outcome:
    """So many kills of the sound bot."""
    folder.mkdir()
    async with Rig(folder, seed, nursery, trouble=trouble) as rig:
        await rig.set_up()
        plan = _Plan(rig, seed)
        await _days(rig, plan, kills, days_more, day_plan)
        sound = rig.rows("pragma integrity_check")
        return Outcome(
            verdict=rig.verdict(),
            lives=rig.lives,
            in_doubt=rig.service.ambiguous + rig.lives.in_doubt,
            missing=plan.missing(),
            sound=sound[0][0] if sound else "no database",
        )


async def caught(folder: Path, seed: int, nursery: Nursery, bug: str) -> list[str]:
    """What a known-bad design was caught by, in the shortest story in which it shows."""
    folder.mkdir()
    symptom, hour, point = CAUGHT_BY[bug]
    async with Rig(folder, seed, nursery, trouble=0.0, bug=bug) as rig:
        await rig.set_up()
        rig.jump(hour)
        for _ in range(2):
            rig.alerts += 1
            rig.people.ask_for_invitations(4)
            await rig.live_and_die(point)
        if hour == MORNING:
            rig.expect_digests()
        await rig.settle()
        found: list[str] = getattr(rig.verdict(), symptom)
        return found


async def _all(folder: Path, seed: int, kills: int) -> tuple[Outcome, dict[str, int]]:
    async with Nursery(folder / "output.log") as nursery:
        ours = await play(folder / "ours", seed, nursery, kills=kills)
        bugs = {bug: len(await caught(folder / bug, seed, nursery, bug)) for bug in CAUGHT_BY}
    return ours, bugs


def run(folder: Path, seed: int, *, kills: int) -> Finding:
    """So many kills of the sound bot, then each known-bad design, which must be caught."""
    began = time.monotonic()
    ours, bugs = asyncio.run(_all(folder, seed, kills))
    verdict, lives = ours.verdict, ours.lives
    token = canary.hits(folder, Orders.token)

    def figure(name: str, measured: object, target: str, kept: bool) -> Figure:
        return Figure(part=PART, name=name, measured=str(measured), target=target, kept=kept)

    def none(name: str, found: list[str]) -> Figure:
        return figure(name, len(found), "0", not found)

    total = lives.ends.total()
    passed = len(NAMES) - len(ours.missing)
    figures = [
        figure("SIGKILLs", total, f"≥ {kills}", total >= kills and not lives.bad_exits),
        figure("failpoints passed", f"{passed}/{len(NAMES)}", "100 %", not ours.missing),
        figure(
            "answers, alerts, digests and cards checked",
            f"{verdict.answers}, {verdict.alerts}, {verdict.digests}, {verdict.cards}",
            "> 0 each",
            min(verdict.answers, verdict.alerts, verdict.digests, verdict.cards) > 0,
        ),
        none("lost", verdict.lost),
        none("unmarked surplus", verdict.surplus),
        none("effects, audit rows or invitations not exactly once", verdict.effects),
        none("alerts shown in quiet hours", verdict.in_quiet_hours),
        figure(
            "marked repeats",
            f"{verdict.marked} of {ours.in_doubt} in doubt",
            "≤ in doubt",
            verdict.marked <= ours.in_doubt,
        ),
        none("days not settled", lives.unsettled),
        figure("integrity_check", ours.sound, "ok", ours.sound == "ok"),
        figure("token in any byte written", token, "0", token == 0),
        *(
            figure(
                f"seeded bug {bug}: {CAUGHT_BY[bug][0].replace('_', ' ')}", found, "> 0 (caught)", found > 0
            )
            for bug, found in bugs.items()
        ),
    ]
    return Finding(
        part=PART,
        seed=seed,
        seconds=time.monotonic() - began,
        figures=tuple(figures),
        numbers={
            "ends": dict(lives.ends),
            "not_passed": ours.missing,
            "unsettled": lives.unsettled,
            "bad_exits": lives.bad_exits,
            **{
                name: getattr(verdict, name)[:20] for name in ("lost", "surplus", "effects", "in_quiet_hours")
            },
        },
    )

"""Thirty real SIGKILLs in the default suite; the long form is `python -m tests.delivery.kills`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.delivery.kills import run


async def test_thirty_sigkills_lose_nothing_and_repeat_nothing_unmarked(tmp_path: Path) -> None:
    """At random instants and at every failpoint, with a service that drops, keeps silently and keeps late."""
    tally = await run(tmp_path, kills=30, events=60, seed=20260706)
    assert tally.kills >= 20
    assert tally.kills_at_failpoints >= 8
    assert tally.alerts == 240
    assert (tally.lost, tally.unmarked_surplus, tally.parked, tally.corrupt) == (0, 0, 0, 0)
    assert tally.marked <= tally.ambiguous


@pytest.mark.parametrize(
    ("bug", "symptom"), [("mark-then-send", "lost"), ("send-then-mark", "unmarked_surplus")]
)
async def test_the_rig_catches_the_designs_known_to_be_bad(tmp_path: Path, bug: str, symptom: str) -> None:
    """The same kills against a design that loses and one that repeats: the rig says which."""
    tally = await run(tmp_path, kills=30, events=60, seed=1, bug=bug)
    assert getattr(tally, symptom) > 0

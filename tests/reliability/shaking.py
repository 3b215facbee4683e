"""The state machine as a part of the rig: so many sequences of steps, every invariant after each."""

from __future__ import annotations

import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.reliability.figures import Figure, Finding
from tests.reliability.test_machine import Shaken

PART = "machine"
_STEPS = 25


def run(folder: Path, seed_: int, *, examples: int) -> Finding:
    """Shake the application through so many sequences; a failing one is printed step by step."""
    began = time.monotonic()
    trouble = ""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=_STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(seed_)(Shaken), settings=chosen)
    except AssertionError as exc:
        trouble = "\n".join([str(exc), *getattr(exc, "__notes__", [])])
    return Finding(
        part=PART,
        seed=seed_,
        seconds=time.monotonic() - began,
        figures=(
            Figure(
                part=PART,
                name=f"invariants I1 to I10 over {examples * _STEPS:,} steps at most",
                measured=trouble.splitlines()[0][:160] if trouble else "all hold",
                target="all hold",
                kept=not trouble,
            ),
        ),
        numbers={"steps": trouble[-3000:]} if trouble else {},
    )

"""`python -m tests.reliability.fuzzing.child`: each target in a fork of its own, with memory of its own.

Rule: a fork that dies takes nothing with it but its own answer; how it ended stands beside it.
Rule: `own` also times what the guided run found slow, as its own code counts nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING

from tests.reliability.fuzzing.guided import as_object, instrumented, run_guided, write_whole

if TYPE_CHECKING:
    from tests.reliability.fuzzing.target import Target


def main() -> int:
    """Run what is asked for; the answer of a target stands in `<target>/<how>.json` of the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("how", choices=("guided", "own"))
    parser.add_argument("--inputs", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("targets", nargs="+")
    asked = parser.parse_args()
    if asked.how == "guided":
        found = instrumented(asked.targets)
    else:
        from tests.reliability.fuzz_targets import targets

        found = targets(asked.targets)
    running: dict[int, str] = {}
    for name, target in found.items():
        while len(running) >= asked.workers:
            _ended(running, asked.folder, asked.how)
        (asked.folder / name).mkdir(exist_ok=True)
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            _fork(target, asked)
        running[child] = name
    while running:
        _ended(running, asked.folder, asked.how)
    return 0


def _ended(running: dict[int, str], folder: Path, how: str) -> None:
    child, status = os.wait()
    name = running.pop(child)
    code = os.waitstatus_to_exitcode(status)
    (folder / name / f"{how}.code").write_text(str(code), encoding="ascii")
    if (folder / name / f"{how}.json").exists():
        told = json.loads((folder / name / f"{how}.json").read_text(encoding="utf-8"))
        words = f"{told['inputs']:,} inputs, {told['crashed']} breaches, {told['seconds']:.0f} s of CPU"
    else:
        words = f"ended with code {code}"
    sys.stdout.write(f"  {how:6} {name}: {words}\n")
    sys.stdout.flush()


def _fork(target: Target, asked: argparse.Namespace) -> None:
    """What one fork does; never returns."""
    folder: Path = asked.folder / target.name
    complaints = os.open(folder / f"{asked.how}.stderr", os.O_CREAT | os.O_WRONLY)
    os.dup2(complaints, 2)
    try:
        if asked.how == "guided":
            run_guided(target, inputs=asked.inputs, seed=asked.seed, folder=folder)
        else:
            _own(target, asked.inputs, asked.seed, folder)
    except BaseException:  # noqa: BLE001 -- a fork must not go on with its parent's work
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _own(target: Target, inputs: int, seed: int, folder: Path) -> None:
    from tests.reliability.fuzzing.feeding import Feeder, numbered

    feeder = Feeder(target)
    found = folder / "guided.json"
    if found.exists():
        for suspect in json.loads(found.read_text(encoding="utf-8"))["suspects"]:
            feeder.feed(b64decode(suspect))
    for number in range(inputs):
        feeder.feed(numbered(target, seed, number), number)
    write_whole(folder / "own.json", as_object(feeder.finish()))


if __name__ == "__main__":
    sys.exit(main())

"""Feeds spoilt inputs to every parser and renderer: coverage-guided by atheris, and by mutators of our own.

Rule: only MonitorError may come out; a slow input is one whose best time of several is above the limit.
Rule: a breach names its input, keeps it in a file and prints the one command that feeds it again.
Rule: where atheris cannot be imported the report says so; our own mutators then make all the inputs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.reliability.figures import Figure, Finding
from tests.reliability.fuzz_targets import names, targets
from tests.reliability.fuzzing.feeding import (
    MOST_MEMORY,
    SLOWEST,
    Failure,
    Feeder,
    Fuzzed,
    fuzz,
    numbered,
)
from tests.reliability.fuzzing.guided import why_absent

__all__ = ["PART", "Fuzzed", "fuzz", "run"]

PART = "fuzz"
_ROOT = Path(__file__).parents[2]
_KEPT = Path(tempfile.gettempdir()) / "ipo-monitor-fuzz"  # inputs that broke something


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of one target in both runs; `found` counts inputs that reached code no seed reached."""

    name: str
    tally: Fuzzed
    guided: int = 0
    found: int = 0

    @property
    def accepted(self) -> int:
        """Inputs the target did not refuse."""
        return self.tally.inputs - self.tally.refused

    def line(self) -> str:
        """One line of the progress."""
        tally = self.tally
        return (
            f"{self.name:18} {tally.inputs:>9,} inputs ({self.guided:,} guided, {self.found:,} found), "
            f"{self.accepted / max(1, tally.inputs):4.0%} accepted, {tally.crashed} breaches, "
            f"{tally.slowest * 1000:5.1f} ms, {tally.memory / 1024:3.0f} MiB, "
            f"{tally.inputs / max(tally.seconds, 0.01):7,.0f}/s"
        )


def run(
    folder: Path,
    seed: int,
    *,
    inputs: int,
    guided: float = 0.5,
    workers: int = 1,
    first: int = 0,
    last: int = 999,
) -> Finding:
    """Every target, or those from `first` to `last`, with so many inputs each; `guided` is atheris' share."""
    began = time.monotonic()
    absent = why_absent() if guided > 0 else "not asked for"
    by_atheris = 0 if absent else round(inputs * guided)
    if absent:
        sys.stdout.write(f"fuzz: atheris is not used ({absent}): all inputs are our own mutators'\n")
    wanted = names()[first : last + 1]
    if by_atheris:
        _children("guided", wanted, folder, seed, by_atheris, workers)
    _children("own", wanted, folder, seed, inputs - by_atheris, workers)
    outcomes = [_outcome(name, folder, guided=bool(by_atheris)) for name in wanted]
    for outcome in outcomes:
        sys.stdout.write(outcome.line() + "\n")
    return Finding(
        part=PART,
        seed=seed,
        seconds=time.monotonic() - began,
        figures=tuple(_figures(outcomes, seed, inputs, by_atheris, absent)),
        numbers={outcome.name: _numbers(outcome) for outcome in outcomes},
    )


def _figures(outcomes: Sequence[Outcome], seed: int, inputs: int, guided: int, absent: str) -> list[Figure]:
    def figure(name: str, measured: str, target: str, kept: bool, again: str = "") -> Figure:
        return Figure(part=PART, name=name, measured=measured, target=target, kept=kept, again=again)

    idle = [outcome.name for outcome in outcomes if outcome.accepted < outcome.tally.inputs // 100]
    least = min(outcome.tally.inputs for outcome in outcomes)
    slowest = max(outcomes, key=lambda outcome: outcome.tally.slowest)
    heaviest = max(outcomes, key=lambda outcome: outcome.tally.memory)
    breaches = sum(outcome.tally.crashed for outcome in outcomes)
    by_atheris = sum(outcome.guided for outcome in outcomes)
    found = sum(outcome.found for outcome in outcomes)
    return [
        figure(
            "parsers and renderers",
            f"{len(outcomes)} × {least:,} inputs",
            f"{inputs:,} each",
            least >= inputs,
        ),
        figure(
            "of these coverage-guided",
            f"not run: {absent}" if absent else f"{by_atheris:,} by atheris, {found:,} reached new code",
            "where atheris can be imported" if absent else f"{guided:,} each",
            bool(absent) or by_atheris >= guided * len(outcomes),
        ),
        figure("targets whose good path was hardly walked", ", ".join(idle) or "0", "0", not idle),
        figure("crashes, slow or heavy inputs", f"{breaches:,}", "0", not breaches),
        figure(
            "slowest input",
            f"{slowest.tally.slowest * 1000:.1f} ms ({slowest.name})",
            f"≤ {SLOWEST * 1000:.0f} ms of CPU",
            slowest.tally.slowest <= SLOWEST,
        ),
        figure(
            "most memory above the start",
            f"{heaviest.tally.memory / 1024:.0f} MiB ({heaviest.name})",
            f"≤ {MOST_MEMORY // 1024} MiB",
            heaviest.tally.memory <= MOST_MEMORY,
        ),
        *(
            figure(
                outcome.name,
                str(failure),
                "nothing but our own errors",
                False,
                _again(outcome.name, failure),
            )
            for outcome in outcomes
            for failure in outcome.tally.failures
        ),
    ]


def _numbers(outcome: Outcome) -> dict[str, object]:
    tally = outcome.tally
    return {
        "inputs": tally.inputs,
        "guided": outcome.guided,
        "reached_new_code": outcome.found,
        "refused": tally.refused,
        "breaches": tally.crashed,
        "slowest_ms": round(tally.slowest * 1000, 2),
        "memory_mib": round(tally.memory / 1024, 1),
        "cpu_seconds": round(tally.seconds, 1),
        "failures": [f"{failure} {failure.data[:300]!r}" for failure in tally.failures],
    }


def _children(how: str, wanted: Sequence[str], folder: Path, seed: int, count: int, workers: int) -> None:
    """One process that forks for each target; what it tells goes on to our own output."""
    command = [sys.executable, "-m", "tests.reliability.fuzzing.child", how, "--inputs", str(count)]
    command += ["--seed", str(seed), "--folder", str(folder), "--workers", str(workers), *wanted]
    subprocess.run(command, cwd=_ROOT, env={**os.environ, "PYTHONHASHSEED": "0"}, check=True)


def _outcome(name: str, folder: Path, *, guided: bool) -> Outcome:
    """Both runs of one target together."""
    whole = Fuzzed()
    if not guided:
        _add(whole, _told("own", folder / name))
        return Outcome(name=name, tally=whole)
    told = _told("guided", folder / name)
    _add(whole, told)
    whole.slowest, by_atheris = 0.0, whole.inputs
    _add(whole, _told("own", folder / name))
    return Outcome(name=name, tally=whole, guided=by_atheris, found=int(str(told.get("found", 0))))


def _told(how: str, folder: Path) -> Mapping[str, object]:
    """What a fork answered; a breach in its place when native code ended it (libFuzzer keeps the input)."""
    answer = folder / f"{how}.json"
    if answer.exists():
        told: dict[str, object] = json.loads(answer.read_text(encoding="utf-8"))
        return told
    left = next(
        (path for path in sorted(folder.iterdir()) if path.name.startswith(("crash-", "timeout-"))), None
    )
    words = (folder / f"{how}.stderr").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    code = (folder / f"{how}.code").read_text(encoding="ascii")
    what = f"the {how} run ended with code {code}: {(words or ['no word from it'])[0][:200]}"
    failure = [what, "" if left is None else b64encode(left.read_bytes()).decode(), -1]
    return {**vars(Fuzzed()), "crashed": 1, "failures": [failure]}


def _add(whole: Fuzzed, told: Mapping[str, object]) -> None:
    part = Fuzzed(**{key: told[key] for key in vars(Fuzzed())})  # type: ignore[arg-type]
    failures = [Failure(what, b64decode(data), number) for what, data, number in part.failures]
    whole.failures += failures
    whole.inputs += part.inputs
    whole.refused += part.refused
    whole.crashed += part.crashed
    whole.seconds += part.seconds
    whole.slowest = max(whole.slowest, part.slowest)
    whole.memory = max(whole.memory, part.memory)


def _again(name: str, failure: Failure) -> str:
    """The command that feeds the input of a failure again, from the file that now holds it."""
    _KEPT.mkdir(exist_ok=True)
    path = _KEPT / f"{name}-{failure.digest}.bin"
    path.write_bytes(failure.data)
    return f"python -m tests.reliability.fuzz --only {name} --file {path}"


def main() -> int:
    """Feed one target: a kept file again, or seeded inputs."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.fuzz", description=__doc__)
    parser.add_argument("--only", required=True, choices=sorted(names()))
    parser.add_argument("--seed", type=int, default=20260706)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--file", type=Path, help="feed this one input and show what it raises")
    parser.add_argument("--show", action="store_true", help="the same with the input of number --from")
    asked = parser.parse_args()
    target = targets([asked.only])[asked.only]
    if asked.file is not None or asked.show:
        data = asked.file.read_bytes() if asked.file else numbered(target, asked.seed, asked.first)
        sys.stdout.write(f"{data!r}\n")
        feeder = Feeder(target)
        feeder.feed(data)
        tally = feeder.finish()
        sys.stdout.write("".join(f"{words}\n" for words in tally.crashes) or "nothing\n")
        target.one(data)  # its own trace-back, when it raises
        return 1 if tally.crashed else 0
    tally = fuzz(target, asked.inputs, asked.seed, asked.first)
    sys.stdout.write(Outcome(name=asked.only, tally=tally).line() + "\n")
    sys.stdout.write("".join(f"{words}\n" for words in tally.crashes))
    return 1 if tally.crashed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Spoils good inputs in seeded ways and feeds them to every parser and renderer.

Rule: only MonitorError may come out; an input is slow only when it is slow three times in a row.
Rule: a breach prints the seed and the number of its input; `--only TARGET --from N` makes it again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.domain.errors import MonitorError
from tests.reliability.figures import Figure, Finding
from tests.reliability.fuzz_targets import Target, targets

PART = "fuzz"
SLOWEST = 0.050  # seconds of CPU
MOST_MEMORY = 64 * 1024  # KiB above what the process had
_MOST_BYTES = 32 * 1024
_MOST_HTML = 16 * 1024  # the HTML parser takes one to two microseconds a byte, in a straight line


@dataclass
class Fuzzed:
    """What came of one target."""

    inputs: int = 0
    refused: int = 0
    crashes: list[str] = field(default_factory=list)
    slowest: float = 0.0
    memory: int = 0  # KiB


def spoil(rng: random.Random, target: Target) -> bytes:
    """One spoilt input; now and then a good one, so that the good path is walked, too."""
    data = bytearray(rng.choice(target.samples))
    for _ in range(min(int(rng.expovariate(0.4)), 12)):
        data = bytearray(rng.choice(_WAYS)(rng, data, target))
    return bytes(data[: _MOST_HTML if target.name == "tutoring-page" else _MOST_BYTES])


def _flip(rng: random.Random, data: bytearray, _: Target) -> bytes:
    for _n in range(rng.randint(1, 8)):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def _cut(rng: random.Random, data: bytearray, _: Target) -> bytes:
    at = rng.randint(0, len(data))
    return bytes(data[:at] if rng.random() < 0.7 else data[at:])


def _drop(rng: random.Random, data: bytearray, _: Target) -> bytes:
    at = rng.randint(0, len(data))
    return bytes(data[:at] + data[at + rng.randint(1, 200) :])


def _again(rng: random.Random, data: bytearray, _: Target) -> bytes:
    begin = rng.randint(0, len(data))
    piece = data[begin : begin + rng.randint(1, 400)]
    return bytes(data[:begin] + piece * rng.randint(2, 40) + data[begin:])


def _splice(rng: random.Random, data: bytearray, target: Target) -> bytes:
    word = rng.choice(target.words) if target.words else b"\x00"
    at = rng.randint(0, len(data))
    skip = rng.choice((0, len(word), rng.randint(0, 30)))
    return bytes(data[:at] + word * rng.choice((1, 1, 1, 2, 30)) + data[at + skip :])


def _deep(rng: random.Random, data: bytearray, _: Target) -> bytes:
    opening = rng.choice((b"[", b"{", b'{"a":', b"<div>", b"(", b"<table><tr><td>"))
    at = rng.randint(0, len(data))
    return bytes(data[:at] + opening * rng.choice((50, 500, 3000)) + data[at:])


def _cross(rng: random.Random, data: bytearray, target: Target) -> bytes:
    other = rng.choice(target.samples)
    return bytes(data[: rng.randint(0, len(data))] + other[rng.randint(0, len(other)) :])


def _retype(rng: random.Random, data: bytearray, _: Target) -> bytes:
    """Another type, another number or no value in a random place of a JSON answer."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return bytes(data)
    places: list[tuple[Any, Any]] = []

    def walk(node: Any, depth: int = 0) -> None:
        entries = (
            node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        )
        for key, value in list(entries):
            places.append((node, key))
            if depth < 12:
                walk(value, depth + 1)

    walk(tree)
    for _n in range(rng.randint(1, 3)):
        if places:
            node, key = rng.choice(places)
            node[key] = rng.choice(
                (
                    None,
                    "",
                    0,
                    -1,
                    10**30,
                    1.5e300,
                    True,
                    [],
                    {},
                    "-",
                    [None],
                    {"a": []},
                    "九",
                    "0" * 300,
                    "\ud800",
                )
            )
    return json.dumps(tree).encode()


_WAYS: tuple[Callable[[random.Random, bytearray, Target], bytes], ...] = (
    _flip, _cut, _drop, _again, _splice, _splice, _splice, _deep, _cross, _retype, _retype,
)  # fmt: skip


def _took(target: Target, data: bytes, tally: Fuzzed) -> float:
    begun = time.thread_time()
    try:
        target.one(data)
    except MonitorError:
        tally.refused += 1
    return time.thread_time() - begun


def fuzz(target: Target, inputs: int, seed: int, first: int = 0) -> Fuzzed:
    """Feed so many spoilt inputs; input n depends on the seed and n alone."""
    tally = Fuzzed()
    before = _memory()
    for number in range(first, first + inputs):
        data = spoil(random.Random(f"{seed}/{target.name}/{number}"), target)
        tally.inputs += 1
        try:
            took = _took(target, data, tally)
            if took > SLOWEST:
                took = min(took, *(_took(target, data, Fuzzed()) for _ in range(3)))
        except Exception:  # noqa: BLE001 -- whatever is no MonitorError is what we look for
            where = traceback.format_exc().strip().splitlines()
            tally.crashes.append(
                f"input {number} ({hashlib.sha256(data).hexdigest()[:12]}): {where[-1][:160]}"
            )
            continue
        tally.slowest = max(tally.slowest, took)
        if took > SLOWEST:
            tally.crashes.append(f"input {number}: {took * 1000:.0f} ms for {len(data)} bytes")
    tally.memory = _memory() - before
    return tally


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def run(folder: Path, seed: int, *, inputs: int) -> Finding:
    """Every target with so many inputs each."""
    began = time.monotonic()
    tallies = {name: fuzz(target, inputs, seed) for name, target in targets().items()}
    crashes = {name: tally.crashes for name, tally in tallies.items() if tally.crashes}
    slowest_name, slowest = max(tallies.items(), key=lambda pair: pair[1].slowest)
    most_name, most = max(tallies.items(), key=lambda pair: pair[1].memory)
    accepted = {name: tally.inputs - tally.refused for name, tally in tallies.items()}
    idle = [name for name, count in accepted.items() if count < inputs // 100]

    def figure(name: str, measured: str, target: str, kept: bool) -> Figure:
        return Figure(part=PART, name=name, measured=measured, target=target, kept=kept)

    return Finding(
        part=PART,
        seed=seed,
        seconds=time.monotonic() - began,
        figures=(
            figure("parsers and renderers", f"{len(tallies)} × {inputs:,} inputs", "all", True),
            figure("targets whose good path was hardly walked", ", ".join(idle) or "0", "0", not idle),
            figure(
                "crashes or slow inputs",
                "; ".join(f"{name}: {len(found)}, {found[0]}" for name, found in crashes.items()) or "0",
                "0",
                not crashes,
            ),
            figure(
                "slowest input",
                f"{slowest.slowest * 1000:.1f} ms ({slowest_name})",
                "≤ 50 ms of CPU for ≤ 32 KiB (HTML: 16)",
                slowest.slowest <= SLOWEST,
            ),
            figure(
                "most memory above the start",
                f"{most.memory / 1024:.0f} MiB ({most_name})",
                "≤ 64 MiB",
                most.memory <= MOST_MEMORY,
            ),
        ),
        numbers={
            name: {**vars(tally), "crashes": tally.crashes[:5], "crashed": len(tally.crashes)}
            for name, tally in tallies.items()
        },
    )


def main() -> int:
    """Fuzz one target, or make one input again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", required=True, choices=sorted(targets()))
    parser.add_argument("--seed", type=int, default=20260706)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--show", action="store_true", help="print the first input and its traceback")
    asked = parser.parse_args()
    target = targets()[asked.only]
    if asked.show:
        data = spoil(random.Random(f"{asked.seed}/{target.name}/{asked.first}"), target)
        sys.stdout.write(f"{data!r}\n")
        target.one(data)
        return 0
    tally = fuzz(target, asked.inputs, asked.seed, asked.first)
    sys.stdout.write(json.dumps(vars(tally), ensure_ascii=False, indent=1) + "\n")
    return 1 if tally.crashes else 0


if __name__ == "__main__":
    sys.exit(main())

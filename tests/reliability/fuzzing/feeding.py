"""Feeds inputs to one target and judges each: its errors, its time, its memory.

Rule: a time counts when it is the shortest of several runs, in CPU time: a busy machine makes no input slow.
Rule: memory is judged by the batch, and a batch that grew too much is fed again one by one to name the input.
"""

from __future__ import annotations

import hashlib
import random
import time
import traceback
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.domain.errors import MonitorError
from tests.reliability.fuzzing import memory
from tests.reliability.fuzzing.mutation import spoil
from tests.reliability.fuzzing.target import Target

SLOWEST = 0.050  # seconds of CPU
MOST_MEMORY = 64 * 1024  # KiB above what the process had
MOST_KEPT = 20  # failures of one target that are kept with their input
_BATCH = 256
_SLOW_KEPT = 8


class Failure(NamedTuple):
    """One input that broke a promise; `number` is its place in the seeded order, -1 where it has none."""

    what: str
    data: bytes
    number: int

    @property
    def digest(self) -> str:
        """A short name of the input."""
        return hashlib.sha256(self.data).hexdigest()[:12]

    def __str__(self) -> str:
        place = f"input {self.number}" if self.number >= 0 else "an input"
        return f"{place} ({self.digest}, {len(self.data)} bytes): {self.what}"


@dataclass
class Fuzzed:
    """What came of one target; `crashed` counts every breach, `failures` keeps one of each kind."""

    inputs: int = 0
    refused: int = 0
    crashed: int = 0
    failures: list[Failure] = field(default_factory=list)
    slowest: float = 0.0  # seconds
    memory: int = 0  # KiB above the start
    seconds: float = 0.0  # of CPU

    @property
    def crashes(self) -> list[str]:
        """The kept failures in words."""
        return [str(failure) for failure in self.failures]


class Feeder:
    """Takes the inputs of one target one by one; `finish` has the last word on memory.

    `timed` says whether a slow input is a breach: with its code instrumented it is only a suspect, kept in
    `suspects` for a run that is not.
    """

    def __init__(self, target: Target, *, timed: bool = True) -> None:
        self.tally = Fuzzed()
        self.suspects: list[tuple[float, bytes]] = []
        self._target = target
        self._timed = timed
        self._seen: set[str] = set()
        self._batch: list[tuple[bytes, int]] = []
        for sample in target.samples:  # what is imported or read once is no growth
            self._again(sample)
        self._base = -1
        self._begun = time.process_time()

    def feed(self, data: bytes, number: int = -1) -> None:
        """One input."""
        tally = self.tally
        if self._base < 0:  # not before: a guided run sets itself up in between
            memory.reset()
            self._base = memory.held()
        tally.inputs += 1
        begun = time.perf_counter()
        try:
            refused = self._run(data)
        except (Exception, SystemExit) as error:  # noqa: BLE001 -- what is none of ours is what we look for
            self._crash(error, data, number)
            return
        took = time.perf_counter() - begun
        tally.refused += refused
        if self._timed:
            if took > tally.slowest:
                self._time(data, number, took)
        elif len(self.suspects) < _SLOW_KEPT or took > self.suspects[-1][0]:
            self.suspects = sorted([*self.suspects, (took, data)], reverse=True)[:_SLOW_KEPT]
        self._batch.append((data, number))
        if len(self._batch) >= _BATCH:
            self._weigh()

    def finish(self) -> Fuzzed:
        """The tally, with time and memory."""
        self._weigh()
        self.tally.seconds = time.process_time() - self._begun
        return self.tally

    def _run(self, data: bytes) -> bool:
        try:
            self._target.one(data)
        except MonitorError:
            return True
        except self._target.refusals:
            return True
        return False

    def _crash(self, error: BaseException, data: bytes, number: int) -> None:
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if "/fuzzing/" not in frame.filename
        ]
        where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "the target"
        self._fail(f"{type(error).__name__} at {where}: {str(error)[:160]}", data, number,
                   kind=f"{type(error).__name__} {where}")  # fmt: skip

    def _fail(self, what: str, data: bytes, number: int, *, kind: str) -> None:
        self.tally.crashed += 1
        if kind not in self._seen and len(self.tally.failures) < MOST_KEPT:
            self._seen.add(kind)
            self.tally.failures.append(Failure(what, data, number))

    def _time(self, data: bytes, number: int, took: float) -> None:
        best = took
        for _ in range(4):
            begun = time.thread_time()
            self._run(data)
            best = min(best, time.thread_time() - begun)
            if best <= self.tally.slowest:
                return
        self.tally.slowest = best
        if best > SLOWEST:
            self._fail(f"{best * 1000:.0f} ms for {len(data)} bytes", data, number, kind="slow")

    def _weigh(self) -> None:
        grown = memory.peak() - self._base
        self.tally.memory = max(self.tally.memory, grown)
        if grown > MOST_MEMORY:
            heaviest, at = 0, self._batch[0] if self._batch else (b"", -1)
            for data, number in self._batch:
                memory.reset()
                before = memory.held()
                self._again(data)
                if memory.peak() - before > heaviest:
                    heaviest, at = memory.peak() - before, (data, number)
            alone = heaviest > MOST_MEMORY // 2
            what = f"{heaviest // 1024} MiB" if alone else f"{grown // 1024} MiB kept over the inputs so far"
            self._fail(f"{what} for {len(at[0])} bytes", *at, kind="memory")
            memory.reset()
            self._base = memory.held()  # the rest is judged anew
        self._batch.clear()

    def _again(self, data: bytes) -> None:
        try:
            self._run(data)
        except (Exception, SystemExit):  # noqa: BLE001 -- it was told of before
            pass


def fuzz(target: Target, inputs: int, seed: int, first: int = 0) -> Fuzzed:
    """Feed so many spoilt inputs; input n depends on the seed and n alone."""
    feeder = Feeder(target)
    for number in range(first, first + inputs):
        feeder.feed(numbered(target, seed, number), number)
    return feeder.finish()


def numbered(target: Target, seed: int, number: int) -> bytes:
    """The input of that number."""
    return spoil(random.Random(f"{seed}/{target.name}/{number}"), target)

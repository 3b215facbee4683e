"""The daemon as it is shipped, on its real clock, while libfaketime moves the machine's wall clock about.

Rule: nothing of the program is patched and nothing runs faster; only what the machine says of dates is false.
Rule: the monotonic clock is left alone, as every kernel leaves it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from tests.reliability.daemon import Life, Stage, stage
from tests.reliability.figures import Figure, Finding
from tests.reliability.oracle import Tally, reconcile
from tests.reliability.story import write_story

PART = "clock"
_LIBRARIES = (
    "/usr/lib/x86_64-linux-gnu/faketime",
    "/usr/lib/aarch64-linux-gnu/faketime",
    "/usr/lib/faketime",
)
_EVERY = 1.0  # seconds between quick polls
_WATCHED = 4.0  # seconds in which polls are counted after each step
# Seconds; far below any step and far above what a busy machine takes for a poll, a reading and a sending.
_SOON = 20.0
_HOUR, _DAY = 3600, 86_400
_YEAR = 365 * _DAY
# What the wall clock says beside the truth, in seconds, and how fast it runs.
STEPS: tuple[tuple[str, int, float], ...] = (
    ("no step", 0, 1.0),
    ("+1 h", _HOUR, 1.0),
    ("-1 h", -_HOUR, 1.0),
    ("+24 h", _DAY, 1.0),
    ("-24 h", -_DAY, 1.0),
    ("slewing by half", 0, 1.5),
    ("right again", 0, 1.0),
)
_BOOTS: tuple[tuple[str, int], ...] = (("1970", -56 * _YEAR), ("2036", 10 * _YEAR))


class NoFaketime(Exception):
    """libfaketime is not installed: `apt-get install faketime`."""


@dataclass
class Seen:
    """What came of the steps: polls counted and seconds until told, by step; what the operator heard."""

    polls: dict[str, int] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


def library() -> Path:
    """Where libfaketime lies; NoFaketime when nowhere."""
    for folder in _LIBRARIES:
        path = Path(folder) / "libfaketimeMT.so.1"
        if path.exists():
            return path
    raise NoFaketime(NoFaketime.__doc__)


class FalseClock:
    """The file libfaketime reads the wall clock's fault from."""

    def __init__(self, path: Path, truth: Callable[[], datetime]) -> None:
        self._path, self._truth = path, truth

    def set(self, beside: int, rate: float = 1.0) -> None:
        """Step the clock so many seconds beside the exchange's time, running at `rate`."""
        off = (self._truth() - datetime.now(UTC)).total_seconds() + beside  # noqa: TID251 -- the real clock
        self._path.write_text(f"{off:+.0f}" + (f" x{rate}" if rate != 1.0 else "") + "\n", encoding="ascii")


def _preloaded(environment: dict[str, str], clock_file: Path) -> dict[str, str]:
    return environment | {
        "LD_PRELOAD": str(library()),
        "FAKETIME_TIMESTAMP_FILE": str(clock_file),
        "FAKETIME_CACHE_DURATION": "1",  # seconds until a step is noticed
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


async def _start(around: Stage, clock_file: Path) -> Life:
    """The command line itself, as the service manager starts it."""
    environment = around.environment()
    del environment["IPO_MONITOR_RIG"]
    port = urlsplit(around.exchange_url).port
    environment = _preloaded(environment, clock_file) | {
        "IPO_MONITOR_SOURCES__SSE_STAR__INTERVAL": str(_EVERY),
        "IPO_MONITOR_SOURCES__SSE_STAR__SLOW_INTERVAL": str(_EVERY),
        "IPO_MONITOR_SOURCES__SSE_STAR__SWEEP_INTERVAL": "3600",
        # A second name of the same server: two hosts have to agree before our own clock is blamed.
        "IPO_MONITOR_SOURCES__CSRC_TUTORING__BASE_URL": f"http://localhost:{port}/csrcfd",
        "IPO_MONITOR_SOURCES__CSRC_TUTORING__INTERVAL": "2",
        "IPO_MONITOR_LOG__LEVEL": "INFO",
    }
    with (around.folder / "output.log").open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *("-m", "monitor", "run"), env=environment, stdout=output, stderr=output
        )
    return Life(process)


async def _until(true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True


async def _tell_next(around: Stage, number: int, name: str, seen: Seen) -> None:
    """Let the exchange publish the next milestone, and time it into every chat."""
    told = around.story.live[number]
    around.ahead = max(around.ahead, told.at - around.clock.now())
    begun = time.monotonic()

    def shown() -> bool:
        chats = around.seen().values()
        return all(any(told.words(language) in text for text in texts) for language, texts in chats)

    seen.told[name] = time.monotonic() - begun if await _until(shown, _SOON) else float("inf")


def _polls(around: Stage) -> int:
    return sum(params.get("sqlId") == "SH_XM_LB" for _, params in around.exchange.requests)


async def steps(folder: Path, seed: int) -> tuple[Tally, Seen, int]:
    """One life through every step of the clock."""
    story = write_story(folder, seed=seed, milestones=len(STEPS) + 1, every=30.0, evenly=True)
    marks = [told for told in story.live if told.state is not None]
    seen = Seen()
    async with stage(folder, story, seed=seed, trouble=0.0, speed=1.0) as around:
        clock = FalseClock(folder / "clock", around.now)
        clock.set(0)
        life = await _start(around, folder / "clock")
        await around.quiet_reading_done()
        for number, (name, beside, rate) in enumerate(STEPS):
            clock.set(beside, rate)
            before, begun = _polls(around), time.monotonic()
            await _tell_next(around, story.live.index(marks[number]), name, seen)
            await asyncio.sleep(max(0.0, begun + _WATCHED - time.monotonic()))
            seen.polls[name] = round((_polls(around) - before) * _WATCHED / (time.monotonic() - begun))
            if number == 1:
                await _until(lambda: _heard(around, "ahead of"), 20.0)
        around.ahead = max(around.ahead, story.end - around.clock.now())
        await _until(lambda: _heard(around, "agrees again"), 20.0)
        await _until(lambda: not around.open_deliveries(), 10.0)
        code = await life.end(signal.SIGTERM)
        seen.notices = [text for text in around.told_to_operator() if "machine's clock" in text]
        past = marks[: len(STEPS)]
        tally = reconcile(past, story.quiet, around.seen(), ambiguous=0)
    return tally, seen, code


def _heard(around: Stage, words: str) -> bool:
    return any("machine's clock" in text and words in text for text in around.told_to_operator())


async def boot(folder: Path, seed: int, beside: int) -> tuple[Tally, float]:
    """A machine that starts with its clock years off: (what was told, seconds until it was)."""
    story = write_story(folder, seed=seed, milestones=2, every=30.0, evenly=True)
    first = next(told for told in story.live if told.state is not None)
    seen = Seen()
    async with stage(folder, story, seed=seed, trouble=0.0, speed=1.0) as around:
        FalseClock(folder / "clock", around.now).set(beside)
        life = await _start(around, folder / "clock")
        await around.quiet_reading_done()
        await _tell_next(around, story.live.index(first), "boot", seen)
        await life.end(signal.SIGTERM)
        tally = reconcile([first], story.quiet, around.seen(), ambiguous=0)
    return tally, seen.told["boot"]


async def runs_by_the_wall_clock(folder: Path) -> tuple[int, int]:
    """Runs of the scheduler's own interval jobs, in equal times before and after a step of one hour back."""
    clock = FalseClock(folder / "clock", lambda: datetime.now(UTC))  # noqa: TID251 -- the real clock
    clock.set(0)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.reliability.wall_clock_jobs"),
        env=_preloaded(dict(os.environ), folder / "clock"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readline()  # it runs
    before = await _lines(process.stdout, _WATCHED)
    clock.set(-_HOUR)
    await _lines(process.stdout, 2.0)  # what the library's own reading of the clock still lets through
    after = await _lines(process.stdout, _WATCHED)
    process.kill()
    await process.wait()
    return before, after


async def _lines(stream: asyncio.StreamReader, seconds: float) -> int:
    count = 0
    try:
        async with asyncio.timeout(seconds):
            while await stream.readline():
                count += 1
    except TimeoutError:
        pass
    return count


def run(folder: Path, seed: int) -> Finding:
    """Every step in one life, then one life for each wrong clock at the start."""
    began = time.monotonic()

    def figure(name: str, measured: object, target: str, kept: bool) -> Figure:
        return Figure(part=PART, name=name, measured=str(measured), target=target, kept=kept)

    try:
        library()
    except NoFaketime as missing:
        # Said in the table, not passed over: the short form may run where nothing can be installed.
        told = figure("not tried", missing, "installed", kept=False)
        return Finding(part=PART, seed=seed, seconds=0.0, figures=(told,))
    (folder / "steps").mkdir()
    tally, seen, code = asyncio.run(steps(folder / "steps", seed))
    figures = [
        figure(
            f"polls in {_WATCHED:g} s after each step of {', '.join(name for name, *_ in STEPS)}",
            ", ".join(str(count) for count in seen.polls.values()),
            "≥ half of the first",
            min(seen.polls.values()) >= max(1, seen.polls["no step"] // 2),
        ),
        figure(
            "slowest told after a step",
            f"{max(seen.told.values()):.1f} s",
            f"≤ {_SOON:g} s",
            max(seen.told.values()) <= _SOON,
        ),
        figure("lost, unmarked", f"{len(tally.lost)}, {len(tally.unmarked_surplus)}", "0, 0", tally.kept),
        figure(
            "operator told of the wrong clock, and of its end",
            len(seen.notices),
            "1 + 1",
            [words in notice for words, notice in zip(("ahead of", "agrees"), seen.notices, strict=False)]
            == [True, True]
            and len(seen.notices) == 2,
        ),
        figure("exit after SIGTERM", code, "0", code == 0),
    ]
    (folder / "bug").mkdir()
    before, after = asyncio.run(runs_by_the_wall_clock(folder / "bug"))
    figures.append(
        figure(
            "seeded bug jobs by the wall clock: runs before and after -1 h",
            f"{before}, {after}",
            "> 0, 0 (caught)",
            before > 0 and after == 0,
        )
    )
    for name, beside in _BOOTS:
        (folder / name).mkdir()
        tally, seconds = asyncio.run(boot(folder / name, seed, beside))
        figures.append(
            figure(
                f"booted in {name}: told after, lost, unmarked",
                f"{seconds:.1f} s, {len(tally.lost)}, {len(tally.unmarked_surplus)}",
                f"≤ {_SOON:g} s, 0, 0",
                seconds <= _SOON and tally.kept,
            )
        )
    return Finding(
        part=PART,
        seed=seed,
        seconds=time.monotonic() - began,
        figures=tuple(figures),
        numbers={"told": seen.told, "notices": seen.notices, "lost": tally.lost},
    )

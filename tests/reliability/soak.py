"""Many polls with every toxic and every fault in turn, on a fast clock: nothing lost, nothing grows.

Rule: the daemon is a process of its own, so its memory and its files are its own.
Rule: what is on at an instant is decided by the seed; the last part of a soak is healthy, so that it drains.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from tests.reliability import canary
from tests.reliability.daemon import CHATS, TOKEN, Manager, Stage, settled, stage
from tests.reliability.figures import Figure, Finding
from tests.reliability.oracle import Tally, reconcile
from tests.reliability.proxy import HEALTHY, ChaosProxy, Kind, Toxic
from tests.reliability.story import write_story

PART = "soak"
SPEED = 60.0
_POLLS_A_SECOND = 35.0  # about what one core gives between the pauses after trouble
# Pauses that are waited out, and requests that end at their deadline, are longer than 3 intervals of 1 s.
_WEDGED_AFTER = 30.0
_SLOT = 1.5  # real seconds between changes of luck
_WARM = 0.25  # of the soak is spent before memory is compared: caches fill

_TOXICS = (
    *(HEALTHY,) * 7,
    Toxic(kind=Kind.LATENCY, amount=0.05),
    Toxic(kind=Kind.BANDWIDTH, amount=40_000),
    Toxic(kind=Kind.SLOW_CLOSE, amount=0.5),
    Toxic(kind=Kind.BLACK_HOLE, share=0.3),
    Toxic(kind=Kind.RESET, amount=300, share=0.3),
    Toxic(kind=Kind.SLICER, amount=97),
    Toxic(kind=Kind.LIMIT_DATA, amount=500, share=0.3),
    Toxic(kind=Kind.DOWN, share=0.3),
)
# name, value: one request or two each, so that pauses stay short enough for the soak to make progress
_FAULTS: tuple[tuple[str, int | str | None], ...] = (
    *(
        (name, None)
        for name in ("busy", "cut", "wrong_length", "reset", "empty", "shrunk", "key_renamed", "gbk")
    ),
    *((name, None) for name in ("wrong_callback", "html", "touched", "forbidden")),
    ("server_error", 502),
    ("bomb", 64),
    ("redirect", "https://elsewhere.invalid/"),
    ("rate_limited", 5),
    ("challenge", 200),
)


@dataclass
class Soaked:
    """Samples of the daemon while it ran: (polls, bytes of memory, descriptors, pid), and the largest WAL."""

    samples: list[tuple[int, int, int, int]] = field(default_factory=list)
    restarts: list[int] = field(default_factory=list)  # exit codes of lives that ended unasked
    wal: int = 0
    polls: int = 0
    bad_polls: int = 0


async def _watch(around: Stage, manager: Manager, soaked: Soaked) -> None:
    wal = around.database.with_name(around.database.name + "-wal")
    while True:
        await asyncio.sleep(1.0)
        polls = sum(row[0] for row in around.rows("select coalesce(max(id), 0) from poll"))
        assert manager.life is not None
        try:
            process = psutil.Process(manager.life.pid)
            soaked.samples.append((polls, process.memory_info().rss, process.num_fds(), process.pid))
        except psutil.NoSuchProcess:
            continue  # the next life is about to begin
        if wal.exists():
            soaked.wal = max(soaked.wal, wal.stat().st_size)


async def _luck(around: Stage, proxies: list[ChaosProxy], rng: random.Random) -> None:
    """A new toxic on each side and now and then a fault of the exchange, for ever."""
    while True:
        for proxy in proxies:
            proxy.toxic = rng.choice(_TOXICS)
        if rng.random() < 0.4:
            name, value = rng.choice(_FAULTS)
            around.exchange.faults.clear()
            around.exchange.faults.on(name, times=1, value=value)
        await asyncio.sleep(_SLOT * rng.uniform(0.5, 1.5))


async def _run(folder: Path, seed: int, polls: int) -> tuple[Tally, Soaked, int, int, bool]:
    rng = random.Random(seed)
    soaked = Soaked()
    seconds = polls / _POLLS_A_SECOND
    milestones = min(1500, max(30, int(seconds)))
    story = write_story(folder, seed=seed, milestones=milestones, every=seconds * SPEED * 0.85 / milestones)
    settings = {
        "SOURCES__SSE_STAR__INTERVAL": "1",  # as many polls as the machine gives
        "SOURCES__SSE_STAR__DEADLINE": "20",
        "SOURCES__CSRC_TUTORING__INTERVAL": "2",
        "SOURCES__CSRC_TUTORING__DEADLINE": "20",
        "SOURCES__SSE_STAR__SLOW_INTERVAL": "60",
        "SOURCES__SSE_STAR__SWEEP_INTERVAL": "600",
        "LOG__LEVEL": "INFO",
    }
    async with stage(folder, story, seed=seed, trouble=0.04, speed=SPEED, settings=settings) as around:
        around.wedged_after = _WEDGED_AFTER
        proxies = []
        for name in ("exchange_url", "service_url"):
            proxy = ChaosProxy(urlsplit(getattr(around, name)).port or 0, seed)
            setattr(around, name, f"http://127.0.0.1:{await proxy.start()}")
            proxies.append(proxy)
        manager = Manager(around)
        await manager.start()
        watching = asyncio.ensure_future(_watch(around, manager, soaked))
        await around.quiet_reading_done(300.0)
        luck = asyncio.ensure_future(_luck(around, proxies, rng))
        deadline = time.monotonic() + seconds * 3
        while time.monotonic() < deadline:
            await asyncio.sleep(0.5)
            if soaked.samples and soaked.samples[-1][0] >= polls and around.now() > story.end:
                break
        luck.cancel()
        for proxy in proxies:
            proxy.toxic = HEALTHY
        around.exchange.faults.clear()
        around.service.trouble = 0.0
        done = await settled(around, 120.0)
        watching.cancel()
        await asyncio.gather(watching, luck, return_exceptions=True)
        code = await manager.stop()
        soaked.restarts = manager.unasked
        soaked.polls = sum(row[0] for row in around.rows("select coalesce(max(id), 0) from poll"))
        soaked.bad_polls = sum(
            row[0] for row in around.rows("select count(*) from poll where verdict != 'ok'")
        )
        # A connection the proxy broke is a send in doubt that the service knows nothing of.
        broken = sum(count for kind, count in proxies[1].suffered.items() if kind != Kind.NONE)
        broken += len(CHATS) * len(soaked.restarts)
        tally = reconcile(story.live, story.quiet, around.seen(), ambiguous=around.service.ambiguous + broken)
        for proxy in proxies:
            await proxy.stop()
    return tally, soaked, code, canary.hits(folder, TOKEN), done


Samples = list[tuple[int, int, int, int]]


def longest_life(samples: Samples) -> Samples:
    """The samples of the process that lived longest: memory is compared within one process."""
    pids = Counter(sample[3] for sample in samples)
    return [sample for sample in samples if pids and sample[3] == pids.most_common(1)[0][0]]


def slope(samples: Samples) -> float:
    """Theil–Sen: the median growth between pairs, MiB per 10,000 polls, after the warm-up."""
    kept = samples[int(len(samples) * _WARM) :]
    step = max(1, len(kept) // 300)
    kept = kept[::step]
    pairs = [
        (second[1] - first[1]) / (second[0] - first[0])
        for n, first in enumerate(kept)
        for second in kept[n + 1 :]
        if second[0] > first[0]
    ]
    return statistics.median(pairs) * 10_000 / 2**20 if pairs else 0.0


def run(folder: Path, seed: int, *, polls: int) -> Finding:
    """So many polls through both proxies."""
    began = time.monotonic()
    tally, soaked, code, hits, done = asyncio.run(_run(folder, seed, polls))
    samples = longest_life(soaked.samples)
    growth = slope(samples)
    # Below some ten thousand polls a slope is noise: then the whole growth is bounded instead.
    fair = soaked.polls >= 20_000
    kept = samples[int(len(samples) * _WARM) :] or [(0, 0, 0, 0)]
    grown = (kept[-1][1] - kept[0][1]) / 2**20
    fds = [sample[2] for sample in kept]
    leaked = fds[-1] - min(fds)

    def figure(name: str, measured: object, target: str, kept: bool) -> Figure:
        return Figure(part=PART, name=name, measured=str(measured), target=target, kept=kept)

    return Finding(
        part=PART,
        seed=seed,
        seconds=time.monotonic() - began,
        figures=(
            figure(
                "polls",
                f"{soaked.polls} ({soaked.bad_polls} in trouble)",
                f"≥ {polls}",
                soaked.polls >= polls,
            ),
            figure("alerts checked", tally.alerts, "> 0", tally.alerts > 0),
            figure("lost", len(tally.lost), "0", done and not tally.lost),
            figure("unmarked surplus", len(tally.unmarked_surplus), "0", not tally.unmarked_surplus),
            figure(
                "marked repeats",
                f"{tally.marked} of {tally.ambiguous}",
                "≤ in doubt",
                tally.marked <= tally.ambiguous,
            ),
            figure(
                "memory slope",
                f"{growth:.2f} MiB per 10,000 polls",
                "≤ 1 (from 20,000 polls on)",
                growth <= 1 or not fair,
            ),
            figure("memory grown after the warm-up", f"{grown:.1f} MiB", "≤ 8 MiB", grown <= 8),
            figure("descriptors above the least", leaked, "≤ 4 (those in use)", leaked <= 4),
            figure("largest WAL", f"{soaked.wal / 2**20:.1f} MiB", "≤ 64 MiB", soaked.wal <= 64 * 2**20),
            figure(
                "ended by itself, started again",
                soaked.restarts or 0,
                "only with code 70",
                set(soaked.restarts) <= {70},
            ),
            figure("exit after SIGTERM", code, "0", code == 0),
            figure("token in any byte written", hits, "0", hits == 0),
        ),
        numbers={
            "lost": tally.lost[:10],
            "unmarked": tally.unmarked_surplus[:10],
            "samples": soaked.samples[:: max(1, len(soaked.samples) // 50)],
        },
    )

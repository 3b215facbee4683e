"""What the daemon costs on this machine, medians, beside what we aim at: `python -m monitor.bench [POLLS]`.

Rule: measured through the real poller, store and fetcher against the embedded exchange in another process;
"bytes to verdict" leaves the network out, "a poll" has it in.
Rule: prints what it measured, missed aims included; nothing is judged by the exit code.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import col, select

from monitor.app import App, build
from monitor.bench_market import CHANGES, QUIET, ROWS, Server, list_page, market, running_server
from monitor.clock_system import SystemClock
from monitor.domain.errors import StoreError
from monitor.pipeline import Poller
from monitor.settings import load
from monitor.store.tables import EventRow, PollRow
from scrapers.contract import Document, Request
from scrapers.fetch import Fetcher, FetchPolicy
from scrapers.pace import Pace
from scrapers.registry import SOURCES

_POLLS = 1000
_ENTRY = [sys.executable, "-m", "monitor"]


def environ_for(folder: Path, url: str) -> dict[str, str]:
    """The settings of a daemon that polls `url` without pause and tells nobody."""
    source = "IPO_MONITOR_SOURCES__SSE_STAR__"
    others = {
        f"IPO_MONITOR_SOURCES__{name.upper()}__ENABLED": "false" for name in SOURCES if name != "sse_star"
    }
    return others | {
        "IPO_MONITOR_DATABASE__URL": f"sqlite:///{folder / 'bench.db'}",
        "IPO_MONITOR_ARCHIVE__DIR": str(folder / "archive"),
        "IPO_MONITOR_CHANNELS__CONSOLE__ENABLED": "false",
        "IPO_MONITOR_LOG__LEVEL": "WARNING",
        f"{source}QUERY_URL": url,
        f"{source}STATIC_URL": url,
        f"{source}ALLOW_PRIVATE_HOSTS": "true",
        f"{source}INTERVAL": "0.01",
        f"{source}SLOW_INTERVAL": "0.01",
        f"{source}SWEEP_INTERVAL": "604800",
        f"{source}MIN_REQUEST_GAP": "0",
    }


class _FromMemory(Fetcher):
    """Gives the list's pages as bytes already here."""

    def __init__(self, pages: Mapping[tuple[str, str], bytes]) -> None:
        clock = SystemClock()
        super().__init__(FetchPolicy(origins=(), user_agent=""), Pace(clock, gap=0), clock)
        self._pages = pages

    async def get(self, request: Request) -> Document:
        """The page asked for."""
        body = self._pages[request.params["pageHelp.pageSize"], request.params["pageHelp.pageNo"]]
        self.requests += 1
        self.received_bytes += len(body)
        return Document(request=request, body=body, fetched_at=SystemClock().now())


async def _cpu_ms(work: Callable[[], Awaitable[object]], times: int) -> float:
    """Median milliseconds of processor time, all threads of this process."""
    took = []
    for _ in range(times):
        begun = time.process_time()
        await work()
        took.append((time.process_time() - begun) * 1000)
    return statistics.median(took)


class Table:
    """Lines of name, figure, aim."""

    def __init__(self) -> None:
        self.missed = 0

    def line(self, name: str, figure: float, unit: str, aim: float | None = None, more: str = "") -> None:
        """Print one measured figure at once."""
        words = ""
        if aim is not None:
            good = figure <= aim
            self.missed += not good
            words = f"{'within' if good else 'ABOVE'} {aim:g}"
        sys.stdout.write(f"{name:<58} {figure:>9,.1f} {unit:<6} {words:<11} {more}".rstrip() + "\n")
        sys.stdout.flush()


async def _checked(poll: Callable[[], Awaitable[str]]) -> None:
    verdict = await poll()
    if verdict != "ok":
        raise StoreError(f"the bench's own poll ended as {verdict}")


def _poller(app: App, fetcher: Callable[[], Fetcher]) -> Poller:
    return Poller(app.turns[0].poller.source, fetcher, app.stores, app.thread, app.clock, lambda: None)


async def _polls(table: Table, folder: Path, server: Server) -> None:
    app = build(load(None, environ_for(folder, server.url)), SystemClock())
    try:
        await app.prepare()
        poller = app.turns[0].poller
        await _checked(poller.sweep)
        world = market()
        pages = {("500", str(page)): list_page(world, page, 500) for page in (1, 2, 3)}
        pages["25", "1"] = list_page(world, 1, 25)
        held = _poller(app, lambda: _FromMemory(pages))
        bodies = [body for (size, _), body in pages.items() if size == "500"]
        total = sum(map(len, bodies))

        async def bare() -> None:
            for body in bodies:
                json.loads(body)

        await _checked(held.sweep)
        sweep = await _cpu_ms(lambda: _checked(held.sweep), 9)
        peer = await _cpu_ms(bare, 9)
        ratio = f"{ROWS} rows, {total / 1e6:.2f} MB; {peer / sweep:.1f} times as fast as json.loads"
        table.line("full sweep, nothing new, bytes to verdict", sweep, "ms CPU", 150, ratio)
        table.line("  json.loads alone of the same bytes", peer, "ms CPU")
        over_http = await _cpu_ms(lambda: _checked(poller.sweep), 7)
        table.line("full sweep, nothing new, a poll", over_http, "ms CPU", None, _last(app, "sweep"))
        quick = await _cpu_ms(lambda: _checked(held.quick), 51)
        table.line("quick poll, nothing new, bytes to verdict", quick, "ms CPU", 8)
        quick = await _cpu_ms(lambda: _checked(poller.quick), 51)
        table.line("quick poll, nothing new, a poll", quick, "ms CPU", None, _last(app, "quick"))
        await _changes(table, app, server)
    finally:
        await app.close()


async def _changes(table: Table, app: App, server: Server) -> None:
    """One changed row at a time: the poll that sees it, then the reading that makes it a milestone."""
    poller = app.turns[0].poller
    seen, told, wall, requests = [], [], [], 0
    for number in range(1, 12):
        server.show(number)
        begun, began = time.process_time(), time.perf_counter()
        await _checked(poller.quick)
        polled = time.process_time()
        for half in ("timeline", "documents"):
            verdict, more = await poller.background()
            if verdict != "ok" or not more:
                raise StoreError(f"the {half} of the changed project was not read: {verdict}")
            if half == "timeline":
                wall.append((time.perf_counter() - began) * 1000)
        seen.append((polled - begun) * 1000)
        told.append((time.process_time() - polled) * 1000)
        requests = server_requests(app)
    with app.database.read() as session:
        wanted = select(EventRow).where(
            EventRow.kind == "milestone", col(EventRow.baseline).is_(False), EventRow.code == "3"
        )
        found = len(session.exec(wanted).all())
    if found != len(seen):
        raise StoreError(f"{len(seen)} rows changed, {found} milestones came of it")
    table.line("one changed row, the poll", statistics.median(seen), "ms CPU", None, _last(app, "quick"))
    table.line(
        "  its timeline and documents", statistics.median(told), "ms CPU", None, f"{requests} requests"
    )
    table.line("  from the poll's start to the stored milestone", statistics.median(wall), "ms")


def server_requests(app: App) -> int:
    """Requests that reading one project takes with these settings."""
    return 2 + {"both": 3, "older": 2, "current": 1}[app.settings.sources.sse_star.documents_query]


def _last(app: App, kind: str) -> str:
    with app.database.read() as session:
        wanted = select(PollRow).where(PollRow.kind == kind).order_by(col(PollRow.id).desc()).limit(1)
        row = session.exec(wanted).one()
        return f"{row.requests} request{'s' if row.requests != 1 else ''}, {row.bytes:,} bytes"


@contextmanager
def _daemon(folder: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("IPO_MONITOR_")}
    environ = clean | environ_for(folder, url)
    with (
        (folder / "daemon.log").open("ab") as log,
        subprocess.Popen([*_ENTRY, "run"], env=environ, stderr=log) as process,  # noqa: S603 - our own program
    ):
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=20)


def _ended(folder: Path, words: str) -> StoreError:
    log = (folder / "daemon.log").read_text()[-2000:]
    return StoreError(f"{words}; it said:\n{log}")


async def _start(table: Table, folder: Path, server: Server) -> None:
    took = []
    for _ in range(5):
        begun = time.monotonic()
        with _daemon(folder, server.url) as process:
            while (first := server.first_request_after(begun)) is None:
                if process.poll() is not None:
                    raise _ended(folder, "the daemon ended before its first poll")
                await asyncio.sleep(0.01)
            took.append((first - begun) * 1000)
    table.line("daemon start to its first request", statistics.median(took), "ms")


async def _memory(table: Table, folder: Path, server: Server, polls: int) -> None:
    """Resident memory of a daemon over many quick polls, the reading of 1,282 timelines in between."""
    before = _quick_polls(folder)
    sizes: list[tuple[int, float]] = []
    begun = time.monotonic()
    with _daemon(folder, server.url) as process:
        while (done := _quick_polls(folder) - before) < polls:
            if process.poll() is not None or time.monotonic() - begun > polls:
                raise _ended(folder, f"the daemon made {done} polls only")
            if done >= polls / 10 * (len(sizes) + 1):
                sizes.append((done, _resident(process.pid)))
            await asyncio.sleep(0.05)
        sizes.append((polls, _resident(process.pid)))
        took = time.monotonic() - begun
    slope = statistics.linear_regression(*zip(*sizes[2:], strict=True)).slope
    series = " ".join(f"{size:.0f}" for _, size in sizes)
    table.line(f"resident memory after {polls:,} polls ({took:.0f} s)", sizes[-1][1], "MB", 110, series)
    table.line("  its growth after the first third", slope * 1e6, "B/poll")


def _quick_polls(folder: Path) -> int:
    with sqlite3.connect(f"file:{folder / 'bench.db'}?mode=ro", uri=True) as connection:
        return int(connection.execute("select count(*) from poll where kind = 'quick'").fetchone()[0])


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise StoreError(f"process {pid} shows no memory")


def _help(table: Table) -> None:
    took = []
    for _ in range(9):
        begun = time.perf_counter()
        subprocess.run([*_ENTRY, "--help"], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
        took.append((time.perf_counter() - begun) * 1000)
    table.line("ipo-monitor --help", statistics.median(took), "ms", 400)


async def _bench(polls: int) -> None:
    logging.disable(logging.WARNING)
    table = Table()
    sys.stdout.write(f"{ROWS} made-up rows as of {QUIET:%Y-%m-%d}, {CHANGES} changes; medians\n")
    with tempfile.TemporaryDirectory(prefix="ipo-monitor-bench-") as name, running_server() as server:
        folder = Path(name)
        await _polls(table, folder, server)
        await _start(table, folder, server)
        if sys.platform == "linux":
            await _memory(table, folder, server, polls)
    _help(table)
    sys.stdout.write("every aim is met\n" if not table.missed else f"{table.missed} aims are missed\n")


if __name__ == "__main__":
    asyncio.run(_bench(int(sys.argv[1]) if len(sys.argv) > 1 else _POLLS))

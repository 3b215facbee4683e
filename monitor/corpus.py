"""Plays captured rows through the whole program and counts everything again: `python -m monitor.corpus`.

Rule: what is expected comes from `monitor.corpus_expected`, which shares no code with the program; one
difference anywhere makes the exit code 1.
Rule: the program under test is the one `monitor.app.build` makes, asked through real HTTP.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from sqlmodel import col, func, select

from monitor.app import build, complete_pass
from monitor.corpus_expected import Expected, Milestone, Paper, expect
from monitor.corpus_table import Table
from monitor.demo.exchange import Exchange, serve
from monitor.demo.world import World, load_captured
from monitor.domain.errors import ConfigError, DecodeError, MonitorError
from monitor.domain.events import Event
from monitor.settings import load
from monitor.store import eventlog
from monitor.store.tables import DeliveryRow, DocumentRow, EventRow, ProjectRow, StatusRowRow
from scrapers.registry import SOURCES

CAPTURED = Path("sse") / "star_projects_2021-02.json.gz"


class PlayedClock:
    """Stands at the instant played; waiting costs nothing."""

    def __init__(self, start: datetime) -> None:
        self.instant = start
        self._waited = 0.0

    def now(self) -> datetime:
        """The instant played, aware UTC."""
        return self.instant

    def monotonic(self) -> float:
        """Seconds that only waiting adds to."""
        return self._waited

    async def sleep(self, seconds: float) -> None:
        """Nobody waits."""
        self._waited += max(seconds, 0.0)
        await asyncio.sleep(0)


class Trial:
    """One database, one application and one played instant against a served world."""

    def __init__(
        self,
        world: World,
        folder: Path,
        base: str,
        clock: PlayedClock,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        environ = {
            "DATABASE__URL": f"sqlite:///{folder / 'corpus.db'}",
            "ARCHIVE__DIR": str(folder / "raw"),
            "SOURCES__SSE_STAR__QUERY_URL": base,
            "SOURCES__SSE_STAR__STATIC_URL": base,
            "SOURCES__SSE_STAR__ALLOW_PRIVATE_HOSTS": "true",
            "SOURCES__SSE_STAR__MIN_REQUEST_GAP": "0",
            **{f"SOURCES__{name.upper()}__ENABLED": "false" for name in SOURCES if name != "sse_star"},
            "CHANNELS__CONSOLE__ENABLED": "true",  # a chat to owe alerts to; nothing is sent
            "RELEVANCE__MODE": "all",
            **(extra or {}),
        }
        self.world = world
        self.clock = clock
        self.app = build(load(None, {f"IPO_MONITOR_{key}": value for key, value in environ.items()}), clock)
        self.turn = next(turn for turn in self.app.turns if turn.name == "sse_star")

    async def complete(self) -> None:
        """Everything the site shows now, the daily round included."""
        _well(await complete_pass(self.turn, self.clock))

    async def reread(self) -> None:
        """Every project again, whether or not its row moved."""
        stores = self.app.stores
        await self.app.thread(
            lambda: stores.refreshes.queue("sse_star", terminal=(), recent=timedelta(0), others=0)
        )
        await self.complete()

    async def quick(self) -> None:
        """A quick poll, the newest documents, and what they found waiting."""
        poller = self.turn.poller
        _well(await poller.quick())
        _well(await poller.documents())
        more = True
        while more:
            verdict, more = await poller.background()
            _well(verdict)

    async def play(self, step: timedelta, *, complete_every: int = 1) -> int:
        """Move through the world's time in steps; every n-th poll is a complete pass, and the last one is."""
        end, polls = self.world.moments[-1], 0
        while True:
            last = self.clock.instant >= end
            await (self.complete() if last or polls % complete_every == 0 else self.quick())
            polls += 1
            if last:
                return polls
            self.clock.instant = min(self.clock.instant + step, end)

    def events(self) -> list[Event]:
        """Everything told, in order of commitment."""
        with self.app.database.read() as session:
            return [
                eventlog.to_event(row) for row in session.exec(select(EventRow).order_by(col(EventRow.seq)))
            ]

    def milestones(self) -> dict[str, list[Milestone]]:
        """Milestones of each project in the order told, in the form they are expected."""
        told: dict[str, list[Milestone]] = {}
        for event in self.events():
            if event.kind == "milestone" and event.state is not None:
                item = event.id.rsplit("/", 1)[1]
                state = (event.state.code, event.state.outcome_code)
                told.setdefault(event.project_id, []).append((state, str(event.date), item, event.reason))
        return told

    def rows(self) -> dict[str, dict[str, tuple[str, str]]]:
        """Stored timeline rows in the form they are expected."""
        found: dict[str, dict[str, tuple[str, str]]] = {}
        with self.app.database.read() as session:
            for row in session.exec(select(StatusRowRow)):
                found.setdefault(row.project_key, {})[row.item_id] = (str(row.date), row.reason)
        return found

    def documents(self) -> list[Paper]:
        """Stored documents in the form they are expected."""
        east = timedelta(hours=8)
        with self.app.database.read() as session:
            return [
                (row.project_key, row.path, row.type, f"{row.published_at + east:%Y%m%d%H%M%S}")
                for row in session.exec(select(DocumentRow))
            ]

    def count(self, table: Any) -> int:
        """Rows of one table."""
        with self.app.database.read() as session:
            return session.exec(select(func.count()).select_from(table)).one()

    def owed(self) -> Counter[str]:
        """Event id → how many alerts the one chat is owed for it."""
        with self.app.database.read() as session:
            return Counter(
                session.exec(
                    select(EventRow.id).join(DeliveryRow, col(DeliveryRow.event_seq) == col(EventRow.seq))
                )
            )


def _well(verdict: str) -> None:
    if verdict != "ok":
        raise MonitorError(f"a poll of the served rows ended as {verdict!r}")


def compare_facts(trial: Trial, expected: Expected, table: Table) -> None:
    """Rows, milestones and documents against what the captured rows say."""
    events, rows = trial.events(), trial.rows()
    told = {
        event.id.rsplit("/", 1)[1]: event for event in events if event.kind in ("milestone", "review_step")
    }
    table.compare("list rows parsed", len(expected.rows), trial.count(ProjectRow))
    table.compare("timeline rows stored", sum(map(len, expected.rows.values())), sum(map(len, rows.values())))
    table.compare(
        "  of them with the exchange's date and reason",
        sum(map(len, expected.rows.values())),
        sum(
            rows.get(key, {}).get(item) == row
            for key, own in expected.rows.items()
            for item, row in own.items()
        ),
    )
    kinds = Counter(event.kind.value for event in told.values())
    heads = sum(map(len, expected.milestones.values()))
    table.compare("  told as milestone", heads, kinds["milestone"])
    table.compare("  told as review step", len(expected.published) - heads, kinds["review_step"])
    table.compare(
        "  each event dated as its row",
        len(expected.published),
        sum(
            item in told and str(told[item].date) == day
            for own in expected.rows.values()
            for item, (day, _) in own.items()
        ),
    )
    milestones = trial.milestones()
    table.compare(
        "projects whose milestones equal the run-length collapse, in order",
        len(expected.milestones),
        sum(list(own) == milestones.get(key) for key, own in expected.milestones.items()),
    )
    for key, own in expected.milestones.items():
        table.differences += [
            f"project {key}: {m} is not told" for m in own if m not in milestones.get(key, [])
        ]
        table.differences += [
            f"project {key}: {m} is not so" for m in milestones.get(key, []) if m not in own
        ]
    found = trial.documents()
    table.compare("documents stored", len(expected.documents), len(found))
    table.compare(
        "  of them with path, type and time as captured", len(found), len(expected.documents & {*found})
    )
    by_type = Counter(paper[2] for paper in found)
    for kind, count in sorted(Counter(paper[2] for paper in expected.documents).items()):
        table.compare(f"  {kind}", count, by_type[kind])
    unknown = [event for event in events if "unknown_code" in event.details or "unknown" in event.reason]
    table.compare("unknown codes", 0, len(unknown))
    table.compare("corrections", 0, sum(event.kind == "correction" for event in events))


def compare_alerts(trial: Trial, expected: Expected, since: datetime, table: Table) -> None:
    """Each milestone published after `since` is owed to the chat once, earlier ones never."""
    owed = trial.owed()
    alerts = {
        event.id.rsplit("/", 1)[1]: owed[event.id] for event in trial.events() if event.kind == "milestone"
    }
    border = f"{since + timedelta(hours=8):%Y-%m-%d %H:%M:%S}"
    heads = [milestone[2] for own in expected.milestones.values() for milestone in own]
    news = [item for item in heads if expected.published[item] > border]
    table.compare("milestones alerted exactly once", len(news), sum(alerts.get(item) == 1 for item in news))
    table.compare("older milestones alerted", 0, sum(alerts.get(item, 0) for item in {*heads} - {*news}))


async def at_once(world: World, expected: Expected, folder: Path, table: Table) -> None:
    """A first start on everything, then a second run and a complete re-reading that must add nothing."""
    clock = PlayedClock(world.moments[-1])
    async with serve(Exchange(world, clock.now)) as base:
        trial = Trial(world, folder, base, clock)
        await trial.app.prepare()
        await trial.complete()
        compare_facts(trial, expected, table)
        events = trial.count(EventRow)
        table.compare("alerts owed after the first, quiet reading", 0, sum(trial.owed().values()))
        await trial.complete()
        table.compare("events added by a second run", 0, trial.count(EventRow) - events)
        await trial.reread()
        table.compare("events added by reading every project again", 0, trial.count(EventRow) - events)
        await trial.app.close()


async def through_time(
    world: World,
    expected: Expected,
    folder: Path,
    table: Table,
    *,
    step: timedelta,
    complete_every: int = 1,
) -> None:
    """The site grows while the program polls at `step`; then everything is read again."""
    since = world.moments[0] + timedelta(days=20)
    clock = PlayedClock(since)
    exchange = Exchange(world, clock.now)
    async with serve(exchange) as base:
        trial = Trial(world, folder, base, clock)
        await trial.app.prepare()
        polls = await trial.play(step, complete_every=complete_every)
        table.note("polls", polls)
        compare_facts(trial, expected, table)
        compare_alerts(trial, expected, since, table)
        events = trial.count(EventRow)
        await trial.reread()
        table.compare("events added by a second pass", 0, trial.count(EventRow) - events)
        await trial.app.close()


async def examine(file: Path, captured: Mapping[str, Any], table: Table) -> None:
    """All trials on one file of captured rows; the weekly one on every third project, for time."""
    whole = load_captured(file)
    with tempfile.TemporaryDirectory() as folder:
        table.note("— everything at once", "")
        await at_once(whole, expect(captured.values()), Path(folder), table)
    for days, every, share in ((31, 1, 1), (7, 4, 3)):
        world, some = World(list(whole)[::share]), list(captured.values())[::share]
        table.note(f"— {len(world)} projects through time, a poll every {days} days", "")
        with tempfile.TemporaryDirectory() as folder:
            step = timedelta(days=days)
            await through_time(world, expect(some), Path(folder), table, step=step, complete_every=every)


def main(arguments: Sequence[str], environ: Mapping[str, str], out: TextIO) -> int:
    """Examine the named file, or the one under IPO_MONITOR_CORPUS; 1 when anything differs."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    folder = environ.get("IPO_MONITOR_CORPUS", "")
    if not arguments and not folder:
        raise ConfigError(["IPO_MONITOR_CORPUS: name the folder of the captured data, or give a file"])
    file = Path(arguments[0]) if arguments else Path(folder) / CAPTURED
    try:
        raw = file.read_bytes()
        captured = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    except (OSError, EOFError, ValueError) as exc:
        raise DecodeError(f"{file} holds no captured rows", seen=exc) from exc
    table = Table()
    asyncio.run(examine(file, captured, table))
    table.write(out)
    return 1 if table.differences else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:], os.environ, sys.stdout))
    except MonitorError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)

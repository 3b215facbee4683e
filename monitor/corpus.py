"""Plays captured exchange rows through the whole program and counts everything again: `python -m monitor.corpus`.

Rule: what is expected is counted from the captured JSON by the few lines below, which share no code with the
parser, the diff or the store; one difference anywhere makes the exit code 1.
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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

from sqlmodel import col, func, select

from monitor.app import App, build, complete_pass
from monitor.demo.exchange import Exchange, serve
from monitor.demo.world import World, load_captured
from monitor.domain.errors import ConfigError, MonitorError
from monitor.domain.events import Event
from monitor.settings import load
from monitor.store import eventlog
from monitor.store.tables import DeliveryRow, DocumentRow, EventRow, ProjectRow, StatusRowRow

CAPTURED = Path("sse") / "star_projects_2021-02.json.gz"
_OUTCOMES = {"3": "commitiResult", "9": "commitiResult", "5": "registeResult", "7": "suspendStatus"}
_PROSPECTUSES = {1: "prospectus_application", 2: "prospectus_committee", 3: "prospectus_registration"}
_DOCUMENTS = {6: "inquiry_reply", 32: "audit_report", 33: "legal_opinion", 35: "registration_decision"}
_DOCUMENTS |= {36: "offering_sponsor_letter", 37: "listing_sponsor_letter", 38: "termination_decision"}
_MEETINGS = {1: "committee_notice", 2: "committee_result"}

# (status, outcome), date, row id, reasons of the run
Milestone = tuple[tuple[str, str], str, str, str]
# (project, path, type, time of upload)
Paper = tuple[str, str, str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What the captured rows say, counted without the program's own code."""

    rows: Mapping[str, Mapping[str, tuple[str, str]]]  # project → row id → (date, reason)
    milestones: Mapping[str, Sequence[Milestone]]
    published: Mapping[str, str]  # row id → when it was put on the site
    documents: frozenset[Paper]


def expect(captured: Iterable[Mapping[str, list[dict[str, Any]]]]) -> Expected:
    """Rows, run-length collapsed milestones and typed documents of captured projects."""
    rows: dict[str, dict[str, tuple[str, str]]] = {}
    milestones: dict[str, list[Milestone]] = {}
    published: dict[str, str] = {}
    papers: set[Paper] = set()
    for lists in captured:
        key = str(lists["info"][0]["stockAuditNum"])
        both = [*reversed(lists["res"]), *lists["status"]]
        posted = list({row["auditItemId"]: row for row in reversed(both)}.values())
        posted.sort(key=lambda row: (row["timesave"], row["qianDate"]))
        rows[key] = {row["auditItemId"]: (row["publishDate"], _reason(row)) for row in posted}
        published |= {row["auditItemId"]: row["timesave"] for row in posted}
        milestones[key] = []
        for state, group in groupby(posted, key=_state):
            run = list(group)
            reasons = "\n".join(dict.fromkeys(text for row in run if (text := _reason(row))))
            milestones[key].append((state, run[0]["publishDate"], run[0]["auditItemId"], reasons))
        for row in lists["release"]:
            kind = _DOCUMENTS.get(row["fileType"]) or _PROSPECTUSES[row["fileVersion"]]
            papers.add((key, row["filePath"], kind, row["fileUpdateTime"]))
        for row in lists["result"]:
            papers.add((key, row["filePath"], _MEETINGS[row["fileType"]], row["fileUpdTime"]))
    return Expected(rows=rows, milestones=milestones, published=published, documents=frozenset(papers))


def _state(row: Mapping[str, Any]) -> tuple[str, str]:
    status = str(row["auditStatus"])
    return status, str(row.get(_OUTCOMES.get(status, ""), ""))


def _reason(row: Mapping[str, Any]) -> str:
    return str(row.get("reasonDesc") or "").strip()


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


@dataclass(kw_only=True)
class Table:
    """The printed result: what was compared, expected and found."""

    lines: list[tuple[str, str, str]] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    def compare(self, what: str, expected: object, found: object) -> None:
        """One line; a difference is kept."""
        self.lines.append((what, str(expected), str(found)))
        if expected != found:
            self.differences.append(f"{what}: expected {expected}, found {found}")

    def note(self, what: str, found: object) -> None:
        """A line nothing is compared with."""
        self.lines.append((what, "", str(found)))

    def write(self, out: TextIO) -> None:
        """Three columns, then every difference."""
        for what, expected, found in self.lines:
            mark = "" if not expected else "  ok" if expected == found else "  DIFFERS"
            out.write(f"{what:<62}{expected:>10}{found:>12}{mark}\n")
        for difference in self.differences[:50]:
            out.write(f"! {difference}\n")
        out.write("all equal\n" if not self.differences else f"{len(self.differences)} differences\n")


class Trial:
    """One database, one application and one played instant against a served world."""

    def __init__(self, world: World, folder: Path, base: str, clock: PlayedClock) -> None:
        environ = {
            "DATABASE__URL": f"sqlite:///{folder / 'corpus.db'}",
            "ARCHIVE__DIR": str(folder / "raw"),
            "SOURCES__SSE_STAR__QUERY_URL": base,
            "SOURCES__SSE_STAR__STATIC_URL": base,
            "SOURCES__SSE_STAR__ALLOW_PRIVATE_HOSTS": "true",
            "SOURCES__SSE_STAR__MIN_REQUEST_GAP": "0",
            "SOURCES__CSRC_TUTORING__ENABLED": "false",
            "CHANNELS__CONSOLE__ENABLED": "true",  # a chat to owe alerts to; nothing is sent
        }
        self.world = world
        self.clock = clock
        self.app = build(load(None, {f"IPO_MONITOR_{key}": value for key, value in environ.items()}), clock)
        (self.turn,) = self.app.turns

    async def complete(self) -> None:
        """Everything the site shows now, the daily round included."""
        _well(await complete_pass(self.turn, self.clock))

    async def reread(self) -> None:
        """Every project again, whether or not its row moved."""
        stores = self.app.stores
        await self.app.thread(
            lambda: stores.repository.queue_refresh("sse_star", terminal=(), recent=timedelta(0), others=0)
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


async def examine(file: Path, table: Table) -> None:
    """Both trials on one file of captured rows."""
    captured = json.loads(gzip.decompress(file.read_bytes()))
    world, expected = load_captured(file), expect(captured.values())
    with tempfile.TemporaryDirectory() as folder:
        table.note("— everything at once", "")
        await at_once(world, expected, Path(folder), table)
    for days, every in ((31, 1), (7, 4)):
        table.note(f"— through time, a poll every {days} days, complete every {days * every}", "")
        with tempfile.TemporaryDirectory() as folder:
            step = timedelta(days=days)
            await through_time(world, expected, Path(folder), table, step=step, complete_every=every)


def main(arguments: Sequence[str], environ: Mapping[str, str], out: TextIO) -> int:
    """Examine the named file, or the one under IPO_MONITOR_CORPUS; 1 when anything differs."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    folder = environ.get("IPO_MONITOR_CORPUS", "")
    if not arguments and not folder:
        raise ConfigError(["IPO_MONITOR_CORPUS: name the folder of the captured data, or give a file"])
    table = Table()
    asyncio.run(examine(Path(arguments[0]) if arguments else Path(folder) / CAPTURED, table))
    table.write(out)
    return 1 if table.differences else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:], os.environ, sys.stdout))
    except MonitorError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)

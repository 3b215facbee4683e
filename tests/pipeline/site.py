"""A small exchange of invented issuers, the daemon's own application in front of it, and a clock for both."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from sqlmodel import col, select

from monitor.corpus import PlayedClock, Trial
from monitor.demo.exchange import Exchange, serve
from monitor.demo.world import SHANGHAI, Project, World
from monitor.domain.events import Event, EventKind
from monitor.store import eventlog
from monitor.store.tables import DeliveryRow, EventRow, PollRow
from tests.scrapers.sse_star.wire import Row, project

_LATER = {"3": "commitiResult", "9": "commitiResult", "5": "registeResult", "7": "suspendStatus"}


def shanghai(words: str) -> datetime:
    """`YYYY-MM-DD HH:MM` or with seconds, Shanghai time."""
    return datetime.fromisoformat(words).replace(tzinfo=SHANGHAI)


def application(
    key: str,
    steps: Sequence[Row],
    *,
    full: str = "",
    documents: Sequence[Row] = (),
    files: Sequence[Row] = (),
    meetings: Sequence[Row] = (),
) -> Project:
    """A project whose steps are given oldest first; its list row shows the last one decided."""
    by_decision = sorted(steps, key=lambda row: row["qianDate"], reverse=True)
    newest, first = by_decision[0], steps[0]
    field = _LATER.get(str(newest["auditStatus"]), "")
    info = project(
        key,
        newest["auditStatus"],
        newest.get(field, "") if field else "",
        full=full or f"示例{key}股份有限公司",
        short=f"示例{key}",
        updated="".join(c for c in newest["qianDate"] if c.isdigit()),
        accepted="".join(c for c in first["timesave"] if c.isdigit()),
    )
    return Project(
        info=info,
        events=tuple(by_decision),
        stages=tuple({k: v for k, v in row.items() if k != "reasonDesc"} for row in steps),
        documents=tuple(documents),
        files=tuple(files),
        meetings=tuple(meetings),
    )


class Site:
    """What a test says: at this time, poll so; these alerts are new."""

    def __init__(self, trial: Trial, exchange: Exchange, clock: PlayedClock) -> None:
        self.trial = trial
        self.exchange = exchange
        self.clock = clock
        self._told = 0

    def at(self, words: str) -> None:
        """Move both clocks."""
        self.clock.instant = shanghai(words)

    async def look(self, kind: str) -> str:
        """One poll of that kind and the waiting work behind it; the first verdict that is not ok, or ok."""
        verdict = str(await getattr(self.trial.turn.poller, kind)())
        more = verdict == "ok"
        while more:
            verdict, more = await self.trial.turn.poller.background()
        return verdict

    def asked(self) -> list[str]:
        """sqlIds asked since the last call."""
        names = [params.get("sqlId", path) for path, params in self.exchange.requests]
        self.exchange.requests.clear()
        return names

    def alerts(self, *kinds: EventKind) -> list[Event]:
        """Events newly owed to the chat since the last call; all kinds, or only these."""
        with self.trial.app.database.read() as session:
            rows = session.exec(
                select(EventRow, DeliveryRow.id)
                .join(DeliveryRow, col(DeliveryRow.event_seq) == col(EventRow.seq))
                .where(col(DeliveryRow.id) > self._told)
                .order_by(col(EventRow.seq))
            ).all()
        self._told = max((number or 0 for _, number in rows), default=self._told)
        events = [eventlog.to_event(row) for row, _ in rows]
        return [event for event in events if not kinds or event.kind in kinds]

    def milestones(self) -> list[tuple[str, str, str]]:
        """Newly alerted milestones: project, words, date."""
        return [
            (
                event.project_id,
                (event.state.outcome_text or event.state.stage_text) if event.state else "",
                str(event.date),
            )
            for event in self.alerts(EventKind.MILESTONE)
        ]

    def last_poll(self) -> PollRow:
        """The newest recorded poll."""
        return self.trial.app.stores.sources.last_polls("sse_star", 1)[0]


@asynccontextmanager
async def opened(
    folder: Path,
    migrated: Path,
    projects: Sequence[Project],
    start: str,
    extra: Mapping[str, str] | None = None,
) -> AsyncIterator[Site]:
    """The application on a fresh (or, in the same folder, the former) database before the served projects."""
    if not (folder / "corpus.db").exists():
        shutil.copy(migrated, folder / "corpus.db")
    world, clock = World(projects), PlayedClock(shanghai(start))
    exchange = Exchange(world, clock.now)
    async with serve(exchange) as base:
        trial = Trial(world, folder, base, clock, extra)
        await trial.app.prepare()
        site = Site(trial, exchange, clock)
        site.alerts()
        try:
            yield site
        finally:
            await trial.app.close()

"""The real application against the embedded exchange, on a clock that moves when told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import col, select

from monitor.app import App, build
from monitor.demo.exchange import Exchange, serve
from monitor.demo.season import load_season
from monitor.domain.clock import Clock
from monitor.domain.events import EventKind
from monitor.schedule import Turns
from monitor.settings import Settings, load
from monitor.store.tables import EventRow
from tests.frozen_clock import FrozenClock

START = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)


def settings_for(base: str, folder: Path, **star: object) -> Settings:
    """Both lists at `base`, everything kept under `folder`, nothing paced."""
    settings = load(None, {"HOME": str(folder)})
    sources = settings.sources
    sources = replace(
        sources,
        sse_star=replace(
            sources.sse_star,
            query_url=base,
            static_url=base,
            min_request_gap=0.0,
            allow_private_hosts=True,
            **star,  # type: ignore[arg-type]
        ),
        csrc_tutoring=replace(
            sources.csrc_tutoring, base_url=base, min_request_gap=0.0, allow_private_hosts=True
        ),
    )
    for name in ("sse_issue",):
        if hasattr(sources, name):
            sources = replace(sources, **{name: replace(getattr(sources, name), enabled=False)})
    return replace(
        settings,
        database=replace(settings.database, url=f"sqlite:///{folder / 'test.db'}"),
        archive=replace(settings.archive, dir=folder / "archive"),
        sources=sources,
    )


@dataclass
class Bench:
    """One application, its exchange and its clock."""

    app: App
    exchange: Exchange
    clock: FrozenClock
    seen: list[datetime | None]  # the instant the exchange shows, None for the end of the season

    def turn(self, name: str = "sse_star") -> Turns:
        return next(turn for turn in self.app.turns if turn.name == name)

    async def quick(self, name: str = "sse_star") -> str:
        """One quick poll, a minute after the last."""
        self.clock.advance(60)
        return await self.turn(name).poller.quick()

    def told(self, *kinds: EventKind) -> list[tuple[str, str, str]]:
        """(kind, source, verdict) of every word about a source, in order."""
        wanted = [kind.value for kind in kinds or (EventKind.SOURCE_TROUBLE, EventKind.SOURCE_RECOVERED)]
        with self.app.database.read() as session:
            rows = session.exec(
                select(EventRow).where(col(EventRow.kind).in_(wanted)).order_by(col(EventRow.seq))
            )
            return [(row.kind, row.source, str(row.details.get("verdict", ""))) for row in rows]

    def events(self, kind: EventKind) -> list[EventRow]:
        with self.app.database.read() as session:
            return list(
                session.exec(select(EventRow).where(EventRow.kind == kind.value).order_by(col(EventRow.seq)))
            )


@asynccontextmanager
async def bench(
    folder: Path, clock: Clock | None = None, *, as_of: datetime | None = None, **star: object
) -> AsyncIterator[Bench]:
    """An application whose first, quiet reading of both sources is done, of the season as of an instant."""
    frozen = FrozenClock(as_of or START)
    seen = [as_of]
    exchange = Exchange(load_season(), lambda: seen[0])
    async with serve(exchange) as base:
        app = build(settings_for(base, folder, **star), clock or frozen)
        try:
            await app.prepare()
            for turn in app.turns:
                assert await turn.poller.sweep() == "ok"
            yield Bench(app=app, exchange=exchange, clock=frozen, seen=seen)
        finally:
            await app.close()

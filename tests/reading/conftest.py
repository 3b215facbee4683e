"""A store with one AI-chip issuer's project, an exchange on loopback that serves its documents, the job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from monitor.documents.shelf import Shelf
from monitor.domain.diff import Sight
from monitor.domain.events import Event
from monitor.domain.records import DocumentRecord, DocumentType
from monitor.reading import ReadingJob, ReadingRules, Way
from monitor.store import eventlog
from monitor.store.database import Database
from monitor.store.figures import FiguresStore
from monitor.store.relevance import RelevanceStore
from monitor.store.repository import Repository
from monitor.store.tables import EventRow, ReadingRow
from monitor.store.thread import StoreThread
from scrapers.fetch import Fetcher, FetchPolicy
from scrapers.pace import Pace
from tests.documents.made import ENFLAME
from tests.domain.timelines import PROJECT, yi
from tests.frozen_clock import FrozenClock
from tests.scrapers.loopback import Loopback, answer, serving

MISSING = answer(b"no such file", status="404 Not Found")
Note = Callable[[Session, Sequence[EventRow]], None]


@dataclass
class Shop:
    """Everything one test of the reading job needs; `files` is what the server has, path → answer."""

    database: Database
    clock: FrozenClock
    repository: Repository
    figures: FiguresStore
    shelf: Shelf
    thread: StoreThread
    files: dict[str, bytes]
    alerted: list[str] = field(default_factory=list)
    server: Loopback | None = None
    job: ReadingJob | None = None
    idle: bool = True

    def disclose(
        self,
        name: str,
        kind: DocumentType,
        published: datetime,
        *,
        title: str = "",
        project: str = PROJECT.key,
    ) -> str:
        """The exchange lists a document of the project; its address."""
        assert self.server is not None
        path = f"/information/c/{name}.pdf"
        record = DocumentRecord(
            key=name,
            project_key=project,
            title=title or name,
            type=kind,
            type_code="I0011",
            date=published.date(),
            published_at=published,
            url=f"{self.server.url}/stock{path}",
            path=path,
        )
        self.repository.documents_seen("sse_star", [record], self.sight())
        return record.url

    def sight(self) -> Sight:
        return Sight(at=self.clock.now(), raw_sha256="cd" * 32)

    def events(self, *kinds: str) -> list[Event]:
        """Events of these kinds in order of commitment."""
        with self.database.read() as session:
            rows = session.exec(select(EventRow).order_by(EventRow.seq)).all()  # type: ignore[arg-type]
        return [eventlog.to_event(row) for row in rows if row.kind in kinds]

    def row(self, url: str) -> ReadingRow:
        with self.database.read() as session:
            return session.get_one(ReadingRow, url)

    async def steps(self, most: int = 12) -> int:
        """Let the job work until it has nothing to do; how many steps it took."""
        assert self.job is not None
        for taken in range(most):
            if not await self.job.step():
                return taken
        return most


@pytest.fixture
def reading_database(tmp_path: Path, migrated_file: Path) -> Iterator[Database]:
    path = tmp_path / "reading.db"
    path.write_bytes(migrated_file.read_bytes())
    made = Database(f"sqlite:///{path}")
    yield made
    made.close()


@pytest.fixture
def open_shop(tmp_path: Path, reading_database: Database) -> Callable[..., object]:
    """Opens a shop: `async with open_shop(issuer=…, planned=…) as shop`."""

    @asynccontextmanager
    async def opened(
        *,
        issuer: str = ENFLAME,
        short: str = "燧原科技",
        planned: str = "60",
        rules: ReadingRules | None = None,
        **more: object,
    ) -> AsyncIterator[Shop]:
        clock = FrozenClock(datetime.fromisoformat("2026-07-10T12:00:00+00:00"))
        alerted: list[str] = []

        def owe(_: Session, rows: Sequence[EventRow]) -> None:
            alerted.extend(row.kind for row in rows if not row.baseline)

        followed = lambda name: False  # noqa: E731 - nobody is on the watchlist
        thread = StoreThread()
        shop = Shop(
            database=reading_database,
            clock=clock,
            repository=Repository(reading_database, owe, followed),
            figures=FiguresStore(reading_database, owe, followed),
            shelf=Shelf(tmp_path / "shelf", max_bytes=10**8),
            thread=thread,
            files={},
            alerted=alerted,
        )
        record = replace(PROJECT, issuer=issuer, issuer_short=short, planned=yi(planned))
        shop.repository.projects_seen("sse_star", [("d1", record)], shop.sight(), baseline=False)

        async def serve(head: bytes, writer: asyncio.StreamWriter) -> None:
            path = head.split(b" ")[1].decode()
            writer.write(shop.files.get(path.removeprefix("/stock/information/c/"), MISSING))

        async with serving(serve) as server:
            shop.server = server
            policy = FetchPolicy(
                origins=(server.url,), user_agent="ipo-monitor/test", allow_private_hosts=True, deadline=20.0
            )
            pace = Pace(clock, gap=0.0)
            way = Way(open_fetcher=lambda: Fetcher(policy, pace, clock), free=lambda: shop.idle)
            shop.job = ReadingJob(
                figures=shop.figures,
                relevance=RelevanceStore(reading_database, owe),
                shelf=shop.shelf,
                ways=lambda: {"sse_star": way},
                rules=rules or ReadingRules(),
                run_in_store=thread,
                clock=clock,
                on_commit=lambda: None,
                **more,  # type: ignore[arg-type]
            )
            yield shop
        thread.close()

    return opened


DAY = timedelta(days=1)

"""What the tests of relevance and league put into a store: projects, timelines and a listening chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session, select

from alerts.routing import rule_with_watchlist
from monitor.domain.diff import Sight
from monitor.domain.records import Figure, ProjectRecord, StatusRow
from monitor.domain.stages import State
from monitor.store import chats, outbox
from monitor.store.database import Database
from monitor.store.relevance import RelevanceStore
from monitor.store.repository import Repository
from monitor.store.tables import DeliveryRow, EventRow, IssuerRow
from monitor.store.tutoring import TutoringStore

NOW = datetime(2026, 7, 6, 10, 0, tzinfo=UTC)
MOORE = "摩尔线程智能科技（北京）股份有限公司"
METAX = "沐曦集成电路（上海）股份有限公司"
MEMORY = "示例存储科技股份有限公司"


def sight(at: datetime = NOW) -> Sight:
    return Sight(at=at, raw_sha256="ab" * 32)


def project(key: str = "2096", issuer: str = MOORE, *, planned: str = "80", **changes: Any) -> ProjectRecord:
    """A STAR application accepted on 2026-06-30; `planned` in 亿元, "" for none."""
    figure = None
    if planned:
        amount = Decimal(planned) * 100_000_000
        figure = Figure(kind="planned_proceeds", amount=amount, currency="CNY", as_printed=f"{planned}亿元")
    facts: dict[str, Any] = {
        "source": "sse_star",
        "key": key,
        "issuer": issuer,
        "title": f"{issuer}首次公开发行股票并在科创板上市",
        "board": "科创板",
        "state": State("1"),
        "planned": figure,
        "updated_at": datetime(2026, 6, 30, 9, 0, tzinfo=UTC),
        "accepted_at": datetime(2026, 6, 30, 9, 0, tzinfo=UTC),
    }
    return ProjectRecord(**(facts | changes))


def step(number: str = "1", code: str = "1", day: date = date(2026, 7, 6)) -> StatusRow:
    """One row of a timeline, the acceptance unless told otherwise, published in the afternoon of its day."""
    at = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
    return StatusRow(item_id=number, state=State(code), date=day, decided_at=at, published_at=at)


class Store:
    """One database with every store on it; a chat hears what the rule gives it."""

    def __init__(self, database: Database, *, only_ai_chips: bool = True, watch: Sequence[str] = ()) -> None:
        self.database = database
        rule = rule_with_watchlist([], only_ai_chips=only_ai_chips)

        def owe(session: Session, rows: Sequence[EventRow]) -> None:
            outbox.stage(session, rows, chats.listening(session), NOW, rule)

        self.owe = owe
        self.repository = Repository(database, owe, lambda issuer: False)
        self.tutoring = TutoringStore(database, owe)
        self.relevance = RelevanceStore(database, owe)
        self._timelines: dict[str, list[StatusRow]] = {}
        with database.write() as session:
            chats.ensure_chat(session, "telegram", "7", now=NOW, preferences={"watch": list(watch)})

    def see(self, *records: ProjectRecord, baseline: bool = False, at: datetime = NOW) -> None:
        """A reading of the list with these rows."""
        rows = [(f"{record.key}/{at:%Y%m%d%H%M%S}", record) for record in records]
        self.repository.projects_seen("sse_star", rows, sight(at), baseline=baseline)

    def move(self, key: str, number: str, code: str, day: date, at: datetime = NOW) -> None:
        """A reading of one project's timeline that has one more row."""
        rows = self._timelines.setdefault(key, [])
        rows.append(step(f"{key}-{number}", code, day))
        self.repository.timeline_seen("sse_star", key, rows, sight(at))

    def first_reading_done(self, source: str = "sse_star") -> None:
        self.repository.baseline_done(source, ["1"], NOW - timedelta(days=1))

    def events(self, kind: str = "", project_id: str = "") -> list[EventRow]:
        with self.database.read() as session:
            rows = session.exec(select(EventRow).order_by(EventRow.seq)).all()  # type: ignore[arg-type]
        return [r for r in rows if kind in ("", r.kind) and project_id in ("", r.project_id)]

    def whys(self) -> list[str]:
        """The reasons of everything the chat is owed, in order."""
        with self.database.read() as session:
            query = select(DeliveryRow.why).order_by(DeliveryRow.event_seq)  # type: ignore[arg-type]
            return list(session.exec(query))

    def issuer(self, name: str = MOORE) -> IssuerRow:
        with self.database.read() as session:
            return session.exec(select(IssuerRow).where(IssuerRow.name == name)).one()

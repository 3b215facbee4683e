"""The queue of documents and the figures read in them, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session, select

from monitor.domain.diff import Sight
from monitor.domain.figures.record import Figure, ProceedsRow, Reading
from monitor.domain.issue_records import BulletinKind, BulletinRecord, NewShareRecord
from monitor.domain.records import DocumentRecord, DocumentType
from monitor.store.database import Database
from monitor.store.figures import FAILED, FETCHED, READ, WAITING, FiguresStore
from monitor.store.issues import IssueStore
from monitor.store.relevance import RelevanceStore
from monitor.store.repository import Repository
from monitor.store.tables import EventRow, FigureRow, IssuerRow, ReadingRow
from tests.documents.made import ENFLAME
from tests.domain.timelines import PROJECT, yi

NOW = datetime(2026, 7, 10, 12, 0, tzinfo=UTC)
SIGHT = Sight(at=NOW, raw_sha256="cd" * 32)
CHIP = replace(PROJECT, issuer=ENFLAME, issuer_short="燧原科技", planned=yi("60"))
PAPER = replace(
    PROJECT, key="990002", issuer="示例纸业股份有限公司", issuer_short="示例纸业", title="示例纸业"
)
HOUR = timedelta(hours=1)


class Shop:
    """The stores over one database, with what would have been alerted."""

    def __init__(self, database: Database, *, watch: str = "") -> None:
        self.alerted: list[str] = []

        def owe(_: Session, rows: Sequence[EventRow]) -> None:
            self.alerted += [row.kind for row in rows if not row.baseline]

        def followed(name: str) -> bool:
            return bool(watch) and watch in name

        self.database = database
        self.facts = Repository(database, owe, followed)
        self.issues = IssueStore(database, owe)
        self.figures = FiguresStore(database, owe, followed)
        self.relevance = RelevanceStore(database, owe)

    def list(self, *projects: object) -> None:
        rows = [(f"d{at}", project) for at, project in enumerate(projects)]
        self.facts.projects_seen("sse_star", rows, SIGHT, baseline=False)  # type: ignore[arg-type]

    def disclose(
        self,
        name: str,
        *,
        kind: DocumentType = DocumentType.PROSPECTUS_DRAFT,
        project: str = CHIP.key,
        published: datetime = NOW,
    ) -> str:
        record = DocumentRecord(
            key=name,
            project_key=project,
            title=name,
            type=kind,
            type_code="I0011",
            date=published.date(),
            published_at=published,
            url=f"https://static.sse.com.cn/stock/{name}.pdf",
            path=f"/{name}.pdf",
        )
        self.facts.documents_seen("sse_star", [record], SIGHT)
        return record.url

    def queued(self) -> list[str]:
        with self.database.read() as session:
            return list(session.exec(select(ReadingRow.title).order_by(ReadingRow.title)))

    def take(self, now: datetime = NOW) -> str | None:
        job = self.figures.next(now, ["sse_star", "sse_issue"], per_hour=20)
        return job.title if job else None


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)


def reading(*figures: Figure) -> Reading:
    return Reading(
        document_kind="prospectus_draft",
        issuer=ENFLAME,
        document_sha256="ab" * 32,
        pages=412,
        figures=figures,
    )


PLANNED = Figure(
    kind="planned",
    amount=Decimal("6000000000.00"),
    currency="CNY",
    unit="万元",
    as_printed="600,000.00",
    qualifier=None,
    page=31,
    quote="合计 605,000.00 600,000.00",
    document_sha256="ab" * 32,
    confidence=Decimal("0.95"),
)
TABLE = replace(
    PLANNED,
    kind="use_of_proceeds",
    rows=(
        ProceedsRow(
            project="芯片研发项目",
            total_investment=Decimal("6050000000.00"),
            from_proceeds=Decimal("6000000000.00"),
        ),
    ),
)
SHARES = replace(
    PLANNED,
    kind="shares",
    amount=Decimal("43035173.0000"),
    high=Decimal("50000000"),
    currency=None,
    measure="share",
    unit="万股",
    qualifier="不超过",
)


def test_drafts_and_decisions_of_chip_makers_are_queued_once(shop: Shop) -> None:
    """Neither other papers, nor other trades, nor the same address twice."""
    shop.list(CHIP, PAPER)
    shop.disclose("draft")
    shop.disclose("decision", kind=DocumentType.REGISTRATION_DECISION)
    shop.disclose("letter", kind=DocumentType.LEGAL_OPINION)
    shop.disclose("paper", project=PAPER.key)
    assert shop.figures.enqueue(NOW) == 2
    assert shop.figures.enqueue(NOW) == 0
    assert FiguresStore(shop.database, lambda _s, _r: None, lambda _: False).enqueue(NOW) == 0
    assert shop.queued() == ["decision", "draft"]


def test_documents_of_watched_issuers_are_queued_whatever_their_trade(database: Database) -> None:
    """A watchlist goes before the grade."""
    shop = Shop(database, watch="纸业")
    shop.list(PAPER)
    shop.disclose("paper", project=PAPER.key)
    assert shop.figures.enqueue(NOW) == 1


def test_bulletins_of_the_offering_are_queued_with_their_project(shop: Shop) -> None:
    """The final prospectus and the notices with figures, not the roadshow's."""
    shop.list(CHIP)
    share = NewShareRecord(code="688999", name="燧原科技", full_name=ENFLAME, board="科创板")
    shop.issues.seen([share], SIGHT, baseline=False)
    for kind in (BulletinKind.PROSPECTUS, BulletinKind.ROADSHOW):
        record = BulletinRecord(
            key=f"/disclosure/{kind}.pdf",
            code="688999",
            name="燧原科技",
            title=kind.value,
            kind=kind,
            date=NOW.date(),
            url=f"https://www.sse.com.cn/disclosure/{kind}.pdf",
        )
        shop.issues.bulletins_seen([record], SIGHT)
    shop.figures.enqueue(NOW)
    assert shop.queued() == ["prospectus"]
    job = shop.figures.next(NOW, ["sse_issue"], per_hour=20)
    assert job is not None
    assert (job.source, job.kind, job.project_key) == ("sse_issue", "prospectus", CHIP.key)


def test_the_draft_before_a_new_one_is_read_first(shop: Shop) -> None:
    """A newer draft is compared, so the one before it comes first even when it is history."""
    shop.list(CHIP)
    for at, name in enumerate(("a", "b")):
        shop.disclose(name, published=NOW + at * HOUR)
    shop.figures.enqueue(NOW + timedelta(days=5))
    with shop.database.write() as session:
        assert all(row.quiet for row in session.exec(select(ReadingRow)))
        row = session.exec(select(ReadingRow).where(ReadingRow.title == "b")).one()
        row.quiet = False
        session.add(row)
    assert shop.take(NOW + timedelta(days=5)) == "a"


def test_history_comes_newest_first_after_all_news(shop: Shop) -> None:
    """Decisions known for days wait for those of today; of them the newest are read first."""
    shop.list(CHIP)
    kind = DocumentType.REGISTRATION_DECISION
    for at, name in enumerate(("old1", "old2", "new1", "new2")):
        shop.disclose(name, kind=kind, published=NOW + at * HOUR)
    shop.figures.enqueue(NOW)
    with shop.database.write() as session:
        for row in session.exec(select(ReadingRow)):
            row.quiet = row.title.startswith("old")
            session.add(row)
    order = []
    while (title := shop.take()) is not None:
        order.append(title)
        job = shop.figures.next(NOW, ["sse_star"], per_hour=20)
        assert job is not None
        shop.figures.failed(job.url, "x", NOW)
    assert order == ["new1", "new2", "old2", "old1"]


def test_figures_are_kept_exactly(shop: Shop) -> None:
    """What was read comes back as it was, money in fen beside it; a second reading replaces the first."""
    shop.list(CHIP)
    url = shop.disclose("draft")
    shop.figures.enqueue(NOW)
    shop.figures.fetched(url, "ab" * 32, 12_000_000, NOW)
    for _ in range(2):
        shop.figures.read(url, reading(PLANNED, TABLE, SHARES), None, SIGHT)
    assert shop.figures.figures(url) == [PLANNED, TABLE, SHARES]
    with shop.database.read() as session:
        fen = dict(session.exec(select(FigureRow.kind, FigureRow.amount_fen)).all())
        row = session.get_one(ReadingRow, url)
    assert fen == {"planned": 600_000_000_000, "use_of_proceeds": 600_000_000_000, "shares": None}
    assert (row.state, row.pages, row.size) == (READ, 412, 12_000_000)
    assert shop.alerted.count("figures_read") == 1
    with shop.database.read() as session:
        stored = session.exec(select(EventRow).where(EventRow.kind == "figures_read")).one()
    assert stored.figures[0] == {
        "kind": "planned_proceeds",
        "amount": "6000000000.00",
        "currency": "CNY",
        "as_printed": "600,000.00万元",
        "page": 31,
        "quote": "合计 605,000.00 600,000.00",
    }


def test_an_older_draft_read_late_changes_nothing_and_alerts_nobody(shop: Shop) -> None:
    """When a younger draft was read before it, an older one is history whatever it says."""
    shop.list(CHIP)
    older, younger = shop.disclose("a"), shop.disclose("b", published=NOW + HOUR)
    shop.figures.enqueue(NOW)
    shop.figures.read(younger, reading(PLANNED), None, SIGHT)
    assert shop.figures.business_wanted(older) is False
    changed = replace(PLANNED, amount=Decimal("5000000000.00"), as_printed="500,000.00")
    [event] = shop.figures.read(older, reading(changed), None, SIGHT)
    assert event.baseline
    assert shop.alerted.count("figures_read") == 1
    assert "draft_changed" not in shop.alerted


def test_failures_wait_longer_each_time_and_end_in_one_notice(shop: Shop) -> None:
    """5, 10, 20, 40 minutes; the fifth failure of the document itself gives it up, told once."""
    shop.list(CHIP)
    url = shop.disclose("draft")
    shop.figures.enqueue(NOW)
    waits = []
    for _ in range(4):
        assert shop.figures.failed(url, "NotFound: gone", NOW) == []
        with shop.database.read() as session:
            waits.append(session.get_one(ReadingRow, url).not_before - NOW)
    assert waits == [timedelta(minutes=minutes) for minutes in (5, 10, 20, 40)]
    assert shop.figures.counts() == {WAITING: 1}
    [notice] = shop.figures.failed(url, "NotFound: gone", NOW)
    assert notice.kind.value == "operator_notice"
    assert shop.figures.counts() == {FAILED: 1}
    assert shop.take(NOW + timedelta(days=9)) is None


def test_a_lost_file_is_waited_for_again(shop: Shop) -> None:
    """A fetched document goes first and needs no host; without its file it is fetched anew."""
    shop.list(CHIP)
    url = shop.disclose("draft")
    shop.figures.enqueue(NOW)
    shop.figures.fetched(url, "ab" * 32, 5, NOW)
    assert shop.figures.counts() == {FETCHED: 1}
    job = shop.figures.next(NOW, [], per_hour=20)
    assert job is not None
    assert job.sha256 == "ab" * 32
    shop.figures.lost(url, NOW)
    assert shop.figures.next(NOW, [], per_hour=20) is None
    assert shop.take() == "draft"


def test_the_business_section_grades_the_issuer(shop: Shop) -> None:
    """A watched issuer whose name says nothing rises when its prospectus tells of AI chips."""
    quiet = replace(PROJECT, issuer="示例微电子股份有限公司", issuer_short="示例微", title="示例微电子")
    shop.list(quiet)
    with shop.database.read() as session:
        before = session.exec(select(IssuerRow.grade)).one()
    text = "公司专注于人工智能云端芯片的研发。公司主要产品为云端 AI 训练加速卡。公司是一家 GPU 芯片设计企业。"
    events = shop.relevance.business_read("sse_star", quiet.key, text, SIGHT)
    assert before != "ai_chip"
    assert [event.after for event in events] == ["ai_chip"]

"""What a source saw becomes facts, events and owed deliveries in one transaction, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session, col, delete, func, select

from monitor.domain.errors import SourceEmpty, StoreError
from monitor.domain.events import EventKind
from monitor.domain.records import DocumentRecord, DocumentType, Party, Role
from monitor.domain.stages import State
from monitor.store.database import Database
from monitor.store.repository import Repository
from monitor.store.tables import (
    DocumentRow,
    EventRow,
    IssuerNameRow,
    IssuerRow,
    ProjectRow,
    StatusRowRow,
)
from tests.domain.timelines import PROJECT, SIGHT, START, row, yi

NOW = SIGHT.at


class Owed:
    """Notes what deliveries would be staged for, and can refuse."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.refuses = False

    def __call__(self, session: Session, rows: Sequence[EventRow]) -> None:
        if self.refuses:
            raise ZeroDivisionError
        self.kinds += [item.kind for item in rows if not item.baseline]


@pytest.fixture
def owed() -> Owed:
    return Owed()


@pytest.fixture
def store(database: Database, owed: Owed) -> Repository:
    return Repository(database, owed, lambda issuer: "关注" in issuer)


def _count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def _kinds(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.exec(select(EventRow.kind).order_by(col(EventRow.seq))))


def _see(store: Repository, *projects: object, baseline: bool = False) -> list[EventKind]:
    rows = [(f"digest of {project}", project) for project in projects]
    return [event.kind for event in store.projects_seen("sse_star", rows, SIGHT, baseline=baseline)]  # type: ignore[arg-type]


def _paper(path: str, day: int, key: str = "990001") -> DocumentRecord:
    posted = START + timedelta(days=day)
    return DocumentRecord(
        key=f"{path}|inquiry_reply|{posted:%Y%m%d%H%M%S}",
        project_key=key,
        title=f"8-1 回复 {path}",
        type=DocumentType.INQUIRY_REPLY,
        type_code="I3010",
        date=posted.date(),
        published_at=posted,
        url=f"https://static.sse.com.cn/stock{path}",
        path=path,
        size=4_000_000_000,  # more than 32 bits
    )


def test_a_project_comes_back_as_it_was_seen(database: Database, store: Repository) -> None:
    """Money exact in fen, instants aware UTC, parties in order: what goes in comes out."""
    wanted = replace(PROJECT, planned=yi("44.2629"))
    _see(store, wanted)
    with database.read() as session:
        stored = session.exec(select(ProjectRow)).one()
    assert (stored.planned_fen, stored.planned_currency, stored.planned_as_printed) == (
        442_629_000_000,
        "CNY",
        "44.2629亿元",
    )
    assert stored.updated_at == datetime(2026, 7, 10, 11, 9, 5, tzinfo=UTC)
    assert stored.updated_at.tzinfo is not None
    assert stored.parties == [
        ["accountant", "示例会计师事务所", "示例会计"],
        ["sponsor", "示例证券股份有限公司", "示例证券"],
    ]
    touched = replace(wanted, updated_at=wanted.updated_at + timedelta(days=1))
    assert _see(store, touched) == [], "the stored row equals the seen one in every fact"


def test_the_same_rows_again_add_nothing(database: Database, store: Repository, owed: Owed) -> None:
    """List, timeline, documents, each twice: one set of events, one set of deliveries."""
    timeline = [row("a", "1", 0), row("b", "2", 5), row("c", "2", 6)]
    for _ in range(2):
        _see(store, PROJECT)
        store.timeline_seen("sse_star", "990001", timeline, SIGHT)
        store.documents_seen("sse_star", [_paper("/a", 1), _paper("/b", 2)], SIGHT)
    expected = ["project_discovered", "figure_first_seen", "milestone", "milestone", "review_step"]
    assert sorted(_kinds(database)) == sorted([*expected, "document_disclosed", "document_disclosed"])
    assert sorted(owed.kinds) == sorted(_kinds(database))
    assert store.known_rows("sse_star") == {f"digest of {PROJECT}": "990001"}


def test_a_first_quiet_reading_owes_nothing(database: Database, store: Repository, owed: Owed) -> None:
    """Baseline rows, their timelines and documents are stored with their events, nobody is told."""
    _see(store, PROJECT, baseline=True)
    store.baseline_done("sse_star", ["1"], NOW)
    store.timeline_seen("sse_star", "990001", [row("a", "1", 0), row("b", "2", 5)], SIGHT)
    store.documents_seen("sse_star", [_paper("/a", 1)], SIGHT)
    assert len(_kinds(database)) == 5
    assert owed.kinds == []


def test_what_was_decided_after_the_quiet_list_is_news(store: Repository, owed: Owed) -> None:
    """The list was read quietly in stage 2; the timeline, read later, shows a committee after it."""
    quiet = replace(PROJECT, updated_at=START + timedelta(days=6))
    _see(store, quiet, baseline=True)
    store.baseline_done("sse_star", ["1"], NOW)
    moved = replace(quiet, state=State("3", "1"), updated_at=START + timedelta(days=20))
    _see(store, moved)
    rows = [row("a", "1", 0), row("b", "2", 5), row("c", "3/1", 20)]
    told = store.timeline_seen("sse_star", "990001", rows, SIGHT)
    assert [(event.state, event.baseline) for event in told] == [
        (State("1"), True),
        (State("2"), True),
        (State("3", "1"), False),
    ]
    assert owed.kinds == ["milestone"]


def test_a_failure_while_owing_leaves_neither_facts_nor_events(
    database: Database, store: Repository, owed: Owed
) -> None:
    """Facts, events and deliveries commit together or not at all."""
    owed.refuses = True
    with pytest.raises(ZeroDivisionError):
        _see(store, PROJECT)
    assert [_count(database, table) for table in (ProjectRow, EventRow, IssuerRow, IssuerNameRow)] == [0] * 4
    owed.refuses = False
    _see(store, PROJECT)
    owed.refuses = True
    with pytest.raises(ZeroDivisionError):
        store.timeline_seen("sse_star", "990001", [row("a", "1", 0)], SIGHT)
    assert _count(database, StatusRowRow) == 0
    owed.refuses = False
    assert len(store.timeline_seen("sse_star", "990001", [row("a", "1", 0)], SIGHT)) == 1


def test_a_reason_that_follows_stands_in_its_milestone(database: Database, store: Repository) -> None:
    """The stored milestone is completed; the addition is an event of its own."""
    _see(store, PROJECT)
    store.timeline_seen("sse_star", "990001", [row("a", "7", 0)], SIGHT)
    added = store.timeline_seen(
        "sse_star", "990001", [row("a", "7", 0), row("b", "7", 1, reason="财务资料过期")], SIGHT
    )
    assert [event.kind for event in added] == [EventKind.REASON_ADDED, EventKind.REVIEW_STEP]
    with database.read() as session:
        milestone = session.exec(select(EventRow).where(EventRow.kind == "milestone")).one()
    assert (milestone.reason, milestone.date) == ("财务资料过期", date(2026, 3, 2))


def test_a_timeline_that_comes_empty_keeps_the_old_facts(database: Database, store: Repository) -> None:
    """Zero rows where there were some is an alarm, not a withdrawal."""
    _see(store, PROJECT)
    assert store.timeline_seen("sse_star", "990001", [], SIGHT) == []
    store.timeline_seen("sse_star", "990001", [row("a", "1", 0)], SIGHT)
    with pytest.raises(SourceEmpty, match="had 1 rows"):
        store.timeline_seen("sse_star", "990001", [], SIGHT)
    assert _count(database, StatusRowRow) == 1


def test_a_second_application_is_a_new_project_of_the_same_issuer(
    database: Database, store: Repository
) -> None:
    """Half-width brackets and blanks do not hide it; the discovery names the earlier project."""
    first = replace(PROJECT, key="663", issuer="示例芯片（北京）股份有限公司")
    second = replace(
        PROJECT,
        key="2039",
        issuer="示例芯片(北京) 股份有限公司",
        updated_at=PROJECT.updated_at + timedelta(days=900),
    )
    _see(store, first)
    _see(store, second)
    with database.read() as session:
        projects = {item.key: item for item in session.exec(select(ProjectRow))}
        found = session.exec(
            select(EventRow).where(EventRow.kind == "project_discovered", EventRow.project_id == "2039")
        ).one()
    assert projects["663"].issuer_id == projects["2039"].issuer_id
    assert (projects["2039"].earlier_key, projects["663"].earlier_key) == ("663", "")
    assert found.details["earlier_project"] == "663"


def test_a_renamed_issuer_stays_one_company(database: Database, store: Repository) -> None:
    """The new name leads to the same issuer, and the old one still does."""
    _see(store, PROJECT)
    renamed = replace(
        PROJECT, issuer="示例智芯股份有限公司", updated_at=PROJECT.updated_at + timedelta(days=1)
    )
    assert EventKind.ISSUER_RENAMED in _see(store, renamed)
    _see(store, replace(PROJECT, key="990002"))
    with database.read() as session:
        ids = set(session.exec(select(ProjectRow.issuer_id)))
        names = {name.normalised for name in session.exec(select(IssuerNameRow))}
    assert len(ids) == 1
    assert names >= {"示例芯片股份有限公司", "示例智芯股份有限公司"}


def test_another_company_is_another_issuer(database: Database, store: Repository) -> None:
    """有限公司 and 股份有限公司 are two names; nothing fuzzy joins them."""
    _see(store, PROJECT, replace(PROJECT, key="990002", issuer="示例芯片有限公司"))
    assert _count(database, IssuerRow) == 2


def test_documents_of_unknown_projects_are_left_for_their_discovery(
    database: Database, store: Repository
) -> None:
    """The global query names projects the list has not shown yet; they are read when it does."""
    assert store.documents_seen("sse_star", [_paper("/a", 1)], SIGHT) == []
    assert store.known_documents("sse_star", [_paper("/a", 1).key]) == set()
    _see(store, PROJECT)
    assert len(store.documents_seen("sse_star", [_paper("/a", 1)], SIGHT)) == 1
    assert store.known_documents("sse_star", [_paper("/a", 1).key, "x"]) == {_paper("/a", 1).key}
    with database.read() as session:
        stored = session.exec(select(DocumentRow)).one()
    assert (stored.size, stored.date, stored.type) == (4_000_000_000, date(2026, 3, 3), "inquiry_reply")


def test_the_percentile_counts_other_projects_that_took_the_same_step(store: Repository) -> None:
    """Ten others took 20 … 29 days; 22 days is faster than seven of them."""
    others = [replace(PROJECT, key=str(n), issuer=f"示例{n}股份有限公司") for n in range(10)]
    _see(store, *others, PROJECT)
    for n, other in enumerate(others):
        store.timeline_seen("sse_star", other.key, [row("a", "1", 0), row("b", "2", 20 + n)], SIGHT)
    told = store.timeline_seen("sse_star", "990001", [row("a", "1", 0), row("b", "2", 22)], SIGHT)
    facts = told[1].details
    assert (facts["percentile_faster"], facts["percentile_sample"]) == (70, 10)
    again = Repository(store._database, lambda s, r: None, lambda n: False)
    _see(again, replace(PROJECT, key="990002", issuer="新股份有限公司"))
    told = again.timeline_seen("sse_star", "990002", [row("a", "1", 0), row("b", "2", 22)], SIGHT)
    assert told[1].details["percentile_sample"] == 11, "a restart reads the same sample from the store"


def test_nothing_that_others_rest_on_can_be_deleted(database: Database, store: Repository) -> None:
    """Foreign keys are enforced: an issuer with projects, a project with rows or documents."""
    _see(store, PROJECT)
    store.timeline_seen("sse_star", "990001", [row("a", "1", 0)], SIGHT)
    for table in (IssuerRow, ProjectRow):
        with pytest.raises(StoreError, match=r"(?i)foreign key"), database.write() as session:
            session.exec(delete(table))
    orphan = StatusRowRow(
        source="sse_star",
        project_key="nobody",
        item_id="a",
        code="1",
        date=date(2026, 3, 2),
        decided_at=NOW,
        published_at=NOW,
    )
    with pytest.raises(StoreError, match=r"(?i)foreign key"), database.write() as session:
        session.add(orphan)
    assert _count(database, ProjectRow) == 1


def test_a_naive_instant_is_refused(database: Database, store: Repository) -> None:
    """An instant without a zone never reaches the database."""
    naive = replace(PROJECT, updated_at=PROJECT.updated_at.replace(tzinfo=None))
    with pytest.raises((StoreError, TypeError, ValueError)):
        _see(store, naive)
    assert _count(database, ProjectRow) == 0


def test_the_newest_change_of_a_played_list_is_the_border_of_its_baseline(store: Repository) -> None:
    """A list whose newest change is years old against our clock is a recording: its own day is the border."""
    _see(store, PROJECT, baseline=True)
    store.baseline_done("sse_star", ["1"], PROJECT.updated_at + timedelta(days=900))
    early, late = _paper("/a", 1), _paper("/b", 200)
    events = store.documents_seen("sse_star", [early, late], SIGHT)
    assert [event.baseline for event in events] == [True, False]


def test_amounts_beyond_32_bits_are_stored_exactly(database: Database, store: Repository) -> None:
    """480亿元, the largest ever planned, is 4.8 × 10¹² fen."""
    _see(store, replace(PROJECT, planned=yi("480")))
    with database.read() as session:
        stored = session.exec(select(ProjectRow.planned_fen)).one()
        figure = session.exec(select(EventRow).where(EventRow.kind == "figure_first_seen")).one().figures[0]
    assert stored == 4_800_000_000_000
    assert Decimal(figure["amount"]) == Decimal("48000000000.00")
    assert figure["as_printed"] == "480亿元"


def test_a_party_that_left_and_came_back_is_two_changes(store: Repository) -> None:
    """Each change has its own id, so a return is told too."""
    other = (Party(role=Role.SPONSOR, name="乙证券有限公司", short_name="乙证券"),)
    _see(store, PROJECT)
    kinds = []
    for day, parties in enumerate((other, PROJECT.parties, other), 1):
        seen = replace(PROJECT, parties=parties, updated_at=PROJECT.updated_at + timedelta(days=day))
        kinds += _see(store, seen)
    assert kinds.count(EventKind.PARTY_CHANGED) == 3


def test_what_was_published_between_the_quiet_list_and_the_first_look_at_its_timeline_is_news(
    store: Repository, owed: Owed
) -> None:
    """The list row has not moved yet; the timeline, read later for first, is a row further."""
    began = START + timedelta(days=6)
    _see(store, replace(PROJECT, updated_at=START + timedelta(days=5)), baseline=True)
    store.baseline_done("sse_star", ["1"], began)
    rows = [row("a", "1", 0), row("b", "2", 5), row("c", "3/1", 7)]
    told = store.timeline_seen("sse_star", "990001", rows, SIGHT)
    assert [(event.state, event.baseline) for event in told] == [
        (State("1"), True),
        (State("2"), True),
        (State("3", "1"), False),
    ]
    assert owed.kinds == ["milestone"]

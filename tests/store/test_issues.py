"""The join by full name, the pin by code, calendar days, reminders and the schema step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel, select

from monitor.domain.diff import Sight
from monitor.domain.events import EventKind
from monitor.domain.issue_records import BulletinKind, BulletinRecord, CalendarKind, NewShareRecord
from monitor.store.calendar_facts import CalendarStore
from monitor.store.database import Database
from monitor.store.issuers import issuer_id_for
from monitor.store.issues import IssueStore
from monitor.store.migrations import current_revision, upgrade
from monitor.store.tables import (
    BulletinRow,
    CalendarFactRow,
    EventRow,
    IssuerRow,
    NewShareRow,
    ProjectRow,
    SourceRow,
)

AT = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
SIGHT = Sight(at=AT, raw_sha256="ab")
SHARE = NewShareRecord(
    code="689901",
    name="示例智算",
    full_name="示例智算芯片(北京)股份有限公司",
    board="科创板",
    price=Decimal("25.1200"),
    shares_issued=Decimal("4000.0000"),
    online_date=date(2026, 3, 6),
    payment_date=date(2026, 3, 10),
)
MINE = replace(SHARE, code="609901", full_name="示例矿业股份有限公司", board="主板")


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database("sqlite://")
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def issues(database: Database) -> IssueStore:
    return IssueStore(database, lambda session, rows: None)


def _project(database: Database, name: str = "示例智算芯片（北京）股份有限公司") -> int:
    """An application of the company, its brackets printed the other way."""
    with database.write() as session:
        issuer_id = issuer_id_for(session, name)
        session.add(
            ProjectRow(
                source="sse_star",
                key="900001",
                issuer_id=issuer_id,
                issuer=name,
                title=name,
                board="科创板",
                code="5",
                outcome_code="1",
                planned_fen=120_000_000_000,
                planned_currency="CNY",
                planned_as_printed="12亿元",
                updated_at=AT,
                digest="d",
                first_seen_at=AT,
            )
        )
    return issuer_id


def test_a_row_is_joined_to_its_application_by_full_name(database: Database, issues: IssueStore) -> None:
    """Brackets of the other kind are the same name; events carry the project and its plan."""
    issuer_id = _project(database)
    changed, told, oddities = issues.seen([SHARE], SIGHT, baseline=False)
    assert (changed, oddities) == (1, [])
    assert {event.kind for event in told} == {EventKind.OFFER_PRICE_SET, EventKind.SUBSCRIPTION_SCHEDULED}
    assert {event.project_id for event in told} == {"900001"}
    price = next(event for event in told if event.kind is EventKind.OFFER_PRICE_SET)
    assert [figure.as_printed for figure in price.figures] == ["25.1200元/股", "12亿元"]
    assert "new_issuer" not in price.details
    with database.read() as session:
        row = session.get_one(NewShareRow, "689901")
        assert (row.issuer_id, row.price_fen, row.shares, row.gross_fen) == (
            issuer_id,
            2512,
            40_000_000,
            None,
        )
        assert row.numbers["price"] == "25.1200"


def test_the_same_page_twice_adds_nothing(database: Database, issues: IssueStore) -> None:
    """Polling again is harmless."""
    _project(database)
    issues.seen([SHARE], SIGHT, baseline=False)
    assert issues.seen([SHARE], SIGHT, baseline=False) == (0, [], [])


def test_an_unknown_star_company_is_a_new_issuer_and_another_boards_is_stored_in_silence(
    database: Database, issues: IssueStore
) -> None:
    """Only the STAR company is told, as new; the other one is kept without an issuer."""
    _, told, _ = issues.seen([SHARE, MINE], SIGHT, baseline=False)
    assert {event.issuer for event in told} == {SHARE.full_name}
    assert all(
        event.details["new_issuer"] is True for event in told if event.kind is not EventKind.RELEVANCE_CHANGED
    )
    with database.read() as session:
        assert session.get_one(NewShareRow, "609901").issuer_id is None
        assert [row.name for row in session.exec(select(IssuerRow))] == [SHARE.full_name]


def test_a_code_once_pinned_decides_over_the_name(database: Database, issues: IssueStore) -> None:
    """A renamed company keeps its issuer; a name that leads elsewhere is a word to the operator."""
    issuer_id = _project(database)
    issues.seen([SHARE], SIGHT, baseline=False)
    renamed = replace(SHARE, full_name="示例智算科技股份有限公司")
    _, told, oddities = issues.seen([renamed], SIGHT, baseline=False)
    assert told == []
    assert "is now called 示例智算科技股份有限公司" in oddities[0].what
    with database.write() as session:
        assert issuer_id_for(session, "示例智算科技股份有限公司") == issuer_id
        issuer_id_for(session, "示例别家股份有限公司")
    foreign = replace(SHARE, full_name="示例别家股份有限公司")
    _, _, oddities = issues.seen([foreign], SIGHT, baseline=False)
    assert "leads to another issuer" in oddities[0].what
    with database.read() as session:
        assert session.get_one(NewShareRow, "689901").issuer_id == issuer_id


def test_calendar_days_are_kept_and_a_day_that_moved_is_forgotten(
    database: Database, issues: IssueStore
) -> None:
    """The calendar holds what the list says now, with the event that told it."""
    issues.seen([SHARE], SIGHT, baseline=False)
    issues.seen([replace(SHARE, online_date=date(2026, 3, 9))], SIGHT, baseline=False)
    with database.read() as session:
        days = {(row.kind, row.date): row for row in session.exec(select(CalendarFactRow))}
    assert set(days) == {("subscription", date(2026, 3, 9)), ("payment", date(2026, 3, 10))}
    told_by = days["subscription", date(2026, 3, 9)].event_id
    assert told_by == "sse_issue/689901/subscription_scheduled/2026-03-09/2026-03-06"


def test_reminders_are_told_once_with_price_and_limit(database: Database, issues: IssueStore) -> None:
    """On the eve of the subscription one reminder comes, however often it is asked for."""
    calendar = CalendarStore(database, lambda session, rows: None)
    issues.seen([replace(SHARE, purchase_limit=Decimal("0.9500"))], SIGHT, baseline=True)
    eve = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
    (event,) = calendar.remind(eve)
    assert event.kind is EventKind.CALENDAR_REMINDER
    assert not event.baseline
    assert [figure.as_printed for figure in event.figures] == ["25.1200元/股"]
    assert event.details["purchase_limit"] == "0.9500万股"
    assert calendar.remind(eve) == []
    assert calendar.remind(datetime(2026, 3, 7, 2, 0, tzinfo=UTC)) == []


def test_another_part_of_the_program_may_note_a_day(database: Database) -> None:
    """A committee meeting whose day a document gave is reminded of like the others."""
    calendar = CalendarStore(database, lambda session, rows: None)
    issuer_id = _project(database)
    for _ in range(2):
        calendar.note_day(
            issuer_id, CalendarKind.COMMITTEE, date(2026, 3, 6), source="sse_star", event_id="e", at=AT
        )
    (event,) = calendar.remind(datetime(2026, 3, 6, 2, 0, tzinfo=UTC))
    assert (event.source, event.details["calendar_kind"]) == ("sse_star", "committee_meeting")


def test_codes_are_those_on_their_way_and_those_listed_within_a_month(
    database: Database, issues: IssueStore
) -> None:
    """An issue without an issuer, one listed long ago and one that never came are not asked about."""
    listed = replace(SHARE, code="689902", full_name="示例二股份有限公司", listing_date=date(2026, 3, 1))
    old = replace(SHARE, code="689903", full_name="示例三股份有限公司", listing_date=date(2026, 1, 9))
    stale = replace(
        SHARE,
        code="689904",
        full_name="示例四股份有限公司",
        online_date=date(2025, 6, 1),
        payment_date=None,
    )
    issues.seen([SHARE, MINE, listed, old, stale], SIGHT, baseline=True)
    assert issues.codes(date(2026, 3, 2)) == ["689901", "689902"]
    assert issues.codes(date(2026, 3, 2), coming=True) == ["689901"]


def test_bulletins_published_before_the_first_reading_are_stored_quietly(
    database: Database, issues: IssueStore
) -> None:
    """What was out is no news; what comes after is, once; a company we do not know tells nothing."""
    issues.seen([SHARE], SIGHT, baseline=True)
    with database.write() as session:
        session.add(SourceRow(name="sse_issue", baseline_at=AT))
    early = BulletinRecord(
        key="/a.pdf",
        code="689901",
        name="示例智算",
        title="发行公告",
        kind=BulletinKind.OFFERING_NOTICE,
        date=date(2026, 3, 3),
        published_at=datetime(2026, 3, 2, 10, 59, tzinfo=UTC),
    )
    late = replace(early, key="/b.pdf", published_at=datetime(2026, 3, 2, 11, 1, tzinfo=UTC))
    foreign = replace(early, key="/c.pdf", code="600000")
    told = issues.bulletins_seen([late, early, foreign], SIGHT)
    assert [(event.id.rsplit("/", 1)[-1], event.baseline) for event in told] == [
        ("∕a.pdf", True),
        ("∕b.pdf", False),
    ]
    assert issues.bulletins_seen([late, early], SIGHT) == []
    with database.read() as session:
        assert len(session.exec(select(BulletinRow)).all()) == 2


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_each_earlier_schema_is_brought_up_with_its_facts(revision: str) -> None:
    """An event and an issuer of an older database survive, and the new tables take rows."""
    database = Database("sqlite://")
    upgrade(database.engine, revision)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO issuer (id, name, short_name) VALUES (1, '示例智算', '')")
    database.migrate()
    assert current_revision(database.engine) is not None
    IssueStore(database, lambda session, rows: None).seen([SHARE], SIGHT, baseline=True)
    with database.read() as session:
        assert session.get_one(IssuerRow, 1).name == "示例智算"
        assert session.exec(select(EventRow.kind)).first() is not None
    database.close()


def test_the_tables_are_those_the_migrations_make(database: Database) -> None:
    """No column of the new tables stands only in the code or only in the database."""
    with database.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    ours = ("new_share", "bulletin", "calendar_fact")
    assert [change for change in found if any(name in str(change) for name in ours)] == []

"""Tutoring rows as stored: once, and joined to the application that follows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import func, select

from monitor.domain.events import EventKind
from monitor.domain.records import TutoringRow
from monitor.store.database import Database
from monitor.store.repository import Repository
from monitor.store.tables import EventRow, IssuerRow, ProjectRow, TutoringRowRow
from monitor.store.tutoring import TutoringStore
from tests.domain.timelines import PROJECT, SIGHT, row

FILED = TutoringRow(
    company="示例芯片（上海）股份有限公司",
    tutor="示例证券股份有限公司",
    date=date(2025, 6, 2),
    status="辅导备案",
    office="上海证监局",
    report_type="辅导备案报告",
    title="示例芯片辅导备案报告",
)
ACCEPTED = replace(
    FILED, date=date(2026, 2, 20), status="辅导验收", report_type="辅导工作完成报告", title="完成报告"
)


@pytest.fixture
def tutoring(database: Database) -> TutoringStore:
    return TutoringStore(database, lambda session, rows: None)


def _seen(tutoring: TutoringStore, *rows: TutoringRow, baseline: bool = False) -> list[EventKind]:
    events, _ = tutoring.seen(rows, at=SIGHT.at, baseline=baseline, raw_sha256="ab", url="http://x/")
    return [event.kind for event in events]


def test_rows_seen_twice_are_one_event(database: Database, tutoring: TutoringStore) -> None:
    """Overlapping pages and repeated polls add nothing."""
    first = _seen(tutoring, FILED)
    assert EventKind.MILESTONE in first
    assert _seen(tutoring, FILED) == []
    assert EventKind.MILESTONE in _seen(tutoring, ACCEPTED, FILED)
    assert _seen(tutoring, ACCEPTED, FILED) == []
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(TutoringRowRow)).one() == len(tutoring.known())


def test_a_row_comes_back_as_it_was_printed(tutoring: TutoringStore) -> None:
    """The known rows are what the diff compares with."""
    _seen(tutoring, FILED)
    assert list(tutoring.known().values()) == [FILED]


def test_tutoring_and_application_are_one_issuer_and_the_acceptance_says_how_long_it_took(
    database: Database, tutoring: TutoringStore
) -> None:
    """Full-width and half-width brackets are one name; 2 June 2025 to 20 February 2026 are 263 days."""
    _seen(tutoring, ACCEPTED, FILED, baseline=True)
    store = Repository(database, lambda session, rows: None, lambda name: False)
    applicant = replace(PROJECT, issuer="示例芯片(上海)股份有限公司")
    store.projects_seen("sse_star", [("digest", applicant)], SIGHT, baseline=False)
    told = store.timeline_seen("sse_star", "990001", [row("a", "1", 0), row("b", "2", 5)], SIGHT)
    assert (told[0].details["tutoring_days"], told[0].details["tutoring_filed"]) == (263, "2025-06-02")
    assert "tutoring_days" not in told[1].details
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(IssuerRow)).one() == 1
        issuers = set(session.exec(select(EventRow.issuer_id).where(EventRow.kind == "milestone")))
        assert issuers == {session.exec(select(ProjectRow.issuer_id)).one()}


def test_another_companys_tutoring_says_nothing(database: Database, tutoring: TutoringStore) -> None:
    """No acceptance carries days of somebody else."""
    _seen(tutoring, replace(FILED, company="示例芯片有限公司"))
    store = Repository(database, lambda session, rows: None, lambda name: False)
    store.projects_seen("sse_star", [("digest", PROJECT)], SIGHT, baseline=False)
    (event,) = store.timeline_seen("sse_star", "990001", [row("a", "1", 0)], SIGHT)
    assert not [name for name in event.details if name.startswith("tutoring")]

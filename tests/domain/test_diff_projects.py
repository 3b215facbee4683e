"""(known, seen) → events of list rows and documents: what is told, what is kept, what is no news."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.domain.diff import diff_documents, diff_project, merge
from monitor.domain.events import Event, EventKind
from monitor.domain.records import DocumentRecord, DocumentType, Party, Role
from monitor.domain.stages import State
from tests.domain.timelines import PROJECT, SIGHT, START, yi


def test_a_new_project_is_discovered_with_its_planned_amount_on_its_acceptance_day_in_shanghai() -> None:
    """16:30 UTC on the 28th is the 29th in Shanghai."""
    discovered, figure = diff_project(None, PROJECT, SIGHT, baseline=False)
    assert (discovered.kind, discovered.date) == (EventKind.PROJECT_DISCOVERED, date(2026, 6, 29))
    assert discovered.id == "sse_star/990001/project_discovered"
    assert (figure.kind, figure.figures) == (EventKind.FIGURE_FIRST_SEEN, (yi("18"),))
    assert figure.details == {"at_discovery": True}
    quiet = diff_project(None, PROJECT, SIGHT, baseline=True)
    assert [event.baseline for event in quiet] == [True, True]


def test_a_row_touched_without_a_changed_fact_is_no_event() -> None:
    """updateDate and the stage move; stages are told by the timeline."""
    touched = replace(PROJECT, updated_at=PROJECT.updated_at + timedelta(days=4), state=State("3", "1"))
    assert diff_project(PROJECT, touched, SIGHT, baseline=False) == []


def test_a_revised_amount_is_told_as_printed_before_and_after() -> None:
    """Compared as amounts: 18 and 18.00 are the same; each revision has its own id."""
    later = replace(PROJECT, planned=yi("20.5"), updated_at=PROJECT.updated_at + timedelta(days=1))
    (event,) = diff_project(PROJECT, later, SIGHT, baseline=False)
    assert (event.kind, event.before, event.after) == (EventKind.FIGURE_REVISED, "18亿元", "20.5亿元")
    assert diff_project(PROJECT, replace(PROJECT, planned=yi("18.00")), SIGHT, baseline=False) == []
    back = replace(PROJECT, updated_at=PROJECT.updated_at + timedelta(days=2))
    again = replace(later, updated_at=PROJECT.updated_at + timedelta(days=3))
    ids = {e.id for pair in ((PROJECT, later), (later, back), (back, again)) for e in _changes(*pair)}
    assert len(ids) == 3


def _changes(known: object, seen: object) -> list[Event]:
    return diff_project(known, seen, SIGHT, baseline=False)  # type: ignore[arg-type]


def test_an_amount_that_vanished_is_kept_and_no_news() -> None:
    """Absence is no news: the last good value stays."""
    bare = replace(
        PROJECT, planned=None, accepted_at=None, industry="", industry_code="", province="", parties=()
    )
    merged = merge(PROJECT, replace(bare, issuer_short=""))
    assert merged == PROJECT
    assert diff_project(PROJECT, merged, SIGHT, baseline=False) == []
    (event,) = diff_project(bare, PROJECT, SIGHT, baseline=False)
    assert event.kind is EventKind.FIGURE_FIRST_SEEN
    assert "at_discovery" not in event.details


def test_a_changed_intermediary_is_told_by_role() -> None:
    """Joint sponsors joining: before and after name all of them; order is no change."""
    two = (*PROJECT.parties, Party(role=Role.SPONSOR, name="乙证券有限公司", short_name="乙证券"))
    (event,) = diff_project(PROJECT, replace(PROJECT, parties=two), SIGHT, baseline=False)
    assert (event.kind, event.details) == (EventKind.PARTY_CHANGED, {"role": "sponsor"})
    assert (event.before, event.after) == ("示例证券", "乙证券、示例证券")
    assert diff_project(PROJECT, replace(PROJECT, parties=PROJECT.parties[::-1]), SIGHT, baseline=False) == []


def test_a_role_that_vanished_is_kept_one_that_changed_is_replaced() -> None:
    """`merge` keeps the last good party of a role nobody fills any more, and only that."""
    new = (Party(role=Role.SPONSOR, name="丙证券有限公司", short_name="丙证券"),)
    merged = merge(PROJECT, replace(PROJECT, parties=new))
    assert [party.short_name for party in merged.parties] == ["示例会计", "丙证券"]


def test_a_renamed_issuer_is_told_once() -> None:
    """The name comes from stockIssuer; a rename shows both."""
    (event,) = diff_project(PROJECT, replace(PROJECT, issuer="示例智芯股份有限公司"), SIGHT, baseline=False)
    assert event.kind is EventKind.ISSUER_RENAMED
    assert (event.before, event.after) == ("示例芯片股份有限公司", "示例智芯股份有限公司")


def _document(path: str, day: int, kind: DocumentType = DocumentType.INQUIRY_REPLY) -> DocumentRecord:
    posted = START + timedelta(days=day)
    return DocumentRecord(
        key=f"{path}|{kind.value}|{posted:%Y%m%d%H%M%S}",
        project_key="990001",
        title=f"文件 {path}",
        type=kind,
        type_code="I3010",
        date=posted.date(),
        published_at=posted,
        url=f"https://static.sse.com.cn/stock{path}",
        path=path,
    )


def test_new_documents_are_told_once_oldest_first() -> None:
    """The exchange lists newest first; two answers naming one file tell it once."""
    seen = [_document("/b", 2), _document("/a", 1), _document("/b", 2)]
    found = diff_documents(PROJECT, {}, seen, SIGHT, quiet_until=None)
    assert [document.path for document, _ in found] == ["/a", "/b"]
    assert [(event.date, event.baseline) for _, event in found] == [
        (date(2026, 3, 3), False),
        (date(2026, 3, 4), False),
    ]
    known = {document.key: f"{document.path}|I3010" for document, _ in found}
    assert diff_documents(PROJECT, known, seen, SIGHT, quiet_until=None) == []


def test_the_same_file_posted_again_is_marked_as_a_repost() -> None:
    """A new upload time under the same path and code: told, but not as something new."""
    first = _document("/a", 1)
    known = {first.key: "/a|I3010"}
    ((_, event),) = diff_documents(PROJECT, known, [_document("/a", 9)], SIGHT, quiet_until=None)
    assert event.details["repost"] is True
    ((_, other),) = diff_documents(PROJECT, known, [_document("/c", 9)], SIGHT, quiet_until=None)
    assert "repost" not in other.details


@pytest.mark.parametrize(("day", "baseline"), [(4, True), (5, True), (6, False)])
def test_documents_up_to_the_border_are_baseline(day: int, baseline: bool) -> None:
    """What was on the site when we first looked is no news, what came later is."""
    border = START + timedelta(days=5)
    ((_, event),) = diff_documents(PROJECT, {}, [_document("/a", day)], SIGHT, quiet_until=border)
    assert event.baseline is baseline

"""An issuer's grade rests on what is stored of it, moves with it, and bends to the operator's pin."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.commands.report import print_events, print_projects
from monitor.domain.errors import StoreError
from monitor.domain.grades import Grade
from monitor.domain.records import TutoringRow
from monitor.settings import load
from monitor.store.database import Database
from monitor.store.migrations import current_revision, upgrade
from monitor.store.relevance import RelevanceStore
from tests.store.facts import MEMORY, MOORE, NOW, Store, project, sight, step

UNKNOWN = "示例智算科技股份有限公司"
BUSINESS = "公司主要从事GPU芯片的研发、设计和销售。"


def tutored(company: str) -> TutoringRow:
    return TutoringRow(
        company=company,
        tutor="某某证券股份有限公司",
        date=date(2026, 7, 1),
        status="辅导备案",
        office="北京证监局",
        report_type="辅导备案登记材料",
        title=f"{company}辅导备案报告",
    )


def test_a_new_issuer_is_graded_and_its_first_grade_is_no_event(store: Store) -> None:
    """The grade stands on the issuer and on each of its events; nothing changed, so nothing is told."""
    store.see(project())
    issuer = store.issuer()
    assert (issuer.grade, issuer.score, issuer.pinned) == ("ai_chip", 1.0, False)
    assert issuer.evidence[0]["kind"] == "registry"
    assert store.events("relevance_changed") == []
    assert [event.details["grade"] for event in store.events()] == ["ai_chip", "ai_chip"]


def test_a_tutoring_company_is_graded_before_any_exchange_sees_it(store: Store) -> None:
    """The regulator's row alone gives a grade, and its events carry it."""
    store.tutoring.seen([tutored(MOORE)], at=NOW, baseline=False, raw_sha256="", url="")
    assert store.issuer().grade == "ai_chip"
    assert {event.details["grade"] for event in store.events()} == {"ai_chip"}


def test_the_business_section_lifts_a_grade_once_with_its_sentence(store: Store) -> None:
    """no → ai_chip with the words that prove it; the same text again changes nothing."""
    store.see(project("1", UNKNOWN))
    assert store.issuer(UNKNOWN).grade == "no"
    told = store.relevance.business_read("sse_star", "1", BUSINESS, sight())
    assert [(event.before, event.after) for event in told] == [("no", "ai_chip")]
    assert "GPU芯片的研发" in told[0].reason
    assert told[0].details["evidence_kind"] == "main_business"
    assert (told[0].project_id, told[0].baseline) == ("1", False)
    later = sight(NOW + timedelta(hours=1))
    assert store.relevance.business_read("sse_star", "1", BUSINESS, later) == []
    assert store.relevance.business_read("sse_star", "1", "  ", later) == []
    assert store.issuer(UNKNOWN).grade == "ai_chip"
    assert len(store.events("relevance_changed")) == 1


def test_what_comes_after_the_rise_is_alerted_and_says_why(store: Store) -> None:
    """Silent while unrelated, told when it rises, and from then on every milestone with its proof."""
    store.see(project("1", UNKNOWN, issuer_short="示例智算"))
    store.repository.timeline_seen("sse_star", "1", [step()], sight())
    assert store.whys() == []
    store.relevance.business_read("sse_star", "1", BUSINESS, sight())
    inquiry = step("2", "2", date(2026, 7, 7))
    store.repository.timeline_seen("sse_star", "1", [step(), inquiry], sight())
    assert store.whys() == [
        "相关性变更 · AI 芯片：GPU（示例智算）",
        "审核里程碑 · AI 芯片：GPU（示例智算）",
    ]


def test_a_change_during_a_first_reading_is_quiet(store: Store) -> None:
    """A name that speaks of semiconductors is overruled by the industry code, without an alert."""
    name = "示例半导体股份有限公司"
    store.tutoring.seen([tutored(name)], at=NOW, baseline=True, raw_sha256="", url="")
    assert store.issuer(name).grade == "related"
    store.see(project("5", name, industry_code="C27"), baseline=True)
    (event,) = store.events("relevance_changed")
    assert (event.before, event.after, event.baseline) == ("related", "no", True)
    assert store.whys() == []


def test_a_pin_wins_is_shown_as_such_and_its_removal_is_told(store: Store) -> None:
    """Pinned and unpinned are events; the computed proof stays beside the pin."""
    store.see(project("1", UNKNOWN, issuer_short="示例智算"))
    (event,) = store.relevance.begin([("示例智算", Grade.AI_CHIP)], NOW)
    assert (event.before, event.after) == ("no", "ai_chip")
    assert "pinned by the operator (relevance.pins)" in event.reason
    issuer = store.issuer(UNKNOWN)
    assert (issuer.grade, issuer.pinned, issuer.evidence[0]["kind"]) == ("ai_chip", True, "pin")
    assert store.relevance.begin([("示例智算", Grade.AI_CHIP)], NOW + timedelta(days=1)) == []
    (event,) = store.relevance.begin([], NOW + timedelta(days=2))
    assert (event.before, event.after) == ("ai_chip", "no")
    assert "pin removed" in event.reason
    assert store.whys() == ["相关性变更 · AI 芯片（人工指定）", "相关性变更"]


def test_a_pin_of_a_known_name_reaches_the_company_by_any_of_its_names(store: Store) -> None:
    """The registry knows that 摩尔线程 is the company with the long name; 摩尔 alone is nobody."""
    store.see(project())
    store.relevance.begin([("摩尔线程", Grade.NO), ("摩尔", Grade.AI_CHIP)], NOW)
    issuer = store.issuer()
    assert (issuer.grade, issuer.pinned, issuer.score) == ("no", True, 0.0)
    assert {proof["kind"] for proof in issuer.evidence} == {"pin", "registry"}
    assert store.relevance.idle_pins() == ["摩尔"]


def test_a_pin_waits_for_a_company_still_to_come(store: Store) -> None:
    """Pinned at the start, discovered later: pinned from its first row on, which is no change."""
    store.relevance.begin([(UNKNOWN, Grade.RELATED)], NOW)
    assert store.relevance.idle_pins() == [UNKNOWN]
    store.see(project("1", UNKNOWN))
    assert (store.issuer(UNKNOWN).grade, store.issuer(UNKNOWN).pinned) == ("related", True)
    assert store.events("relevance_changed") == []
    assert store.relevance.idle_pins() == []


def test_a_database_of_the_first_schema_keeps_its_rows_and_is_graded_quietly(tmp_path: Path) -> None:
    """After the migration every row is there, ungraded; the start grades them without an event."""
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(database.engine, "0001")
    with database.engine.begin() as connection:
        connection.execute(
            text("insert into issuer (id, name, short_name) values (1, :a, ''), (2, :b, '')"),
            {"a": MOORE, "b": MEMORY},
        )
        connection.execute(
            text("insert into issuer_name (normalised, issuer_id) values (:a, 1)"), {"a": MOORE}
        )
    upgrade(database.engine, "0002")
    assert current_revision(database.engine) == "0002"
    database.migrate()
    store = Store(database)
    assert [store.issuer(name).grade for name in (MOORE, MEMORY)] == ["", ""]
    assert store.issuer().evidence == []
    assert store.relevance.begin([], NOW) == []
    assert [store.issuer(name).grade for name in (MOORE, MEMORY)] == ["ai_chip", "related"]
    assert store.events() == []
    database.close()


def test_the_public_json_shows_grade_score_pin_and_evidence(tmp_path: Path) -> None:
    """`projects --json` has one relevance object; `events --json` carries the grade in the details."""
    environ = {"IPO_MONITOR_DATABASE__URL": f"sqlite:///{tmp_path / 'shown.db'}", "HOME": str(tmp_path)}
    settings = load(None, environ)
    database = Database(settings.database.url)
    database.migrate()
    store = Store(database)
    store.see(project())
    database.close()
    shown, told, plain = io.StringIO(), io.StringIO(), io.StringIO()
    print_projects(settings, shown, as_json=True)
    print_projects(settings, plain, as_json=False)
    print_events(settings, told, as_json=True, since=None, project=None)
    relevance = json.loads(shown.getvalue())["relevance"]
    assert (relevance["grade"], relevance["score"], relevance["pinned"]) == ("ai_chip", 1.0, False)
    assert relevance["evidence"][0]["grade"] == "ai_chip"
    assert plain.getvalue().rstrip().endswith("[ai_chip]")
    assert json.loads(told.getvalue().splitlines()[0])["details"]["grade"] == "ai_chip"


def test_a_failed_start_changes_no_grade_and_no_pin(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pins, grades and events are one transaction."""
    store.see(project("1", UNKNOWN))

    def full(*_: object) -> None:
        raise StoreError("database: the disk is full")

    broken = RelevanceStore(store.database, full)
    with pytest.raises(StoreError):
        broken.begin([(UNKNOWN, Grade.AI_CHIP)], NOW)
    assert store.issuer(UNKNOWN).grade == "no"
    assert store.relevance.idle_pins() == []
    assert store.events("relevance_changed") == []

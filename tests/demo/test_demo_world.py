"""What is visible at an instant, on invented rows and on real captures."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.demo.documents import new_code, old_type
from monitor.demo.world import Row, World, instant, load_captured
from monitor.domain.errors import DecodeError, LayoutChanged
from tests.demo.conftest import shanghai

SECOND = timedelta(seconds=1)


def event(status: int, signed: str, posted: str, **more: object) -> Row:
    row = {"auditStatus": status, "qianDate": signed, "timesave": posted, "publishDate": signed[:10]}
    row |= {"commitiResult": "", "registeResult": "", "suspendStatus": "", "reasonDesc": ""}
    return row | {"stockAuditNum": "7", "auditItemId": signed} | more


def capture(events: list[Row], **info: object) -> dict[str, list[Row]]:
    issuer = {"s_issueCompanyFullName": "甲股份有限公司", "s_issueCompanyAbbrName": "甲"}
    row = {"stockAuditNum": "7", "stockIssuer": [issuer], "issueMarketType": 1, "currStatus": 2} | info
    row |= {"commitiResult": "", "registeResult": "", "suspendStatus": "", "stockAuditName": "甲"}
    newest_first = sorted(events, key=lambda e: str(e["qianDate"]), reverse=True)
    return {"info": [row], "res": newest_first, "status": events, "release": [], "result": []}


def write(folder: Path, lists: dict[str, list[Row]], *, zipped: bool = False) -> Path:
    raw = json.dumps({"甲": lists}).encode()
    path = folder / "captured.json"
    path.write_bytes(gzip.compress(raw) if zipped else raw)
    return path


ACCEPTED = event(1, "2025-01-02 16:00:00", "2025-01-02 17:00:00")
ASKED = event(2, "2025-01-20 16:00:00", "2025-02-03 17:00:00")


def test_a_status_row_appears_at_its_publication_second_and_not_before(tmp_path: Path) -> None:
    world = load_captured(write(tmp_path, capture([ACCEPTED, ASKED], updateDate="20250501000000")))
    at = shanghai(2025, 2, 3, 17, 0, 0)
    assert [e["auditStatus"] for e in world.as_of(at - SECOND).events("7")] == [1]
    assert [e["auditStatus"] for e in world.as_of(at).events("7")] == [2, 1]


def test_a_project_is_absent_until_its_first_row_is_published(tmp_path: Path) -> None:
    world = load_captured(write(tmp_path, capture([ACCEPTED], updateDate="20250102160000"), zipped=True))
    at = shanghai(2025, 1, 2, 17)
    assert world.as_of(at - SECOND).projects() == []
    assert [r["stockAuditNum"] for r in world.as_of(at).projects()] == ["7"]


def test_the_list_row_carries_the_decision_time_until_all_is_visible_then_the_original(
    tmp_path: Path,
) -> None:
    world = load_captured(write(tmp_path, capture([ACCEPTED, ASKED], updateDate="20250501000000")))
    early = world.as_of(shanghai(2025, 1, 10)).projects()[0]
    assert (early["currStatus"], early["updateDate"]) == (1, "20250102160000")
    assert world.as_of(None).projects()[0]["updateDate"] == "20250501000000"


def test_a_suspension_stands_last_in_the_diagram_only_while_it_lasts(tmp_path: Path) -> None:
    halted = event(7, "2025-02-10 16:00:00", "2025-02-10 17:00:00", suspendStatus=1, reasonDesc="财报")
    back = event(2, "2025-03-10 16:00:00", "2025-03-10 17:00:00")
    lists = capture([ACCEPTED, ASKED, halted, back], updateDate="20250310160000")
    lists["status"] = [ACCEPTED, ASKED]
    world = load_captured(write(tmp_path, lists))
    during = world.as_of(shanghai(2025, 2, 20)).stages("7")
    assert [row["auditStatus"] for row in during] == [1, 2, 7]
    assert "reasonDesc" not in during[-1]
    assert [row["auditStatus"] for row in world.as_of(None).stages("7")] == [1, 2]


def test_a_naive_instant_is_refused(season: World) -> None:
    with pytest.raises(ValueError, match="aware"):
        season.as_of(datetime(2026, 1, 1))


@pytest.mark.parametrize("wire", ["20250102170003", "2025-01-02 17:00:03"])
def test_both_time_forms_are_shanghai_time(wire: str) -> None:
    assert instant(wire) == datetime(2025, 1, 2, 9, 0, 3, tzinfo=UTC)


@pytest.mark.parametrize("wire", ["", "2025-01-02", "20251302170003"])
def test_a_time_in_neither_form_is_named(wire: str) -> None:
    with pytest.raises(DecodeError, match="neither of its two forms"):
        instant(wire)


def test_a_capture_cut_short_is_a_decode_error_and_one_without_its_lists_a_layout_error(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, capture([ACCEPTED], updateDate="20250102160000"), zipped=True)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DecodeError):
        load_captured(path)
    lists = capture([ACCEPTED], updateDate="20250102160000")
    del lists["res"]
    with pytest.raises(LayoutChanged, match="res"):
        load_captured(write(tmp_path, lists))


@pytest.mark.parametrize(
    ("old", "code"),
    [
        *[((30, 1), "I0011"), ((30, 3), "I0013"), ((32, 2), "I0022"), ((33, 4), "I0033"), ((6, 1), "I3010")],
        *[((35, 4), "I1010"), ((38, 4), "I1020"), ((1, 0), "I2010"), ((2, 0), "I2020")],
    ],
)
def test_old_types_map_to_the_published_codes(old: tuple[int, int], code: str) -> None:
    assert new_code(*old) == code


def test_codes_outside_the_table_are_refused_both_ways() -> None:
    with pytest.raises(LayoutChanged):
        new_code(99, 1)
    with pytest.raises(LayoutChanged):
        old_type("I0019")


@pytest.mark.parametrize("project_id", ["279", "344", "595"])
def test_every_publication_second_of_a_captured_project_is_a_boundary(
    captured: World, project_id: str
) -> None:
    project = captured.projects[project_id]
    for row in project.events:
        at = instant(row["timesave"])
        before, after = captured.as_of(at - SECOND).events(project_id), captured.as_of(at).events(project_id)
        assert row not in before
        assert row in after
        newest = captured.as_of(at).projects()
        shown = next(r for r in newest if r["stockAuditNum"] == project_id)
        assert shown["currStatus"] == after[0]["auditStatus"]


def test_once_everything_is_visible_each_captured_list_row_is_the_original(captured: World) -> None:
    rows = {row["stockAuditNum"]: row for row in captured.as_of(None).projects()}
    assert len(rows) == len(captured) > 0
    assert all(rows[p.id] is p.info for p in captured)
    assert [r["updateDate"] for r in rows.values()] == sorted(r["updateDate"] for r in rows.values())[::-1]


def test_a_captured_publication_can_enter_below_rows_already_listed(captured: World) -> None:
    """Rows sort by decision time, so some publication lands behind a row that was there before."""
    for before, after in zip(captured.moments, captured.moments[1:], strict=False):
        known = {r["stockAuditNum"] for r in captured.as_of(before).projects()}
        listed = [r["stockAuditNum"] for r in captured.as_of(after).projects()]
        fresh = [n for n, number in enumerate(listed) if number not in known]
        if fresh and fresh[-1] > len(fresh) - 1:
            return
    pytest.fail("no captured project ever entered below a known row")

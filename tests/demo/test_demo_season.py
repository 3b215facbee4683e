"""The season file: legal, marked where invented, and equal to the collected facts where those are at hand."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from monitor.demo.season import load_season
from monitor.demo.season_file import SEASON_FILE, Season, SeasonEvent, SeasonSighting, read_season
from monitor.demo.world import World
from monitor.domain.errors import DecodeError, LayoutChanged

LEGAL = {3: {1, 2, 3, 6}, 5: {1, 2, 3}, 7: {1, 2}, 9: {4, 5}}
MILESTONES = {"受理": (1, None), "已问询": (2, None), "上市委会议-通过": (3, 1)}
MILESTONES |= {"注册生效": (5, 1), "终止": (8, None)}


@pytest.fixture(scope="module")
def file() -> Season:
    return read_season()


def test_ids_are_unique_and_from_900001_on_exactly_the_fictional_ones(file: Season) -> None:
    assert [i for i, n in Counter(p.id for p in file.projects).items() if n > 1] == []
    for project in file.projects:
        assert project.fictional == (int(project.id) >= 900001) == project.issuer.startswith("示例")
    for filing in file.tutoring:
        assert filing.fictional == filing.company.startswith("示例")


def test_statuses_and_outcomes_are_the_exchanges_but_for_the_one_that_plays_the_unknown(
    file: Season,
) -> None:
    strange = set()
    for project in file.projects:
        entries: list[SeasonEvent | SeasonSighting] = [*project.events, *project.sightings]
        for entry in entries:
            if entry.status not in range(1, 11):
                strange.add(project.id)
            elif entry.outcome is not None:
                assert entry.outcome in LEGAL.get(entry.status, set()), project.id
    assert strange == {"900008"}


def test_events_are_in_order_of_decision_and_lie_in_the_season(file: Season) -> None:
    for project in file.projects:
        signed = [event.signed for event in project.events]
        assert signed == sorted(signed), project.id
        assert all("2024-08" <= f"{moment:%Y-%m}" <= "2026-09" for moment in signed), project.id


def test_the_season_plays_every_outcome_the_exchange_has(file: Season) -> None:
    played = {(e.status, e.outcome) for p in file.projects for e in p.events}
    wanted = {(3, 1), (3, 2), (3, 3), (3, 6), (4, None), (5, 1), (5, 2), (5, 3), (7, 1), (7, 2), (7, None)}
    assert played >= wanted | {(1, None), (2, None), (8, None), (9, 4), (10, None)}
    assert any(len(p.sponsors) > 1 for p in file.projects if p.fictional)
    assert any(p.province == "境外" and not p.industry and not p.appraisers for p in file.projects)


def test_a_deferred_case_shows_both_meetings_and_a_double_posting_shows_twice(season: World) -> None:
    now = season.as_of(None)
    deferred = [(r["auditStatus"], r["commitiResult"]) for r in now.stages("900004")]
    assert deferred[1:5] == [(2, ""), (3, 6), (2, ""), (3, 1)]
    twice = [r for r in now.events("900011") if r["auditStatus"] == 3]
    assert len({r["auditItemId"] for r in twice}) == 2
    assert twice[0]["qianDate"] == twice[1]["qianDate"]
    assert [r["auditStatus"] for r in now.stages("900011")] == [1, 2, 3, 4]


def test_a_sighting_moves_the_list_row_and_leaves_the_history_silent(season: World) -> None:
    now = season.as_of(None)
    row = next(r for r in now.projects() if r["stockAuditNum"] == "2174")
    assert (row["currStatus"], row["updateDate"], row["planIssueCapital"]) == (2, "20260629173209", 75)
    assert now.events("2174") == now.stages("2174") == []


def test_the_world_says_which_projects_are_fictional(season: World) -> None:
    assert season.is_fictional("900001")
    assert not season.is_fictional("2098")
    assert not season.is_fictional("1")


def test_loading_twice_gives_the_same_rows(season: World) -> None:
    again = load_season()
    assert {p.id: p for p in again} == {p.id: p for p in season}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"date": "2025-09-26"', '"date": "2025-09-31"', "projects"),
        ('"outcome": 1', '"outcom": 1', "outcom"),
        ('"status": 2', '"status": "2"', "status"),
    ],
)
def test_a_malformed_season_is_named_by_its_field(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = SEASON_FILE.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "broken.json"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DecodeError, match=named):
        load_season(broken)


@pytest.mark.parametrize(("old", "new"), [('"shared": ["900004"]', '"shared": ["1"]'), ("I0011", "I9999")])
def test_a_document_the_exchange_could_not_hold_is_refused(tmp_path: Path, old: str, new: str) -> None:
    broken = tmp_path / "broken.json"
    text = SEASON_FILE.read_text(encoding="utf-8")
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LayoutChanged):
        load_season(broken)


def _plain(name: str | None) -> str:
    return (name or "").translate(str.maketrans("（）", "()"))


def test_real_milestones_equal_the_collected_facts(file: Season, corpus: Path) -> None:
    """Every milestone the facts date by day for a season project has that day here."""
    facts = json.loads((corpus / "truth" / "companies.json").read_text(encoding="utf-8"))
    known = {_plain(c["legal_name_zh"]): c for c in facts}
    checked = 0
    for project in file.projects:
        if project.fictional or _plain(project.issuer) not in known:
            continue
        ours = {(e.status, e.outcome): e.date.isoformat() for e in project.events}
        for step in known[_plain(project.issuer)]["timeline"]:
            if step["milestone"] in MILESTONES and step["date_precision"] == "day":
                assert ours.get(MILESTONES[step["milestone"]]) == step["date"], project.issuer
                checked += 1
    assert checked > 15


def test_real_projects_equal_the_exchanges_list(file: Season, corpus: Path) -> None:
    """Issuer or title, board, status, last change and sponsor agree with the list of August 2026."""
    words = {"已受理": 1, "已问询": 2, "上市委审议": 3, "提交注册": 4, "注册结果": 5}
    words |= {"中止及财报更新": 7, "终止": 8}
    path = corpus / "sse" / "kuaichengzhang_sse_projects_2026-08-21.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        listed = {row["stockAuditNum"]: row for row in csv.DictReader(lines)}
    final = {r["stockAuditNum"]: r for r in load_season().as_of(None).projects()}
    for project in file.projects:
        if project.fictional:
            continue
        row = listed[project.id]
        assert row["company"] in (project.issuer, project.title)
        assert row["board"] == {1: "科创板", 2: "主板"}[project.board]
        assert row["sponsor_abbr"] in project.sponsors
        assert row["update_date"].replace("-", "") == final[project.id]["updateDate"][:8], project.issuer
        assert words[row["status"]] == final[project.id]["currStatus"], project.issuer


def test_real_tutoring_days_equal_the_collected_facts(file: Season, corpus: Path) -> None:
    facts = json.loads((corpus / "truth" / "companies.json").read_text(encoding="utf-8"))
    days = {
        (_plain(c["legal_name_zh"]), step["date"])
        for c in facts
        for step in c["timeline"]
        if step["milestone"] == "辅导备案" and step["date_precision"] == "day"
    }
    real = {(_plain(f.company), f.date.isoformat()) for f in file.tutoring if not f.fictional}
    assert real
    assert real <= days

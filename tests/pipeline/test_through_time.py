"""Captured and invented projects played as of a moving date through HTTP, parser, diff and store.

Rule: what is expected is counted from the rows (`monitor.corpus_expected`), never from the program.
"""

from __future__ import annotations

import gzip
import io
import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from monitor.corpus import CAPTURED, at_once, main, through_time
from monitor.corpus_expected import expect
from monitor.corpus_table import Table
from monitor.demo.world import World, load_captured
from monitor.domain.errors import ConfigError, DecodeError
from monitor.domain.stages import State, is_legal_move
from tests.scrapers.sse_star.wire import Row, meeting_file, older_file, project, step

# Projects whose rows were put on the site weeks late, or two in one second.
_HARD = {"198", "200", "130"}


def _invented() -> dict[str, dict[str, list[Row]]]:
    """Two applications with every difficulty: repetition, suspension, shared posting time, late posting."""
    first = [
        step("a1", 1, posted="2019-04-01 17:00:00"),
        step("a2", 2, posted="2019-05-06 18:00:00"),
        step("a3", 2, posted="2019-06-03 18:00:00"),
        step("a4", 7, posted="2019-07-31 17:00:00", reason="财务资料过期"),
        step("a5", 7, 1, posted="2019-07-31 17:00:00", decided="2019-07-31 17:30:00"),
        step("a6", 2, posted="2019-09-20 20:55:00", reason="恢复发行上市审核"),
        step("a7", 3, 1, posted="2019-10-11 17:00:00"),
        step("a8", 4, posted="2019-10-14 17:00:00"),
        step("a9", 5, 1, posted="2019-12-29 18:25:00", day="2019-12-24"),
        step("aa", 5, 1, posted="2019-12-30 08:59:00", day="2019-12-24"),
    ]
    second = [
        step("b1", 1, posted="2019-04-03 17:00:00", key="990002"),
        step("b2", 2, posted="2019-04-30 17:00:00", key="990002"),
        step("b3", 8, posted="2019-08-02 17:00:00", key="990002", reason="发行人撤回发行上市申请"),
        step("b4", 7, 2, posted="2019-10-25 17:00:00", decided="2019-06-28 17:00:00", key="990002"),
    ]
    papers = [
        older_file("1" * 32, 30, 1, uploaded="20190401170000", title="招股说明书（申报稿）"),
        older_file("2" * 32, 6, 1, uploaded="20190603180000", title="8-1 回复"),
        older_file("3" * 32, 35, 4, uploaded="20191229182500", title="关于同意注册的批复"),
    ]
    meetings = [
        meeting_file("4" * 32, 1, uploaded="20190927170000", title="审议会议公告", keys=["990001"]),
        meeting_file("5" * 32, 2, uploaded="20191011200000", title="审议会议结果公告", keys=["990001"]),
    ]

    def lists(info: Row, steps: list[Row], release: list[Row], result: list[Row]) -> dict[str, list[Row]]:
        diagram = [{k: v for k, v in row.items() if k != "reasonDesc"} for row in steps if row != steps[-1]]
        events = sorted(steps, key=lambda row: row["qianDate"], reverse=True)
        return {
            "info": [info],
            "status": diagram,
            "res": events,
            "release": release[::-1],
            "result": result[::-1],
        }

    return {
        "甲": lists(
            project(
                "990001", 5, 1, full="示例甲股份有限公司", updated="20191230085900", accepted="20190401170000"
            ),
            first,
            papers,
            meetings,
        ),
        "乙": lists(
            project(
                "990002", 8, full="示例乙股份有限公司", updated="20190802170000", accepted="20190403170000"
            ),
            second,
            [],
            [],
        ),
    }


@pytest.fixture
def invented(tmp_path: Path) -> Path:
    """The two applications in the form captured rows have."""
    file = tmp_path / "invented.json"
    file.write_text(json.dumps(_invented(), ensure_ascii=False), encoding="utf-8")
    return file


@pytest.mark.parametrize("days", [10, 31, 400])
async def test_invented_projects_played_through_time_give_every_row_and_milestone_once(
    tmp_path: Path, invented: Path, days: int
) -> None:
    """Polled every ten days, once a month, or once at the start and once at the end: the same milestones."""
    table, expected = Table(), expect(_invented().values())
    assert [len(own) for own in expected.milestones.values()] == [8, 4]
    await through_time(load_captured(invented), expected, tmp_path, table, step=timedelta(days=days))
    assert table.differences == []


async def test_invented_projects_read_at_once_are_quiet_and_complete(tmp_path: Path, invented: Path) -> None:
    """A first start on a finished market: all rows, no alert, and nothing new the second time."""
    table = Table()
    await at_once(load_captured(invented), expect(_invented().values()), tmp_path, table)
    assert table.differences == []


async def test_a_wrong_expectation_is_reported(tmp_path: Path, invented: Path) -> None:
    """The comparison can fail: one date changed by a day is named."""
    rows = _invented()
    rows["甲"]["res"][-1]["publishDate"] = "2019-04-02"
    rows["甲"]["status"][0]["publishDate"] = "2019-04-02"
    table = Table()
    await at_once(load_captured(invented), expect(rows.values()), tmp_path, table)
    assert any("2019-04-02" in difference for difference in table.differences)
    out = io.StringIO()
    table.write(out)
    assert "DIFFERS" in out.getvalue()


def test_the_command_needs_a_file_and_says_so(tmp_path: Path) -> None:
    """No folder, no file, or a file of something else: each a named error."""
    with pytest.raises(ConfigError, match="IPO_MONITOR_CORPUS"):
        main([], {}, io.StringIO())
    with pytest.raises(DecodeError, match="holds no captured rows"):
        main([str(tmp_path / "none.json")], {}, io.StringIO())
    (tmp_path / "other.json").write_text("[1]")
    with pytest.raises(DecodeError):
        main([str(tmp_path / "other.json")], {}, io.StringIO())


@pytest.fixture(scope="module")
def captured(corpus: Path) -> dict[str, Any]:
    """The captured rows as they stand in the file."""
    loaded: dict[str, Any] = json.loads(gzip.decompress((corpus / CAPTURED).read_bytes()))
    return loaded


async def test_captured_projects_played_by_the_month_lose_nothing(
    tmp_path: Path, corpus: Path, captured: dict[str, Any]
) -> None:
    """A few of the captured market and its hardest cases: each milestone alerted once, in order."""
    numbers = [
        place
        for place, lists in enumerate(captured.values())
        if place % 32 == 0 or lists["info"][0]["stockAuditNum"] in _HARD
    ]
    projects, rows = list(load_captured(corpus / CAPTURED)), list(captured.values())
    table = Table()
    await through_time(
        World([projects[place] for place in numbers]),
        expect([rows[place] for place in numbers]),
        tmp_path,
        table,
        step=timedelta(days=31),
    )
    assert table.differences == []


def test_every_captured_move_is_legal(captured: dict[str, Any]) -> None:
    """The table of moves knows every transition of the captured timelines, and is not simply everything."""
    moves = {
        (State(*before[0]), State(*after[0]))
        for own in expect(captured.values()).milestones.values()
        for before, after in pairwise(own)
    }
    assert [(before, after) for before, after in moves if not is_legal_move(before, after)] == []
    assert len(moves) > 20
    stages = {(before.stage, after.stage) for before, after in moves}
    assert len(stages) < 100

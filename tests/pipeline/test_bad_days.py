"""Polls when the exchange is unwell: named verdicts, trouble told once, nothing lost, nothing invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.demo.world import Project
from monitor.domain.events import EventKind
from monitor.store.tables import ProjectRow
from tests.pipeline.site import Site, application, opened
from tests.scrapers.sse_star.wire import step

SMALL = {"SOURCES__SSE_STAR__PAGE_SIZE": "10", "SOURCES__SSE_STAR__SWEEP_PAGE_SIZE": "10"}
HEALTH = (EventKind.SOURCE_TROUBLE, EventKind.SOURCE_RECOVERED)
LIST = "SH_XM_LB"


def _market(count: int = 25) -> list[Project]:
    """Accepted one a day in June 2026; the third is asked a question, decided in June and posted in July."""
    projects = []
    for n in range(1, count + 1):
        key, day = str(990000 + n), f"2026-06-{n:02}"
        steps = [step(f"{key}-1", 1, posted=f"{day} 17:30:00", key=key)]
        if n == 3:  # decided below every row of the first page, posted in July
            steps.append(
                step(f"{key}-2", 2, posted="2026-07-06 18:00:00", decided="2026-06-04 10:00:00", key=key)
            )
        projects.append(application(key, steps))
    return projects


async def _rest(site: Site) -> None:
    """Long enough for any pause after trouble to be over."""
    await site.clock.sleep(3600)


async def test_a_row_that_enters_below_known_rows_is_found_by_the_sweep(
    tmp_path: Path, migrated_file: Path
) -> None:
    """updateDate is the decision's time: the row lands on the last page, where a quick poll does not look."""
    async with opened(tmp_path, migrated_file, _market(), "2026-07-06 17:00", SMALL) as site:
        await site.trial.complete()
        site.at("2026-07-06 18:30")
        assert await site.look("quick") == "ok"
        assert site.milestones() == []
        assert await site.look("sweep") == "ok"
        assert site.milestones() == [("990003", "已问询", "2026-07-06")]


async def test_a_sweep_whose_rows_moved_while_paging_is_repeated(tmp_path: Path, migrated_file: Path) -> None:
    """One row twice and one never is no complete reading; the second try is."""
    async with opened(tmp_path, migrated_file, _market(), "2026-07-06 17:00", SMALL) as site:
        site.exchange.faults.on("moved", sql_id=LIST, times=3)
        assert await site.trial.turn.poller.sweep() == "ok"
        assert site.asked() == [LIST] * 6
        assert (site.last_poll().rows, site.trial.count(ProjectRow)) == (25, 25)


async def test_a_list_that_never_stands_still_is_no_sweep_and_ends_no_baseline(
    tmp_path: Path, migrated_file: Path
) -> None:
    """Three tries, then a named verdict; the next good sweep is the quiet first reading."""
    async with opened(tmp_path, migrated_file, _market(), "2026-07-06 17:00", SMALL) as site:
        site.exchange.faults.on("moved", sql_id=LIST)
        assert await site.trial.turn.poller.sweep() == "busy"
        assert len(site.asked()) == 9
        assert "changed while we paged" in site.last_poll().detail
        assert site.trial.app.stores.sources.baseline_at("sse_star") is None
        site.exchange.faults.clear()
        assert await site.trial.turn.poller.sweep() == "ok"
        assert site.alerts() == []
        assert site.trial.count(ProjectRow) == 25


async def test_zero_rows_is_an_alarm_at_once_and_its_end_is_told_once(
    tmp_path: Path, migrated_file: Path
) -> None:
    """However often it repeats; and no project is taken for withdrawn."""
    async with opened(tmp_path, migrated_file, _market(), "2026-07-06 17:00", SMALL) as site:
        await site.trial.complete()
        events = len(site.trial.events())
        site.exchange.faults.on("empty", sql_id=LIST)
        assert [await site.look(kind) for kind in ("quick", "quick", "sweep")] == ["empty"] * 3
        told = site.alerts()
        assert [(event.kind, event.details["verdict"]) for event in told] == [
            (EventKind.SOURCE_TROUBLE, "empty")
        ]
        site.exchange.faults.clear()
        for kind in ("quick", "sweep", "quick", "sweep"):
            assert await site.look(kind) == "ok"
        assert [event.kind for event in site.alerts()] == [EventKind.SOURCE_RECOVERED]
        assert len(site.trial.events()) == events + 2


async def test_zero_rows_at_the_very_first_poll_is_no_baseline(tmp_path: Path, migrated_file: Path) -> None:
    """An empty market is never learned as what there is."""
    async with opened(tmp_path, migrated_file, _market(), "2026-07-06 17:00", SMALL) as site:
        site.exchange.faults.on("empty", sql_id=LIST)
        assert await site.look("quick") == "empty"
        assert site.trial.app.stores.sources.baseline_at("sse_star") is None
        site.exchange.faults.clear()
        assert await site.look("quick") == "ok"
        assert site.alerts(EventKind.MILESTONE, EventKind.PROJECT_DISCOVERED) == []
        assert site.trial.count(ProjectRow) == 25


async def test_half_the_rows_withdraw_nobody(tmp_path: Path, migrated_file: Path) -> None:
    """A hole in the list says nothing about a project: no stage event, and the operator is told."""
    async with opened(tmp_path, migrated_file, _market(), "2026-07-06 17:00") as site:
        await site.trial.complete()
        site.exchange.faults.on("shrunk", sql_id=LIST)
        await site.trial.turn.poller.sweep()
        told = site.alerts()
        assert told, "the operator hears of it"
        assert {event.kind for event in told} <= {EventKind.OPERATOR_NOTICE, EventKind.SOURCE_TROUBLE}
        assert site.trial.count(ProjectRow) == 25


@pytest.mark.parametrize(
    ("fault", "value", "verdict"),
    [
        ("busy", None, "busy"),
        ("server_error", 502, "busy"),
        ("challenge", None, "blocked"),
        ("forbidden", None, "blocked"),
        ("rate_limited", 1, "limited"),
        ("html", None, "garbled"),
        ("cut", None, "garbled"),
        ("reset", None, "down"),
        ("wrong_length", None, "down"),
        ("gbk", None, "drifted"),
        ("key_renamed", "stockAuditNum", "drifted"),
        ("key_renamed", "currStatus", "drifted"),
        ("key_retyped", "stockIssuer", "drifted"),
        ("redirect", None, "refused"),
    ],
)
async def test_each_bad_answer_has_its_own_verdict_and_the_next_good_poll_loses_nothing(
    tmp_path: Path, migrated_file: Path, fault: str, value: object, verdict: str
) -> None:
    """The old facts stand, no event is invented, and what was posted meanwhile is alerted afterwards."""
    async with opened(tmp_path, migrated_file, _market(5), "2026-07-06 17:00") as site:
        await site.trial.complete()
        before = len(site.trial.events())
        site.at("2026-07-06 18:30")
        site.exchange.faults.on(fault, sql_id=LIST, value=value)
        assert await site.look("quick") == verdict
        assert [event.kind for event in site.alerts() if event.kind not in HEALTH] == []
        assert site.trial.count(ProjectRow) == 5
        told = [event for event in site.trial.events()[before:] if event.kind not in HEALTH]
        assert told == []
        site.exchange.faults.clear()
        await _rest(site)
        assert await site.look("quick") == "ok"
        assert site.milestones() == [("990003", "已问询", "2026-07-06")]


@pytest.mark.parametrize("sql_id", ["GP_GPZCZ_XMDTZTYYLB", "GP_GPZCZ_XMDTZTTLB", "GP_COMMON_FILE_SEARCH"])
@pytest.mark.parametrize("fault", ["cut", "empty", "busy", "challenge"])
async def test_a_project_that_cannot_be_read_is_read_later_and_tells_its_milestone_once(
    tmp_path: Path, migrated_file: Path, fault: str, sql_id: str
) -> None:
    """Trouble between the list and the timeline: the milestone comes with the next good reading."""
    async with opened(tmp_path, migrated_file, _market(5), "2026-07-06 17:00") as site:
        await site.trial.complete()
        site.at("2026-07-06 18:30")
        site.exchange.faults.on(fault, sql_id=sql_id)
        await site.look("quick")
        first = site.milestones()
        site.exchange.faults.clear()
        await _rest(site)
        site.at("2026-07-07 18:30")
        assert await site.look("quick") == "ok"
        assert [*first, *site.milestones()] == [("990003", "已问询", "2026-07-06")]
        await site.trial.complete()
        assert site.milestones() == []


async def test_busy_is_told_at_the_third_failure_and_its_end_once(
    tmp_path: Path, migrated_file: Path
) -> None:
    """Polls we hold back ourselves are neither failure nor recovery."""
    async with opened(tmp_path, migrated_file, _market(5), "2026-07-06 17:00") as site:
        await site.trial.complete()
        site.exchange.faults.on("busy", sql_id=LIST)
        for count in range(1, 5):
            assert await site.look("quick") == "busy"
            assert len(site.alerts(*HEALTH)) == (1 if count == 3 else 0)
            await _rest(site)
        site.exchange.faults.clear()
        for _ in range(3):
            assert await site.look("quick") == "ok"
        assert [event.kind for event in site.alerts()] == [EventKind.SOURCE_RECOVERED]

"""The issue and listing phase through time: the real polls against the copied exchange."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from monitor.app import App, build, complete_pass
from monitor.commands.daemon import exit_code
from monitor.commands.demo import SeasonClock
from monitor.demo.exchange import Exchange, serve
from monitor.demo.issues import load_issues
from monitor.demo.world import World
from monitor.domain.errors import DecodeError
from monitor.domain.events import Event
from monitor.settings import load
from monitor.store import eventlog
from monitor.store.tables import EventRow
from tests.demo.conftest import shanghai

MOORE = "688795"


def _environ(folder: Path, base: str, **more: str) -> dict[str, str]:
    return {
        "HOME": str(folder),
        "IPO_MONITOR_SOURCES__SSE_STAR__QUERY_URL": base,
        "IPO_MONITOR_SOURCES__SSE_STAR__STATIC_URL": base,
        "IPO_MONITOR_SOURCES__SSE_STAR__ALLOW_PRIVATE_HOSTS": "true",
        "IPO_MONITOR_SOURCES__SSE_STAR__MIN_REQUEST_GAP": "0",
        "IPO_MONITOR_SOURCES__CSRC_TUTORING__ENABLED": "false",
        "IPO_MONITOR_CHANNELS__CONSOLE__ENABLED": "false",
        "IPO_MONITOR_RELEVANCE__MODE": "all",
        **more,
    }


class Season:
    """The application with its two exchange sources, looked at whenever the test says."""

    def __init__(self, app: App, clock: SeasonClock) -> None:
        self.app = app
        self.clock = clock
        self._turns = {turn.name: turn for turn in app.turns}

    async def at(self, moment: datetime, source: str = "sse_issue") -> str:
        """Poll one source at a moment; its verdict. The projects are only listed, not read one by one."""
        self.clock.today = moment
        if source == "sse_star":
            return await self._turns[source].poller.sweep()
        return await complete_pass(self._turns[source], self.clock, tries=1)

    def told(self, *kinds: str, code: str = MOORE) -> list[Event]:
        """Live events of a security so far, of these kinds or of all."""
        with self.app.database.read() as session:
            rows = session.exec(select(EventRow).order_by(EventRow.seq)).all()  # type: ignore[arg-type]
        return [
            eventlog.to_event(row)
            for row in rows
            if not row.baseline
            and row.details.get("security_code") == code
            and (not kinds or row.kind in kinds)
        ]


@pytest.fixture
async def watched(tmp_path: Path, season: World, exchange: Exchange) -> AsyncIterator[Season]:
    clock = SeasonClock(shanghai(2025, 11, 1, 12))
    exchange.clock = clock.now
    async with serve(exchange) as base:
        app = build(load(None, _environ(tmp_path, base)), clock)
        await app.prepare()
        watched = Season(app, clock)
        assert await watched.at(clock.today, "sse_star") == "ok"
        assert await watched.at(clock.today) == "ok"
        try:
            yield watched
        finally:
            await app.close()


async def test_an_issue_is_told_step_by_step_from_its_announcement_to_its_listing(watched: Season) -> None:
    """Subscription, price, eve and day, lottery rate, result, listing: each once, with its figures."""
    for moment in (
        shanghai(2025, 11, 12, 19, 1),
        shanghai(2025, 11, 20, 19, 1),
        shanghai(2025, 11, 23, 8, 30),
        shanghai(2025, 11, 24, 8, 30),
        shanghai(2025, 11, 25, 19, 1),
        shanghai(2025, 11, 27, 19, 1),
        shanghai(2025, 12, 3, 19, 1),
        shanghai(2025, 12, 4, 9, 0),
        shanghai(2025, 12, 5, 8, 30),
        shanghai(2025, 12, 5, 9, 29),
        shanghai(2025, 12, 5, 9, 31),
        shanghai(2025, 12, 5, 9, 40),
    ):
        assert await watched.at(moment) == "ok"
    story = [event for event in watched.told() if event.kind.value != "bulletin_disclosed"]
    assert [(event.kind.value, str(event.date or "")) for event in story] == [
        ("subscription_scheduled", "2025-11-24"),
        ("offer_price_set", ""),
        ("calendar_reminder", "2025-11-24"),
        ("calendar_reminder", "2025-11-24"),
        ("calendar_reminder", "2025-11-26"),
        ("lottery_rate", ""),
        ("issue_result", ""),
        ("listing_scheduled", "2025-12-05"),
        ("calendar_reminder", "2025-12-05"),
        ("calendar_reminder", "2025-12-05"),
        ("listed", "2025-12-05"),
    ]
    assert {event.project_id for event in story} == {"2098"}
    (result,) = watched.told("issue_result")
    amounts = {figure.kind: figure.amount for figure in result.figures}
    assert amounts["offer_price"] == Decimal("114.28")
    assert amounts["gross_proceeds"] == Decimal("7999600000")
    assert amounts["planned_proceeds"] == Decimal("8000000000")
    titles = [event.title for event in watched.told("bulletin_disclosed")]
    assert len(titles) == 8
    assert any(title.endswith("中签率公告") for title in titles)


async def test_a_late_look_tells_everything_that_happened_meanwhile_once(watched: Season) -> None:
    """After weeks without a look one poll tells the whole issue, without reminders of days gone by."""
    assert await watched.at(shanghai(2025, 12, 20, 12)) == "ok"
    kinds = [event.kind.value for event in watched.told() if event.kind.value != "bulletin_disclosed"]
    assert sorted(kinds) == [
        "issue_result",
        "listed",
        "lottery_rate",
        "offer_price_set",
        "subscription_scheduled",
    ]


async def test_a_sum_ten_times_too_high_is_withheld_until_it_is_put_right(watched: Season) -> None:
    """The fictional issue 689907: first no figure and the reason, the next morning the right one."""
    await watched.at(shanghai(2026, 3, 24, 12))
    await watched.at(shanghai(2026, 3, 30, 19, 1))
    await watched.at(shanghai(2026, 3, 31, 10, 1))
    withheld, right = watched.told("issue_result", code="689907")
    assert withheld.figures == ()
    assert withheld.details["withheld_why"] == "×10"
    assert Decimal("1002500000") in {figure.amount for figure in right.figures}


async def test_a_listing_put_off_is_told_and_not_taken_for_a_listing(watched: Season) -> None:
    """689904 moves from 12 to 13 February: no listing on the 12th."""
    await watched.at(shanghai(2026, 2, 10, 12))
    await watched.at(shanghai(2026, 2, 11, 19, 1))
    await watched.at(shanghai(2026, 2, 12, 10))
    assert watched.told("listed", code="689904") == []
    moved = watched.told("listing_scheduled", code="689904")[-1]
    assert (moved.before, moved.after) == ("2026-02-12", "2026-02-13")
    await watched.at(shanghai(2026, 2, 13, 10))
    assert [str(event.date) for event in watched.told("listed", code="689904")] == ["2026-02-13"]


async def test_trouble_with_issues_is_theirs_alone_and_reminders_come_all_the_same(
    watched: Season, exchange: Exchange
) -> None:
    """While the new-share list answers "busy", the project list is well and the calendar still speaks."""
    await watched.at(shanghai(2025, 11, 20, 19, 1))
    exchange.faults.on("busy", sql_id="COMMON_SSE_IPO_IPO_LIST_L")
    assert await watched.at(shanghai(2025, 11, 23, 8, 30)) == "busy"
    assert await watched.at(shanghai(2025, 11, 23, 8, 31), "sse_star") == "ok"
    assert [event.details["days_left"] for event in watched.told("calendar_reminder")] == [1]
    with watched.app.database.read() as session:
        assert session.exec(select(EventRow).where(EventRow.kind == "source_trouble")).first() is None


async def test_an_empty_list_while_an_issue_is_on_its_way_is_an_alarm(
    watched: Season, exchange: Exchange
) -> None:
    """Between two issues the list may be empty; not between a price and its listing."""
    await watched.at(shanghai(2025, 11, 20, 19, 1))
    exchange.faults.on("empty", sql_id="COMMON_SSE_IPO_IPO_LIST_L")
    assert await watched.at(shanghai(2025, 11, 24, 12)) == "empty"


def test_an_optional_source_counts_only_when_it_is_named() -> None:
    """The exit code of `once`: the new-share list may fail unless it was asked for."""
    busy = {"sse_star": "ok", "csrc_tutoring": "ok", "sse_issue": "busy"}
    assert exit_code(busy, []) == 0
    assert exit_code(busy, ["sse_issue"]) == 1
    assert exit_code({**busy, "sse_star": "busy"}, []) == 1


async def test_a_server_that_does_not_know_the_query_spoils_no_pass(
    tmp_path: Path, exchange: Exchange
) -> None:
    """`once` is well without the new-share list and says how it fared."""
    exchange.clock = lambda: shanghai(2024, 12, 1)
    exchange.faults.on("busy", sql_id="COMMON_SSE_IPO_IPO_LIST_L")
    async with serve(exchange) as base:
        run = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "monitor",
            "once",
            env=_environ(tmp_path, base, PATH="/usr/bin:/bin"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        _, err = await asyncio.wait_for(run.communicate(), 120)
    assert run.returncode == 0, err.decode()
    assert "sse_issue: busy" in err.decode()


async def test_the_exchange_answers_in_the_captured_form(client: httpx.AsyncClient) -> None:
    """Every value of a list row is text, "-" is none; an unknown company has no bulletins."""
    answer = await client.get("/commonQuery.do", params={"sqlId": "COMMON_SSE_IPO_IPO_LIST_L"})
    rows: list[dict[str, Any]] = answer.json()["pageHelp"]["data"]
    assert rows[0]["NUM"] == "1"
    assert all(isinstance(value, str) for row in rows for value in row.values())
    assert {row["STOCK_TYPE"] for row in rows} == {"0", "2"}
    none = await client.get("/security/stock/queryCompanyBulletin.do", params={"productId": "600000"})
    assert none.json()["pageHelp"]["total"] == 0
    other = await client.get("/commonQuery.do", params={"sqlId": "SH_XM_LB"})
    assert "系统繁忙" in other.text


def test_a_malformed_file_of_issues_is_named_by_its_field(tmp_path: Path) -> None:
    """A field the list does not have, or of another type, is an error."""
    issue = {"code": "689901", "project": "", "name": "甲", "full_name": "甲", "sources": "invented"}
    path = tmp_path / "issues.json"
    for step in ({"at": "2026-01-01 19:00", "row": {"PRICE": "1"}}, {"at": "2026-01-01 19:00", "rows": {}}):
        path.write_text(json.dumps({"note": [], "issues": [{**issue, "steps": [step]}]}))
        with pytest.raises(DecodeError):
            load_issues(path)


def test_real_issues_equal_the_collected_facts(corpus: Path) -> None:
    """Price, shares, gross proceeds, rate, code and days of real issues are those of the facts."""
    facts = json.loads((corpus / "truth" / "companies.json").read_text(encoding="utf-8"))
    known = {code["code"]: company for company in facts for code in company["codes"]}
    checked = 0
    for issue in load_issues():
        if issue.fictional:
            continue
        row, company = issue.rows[-1][1], known[issue.code]
        offering = company["offering"]
        days = {step["milestone"]: step["date"] for step in company["timeline"]}
        assert Decimal(row["ISSUE_PRICE"]) == Decimal(offering["price"]["value"])
        assert Decimal(row["TOTAL_ISSUED"]) == Decimal(offering["shares"]["value"])
        assert (row["ONLINE_ISSUANCE_DATE"], row["LISTED_DATE"]) == (days["申购"], days["上市"])
        if row["ACTUAL_FUNDS_RAISED"] != "-":
            assert Decimal(row["ACTUAL_FUNDS_RAISED"]) == Decimal(offering["gross"]["value"])
        if row["LOT_WINNING_RATE"] != "-":
            assert row["LOT_WINNING_RATE"] == offering["lottery_rate_final"]["value"]
        if row["PAYMENT_START_DATE"] != "-":
            assert row["PAYMENT_START_DATE"] == days["缴款"]
        checked += 1
    assert checked == 3

"""`once`, `events`, `projects` and `status` over the season's exchange."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import monitor.commands.daemon
from monitor.demo.exchange import Exchange
from monitor.demo.world import World
from tests.cli.conftest import Run
from tests.cli.kit import PATIENCE, ROOT, environment
from tests.frozen_clock import FrozenClock

PUBLIC_KEYS = {
    "id", "kind", "source", "project_id", "issuer", "board", "stage", "outcome", "date", "published_at",
    "first_seen_at", "baseline", "reason", "title", "url", "raw_sha256", "figures",
}  # fmt: skip


def _events(run: Run, config: Path, *more: str) -> list[dict[str, object]]:
    shown = run("events", "--json", *more, config=config)
    assert (shown.exit_code, shown.stderr) == (0, "")
    return [json.loads(line) for line in shown.stdout.splitlines()]


def test_events_are_json_lines_with_the_promised_keys(run: Run, filled: Path, season: World) -> None:
    """Each line is one event with every public key; ids are unique; times are UTC; oldest first."""
    events = _events(run, filled)
    for event in events:
        assert event.keys() >= PUBLIC_KEYS
        assert str(event["first_seen_at"]).endswith("Z")
        assert isinstance(event["baseline"], bool)
        assert isinstance(event["project_id"], str)
    assert len({event["id"] for event in events}) == len(events)
    published = [str(event["published_at"]) for event in events if event["published_at"]]
    times = [datetime.fromisoformat(text) for text in published]
    assert times == sorted(times)
    star = [one for one in season.projects.values() if one.info["issueMarketType"] == 1]
    discovered = {event["project_id"] for event in events if event["kind"] == "project_discovered"}
    assert discovered == {project.id for project in star}


def test_a_figure_is_exact_and_says_what_was_printed(run: Run, filled: Path, season: World) -> None:
    """Planned proceeds come as an exact amount in yuan beside the exchange's own 亿元."""
    planned = season.projects["2098"].info["planIssueCapital"]
    [event] = [one for one in _events(run, filled, "--project", "2098") if one["kind"] == "figure_first_seen"]
    figures: Any = event["figures"]
    [figure] = figures
    assert figure["kind"] == "planned_proceeds"
    assert (figure["currency"], figure["as_printed"]) == ("CNY", f"{planned}亿元")
    assert figure["amount"] == f"{round(planned * 100_000_000)}.00"


def test_project_and_since_choose_events(run: Run, filled: Path) -> None:
    """`--project` keeps one audit id, `--since` a Shanghai day and all after it; both together both."""
    everything = _events(run, filled)
    mine = _events(run, filled, "--project", "2098")
    assert mine == [event for event in everything if event["project_id"] == "2098"] != []
    dated = [event for event in mine if event["published_at"]]
    # 17:00 in Shanghai is 09:00 UTC of the same day.
    cut = str(sorted(str(event["published_at"]) for event in dated)[len(dated) // 2])[:10]
    late = _events(run, filled, "--project", "2098", "--since", cut)
    assert [event for event in late if event["published_at"]] == [
        event for event in dated if str(event["published_at"]) >= cut
    ]
    assert 0 < len(late) < len(mine)
    assert _events(run, filled, "--project", "99999") == []


def test_a_day_that_is_none_is_usage(run: Run, filled: Path) -> None:
    """`--since` of something that is no date exits with 2 and shows how a date looks."""
    shown = run("events", "--since", "yesterday", config=filled)
    assert shown.exit_code == 2
    assert "2025-06-30" in shown.stderr


def test_a_second_pass_adds_and_tells_nothing(run: Run, filled: Path) -> None:
    """The same answers again: no new event, and not a word on the console."""
    before = run("events", "--json", config=filled).stdout
    again = run("once", config=filled)
    assert again.exit_code == 0
    assert again.stdout == ""
    assert run("events", "--json", config=filled).stdout == before


def test_the_first_pass_greets_once_and_alerts_of_nothing_old(run: Run, config: Path) -> None:
    """A first start tells one summary: every event of the first reading is baseline."""
    first = run("once", config=config)
    assert first.exit_code == 0
    events = _events(run, config)
    welcomes = [event for event in events if event["kind"] == "chat_welcome"]
    notices = [event for event in events if event["kind"] == "operator_notice"]
    assert len(welcomes) == 1
    assert all(event["baseline"] for event in events if event not in (*welcomes, *notices))


def test_a_reader_that_goes_away_is_no_error(run: Run, filled: Path, tmp_path: Path) -> None:
    """`ipo-monitor events --json | head -1` ends with 0 and without a word on standard error."""
    assert len(run("events", "--json", config=filled).stdout.encode()) > 65_536  # more than a pipe holds
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "events", "--json", "--config", str(filled)],
        cwd=ROOT,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process, process.stdout, process.stderr:
        assert json.loads(process.stdout.readline())["id"]
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 0


def test_projects_as_json_carry_the_state_the_list_shows(run: Run, filled: Path) -> None:
    """`projects --json` prints each project once, newest change first, with its plan and its parties."""
    rows = [json.loads(line) for line in run("projects", "--json", config=filled).stdout.splitlines()]
    changes = [row["updated_at"] for row in rows]
    assert changes == sorted(changes, reverse=True)
    moore = next(row for row in rows if row["project_id"] == "2098")
    assert moore["board"] == "科创板"
    assert moore["planned"]["currency"] == "CNY"
    assert {party["role"] for party in moore["parties"]} >= {"sponsor"}
    plain = run("projects", config=filled).stdout.splitlines()
    assert [line.split()[0] for line in plain] == [row["project_id"] for row in rows]


def test_status_is_3_without_a_database_and_0_when_all_is_well(run: Run, config: Path) -> None:
    """Before the first pass `status` says what makes the database; after it, both sources are ok."""
    nothing = run("status", config=config)
    assert nothing.exit_code == 3
    assert "`ipo-monitor once` or `ipo-monitor run` makes it" in nothing.stderr
    assert run("once", config=config).exit_code == 0
    well = run("status", config=config)
    assert well.exit_code == 0
    assert "source sse_star: ok" in well.stdout
    found = json.loads(run("status", "--json", config=config).stdout)
    assert {source["name"]: source["trouble"] for source in found["sources"]} == {
        "sse_star": None,
        "csrc_tutoring": None,
    }
    assert found["projects"] == len(run("projects", config=config).stdout.splitlines()) > 30


def test_no_network_is_named_and_exits_with_1(
    run: Run, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nobody listening, `once` tries again, ends with 1 and calls the source down; `status` as well."""
    monkeypatch.setattr(monitor.commands.daemon, "SystemClock", FrozenClock)
    shown = run(
        "once", "--source", "csrc_tutoring", config=config,
        IPO_MONITOR_SOURCES__CSRC_TUTORING__BASE_URL="http://127.0.0.1:9",
    )  # fmt: skip
    assert shown.exit_code == 1
    assert "csrc_tutoring: down" in shown.stderr
    assert "Traceback" not in shown.output
    assert run("status", config=config).exit_code == 1


def test_a_challenge_page_is_named_and_tells_the_operator(
    run: Run, config: Path, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusing host is called blocked, and standing trouble makes `status` exit with 1."""
    monkeypatch.setattr(monitor.commands.daemon, "SystemClock", FrozenClock)
    exchange.faults.on("challenge", path="/csrcfd/")
    shown = run("once", "--source", "csrc_tutoring", config=config)
    assert shown.exit_code == 1
    assert "csrc_tutoring: blocked" in shown.stderr
    status = run("status", config=config)
    assert status.exit_code == 1
    assert "source csrc_tutoring: TROUBLE blocked since" in status.stdout
    [event] = [one for one in _events(run, config) if one["kind"] == "source_trouble"]
    assert event["source"] == "csrc_tutoring"

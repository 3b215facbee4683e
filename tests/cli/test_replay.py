"""`replay`: the events of the daemon that fetched the answers, again and the same; and `record`."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from monitor.app import App, build
from monitor.commands.replay import replay_folder
from monitor.commands.report import event_object
from monitor.demo.exchange import Exchange, serve
from monitor.demo.world import World
from monitor.settings import load
from monitor.store.tables import EventRow
from tests.cli.conftest import Run
from tests.cli.kit import config_text
from tests.frozen_clock import FrozenClock

# Told by no answer: how polls fared, and the greeting of a chat.
UNDERIVED = {"source_trouble", "source_recovered", "chat_welcome"}


async def _played_live(folder: Path, season: World) -> tuple[Path, list[dict[str, Any]]]:
    """The real daemon's turns through a year of the season, with an archive; what it stored."""
    moments = [moment for moment in season.moments if moment.year >= 2025]
    clock = FrozenClock(moments[len(moments) // 4] + timedelta(minutes=1))
    exchange = Exchange(season, clock.now)
    async with serve(exchange) as url:
        path = folder / "monitor.toml"
        path.write_text(config_text(folder, url, console=False), encoding="utf-8")
        app = build(load(path, {"HOME": str(folder)}), clock)
        try:
            await app.prepare()
            names = [turn.name for turn in app.turns]
            assert await app.once(names) == dict.fromkeys(names, "ok")
            for number, moment in enumerate(moments[len(moments) // 4 :: 4]):
                clock.advance((moment + timedelta(minutes=1) - clock.now()).total_seconds())
                if number == 3:
                    exchange.faults.on("busy", sql_id="GP_GPZCZ_XMDTZTTLB", times=1)
                await _turn(app, whole=number % 3 == 0)
            with app.database.read() as session:
                rows = session.exec(select(EventRow).order_by(EventRow.seq)).all()  # type: ignore[arg-type]
            return path, [event_object(row) for row in rows]
        finally:
            await app.close()


async def _turn(app: App, *, whole: bool) -> None:
    for turn in app.turns:
        await (turn.poller.sweep() if whole else turn.poller.quick())
        await turn.poller.documents()
        more, tries = True, 0
        while more and tries < 3:
            verdict, more = await turn.poller.background()
            tries += verdict != "ok"


def _by_id(lines: str) -> dict[str, dict[str, Any]]:
    events = [json.loads(line) for line in lines.splitlines()]
    found = {event["id"]: event for event in events}
    assert len(found) == len(events)
    return found


async def test_a_year_replayed_is_the_year_as_it_was_told(tmp_path: Path, season: World) -> None:
    """The same events with the same ids, dates, times, baseline marks, facts and hashes of their bytes.

    Played: a first reading, quick polls and sweeps, several milestones between two polls, an answer that
    did not come, documents before and after their project's row.
    """
    path, live = await _played_live(tmp_path, season)
    told = {event["id"]: event for event in live if event["kind"] not in UNDERIVED}
    assert {event["baseline"] for event in told.values() if event["kind"] == "milestone"} == {True, False}
    assert {event["source"] for event in told.values() if not event["baseline"]} == {
        "sse_star",
        "csrc_tutoring",
    }

    def replayed() -> str:
        out = StringIO()
        settings = load(path, {"HOME": str(tmp_path)})
        assert replay_folder(tmp_path / "archive", settings, out, as_json=True) == 0
        return out.getvalue()

    again = _by_id(await asyncio.to_thread(replayed))
    assert again.keys() == told.keys()
    for event in (*told.values(), *again.values()):
        if "readings in a row" in event["reason"]:
            event["first_seen_at"] = None  # the live count includes readings that got no answer
    different = {key for key in told if told[key] != again[key]}
    assert {key: (told[key], again[key]) for key in different} == {}


@pytest.fixture
def archived(filled: Path) -> Path:
    """The archive of one whole pass."""
    return filled.parent / "archive"


def _bodies(archive: Path, label: str) -> list[str]:
    lines = map(json.loads, (archive / "index.jsonl").read_text(encoding="utf-8").splitlines())
    return [line["sha256"] for line in lines if line["label"] == label]


def test_replay_leaves_the_configured_database_alone(run: Run, filled: Path, archived: Path) -> None:
    """The events come from the folder alone: without any database, and without making one."""
    stored = _by_id(run("events", "--json", config=filled).stdout)
    for file in filled.parent.glob("monitor.db*"):
        file.unlink()
    shown = run("replay", "--json", str(archived), config=filled)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert _by_id(shown.stdout) == {
        key: event for key, event in stored.items() if event["kind"] not in UNDERIVED
    }
    assert list(filled.parent.glob("monitor.db*")) == []
    for event in _by_id(shown.stdout).values():
        sha = event["raw_sha256"]
        assert (archived / "bodies" / sha[:2] / f"{sha}.gz").exists()


def test_damaged_and_missing_bodies_are_named_and_the_rest_is_told(
    run: Run, filled: Path, archived: Path
) -> None:
    """One body altered, one gone: both are named, exit 1, and every other answer still tells."""
    whole = _by_id(run("replay", "--json", str(archived), config=filled).stdout)
    timelines = _bodies(archived, "timeline")
    altered, gone = [sha for sha in timelines if timelines.count(sha) == 1][:2]  # empty ones are alike
    (archived / "bodies" / altered[:2] / f"{altered}.gz").write_bytes(b"\x1f\x8b damaged")
    (archived / "bodies" / gone[:2] / f"{gone}.gz").unlink()
    shown = run("replay", "--json", str(archived), config=filled)
    assert shown.exit_code == 1
    named = [line for line in shown.stderr.splitlines() if line.startswith("left out: timeline of ")]
    assert sum(altered in line for line in named) == 1
    assert sum(gone in line for line in named) == 1
    rest = _by_id(shown.stdout)
    lost = {key for key, event in whole.items() if event["raw_sha256"] in (altered, gone)}
    assert len(lost) >= 2
    assert rest.keys() == whole.keys() - lost


def test_a_folder_that_is_no_archive_is_3(run: Run, config: Path, tmp_path: Path) -> None:
    """A folder without an index, or with a damaged line in it, is named and exits with 3."""
    folder = tmp_path / "other"
    folder.mkdir()
    shown = run("replay", str(folder), config=config)
    assert shown.exit_code == 3
    assert str(folder) in shown.stderr
    (folder / "index.jsonl").write_text('{"label": "list"}\n')
    damaged = run("replay", str(folder), config=config)
    assert damaged.exit_code == 3
    assert "line 1 is damaged" in damaged.stderr


def test_an_answer_of_no_source_is_named(run: Run, filled: Path, archived: Path) -> None:
    """An answer with a label nobody knows is named and left out."""
    index = archived / "index.jsonl"
    line = json.loads(index.read_text(encoding="utf-8").splitlines()[0])
    with index.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line | {"label": "bulletin"}) + "\n")
    shown = run("replay", str(archived), config=filled)
    assert shown.exit_code == 1
    assert shown.stderr.count("left out: ") == 1
    assert "no source knows the label 'bulletin'" in shown.stderr


def test_a_timeline_without_its_list_is_named(run: Run, filled: Path, archived: Path) -> None:
    """From a folder whose older part was pruned, what has lost its project is named, never guessed."""
    index = archived / "index.jsonl"
    lines = index.read_text(encoding="utf-8").splitlines()
    index.write_text("\n".join(one for one in lines if '"label":"list"' not in one) + "\n", encoding="utf-8")
    shown = run("replay", "--json", str(archived), config=filled)
    assert shown.exit_code == 1
    assert "stands in no list answer before its timeline" in shown.stderr
    assert {event["source"] for event in _by_id(shown.stdout).values()} == {"csrc_tutoring"}


def test_lines_for_people_name_date_kind_and_issuer(run: Run, filled: Path, archived: Path) -> None:
    """Without `--json` each event is one line that begins with its date, in the order of publication."""
    shown = run("replay", str(archived), config=filled).stdout.splitlines()
    assert len(shown) == len(run("replay", "--json", str(archived), config=filled).stdout.splitlines())
    assert any("milestone  2098  摩尔线程" in line and "(baseline)" in line for line in shown)


def test_record_keeps_one_answer_of_each_kind_for_replay(
    run: Run, config: Path, tmp_path: Path, exchange: Exchange
) -> None:
    """`record` asks each question once, prints what it saved, and `replay` reads the folder."""
    folder = tmp_path / "recorded"
    shown = run("record", "sse_star", str(folder), config=config)
    assert (shown.exit_code, shown.stderr) == (0, "")
    labels = [line.split()[1] for line in shown.stdout.splitlines()[:-1]]
    kinds = "list list newest-documents newest-older-documents timeline diagram documents older-documents"
    assert sorted(labels) == sorted([*kinds.split(), "committee"])
    assert len(exchange.requests) == len(labels)
    assert f"{len(labels)} answers" in shown.stdout.splitlines()[-1]
    again = run("replay", "--json", str(folder), config=config)
    assert again.exit_code == 0
    told = {event["kind"] for event in _by_id(again.stdout).values()}
    assert told >= {"project_discovered", "milestone"}
    assert not (tmp_path / "monitor.db").exists()


def test_record_keeps_a_tutoring_page(run: Run, config: Path, tmp_path: Path, exchange: Exchange) -> None:
    """The regulator's list is one page, kept and replayed as quietly learned filings."""
    shown = run("record", "csrc_tutoring", str(tmp_path / "recorded"), config=config)
    assert shown.exit_code == 0
    assert [path for path, _ in exchange.requests] == ["/csrcfd/index.html"]
    events = _by_id(run("replay", "--json", str(tmp_path / "recorded"), config=config).stdout)
    assert {event["baseline"] for event in events.values()} == {True}


def test_record_without_an_answer_is_1(run: Run, config: Path, tmp_path: Path, exchange: Exchange) -> None:
    """A host in trouble is named on standard error; its answer is kept with its verdict."""
    exchange.faults.on("forbidden", path="/csrcfd/")
    shown = run("record", "csrc_tutoring", str(tmp_path / "recorded"), config=config)
    assert shown.exit_code == 1
    assert "403" in shown.stderr
    assert shown.stdout.startswith("Blocked  tutoring-page")


def test_record_refuses_a_folder_of_other_files(run: Run, config: Path, tmp_path: Path) -> None:
    """Nothing is mixed into a folder that holds something else."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_bytes(b"")
    shown = run("record", "csrc_tutoring", str(tmp_path / "photos"), config=config)
    assert shown.exit_code == 2
    assert sorted(path.name for path in (tmp_path / "photos").iterdir()) == ["one.jpg"]

"""`check`: each trouble found, named with what to do, and worth its exit code."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from monitor.demo.exchange import Exchange
from tests.cli.conftest import Run
from tests.cli.kit import telegram_text
from tests.doubles.bot_api import BotApi

GOOD = "123456:" + "A" * 35
WRONG = "123456:" + "B" * 35


def _with(config: Path, more: str) -> Path:
    config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
    return config


def _troubles(shown: str) -> list[str]:
    return [line.split(": ")[0].removeprefix("TROUBLE ") for line in shown.splitlines() if "TROUBLE" in line]


def test_all_well_is_0_and_nothing_is_made(run: Run, config: Path) -> None:
    """A first look at a good configuration exits with 0 and leaves no file behind."""
    before = sorted(config.parent.iterdir())
    shown = run("check", config=config)
    assert (shown.exit_code, _troubles(shown.stdout)) == (0, [])
    assert f"none at {config.parent}/monitor.db yet" in shown.stdout
    assert sorted(config.parent.iterdir()) == before


def test_a_database_in_use_is_whole_current_and_writable(run: Run, config: Path) -> None:
    """After a pass the database passes its integrity check at the newest schema, unchanged by the look."""
    assert run("once", "--source", "csrc_tutoring", config=config).exit_code == 0
    before = (config.parent / "monitor.db").read_bytes()
    shown = run("check", config=config)
    assert shown.exit_code == 0
    assert "database integrity: ok" in shown.stdout
    assert "up to date" in shown.stdout
    assert "database: writable" in shown.stdout
    assert (config.parent / "monitor.db").read_bytes() == before


def test_a_place_where_no_database_can_be_made_is_3(run: Run, config: Path, tmp_path: Path) -> None:
    """A database under something that is no folder is found before the daemon meets it."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    url = f"sqlite:///{blocked}/monitor.db"
    shown = run("check", config=config, IPO_MONITOR_DATABASE__URL=url)
    assert (shown.exit_code, _troubles(shown.stdout)) == (3, ["database"])
    assert f"{blocked} is a file, not a folder" in shown.stdout
    assert "set database.url to a file in a folder this user may write to" in shown.stdout
    begun = run("once", config=config, IPO_MONITOR_DATABASE__URL=url)
    assert begun.exit_code == 3
    assert f"cannot create the folder of the database {blocked}/monitor.db" in begun.stderr


def test_a_file_that_is_no_database_is_3(run: Run, config: Path) -> None:
    """A damaged or foreign file in the database's place exits with 3 and speaks of the backup."""
    (config.parent / "monitor.db").write_bytes(b"not a database " * 500)
    shown = run("check", config=config)
    assert (shown.exit_code, _troubles(shown.stdout)) == (3, ["database"])
    assert "not a database" in shown.stdout
    assert "restore a backup" in shown.stdout


def test_a_newer_schema_is_3(run: Run, config: Path) -> None:
    """A database a newer program wrote is named as such, by `check` and by every command that opens it."""
    assert run("once", "--source", "csrc_tutoring", config=config).exit_code == 0
    with sqlite3.connect(config.parent / "monitor.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    shown = run("check", config=config)
    assert (shown.exit_code, _troubles(shown.stdout)) == (3, ["database schema"])
    assert "9999 was written by a newer ipo-monitor" in shown.stdout
    listed = run("events", config=config)
    assert listed.exit_code == 3
    assert "newer ipo-monitor" in listed.stderr


def test_an_archive_that_cannot_be_written_is_1(run: Run, config: Path, tmp_path: Path) -> None:
    """The folder of raw answers is looked at too."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    shown = run("check", config=config, IPO_MONITOR_ARCHIVE__DIR=str(blocked / "archive"))
    assert (shown.exit_code, _troubles(shown.stdout)) == (1, ["archive"])
    assert "set archive.dir" in shown.stdout


def test_a_calendar_that_cannot_be_read_is_2(run: Run, config: Path, tmp_path: Path) -> None:
    """The operator's own trading days are read, and a mistake in them is a mistake of configuration."""
    (tmp_path / "days.toml").write_text('closed = ["2026-02-30"]\n')
    shown = run("check", config=config, IPO_MONITOR_CALENDAR__OVERRIDE_FILE=str(tmp_path / "days.toml"))
    assert (shown.exit_code, _troubles(shown.stdout)) == (2, ["calendar"])


def test_a_good_token_and_chat_are_0_and_nothing_is_sent(run: Run, config: Path, bot_api: BotApi) -> None:
    """The bot is asked who it is and each chat is looked up; no chat hears of it."""
    bot_api.add_chat(42, title="Zhang")
    shown = run("check", config=_with(config, telegram_text(bot_api.url, GOOD, 42)))
    assert (shown.exit_code, _troubles(shown.stdout)) == (0, [])
    assert "telegram: the token is that of @ipo_monitor_bot" in shown.stdout
    assert "telegram chat 42: private Zhang" in shown.stdout
    assert [call.method for call in bot_api.calls] == ["getme", "getchat"]


def test_a_wrong_token_is_told_without_showing_it(run: Run, config: Path, bot_api: BotApi) -> None:
    """A token the server refuses exits with 1 and names the key and where a new one comes from."""
    shown = run("check", config=_with(config, telegram_text(bot_api.url, WRONG, 42)))
    assert (shown.exit_code, _troubles(shown.stdout)) == (1, ["telegram"])
    assert "refuses the token" in shown.stdout
    assert "channels.telegram.token" in shown.stdout
    assert WRONG not in shown.output
    assert "B" * 35 not in shown.output


def test_a_chat_the_bot_cannot_reach_is_named(run: Run, config: Path, bot_api: BotApi) -> None:
    """Each chat is looked up by itself: one that is unknown does not hide the other."""
    bot_api.add_chat(42)
    shown = run("check", config=_with(config, telegram_text(bot_api.url, GOOD, 41, 42)))
    assert (shown.exit_code, _troubles(shown.stdout)) == (1, ["telegram chat 41"])
    assert "press Start" in shown.stdout
    assert "ok      telegram chat 42" in shown.stdout


def test_no_bot_api_at_the_address_is_told(run: Run, config: Path, exchange_url: str) -> None:
    """An address where nobody listens, and one where something else answers, are told apart."""
    closed = run("check", config=_with(config, telegram_text("http://127.0.0.1:9", GOOD, 42)))
    assert (closed.exit_code, _troubles(closed.stdout)) == (1, ["telegram"])
    assert "no answer from http://127.0.0.1:9" in closed.stdout
    other = run("check", config=config, IPO_MONITOR_CHANNELS__TELEGRAM__API_URL=exchange_url)
    assert (other.exit_code, _troubles(other.stdout)) == (1, ["telegram"])
    assert "no answer" not in other.stdout


def test_a_database_trouble_outranks_a_channel_trouble(
    run: Run, config: Path, bot_api: BotApi, tmp_path: Path
) -> None:
    """Every trouble is printed; the gravest gives the exit code."""
    (tmp_path / "monitor.db").mkdir()
    shown = run("check", config=_with(config, telegram_text(bot_api.url, WRONG, 42)))
    assert (shown.exit_code, _troubles(shown.stdout)) == (3, ["database", "telegram"])


def _verdicts(shown: str) -> dict[str, str]:
    """Statement → verdict, without what was seen."""
    found: dict[str, str] = {}
    for line in shown.splitlines():
        for verdict in ("holds", "DOES NOT HOLD", "NO ANSWER"):
            if line.startswith(verdict) and line[: len(verdict) + 1].strip() == verdict:
                found[line[len(verdict) :].split("  (")[0].strip()] = verdict
    return found


def test_live_asks_each_question_once_and_all_hold(run: Run, config: Path, exchange: Exchange) -> None:
    """`--live` against hosts that answer as described: every statement holds but the fictional code's."""
    shown = run("check", "--live", config=config)
    verdicts = _verdicts(shown.stdout)
    assert {one for one, verdict in verdicts.items() if verdict != "holds"} == {
        "every row of the list can be read and every code is known"  # the season plays one unknown code
    }
    assert shown.exit_code == 1
    assert len(verdicts) == 25
    asked = [(path, tuple(sorted(params.items()))) for path, params in exchange.requests]
    assert len(asked) == len(set(asked)) == 10
    assert not (config.parent / "archive").exists()


@pytest.mark.parametrize(
    ("fault", "scope", "broken"),
    [
        ("key_renamed", {"sql_id": "SH_XM_LB", "value": "wenHao"}, "list rows carry the keys we know"),
        ("moved", {"sql_id": "SH_XM_LB"}, ""),
        (
            "key_renamed",
            {"sql_id": "GP_GPZCZ_XMDTZTTLB", "value": "suspendStatus"},
            "diagram rows carry the keys we know",
        ),
    ],
)
def test_live_names_the_statement_that_no_longer_holds(
    run: Run, config: Path, exchange: Exchange, fault: str, scope: dict[str, str], broken: str
) -> None:
    """A key that is renamed breaks just the statement about that answer's keys."""
    exchange.faults.on(fault, **scope)
    verdicts = _verdicts(run("check", "--live", config=config).stdout)
    usual = {"every row of the list can be read and every code is known"}
    assert {one for one, verdict in verdicts.items() if verdict != "holds"} - usual == {broken} - {""}


def test_live_tells_no_answer_from_a_wrong_answer(run: Run, config: Path, exchange: Exchange) -> None:
    """A host in trouble leaves its statements open, and the questions to other hosts are still asked."""
    exchange.faults.on("server_error", path="/csrcfd/", value=503)
    exchange.faults.on("busy", sql_id="GP_GPZCZ_SSWHYGGJG")
    shown = run("check", "--live", config=config)
    assert shown.exit_code == 1
    open_ones = {one for one, verdict in _verdicts(shown.stdout).items() if verdict == "NO ANSWER"}
    assert len(open_ones) == 5
    assert {one.split()[0] for one in open_ones} == {"the", "every", "committee"}
    assert "5 got no answer" in shown.stdout

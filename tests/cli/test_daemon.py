"""`run` as a process: one at a time, ended by a signal, telling what is wrong and going on."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from monitor.demo.exchange import Exchange
from tests.cli.conftest import Run
from tests.cli.kit import Program, telegram_text
from tests.doubles.bot_api import BotApi

WRONG = "123456:" + "B" * 35


def _quick(config: Path) -> Path:
    """No waiting between polls."""
    text = config.read_text(encoding="utf-8").replace(
        "min_request_gap = 0", "min_request_gap = 0\ninterval = 0.2"
    )
    config.write_text(text, encoding="utf-8")
    return config


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_daemon_cleanly(config: Path, tmp_path: Path, number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C end `run` within 10 s with exit 0 and without a traceback."""
    with Program(tmp_path, "run", "--config", str(config)) as program:
        program.wait_for("ready")
        begun = time.monotonic()
        program.process.send_signal(number)
        assert program.ended() == 0
        assert time.monotonic() - begun < 10
    assert "stopped; nothing is lost" in program.printed
    assert "Traceback" not in program.printed


def test_a_signal_ends_the_daemon_in_the_middle_of_a_request(
    config: Path, tmp_path: Path, exchange: Exchange
) -> None:
    """A host that never answers holds up nobody who wants to stop."""
    exchange.faults.on("stall", sql_id="SH_XM_LB")
    with Program(tmp_path, "run", "--config", str(config)) as program:
        program.wait_for("ready")
        deadline = time.monotonic() + 30
        while not any(params.get("sqlId") == "SH_XM_LB" for _, params in list(exchange.requests)):
            assert time.monotonic() < deadline
        begun = time.monotonic()
        program.process.send_signal(signal.SIGTERM)
        assert program.ended() == 0
        assert time.monotonic() - begun < 10
    assert "Traceback" not in program.printed


def test_ctrl_c_in_a_pass_is_130_without_a_traceback(
    config: Path, tmp_path: Path, exchange: Exchange
) -> None:
    """`once`, interrupted, says that what it read is kept and exits with 130."""
    exchange.faults.on("stall", sql_id="GP_GPZCZ_XMDTZTYYLB", skip=3)
    with Program(tmp_path, "once", "--config", str(config)) as program:
        deadline = time.monotonic() + 30
        while sum(params.get("sqlId") == "GP_GPZCZ_XMDTZTYYLB" for _, params in list(exchange.requests)) < 4:
            assert time.monotonic() < deadline
        program.process.send_signal(signal.SIGINT)
        assert program.ended(10) == 130
    assert "what was read is kept" in program.printed
    assert "Traceback" not in program.printed


def test_a_second_daemon_is_refused(config: Path, tmp_path: Path, run: Run) -> None:
    """While one daemon works on a database, `run` and `once` exit with 4, say so, and disturb nothing."""
    with Program(tmp_path, "run", "--config", str(config)) as first:
        first.wait_for("ready")
        with Program(tmp_path, "run", "--config", str(config)) as second:
            assert second.ended() == 4
        assert second.err[-1].startswith("another ipo-monitor already works on ")
        assert f"{tmp_path}/monitor.db" in second.err[-1]
        assert "Traceback" not in second.printed
        with Program(tmp_path, "once", "--config", str(config)) as third:
            assert third.ended() == 4
        assert run("status", config=config).exit_code == 0  # looking is always allowed
        first.process.send_signal(signal.SIGTERM)
        assert first.ended() == 0
    with Program(tmp_path, "once", "--config", str(config)) as later:
        assert later.ended() == 0


def test_a_second_start_adds_and_tells_nothing(config: Path, tmp_path: Path, run: Run) -> None:
    """Restarted over the same answers, the daemon polls, stores nothing new and stays silent."""
    with Program(tmp_path, "once", "--config", str(config)) as first:
        assert first.ended() == 0
    assert first.out != []
    before = run("events", "--json", config=config).stdout
    with Program(tmp_path, "run", "--config", str(_quick(config))) as again:
        again.wait_for("ready")
        deadline = time.monotonic() + 30
        while "rows" not in run("status", config=config).stdout or len(_polls(run, config)) < 2:
            assert time.monotonic() < deadline
        again.process.send_signal(signal.SIGTERM)
        assert again.ended() == 0
    assert again.out == []
    assert run("events", "--json", config=config).stdout == before


def _polls(run: Run, config: Path) -> list[str]:
    shown = run("status", config=config).stdout
    return [line for line in shown.splitlines() if " quick ok " in line]


def test_a_wrong_token_stops_that_channel_only(config: Path, tmp_path: Path, bot_api: BotApi) -> None:
    """`run` with a token the server refuses says so once, tells the console all the same, and goes on."""
    bot_api.add_chat(42)
    text = config.read_text(encoding="utf-8") + telegram_text(bot_api.url, WRONG, 42)
    config.write_text(text, encoding="utf-8")
    with Program(tmp_path, "run", "--config", str(config)) as program:
        program.wait_for("Unauthorized")
        program.wait_for("已静默建档")  # the console's own summary
        assert program.process.poll() is None
        program.process.send_signal(signal.SIGTERM)
        assert program.ended() == 0
    assert bot_api.chats[42].texts == []
    assert WRONG not in program.printed
    assert "Traceback" not in program.printed

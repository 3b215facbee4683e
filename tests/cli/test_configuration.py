"""Where the configuration comes from, and how its problems are told."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.kit import Program

EVERY_PROBLEM = """
database.url = "mysql://root:hunter2@db/x"
colour = "red"
[sources.sse_star]
interval = "often"
query_url = "ftp://query.example.org"
market_types = ["9"]
[channels.telegram]
enabled = true
"""
NAMED = {
    "database.url",
    "colour",
    "sources.sse_star.interval",
    "sources.sse_star.query_url",
    "sources.sse_star.market_types",
    "channels.telegram.token",
}


def test_config_is_taken_before_and_after_the_command(run: Run, config: Path) -> None:
    """`--config` means the same on either side of the subcommand."""
    before = run("--config", str(config), "check")
    after = run("check", "--config", str(config))
    assert (before.exit_code, after.exit_code) == (0, 0)
    assert f"database: sqlite:///{config.parent}/monitor.db" in before.stdout
    assert before.stdout.splitlines()[:10] == after.stdout.splitlines()[:10]


def test_config_after_the_command_wins(run: Run, config: Path, tmp_path: Path) -> None:
    """Given on both sides, the one beside the command counts."""
    other = tmp_path / "other.toml"
    other.write_text('database.url = "sqlite:////nowhere/other.db"\n')
    shown = run("--config", str(other), "check", "--config", str(config))
    assert f"database: sqlite:///{config.parent}/monitor.db" in shown.stdout


def test_the_environment_names_a_file_and_the_option_wins(run: Run, config: Path, tmp_path: Path) -> None:
    """IPO_MONITOR_CONFIG is read, unless `--config` names another file."""
    other = tmp_path / "other.toml"
    other.write_text("sources.sse_star.enabled = false\nsources.csrc_tutoring.enabled = false\n")
    named = run("check", IPO_MONITOR_CONFIG=str(other))
    assert "source sse_star: off" in named.stdout
    both = run("check", config=config, IPO_MONITOR_CONFIG=str(other))
    assert "source sse_star: http://127.0.0.1" in both.stdout


def test_a_variable_overrides_the_file(run: Run, config: Path) -> None:
    """IPO_MONITOR_<SECTION>__<KEY> stands above the file, key by key."""
    shown = run(
        "check",
        config=config,
        IPO_MONITOR_SOURCES__SSE_STAR__INTERVAL="7",
        IPO_MONITOR_CHANNELS__CONSOLE__ENABLED="no",
    )
    assert shown.exit_code == 0
    assert " every 7 s (15:00-23:00 Asia/Shanghai on trading days), else every 35 s" in shown.stdout
    assert "channel console: off" in shown.stdout
    assert f"{config.parent}/archive" in shown.stdout  # what no variable names is the file's


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    """A wrong configuration exits with 2 and one line for each problem; no traceback and no password."""
    path = tmp_path / "wrong.toml"
    path.write_text(EVERY_PROBLEM)
    path.chmod(0o600)
    with Program(tmp_path, "run", "--config", str(path)) as program:
        assert program.ended() == 2
    lines = [line for line in program.err if line.startswith("configuration: ")]
    assert {line.split(": ")[1] for line in lines} == NAMED
    assert len(lines) == len(program.err) == len(NAMED)
    assert "hunter2" not in program.printed
    assert "Traceback" not in program.printed


def test_a_file_that_is_not_there_or_no_toml_is_named(run: Run, tmp_path: Path) -> None:
    """A configuration that cannot be read exits with 2 and names the file."""
    broken = tmp_path / "broken.toml"
    broken.write_text("[sources\n")
    for path in (tmp_path / "none.toml", broken):
        shown = run("status", "--config", str(path))
        assert shown.exit_code == 2
        assert str(path) in shown.stderr


def test_without_any_configuration_the_defaults_hold(run: Run, tmp_path: Path) -> None:
    """No file and an empty file both mean the documented defaults: both real hosts, console, SQLite."""
    empty = tmp_path / "empty.toml"
    empty.write_text("")
    for shown in (run("check"), run("check", config=empty)):
        assert shown.exit_code == 0
        assert f"database: sqlite:///{tmp_path}/.local/share/ipo-monitor/ipo-monitor.db" in shown.stdout
        assert "source sse_star: https://query.sse.com.cn every 60 s" in shown.stdout
        assert "channel console: on" in shown.stdout
    assert not (tmp_path / ".local").exists()  # a look changes nothing

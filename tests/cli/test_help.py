"""`--help` of everything, and what a wrong call gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.cli import cli
from scrapers.registry import SOURCES
from tests.cli.conftest import Run
from tests.cli.kit import Program

PROMISED = {
    "run",
    "once",
    "demo",
    "replay",
    "record",
    "check",
    "status",
    "events",
    "projects",
    "extract",
    "classify",
}


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_explains_itself(run: Run, command: str) -> None:
    """`ipo-monitor COMMAND --help` prints its usage and what it does, and exits with 0."""
    shown = run(command, "--help")
    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"Usage: ipo-monitor {command} ")
    said = shown.stdout.split("\n\n")[1].strip()
    assert len(said) > 20


def test_no_command_is_missing_from_the_help(tmp_path: Path) -> None:
    """`python -m monitor --help` is the same program and lists each command with a line of its own."""
    assert set(cli.commands) >= PROMISED
    with Program(tmp_path, "--help") as program:
        assert program.ended() == 0
    first_words = {line.split()[0] for line in program.out if line.startswith("  ") and line.strip()}
    assert first_words >= set(cli.commands)
    assert program.err == []


def test_the_version_is_printed(run: Run) -> None:
    """`--version` prints the program's name and its version."""
    shown = run("--version")
    name, version = shown.stdout.split()
    assert (shown.exit_code, name) == (0, "ipo-monitor")
    assert version.count(".") == 2


@pytest.mark.parametrize(
    "arguments", [("watch",), ("events", "--nonsense"), ("replay",), ("record", "sse_star")]
)
def test_a_wrong_call_is_usage_and_exits_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    """A command, option or argument that does not fit is named and exits with 2."""
    shown = run(*arguments)
    assert shown.exit_code == 2
    assert "Error: " in shown.stderr


def test_record_names_the_sources_there_are(run: Run, tmp_path: Path) -> None:
    """`record` of an unknown source exits with 2 and lists the known ones; nothing is made."""
    shown = run("record", "hkex", str(tmp_path / "new"))
    assert shown.exit_code == 2
    assert ", ".join(SOURCES) in shown.stderr
    assert not (tmp_path / "new").exists()


def test_once_names_the_sources_there_are(run: Run, config: Path) -> None:
    """`once --source` of an unknown source exits with 2 and lists the known ones."""
    shown = run("once", "--source", "hkex", config=config)
    assert shown.exit_code == 2
    assert f"'hkex' is none of {', '.join(SOURCES)}" in shown.stderr


def test_once_refuses_a_source_that_is_off(run: Run, config: Path) -> None:
    """`once --source` of a source that is switched off names the key to change and exits with 2."""
    shown = run(
        "once",
        "--source",
        "csrc_tutoring",
        config=config,
        IPO_MONITOR_SOURCES__CSRC_TUTORING__ENABLED="false",
    )
    assert shown.exit_code == 2
    assert "sources.csrc_tutoring.enabled" in shown.stderr

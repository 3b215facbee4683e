"""docs/operations.md says what every alarm means, and its commands are those that work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.domain.events import EventKind
from monitor.store import jobs, one_daemon
from monitor.store.backup import back_up
from monitor.store.database import Database
from tests.cli.kit import ROOT, environment
from tests.delivery.kit import milestone
from tests.health.notices import criticals, exit_codes, notices

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def _section(title: str) -> str:
    """The text below a heading, down to the next of the same depth or above."""
    depth = re.search(rf"^(#+) {re.escape(title)}$", PAGE, re.MULTILINE)
    assert depth, title
    rest = PAGE[depth.end() :]
    following = re.search(rf"^#{{1,{len(depth[1])}}} ", rest, re.MULTILINE)
    return rest[: following.start()] if following else rest


def _rows(title: str) -> set[str]:
    """The first column of the tables below a heading, down to the next heading of any depth."""
    section = re.split(r"^#+ ", _section(title), maxsplit=1, flags=re.MULTILINE)[0]
    return {found[1] for found in re.finditer(r"^\| `([^`]+)`", section, re.MULTILINE)}


def _commands(title: str) -> str:
    found = re.search(r"```sh\n(.*?)```", _section(title), re.DOTALL)
    assert found, title
    return found[1]


def test_every_notice_the_code_can_give_has_its_advice_and_no_other() -> None:
    """Read from the source: a new notice fails this until the page says what to do about it."""
    assert len(notices()) > 25, "the reader of the source code must find them"
    assert _rows("Notices") == notices()


def test_every_kind_of_delivery_trouble_has_its_advice() -> None:
    """As `Trouble.what` begins."""
    kinds = {value for value in vars(jobs).values() if isinstance(value, str) and value.endswith("/")}
    assert len(kinds) == 5
    assert {f"{kind}/" for kind in _rows("Of deliveries")} == kinds


def test_every_critical_line_has_its_advice() -> None:
    """What goes to the log alone."""
    assert criticals()
    assert _rows("Lines at CRITICAL") == criticals()


def test_every_exit_code_has_its_advice() -> None:
    """All but 0."""
    assert {int(code) for code in _rows("Exit codes")} == exit_codes() - {0}
    assert {2, 3, 4, 70} <= exit_codes()


def test_the_alarms_of_sources_are_named_with_the_kinds_that_tell_them() -> None:
    """Trouble, its end, and the notice."""
    for kind in (EventKind.SOURCE_TROUBLE, EventKind.SOURCE_RECOVERED, EventKind.OPERATOR_NOTICE):
        assert f"`{kind.value}`" in PAGE


def test_the_reader_of_the_source_code_can_fail() -> None:
    """It follows names to their words: one assigned before, one passed through a function, one returned."""
    found = notices()
    assert any(notice.startswith("…: channel … is no longer configured") for notice in found)
    assert any(notice.startswith("database: since … the log of the database is") for notice in found)
    assert any(notice.startswith("clock: this machine's clock is") for notice in found)


def test_the_lock_of_postgresql_is_the_number_on_the_page() -> None:
    """So that an operator can look who holds it."""
    assert str(one_daemon._KEY) in _section("PostgreSQL")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A state folder with a database of one event, a folder for copies, and the program on the path."""
    for name in ("state", "backup", "bin"):
        (tmp_path / name).mkdir()
    database = Database(f"sqlite:///{tmp_path}/state/ipo-monitor.db")
    database.migrate()
    with database.write() as session:
        from monitor.store import eventlog

        eventlog.append(session, [milestone(1, datetime(2026, 7, 6, 9, tzinfo=UTC))])
    database.close()
    scripts = {
        "ipo-monitor": f'exec "{sys.executable}" -m monitor "$@"',
        "systemctl": f'echo "$1" >> "{tmp_path}/systemctl"',
    }
    for name, body in scripts.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def _follow(place: Path, title: str) -> subprocess.CompletedProcess[str]:
    """The page's own commands, with its folders replaced by the test's."""
    script = _commands(title)
    for shown, real in {"/var/lib/ipo-monitor": "state", "/tmp/drill": "drill", "/backup": "backup"}.items():
        script = script.replace(shown, str(place / real))
    return subprocess.run(
        ["sh", "-eu", "-c", script],
        cwd=place,
        env=environment(place, STATE_DIRECTORY=str(place / "state"), PYTHONPATH=str(ROOT))
        | {"PATH": f"{place / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_restore_drill_works_as_written_and_leaves_the_database_alone(place: Path) -> None:
    """Backup, check and a look at the events in a copy."""
    before = (place / "state" / "ipo-monitor.db").read_bytes()
    done = _follow(place, "Restore drill")
    assert done.returncode == 0, done.stderr
    assert "integrity checked" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("2026-07-06  milestone")
    assert (place / "state" / "ipo-monitor.db").read_bytes() == before
    assert not (place / "drill").exists()


def test_the_restore_works_as_written_and_keeps_the_broken_file(place: Path) -> None:
    """Stopped, put in place with its owner, started: the copy is the database now."""
    database = place / "state" / "ipo-monitor.db"
    back_up(database, place / "backup" / "latest.db", datetime(2026, 7, 6, 10, tzinfo=UTC))
    database.write_bytes(b"no database any more" * 500)
    done = _follow(place, "Restore")
    assert done.returncode == 0, done.stderr
    assert (place / "systemctl").read_text(encoding="utf-8").split() == ["stop", "start"]
    assert "events: 1" in done.stdout
    assert database.stat().st_uid == database.with_name("ipo-monitor.db.broken").stat().st_uid

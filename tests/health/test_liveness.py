"""`status --check`: alive only while a daemon works and every source was read well within three intervals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.commands.liveness import problems
from monitor.demo.exchange import Exchange, serve
from monitor.demo.season import load_season
from monitor.settings import Settings
from monitor.store.database import Database
from monitor.store.tables import SourceRow
from tests.cli.kit import ROOT, Program, config_text, environment, serving
from tests.health.bench import settings_for

QUICK = datetime(2026, 7, 6, 10, 0, tzinfo=UTC)  # a Monday, 18:00 in Shanghai
NIGHT = datetime(2026, 7, 6, 17, 0, tzinfo=UTC)


def _check(config: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """The image's own health check, as a process."""
    return subprocess.run(
        [sys.executable, "-m", "monitor", "status", "--check"],
        cwd=ROOT,
        env=environment(home, IPO_MONITOR_CONFIG=str(config)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_live_daemon_is_alive_and_nothing_or_a_dead_one_is_not(tmp_path: Path) -> None:
    """Exit 1 without a database and beside a dead daemon, 0 beside one that polls; nothing is written."""
    config = tmp_path / "monitor.toml"
    with serving(lambda: serve(Exchange(load_season()))) as url:
        config.write_text(config_text(tmp_path, url), encoding="utf-8")
        fresh = _check(config, tmp_path)
        assert (fresh.returncode, "no database at" in fresh.stdout) == (1, True)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["monitor.toml"]
        with Program(tmp_path, "run", "--config", str(config)) as program:
            program.wait_for("ready")
            deadline = time.monotonic() + 60
            while (alive := _check(config, tmp_path)).returncode and time.monotonic() < deadline:
                assert "no poll has succeeded yet" in alive.stdout, alive.stdout
            assert alive.stdout == "alive\n"
            assert alive.returncode == 0
            os.kill(program.process.pid, signal.SIGKILL)
            program.ended()
        dead = _check(config, tmp_path)
    assert (dead.returncode, dead.stdout) == (1, "no daemon works on this database\n")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for("http://127.0.0.1:9", tmp_path)


def _known(settings: Settings, **last_ok: datetime | None) -> Database:
    database = Database(settings.database.url)
    database.migrate()
    with database.write() as session:
        session.add_all([SourceRow(name=name, last_ok_at=at) for name, at in last_ok.items()])
    return database


@pytest.mark.parametrize(
    ("now", "ago", "alive"),
    [
        (QUICK, 230, True),  # 3 × 60 s and one request of 60 s
        (QUICK, 250, False),
        (NIGHT, 900, True),  # 3 × 300 s at night
        (NIGHT, 1000, False),
        (QUICK.replace(hour=7, minute=2), 300, True),  # the quick window has just begun
    ],
)
def test_a_source_may_be_silent_for_three_of_its_intervals(
    settings: Settings, now: datetime, ago: float, alive: bool
) -> None:
    """By the hour: quick polls in the exchange's hours, slow ones at night."""
    star = settings.sources.sse_star
    assert (star.interval, star.slow_interval, star.deadline) == (60, 300, 60), (
        "the numbers below rest on them"
    )
    database = _known(settings, sse_star=now - timedelta(seconds=ago), csrc_tutoring=now)
    with database.only_daemon():
        found = problems(settings, now)
    database.close()
    assert [line.partition(":")[0] for line in found] == ([] if alive else ["sse_star"])


def test_a_source_that_is_off_does_not_count_and_one_never_read_does(settings: Settings) -> None:
    """Off in the settings: not asked. On and without any good poll: not alive."""
    database = _known(settings, sse_star=QUICK, csrc_tutoring=None)
    with database.only_daemon():
        assert problems(settings, QUICK) == ["csrc_tutoring: no poll has succeeded yet"]
        off = replace(settings.sources.csrc_tutoring, enabled=False)
        assert problems(replace(settings, sources=replace(settings.sources, csrc_tutoring=off)), QUICK) == []
    database.close()


def test_a_server_nobody_offers_is_missed_only_once_it_was_there(settings: Settings) -> None:
    """The optional list of new shares counts from its first answer on."""
    on = replace(settings.sources.sse_issue, enabled=True)
    settings = replace(settings, sources=replace(settings.sources, sse_issue=on))
    database = _known(settings, sse_star=QUICK, csrc_tutoring=QUICK)
    with database.only_daemon():
        assert problems(settings, QUICK) == []
        with database.write() as session:
            session.add(SourceRow(name="sse_issue", last_ok_at=QUICK - timedelta(days=1)))
        assert [line.partition(":")[0] for line in problems(settings, QUICK)] == ["sse_issue"]
    database.close()

"""A season on a loopback server, a configuration that points at it, and the command line."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import cli
from monitor.demo.exchange import Exchange, serve
from monitor.demo.season import load_season
from monitor.demo.world import World
from tests.cli.kit import PATIENCE, Program, config_text, environment, serving
from tests.doubles.bot_api import BotApi

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def season() -> World:
    return load_season()


@pytest.fixture
def exchange(season: World) -> Exchange:
    return Exchange(season)


@pytest.fixture
def exchange_url(exchange: Exchange) -> Iterator[str]:
    with serving(lambda: serve(exchange)) as url:
        yield url


@pytest.fixture
def config(tmp_path: Path, exchange_url: str) -> Path:
    path = tmp_path / "monitor.toml"
    path.write_text(config_text(tmp_path, exchange_url), encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture(scope="session")
def whole_pass(tmp_path_factory: pytest.TempPathFactory, season: World) -> Iterator[tuple[Path, str]]:
    """What `once` leaves behind, a database and an archive that hold the whole season; and its exchange."""
    folder = tmp_path_factory.mktemp("whole_pass")
    with serving(lambda: serve(Exchange(season))) as url:
        path = folder / "monitor.toml"
        path.write_text(config_text(folder, url), encoding="utf-8")
        with Program(folder, "--config", str(path), "once") as program:
            assert program.process.wait(PATIENCE) == 0
        yield folder, url


@pytest.fixture
def filled(tmp_path: Path, whole_pass: tuple[Path, str]) -> Path:
    """The configuration of a database and an archive that hold the whole season."""
    folder, url = whole_pass
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "monitor.toml"
    path.write_text(config_text(tmp_path, url), encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def bot_api() -> Iterator[BotApi]:
    api = BotApi(token="123456:" + "A" * 35)
    with serving(lambda: api):
        yield api


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Call the command line in this process; a traceback fails the test where it happens."""
    root = logging.getLogger()
    handlers, filters, level = root.handlers[:], root.filters[:], root.level

    def call(*arguments: str, config: Path | None = None, **environ: str) -> Result:
        before = ["--config", str(config)] if config else []
        # None unsets what the person who runs the tests has set.
        clean = {name: environment(tmp_path).get(name) for name in ("STATE_DIRECTORY", "XDG_DATA_HOME")}
        result = CliRunner().invoke(
            cli,
            [*before, *arguments],
            env={**clean, "IPO_MONITOR_CONFIG": None, "HOME": str(tmp_path), **environ},
            prog_name="ipo-monitor",
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    yield call
    root.handlers[:], root.filters[:] = handlers, filters
    root.setLevel(level)

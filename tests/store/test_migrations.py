"""The schema's history: every earlier revision comes to today's with its rows, a newer one is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel, col, func, select

from monitor.domain.errors import StoreError
from monitor.store import tables
from monitor.store.database import Database
from monitor.store.migrations import configuration, current_revision, upgrade

REVISIONS = [
    script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions("base", "heads")
][::-1]
_WHEN = datetime(2026, 7, 10, 11, 9, 5, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'deep' / 'er' / 'monitor.db'}"
    else:
        address = request.getfixturevalue("fresh_postgres")()
    made = Database(address)
    if request.param == "postgresql":
        with made.engine.begin() as connection:
            connection.execute(sa.text("drop schema public cascade"))
            connection.execute(sa.text("create schema public"))
    yield made
    made.close()


def _value(column: sa.Column[Any]) -> Any:
    """Something of the column's type; every key is 1 or "1", so that foreign keys meet."""
    kind = column.type
    if isinstance(kind, sa.JSON):
        return {"kept": "值"} if column.name in ("memory", "preferences", "details") else []
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.DateTime):
        return _WHEN if getattr(kind, "timezone", False) else _WHEN.replace(tzinfo=None)
    if isinstance(kind, sa.Date):
        return date(2026, 7, 10)
    if isinstance(kind, sa.Integer | sa.Float):
        return 1
    return "1"


def _fill(database: Database) -> list[str]:
    """One row in every table there is, in the order of their foreign keys."""
    found = sa.MetaData()
    with database.engine.begin() as connection:
        found.reflect(connection)
        names = [table.name for table in found.sorted_tables if table.name != "alembic_version"]
        for name in names:
            table = found.tables[name]
            connection.execute(table.insert().values({c.name: _value(c) for c in table.columns}))
    return names


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_earlier_schema_comes_to_todays_with_its_rows(blank: Database, revision: str) -> None:
    """A row in each table of that time is still there, readable by today's program."""
    upgrade(blank.engine, revision)
    assert current_revision(blank.engine) == revision
    names = _fill(blank)
    blank.migrate()
    assert current_revision(blank.engine) == REVISIONS[-1]
    models = {mapper.local_table.name: mapper.class_ for mapper in SQLModel._sa_registry.mappers}
    with blank.read() as session:
        counts = {name: session.exec(select(func.count()).select_from(models[name])).one() for name in names}
        assert counts == dict.fromkeys(names, 1)
        project = session.exec(select(tables.ProjectRow)).one()
        assert (project.updated_at, project.planned_fen) == (_WHEN, 1)
        assert session.exec(select(tables.EventRow)).one().details == {"kept": "值"}
        assert session.exec(select(tables.EventRow.date).order_by(col(tables.EventRow.seq))).all() == [
            date(2026, 7, 10)
        ]


def test_the_migrated_schema_is_the_tables_modules(blank: Database) -> None:
    """Nothing in the tables waits for a migration, and no migration made what the tables do not know."""
    blank.migrate()
    with blank.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_twice_changes_nothing(blank: Database) -> None:
    """Every start migrates; the second time there is nothing to do."""
    blank.migrate()
    names = _fill(blank)
    blank.migrate()
    assert "event" in names
    with blank.read() as session:
        assert session.exec(select(func.count()).select_from(tables.EventRow)).one() == 1


def test_a_newer_schema_is_refused_and_left_alone(blank: Database) -> None:
    """An older program must not touch what a newer one wrote; the message says what to do."""
    blank.migrate()
    with blank.engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer ipo-monitor \(schema 9999\)"):
        blank.migrate()
    assert current_revision(blank.engine) == "9999"


def test_a_migration_that_fails_leaves_the_schema_before_it(blank: Database) -> None:
    """One transaction: a table in the way of the second revision undoes its first half too."""
    upgrade(blank.engine, "0001")
    with blank.engine.begin() as connection:
        connection.execute(sa.text("create table relevance_pin (name text)"))
    before = _columns(blank)
    with pytest.raises(StoreError):
        blank.migrate()
    assert current_revision(blank.engine) == "0001"
    assert _columns(blank) == before
    with blank.engine.begin() as connection:
        connection.execute(sa.text("drop table relevance_pin"))
    blank.migrate()
    assert current_revision(blank.engine) == REVISIONS[-1]


def _columns(database: Database) -> dict[str, list[str]]:
    inspector = sa.inspect(database.engine)
    return {
        name: [column["name"] for column in inspector.get_columns(name)]
        for name in sorted(inspector.get_table_names())
    }


def test_the_revisions_form_one_line() -> None:
    """One head, each revision with one parent: no database can stand beside the line."""
    script = ScriptDirectory.from_config(configuration())
    assert len(script.get_heads()) == 1
    parents = [entry.down_revision for entry in script.walk_revisions("base", "heads")][::-1]
    assert parents == [None, *REVISIONS[:-1]]


def test_the_revisions_named_by_files_are_those_alembic_walks() -> None:
    """The short cut that spares Alembic's import at start knows exactly the chain Alembic knows."""
    from alembic.script import ScriptDirectory

    from monitor.store.migrations import REVISIONS, configuration

    walked = [script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()]

    assert list(REVISIONS) == walked[::-1]

"""Schema migrations, run at start inside one transaction.

Rule: a revision, once released, never changes; the next change is the next file, numbered on.
Rule: Alembic is imported only when there is something to migrate: a daemon carries it for months otherwise.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect
from sqlalchemy.engine import Connection

from monitor.domain.errors import StoreError
from monitor.failpoints import BEFORE_MIGRATED, MIGRATE, MIGRATED, failpoint

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent
# The revisions in order, as their file names begin.
REVISIONS: tuple[str, ...] = tuple(
    sorted(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*_*.py"))
)


def configuration() -> Config:
    """Alembic's configuration, made in code: there is no ini file to lose."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def current_revision(engine: Engine) -> str | None:
    """The revision a database stands at, None for an empty one."""
    with engine.connect().execution_options(read_only=True) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        stamp = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return str(stamp) if stamp else None


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database to `revision`; StoreError when it stands at one we do not know (a newer program's)."""
    now = current_revision(engine)
    if now is not None and now not in REVISIONS:
        raise StoreError(
            f"the database was written by a newer ipo-monitor (schema {now}): "
            "upgrade this program, or restore an older backup"
        )
    if now == (REVISIONS[-1] if revision == "head" else revision):
        return
    from alembic.command import upgrade as alembic_upgrade

    config = configuration()
    failpoint(MIGRATE)
    with engine.connect() as connection, _tables_may_be_remade(connection), connection.begin():
        config.attributes["connection"] = connection
        alembic_upgrade(config, revision)
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
            if broken is not None:
                raise StoreError(f"the migration would leave rows of {broken[0]} without {broken[2]}")
        failpoint(BEFORE_MIGRATED)
    failpoint(MIGRATED)


@contextlib.contextmanager
def _tables_may_be_remade(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by dropping it and making it anew, which foreign keys to its rows forbid.

    They are off meanwhile (https://www.sqlite.org/lang_altertable.html §7) and checked before the commit;
    the pragma does nothing inside a transaction, so it stands outside.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

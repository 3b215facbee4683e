"""Schema migrations, run at start inside one transaction.

Rule: a revision, once released, never changes; the next change is the next file.
"""

from __future__ import annotations

from pathlib import Path

from alembic.command import upgrade as alembic_upgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from monitor.domain.errors import StoreError

_FOLDER = Path(__file__).parent


def configuration() -> Config:
    """Alembic's configuration, made in code: there is no ini file to lose."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def current_revision(engine: Engine) -> str | None:
    """The revision a database stands at, None for an empty one."""
    with engine.connect().execution_options(read_only=True) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database to `revision`; StoreError when it stands at one we do not know (a newer program's)."""
    config = configuration()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    now = current_revision(engine)
    if now is not None and now not in known:
        raise StoreError(
            f"the database was written by a newer ipo-monitor (schema {now}): "
            "upgrade this program, or restore an older backup"
        )
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic_upgrade(config, revision)

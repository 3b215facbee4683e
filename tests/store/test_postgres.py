"""What PostgreSQL alone does: the advisory lock of the one daemon, and errors of a server that is away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlmodel import select

from monitor.domain.errors import SecondDaemon, StoreError
from monitor.store.database import Database
from monitor.store.tables import SourceRow

_DROP_OTHERS = (
    "select pg_terminate_backend(pid) from pg_stat_activity "
    "where datname = current_database() and pid <> pg_backend_pid()"
)


def test_a_second_daemon_on_the_same_database_is_refused_until_the_first_ends(
    fresh_postgres: Callable[[], str],
) -> None:
    """An advisory lock; another database of the same server is free."""
    address = fresh_postgres()
    first, second, elsewhere = Database(address), Database(address), Database(fresh_postgres())
    with first.only_daemon():
        with pytest.raises(SecondDaemon, match="already works on"), second.only_daemon():
            pytest.fail("two daemons at once")
        with elsewhere.only_daemon():
            pass
    with second.only_daemon():
        pass
    for database in (first, second, elsewhere):
        database.close()


def test_the_lock_ends_with_the_connection_of_its_holder(fresh_postgres: Callable[[], str]) -> None:
    """A killed daemon's connection is closed by the server, and the lock with it."""
    address = fresh_postgres()
    first, second = Database(address), Database(address)
    with first.only_daemon():
        with second.engine.begin() as connection:
            connection.execute(text(_DROP_OTHERS))
        with second.only_daemon():
            pass
    with first.only_daemon():
        pass
    first.close()
    second.close()


def test_a_server_that_is_away_is_a_store_error_and_the_next_look_works(
    fresh_postgres: Callable[[], str],
) -> None:
    """A connection the server dropped is replaced before it is used."""
    address = fresh_postgres()
    database, other = Database(address), Database(address)
    with database.write() as session:
        session.add(SourceRow(name="s"))
    with other.engine.begin() as connection:
        connection.execute(text(_DROP_OTHERS))
    with database.read() as session:
        assert session.exec(select(SourceRow.name)).all() == ["s"]
    nowhere = Database("postgresql://postgres@127.0.0.1:1/ipo")
    with pytest.raises(StoreError), nowhere.read() as session:
        session.exec(select(SourceRow)).all()
    for item in (database, other, nowhere):
        item.close()

"""Each way the exchange can mislead us gets its own verdict in time, is told once, and its end once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from monitor.domain.events import EventKind
from tests.health.bench import bench

LIST = "SH_XM_LB"

# fault, its value, verdict, polls until it is told
BAD_DAYS: list[tuple[str, Any, str, int]] = [
    ("empty", None, "empty", 1),
    ("shrunk", None, "shrunk", 1),
    ("forbidden", None, "blocked", 1),
    ("challenge", 200, "blocked", 1),
    ("challenge", 521, "blocked", 1),
    ("key_renamed", "updateDate", "drifted", 1),
    ("key_retyped", "stockIssuer", "drifted", 1),
    ("cut", None, "garbled", 3),
    ("busy", None, "busy", 3),
    ("server_error", None, "busy", 3),
    ("rate_limited", 1, "limited", 3),
    ("reset", None, "down", 3),
    ("wrong_length", None, "down", 3),
    ("redirect", None, "refused", 3),
    ("bomb", 32, "refused", 3),
]


@pytest.mark.parametrize(("fault", "value", "verdict", "polls"), BAD_DAYS)
async def test_a_bad_day_is_told_once_in_time_and_its_end_once_and_harms_no_other_source(
    tmp_path: Path, fault: str, value: Any, verdict: str, polls: int
) -> None:
    async with bench(tmp_path) as day:
        day.exchange.faults.on(fault, sql_id=LIST, value=value)
        for number in range(1, 6):
            await day.quick()
            assert len(day.told()) == (number >= polls), f"after {number} polls"
        assert day.told() == [("source_trouble", "sse_star", verdict)]
        assert await day.quick("csrc_tutoring") == "ok"
        day.exchange.faults.clear()
        day.clock.advance(3600)
        assert await day.quick() == "ok"
        assert await day.quick() == "ok"
        assert day.told()[1:] == [("source_recovered", "sse_star", verdict)]


async def test_news_in_a_shrunk_list_is_still_told(tmp_path: Path) -> None:
    late = datetime(2026, 6, 1, tzinfo=UTC)
    async with bench(tmp_path, as_of=late) as day:
        before = {row.project_id for row in day.events(EventKind.PROJECT_DISCOVERED)}
        day.seen[0] = None
        day.exchange.faults.on("shrunk", sql_id=LIST, value=5)
        assert await day.quick() == "shrunk"
        found = [row for row in day.events(EventKind.PROJECT_DISCOVERED) if row.project_id not in before]
        assert found
        assert not any(row.baseline for row in found)


async def test_a_poll_we_do_not_make_tells_no_recovery(tmp_path: Path) -> None:
    async with bench(tmp_path) as day:
        day.exchange.faults.on("rate_limited", sql_id=LIST, value=1800)
        for _ in range(3):
            await day.quick()
        day.exchange.faults.clear()
        verdicts = {await day.quick() for _ in range(12)}
        assert verdicts == {"backing-off"}
        assert day.told() == [("source_trouble", "sse_star", "limited")]
        day.clock.advance(3600)
        assert await day.quick() == "ok"
        assert day.told()[1:] == [("source_recovered", "sse_star", "limited")]


# Keys of a list row that carry facts; for each the fault renames it on every row.
KEYS = [
    "stockAuditNum",
    "stockAuditName",
    "currStatus",
    "updateDate",
    "issueMarketType",
    "intermediary",
    "stockIssuer",
]


async def test_a_renamed_key_is_drift_in_one_poll_and_changes_no_fact(tmp_path: Path) -> None:
    async with bench(tmp_path) as day:
        facts, names = day.app.stores.repository.known_rows("sse_star"), _issuers(day.app)
        changes = len(day.events(EventKind.PARTY_CHANGED))
        for key in KEYS:
            day.exchange.faults.on("key_renamed", sql_id=LIST, value=key)
            assert await day.quick() == "drifted", key
            assert _issuers(day.app) == names, key
            day.exchange.faults.clear()
            day.clock.advance(600)
            assert await day.quick() == "ok"
            assert await day.quick() == "ok"  # going back is believed at the second poll
        assert day.events(EventKind.ISSUER_RENAMED) == []
        assert len(day.events(EventKind.PARTY_CHANGED)) == changes
        assert day.app.stores.repository.known_rows("sse_star") == facts
        assert [kind for kind, *_ in day.told()] == ["source_trouble", "source_recovered"] * len(KEYS)


def _issuers(app: Any) -> list[Any]:
    with app.database.read() as session:
        query = text("select key, issuer, title, board, code, parties from project order by key")
        return list(session.connection().execute(query))


async def test_a_stale_cache_node_does_not_undo_news(tmp_path: Path) -> None:
    """A forward change is told at once; going back is believed at the second poll in a row only."""
    async with bench(tmp_path) as day:
        repository = day.app.stores.repository
        stale = repository.known_rows("sse_star")
        key = sorted(set(stale.values()))[0]

        def now() -> str:
            return next(digest for digest, at in repository.known_rows("sse_star").items() if at == key)

        old = now()
        touch = {"sql_id": LIST, "value": key}
        day.exchange.faults.on("touched", **touch)
        await day.quick()
        new = now()
        assert new != old
        for _ in range(3):  # A B A B A B
            day.exchange.faults.clear()
            await day.quick()
            assert key not in set(repository.known_rows("sse_star").values()), (
                "in doubt: read again next time"
            )
            day.exchange.faults.on("touched", **touch)
            await day.quick()
            assert now() == new
        day.exchange.faults.clear()
        await day.quick()
        await day.quick()
        assert now() == old, "two polls in a row are believed"

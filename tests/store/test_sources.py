"""How each source fares, as stored: trouble told once with its end told once, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, func, select

from monitor.domain.events import EventKind
from monitor.domain.records import Oddity
from monitor.store.database import Database
from monitor.store.sources import Poll, Sources
from monitor.store.tables import EventRow, PollRow

NOW = datetime(2026, 7, 10, 9, 0, tzinfo=UTC)


class Owed:
    """Counts what would be told."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def __call__(self, session: Session, rows: Sequence[EventRow]) -> None:
        self.kinds += [row.kind for row in rows]


@pytest.fixture
def owed() -> Owed:
    return Owed()


@pytest.fixture
def sources(database: Database, owed: Owed) -> Sources:
    return Sources(database, owed)


def _poll(minute: float, verdict: str = "ok", kind: str = "quick") -> Poll:
    at = NOW + timedelta(minutes=minute)
    return Poll(
        source="sse_star", kind=kind, started_at=at, ended_at=at, verdict=verdict, detail=verdict, rows=50
    )


def _run(sources: Sources, *verdicts: str) -> list[EventKind]:
    told = []
    for minute, verdict in enumerate(verdicts):
        told += [event.kind for event in sources.polled(_poll(minute, verdict))]
    return told


def test_an_empty_list_is_told_at_once_and_its_end_once(sources: Sources, owed: Owed) -> None:
    """Zero rows is an alarm at the first poll, however often it is repeated."""
    told = _run(sources, "ok", "empty", "empty", "empty", "ok", "ok")
    assert told == [EventKind.SOURCE_TROUBLE, EventKind.SOURCE_RECOVERED]
    assert owed.kinds == ["source_trouble", "source_recovered"]


def test_a_passing_hiccup_is_not_told(sources: Sources) -> None:
    """One or two failed polls and all is well: nobody needs to know."""
    assert _run(sources, "ok", "busy", "busy", "ok", "down", "ok") == []
    (state,) = sources.all()
    assert (state.trouble, state.failures, state.trouble_since) == ("", 0, None)


def test_a_third_failure_in_a_row_is_told(sources: Sources) -> None:
    """And only the third; the state shows it until it ends."""
    assert _run(sources, "ok", "busy", "busy", "busy", "busy") == [EventKind.SOURCE_TROUBLE]
    (state,) = sources.all()
    assert (state.trouble, state.rows) == ("busy", 50)
    assert state.last_ok_at == NOW


def test_a_second_trouble_later_is_told_again(sources: Sources) -> None:
    """Ids carry when it began, so the same trouble next week is another event."""
    told = _run(sources, "empty", "ok", "empty", "ok")
    assert told == [EventKind.SOURCE_TROUBLE, EventKind.SOURCE_RECOVERED] * 2


def test_trouble_survives_a_restart_and_is_not_told_twice(database: Database, owed: Owed) -> None:
    """A new process knows what was told."""
    Sources(database, owed).polled(_poll(0, "empty"))
    again = Sources(database, owed)
    assert again.polled(_poll(1, "empty")) == []
    assert [event.kind for event in again.polled(_poll(2, "ok"))] == [EventKind.SOURCE_RECOVERED]


def test_an_oddity_is_told_once(sources: Sources, owed: Owed) -> None:
    """The same odd row, seen every minute, is one notice."""
    odd = Oddity(where="project 990001", what="unknown status code 77/")
    assert len(sources.odd("sse_star", [odd, odd], NOW, "ab")) == 1
    assert sources.odd("sse_star", [odd], NOW + timedelta(days=1), "cd") == []
    assert sources.odd("sse_star", [], NOW, "ab") == []
    assert owed.kinds == ["operator_notice"]


def test_memory_is_kept_per_source_and_added_to(sources: Sources) -> None:
    """What one poll asks to remember does not forget what another did."""
    sources.remember("sse_star", unreadable=3)
    sources.remember("sse_star", refused={"documents": [1, ""]})
    sources.remember("csrc_tutoring", unreadable=9)
    assert sources.memory("sse_star") == {"unreadable": 3, "refused": {"documents": [1, ""]}}
    assert sources.memory("nobody") == {}
    assert sources.baseline_at("sse_star") is None


def test_old_polls_are_forgotten(database: Database, sources: Sources) -> None:
    """Two weeks of polls are kept, no more."""
    for day in (0, 10, 20):
        sources.polled(_poll(day * 1440))
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(PollRow)).one() == 2
    newest = sources.last_polls("sse_star", limit=1)
    assert [poll.ended_at for poll in newest] == [NOW + timedelta(days=20)]

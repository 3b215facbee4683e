"""The state machine's newer invariants can fail: each with a known-bad patch, caught in a few steps.

Rule: the same steps without the patch are clean, or the catching would prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from alerts.channels.telegram import TelegramChannel
from monitor import health
from monitor.domain.events import EventKind
from monitor.limiter import Limiter
from monitor.store import refreshes, repository
from monitor.store.tables import EventRow
from scrapers.sse_star import rows as wire
from tests.reliability.machine import GROUP, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path, 3)
    yield made
    made.close()


def _times_ten(patch: pytest.MonkeyPatch) -> None:
    honest = wire._planned

    def tenfold(*given: Any) -> Any:
        figure = honest(*given)
        return figure and replace(
            figure, amount=figure.amount * 10, as_printed=f"{figure.amount / 10_000_000}亿元"
        )

    patch.setattr(wire, "_planned", tenfold)


def _no_limits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Limiter, "ready_in", lambda *_, **__: 0.0)


def _unhidden(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(TelegramChannel, "_hide", lambda _, outcome: outcome)


def _never_told(patch: pytest.MonkeyPatch) -> None:
    honest = health.judge
    patch.setattr(health, "judge", lambda *given: (honest(*given)[0], []))


def _a_busy_afternoon(machine: Machine) -> None:
    """Revisions, many alerts at once, an answer lost, an outage; then time to send it all."""
    machine.site.publish(12)
    machine.site.revise(1, Decimal("12.34"))
    machine.channel.suffers(GROUP, "lost")
    machine.poll("quick")
    machine.deliver(300.0)
    machine.site.outage = "busy"
    for _ in range(3):
        machine.clock.advance(60.0)
        machine.poll("quick")
    machine.deliver(5.0)


def test_a_busy_afternoon_breaks_nothing(machine: Machine) -> None:
    """The steps below, without any patch."""
    _a_busy_afternoon(machine)
    assert len(machine.channel.sent) > 40
    assert machine.wrong() == []
    assert machine.wrong_at_the_end() == []


def test_bad_designs_are_caught_each_by_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures ten times too large, no limits, a token in an error kept, an outage nobody hears of."""
    words = {
        _times_ten: "was never printed",
        _no_limits: "allowed",
        _unhidden: "times in files",
        _never_told: "no trouble is open",
    }
    for bug in words:
        bug(monkeypatch)
    machine = Machine(tmp_path, 3)
    try:
        _a_busy_afternoon(machine)
        wrong = [*machine.wrong(), *machine.wrong_at_the_end()]
    finally:
        machine.close()
    for symptom in words.values():
        assert any(symptom in one for one in wrong), (symptom, wrong)


def _withdrawn(machine: Machine) -> list[str]:
    """A milestone is told, then withdrawn; three polls within ten minutes. What was corrected."""
    machine.site.publish(8)
    machine.poll("quick")
    machine.take_back(0)
    assert machine.taken_back
    for _ in range(3):
        machine.clock.advance(timedelta(minutes=3).total_seconds())
        machine.poll("quick")
    with machine.app.database.read() as session:
        corrections = session.exec(
            select(EventRow.project_id).where(EventRow.kind == EventKind.CORRECTION.value)
        ).all()
    return [project for project in corrections if project in machine.taken_back]


def test_a_withdrawn_milestone_is_told_without_waiting_for_the_night(machine: Machine) -> None:
    """One reading without the row raises a doubt; the second, which settles it, follows within minutes."""
    assert _withdrawn(machine)


def test_a_withdrawal_read_only_once_is_caught(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the second reading the machine says that it was never told."""
    honest = refreshes.note_lag
    monkeypatch.setattr(repository, "note_lag", lambda *given, **_: honest(*given))
    assert not _withdrawn(machine)
    assert any("never told" in one for one in machine.wrong_at_the_end())


def test_a_visitor_is_owed_what_comes_during_the_visit_and_nothing_else(machine: Machine) -> None:
    """Subscribed for the second publication of three; an alert taken away from it is missed."""
    machine.site.publish(3)
    machine.poll("quick")
    machine.subscribe(wanted=True)
    machine.site.publish(4)
    machine.poll("quick")
    machine.subscribe(wanted=False)
    machine.site.publish(4)
    machine.poll("quick")
    machine.deliver(60.0)
    assert machine.wrong() == []
    first, last = machine.stays[-1]
    assert last > first
    machine.stays[-1] = (first, last + 50)  # as if it had listened on: what it was not owed shows
    assert any("visitor: not owed" in one for one in machine.wrong())

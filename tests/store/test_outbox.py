"""The outbox's own promises, without a loop: staging, claiming, settling, on a real SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from alerts.contract import Delivered, Outcome, Rejected, RetryLater
from alerts.routing import wanted
from monitor.domain.errors import StoreError
from monitor.store import eventlog, outbox, settling
from monitor.store.chats import ensure_chat, listening, migrate_chat, resume, suspend
from monitor.store.database import Database
from monitor.store.jobs import Job, Progress, Rules, Settlement
from monitor.store.tables import ChatRow, DeliveryRow
from tests.delivery.kit import milestone

NOW = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)
RULES = Rules()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'monitor.db'}")
    database.migrate()
    yield database
    database.close()


def _greet(session: Session, address: str = "7") -> ChatRow:
    return ensure_chat(session, "telegram", address, now=NOW)


def _publish(session: Session, *numbers: int) -> None:
    rows = eventlog.append(session, [milestone(number, NOW) for number in numbers])
    outbox.stage(session, rows, listening(session), NOW, wanted)


def _claim(session: Session, now: datetime = NOW) -> list[Job]:
    chats = [lane.chat_id for lane in outbox.lanes(session)]
    return outbox.claim(session, chats, now, NOW, RULES)


def _settle(session: Session, job: Job, outcome: Outcome, now: datetime = NOW) -> None:
    settling.settle(session, [Settlement(job=job, outcome=outcome)], now, RULES, wanted)


def _states(session: Session) -> list[str]:
    return list(session.exec(select(DeliveryRow.state).order_by(DeliveryRow.id)))  # type: ignore[arg-type]


def test_events_and_what_they_owe_vanish_together_when_the_transaction_fails(database: Database) -> None:
    """No event without its deliveries, no delivery without its event."""

    def breaks_off() -> None:
        with database.write() as session:
            _greet(session)
            _publish(session, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks_off()
    with database.read() as session:
        assert _states(session) == []
        assert outbox.counts(session) == {}


def test_one_event_is_owed_to_one_chat_once_whoever_asks_twice(database: Database) -> None:
    """The unique index holds when staging is repeated by mistake."""
    with database.write() as session:
        _greet(session)
        rows = eventlog.append(session, [milestone(1, NOW)])
        outbox.stage(session, rows, listening(session), NOW, wanted)
    with pytest.raises(StoreError) as caught, database.write() as session:
        outbox.stage(session, rows, listening(session), NOW, wanted)
    assert isinstance(caught.value.__cause__, IntegrityError)


def test_what_is_claimed_is_not_claimed_again(database: Database) -> None:
    """One in flight per chat, also for a second caller."""
    with database.write() as session:
        chat = _greet(session)
        _publish(session, 1, 2)
        assert len(_claim(session)) == 1
        assert chat.id is not None
        assert outbox.claim(session, [chat.id], NOW, NOW, RULES) == []
        assert outbox.lanes(session) == []


def test_an_outcome_told_twice_changes_nothing_the_second_time(database: Database) -> None:
    """A commit reported as failed is repeated; the first outcome stands."""
    with database.write() as session:
        _greet(session)
        _publish(session, 1)
        (job,) = _claim(session)
        _settle(session, job, Delivered(receipt="1"))
        _settle(session, job, RetryLater(why="late word", ambiguous=True))
        assert _states(session) == ["sent"]


def test_a_suspended_chats_unresolved_alert_keeps_its_mark_until_it_returns(database: Database) -> None:
    """Unanswered, then blocked, then back: the copy still says that it may be a repeat."""
    with database.write() as session:
        chat = _greet(session)
        _publish(session, 1)
        _settle(session, _claim(session)[0], RetryLater(why="?", ambiguous=True))
        suspend(session, chat, "blocked")
        assert _states(session) == ["suspended"]
        assert resume(session, chat, NOW) == 1
        (job,) = _claim(session)
        assert job.marked


def test_an_intent_taken_back_spares_what_is_under_way(database: Database) -> None:
    """Only deliveries nobody sends return to pending."""
    with database.write() as session:
        _greet(session)
        _greet(session, "8")
        _publish(session, 1)
        mine, lost = _claim(session)
        assert outbox.release(session, mine.ids) == 1
        assert session.get(DeliveryRow, lost.ids[0]).state == "pending"  # type: ignore[union-attr]
        assert session.get(DeliveryRow, mine.ids[0]).state == "sending"  # type: ignore[union-attr]


def test_a_group_that_moves_back_and_forth_stays_one_chat(database: Database) -> None:
    """Signposts never form a circle; the queue is always at the present address."""
    with database.write() as session:
        chat = _greet(session, "-5")
        _publish(session, 1)
        chat = migrate_chat(session, chat, "-1005")
        chat = migrate_chat(session, chat, "-5")
        assert chat.address == "-5"
        assert [lane.address for lane in outbox.lanes(session)] == ["-5"]
        assert [row.address for row in listening(session)] == ["-5"]
        assert _greet(session, "-1005").id == chat.id


def test_progress_survives_its_text() -> None:
    """What is stored between two parts is what is read."""
    progress = Progress(receipts=("1", "2"), notes=("迟到 3 小时",), parts=4)
    assert Progress.from_text(progress.to_text()) == progress
    assert Progress.from_text("") == Progress()


OUTCOMES = st.sampled_from(
    [
        Delivered(receipt="1"),
        RetryLater(why="refused"),
        RetryLater(why="429", after=timedelta(seconds=40)),
        RetryLater(why="no answer", ambiguous=True),
        RetryLater(why="moved", new_address="-1005"),
        Rejected(why="bad markup", scope="message"),
        Rejected(why="blocked", scope="chat"),
        "crash",
        "return",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(OUTCOMES, max_size=14))
def test_whatever_the_service_says_every_alert_ends_known_and_no_doubt_is_forgotten(
    database: Database, steps: list[Outcome | str]
) -> None:
    """After any history: one row per event and chat, an unanswered one never unmarked, each end reached."""
    now = NOW
    doubted: set[int] = set()
    with database.write() as session:
        for row in session.exec(select(DeliveryRow)).all():
            session.delete(row)
        for chat in session.exec(select(ChatRow)).all():
            session.delete(chat)
        session.flush()
        _greet(session, "-5")
        base = 1000 * (_newest(session) + 1)
        _publish(session, base, base + 1, base + 2)
        for step in [*steps, *["return", Delivered(receipt="9")] * 6]:
            now += timedelta(seconds=45)
            if step == "return":
                for chat in listening(session):
                    resume(session, chat, now)
                continue
            for job in _claim(session, now):
                assert job.marked == bool(doubted & set(job.ids))
                if step == "crash":
                    doubted |= set(job.ids)
                    outbox.recover_at_start(session, now, RULES.settle)
                    continue
                assert not isinstance(step, str)
                if isinstance(step, RetryLater) and step.ambiguous:
                    doubted |= set(job.ids)
                _settle(session, job, step, now)  # type: ignore[arg-type]  # the words are gone by now
        states = _states(session)
        session.rollback()
    assert len(states) == 3
    assert set(states) <= {"sent", "parked", "poison"}
    assert states.count("poison") <= sum(isinstance(s, Rejected) and s.scope == "message" for s in steps) // 2


def _newest(session: Session) -> int:
    from sqlmodel import func

    from monitor.store.tables import EventRow

    return session.exec(select(func.max(EventRow.seq))).one() or 0

"""The operator's pins and the prospectus's business section: what moves grades beside the sources' rows.

Rule: a start takes over the configured pins and grades every issuer anew, so that a new program, a new
registry or a removed pin shows as an event with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from monitor.domain.diff import Sight
from monitor.domain.events import Event
from monitor.domain.grades import Grade
from monitor.store import eventlog
from monitor.store.database import Database
from monitor.store.grading import assess, forget_pins_and_texts, names_of, pin_for
from monitor.store.tables import (
    EventRow,
    IssuerBusinessRow,
    IssuerRow,
    ProjectRow,
    RelevancePinRow,
)

Owe = Callable[[Session, Sequence[EventRow]], None]
_MOST_TEXT = 400_000  # characters of a business section that are kept


class RelevanceStore:
    """Grades that move for other reasons than a source's row."""

    def __init__(self, database: Database, owe: Owe) -> None:
        self._database = database
        self._owe = owe

    def begin(self, pins: Sequence[tuple[str, Grade]], at: datetime) -> list[Event]:
        """Take over these pins and grade every issuer anew; the events of what changed by it."""
        with self._database.write() as session:
            _replace_pins(session, pins)
            forget_pins_and_texts(session)
            sight = Sight(at=at, raw_sha256="")
            issuer_ids = session.exec(select(IssuerRow.id).order_by(col(IssuerRow.id))).all()
            return self._assess_all(session, [number for number in issuer_ids if number is not None], sight)

    def business_read(self, source: str, key: str, text: str, sight: Sight) -> list[Event]:
        """The business section of a project's prospectus was read: its issuer is graded by it.

        An empty text changes nothing; of a very long one the first 400,000 characters are kept.
        """
        if not text.strip():
            return []
        with self._database.write() as session:
            issuer_id = session.get_one(ProjectRow, (source, key)).issuer_id
            session.merge(
                IssuerBusinessRow(
                    issuer_id=issuer_id,
                    text=text[:_MOST_TEXT],
                    document_sha256=sight.raw_sha256,
                    read_at=sight.at,
                )
            )
            session.flush()
            forget_pins_and_texts(session)
            return self._assess_all(session, [issuer_id], sight)

    def idle_pins(self) -> list[str]:
        """Pins whose name no issuer known so far carries: perhaps to come, perhaps mistyped."""
        with self._database.read() as session:
            pins = session.exec(select(RelevancePinRow).order_by(RelevancePinRow.name)).all()
            if not pins:
                return []
            issuers = [names_of(session, issuer) for issuer in session.exec(select(IssuerRow)).all()]
        return [pin.name for pin in pins if not any(pin_for(names, [pin]) for names in issuers)]

    def _assess_all(self, session: Session, issuer_ids: Iterable[int], sight: Sight) -> list[Event]:
        told: list[Event] = []
        for issuer_id in issuer_ids:
            rows = eventlog.append(session, assess(session, issuer_id, sight, quiet=False), issuer_id)
            self._owe(session, rows)
            told += [eventlog.to_event(row) for row in rows]
        return told


def _replace_pins(session: Session, pins: Sequence[tuple[str, Grade]]) -> None:
    for row in session.exec(select(RelevancePinRow)).all():
        session.delete(row)
    session.flush()
    session.add_all(
        [RelevancePinRow(name=name, grade=grade.value, by="relevance.pins") for name, grade in pins]
    )
    session.flush()

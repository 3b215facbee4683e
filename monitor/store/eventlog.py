"""Events ↔ rows: the log everything else is told from, in order of commitment.

Rule: an event of an issuer carries the grade its issuer has at that moment, and its place in the league.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from monitor.domain.events import Event, EventKind
from monitor.domain.records import Figure
from monitor.domain.stages import State
from monitor.store.grading import grade_details
from monitor.store.league import league_details
from monitor.store.offering import with_documents
from monitor.store.tables import EventRow


def append(session: Session, events: Iterable[Event], issuer_id: int | None = None) -> list[EventRow]:
    """Add the events whose ids are new; return their rows with `seq` set, in order."""
    wanted = {event.id: event for event in events}
    if not wanted:
        return []
    ids = list(wanted)
    known: set[str] = set()
    for start in range(0, len(ids), 500):
        known.update(session.exec(select(EventRow.id).where(col(EventRow.id).in_(ids[start : start + 500]))))
    fresh = [event for event in wanted.values() if event.id not in known]
    if fresh and issuer_id is not None:
        graded = grade_details(session, issuer_id)
        fresh = [with_documents(session, event, issuer_id) for event in fresh]
        fresh = [
            replace(event, details={**graded, **league_details(session, event, issuer_id), **event.details})
            for event in fresh
        ]
    rows = [to_row(event, issuer_id) for event in fresh]
    session.add_all(rows)
    session.flush()
    return rows


def to_row(event: Event, issuer_id: int | None = None) -> EventRow:
    """One event as its row."""
    return EventRow(
        id=event.id,
        kind=event.kind.value,
        source=event.source,
        project_id=event.project_id,
        issuer_id=issuer_id,
        issuer=event.issuer,
        board=event.board,
        code=event.state.code if event.state else "",
        outcome_code=event.state.outcome_code if event.state else "",
        date=event.date,
        published_at=event.published_at,
        first_seen_at=event.first_seen_at,
        baseline=event.baseline,
        reason=event.reason,
        title=event.title,
        url=event.url,
        raw_sha256=event.raw_sha256,
        before=event.before,
        after=event.after,
        figures=[_stored(figure) for figure in event.figures],
        details=dict(event.details),
    )


def to_event(row: EventRow) -> Event:
    """One row as the event it was."""
    return Event(
        id=row.id,
        kind=EventKind(row.kind),
        source=row.source,
        project_id=row.project_id,
        issuer=row.issuer,
        board=row.board,
        state=State(row.code, row.outcome_code) if row.code else None,
        date=row.date,
        published_at=row.published_at,
        first_seen_at=row.first_seen_at,
        baseline=row.baseline,
        reason=row.reason,
        title=row.title,
        url=row.url,
        raw_sha256=row.raw_sha256,
        before=row.before,
        after=row.after,
        figures=tuple(
            Figure(
                kind=figure["kind"],
                amount=Decimal(figure["amount"]),
                currency=figure["currency"],
                as_printed=figure["as_printed"],
                qualifier=figure.get("qualifier", ""),
                period=figure.get("period", ""),
                label=figure.get("label", ""),
                page=figure.get("page"),
                quote=figure.get("quote", ""),
            )
            for figure in row.figures
        ),
        details=row.details,
    )


def _stored(figure: Figure) -> dict[str, Any]:
    """The public form of a figure; what a figure does not have is no key."""
    optional = {name: getattr(figure, name) for name in ("qualifier", "period", "label", "page", "quote")}
    return {
        "kind": figure.kind,
        "amount": f"{figure.amount:f}",
        "currency": figure.currency,
        "as_printed": figure.as_printed,
    } | {name: value for name, value in optional.items() if value not in ("", None)}

"""Records ↔ rows: what a source saw becomes facts, events and owed deliveries in one transaction.

Rule: this package alone builds rows, from frozen records.
Rule: each `…_seen` is one durable transaction; called twice with the same answer it adds nothing.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from monitor.domain.diff import Sight, diff_documents, diff_project, merge
from monitor.domain.errors import SourceEmpty
from monitor.domain.events import Event
from monitor.domain.records import DocumentRecord, ProjectRecord, StatusRow
from monitor.domain.stages import State
from monitor.domain.timeline import WITHDRAWN_AFTER, diff_timeline
from monitor.store import eventlog
from monitor.store.baseline import boundary_of, end_baseline, live_after
from monitor.store.database import Database
from monitor.store.grading import assess
from monitor.store.issuers import issuer_id_for, tutoring_facts
from monitor.store.project_rows import (
    earlier_key,
    fill_row,
    known_status,
    read_paces,
    record_of,
)
from monitor.store.refreshes import CHANGED, FILL_IN, FOLLOWED, note_lag
from monitor.store.reversals import Reversals
from monitor.store.tables import DocumentRow, EventRow, ProjectRow, StatusRowRow

# Called inside the transaction with the new event rows: stages the deliveries they owe.
Owe = Callable[[Session, Sequence[EventRow]], None]


class Repository:
    """The facts of every source, and the log of what happened to them."""

    def __init__(self, database: Database, owe: Owe, followed: Callable[[str], bool]) -> None:
        self._database = database
        self._owe = owe
        self._followed = followed
        self._paces: dict[str, dict[State, list[int]]] = {}
        self._reversals = Reversals()
        self._digests: dict[str, dict[str, str]] = {}  # of the list rows, until one changes

    def known_rows(self, source: str) -> dict[str, str]:
        """Digest of each list row as last seen → project key.

        Rows in doubt (a reversal seen once) are left out, so that the next poll shows them again.
        """
        known = self._digests.get(source)
        if known is None:
            with self._database.read() as session:
                pairs = session.exec(
                    select(ProjectRow.digest, ProjectRow.key).where(ProjectRow.source == source)
                )
                known = self._digests[source] = {digest: key for digest, key in pairs if digest}
        doubted = self._reversals.doubted(source)
        return {digest: key for digest, key in known.items() if key not in doubted} if doubted else known

    def projects_seen(
        self, source: str, rows: Iterable[tuple[str, ProjectRecord]], sight: Sight, *, baseline: bool
    ) -> list[Event]:
        """New or changed list rows, given with their digests; changed projects are due for a refresh."""
        self._digests.pop(source, None)
        told: list[Event] = []
        with self._database.write() as session:
            for digest, record in rows:
                told += self._project_seen(session, digest, record, sight, baseline=baseline)
        return told

    def _project_seen(
        self, session: Session, digest: str, seen: ProjectRecord, sight: Sight, *, baseline: bool
    ) -> list[Event]:
        row = session.get(ProjectRow, (seen.source, seen.key))
        if row is not None and not self._reversals.believe(
            (seen.source, seen.key),
            (row.digest, row.updated_at),
            (digest, seen.updated_at),
        ):
            return []
        known = record_of(row) if row else None
        record = merge(known, seen) if known else seen
        issuer_id = issuer_id_for(
            session, record.issuer, record.issuer_short, formerly=known.issuer if known else None
        )
        events = diff_project(known, record, sight, baseline=baseline)
        if row is None:
            earlier = earlier_key(session, record, issuer_id)
            row = ProjectRow(
                source=record.source,
                key=record.key,
                issuer_id=issuer_id,
                issuer=record.issuer,
                title=record.title,
                board=record.board,
                code=record.state.code,
                updated_at=record.updated_at,
                digest=digest,
                first_seen_at=sight.at,
                earlier_key=earlier,
            )
            if earlier:
                events[0] = replace(events[0], details={**events[0].details, "earlier_project": earlier})
            if baseline:
                row.baseline_code = record.state.code
                row.baseline_outcome_code = record.state.outcome_code
                row.baseline_updated_at = record.updated_at
        fill_row(row, record, digest, sight)
        row.issuer_id = issuer_id
        if not baseline:
            row.refresh_priority = CHANGED
        elif not row.refresh_priority:
            row.refresh_priority = FOLLOWED if self._followed(record.issuer) else FILL_IN
        row.refresh_not_before, row.lag_count = None, 0
        session.add(row)
        session.flush()
        events += assess(session, issuer_id, sight, quiet=baseline)
        self._tell(session, events, row)
        return events

    def timeline_seen(self, source: str, key: str, seen: Sequence[StatusRow], sight: Sight) -> list[Event]:
        """One complete reading of a project's timeline, oldest first as the exchange lists it."""
        try:
            with self._database.write() as session:
                return self._timeline_seen(session, source, key, seen, sight)
        except BaseException:
            self._paces.pop(source, None)  # it may hold days of a transaction that is gone
            raise

    def _timeline_seen(
        self, session: Session, source: str, key: str, seen: Sequence[StatusRow], sight: Sight
    ) -> list[Event]:
        row = session.get_one(ProjectRow, (source, key))
        project = record_of(row)
        stored = {
            item.item_id: item
            for item in session.exec(
                select(StatusRowRow).where(StatusRowRow.source == source, StatusRowRow.project_key == key)
            )
        }
        if stored and not seen:
            raise SourceEmpty(f"the timeline of project {key} came empty, where it had {len(stored)} rows")
        paces = self._paces.setdefault(source, {}) or read_paces(session, source)
        self._paces[source] = paces
        diff = diff_timeline(
            project,
            [known_status(item) for item in stored.values()],
            seen,
            sight,
            live_after=None if stored else live_after(session, row, project, seen),
            paces=paces,
            extra=tutoring_facts(session, row.issuer_id),
        )
        for known in diff.rows:
            item = stored.get(known.row.item_id) or StatusRowRow(
                source=source,
                project_key=key,
                item_id=known.row.item_id,
                code=known.row.state.code,
                date=known.row.date,
                decided_at=known.row.decided_at,
                published_at=known.row.published_at,
            )
            item.code, item.outcome_code = known.row.state.code, known.row.state.outcome_code
            item.date, item.reason = known.row.date, known.row.reason
            item.decided_at, item.published_at = known.row.decided_at, known.row.published_at
            item.milestone, item.missing = known.milestone, known.missing
            session.add(item)
        session.flush()
        for event_id, reason in diff.reasons.items():
            milestone = session.exec(select(EventRow).where(EventRow.id == event_id)).one_or_none()
            if milestone is not None:
                milestone.reason = reason
                session.add(milestone)
        told = self._tell(session, diff.events, row)
        for event_row in told:
            days = event_row.details.get("days_since_acceptance")
            if isinstance(days, int) and event_row.kind == "milestone":
                insort(paces.setdefault(State(event_row.code, event_row.outcome_code), []), days)
        doubted = any(0 < known.missing < WITHDRAWN_AFTER for known in diff.rows)
        note_lag(row, project.state, seen, sight.at, doubted=doubted)
        session.add(row)
        return [eventlog.to_event(item) for item in told]

    def documents_seen(self, source: str, seen: Iterable[DocumentRecord], sight: Sight) -> list[Event]:
        """Documents of any projects; those of projects we do not know are left for their discovery."""
        by_project: dict[str, list[DocumentRecord]] = {}
        for document in seen:
            by_project.setdefault(document.project_key, []).append(document)
        told: list[Event] = []
        with self._database.write() as session:
            for key, documents in by_project.items():
                row = session.get(ProjectRow, (source, key))
                if row is not None:
                    told += self._documents_seen(session, row, documents, sight)
        return told

    def _documents_seen(
        self, session: Session, row: ProjectRow, seen: Sequence[DocumentRecord], sight: Sight
    ) -> list[Event]:
        known = {
            key: f"{path}|{code}"
            for key, path, code in session.exec(
                select(DocumentRow.key, DocumentRow.path, DocumentRow.type_code).where(
                    DocumentRow.source == row.source, DocumentRow.project_key == row.key
                )
            )
        }
        quiet_until = None
        if row.baseline_code is not None and row.refreshed_at is None:
            quiet_until = boundary_of(session, row.source) or datetime.max.replace(tzinfo=UTC)
        found = diff_documents(record_of(row), known, seen, sight, quiet_until=quiet_until)
        for document, _ in found:
            session.add(
                DocumentRow(
                    source=row.source,
                    project_key=row.key,
                    key=document.key,
                    title=document.title,
                    type=document.type.value,
                    type_code=document.type_code,
                    date=document.date,
                    published_at=document.published_at,
                    url=document.url,
                    path=document.path,
                    size=document.size,
                )
            )
        events = [event for _, event in found]
        self._tell(session, events, row)
        return events

    def known_documents(self, source: str, keys: Iterable[str]) -> set[str]:
        """Which of these document keys are stored already."""
        with self._database.read() as session:
            return set(
                session.exec(
                    select(DocumentRow.key).where(
                        DocumentRow.source == source, col(DocumentRow.key).in_(list(keys))
                    )
                )
            )

    def baseline_done(self, source: str, boards: Sequence[str], fetched_at: datetime) -> None:
        """The first, quiet reading is complete: from here on, what is published is news."""
        with self._database.write() as session:
            end_baseline(session, source, boards, fetched_at)

    def _tell(self, session: Session, events: Iterable[Event], row: ProjectRow) -> list[EventRow]:
        short = {"issuer_short": row.issuer_short} if row.issuer_short else {}
        told = [replace(event, details={**short, **event.details}) for event in events]
        rows = eventlog.append(session, told, row.issuer_id)
        self._owe(session, rows)
        return rows

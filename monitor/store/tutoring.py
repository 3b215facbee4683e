"""Tutoring rows (辅导备案) ↔ rows, with their events, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select

from monitor.domain.diff import Sight
from monitor.domain.events import Event
from monitor.domain.records import Oddity, TutoringRow
from monitor.domain.tutoring_diff import diff_tutoring
from monitor.domain.tutoring_rows import company_key
from monitor.store import eventlog
from monitor.store.database import Database
from monitor.store.grading import assess
from monitor.store.issuers import issuer_id_for
from monitor.store.repository import Owe
from monitor.store.tables import TutoringRowRow


class TutoringStore:
    """What the regulator's list showed so far."""

    def __init__(self, database: Database, owe: Owe) -> None:
        self._database = database
        self._owe = owe

    def known(self) -> dict[str, TutoringRow]:
        """Row key → row of everything stored."""
        with self._database.read() as session:
            return _known(session, None)

    def seen(
        self,
        rows: Sequence[TutoringRow],
        *,
        at: datetime,
        baseline: bool,
        raw_sha256: str,
        url: str,
    ) -> tuple[list[Event], tuple[Oddity, ...]]:
        """Rows of one page: new facts, events and deliveries, committed together."""
        companies = {company_key(row) for row in rows}
        told: list[Event] = []
        with self._database.write() as session:
            diff = diff_tutoring(
                _known(session, companies),
                rows,
                first_seen_at=at,
                baseline=baseline,
                raw_sha256=raw_sha256,
                url=url,
            )
            ids = {company_key(row): issuer_id_for(session, row.company) for row in rows}
            for key, row in diff.upserts.items():
                session.merge(
                    TutoringRowRow(
                        identity=key,
                        company_key=company_key(row),
                        issuer_id=ids[company_key(row)],
                        company=row.company,
                        tutor=row.tutor,
                        date=row.date,
                        status=row.status,
                        office=row.office,
                        report_type=row.report_type,
                        title=row.title,
                        document_url=row.document_url,
                    )
                )
            if diff.retired:
                session.exec(delete(TutoringRowRow).where(col(TutoringRowRow.identity).in_(diff.retired)))
            session.flush()
            sight = Sight(at=at, raw_sha256=raw_sha256)
            changed = {company_key(row) for row in diff.upserts.values()}
            moved = [
                (ids[key], event)
                for key in sorted(changed)
                for event in assess(session, ids[key], sight, quiet=baseline)
            ]
            known = [(ids.get(event.project_id), event) for event in diff.events]
            for issuer_id, event in [*known, *moved]:
                appended = eventlog.append(session, [event], issuer_id)
                self._owe(session, appended)
                told += [eventlog.to_event(row) for row in appended]
        return told, diff.oddities


def _known(session: Session, companies: set[str] | None) -> dict[str, TutoringRow]:
    wanted = select(TutoringRowRow)
    if companies is not None:
        wanted = wanted.where(col(TutoringRowRow.company_key).in_(list(companies)))
    return {
        row.identity: TutoringRow(
            company=row.company,
            tutor=row.tutor,
            date=row.date,
            status=row.status,
            office=row.office,
            report_type=row.report_type,
            title=row.title,
            document_url=row.document_url,
        )
        for row in session.exec(wanted)
    }

"""Issues and listings (发行上市) ↔ rows, with their events and calendar days, in one transaction.

Rule: a row is joined to an issuer by its normalised full name once; from then on its code decides.
Rule: a company of another board that nobody applied for with us is stored and told to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone

from sqlmodel import Session, col, select

from monitor.domain.diff import Sight
from monitor.domain.events import Event
from monitor.domain.issue_diff import SOURCE, diff_bulletin, diff_issue
from monitor.domain.issue_records import IN_ORDER, STAR_BOARD, BulletinRecord, NewShareRecord
from monitor.domain.names import read_company_name
from monitor.domain.records import Oddity
from monitor.store import eventlog
from monitor.store.calendar_facts import keep_days
from monitor.store.database import Database
from monitor.store.grading import assess
from monitor.store.issue_rows import DAYS, bulletin_row, filled_row, join_of, known_issue
from monitor.store.issuers import issuer_id_for
from monitor.store.repository import Owe
from monitor.store.tables import BulletinRow, IssuerNameRow, NewShareRow, SourceRow

_CST = timezone(timedelta(hours=8))
_LISTED_LATELY = timedelta(days=30)


class IssueStore:
    """What the exchange's new-share list and issue bulletins showed so far."""

    def __init__(self, database: Database, owe: Owe) -> None:
        self._database = database
        self._owe = owe

    def seen(
        self, rows: Sequence[NewShareRecord], sight: Sight, *, baseline: bool
    ) -> tuple[int, list[Event], list[Oddity]]:
        """Rows of one page: (rows that changed, new events, oddities), committed together."""
        changed, told, oddities = 0, [], []
        with self._database.write() as session:
            for record in rows:
                row = session.get(NewShareRow, record.code)
                issuer_id, odd = _issuer(session, row, record)
                oddities += [odd] if odd else []
                known = known_issue(row) if row else None
                diff = diff_issue(
                    known, record, join_of(session, record, issuer_id), sight, baseline=baseline
                )
                moved = diff.known != known or row is None or row.issuer_id != issuer_id
                if moved:
                    changed += 1
                    row = filled_row(row, diff.known, issuer_id, sight)
                    session.add(row)
                    session.flush()
                if issuer_id is None or not moved:
                    continue
                oddities += diff.oddities
                # An issuer first met here has no grade yet, and its events carry the grade.
                graded = assess(session, issuer_id, sight, quiet=baseline)
                appended = eventlog.append(session, [*diff.events, *graded], issuer_id)
                self._owe(session, appended)
                told += [eventlog.to_event(item) for item in appended]
                keep_days(session, issuer_id, record.code, diff, sight.at)
        return changed, told, oddities

    def bulletins_seen(self, rows: Sequence[BulletinRecord], sight: Sight) -> list[Event]:
        """Bulletins of companies on the list; those published before our first reading are stored quietly."""
        told: list[Event] = []
        with self._database.write() as session:
            source = session.get(SourceRow, SOURCE)
            since = source.baseline_at if source else None
            for record in sorted(rows, key=lambda one: (one.date, one.published_at or sight.at, one.key)):
                share = session.get(NewShareRow, record.code)
                if share is None or share.issuer_id is None:
                    continue
                if session.get(BulletinRow, (record.code, record.key)) is not None:
                    continue
                session.add(bulletin_row(record, share.issuer_id, sight))
                join = join_of(session, known_issue(share).record, share.issuer_id)
                event = diff_bulletin(record, join, sight, baseline=_is_old(record, since))
                appended = eventlog.append(session, [event], share.issuer_id)
                self._owe(session, appended)
                told += [eventlog.to_event(item) for item in appended]
        return told

    def codes(self, today: date, *, coming: bool = False) -> list[str]:
        """Codes with an issuer that are on their way, and without `coming` those listed within 30 days."""
        with self._database.read() as session:
            rows = session.exec(
                select(NewShareRow).where(col(NewShareRow.issuer_id).is_not(None)).order_by(NewShareRow.code)
            ).all()
        lately = today if coming else today - _LISTED_LATELY
        return [
            row.code
            for row in rows
            if row.status == IN_ORDER
            and (row.listing_date is None or row.listing_date >= lately)
            and (last := _last_day(row)) is not None
            and last >= today - _LISTED_LATELY
        ]


def _issuer(
    session: Session, row: NewShareRow | None, record: NewShareRecord
) -> tuple[int | None, Oddity | None]:
    """The issuer of a row: pinned by its code, else found by its full name, else made for STAR companies."""
    name = read_company_name(record.full_name).full
    named = session.get(IssuerNameRow, name)
    if row is not None and row.issuer_id is not None:
        if named is None:  # renamed after its code was given
            session.add(IssuerNameRow(normalised=name, issuer_id=row.issuer_id))
            session.flush()
            what = f"the code's company is now called {record.full_name}, before {row.full_name}"
            return row.issuer_id, Oddity(where=f"new share {record.code}", what=what)
        if named.issuer_id != row.issuer_id:
            what = f"the name {record.full_name} leads to another issuer than the code did before"
            return row.issuer_id, Oddity(where=f"new share {record.code}", what=what)
        return row.issuer_id, None
    if named is not None or record.board == STAR_BOARD:
        return issuer_id_for(session, record.full_name), None
    return None, None


def _is_old(record: BulletinRecord, since: datetime | None) -> bool:
    """Whether a bulletin was out before our first reading; a day without a time counts from its evening."""
    if since is None:
        return True
    if record.published_at is not None:
        return record.published_at <= since
    return record.date <= since.astimezone(_CST).date()


def _last_day(row: NewShareRow) -> date | None:
    days = [day for name in DAYS if (day := getattr(row, name)) is not None]
    return max(days, default=None)

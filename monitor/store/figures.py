"""Documents worth reading, how far each has come, and the figures they state.

Rule: a document is queued once, by its address; it is not fetched again while its file stands.
Rule: figures, events and the mark "read" are one transaction: a crash repeats the reading, adding nothing.
Rule: documents the monitor knew for days before it queued them are history: read, never alerted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, delete, func, select

from monitor.domain.diff import Sight
from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.figure_diff import DECISION, DRAFTS, MEETING, Earlier, ReadDocument, document_events
from monitor.domain.figures.record import Figure, Reading
from monitor.domain.figures.registration import RegistrationNumber
from monitor.domain.issue_records import CalendarKind
from monitor.store import eventlog
from monitor.store.calendar_facts import call_off, note
from monitor.store.database import Database
from monitor.store.figure_rows import as_figure, as_row
from monitor.store.offering import compared_with_told
from monitor.store.reading_queue import (
    CANCELLATION,
    cancelled_since,
    draft_place,
    earlier_draft,
    enqueue,
    is_first,
    is_newest,
    issuers_of,
    planned,
)
from monitor.store.tables import EventRow, FigureRow, IssuerRow, ProjectRow, ReadingRow

Owe = Callable[[Session, Sequence[EventRow]], None]

WAITING, FETCHED, READ, FAILED = "waiting", "fetched", "read", "failed"
_HOUR = timedelta(hours=1)
_RETRY_FIRST, _RETRY_MOST = timedelta(minutes=5), timedelta(hours=6)
# A document that is missing or broken stays so; a host in trouble comes back, be it after days.
_TRIES, _TRIES_AT_TROUBLE = 5, 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """The next thing to do for one document: fetch it, or read the file of this hash."""

    url: str
    source: str
    kind: str
    issuer: str
    title: str
    project_key: str
    project_source: str
    sha256: str  # "" while it is to be fetched

    @property
    def decision(self) -> bool:
        """Whether its registration number is wanted."""
        return self.kind == DECISION

    @property
    def draft(self) -> bool:
        """Whether it is a draft of the prospectus."""
        return self.kind in DRAFTS


class FiguresStore:
    """The queue of documents and what was read in them."""

    def __init__(self, database: Database, owe: Owe, followed: Callable[[str], bool]) -> None:
        self._database = database
        self._owe = owe
        self._followed = followed
        self._scanned: int | None = None  # newest event when documents were last looked for

    def enqueue(self, now: datetime) -> int:
        """Queue documents of AI-chip and watched issuers not queued yet; how many there were.

        Every new document and every changed grade comes with an event, so without one there is nothing new.
        """
        with self._database.read() as session:
            newest = session.exec(select(func.max(EventRow.seq))).one() or 0
        if newest == self._scanned:
            return 0
        with self._database.write() as session:
            count = enqueue(session, now, self._followed)
        self._scanned = newest
        return count

    def next(self, now: datetime, sources: Sequence[str], *, per_hour: int, fetch: bool = True) -> Job | None:
        """What to do next: read what is fetched, then fetch news before history, within the hourly limit."""
        with self._database.read() as session:
            # Nothing is put off longer than that: our clock was set back since.
            put_off = (col(ReadingRow.not_before) > now) & (col(ReadingRow.not_before) <= now + _RETRY_MOST)
            due = select(ReadingRow).where(~put_off)
            row = session.exec(due.where(ReadingRow.state == FETCHED).order_by(col(ReadingRow.url))).first()
            if row is None and fetch and sources:
                waiting = due.where(ReadingRow.state == WAITING, col(ReadingRow.source).in_(sources))
                row = self._to_fetch(session, waiting, now, per_hour)
            if row is None:
                return None
            return _job(row, session.get_one(IssuerRow, row.issuer_id).name)

    def _to_fetch(self, session: Session, waiting: Any, now: datetime, per_hour: int) -> ReadingRow | None:
        lately = session.exec(
            select(func.count()).select_from(ReadingRow).where(col(ReadingRow.fetched_at) > now - _HOUR)
        ).one()
        if lately >= per_hour:
            return None
        published = (col(ReadingRow.published_at), col(ReadingRow.date), col(ReadingRow.url))
        news: ReadingRow | None = session.exec(
            waiting.where(col(ReadingRow.quiet).is_(False)).order_by(*published)
        ).first()
        if news is not None:
            before = earlier_draft(session, news, (WAITING,)) if news.kind in DRAFTS else None
            return before if before is not None and before.not_before <= now else news
        if lately >= max(1, per_hour * 3 // 4):  # history leaves room for news
            return None
        history: ReadingRow | None = session.exec(
            waiting.order_by(*(column.desc() for column in published))
        ).first()
        return history

    def fetched(self, url: str, sha256: str, size: int, at: datetime) -> None:
        """The document's file is on the shelf."""
        with self._database.write() as session:
            row = session.get_one(ReadingRow, url)
            row.state, row.sha256, row.size, row.fetched_at = FETCHED, sha256, size, at
            session.add(row)

    def lost(self, url: str, at: datetime) -> None:
        """The file of a fetched document is gone: it is to be fetched again."""
        with self._database.write() as session:
            row = session.get_one(ReadingRow, url)
            row.state, row.sha256, row.not_before = WAITING, "", at
            session.add(row)

    def failed(
        self, url: str, reason: str, at: datetime, *, trouble: bool = False, final: bool = False
    ) -> list[Event]:
        """It could not be fetched or read: again later from the start, or given up, which operators hear.

        `trouble` is the host's own, which deserves more patience; `final` gives up at once.
        """
        with self._database.write() as session:
            row = session.get_one(ReadingRow, url)
            row.attempts += 1
            row.last_error, row.sha256 = reason[:500], ""
            row.not_before = at + min(_RETRY_FIRST * 2 ** min(row.attempts - 1, 10), _RETRY_MOST)
            given_up = final or row.attempts >= (_TRIES_AT_TROUBLE if trouble else _TRIES)
            row.state = FAILED if given_up else WAITING
            session.add(row)
            if not given_up:
                return []
            what = f"given up after {row.attempts} tries: {reason}"
            return self._tell(session, [_notice(row, what, at)], row.issuer_id)

    def read(
        self,
        url: str,
        reading: Reading,
        number: RegistrationNumber | None,
        sight: Sight,
        *,
        meeting: date | None = None,
        meeting_off: bool = False,
    ) -> list[Event]:
        """Keep what a document says; the events it makes, committed with it.

        `meeting` is the day a committee notice calls: kept in the calendar of every issuer it is listed for.
        `meeting_off`: it cancels the issuer's review, whose day owes no reminder any more.
        """
        with self._database.write() as session:
            row = session.get_one(ReadingRow, url)
            session.exec(delete(FigureRow).where(col(FigureRow.url) == url))
            session.add_all([as_row(figure, url, row.issuer_id) for figure in reading.figures])
            row.state, row.read_at, row.last_error = READ, sight.at, ""
            row.pages, row.document_kind = reading.pages, reading.document_kind
            row.flags = [flag.as_json() for flag in reading.flags]
            session.add(row)
            session.flush()
            project = session.get(ProjectRow, (row.project_source, row.project_key))
            issuer = session.get_one(IssuerRow, row.issuer_id)
            newest = is_newest(session, row)
            events = document_events(
                _document(row, issuer, project),
                reading,
                sight,
                number=number,
                earlier=_earlier(session, row) if row.kind in DRAFTS else None,
                first=is_first(session, row),
                listed=planned(project) if newest and row.kind in DRAFTS else None,
                quiet=row.quiet or self._superseded(session, row),
            )
            if row.kind == MEETING:
                self._call(session, row, meeting, sight)
                if meeting_off:
                    row.document_kind = CANCELLATION
                    call_off(session, row.issuer_id, CalendarKind.COMMITTEE, row.date, row.source, sight.at)
            elif not events and (row.kind != DECISION or "批复" in row.title):
                events = [_notice(row, _nothing(row, reading), sight.at)]
            short = project.issuer_short if project else issuer.short_name
            if short:
                events = [
                    replace(event, details={"issuer_short": short, **event.details}) for event in events
                ]
            return self._tell(session, events, row.issuer_id)

    def _call(self, session: Session, row: ReadingRow, day: date | None, sight: Sight) -> None:
        """The meeting's day in the calendars of all whose papers list the notice."""
        if day is None:
            return  # a supplement or a cancellation calls none
        told_by = event_id(row.source, row.project_key, EventKind.DOCUMENT_DISCLOSED, row.date, row.key)
        for issuer_id in issuers_of(session, row):
            if cancelled_since(session, row, issuer_id, day):
                continue
            note(
                session, issuer_id, CalendarKind.COMMITTEE, day,
                key="", source=row.source, event_id=told_by, at=sight.at,
            )  # fmt: skip

    def business_wanted(self, url: str) -> bool:
        """Whether its business section is the newest word on the issuer: no younger draft was read."""
        with self._database.read() as session:
            row = session.get_one(ReadingRow, url)
            return row.kind in DRAFTS and not self._superseded(session, row)

    def counts(self) -> dict[str, int]:
        """How many documents stand at each state, for `status`."""
        with self._database.read() as session:
            pairs = session.exec(select(ReadingRow.state, func.count()).group_by(ReadingRow.state)).all()
            return dict(pairs)

    def figures(self, url: str) -> list[Figure]:
        """The figures of one document in page order."""
        with self._database.read() as session:
            return _figures(session, url)

    def _superseded(self, session: Session, row: ReadingRow) -> bool:
        """A younger draft of the project was read already: what this one says is history."""
        if row.kind not in DRAFTS:
            return False
        others = session.exec(
            select(ReadingRow).where(
                ReadingRow.project_source == row.project_source,
                ReadingRow.project_key == row.project_key,
                col(ReadingRow.kind).in_(DRAFTS),
                ReadingRow.state == READ,
            )
        )
        return any(draft_place(other) > draft_place(row) for other in others)

    def _tell(self, session: Session, events: Sequence[Event], issuer_id: int) -> list[Event]:
        notices = [event for event in events if event.kind is EventKind.OPERATOR_NOTICE]
        told = [
            compared_with_told(session, event, issuer_id)
            for event in events
            if event.kind is not EventKind.OPERATOR_NOTICE
        ]
        rows = [*eventlog.append(session, told, issuer_id), *eventlog.append(session, notices)]
        self._owe(session, rows)
        return [eventlog.to_event(item) for item in rows]


def _job(row: ReadingRow, issuer: str) -> Job:
    return Job(
        url=row.url,
        source=row.source,
        kind=row.kind,
        issuer=issuer,
        title=row.title,
        project_key=row.project_key,
        project_source=row.project_source,
        sha256=row.sha256,
    )


def _document(row: ReadingRow, issuer: IssuerRow, project: ProjectRow | None) -> ReadDocument:
    return ReadDocument(
        source=row.source,
        key=row.key,
        kind=row.kind,
        project_key=row.project_key,
        issuer=project.issuer if project else issuer.name,
        board=project.board if project else "",
        title=row.title,
        date=row.date,
        published_at=row.published_at,
        url=row.url,
        project_url=project.url if project else "",
        sha256=row.sha256,
    )


def _earlier(session: Session, row: ReadingRow) -> Earlier | None:
    before = earlier_draft(session, row, (READ,))
    if before is None:
        return None
    return Earlier(
        title=before.title,
        kind=before.kind,
        date=before.date,
        figures=tuple(_figures(session, before.url)),
    )


def _figures(session: Session, url: str) -> list[Figure]:
    rows = session.exec(select(FigureRow).where(FigureRow.url == url).order_by(col(FigureRow.id)))
    return [as_figure(row) for row in rows]


def _nothing(row: ReadingRow, reading: Reading) -> str:
    found = "; ".join(f"{flag.check}: {flag.detail}" for flag in reading.flags[:3])
    wanted = "registration number" if row.kind == DECISION else "figure"
    return f"no {wanted} could be read in {row.title}" + (f" ({found})" if found else "")


def _notice(row: ReadingRow, what: str, at: datetime) -> Event:
    where = f"document {row.key}"
    return Event(
        id=event_id(row.source, where, EventKind.OPERATOR_NOTICE, what[:200]),
        kind=EventKind.OPERATOR_NOTICE,
        source=row.source,
        first_seen_at=at,
        baseline=row.quiet,  # what is wrong with history wakes nobody
        title=where,
        reason=f"{what} — {row.url}",
        raw_sha256=row.sha256,
    )


__all__ = ["FAILED", "FETCHED", "READ", "WAITING", "FiguresStore", "Job"]

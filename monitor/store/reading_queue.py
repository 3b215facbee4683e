"""Which documents are worth reading, and how the drafts of one prospectus follow one another.

Rule: drafts, registration decisions and committee notices of AI-chip or watched issuers, and the bulletins
of their offerings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlmodel import Session, col, func, select

from monitor.domain.events import EventKind, event_id
from monitor.domain.figure_diff import DECISION, DRAFTS, MEETING
from monitor.domain.grades import Grade
from monitor.domain.issue_diff import IMPORTANT_BULLETINS
from monitor.domain.issue_diff import SOURCE as ISSUES
from monitor.domain.records import Figure
from monitor.store.tables import (
    BulletinRow,
    DocumentRow,
    EventRow,
    FigureRow,
    IssuerRow,
    ProjectRow,
    ReadingRow,
)

CANCELLATION = "committee_cancellation"  # a committee notice that, once read, cancels a review
_WANTED = (*DRAFTS, DECISION, MEETING)
_HISTORY = timedelta(days=3)  # known to us for longer before it was queued


def enqueue(session: Session, now: datetime, followed: Callable[[str], bool]) -> int:
    """Queue what is worth reading and not queued; how many documents."""
    graded = session.exec(select(IssuerRow).where(IssuerRow.grade == Grade.AI_CHIP.value)).all()
    ids = {issuer.id for issuer in graded if issuer.id is not None}
    ids |= {
        issuer_id
        for issuer_id, name in session.exec(select(ProjectRow.issuer_id, ProjectRow.issuer).distinct())
        if followed(name)
    }
    known = set(session.exec(select(ReadingRow.url)))
    count = 0
    for issuer_id in sorted(ids):
        new = (*_documents(session, issuer_id, now, known), *_bulletins(session, issuer_id, now, known))
        for row in new:
            if row.url and row.url not in known:
                known.add(row.url)
                session.add(row)
                count += 1
    return count


def _documents(session: Session, issuer_id: int, now: datetime, known: set[str]) -> list[ReadingRow]:
    found = session.exec(
        select(DocumentRow)
        .join(
            ProjectRow,
            (col(ProjectRow.source) == col(DocumentRow.source))
            & (col(ProjectRow.key) == col(DocumentRow.project_key)),
        )
        .where(ProjectRow.issuer_id == issuer_id, col(DocumentRow.type).in_(_WANTED))
        .order_by(col(DocumentRow.published_at), col(DocumentRow.key))
    )
    return [
        ReadingRow(
            url=row.url,
            key=row.path,
            source=row.source,
            kind=row.type,
            issuer_id=issuer_id,
            project_source=row.source,
            project_key=row.project_key,
            title=row.title,
            date=row.date,
            published_at=row.published_at,
            quiet=_is_history(
                session,
                event_id(row.source, row.project_key, EventKind.DOCUMENT_DISCLOSED, row.date, row.key),
                now,
            ),
            not_before=now,
            queued_at=now,
        )
        for row in found
        if row.url not in known
    ]


def _bulletins(session: Session, issuer_id: int, now: datetime, known: set[str]) -> list[ReadingRow]:
    found = session.exec(
        select(BulletinRow)
        .where(BulletinRow.issuer_id == issuer_id)
        .where(col(BulletinRow.kind).in_([kind.value for kind in IMPORTANT_BULLETINS]))
        .order_by(col(BulletinRow.date), col(BulletinRow.key))
    ).all()
    if not found:
        return []
    project = session.exec(
        select(ProjectRow)
        .where(ProjectRow.issuer_id == issuer_id)
        .order_by(col(ProjectRow.updated_at).desc())
        .limit(1)
    ).first()
    return [
        ReadingRow(
            url=row.url,
            key=row.key,
            source=ISSUES,
            kind=row.kind,
            issuer_id=issuer_id,
            project_source=project.source if project else "",
            project_key=project.key if project else "",
            title=row.title,
            date=row.date,
            published_at=row.published_at,
            quiet=_is_history(
                session,
                event_id(ISSUES, row.code, EventKind.BULLETIN_DISCLOSED, row.date, row.key),
                now,
            ),
            not_before=now,
            queued_at=now,
        )
        for row in found
        if row.url not in known
    ]


def _is_history(session: Session, disclosed: str, now: datetime) -> bool:
    """Learned quietly, or known for days before anybody asked for its figures."""
    event = session.exec(select(EventRow).where(EventRow.id == disclosed)).first()
    return event is None or event.baseline or now - event.first_seen_at > _HISTORY


def document_counts(session: Session) -> dict[str, int]:
    """Documents queued, by how far they have come, and the figures read in them so far."""
    states = dict(session.exec(select(ReadingRow.state, func.count()).group_by(ReadingRow.state)).all())
    found = {state: states.get(state, 0) for state in ("read", "fetched", "waiting", "failed")}
    return found | {"figures": session.exec(select(func.count()).select_from(FigureRow)).one()}


def issuers_of(session: Session, row: ReadingRow) -> list[int]:
    """Every issuer whose project lists the document, the row's own first."""
    found = session.exec(
        select(ProjectRow.issuer_id)
        .join(
            DocumentRow,
            (col(ProjectRow.source) == col(DocumentRow.source))
            & (col(ProjectRow.key) == col(DocumentRow.project_key)),
        )
        .where(DocumentRow.url == row.url)
        .order_by(col(ProjectRow.issuer_id))
    )
    return list(dict.fromkeys([row.issuer_id, *found]))


def cancelled_since(session: Session, row: ReadingRow, issuer_id: int, day: date) -> bool:
    """Whether a younger notice, read before this one, cancels the issuer's review that it calls for `day`."""
    since = row.published_at or datetime.combine(row.date, time(), UTC)
    notices = session.exec(
        select(ReadingRow).where(
            ReadingRow.issuer_id == issuer_id,
            ReadingRow.kind == MEETING,
            ReadingRow.document_kind == CANCELLATION,
            col(ReadingRow.date) <= day,
        )
    )
    return any((one.published_at or datetime.combine(one.date, time(), UTC)) > since for one in notices)


def draft_place(row: ReadingRow | DocumentRow) -> tuple[datetime, int, str]:
    """The place of a draft in its project: by publication, then 申报稿, 上会稿, 注册稿, then address."""
    published = row.published_at or datetime.combine(row.date, time(), UTC)
    kind = row.kind if isinstance(row, ReadingRow) else row.type
    return published, DRAFTS.index(kind), row.url


def earlier_draft(session: Session, row: ReadingRow, states: Sequence[str]) -> ReadingRow | None:
    """The draft of the same project right before this one, among those at these states."""
    others = session.exec(
        select(ReadingRow).where(
            ReadingRow.project_source == row.project_source,
            ReadingRow.project_key == row.project_key,
            col(ReadingRow.kind).in_(DRAFTS),
            col(ReadingRow.state).in_(states),
        )
    )
    before = [other for other in others if draft_place(other) < draft_place(row)]
    return max(before, key=draft_place, default=None)


def is_first(session: Session, row: ReadingRow) -> bool:
    """Whether no earlier draft of the project is listed, read or not."""
    return row.kind in DRAFTS and all(
        draft_place(other) > draft_place(row) for other in _listed_drafts(session, row)
    )


def is_newest(session: Session, row: ReadingRow) -> bool:
    """Whether no later draft of the project is listed."""
    return row.kind in DRAFTS and all(
        draft_place(other) < draft_place(row) for other in _listed_drafts(session, row)
    )


def _listed_drafts(session: Session, row: ReadingRow) -> list[DocumentRow]:
    """The other drafts; the same file may be listed twice, by both generations of the exchange's query."""
    found = session.exec(
        select(DocumentRow).where(
            DocumentRow.source == row.project_source,
            DocumentRow.project_key == row.project_key,
            col(DocumentRow.type).in_(DRAFTS),
            DocumentRow.url != row.url,
        )
    )
    return list(found)


def planned(project: ProjectRow | None) -> Figure | None:
    """The planned proceeds as the exchange's list shows them now."""
    if project is None or project.planned_fen is None:
        return None
    return Figure(
        kind="planned_proceeds",
        amount=Decimal(project.planned_fen) / 100,
        currency=project.planned_currency,
        as_printed=project.planned_as_printed,
    )

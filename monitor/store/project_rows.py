"""Project and timeline rows ↔ records, and what is read off many of them at once."""

from __future__ import annotations

from datetime import date as Day
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from monitor.domain.diff import Sight
from monitor.domain.records import Figure, Party, ProjectRecord, Role, StatusRow
from monitor.domain.stages import Stage, State
from monitor.domain.timeline import KnownStatus
from monitor.store.tables import ProjectRow, StatusRowRow


def read_paces(session: Session, source: str) -> dict[State, list[int]]:
    """Days from acceptance to the first time each state was reached, of every project, sorted."""
    rows = session.exec(
        select(StatusRowRow.project_key, StatusRowRow.code, StatusRowRow.outcome_code, col(StatusRowRow.date))
        .where(StatusRowRow.source == source, col(StatusRowRow.milestone).is_(True))
        .order_by(col(StatusRowRow.published_at), col(StatusRowRow.decided_at))
    ).all()
    accepted: dict[str, Day | None] = {}
    reached: set[tuple[str, State]] = set()
    paces: dict[State, list[int]] = {}
    for key, code, outcome_code, day in rows:
        state = State(code, outcome_code)
        if (key, state) in reached:
            continue
        reached.add((key, state))
        if key not in accepted:
            accepted[key] = day if state.stage is Stage.ACCEPTED else None
            continue
        start = accepted[key]
        if start is not None:
            paces.setdefault(state, []).append((day - start).days)
    for days in paces.values():
        days.sort()
    return paces


def newest_change(session: Session, source: str) -> datetime | None:
    return session.exec(
        select(ProjectRow.updated_at)
        .where(ProjectRow.source == source)
        .order_by(col(ProjectRow.updated_at).desc())
        .limit(1)
    ).first()


def earlier_key(session: Session, record: ProjectRecord, issuer_id: int) -> str:
    earlier = session.exec(
        select(ProjectRow.key)
        .where(ProjectRow.source == record.source, ProjectRow.issuer_id == issuer_id)
        .where(ProjectRow.key != record.key, col(ProjectRow.updated_at) <= record.updated_at)
        .order_by(col(ProjectRow.updated_at).desc())
    ).first()
    return earlier or ""


def record_of(row: ProjectRow) -> ProjectRecord:
    planned = None
    if row.planned_fen is not None:
        planned = Figure(
            kind="planned_proceeds",
            amount=Decimal(row.planned_fen) / 100,
            currency=row.planned_currency,
            as_printed=row.planned_as_printed,
        )
    return ProjectRecord(
        source=row.source,
        key=row.key,
        issuer=row.issuer,
        issuer_short=row.issuer_short,
        title=row.title,
        board=row.board,
        state=State(row.code, row.outcome_code),
        planned=planned,
        updated_at=row.updated_at,
        accepted_at=row.accepted_at,
        industry_code=row.industry_code,
        industry=row.industry,
        province=row.province,
        parties=tuple(
            Party(role=Role(role), name=name, short_name=short) for role, name, short in row.parties
        ),
        url=row.url,
    )


def fill_row(row: ProjectRow, record: ProjectRecord, digest: str, sight: Sight) -> None:
    row.issuer, row.issuer_short, row.title = record.issuer, record.issuer_short, record.title
    row.board, row.url = record.board, record.url
    row.code, row.outcome_code = record.state.code, record.state.outcome_code
    if record.planned:
        row.planned_fen = int(record.planned.amount * 100)
        row.planned_currency = record.planned.currency
        row.planned_as_printed = record.planned.as_printed
    row.updated_at, row.accepted_at = record.updated_at, record.accepted_at
    row.industry_code, row.industry = record.industry_code, record.industry
    row.province = record.province
    row.parties = [[party.role.value, party.name, party.short_name] for party in record.parties]
    row.digest, row.raw_sha256 = digest, sight.raw_sha256


def known_status(item: StatusRowRow) -> KnownStatus:
    return KnownStatus(
        row=StatusRow(
            item_id=item.item_id,
            state=State(item.code, item.outcome_code),
            date=item.date,
            decided_at=item.decided_at,
            published_at=item.published_at,
            reason=item.reason,
        ),
        milestone=item.milestone,
        missing=item.missing,
    )

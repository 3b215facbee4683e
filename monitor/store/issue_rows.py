"""New-share and bulletin records ↔ their rows, and the application a row belongs to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from monitor.domain.diff import Sight
from monitor.domain.issue_checks import WAN, gross_figure, price_figure
from monitor.domain.issue_diff import Join, KnownIssue
from monitor.domain.issue_records import BulletinRecord, NewShareRecord
from monitor.domain.records import Figure
from monitor.store.tables import BulletinRow, NewShareRow, ProjectRow

_NUMBERS = (
    "price",
    "shares_initial",
    "shares_issued",
    "shares_online",
    "purchase_limit",
    "gross",
    "lottery_rate",
    "pe_ratio",
)
DAYS = ("offline_date", "online_date", "result_date", "payment_date", "listing_date")


def join_of(session: Session, record: NewShareRecord, issuer_id: int | None) -> Join:
    """The newest application of the issuer on the board it is listed on."""
    project = None
    if issuer_id is not None:
        project = session.exec(
            select(ProjectRow)
            .where(ProjectRow.issuer_id == issuer_id, ProjectRow.board == record.board)
            .order_by(col(ProjectRow.updated_at).desc())
            .limit(1)
        ).first()
    if project is None:
        return Join(issuer=record.full_name, board=record.board, new_issuer=True)
    planned = None
    if project.planned_fen is not None:
        planned = Figure(
            kind="planned_proceeds",
            amount=Decimal(project.planned_fen) / 100,
            currency=project.planned_currency,
            as_printed=project.planned_as_printed,
        )
    return Join(
        issuer=project.issuer,
        project_id=project.key,
        board=record.board,
        url=project.url,
        planned=planned,
    )


def known_issue(row: NewShareRow) -> KnownIssue:
    """The row as the record it was; numbers keep their printed digits."""
    numbers: dict[str, Any] = {name: Decimal(text) for name, text in row.numbers.items()}
    days: dict[str, Any] = {name: getattr(row, name) for name in DAYS}
    return KnownIssue(
        record=NewShareRecord(
            code=row.code,
            name=row.name,
            full_name=row.full_name,
            board=row.board,
            status=row.status,
            lottery_rate_unit=row.lottery_rate_unit,
            url=row.url,
            **numbers,
            **days,
        ),
        listed_told=row.listed_told,
    )


def filled_row(
    row: NewShareRow | None, known: KnownIssue, issuer_id: int | None, sight: Sight
) -> NewShareRow:
    """The row brought up to what is known now; sums in fen only where they are proven."""
    record = known.record
    if row is None:
        row = NewShareRow(
            code=record.code,
            name=record.name,
            full_name=record.full_name,
            board=record.board,
            first_seen_at=sight.at,
        )
    row.issuer_id = issuer_id
    for name in ("name", "full_name", "board", "status", "lottery_rate_unit", "url", *DAYS):
        setattr(row, name, getattr(record, name))
    row.numbers = {name: f"{value:f}" for name in _NUMBERS if (value := getattr(record, name)) is not None}
    price, gross = price_figure(record), gross_figure(record)
    row.price_fen = _whole(price.amount * 100) if price else None
    row.gross_fen = _whole(gross.amount * 100) if gross else None
    row.shares = _whole(record.shares_issued * WAN) if record.shares_issued is not None else None
    row.listed_told, row.raw_sha256 = known.listed_told, sight.raw_sha256
    return row


def _whole(amount: Decimal) -> int | None:
    """The amount as an integer, or None where it is not one: nothing is rounded into the store."""
    return int(amount) if amount == amount.to_integral_value() else None


def bulletin_row(record: BulletinRecord, issuer_id: int, sight: Sight) -> BulletinRow:
    """One bulletin as its row."""
    return BulletinRow(
        code=record.code,
        key=record.key,
        issuer_id=issuer_id,
        title=record.title,
        kind=record.kind.value,
        heading=record.heading,
        date=record.date,
        published_at=record.published_at,
        url=record.url,
        first_seen_at=sight.at,
    )

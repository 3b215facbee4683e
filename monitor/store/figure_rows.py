"""Figures ↔ rows, exactly: every number as text, money in whole fen beside it."""

from __future__ import annotations

from decimal import Decimal

from monitor.domain.figures.record import Figure, ProceedsRow
from monitor.domain.money import Money
from monitor.store.tables import FigureRow


def as_row(figure: Figure, url: str, issuer_id: int) -> FigureRow:
    """One figure of the document at `url` as its row."""
    fen = None
    if figure.amount is not None and figure.currency is not None:
        fen = Money(amount=figure.amount, currency=figure.currency).fen()
    return FigureRow(
        url=url,
        issuer_id=issuer_id,
        kind=figure.kind,
        amount=_text(figure.amount),
        amount_fen=fen,
        high=_text(figure.high),
        currency=figure.currency,
        unit=figure.unit,
        measure=figure.measure,
        as_printed=figure.as_printed,
        qualifier=figure.qualifier,
        period=figure.period,
        label=figure.label,
        offering=figure.offering,
        page=figure.page,
        quote=figure.quote,
        document_sha256=figure.document_sha256,
        confidence=f"{figure.confidence:f}",
        rows=[[row.project, _text(row.total_investment), f"{row.from_proceeds:f}"] for row in figure.rows],
    )


def as_figure(row: FigureRow) -> Figure:
    """One row as the figure it was."""
    return Figure(
        kind=row.kind,
        amount=_number(row.amount),
        currency=row.currency,
        unit=row.unit,
        as_printed=row.as_printed,
        qualifier=row.qualifier,
        page=row.page,
        quote=row.quote,
        document_sha256=row.document_sha256,
        confidence=Decimal(row.confidence),
        measure=row.measure,
        high=_number(row.high),
        period=row.period,
        label=row.label,
        offering=row.offering,
        rows=tuple(
            ProceedsRow(
                project=project or "",
                total_investment=_number(total),
                from_proceeds=Decimal(proceeds or "0"),
            )
            for project, total, proceeds in row.rows
        ),
    )


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)

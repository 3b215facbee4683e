"""Use of proceeds as the newest document of an issuer states it, for its picture.

Rule: rows and sums come from one document; what is about (约) so much, a range or foreign money is absent.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from alerts.bot.pictures import name_of, origin_of
from alerts.pictures.facts import Proceeds, Project
from monitor.store.bot_lists import company_of
from monitor.store.tables import FigureRow, IssuerRow, ReadingRow

_TABLE = "use_of_proceeds"
_SUMS = ("planned_proceeds", "gross_proceeds", "net_proceeds")


def proceeds_of(session: Session, issuer_id: int, now: datetime) -> Proceeds | None:
    """The table of the newest document that has one, with its page; None where no document has."""
    issuer = session.get(IssuerRow, issuer_id)
    found = session.exec(
        select(FigureRow, ReadingRow)
        .join(ReadingRow, col(ReadingRow.url) == col(FigureRow.url))
        .where(FigureRow.issuer_id == issuer_id, FigureRow.kind == _TABLE)
        .order_by(col(ReadingRow.date).desc(), col(FigureRow.id))
    )
    table = next(((figure, reading) for figure, reading in found if figure.rows), None)
    if issuer is None or table is None:
        return None
    figure, reading = table
    sums = _sums(session, figure.url)
    return Proceeds(
        name=name_of(company_of(issuer)),
        projects=tuple(
            Project(title=project or "", total=_yuan(total), proceeds=_yuan(part))
            for project, total, part in figure.rows
        ),
        planned=sums.get("planned_proceeds"),
        gross=sums.get("gross_proceeds"),
        net=sums.get("net_proceeds"),
        document=reading.title,
        page=figure.page,
        origin=origin_of((reading.source,), now),
    )


def _sums(session: Session, url: str) -> dict[str, Decimal]:
    """The exact sums of one document in yuan; none of a kind it states in two ways."""
    rows = session.exec(select(FigureRow).where(FigureRow.url == url, col(FigureRow.kind).in_(_SUMS)))
    found: dict[str, set[Decimal]] = {}
    for row in rows:
        amount = _yuan(row.amount)
        if amount is not None and row.currency == "CNY" and not row.qualifier and row.high is None:
            found.setdefault(row.kind, set()).add(amount)
    return {kind: amounts.pop() for kind, amounts in found.items() if len(amounts) == 1}


def _yuan(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)

"""Issuers: one company behind its printed names, over every source."""

from __future__ import annotations

from sqlmodel import Session, col, select

from monitor.domain.names import read_company_name
from monitor.store.tables import EventRow, IssuerNameRow, IssuerRow


def issuer_id_for(
    session: Session, printed: str, short_name: str = "", *, formerly: str | None = None
) -> int:
    """The issuer a printed full name leads to, made when nobody knows it.

    `formerly` is the name the same project carried before: a rename adds a name, not a company.
    """
    name = read_company_name(printed)
    spellings = [name.full, *name.former]
    if formerly:
        spellings.append(read_company_name(formerly).full)
    known = [row for text in spellings if (row := session.get(IssuerNameRow, text)) is not None]
    if known:
        issuer_id = known[0].issuer_id
    else:
        issuer = IssuerRow(name=printed, short_name=short_name)
        session.add(issuer)
        session.flush()
        assert issuer.id is not None
        issuer_id = issuer.id
    issuer = session.get_one(IssuerRow, issuer_id)
    if formerly and formerly != printed:
        issuer.name = printed
    if short_name and issuer.short_name != short_name:
        issuer.short_name = short_name
    session.add(issuer)
    for text in spellings:
        if session.get(IssuerNameRow, text) is None:
            session.add(IssuerNameRow(normalised=text, issuer_id=issuer_id))
    session.flush()
    return issuer_id


def tutoring_facts(session: Session, issuer_id: int) -> dict[str, str | int]:
    """How long tutoring (辅导) took, for the acceptance alert: only what its dates prove."""
    rows = session.exec(
        select(EventRow.code, col(EventRow.date), EventRow.details)
        .where(EventRow.issuer_id == issuer_id, EventRow.kind == "milestone")
        .where(col(EventRow.code).like("tutoring-%"))
        .order_by(col(EventRow.seq))
    ).all()
    filed = [day for code, day, _ in rows if code == "tutoring-filed" and day is not None]
    accepted = [day for code, day, _ in rows if code == "tutoring-accepted" and day is not None]
    facts: dict[str, str | int] = {}
    if filed:
        facts["tutoring_filed"] = max(filed).isoformat()
    if accepted:
        facts["tutoring_accepted"] = max(accepted).isoformat()
    if filed and accepted and max(accepted) >= max(filed):
        facts["tutoring_days"] = (max(accepted) - max(filed)).days
    return facts

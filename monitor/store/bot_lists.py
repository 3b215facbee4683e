"""What the bot lists, read from the store: every company's names, the board, the dates, the raises."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta, timezone
from decimal import Decimal

from sqlmodel import Session, col, func, select

from alerts.bot.contract import Company, Day, Lined, Raise
from monitor.domain.grades import Grade
from monitor.domain.issue_records import CalendarKind
from monitor.domain.registry import bundled_registry
from monitor.domain.stages import State
from monitor.store.grading import english_name
from monitor.store.tables import (
    CalendarFactRow,
    IssuerNameRow,
    IssuerRow,
    NewShareRow,
    ProjectRow,
    StatusRowRow,
)

_CST = timezone(timedelta(hours=8))


def pipeline(session: Session) -> list[Lined]:
    """The AI-chip issuers with their newest application, the longest in their stage first."""
    rows = session.exec(
        select(ProjectRow, IssuerRow)
        .join(IssuerRow, col(IssuerRow.id) == col(ProjectRow.issuer_id))
        .where(IssuerRow.grade == Grade.AI_CHIP.value)
        .order_by(col(ProjectRow.updated_at))
    ).all()
    newest = {issuer.id: (project, issuer) for project, issuer in rows}
    lined = [
        Lined(
            company=company_of(issuer),
            state=State(project.code, project.outcome_code),
            since=_since(session, project),
        )
        for project, issuer in newest.values()
    ]
    return sorted(lined, key=lambda row: (row.since or date.max, row.company.shown))


def days(session: Session, first: date, last: date) -> list[Day]:
    """The calendar between two days, both included."""
    rows = session.exec(
        select(CalendarFactRow, IssuerRow)
        .join(IssuerRow, col(IssuerRow.id) == col(CalendarFactRow.issuer_id))
        .where(col(CalendarFactRow.date) >= first, col(CalendarFactRow.date) <= last)
        .order_by(col(CalendarFactRow.date), col(CalendarFactRow.issuer_id))
    )
    return [
        Day(company=company_of(issuer), kind=CalendarKind(fact.kind), day=fact.date) for fact, issuer in rows
    ]


def raised(session: Session, year: int) -> list[Raise]:
    """Gross proceeds of the offerings subscribed in a year, the largest first; only what was proven."""
    rows = session.exec(
        select(NewShareRow, IssuerRow)
        .join(IssuerRow, col(IssuerRow.id) == col(NewShareRow.issuer_id))
        .where(col(NewShareRow.gross_fen).is_not(None))
    )
    found = []
    for share, issuer in rows:
        day = share.online_date or share.listing_date
        if day is not None and day.year == year and share.gross_fen is not None:
            found.append(Raise(company=company_of(issuer), yuan=_yuan(share.gross_fen), day=day))
    return sorted(found, key=lambda row: -Decimal(row.yuan))


def planned(session: Session, year: int) -> list[Raise]:
    """Planned proceeds of the AI-chip applications accepted in a year, the largest first."""
    rows = session.exec(
        select(ProjectRow, IssuerRow)
        .join(IssuerRow, col(IssuerRow.id) == col(ProjectRow.issuer_id))
        .where(IssuerRow.grade == Grade.AI_CHIP.value, ProjectRow.planned_currency == "CNY")
        .where(col(ProjectRow.planned_fen).is_not(None), col(ProjectRow.accepted_at).is_not(None))
    )
    found = []
    for project, issuer in rows:
        assert project.accepted_at is not None  # by the query
        day = project.accepted_at.astimezone(_CST).date()
        if day.year == year and project.planned_fen:
            found.append(Raise(company=company_of(issuer), yuan=_yuan(project.planned_fen), day=day))
    return sorted(found, key=lambda row: -Decimal(row.yuan))


def _yuan(fen: int) -> str:
    return f"{Decimal(fen) / 100:f}"


def company_of(issuer: IssuerRow) -> Company:
    """An issuer under the names people use."""
    assert issuer.id is not None  # read from the database
    return Company(
        issuer_id=issuer.id,
        name=issuer.name,
        short=_known_short(issuer),
        grade=issuer.grade,
        english=english_name(issuer.name, issuer.short_name),
    )


def _known_short(issuer: IssuerRow) -> str:
    """The short name the exchange prints, else the shortest Chinese name of the registry."""
    if issuer.short_name:
        return issuer.short_name
    match = bundled_registry().find(issuer.name)
    names = (
        [name for name in match.company.names if not name.isascii()] if match and not match.ambiguous else []
    )
    return min(names, key=len) if names else ""


def companies_of(session: Session) -> list[Company]:
    """Every issuer stored, then the companies of the registry that nobody lists yet."""
    names: dict[int, list[str]] = defaultdict(list)
    for row in session.exec(select(IssuerNameRow)):
        names[row.issuer_id].append(row.normalised)
    codes: dict[int, list[str]] = defaultdict(list)
    for code, number, short in session.exec(
        select(NewShareRow.code, NewShareRow.issuer_id, NewShareRow.name)
    ):
        if number is not None:
            codes[number].append(code)
            names[number].append(short)
    for key, number in session.exec(select(ProjectRow.key, ProjectRow.issuer_id)):
        codes[number].append(key)
    registry = bundled_registry()
    listed: set[str] = set()
    found = []
    for issuer in session.exec(select(IssuerRow).order_by(col(IssuerRow.id))):
        assert issuer.id is not None  # read from the database
        match = registry.find(issuer.name, issuer.short_name)
        aliases = list(names[issuer.id])
        if match is not None and not match.ambiguous:
            listed.add(match.company.key)
            aliases += [*match.company.names, *match.company.ambiguous]
        found.append(
            Company(
                issuer_id=issuer.id,
                name=issuer.name,
                short=_known_short(issuer),
                names=tuple(dict.fromkeys(aliases)),
                codes=tuple(codes[issuer.id]),
                grade=issuer.grade,
                english=english_name(issuer.name, issuer.short_name),
            )
        )
    for company in registry.companies:
        if company.key not in listed and company.grade is not Grade.NO and company.names:
            chinese = [name for name in company.names if not name.isascii()]
            found.append(
                Company(
                    issuer_id=0,
                    name=company.names[0],
                    short=min(chinese, key=len) if chinese else "",
                    names=(*company.names, *company.ambiguous),
                    grade=company.grade.value,
                )
            )
    return found


def _since(session: Session, project: ProjectRow) -> date | None:
    return session.exec(
        select(func.max(StatusRowRow.date)).where(
            StatusRowRow.source == project.source,
            StatusRowRow.project_key == project.key,
            StatusRowRow.code == project.code,
            StatusRowRow.outcome_code == project.outcome_code,
            col(StatusRowRow.milestone).is_(True),
            StatusRowRow.missing < 2,
        )
    ).one()

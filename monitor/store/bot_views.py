"""What the bot shows, read from the store: names, cards, board, dates, raises.

Rule: whole tables are read only where the answer is about all of them, and kept until something changed.
Rule: a link leaves here only when its host is one we trust.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from statistics import median
from urllib.parse import urlsplit

from sqlalchemy import select as sqlalchemy_select  # sqlmodel's own is typed for four columns at most
from sqlmodel import Session, col, func, select

from alerts.bot.contract import Card, Company, Day, Paper, Read, Step
from alerts.bot.finding import Finder
from monitor.domain.issue_records import CalendarKind
from monitor.domain.records import DocumentType, Figure
from monitor.domain.records import Role as PartyRole
from monitor.domain.relevance import EvidenceKind
from monitor.domain.stages import State
from monitor.store.bot_lists import companies_of, company_of
from monitor.store.picture_facts import proceeds_of
from monitor.store.tables import (
    CalendarFactRow,
    DocumentRow,
    EventRow,
    FigureRow,
    IssuerNameRow,
    IssuerRow,
    NewShareRow,
    ProjectRow,
    ReadingRow,
    StatusRowRow,
)

_CST = timezone(timedelta(hours=8))
_PAPERS = 8
_FIGURES = (
    "gross_proceeds",
    "net_proceeds",
    "planned_proceeds",
    "offer_price",
    "issue_costs",
    "revenue",
    "net_profit",
)
_FEW = 200  # issuers that are looked up by number; more are read with all the others
_SMALLEST = 10  # below this many others a median says nothing
_PROSPECTUSES = (
    DocumentType.PROSPECTUS_REGISTRATION.value,
    DocumentType.PROSPECTUS_COMMITTEE.value,
    DocumentType.PROSPECTUS_DRAFT.value,
)


class Views:
    """The views that need an index; one for the process, used in the store's thread alone."""

    def __init__(self, trusted_hosts: Sequence[str]) -> None:
        self._hosts = tuple(trusted_hosts)
        self._finder: Finder | None = None
        self._seen: tuple[object, ...] = ()
        self._medians: dict[str, dict[State, list[int]]] = {}
        self._medians_of: tuple[object, ...] = ()

    def finder(self, session: Session) -> Finder:
        """The index over every company, made anew when a name came."""
        seen = (
            session.exec(select(func.count()).select_from(IssuerNameRow)).one(),
            session.exec(select(func.max(IssuerRow.id))).one(),
            session.exec(select(func.count()).select_from(NewShareRow)).one(),
            session.exec(select(func.count()).select_from(IssuerRow).where(IssuerRow.short_name != "")).one(),
            session.exec(select(func.count()).select_from(IssuerRow).where(IssuerRow.grade != "")).one(),
        )
        if self._finder is None or seen != self._seen:
            self._finder, self._seen = Finder(companies_of(session)), seen
        return self._finder

    def card(self, session: Session, issuer_id: int, now: datetime, *, paced: bool = True) -> Card | None:
        """All that is known of one company; without the median of the others where it is not `paced`."""
        if not 0 < issuer_id < 2**31:
            return None
        issuer = session.get(IssuerRow, issuer_id)
        if issuer is None:
            return None
        project = newest_project(session, issuer_id)
        company = company_of(issuer)
        today = now.astimezone(_CST).date()
        ahead = [day for day in _days_of(session, issuer_id, company) if day.day >= today]
        read = tuple(self._figures(session, issuer_id))
        proof = _proof(issuer)
        if project is None:
            steps = _tutoring_steps(session, issuer_id)
            last = steps[-1] if steps else None
            return Card(
                company=company,
                grade_proof=proof,
                state=last.state if last else None,
                since=last.day if last else None,
                steps=steps,
                read=read,
                days=tuple(ahead),
            )
        steps = (*_tutoring_steps(session, issuer_id), *_steps(session, project))
        state = State(project.code, project.outcome_code)
        reached = [step.day for step in steps if step.state == state]
        if steps and reached and steps[-1].day > reached[-1]:
            state, reached = steps[-1].state, [steps[-1].day]  # the timeline is ahead of the list
        spent = self._spent(session, project.board) if paced else {}
        others = spent.get(state, [])
        planned = None
        if project.planned_fen is not None:
            planned = Figure(
                kind="planned_proceeds",
                amount=Decimal(project.planned_fen) / 100,
                currency=project.planned_currency,
                as_printed=project.planned_as_printed,
            )
        return Card(
            company=company,
            grade_proof=proof,
            board=project.board,
            state=state,
            since=reached[-1] if reached else None,
            median=round(median(others)) if len(others) >= _SMALLEST else None,
            median_of=len(others),
            accepted=project.accepted_at.astimezone(_CST).date() if project.accepted_at else None,
            planned=planned,
            sponsors=tuple(
                (party[2] if len(party) > 2 and party[2] else party[1])
                for party in project.parties
                if len(party) > 1 and party[0] == PartyRole.SPONSOR.value
            ),
            url=self._trusted(project.url),
            steps=steps,
            papers=self._papers(session, project),
            read=read,
            days=tuple(ahead),
            spent=spent,
            proceeds=proceeds_of(session, issuer_id, now) if paced else None,
        )

    def routing_facts(self, session: Session, wanted: set[int]) -> dict[int, dict[str, str | int]]:
        """What routing asks beside the event, by issuer, for many events at once."""
        facts: dict[int, dict[str, str | int]] = {number: {"issuer_id": number} for number in wanted}
        row = ProjectRow
        query = sqlalchemy_select(
            col(row.issuer_id),
            col(row.parties),
            col(row.planned_fen),
            col(row.planned_currency),
            col(row.board),
        ).order_by(col(row.updated_at))
        if len(wanted) <= _FEW:
            query = query.where(col(row.issuer_id).in_(wanted))
        for number, parties, fen, currency, board in session.execute(query):
            if number not in facts:
                continue
            facts[number]["board"] = board
            names = [
                " ".join(party[1:]) for party in parties if party and party[0] == PartyRole.SPONSOR.value
            ]
            facts[number]["sponsors"] = "、".join(names)
            if fen is not None and currency == "CNY":
                facts[number]["planned_fen"] = fen
        grades = session.exec(select(IssuerRow.id, IssuerRow.grade).where(IssuerRow.grade != ""))
        for issuer_id, grade in grades:
            if issuer_id in facts:
                facts[issuer_id]["grade"] = grade
        return facts

    def _spent(self, session: Session, board: str) -> dict[State, list[int]]:
        """Days every project of a board spent in each state it has left; kept until a milestone is added."""
        seen = (session.exec(select(func.count()).select_from(StatusRowRow)).one(),)
        if seen != self._medians_of:
            self._medians, self._medians_of = {}, seen
        if board not in self._medians:
            self._medians[board] = _days_spent(session, board)
        return self._medians[board]

    def _papers(self, session: Session, project: ProjectRow) -> tuple[Paper, ...]:
        mine = select(DocumentRow).where(
            DocumentRow.source == project.source, DocumentRow.project_key == project.key
        )
        newest = col(DocumentRow.published_at).desc()
        first = session.exec(
            mine.where(col(DocumentRow.type).in_(_PROSPECTUSES)).order_by(newest).limit(4)
        ).all()
        rest = session.exec(
            mine.where(col(DocumentRow.type).not_in(_PROSPECTUSES)).order_by(newest).limit(4)
        ).all()
        return tuple(
            Paper(title=row.title, type=row.type, day=row.date, url=self._trusted(row.url))
            for row in [*first, *rest][:_PAPERS]
            if self._trusted(row.url)
        )

    def _figures(self, session: Session, issuer_id: int) -> Iterable[Read]:
        """The money figures of the newest document of the issuer that states any."""
        rows = session.exec(
            select(FigureRow, ReadingRow)
            .join(ReadingRow, col(ReadingRow.url) == col(FigureRow.url))
            .where(FigureRow.issuer_id == issuer_id, col(FigureRow.kind).in_(_FIGURES))
            .order_by(col(ReadingRow.date).desc(), col(FigureRow.id))
        ).all()
        taken: set[str] = set()
        for figure, reading in rows:
            if (
                figure.amount is None
                or not figure.currency
                or figure.kind in taken
                or figure.high is not None
            ):
                continue
            taken.add(figure.kind)
            yield Read(
                figure=Figure(
                    kind=figure.kind,
                    amount=Decimal(figure.amount),
                    currency=figure.currency,
                    as_printed=figure.as_printed,
                    qualifier=figure.qualifier or "",
                    period=figure.period or "",
                    page=figure.page,
                ),
                url=self._trusted(reading.url),
                document=reading.title,
            )

    def _trusted(self, url: str) -> str:
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return ""
        if parts.scheme not in ("http", "https") or parts.username or parts.password:
            return ""
        return url if any(host == one or host.endswith("." + one) for one in self._hosts) else ""


def newest_project(session: Session, issuer_id: int) -> ProjectRow | None:
    """The issuer's newest application."""
    return session.exec(
        select(ProjectRow)
        .where(ProjectRow.issuer_id == issuer_id)
        .order_by(col(ProjectRow.updated_at).desc(), col(ProjectRow.key).desc())
        .limit(1)
    ).first()


def _proof(issuer: IssuerRow) -> str:
    if issuer.pinned:
        return "pinned"
    agreeing = [proof for proof in issuer.evidence if proof.get("grade") == issuer.grade]
    said = [proof for proof in agreeing if proof.get("kind") != EvidenceKind.REGISTRY.value]
    return str(said[0].get("word", ""))[:40] if said else ("registry" if agreeing else "")


def _steps(session: Session, project: ProjectRow) -> tuple[Step, ...]:
    rows = session.exec(
        select(StatusRowRow)
        .where(StatusRowRow.source == project.source, StatusRowRow.project_key == project.key)
        .where(col(StatusRowRow.milestone).is_(True), StatusRowRow.missing < 2)
        .order_by(col(StatusRowRow.date), col(StatusRowRow.decided_at))
    )
    return tuple(
        Step(day=row.date, state=State(row.code, row.outcome_code), reason=row.reason) for row in rows
    )


def _tutoring_steps(session: Session, issuer_id: int) -> tuple[Step, ...]:
    rows = session.exec(
        select(EventRow.code, EventRow.outcome_code, col(EventRow.date))
        .where(EventRow.issuer_id == issuer_id, EventRow.kind == "milestone")
        .where(col(EventRow.code).like("tutoring-%"), col(EventRow.date).is_not(None))
        .order_by(col(EventRow.date), col(EventRow.seq))
    )
    return tuple(Step(day=day, state=State(code, outcome)) for code, outcome, day in rows if day is not None)


def _days_of(session: Session, issuer_id: int, company: Company) -> list[Day]:
    rows = session.exec(
        select(CalendarFactRow)
        .where(CalendarFactRow.issuer_id == issuer_id)
        .order_by(col(CalendarFactRow.date))
    )
    return [Day(company=company, kind=CalendarKind(row.kind), day=row.date) for row in rows]


def _days_spent(session: Session, board: str) -> dict[State, list[int]]:
    on_board = set(session.exec(select(ProjectRow.source, ProjectRow.key).where(ProjectRow.board == board)))
    rows = session.exec(
        select(StatusRowRow)
        .where(col(StatusRowRow.milestone).is_(True), StatusRowRow.missing < 2)
        .order_by(
            col(StatusRowRow.source),
            col(StatusRowRow.project_key),
            col(StatusRowRow.date),
            col(StatusRowRow.decided_at),
        )
    )
    spent: dict[State, list[int]] = defaultdict(list)
    before: StatusRowRow | None = None
    for row in rows:
        if (row.source, row.project_key) not in on_board:
            continue
        if before is not None and (before.source, before.project_key) == (row.source, row.project_key):
            spent[State(before.code, before.outcome_code)].append((row.date - before.date).days)
        before = row
    return spent

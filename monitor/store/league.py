"""What the store knows of all offerings, for the league facts of one event at the moment it is committed.

Rule: while a source still makes its first reading its list has gaps, so nothing is ranked by it.
Rule: plans are ranked by the year of acceptance, gross proceeds by the year of the subscription.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from sqlmodel import Session, col, select

from monitor.domain.events import Event, EventKind
from monitor.domain.figure_diff import list_trouble
from monitor.domain.grades import Grade
from monitor.domain.league import Facts, against_plan, days_to_listing, rank_facts
from monitor.domain.records import Figure
from monitor.domain.stages import Stage
from monitor.store.reading_queue import planned
from monitor.store.tables import FigureRow, IssuerRow, NewShareRow, ProjectRow, ReadingRow, SourceRow

_STAR = "科创板"
_SURE = Decimal("0.9")
_CST = timedelta(hours=8)
_ISSUES = "sse_issue"  # the source of the exchange's new-share list, with every listing and its result
_RAISED = ("net_proceeds", "gross_proceeds")
_RESULTS = frozenset({EventKind.ISSUE_RESULT, EventKind.LISTED})
_TOLD = frozenset(
    {
        EventKind.MILESTONE,
        EventKind.FIGURE_FIRST_SEEN,
        EventKind.FIGURE_REVISED,
        EventKind.FIGURES_READ,
        EventKind.OFFER_PRICE_SET,
        *_RESULTS,
    }
)
_OVER = frozenset({Stage.SUSPENDED, Stage.TERMINATED})


def league_details(session: Session, event: Event, issuer_id: int) -> Facts:
    """The true league facts of an event about to be committed; none for what was learned quietly."""
    if event.baseline or event.kind not in _TOLD or (event.state and event.state.stage in _OVER):
        return {}
    project = _project(session, event, issuer_id)
    raised = _single(event.figures)
    facts: Facts = {}
    gross = raised.get("gross_proceeds")
    # A bulletin is about the offering under way: its plan was ranked before.
    by_bulletin = event.kind is EventKind.FIGURES_READ and event.source == _ISSUES
    if gross is not None and event.kind in _RESULTS and event.board == _STAR:
        facts |= _by_gross(session, issuer_id, gross)
    elif project is not None and not by_bulletin and not raised.keys() & set(_RAISED):
        facts |= _by_plan(session, project) if project.board == _STAR else {}
    if project is None:
        return facts
    # Events of the list carry the list's own plan: a document's is finer, and a slip between them counts.
    carried = raised.get("planned_proceeds") if event.kind is EventKind.FIGURES_READ else None
    plan = carried or _plan(session, project)
    kind = next((kind for kind in _RAISED if kind in raised), None)
    if plan is not None and kind is not None:
        facts |= against_plan(plan, kind, raised[kind])
    if event.kind is EventKind.LISTED and event.date and project.accepted_at:
        facts |= days_to_listing((project.accepted_at + _CST).date(), event.date)
    return facts


def _single(figures: Iterable[Figure]) -> dict[str, Decimal]:
    """Amounts in yuan by kind: none about (约) or expected (预计), none of a kind that has two of them."""
    found: dict[str, set[Decimal]] = {}
    for figure in figures:
        if figure.currency == "CNY" and not figure.qualifier:
            found.setdefault(figure.kind, set()).add(figure.amount)
    return {kind: amounts.pop() for kind, amounts in found.items() if len(amounts) == 1}


def _project(session: Session, event: Event, issuer_id: int) -> ProjectRow | None:
    """The application the event is about: the one it names, else its issuer's newest."""
    mine = select(ProjectRow).where(ProjectRow.issuer_id == issuer_id)
    if event.project_id:
        named = session.exec(mine.where(ProjectRow.key == event.project_id)).first()
        if named is not None:
            return named
    return session.exec(mine.order_by(col(ProjectRow.updated_at).desc()).limit(1)).first()


def _plan(session: Session, project: ProjectRow) -> Decimal | None:
    """The plan of the newest document that was read, else the list's; a slip between the two is neither."""
    listed = planned(project)
    row = session.exec(
        select(FigureRow)
        .join(ReadingRow, col(ReadingRow.url) == col(FigureRow.url))
        .where(
            ReadingRow.project_source == project.source,
            ReadingRow.project_key == project.key,
            FigureRow.kind == "planned",
            FigureRow.currency == "CNY",
            col(FigureRow.amount).is_not(None),
            col(FigureRow.high).is_(None),
            col(FigureRow.offering).is_(None),
        )
        .order_by(col(ReadingRow.date).desc(), col(ReadingRow.url).desc())
        .limit(1)
    ).first()
    if row is None or row.amount is None or Decimal(row.confidence) < _SURE:
        return _planned(project)
    stated = Decimal(row.amount)
    if listed is not None and list_trouble(listed, stated) == "slip":
        return None
    return stated


def _planned(project: ProjectRow) -> Decimal | None:
    return _yuan(project.planned_fen, project.planned_currency)


def _yuan(fen: int | None, currency: str) -> Decimal | None:
    return Decimal(fen) / 100 if fen is not None and fen > 0 and currency == "CNY" else None


def _complete(session: Session, source: str) -> bool:
    row = session.get(SourceRow, source)
    return row is not None and row.baseline_at is not None


def _by_plan(session: Session, project: ProjectRow) -> Facts:
    own = _planned(project)
    if own is None or project.accepted_at is None or not _complete(session, project.source):
        return {}
    year = (project.accepted_at + _CST).year
    of_year: dict[int, Decimal | None] = {}
    ai_chips: dict[int, Decimal | None] = {}
    rows = session.exec(
        select(
            ProjectRow.issuer_id,
            ProjectRow.planned_fen,
            ProjectRow.planned_currency,
            col(ProjectRow.accepted_at),
        )
        .where(ProjectRow.source == project.source, ProjectRow.board == _STAR)
        .order_by(col(ProjectRow.accepted_at), col(ProjectRow.key))
    ).all()
    makers = _makers(session)
    for issuer_id, fen, currency, accepted_at in rows:  # of an issuer's applications the newest counts
        if issuer_id == project.issuer_id:
            continue
        amount = _yuan(fen, currency)
        if accepted_at is not None and (accepted_at + _CST).year == year:
            of_year[issuer_id] = amount
        if issuer_id in makers:
            ai_chips[issuer_id] = amount
    return rank_facts(
        "planned_proceeds",
        own,
        year=year,
        of_year=list(of_year.values()),
        ai_chips=list(ai_chips.values()) if project.issuer_id in makers else None,
    )


def _by_gross(session: Session, issuer_id: int, own: Decimal) -> Facts:
    """Against every offering subscribed in the same year that is listed or has a result."""
    if not _complete(session, _ISSUES):
        return {}
    year: int | None = None
    of_year: dict[int, Decimal | None] = {}
    ai_chips: dict[int, Decimal | None] = {}
    makers = _makers(session)
    days: dict[int, int] = {}
    for number, fen, online, listed in session.exec(
        select(
            NewShareRow.issuer_id,
            NewShareRow.gross_fen,
            col(NewShareRow.online_date),
            col(NewShareRow.listing_date),
        ).where(NewShareRow.board == _STAR)
    ):
        day = online or listed
        if number is None or day is None:
            continue
        if number == issuer_id:
            year = day.year
            continue
        if fen is None and listed is None:
            continue  # its issue is still under way
        days[number] = day.year
        of_year[number] = _yuan(fen, "CNY")
        if number in makers:
            ai_chips[number] = of_year[number]
    return rank_facts(
        "gross_proceeds",
        own,
        year=year,
        of_year=[amount for number, amount in of_year.items() if days[number] == year],
        ai_chips=list(ai_chips.values()) if issuer_id in makers else None,
    )


def _makers(session: Session) -> set[int | None]:
    return set(session.exec(select(IssuerRow.id).where(IssuerRow.grade == Grade.AI_CHIP.value)))

"""What chats were told of an offering so far, and what its documents say: so that no figure is told twice
and the alerts of pricing, result and listing carry every figure known, each with its source.

Rule: the exchange's list stands before a document; a document that contradicts it lends it nothing.
Rule: a figure stated is preferred to one expected (预计) or about (约), then the newer document.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlmodel import Session, col, select

from monitor.domain.draft_changes import INVESTMENT, PROCEEDS
from monitor.domain.events import Event, EventKind
from monitor.domain.figure_diff import event_figures, trusted
from monitor.domain.records import Figure
from monitor.store.figure_rows import as_figure
from monitor.store.tables import EventRow, FigureRow, ReadingRow

__all__ = ["compared_with_told", "with_documents"]

_ENRICHED = frozenset({EventKind.OFFER_PRICE_SET, EventKind.ISSUE_RESULT, EventKind.LISTED})
_LENT = ("gross_proceeds", "net_proceeds", "lottery_rate_final", PROCEEDS, INVESTMENT)
_WEIGHTY = ("offer_price", "gross_proceeds", "net_proceeds", "lottery_rate_final")
_READ, _ISSUES = "read", "sse_issue"
_SHARES = ("shares_offered", "shares_issued")

Key = tuple[str, str, str]  # kind, period, project


def compared_with_told(session: Session, event: Event, issuer_id: int) -> Event:
    """The event of a bulletin's reading with the kinds that were told before, and those told otherwise.

    One that says nothing new is learned quietly; drafts are compared with one another instead.
    """
    if event.kind is not EventKind.FIGURES_READ or event.source != _ISSUES:
        return event
    if event.baseline or not event.figures:
        return event
    told = _told(session, issuer_id)
    kinds = list(dict.fromkeys(figure.kind for figure in event.figures))
    same = [
        kind for kind in kinds if all(_known(told, figure) for figure in event.figures if figure.kind == kind)
    ]
    otherwise = [
        f"{figure.kind}={was}"
        for figure in event.figures
        if figure.kind in _WEIGHTY and (was := _other(told, figure))
    ]
    details: dict[str, str | int | float | bool] = {}
    if same:
        details["told_before"] = ",".join(same)
    if otherwise:
        details["told_otherwise"] = ";".join(otherwise)
    nothing = len(same) == len(kinds) and not otherwise and "withheld_kinds" not in event.details
    return replace(
        event,
        details={**event.details, **details},
        baseline=nothing,
    )


def with_documents(session: Session, event: Event, issuer_id: int) -> Event:
    """The pricing, result or listing event with what the offering's documents add to it.

    `source_<kind>` in its details names the document; figures of the list's own are never replaced.
    """
    if event.kind not in _ENRICHED or event.baseline:
        return event
    own = {figure.kind: figure for figure in event.figures}
    lent: dict[str, tuple[Figure, ...]] = {}
    sources: dict[str, ReadingRow] = {}
    for document, figures in _documents(session, event, issuer_id):
        if any(_contradicts(own.get(figure.kind), figure) for figure in figures):
            continue
        for kind in _LENT:
            found = tuple(figure for figure in figures if figure.kind == kind)
            if not found or kind in own:
                continue
            if kind in lent and (_vague(found) or not _vague(lent[kind])):
                continue
            if kind == INVESTMENT and sources.get(PROCEEDS) is not document:
                continue  # the two columns of one table
            lent[kind], sources[kind] = found, document
    if not lent:
        return event
    details = {f"source_{kind}": document.kind for kind, document in sources.items()}
    newest = max(sources.values(), key=_published)
    added = tuple(figure for kind in _LENT for figure in lent.get(kind, ()))
    return replace(
        event,
        figures=(*event.figures, *added),
        details={**details, "document_url": newest.url, **event.details},
    )


def _documents(
    session: Session, event: Event, issuer_id: int
) -> Iterator[tuple[ReadingRow, tuple[Figure, ...]]]:
    """Documents read of this offering with the figures they lend, the newest first."""
    rows = session.exec(
        select(ReadingRow).where(ReadingRow.issuer_id == issuer_id, ReadingRow.state == _READ)
    ).all()
    for row in sorted(rows, key=_published, reverse=True):
        if event.project_id and row.project_key not in ("", event.project_id):
            continue
        found = session.exec(select(FigureRow).where(FigureRow.url == row.url).order_by(col(FigureRow.id)))
        yield row, event_figures(trusted([as_figure(item) for item in found]))


def _published(row: ReadingRow) -> tuple[datetime, str]:
    return row.published_at or datetime.combine(row.date, time(), UTC), row.url


def _vague(figures: Sequence[Figure]) -> bool:
    return any(figure.qualifier for figure in figures)


def _contradicts(own: Figure | None, other: Figure) -> bool:
    return (
        own is not None
        and own.kind in _WEIGHTY
        and not other.qualifier
        and own.currency == other.currency
        and not _agree(own, other)
    )


def _told(session: Session, issuer_id: int) -> Mapping[Key, list[Figure]]:
    """Every figure the issuer's live events carried, by what it is of."""
    told: dict[Key, list[Figure]] = defaultdict(list)
    rows = session.exec(
        select(EventRow)
        .where(EventRow.issuer_id == issuer_id, col(EventRow.baseline).is_(False))
        .order_by(col(EventRow.seq))
    ).all()
    for row in rows:
        for item in (*row.figures, *_said_in_details(row)):
            figure = Figure(
                kind=item["kind"],
                amount=Decimal(item["amount"]),
                currency=item["currency"],
                as_printed=item["as_printed"],
                qualifier=item.get("qualifier", ""),
                period=item.get("period", ""),
                label=item.get("label", ""),
            )
            told[_key(figure)].append(figure)
    return told


def _said_in_details(row: EventRow) -> Iterator[dict[str, Any]]:
    """Shares and the lottery rate, which the events of the list carry as details."""
    rate = str(row.details.get("lottery_rate", ""))
    if row.kind == EventKind.LOTTERY_RATE.value and _number(rate) is not None:
        unit = str(row.details.get("lottery_rate_unit", ""))
        yield {"kind": "lottery_rate_final", "amount": rate, "currency": "", "as_printed": rate + unit}
    for name in _SHARES:
        printed = str(row.details.get(name, ""))
        wan = _number(printed.removesuffix("万股"))
        if printed.endswith("万股") and wan is not None:
            yield {"kind": "shares", "amount": f"{wan * 10_000:f}", "currency": "", "as_printed": printed}


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _key(figure: Figure) -> Key:
    return figure.kind, figure.period, figure.label


def _known(told: Mapping[Key, list[Figure]], figure: Figure) -> bool:
    """Told with the same amount, as plainly as it stands now, and not told otherwise since."""
    before = told.get(_key(figure), ())
    same = [
        at for at, was in enumerate(before) if _agree(was, figure) and was.qualifier in ("", figure.qualifier)
    ]
    other = [at for at, was in enumerate(before) if not _agree(was, figure) and not was.qualifier]
    return bool(same) and max(other, default=-1) < same[-1]


def _agree(was: Figure, figure: Figure) -> bool:
    """One value, printed finer here than there: 153324.3861万元 of the list is 1,533,243,860.72元.

    A price is exact, whatever its decimals.
    """
    if was.currency != figure.currency:
        return False
    room = Decimal(0) if figure.kind == "offer_price" else max(_step(was), _step(figure))
    return was.amount == figure.amount or abs(was.amount - figure.amount) < room


def _step(figure: Figure) -> Decimal:
    """What one step of the last printed digit is worth; nothing where no digits are printed."""
    digits = re.search(r"\d[\d,]*(?:\.(?P<decimals>\d+))?", figure.as_printed)
    number = Decimal(digits.group().replace(",", "")) if digits else Decimal(0)
    if digits is None or not number:
        return Decimal(0)
    return abs(figure.amount) / number * Decimal(1).scaleb(-len(digits["decimals"] or ""))


def _other(told: Mapping[Key, list[Figure]], figure: Figure) -> str:
    """What was last told instead, where both are stated plainly; "" where they agree."""
    plain = [was for was in told.get(_key(figure), ()) if not was.qualifier]
    if figure.qualifier or not plain or _agree(plain[-1], figure):
        return ""
    return plain[-1].as_printed.replace(";", ",")

"""One read document → its events; two drafts of a prospectus → what changed. Pure.

Rule: a figure that a check withheld or doubted is in no event; a kind only one draft shows is no change.
Rule: a document that plans another sum than the exchange's list is flagged, one off by a power of ten is
left out: one of the two slipped, and we know not which.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from monitor.domain import records
from monitor.domain.diff import Sight
from monitor.domain.draft_changes import (
    INVESTMENT,
    NAMES,
    PROCEEDS,
    Change,
    change_key,
    compare_drafts,
    printed,
    row_printed,
)
from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.figures.record import Figure, ProceedsRow, Reading
from monitor.domain.figures.registration import RegistrationNumber
from monitor.domain.records import DocumentType

Details = dict[str, str | int | float | bool]

DRAFTS: Final = (
    DocumentType.PROSPECTUS_DRAFT.value,
    DocumentType.PROSPECTUS_COMMITTEE.value,
    DocumentType.PROSPECTUS_REGISTRATION.value,
)
DECISION: Final = DocumentType.REGISTRATION_DECISION.value
MEETING: Final = DocumentType.COMMITTEE_NOTICE.value

SUBSCRIPTION: Final = (
    "subscription_code",
    "subscription_name",
    "subscription_limit",
    "subscription_limit_value",
    "registration_number",
)

_SURE: Final = Decimal("0.9")
_NOT_OURS: Final = ("earlier_round", "another_company")  # left out rightly: they say nothing of this offer
_PRIVATE: Final = "private_placement"
_YI: Final = Decimal(100_000_000)
_MOST_CHANGES: Final = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadDocument:
    """The document that was read, as listed; `kind` is a DocumentType or BulletinKind value."""

    source: str
    key: str
    kind: str
    project_key: str
    issuer: str
    board: str = ""
    title: str
    date: date
    published_at: datetime | None
    url: str
    project_url: str = ""
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """The draft before this one, with the figures it stands for."""

    title: str
    kind: str
    date: date
    figures: tuple[Figure, ...]


def document_events(
    document: ReadDocument,
    reading: Reading,
    sight: Sight,
    *,
    number: RegistrationNumber | None = None,
    earlier: Earlier | None = None,
    first: bool = False,
    listed: records.Figure | None = None,
    quiet: bool = False,
) -> list[Event]:
    """What reading a document tells: its figures, what they change, the number of a decision.

    `first` marks a project's first draft, `listed` is the plan the exchange's list shows now, given only
    where this document is the newest to speak of it; `quiet` learns without alerting.
    """
    events = []
    if number is not None:
        told: Details = {"registration_number": number.number}
        if number.page is not None:
            told["page"] = number.page
        events.append(
            _event(document, EventKind.REGISTRATION_NUMBER, sight, quiet, reason=number.quote, told=told)
        )
    figures = list(trusted(reading.figures))
    told = {"document_kind": reading.document_kind, "pages": reading.pages}
    if document.kind in DRAFTS:
        told["draft"] = "first" if first else "later"
    figures = _against_list(figures, listed, told)
    shown = event_figures(figures)
    standard = next((figure for figure in figures if figure.kind == "listing_standard"), None)
    if standard is not None:
        told |= {"listing_standard": standard.as_printed, "listing_standard_page": standard.page}
    told |= _subscription(figures)
    doubted = _doubted(reading, {figure.kind for figure in figures})
    if doubted:
        told["withheld_kinds"] = ",".join(doubted)
    if shown or standard is not None:
        events.append(_event(document, EventKind.FIGURES_READ, sight, quiet, figures=shown, told=told))
    if earlier is not None and document.kind in DRAFTS:
        changes = compare_drafts(trusted(earlier.figures), figures)
        if changes:
            checked: Details = {key: told[key] for key in ("list_planned", "list_trouble") if key in told}
            events.append(_changed(document, sight, quiet, earlier, changes, shown, checked))
    return events


def _subscription(figures: Sequence[Figure]) -> Details:
    """The terms of the online subscription and the registration number, as printed, with the page of each."""
    told: Details = {}
    for figure in figures:
        if figure.kind in SUBSCRIPTION:
            told |= {figure.kind: figure.as_printed, f"{figure.kind}_page": figure.page}
    return told


def _doubted(reading: Reading, kept: set[str]) -> list[str]:
    """Kinds an investor would look for that a check of this document withheld altogether."""
    found = [
        kind
        for flag in reading.flags
        if flag.withheld and flag.check not in _NOT_OURS
        for kind in flag.kinds
        if (kind in NAMES or kind == PROCEEDS) and kind not in kept
    ]
    return list(dict.fromkeys(found))


def trusted(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Figures of this offer that no equation contradicts."""
    return tuple(figure for figure in figures if figure.confidence >= _SURE and figure.offering != _PRIVATE)


def event_figures(figures: Sequence[Figure]) -> tuple[records.Figure, ...]:
    """The figures an event carries, in reading order, the use of proceeds project by project."""
    shown: list[records.Figure] = []
    for kind in NAMES:
        mine = [_shown(figure) for figure in figures if figure.kind == kind and figure.amount is not None]
        shown += sorted(mine, key=lambda figure: figure.period, reverse=True)  # the latest period first
    table = next((figure for figure in figures if figure.kind == PROCEEDS and figure.rows), None)
    for row in table.rows if table else ():
        assert table is not None
        shown.append(_row_figure(table, row, PROCEEDS, row.from_proceeds))
        if row.total_investment is not None and row.total_investment != row.from_proceeds:
            shown.append(_row_figure(table, row, INVESTMENT, row.total_investment))
    return tuple(shown)


def list_trouble(listed: records.Figure, amount: Decimal) -> str:
    """How a document's plan stands to the list's: "" the same, "differs", "slip" by a power of ten.

    The list prints 亿元 to the hundredth at best, rounded or cut, so less than one hundredth is the same.
    """
    digits = re.search(r"\.(\d+)", listed.as_printed)
    step = _YI.scaleb(-max(2, len(digits[1]) if digits else 0))
    if abs(amount - listed.amount) < step:
        return ""
    if listed.amount > 0 and amount > 0:
        ratio = amount / listed.amount
        for power in range(1, 9):
            for factor in (Decimal(10) ** power, Decimal(10) ** -power):
                if abs(ratio / factor - 1) < Decimal("0.001"):
                    return "slip"
    return "differs"


def _shown(figure: Figure) -> records.Figure:
    assert figure.amount is not None
    return records.Figure(
        kind=NAMES[figure.kind],
        amount=figure.amount,
        currency=figure.currency or "",
        as_printed=printed(replace(figure, qualifier=None)),
        qualifier=figure.qualifier or "",
        period=figure.period or "",
        page=figure.page,
        quote=figure.quote,
    )


def _row_figure(table: Figure, row: ProceedsRow, kind: str, amount: Decimal) -> records.Figure:
    return records.Figure(
        kind=kind,
        amount=amount,
        currency=table.currency or "",
        as_printed=row_printed(table, replace(row, from_proceeds=amount)),
        label=row.project,
        page=table.page,
    )


def _against_list(figures: list[Figure], listed: records.Figure | None, told: Details) -> list[Figure]:
    planned = next((figure for figure in figures if figure.kind == "planned"), None)
    if listed is None or planned is None or planned.amount is None or planned.currency != listed.currency:
        return figures
    trouble = list_trouble(listed, planned.amount)
    if not trouble:
        return figures
    told |= {"list_planned": listed.as_printed, "list_trouble": trouble}
    if trouble == "differs":
        return figures
    told |= {"withheld": printed(planned), "withheld_page": planned.page}
    return [figure for figure in figures if figure.kind not in ("planned", PROCEEDS)]


def _changed(
    document: ReadDocument,
    sight: Sight,
    quiet: bool,
    earlier: Earlier,
    changes: Sequence[Change],
    shown: tuple[records.Figure, ...],
    checked: Details,
) -> Event:
    told: Details = {
        **checked,
        "changes": len(changes),
        "earlier_type": earlier.kind,
        "earlier_date": earlier.date.isoformat(),
    }
    told |= {change_key(at): item.as_item() for at, item in enumerate(changes[:_MOST_CHANGES], 1)}
    places = {(item.kind, item.label) for item in changes}
    event = _event(
        document,
        EventKind.DRAFT_CHANGED,
        sight,
        quiet,
        figures=tuple(f for f in shown if (f.kind, f.period or f.label) in places),
        told=told,
    )
    before = "; ".join(f"{_place(item)} {item.before}" for item in changes if item.before)
    after = "; ".join(f"{_place(item)} {item.after}" for item in changes if item.after)
    return replace(event, before=before[:2000], after=after[:2000])


def _place(change: Change) -> str:
    return f"{change.kind} [{change.label}]" if change.label else change.kind


def _event(
    document: ReadDocument,
    kind: EventKind,
    sight: Sight,
    quiet: bool,
    *,
    figures: tuple[records.Figure, ...] = (),
    reason: str = "",
    told: Mapping[str, str | int | float | bool],
) -> Event:
    return Event(
        id=event_id(
            document.source, document.project_key or document.issuer, kind, document.date, document.key
        ),
        kind=kind,
        source=document.source,
        project_id=document.project_key,
        issuer=document.issuer,
        board=document.board,
        date=document.date,
        published_at=document.published_at,
        first_seen_at=sight.at,
        baseline=quiet,
        reason=reason,
        title=document.title,
        url=document.project_url,
        raw_sha256=document.sha256,
        figures=figures,
        details={**told, "document_type": document.kind, "document_url": document.url},
    )

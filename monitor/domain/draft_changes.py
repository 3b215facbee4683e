"""Two drafts of a prospectus → the figures they print differently. Pure.

Rule: a kind only one draft shows is no change; a further period of an account both show is one.
Rule: a project renamed without its sums moving is told as renamed, not as one gone and one new.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from monitor.domain.figures.record import Figure, ProceedsRow
from monitor.domain.money import simplify

PROCEEDS, INVESTMENT = "use_of_proceeds", "project_investment"
# What investors act on, in the order they read it; the name in events, where the reader's is another.
NAMES: Final[dict[str, str]] = {
    "price": "offer_price",
    "gross": "gross_proceeds",
    "net": "net_proceeds",
    "planned": "planned_proceeds",
    "fees": "issue_costs",
    "shares": "shares",
    "pe_ratio": "pe_ratio",
    "ps_ratio": "ps_ratio",
    "market_cap_at_issue": "market_cap_at_issue",
    "lottery_rate_initial": "lottery_rate_initial",
    "lottery_rate_final": "lottery_rate_final",
    "subscription_multiple": "subscription_multiple",
    "strategic_placement": "strategic_placement",
    "revenue": "revenue",
    "net_profit": "net_profit",
    "net_profit_parent": "net_profit_parent",
    "rnd_expense": "rnd_expense",
}
_COMPARED: Final = ("planned", "shares", "revenue", "net_profit", "net_profit_parent", "rnd_expense")
_CHANGE: Final = "change_"  # details change_01, change_02, … as `Change.as_item` writes them
_LONGEST: Final = 160
_YI: Final = Decimal(100_000_000)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One figure that two drafts print differently; `how` is changed, added, removed or renamed.

    `label` is the period of an account or the project of a use of proceeds; values are as printed.
    """

    kind: str
    how: str
    before: str
    after: str
    before_page: int | None
    page: int | None
    label: str = ""

    def as_item(self) -> str:
        """The change as one detail of an event."""
        pages = (str(page or "") for page in (self.before_page, self.page))
        parts = (self.kind, self.how, *pages, self.before, self.after, self.label)
        return "|".join(part.replace("|", "/") for part in parts)


def changes_of(details: Mapping[str, str | int | float | bool]) -> list[Change]:
    """The changes an event carries, in order; what does not read as one is left out."""
    found = []
    for key in sorted(key for key in details if key.startswith(_CHANGE)):
        parts = str(details[key]).split("|")
        if len(parts) != 7:
            continue
        kind, how, before_page, page, before, after, label = parts
        found.append(
            Change(
                kind=kind,
                how=how,
                before=before,
                after=after,
                before_page=int(before_page) if before_page.isdecimal() else None,
                page=int(page) if page.isdecimal() else None,
                label=label,
            )
        )
    return found


def change_key(number: int) -> str:
    """The key in an event's details of its n-th change."""
    return f"{_CHANGE}{number:02d}"


def compare_drafts(before: Sequence[Figure], after: Sequence[Figure]) -> list[Change]:
    """What the newer draft prints differently: plan, shares, accounts, use of proceeds, listing standard."""
    old, new = _by_place(before), _by_place(after)
    changes = []
    for kind in _COMPARED:
        seen = {period for known, period in old if known == kind}
        for (known, period), figure in new.items():
            if known != kind:
                continue
            was = old.get((kind, period))
            if was is None and seen and period:
                changes.append(_change(kind, "added", None, figure, period))
            elif was is not None and (was.amount, was.high) != (figure.amount, figure.high):
                changes.append(_change(kind, "changed", was, figure, period))
    changes += _compare_tables(old.get((PROCEEDS, "")), new.get((PROCEEDS, "")))
    was, now = old.get(("listing_standard", "")), new.get(("listing_standard", ""))
    if was and now and _bare(was.as_printed) != _bare(now.as_printed):
        changes.append(_change("listing_standard", "changed", was, now, ""))
    return changes


def _compare_tables(before: Figure | None, after: Figure | None) -> list[Change]:
    if before is None or after is None or not before.rows or not after.rows:
        return []
    old = {_bare(row.project): row for row in before.rows}
    new = {_bare(row.project): row for row in after.rows}
    if len(old) != len(before.rows) or len(new) != len(after.rows):
        return []  # two projects of one name: their order is no identity
    gone = {name: row for name, row in old.items() if name not in new}
    changes = []
    for name, row in new.items():
        was = old.get(name)
        how = "changed"
        if was is None:
            same = [key for key, other in gone.items() if _sums(other) == _sums(row)]
            was, how = (gone.pop(same[0]), "renamed") if len(same) == 1 else (None, "added")
        if was is None or how == "renamed" or was.from_proceeds != row.from_proceeds:
            changes.append(
                Change(
                    kind=PROCEEDS,
                    how=how,
                    before=""
                    if was is None
                    else was.project
                    if how == "renamed"
                    else row_printed(before, was),
                    after=row.project if how == "renamed" else row_printed(after, row),
                    before_page=None if was is None else before.page,
                    page=after.page,
                    label=row.project[:_LONGEST],
                )
            )
    changes += [
        Change(
            kind=PROCEEDS,
            how="removed",
            before=row_printed(before, row),
            after="",
            before_page=before.page,
            page=None,
            label=row.project[:_LONGEST],
        )
        for row in gone.values()
    ]
    return changes


def _sums(row: ProceedsRow) -> tuple[Decimal | None, Decimal]:
    return row.total_investment, row.from_proceeds


def _by_place(figures: Sequence[Figure]) -> dict[tuple[str, str], Figure]:
    """Each figure under its kind and period; of two of a kind that say different sums, neither."""
    found: dict[tuple[str, str], Figure] = {}
    doubled = set()
    for figure in figures:
        place = (figure.kind, figure.period or "")
        known = found.setdefault(place, figure)
        if (known.amount, known.high) != (figure.amount, figure.high):
            doubled.add(place)
    return {place: figure for place, figure in found.items() if place not in doubled}


def _change(kind: str, how: str, was: Figure | None, now: Figure, label: str) -> Change:
    return Change(
        kind=NAMES.get(kind, kind),
        how=how,
        before=printed(was) if was else "",
        after=printed(now),
        before_page=was.page if was else None,
        page=now.page,
        label=label,
    )


def printed(figure: Figure) -> str:
    """The figure as its page prints it, with the unit that may stand above the table."""
    words = re.sub(r"\s+", " ", figure.as_printed).strip()
    if figure.amount is not None and figure.unit and not _bare(words).endswith(_bare(figure.unit)):
        words += figure.unit
    return (figure.qualifier or "") + words


def row_printed(table: Figure, row: ProceedsRow) -> str:
    """A row's sum in the unit of its table, exact."""
    unit = next((unit for unit in _UNITS if _bare(table.unit).endswith(unit)), "元")
    amount = row.from_proceeds / _UNITS[unit]
    text = f"{amount:,f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + unit


_UNITS: Final = {"亿元": _YI, "百万元": Decimal(1_000_000), "万元": Decimal(10_000), "元": Decimal(1)}


def _bare(text: str) -> str:
    return re.sub(r"\s", "", simplify(text))

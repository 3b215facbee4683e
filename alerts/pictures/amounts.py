"""Which amounts a picture may show, their places and their sums; the drawing and its caption share this."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeGuard

from alerts.pictures.facts import Proceeds, Ranked, Ranking


def known(amount: Decimal | None) -> TypeGuard[Decimal]:
    """Whether an amount can be shown: there, and not negative."""
    return amount is not None and amount.is_finite() and amount >= 0


def sums_of(facts: Proceeds) -> tuple[tuple[str, Decimal], ...]:
    """The sums that are known, each by its kind; that of the projects only when every part is known."""
    parts = [project.proceeds for project in facts.projects]
    found: list[tuple[str, Decimal | None]] = []
    amounts = [part for part in parts if known(part)]
    if parts and len(amounts) == len(parts):
        found.append(("sum", sum(amounts, Decimal(0))))
    found += [
        ("planned_proceeds", facts.planned),
        ("gross_proceeds", facts.gross),
        ("net_proceeds", facts.net),
    ]
    return tuple((kind, amount) for kind, amount in found if known(amount))


def placed(ranking: Ranking) -> list[tuple[int, Ranked]]:
    """The rows with an amount, the largest first, each with its place; equal amounts share the better one."""
    rows = sorted((row for row in ranking.rows if known(row.yuan)), key=lambda row: -row.yuan)
    return [(1 + sum(1 for other in rows if other.yuan > row.yuan), row) for row in rows]

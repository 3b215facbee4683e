"""Where an offering stands among the others: ranks, over- or under-raise, days to listing. Pure.

Rule: a rank is told only when nearly every other amount is known, and says how many are not.
Rule: amounts are exact, all in one currency; only the per cent is rounded, to a tenth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

Facts = dict[str, str | int]

LOWEST_TOLD = 10  # places below it, and those in the lower half, are no news
LEAST_OF_YEAR = 5  # offerings of a year, the own one included; fewer make no league
LEAST_AI = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The `rank`-th largest of `of` known amounts; `unknown` others have none."""

    rank: int
    of: int
    unknown: int


def place(own: Decimal, others: Sequence[Decimal | None], *, least: int) -> Place | None:
    """How many are larger, plus one; equal amounts share the better place.

    None below the tenth place or the middle, among fewer than `least`, or when over a tenth of all amounts
    is unknown.
    """
    known = [amount for amount in others if amount is not None]
    unknown = len(others) - len(known)
    of = len(known) + 1
    if of < least or unknown * 10 > of:
        return None
    rank = 1 + sum(1 for amount in known if amount > own)
    told = rank <= LOWEST_TOLD and rank * 2 <= of + 1
    return Place(rank=rank, of=of, unknown=unknown) if told else None


def rank_facts(
    kind: str,
    own: Decimal,
    *,
    year: int | None,
    of_year: Sequence[Decimal | None],
    ai_chips: Sequence[Decimal | None] | None,
) -> Facts:
    """The places as event details; `ai_chips` is None for an issuer that is none of them.

    `kind` is the measure, planned_proceeds or gross_proceeds; the sequences leave the own offering out.
    """
    facts: Facts = {}
    if year is not None and (found := place(own, of_year, least=LEAST_OF_YEAR)):
        facts |= {"league_year": year, "league_rank": found.rank, "league_of": found.of}
        if found.unknown:
            facts["league_unknown"] = found.unknown
    if ai_chips is not None and (found := place(own, ai_chips, least=LEAST_AI)) and not found.unknown:
        facts |= {"league_ai_rank": found.rank, "league_ai_of": found.of}
    return facts | {"league_kind": kind} if facts else {}


def against_plan(planned: Decimal, kind: str, raised: Decimal) -> Facts:
    """How much more (or less, then negative) was raised than planned, in yuan and in per cent of the plan."""
    if planned <= 0:
        return {}
    over = raised - planned
    percent = (over * 100 / planned).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    shown = f"{percent:+f}" if percent else "0.0"
    return {"over_plan": f"{over:f}", "over_plan_percent": shown, "over_plan_kind": kind}


def days_to_listing(accepted: date, listed: date) -> Facts:
    """Days from acceptance to the first day of trading; nothing when the dates contradict each other."""
    days = (listed - accepted).days
    return {"days_to_listing": days} if days >= 0 else {}

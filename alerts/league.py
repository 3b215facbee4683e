"""The lines that set an offering beside the others, from figures the store compared; absent where it did not.

Rule: a rank names its year, its measure, how many it was compared with and how many had no figure.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from alerts.facts import Details, days, fact, number_of, text_of
from alerts.glossary import Language, Word, figure_words
from alerts.message import Fact

RANK = Word("排名", "Rank")
AGAINST_PLAN = Word("与拟募资相比", "Against plan")
TO_LISTING = Word("受理到上市", "Acceptance to listing")
_YI = Decimal(100_000_000)


def league_facts(details: Details, language: Language) -> Iterator[Fact]:
    """Rank of the year and among AI-chip issuers, over- or under-raise, days from acceptance to listing."""
    yield from fact(RANK, _rank(details, language), language)
    yield from fact(AGAINST_PLAN, _against_plan(details, language), language)
    to_listing = number_of(details, "days_to_listing")
    if to_listing is not None:
        yield from fact(TO_LISTING, days(to_listing, language), language)


def _rank(details: Details, language: Language) -> str:
    parts = []
    year = number_of(details, "league_year")
    place, of = number_of(details, "league_rank"), number_of(details, "league_of")
    if year is not None and place is not None and of is not None:
        unknown = number_of(details, "league_unknown") or 0
        parts.append(_year_words(details, language, year, place, of, unknown))
    place, of = number_of(details, "league_ai_rank"), number_of(details, "league_ai_of")
    if place is not None and of is not None:
        parts.append(
            f"已知 {of} 家 AI 芯片公司中第 {place}"
            if language == "zh"
            else f"{_ordinal(place)} of {of} known AI-chip issuers"
        )
    return ("；" if language == "zh" else "; ").join(parts)


def _year_words(details: Details, language: Language, year: int, place: int, of: int, unknown: int) -> str:
    raised = text_of(details, "league_kind") == "gross_proceeds"
    if language == "zh":
        others = f"{year} 年发行的科创板公司中募资总额" if raised else f"{year} 年受理的科创板项目中拟募资"
        left = f"（另 {unknown} 家金额未知）" if unknown else ""
        return f"已知 {of} 家 {others}第 {place} 大{left}"
    largest = "largest" if place == 1 else f"{_ordinal(place)} largest"
    measure = "gross raise" if raised else "planned raise"
    others = f"STAR offerings of {year}" if raised else f"STAR applications accepted in {year}"
    left = f" ({unknown} more without a figure)" if unknown else ""
    return f"{largest} {measure} of the {of} known {others}{left}"


def _ordinal(place: int) -> str:
    suffix = "th" if 10 <= place % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{suffix}"


def _against_plan(details: Details, language: Language) -> str:
    """The difference in 亿元 to the printed digit, and in per cent to a tenth."""
    difference, percent = text_of(details, "over_plan"), text_of(details, "over_plan_percent")
    if not difference or not percent:
        return ""
    amount = Decimal(difference)
    kind = figure_words(text_of(details, "over_plan_kind"), language)
    yi = f"{abs(amount) / _YI:f}"
    yi = yi.rstrip("0").rstrip(".") if "." in yi else yi
    if language == "zh":
        if not amount:
            return f"{kind}与拟募资相同"
        return f"{kind}{'多' if amount > 0 else '少'} {yi} 亿元（{percent}%）"
    if not amount:
        return f"{kind} equal to plan"
    return f"{kind} {yi} 亿元 {'over' if amount > 0 else 'under'} plan ({percent}%)"

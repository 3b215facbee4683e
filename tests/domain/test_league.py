"""Places, over- and under-raise, days to listing: exact, and silent where too little is known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.league import Place, against_plan, days_to_listing, place, rank_facts

D = Decimal
AMOUNTS = st.decimals(min_value=1, max_value=10**12, places=2)


@pytest.mark.parametrize(
    ("own", "others", "found"),
    [
        (80, [10, 20, 30, 40], Place(rank=1, of=5, unknown=0)),
        (25, [10, 20, 30, 40], Place(rank=3, of=5, unknown=0)),
        (30, [30, 30, 40, 10], Place(rank=2, of=5, unknown=0)),
        (80, [10, 20, 30], None),
        (80, [10, 20, 30, None, 40], None),
        (80, [*range(1, 10), None], Place(rank=1, of=10, unknown=1)),
        (5, [*range(10, 20)], None),
        (15, [10, 20, 30, 40], None),
        (1, [*range(2, 12), *([0] * 20)], None),
        (10.5, [*range(2, 20)], Place(rank=10, of=19, unknown=0)),
    ],
)
def test_a_place_is_one_more_than_the_larger_ones(
    own: float, others: list[int | None], found: Place | None
) -> None:
    """Equals share the better place; too few, too many unknown, beyond the tenth or the middle: none."""
    amounts = [None if other is None else D(other) for other in others]
    assert place(D(str(own)), amounts, least=5) == found


@given(AMOUNTS, st.lists(AMOUNTS, min_size=4, max_size=30))
def test_a_place_agrees_with_sorting(own: Decimal, others: list[Decimal]) -> None:
    """The place is where the amount first stands in the list of all, largest first."""
    expected = sorted([*others, own], reverse=True).index(own) + 1
    found = place(own, others, least=5)
    told = expected <= 10 and expected <= (len(others) + 2) // 2
    assert (found.rank if found else None) == (expected if told else None)


def test_both_leagues_are_told_with_what_they_count() -> None:
    """Year, rank and number of the year's; rank and number of the AI-chip issuers, if it is one."""
    of_year = [D(90), D(10), D(20), D(30), D(40)]
    assert rank_facts("planned_proceeds", D(80), year=2026, of_year=of_year, ai_chips=[D(9), D(8)]) == {
        "league_year": 2026,
        "league_rank": 2,
        "league_of": 6,
        "league_ai_rank": 1,
        "league_ai_of": 3,
        "league_kind": "planned_proceeds",
    }
    assert "league_ai_rank" not in rank_facts("x", D(80), year=2026, of_year=of_year, ai_chips=None)
    assert rank_facts("x", D(80), year=None, of_year=of_year, ai_chips=[D(1)]) == {}
    assert rank_facts("x", D(80), year=None, of_year=[], ai_chips=[D(1), D(2), None]) == {}


@pytest.mark.parametrize(
    ("planned", "raised", "over", "percent"),
    [
        ("3904000000", "4197000000", "293000000", "+7.5"),
        ("3904170000", "3898991200.55", "-5178799.45", "-0.1"),
        ("100", "100", "0", "0.0"),
        ("1000000", "1000001", "1", "0.0"),
        ("100", "250", "150", "+150.0"),
    ],
)
def test_the_difference_to_plan_is_exact_and_signed(
    planned: str, raised: str, over: str, percent: str
) -> None:
    """In yuan to the fen; the per cent to a tenth, without a sign when it rounds to nothing."""
    assert against_plan(D(planned), "net_proceeds", D(raised)) == {
        "over_plan": over,
        "over_plan_percent": percent,
        "over_plan_kind": "net_proceeds",
    }


def test_nothing_is_measured_against_no_plan_or_impossible_dates() -> None:
    """A plan of nothing and a listing before the acceptance prove only that something is wrong."""
    assert against_plan(D(0), "gross_proceeds", D(5)) == {}
    assert days_to_listing(date(2025, 6, 30), date(2025, 12, 5)) == {"days_to_listing": 158}
    assert days_to_listing(date(2025, 6, 30), date(2025, 6, 29)) == {}

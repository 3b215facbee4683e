"""The league lines say what was counted, in both languages, and nothing where a part is missing."""

from __future__ import annotations

import pytest

from alerts.render import render
from monitor.domain.events import EventKind
from tests.alerts.events import PLANNED, event

Details = dict[str, str | int]


def lines(details: Details, language: str) -> list[str]:
    told = render(
        event(EventKind.FIGURE_FIRST_SEEN, figures=(PLANNED,), details=details),
        "en" if language == "en" else "zh",
    )
    labels = {"排名", "与拟募资相比", "受理到上市", "Rank", "Against plan", "Acceptance to listing"}
    return [fact.value for fact in told.facts if fact.label in labels]


@pytest.mark.parametrize(
    ("details", "zh", "en"),
    [
        (
            {"league_year": 2025, "league_rank": 1, "league_of": 163, "league_unknown": 2},
            "已知 163 家 2025 年受理的科创板项目中拟募资第 1 大（另 2 家金额未知）",
            "largest planned raise of the 163 known STAR applications accepted in 2025 "
            "(2 more without a figure)",
        ),
        (
            {"league_year": 2025, "league_rank": 3, "league_of": 20, "league_kind": "gross_proceeds"},
            "已知 20 家 2025 年发行的科创板公司中募资总额第 3 大",
            "3rd largest gross raise of the 20 known STAR offerings of 2025",
        ),
        (
            {"league_ai_rank": 1, "league_ai_of": 9},
            "已知 9 家 AI 芯片公司中第 1",
            "1st of 9 known AI-chip issuers",
        ),
        (
            {"over_plan": "293000000", "over_plan_percent": "+7.5", "over_plan_kind": "gross_proceeds"},
            "募集资金总额多 2.93 亿元（+7.5%）",
            "gross proceeds 2.93 亿元 over plan (+7.5%)",
        ),
        (
            {"over_plan": "-5178799.45", "over_plan_percent": "-0.1", "over_plan_kind": "net_proceeds"},
            "募集资金净额少 0.0517879945 亿元（-0.1%）",
            "net proceeds 0.0517879945 亿元 under plan (-0.1%)",
        ),
        (
            {"over_plan": "0", "over_plan_percent": "0.0", "over_plan_kind": "net_proceeds"},
            "募集资金净额与拟募资相同",
            "net proceeds equal to plan",
        ),
        ({"days_to_listing": 158}, "158 天", "158 days"),
    ],
)
def test_each_line_in_both_languages(details: Details, zh: str, en: str) -> None:
    """Rank of the year with its gaps, rank among AI-chip issuers, the difference to plan, the days."""
    assert lines(details, "zh") == [zh]
    assert lines(details, "en") == [en]


@pytest.mark.parametrize(
    "details",
    [
        {"league_rank": 1, "league_of": 5},
        {"league_year": 2025, "league_rank": 1},
        {"league_ai_rank": 1},
        {"over_plan": "5"},
        {"days_to_listing": "158"},
        {},
    ],
)
def test_half_a_fact_is_no_line(details: Details) -> None:
    """A rank without its year or its number is left out."""
    assert lines(details, "zh") == []


@pytest.mark.parametrize(
    ("rank", "said"),
    [(2, "2nd"), (4, "4th"), (10, "10th"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st")],
)
def test_ordinals(rank: int, said: str) -> None:
    """English says 11th, not 11st."""
    assert lines({"league_ai_rank": rank, "league_ai_of": 30}, "en") == [
        f"{said} of 30 known AI-chip issuers"
    ]

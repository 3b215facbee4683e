"""The figures of the season's three real issues, as the alerts of one played season show them.

The table below is the facts of those offerings; what the facts do not hold must be in no alert.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from alerts.message import Message
from alerts.render import render
from monitor.domain.events import Event
from tests.demo.played import Played

MOORE, METAX, ENFLAME = "摩尔线程", "沐曦股份", "燧原科技"

# Every label under which a figure can stand, Chinese and English.
LABELS = {
    "发行价格": "Offer price",
    "募集资金总额": "Gross proceeds",
    "募集资金净额": "Net proceeds",
    "拟募集资金": "Planned proceeds",
    "发行费用": "Issue costs",
    "发行市盈率": "P/E at offer",
    "发行市销率": "P/S at offer",
    "发行时市值": "Market value at offer",
    "网上中签率": "Online lottery rate",
    "初步中签率": "Initial online lottery rate",
    "最终中签率": "Final online lottery rate",
    "网上申购倍数": "Online subscription multiple",
    "战略配售金额": "Strategic placement",
    "募资投向 1": "Use of proceeds 1",
    "募资投向 2": "Use of proceeds 2",
    "募资投向 3": "Use of proceeds 3",
    "募资投向 4": "Use of proceeds 4",
    "与此前告知一致": "As told before",
    "与拟募资相比": "Against plan",
    "受理到上市": "Acceptance to listing",
    "未列示": "Withheld",
    "核对": "Check",
}

_ENFLAME_USE = {
    "募资投向 1": ("AI芯片项目（其一） 15.03亿元", "招股说明书（申报稿）", 3),
    "募资投向 2": ("AI芯片项目（其二） 11.96亿元", "招股说明书（申报稿）", 3),
    "募资投向 3": ("软硬件协同项目 33亿元", "招股说明书（申报稿）", 3),
}
LIST, PROJECTS = "新股列表", "项目列表"

# (issuer, event kind, document) → label → (value, source, page); a bare text is the whole line.
Line = str | tuple[str, str, int | None]
CHINESE: dict[tuple[str, str, str], Mapping[str, Line]] = {
    (MOORE, "offer_price_set", ""): {
        "发行价格": ("114.28元/股", LIST, None),
        "拟募集资金": ("80亿元", PROJECTS, None),
    },
    (MOORE, "figures_read", "offering_notice"): {
        "募集资金总额": "预计799,960.00 万元（= 79.996 亿元），第 3 页",
        "募集资金净额": "预计约757,605.23 万元（= 75.760523 亿元），第 3 页",
        "发行费用": "约42,354.77 万元（= 4.235477 亿元），第 3 页",
        "发行市销率": "122.51 倍，第 2 页",
        "发行时市值": "约537.15 亿元，第 2 页",
        "与此前告知一致": "发行价格 114.28 元/股，第 2 页；拟募集资金 800,000.00 万元，第 3 页；"
        "发行股数 7,000.0000 万股，第 3 页",
    },
    (MOORE, "lottery_rate", ""): {"网上中签率": "0.03635054（列表未印单位，推断为 %）"},
    (MOORE, "figures_read", "lottery_rate_notice"): {
        "初步中签率": "0.02423369%，第 2 页",
        "网上申购倍数": "约4,126.49 倍，第 2 页",
        "与此前告知一致": "最终中签率 0.03635054%，第 2 页",
    },
    (MOORE, "issue_result", ""): {
        "发行价格": ("114.28元/股", LIST, None),
        "募集资金总额": ("799960.00万元（= 79.996 亿元）", LIST, None),
        "募集资金净额": ("预计约757,605.23 万元（= 75.760523 亿元）", "发行公告", 3),
        "拟募集资金": ("80亿元", PROJECTS, None),
        "最终中签率": ("0.03635054%", "中签率公告", 2),
        "与拟募资相比": "募集资金总额少 0.004 亿元（0.0%）",
    },
    (MOORE, "figures_read", "prospectus"): {
        "募集资金净额": "757,605.23 万元（= 75.760523 亿元），第 2 页",
        "发行费用": "42,354.77 万元（= 4.235477 亿元），第 2 页",
        "与此前告知一致": "发行价格 114.28 元，第 2 页；募集资金总额 799,960.00 万元，第 2 页；"
        "拟募集资金 800,000.00 万元，第 3 页；发行股数 7,000.0000 万股，第 2 页；"
        "发行市销率 122.51 倍，第 2 页",
        "与拟募资相比": "募集资金净额少 4.239477 亿元（-5.3%）",
    },
    (MOORE, "listed", ""): {
        "发行价格": ("114.28元/股", LIST, None),
        "募集资金总额": ("799960.00万元（= 79.996 亿元）", LIST, None),
        "募集资金净额": ("757,605.23 万元（= 75.760523 亿元）", "上市公告书", 2),
        "拟募集资金": ("80亿元", PROJECTS, None),
        "最终中签率": ("0.03635054%", "中签率公告", 2),
        "与拟募资相比": "募集资金净额少 4.239477 亿元（-5.3%）",
        "受理到上市": "158 天",
    },
    (METAX, "offer_price_set", ""): {
        "发行价格": ("104.66元/股", LIST, None),
        "拟募集资金": ("39.04亿元", PROJECTS, None),
    },
    (METAX, "figures_read", "offering_notice"): {
        "募集资金总额": "预计419,686.60 万元（= 41.96866 亿元），第 3 页",
        "募集资金净额": "预计约389,931.10 万元（= 38.99311 亿元），第 3 页",
        "发行费用": "约29,755.50 万元（= 2.97555 亿元），第 3 页",
        "发行市销率": "56.35 倍，第 2 页",
        "与此前告知一致": "发行价格 104.66 元/股，第 2 页；拟募集资金 39.04 亿元，第 3 页；"
        "发行股数 4,010.0000 万股，第 3 页",
    },
    (METAX, "lottery_rate", ""): {"网上中签率": "0.03348913（列表未印单位，推断为 %）"},
    (METAX, "figures_read", "lottery_rate_notice"): {
        "初步中签率": "0.02223023%，第 2 页",
        "网上申购倍数": "约4,498.38 倍，第 2 页",
        "与此前告知一致": "最终中签率 0.03348913%，第 2 页",
    },
    (METAX, "issue_result", ""): {
        "发行价格": ("104.66元/股", LIST, None),
        "募集资金总额": ("419686.60万元（= 41.96866 亿元）", LIST, None),
        "募集资金净额": ("预计约389,931.10 万元（= 38.99311 亿元）", "发行公告", 3),
        "拟募集资金": ("39.04亿元", PROJECTS, None),
        "最终中签率": ("0.03348913%", "中签率公告", 2),
        "与拟募资相比": "募集资金总额多 2.92866 亿元（+7.5%）",
    },
    (METAX, "figures_read", "listing_notice"): {
        "募集资金净额": "389,931.10 万元（= 38.99311 亿元），第 2 页",
        "发行费用": "29,755.50 万元（= 2.97555 亿元），第 2 页",
        "与此前告知一致": "发行价格 104.66 元/股，第 2 页；募集资金总额 419,686.60 万元，第 2 页；"
        "发行股数 4,010.0000 万股，第 2 页",
        "与拟募资相比": "募集资金净额少 0.04689 亿元（-0.1%）",
    },
    (METAX, "listed", ""): {
        "发行价格": ("104.66元/股", LIST, None),
        "募集资金总额": ("419686.60万元（= 41.96866 亿元）", LIST, None),
        "募集资金净额": ("389,931.10 万元（= 38.99311 亿元）", "上市公告书", 2),
        "拟募集资金": ("39.04亿元", PROJECTS, None),
        "最终中签率": ("0.03348913%", "中签率公告", 2),
        "与拟募资相比": "募集资金净额少 0.04689 亿元（-0.1%）",
        "受理到上市": "170 天",
    },
    # Costs, net proceeds and lottery rates of this one are not known, its gross only as expected.
    (ENFLAME, "figures_read", "prospectus_application"): {
        "拟募集资金": "60.00亿元，第 3 页",
        "募资投向 1": "AI芯片项目（其一） 15.03亿元，第 3 页",
        "募资投向 2": "AI芯片项目（其二） 11.96亿元，第 3 页",
        "募资投向 3": "软硬件协同项目 33亿元，第 3 页",
    },
    (ENFLAME, "offer_price_set", ""): {
        "发行价格": ("142.18元/股", LIST, None),
        "拟募集资金": ("60亿元", PROJECTS, None),
        **_ENFLAME_USE,
    },
    (ENFLAME, "figures_read", "offering_notice"): {
        "募集资金总额": "预计61.19 亿元，第 3 页",
        "与此前告知一致": "发行价格 142.18 元/股，第 2 页；拟募集资金 60.00 亿元，第 3 页；"
        "发行股数 4,303.5173 万股，第 3 页",
    },
    (ENFLAME, "listed", ""): {
        "发行价格": ("142.18元/股", LIST, None),
        "募集资金总额": ("预计61.19 亿元", "发行公告", 3),
        "拟募集资金": ("60亿元", PROJECTS, None),
        "受理到上市": "232 天",
        **_ENFLAME_USE,
    },
}

# The same in English, where the words differ by more than the label: whole lines of the listing alerts.
ENGLISH: dict[tuple[str, str, str], Mapping[str, str]] = {
    (METAX, "offer_price_set", ""): {
        "Offer price": "104.66元/股 (= RMB 104.66 a share) (new-share list)",
        "Planned proceeds": "39.04亿元 (= RMB 3,904 million) (project list)",
    },
    (METAX, "figures_read", "offering_notice"): {
        "Gross proceeds": "expected 419,686.60 万元 (= RMB 4,196.866 million), p. 3",
        "Net proceeds": "expected about 389,931.10 万元 (= RMB 3,899.311 million), p. 3",
        "Issue costs": "about 29,755.50 万元 (= RMB 297.555 million), p. 3",
        "P/S at offer": "56.35 times, p. 2",
        "As told before": "offer price 104.66 元/股, p. 2; planned proceeds 39.04 亿元, p. 3; "
        "shares offered 4,010.0000 万股, p. 3",
    },
    (METAX, "lottery_rate", ""): {"Online lottery rate": "0.03348913 (unit inferred: %)"},
    (METAX, "issue_result", ""): {
        "Offer price": "104.66元/股 (= RMB 104.66 a share) (new-share list)",
        "Gross proceeds": "419686.60万元 (= RMB 4,196.866 million) (new-share list)",
        "Net proceeds": "expected about 389,931.10 万元 (= RMB 3,899.311 million) (offering notice, p. 3)",
        "Planned proceeds": "39.04亿元 (= RMB 3,904 million) (project list)",
        "Final online lottery rate": "0.03348913% (lottery rate notice, p. 2)",
        "Against plan": "gross proceeds 2.92866 亿元 over plan (+7.5%)",
    },
    (METAX, "listed", ""): {
        "Offer price": "104.66元/股 (= RMB 104.66 a share) (new-share list)",
        "Gross proceeds": "419686.60万元 (= RMB 4,196.866 million) (new-share list)",
        "Net proceeds": "389,931.10 万元 (= RMB 3,899.311 million) (listing announcement, p. 2)",
        "Planned proceeds": "39.04亿元 (= RMB 3,904 million) (project list)",
        "Final online lottery rate": "0.03348913% (lottery rate notice, p. 2)",
        "Against plan": "net proceeds 0.04689 亿元 under plan (-0.1%)",
        "Acceptance to listing": "170 days",
    },
    (MOORE, "listed", ""): {
        "Offer price": "114.28元/股 (= RMB 114.28 a share) (new-share list)",
        "Gross proceeds": "799960.00万元 (= RMB 7,999.6 million) (new-share list)",
        "Net proceeds": "757,605.23 万元 (= RMB 7,576.0523 million) (listing announcement, p. 2)",
        "Planned proceeds": "80亿元 (= RMB 8,000 million) (project list)",
        "Final online lottery rate": "0.03635054% (lottery rate notice, p. 2)",
        "Against plan": "net proceeds 4.239477 亿元 under plan (-5.3%)",
        "Acceptance to listing": "158 days",
    },
    (ENFLAME, "listed", ""): {
        "Offer price": "142.18元/股 (= RMB 142.18 a share) (new-share list)",
        "Gross proceeds": "expected 61.19 亿元 (= RMB 6,119 million) (offering notice, p. 3)",
        "Planned proceeds": "60亿元 (= RMB 6,000 million) (project list)",
        "Use of proceeds 1": "AI芯片项目（其一） 15.03亿元 (prospectus, application version, p. 3)",
        "Use of proceeds 2": "AI芯片项目（其二） 11.96亿元 (prospectus, application version, p. 3)",
        "Use of proceeds 3": "软硬件协同项目 33亿元 (prospectus, application version, p. 3)",
        "Acceptance to listing": "232 days",
    },
}
_KINDS = {"offer_price_set", "lottery_rate", "issue_result", "listed", "figures_read"}


def _key(event: Event) -> tuple[str, str, str]:
    document = event.details.get("document_type", "") if event.kind.value == "figures_read" else ""
    return str(event.details.get("issuer_short", "")), event.kind.value, str(document)


@pytest.fixture(scope="module")
def alerts(played: Played) -> dict[tuple[str, str, str], Event]:
    found: dict[tuple[str, str, str], Event] = {}
    for _, event in played.told():
        if event.kind.value in _KINDS and _key(event)[0] in (MOORE, METAX, ENFLAME):
            assert _key(event) not in found, f"{_key(event)} was told twice"
            found[_key(event)] = event
    return found


def _figures(message: Message) -> dict[str, str]:
    labels = {*LABELS, *LABELS.values()}
    lines = [fact for fact in message.facts if fact.label in labels]
    assert len(lines) == len({fact.label for fact in lines}), "one figure stands on two lines"
    return {fact.label: fact.value for fact in lines}


def _line(line: Line) -> str:
    if isinstance(line, str):
        return line
    value, source, page = line
    return f"{value}（{source}，第 {page} 页）" if page else f"{value}（{source}）"


def test_the_three_issues_are_told_by_these_alerts_and_no_others(
    alerts: dict[tuple[str, str, str], Event],
) -> None:
    """A bulletin that repeats what was told makes no alert; each fact is told by one."""
    assert set(alerts) == set(CHINESE)


@pytest.mark.parametrize("key", list(CHINESE), ids="-".join)
def test_each_alert_shows_these_figures_with_their_source_and_no_others(
    alerts: dict[tuple[str, str, str], Event], key: tuple[str, str, str]
) -> None:
    """Price, gross, net, plan, costs, rates, use of proceeds: right with page and document, or absent."""
    wanted = {label: _line(line) for label, line in CHINESE[key].items()}
    assert _figures(render(alerts[key], "zh")) == wanted


@pytest.mark.parametrize("key", list(CHINESE), ids="-".join)
def test_the_english_alert_shows_the_same_figures(
    alerts: dict[tuple[str, str, str], Event], key: tuple[str, str, str]
) -> None:
    """No figure is told in one language only; where English words differ they are these."""
    shown = _figures(render(alerts[key], "en"))
    assert set(shown) == {LABELS[label] for label in CHINESE[key]}
    if key in ENGLISH:
        assert shown == ENGLISH[key]


def test_the_league_stands_in_the_pricing_alert(alerts: dict[tuple[str, str, str], Event]) -> None:
    """The rank of the plan among this year's applications, with how many were compared."""
    told = render(alerts[MOORE, "offer_price_set", ""], "en")
    (rank,) = [fact.value for fact in told.facts if fact.label == "Rank"]
    assert rank.startswith("largest planned raise of the 11 known STAR applications accepted in 2025")


def test_the_registration_alerts_carry_the_number_of_the_decision(played: Played) -> None:
    """证监许可 numbers of the two issuers whose decisions are known, read from the decision's page."""
    numbers = {
        event.details["issuer_short"]: (event.details["registration_number"], event.details["page"])
        for _, event in played.told()
        if event.kind.value == "registration_number"
    }
    assert numbers == {MOORE: ("证监许可〔2025〕2423号", 1), METAX: ("证监许可〔2025〕2507号", 1)}

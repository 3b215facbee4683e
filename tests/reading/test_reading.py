"""Documents of AI-chip issuers are fetched, read and told, through real fetcher, files, process and store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.render import render
from monitor.domain.records import DocumentType
from monitor.store.figures import READ
from tests.documents.made import MOORE
from tests.reading.drafts import pdf
from tests.scrapers.loopback import answer

JULY = datetime(2026, 7, 10, 10, 30, tzinfo=UTC)
PDF = "Content-Type: application/pdf"
Open = Callable[..., Any]


def told(event: Any, language: str = "zh") -> dict[str, str]:
    message = render(event, language, trusted_hosts=("127.0.0.1",))  # type: ignore[arg-type]
    return {"headline": message.headline} | {fact.label: fact.value for fact in message.facts}


async def test_the_first_draft_tells_plan_projects_accounts_and_standard_with_their_pages(
    open_shop: Open,
) -> None:
    """A first draft makes one alert with every figure and its page, and the issuer's business is kept."""
    async with open_shop() as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        url = shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY, title="招股说明书（申报稿）")
        await shop.steps()
        row = shop.row(url)
        assert (row.state, row.pages, row.document_kind, row.size) == (
            READ, 6, "prospectus_draft", len(pdf("FIRST")),
        )  # fmt: skip
        assert shop.shelf.path(row.sha256).read_bytes() == pdf("FIRST")
        assert shop.alerted[-1:] == ["figures_read"]
        [event] = shop.events("figures_read")
        assert event.details["draft"] == "first"
        assert event.details["grade"] == "ai_chip"
        assert "list_trouble" not in event.details
        lines = told(event)
        assert lines["headline"] == "燧原科技 · 招股说明书（申报稿）：拟募集资金 60 亿元"
        assert lines["拟募集资金"] == "600,000.00万元（= 60 亿元），第 6 页"
        assert lines["募资投向 1"] == (
            "第五代人工智能芯片研发及产业化项目 150,300万元（总投资 155,300万元），第 6 页"
        )
        assert lines["募资投向 3"] == "软硬件协同创新项目 330,100万元，第 6 页"
        assert lines["营业收入"] == (
            "2025 年 105,000.00万元；2024 年 72,238.87万元；2023 年 30,105.49万元，第 3 页"
        )
        assert lines["上市标准"] == "第 2.1.2 条第（四）项，第 3 页"
        assert lines["发行股数"] == "不超过4,303.5173 万股，第 2 页"
        link = render(event, "zh", trusted_hosts=("127.0.0.1",)).links[-1]
        assert (link.label, link.url) == ("文件", url)


async def test_the_json_of_a_read_figure_has_yuan_page_and_quote(open_shop: Open) -> None:
    """A stored figure's amount is an exact decimal in yuan, beside its page, period and quote."""
    async with open_shop() as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY)
        await shop.steps()
        [event] = shop.events("figures_read")
        by_kind = {figure.kind: figure for figure in event.figures}
        planned, loss = by_kind["planned_proceeds"], by_kind["net_profit"]
        assert f"{planned.amount:f}" == "6000000000.00"
        assert planned.page == 6
        assert "合计" in planned.quote
        assert (f"{loss.amount:f}", loss.period) == ("-1665102000.00", "2023")


async def test_a_newer_draft_makes_one_alert_of_what_changed(open_shop: Open) -> None:
    """A later draft with another plan is one alert: before and after, each with its page."""
    async with open_shop(planned="55") as shop:
        for name, kind, day in (
            ("first", DocumentType.PROSPECTUS_DRAFT, 0),
            ("second", DocumentType.PROSPECTUS_REGISTRATION, 1),
        ):
            shop.files[f"{name}.pdf"] = answer(pdf(name.upper()), PDF)
            shop.disclose(name, kind, JULY + timedelta(days=day))
        await shop.steps()
        # The first draft differs from the list of today, which is no fault of the first draft.
        assert all("list_trouble" not in event.details for event in shop.events("figures_read"))
        assert [event.details["draft"] for event in shop.events("figures_read")] == ["first", "later"]
        [event] = shop.events("draft_changed")
        lines = told(event)
        assert lines["headline"] == (
            "燧原科技 · 招股说明书（注册稿）：拟募集资金 600,000.00万元 → 550,000.00万元"
        )
        assert lines["对比"] == "招股说明书（申报稿） 2026-07-10"
        assert lines["拟募集资金"] == "600,000.00万元，第 6 页 → 550,000.00万元，第 6 页"
        assert lines["募资投向·软硬件协同创新项目"] == "330,100万元，第 6 页 → 280,100万元，第 6 页"
        assert event.details["changes"] == 2
        english = told(event, "en")
        assert english["Planned proceeds"] == "600,000.00万元, p. 6 → 550,000.00万元, p. 6"


async def test_the_decision_tells_its_number(open_shop: Open) -> None:
    """证监许可〔2026〕1612号 is read from the decision and told with the page."""
    async with open_shop() as shop:
        shop.files["decision.pdf"] = answer(pdf("DECISION"), PDF)
        shop.disclose("decision", DocumentType.REGISTRATION_DECISION, JULY, title="注册的批复")
        await shop.steps()
        [event] = shop.events("registration_number")
        assert told(event)["headline"] == "燧原科技 · 注册批复文号：证监许可〔2026〕1612号"
        assert told(event)["批复文号"] == "证监许可〔2026〕1612号，第 1 页"
        assert shop.events("figures_read", "operator_notice") == []


@pytest.mark.parametrize(
    ("planned", "key", "words"),
    [
        ("58.5", "核对", "项目列表印 58.5亿元，与文件不一致"),
        ("600", "未列示", "拟募集资金：文件印 600,000.00万元，第 6 页；项目列表印 600亿元，相差十的倍数"),
    ],
)
async def test_a_plan_unlike_the_list_is_flagged_and_one_off_by_ten_is_withheld(
    open_shop: Open, planned: str, key: str, words: str
) -> None:
    """The document's plan is shown beside a list that differs, and not shown when they differ tenfold."""
    async with open_shop(planned=planned) as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY)
        await shop.steps()
        [event] = shop.events("figures_read")
        lines = told(event)
        assert lines[key] == words
        assert ("拟募集资金" in lines, "募资投向 1" in lines) == (planned == "58.5", planned == "58.5")
        assert "2025 年 105,000.00万元" in lines["营业收入"]


async def test_a_document_of_another_company_yields_no_figure_and_a_notice(open_shop: Open) -> None:
    """What another company plans is never told as ours; operators hear that nothing could be read."""
    async with open_shop(issuer=MOORE, short="摩尔线程") as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY)
        await shop.steps()
        assert shop.events("figures_read", "draft_changed") == []
        [notice] = shop.events("operator_notice")
        assert "another_company: document names 上海燧原科技股份有限公司" in notice.reason


async def test_history_is_read_quietly(open_shop: Open) -> None:
    """A document known for days before it is queued is read without an alert."""
    async with open_shop() as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY)
        shop.clock.advance(4 * 86_400)
        await shop.steps()
        [event] = shop.events("figures_read")
        assert event.baseline
        assert "figures_read" not in shop.alerted


async def test_documents_of_other_trades_are_left_alone(open_shop: Open) -> None:
    """A paper mill's prospectus is neither queued nor fetched."""
    async with open_shop(issuer="示例纸业股份有限公司", short="示例纸业") as shop:
        shop.disclose("paper", DocumentType.PROSPECTUS_DRAFT, JULY)
        assert await shop.steps() == 0
        assert shop.figures.counts() == {}
        assert shop.server.heads == []

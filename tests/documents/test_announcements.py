"""Every kind of offering document, drawn as a PDF in its real layout and read through the sandbox."""

# ruff: noqa: E501  sentences of documents stand on one line

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from monitor.commands.extract import extract_file
from monitor.domain.figures.record import Reading, plain
from tests.documents import made


def read(tmp_path: Path, blocks: list[made.Block], head: str = "") -> Reading:
    """The reading of a PDF drawn from the blocks."""
    return extract_file(made.draw(tmp_path / "document.pdf", blocks, head=head, widths=[40, 220, 90, 90]))


def amounts(reading: Reading) -> dict[str, str]:
    """Kind to exact amount, one figure a kind."""
    found = {figure.kind: plain(figure.amount) for figure in reading.figures if figure.amount is not None}
    assert len(found) == len([f for f in reading.figures if f.amount is not None])
    return found


def rows(reading: Reading) -> list[tuple[str, str, str]]:
    """The use-of-proceeds rows."""
    return [
        (row.project, plain(row.total_investment or Decimal(0)), plain(row.from_proceeds))
        for figure in reading.figures
        for row in figure.rows
    ]


def test_final_prospectus_gives_price_gross_net_expenses_and_projects(tmp_path: Path) -> None:
    """A final prospectus yields the offer's own figures and none of the earlier financing round."""
    reading = read(tmp_path, made.MOORE_FINAL, head=made.MOORE + " 招股说明书")
    assert reading.document_kind == "prospectus"
    assert reading.issuer == made.MOORE
    assert amounts(reading) == {
        "price": "114.28",
        "shares": "70000000",
        "ps_ratio": "122.51",
        "gross": "7999600000",
        "net": "7576052300",
        "fees": "423547700",
        "fee_sponsor": "3000000",
        "fee_underwriting": "388980000",
        "fee_audit": "16000000",
        "fee_legal": "8060000",
        "fee_disclosure": "5047200",
        "fee_other": "2460600",
        "planned": "8000000000",
        "use_of_proceeds": "8000000000",
    }
    assert rows(reading) == [
        ("新一代自主可控训推一体芯片研发项目", "2509579800", "2509579800"),
        ("新一代自主可控图形芯片研发项目", "2502331000", "2502331000"),
        ("新一代自主可控系统级芯片研发项目", "1982053300", "1981803300"),
        ("补充流动资金", "1006285900", "1006285900"),
    ]
    pages = {figure.kind: figure.page for figure in reading.figures}
    assert (pages["gross"], pages["fees"], pages["planned"]) == (3, 3, 4)
    assert "earlier_round" in {flag.check for flag in reading.flags}


def test_offer_announcement_keeps_market_value_apart_from_proceeds(tmp_path: Path) -> None:
    """发行公告: expected gross and net with their qualifiers, market value at offer, both price-to-sales ratios."""
    reading = read(tmp_path, made.MOORE_OFFER)
    assert reading.document_kind == "offer_announcement"
    assert amounts(reading) == {
        "price": "114.28",
        "shares": "70000000",
        "ps_ratio_pre": "104.26",
        "ps_ratio": "122.51",
        "market_cap_at_issue": "53715000000",
        "strategic_placement_initial_shares": "14000000",
        "planned": "8000000000",
        "gross": "7999600000",
        "fees": "423547700",
        "net": "7576052300",
        "subscription_limit": "11000",
    }
    qualifiers = {figure.kind: figure.qualifier for figure in reading.figures}
    assert qualifiers["net"] == "预计约"
    assert qualifiers["fees"] == "约"
    assert qualifiers["price"] is None


def test_lottery_announcement_tells_initial_from_final_rate(tmp_path: Path) -> None:
    """中签率公告: the rate before and after the claw-back are two figures."""
    found = amounts(read(tmp_path, made.METAX_LOTTERY))
    assert found == {
        "online_accounts": "5175166",
        "lottery_rate_initial": "0.02223023",
        "subscription_multiple": "4498.38",
        "lottery_rate_final": "0.03348913",
    }


def test_result_announcement_never_reads_abandoned_money_as_the_raise(tmp_path: Path) -> None:
    """发行结果公告: what investors gave up is not proceeds."""
    found = amounts(read(tmp_path, made.METAX_RESULT))
    assert found == {
        "price": "104.66",
        "shares": "40100000",
        "strategic_placement_shares": "7605419",
        "abandoned_shares": "20300",
        "abandoned": "2124598",
        "abandoned_offline": "0",
    }


def test_draft_with_blanks_has_no_price_and_reads_a_table_broken_over_pages(tmp_path: Path) -> None:
    """申报稿: 【】 and [●] mean absent; the project table continues on the next page."""
    reading = read(tmp_path, made.ENFLAME_DRAFT, head=made.ENFLAME + " 招股说明书（申报稿）")
    assert reading.document_kind == "prospectus_draft"
    assert amounts(reading) == {
        "shares": "43035173",
        "planned": "6000000000",
        "use_of_proceeds": "6000000000",
    }
    assert rows(reading) == [
        ("第五代人工智能芯片研发及产业化项目", "1553000000", "1503000000"),
        ("第六代人工智能芯片研发及产业化项目", "1196000000", "1196000000"),
        ("软硬件协同创新项目", "3301000000", "3301000000"),
    ]
    shares = next(figure for figure in reading.figures if figure.kind == "shares")
    assert shares.qualifier == "不超过"


def test_listing_announcement_reads_expenses_from_a_table_with_the_unit_above(tmp_path: Path) -> None:
    """上市公告书: items of a table whose unit stands once above it, and they add up."""
    reading = read(tmp_path, made.CAMBRICON_LISTING)
    assert reading.document_kind == "listing_announcement"
    assert amounts(reading) == {
        "shares": "40100000",
        "price": "64.39",
        "gross": "2582039000",
        "net": "2497672900",
        "fees": "84366100",
        "fee_sponsor_underwriting": "66100000",
        "fee_audit": "9800000",
        "fee_legal": "3100000",
        "fee_disclosure": "5000000",
        "fee_other": "366100",
    }
    assert {figure.confidence for figure in reading.figures} == {Decimal("0.99")}


def test_inquiry_announcement_gives_plan_and_shares(tmp_path: Path) -> None:
    """发行安排及初步询价公告: shares and plan, no price yet."""
    assert amounts(read(tmp_path, made.HYGON_INQUIRY)) == {
        "shares": "300000000",
        "strategic_placement_initial_shares": "90000000",
        "planned": "9147699000",
    }


def test_every_figure_quotes_its_own_page(tmp_path: Path) -> None:
    """The quote holds the amount as printed and stands on the page named."""
    path = made.draw(tmp_path / "d.pdf", made.MOORE_FINAL)
    reading = extract_file(path)
    from monitor.documents.sandbox import read_pdf

    texts = {page.number: "".join(page.text.split()) for page in read_pdf(path).pages}
    for figure in reading.figures:
        assert "".join(figure.as_printed.split()) in "".join(figure.quote.split())
        assert "".join(figure.quote.split()) in texts[figure.page]


@pytest.mark.parametrize("issuer", [made.METAX, "摩尔精英科技股份有限公司"])
def test_another_companys_document_yields_nothing(tmp_path: Path, issuer: str) -> None:
    """A document of another company is flagged and gives no figure."""
    reading = extract_file(made.draw(tmp_path / "d.pdf", made.MOORE_OFFER), issuer=issuer)
    assert reading.figures == ()
    assert [flag.check for flag in reading.flags] == ["another_company"]

"""The documents the embedded exchange serves: real small PDFs, from facts alone, always the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from monitor.demo.exchange import Exchange
from monitor.demo.papers import PAPERS_FILE, season_papers
from monitor.demo.reading import PaperReader
from monitor.demo.world import World
from monitor.documents.sandbox import read_pdf
from monitor.domain.errors import DecodeError, SourceEmpty
from tests.demo.conftest import shanghai

OFFER = "沐曦股份首次公开发行股票并在科创板上市发行公告"


async def test_a_bulletin_is_served_from_the_moment_it_is_out(
    client: httpx.AsyncClient, exchange: Exchange, season: World
) -> None:
    """Its list row's address gives the PDF with its facts; before that evening there is nothing."""
    exchange.clock = lambda: shanghai(2025, 12, 3, 19, 1)
    rows = exchange.snapshot().bulletins("688802")
    (row,) = [row for row in rows if row["TITLE"] == OFFER]
    reply = await client.get(row["URL"])
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.content == season_papers()[OFFER]
    exchange.clock = lambda: shanghai(2025, 12, 3, 18, 59)
    assert (await client.get(row["URL"])).status_code == 404


def test_every_document_is_small_and_made_the_same_again() -> None:
    """Twenty KiB at most; drawing anew gives the same bytes."""
    first = dict(season_papers())
    season_papers.cache_clear()
    assert dict(season_papers()) == first
    assert len(first) > 15
    assert max(map(len, first.values())) <= 20 * 1024
    assert all(body.startswith(b"%PDF-1.4") for body in first.values())


def test_a_sentence_without_its_fact_is_not_in_the_document(tmp_path: Path) -> None:
    """Enflame's offering notice names price and expected gross, no costs and no net proceeds."""
    path = tmp_path / "notice.pdf"
    path.write_bytes(season_papers()["燧原科技首次公开发行股票并在科创板上市发行公告"])
    pages = read_pdf(path).pages
    text = "".join("".join(page.text.split()) for page in pages)
    assert len(pages) == 3
    assert "本次发行价格为142.18元/股" in text
    assert "预计发行人募集资金总额为61.19亿元。" in text
    assert "净额" not in text
    assert "发行费用" not in text


async def test_a_stand_in_is_not_read_in_a_child(tmp_path: Path) -> None:
    """A document without facts has nothing but its title: it is given up at once."""
    path = tmp_path / f"{'0' * 64}.pdf"
    path.write_bytes(b"%PDF-1.4")
    with pytest.raises(SourceEmpty):
        await PaperReader()(path, issuer="示例智算芯片股份有限公司", title="招股意向书", decision=False)


def test_a_malformed_file_of_documents_is_named_by_its_field(tmp_path: Path) -> None:
    """A field the documents do not know is an error."""
    known = json.loads(PAPERS_FILE.read_text(encoding="utf-8"))
    known["issues"][0]["nett"] = "1"
    path = tmp_path / "papers.json"
    path.write_text(json.dumps(known), encoding="utf-8")
    with pytest.raises(DecodeError, match="nett"):
        season_papers(path)


def test_documents_equal_the_collected_facts(corpus: Path) -> None:
    """Price, gross, net, costs, rates and numbers of the documents are those of the facts."""
    facts = json.loads((corpus / "truth" / "companies.json").read_text(encoding="utf-8"))
    companies = {code["code"]: company for company in facts for code in company["codes"]}
    names = {
        "price": "price", "gross": "gross", "net": "net", "fees": "fees", "gross_expected": "gross",
        "rate_initial": "lottery_rate_initial", "rate_final": "lottery_rate_final", "ps": "ps_ratio",
        "ps_before": "ps_ratio_pre", "market_value": "market_cap_at_issue",
        "multiple": "online_initial_multiple", "asked": "online_valid_shares", "shares": "shares",
    }  # fmt: skip
    for issue in json.loads(PAPERS_FILE.read_text(encoding="utf-8"))["issues"]:
        offering = companies[issue["code"]]["offering"]
        for ours, theirs in names.items():
            if ours in issue:
                number = issue[ours].partition(" ")[0].replace(",", "")
                assert float(number) == float(offering[theirs]["value"]), (issue["code"], ours)
        if not offering.get("net"):
            assert "net" not in issue
            assert "fees" not in issue
        if "number" in issue:
            steps = companies[issue["code"]]["timeline"]
            assert issue["number"] in {step["value"] for step in steps}

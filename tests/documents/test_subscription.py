"""The terms of the online subscription and the registration number, from announcement to alert."""

# ruff: noqa: E501  sentences of documents stand on one line

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from alerts.render import render
from monitor.commands.extract import extract_file
from monitor.domain.diff import Sight
from monitor.domain.figure_diff import ReadDocument, document_events
from monitor.domain.figures.pages import Page
from monitor.domain.figures.read import read_figures
from tests.documents import made

OFFER: list[made.Block] = [
    made.MOORE,
    "首次公开发行股票并在科创板上市发行公告",
    "摩尔线程首次公开发行股票并在科创板上市的申请已经中国证券监督管理委员会同意注册（证监许可〔2025〕2423号）。",
    "本次发行价格为114.28元/股。网上申购简称为“摩尔申购”，网上申购代码为“787795”。",
    "每一个申购单位为500股，最高申购数量不得超过本次网上初始发行数量的千分之一，即不得超过11,000股。",
    "发行人2023年向特定对象发行股票（证监许可〔2023〕424号）与本次发行无关。",
]


def terms(text: str) -> dict[str, str]:
    """Kind to what is printed, for the kinds of a subscription."""
    reading = read_figures([Page(number=1, text=text)], "0" * 64)
    wanted = ("subscription", "registration")
    return {figure.kind: figure.as_printed for figure in reading.figures if figure.kind.startswith(wanted)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("申购代码为“787047”", {"subscription_code": "787047"}),
        ("申购代码：７８７０４７，申购简称：龙芯申购", {"subscription_code": "787047", "subscription_name": "龙芯申购"}),
        ("单一账户申购上限为1.10万股，顶格申购需配沪市市值11.00万元",
         {"subscription_limit": "1.10万股", "subscription_limit_value": "11.00万元"}),
        ("经证监许可[2022]953号文同意注册", {"registration_number": "证监许可[2022]953号"}),
        ("申购代码787047；另一只新股申购代码787825", {}),
        ("证监许可〔2023〕424号核准公司向特定对象发行股票", {}),
        ("股票代码688795，网下申购代码见公告，申购价格114.28元/股", {}),
        ("网下配售对象的申购数量上限由保荐人确定，证监许可〔2025〕24号、证监许可〔2025〕25号", {}),
    ],
)  # fmt: skip
def test_one_stated_term_is_read_and_two_are_none(text: str, expected: dict[str, str]) -> None:
    """Code, short name, limit, market value and number as printed; none of another issue, none of two."""
    assert terms(text) == expected


def test_an_offer_announcement_tells_code_limit_and_number_with_their_page(tmp_path: Path) -> None:
    """The alert of a 发行公告 carries the online subscription's code and limit and the registration number."""
    reading = extract_file(made.draw(tmp_path / "offer.pdf", OFFER), issuer=made.MOORE)
    limit = next(figure for figure in reading.figures if figure.kind == "subscription_limit")
    assert (limit.amount, limit.measure, limit.currency) == (Decimal(11000), "share", None)
    document = ReadDocument(
        source="sse_issue", key="k", kind="offering_notice", project_key="", issuer=made.MOORE, title="发行公告",
        date=date(2025, 11, 21), published_at=None, url="https://example.invalid/a.pdf", sha256="ab" * 32,
    )  # fmt: skip
    sight = Sight(at=datetime(2025, 11, 20, 12, tzinfo=UTC), raw_sha256="ab" * 32)
    [event] = document_events(document, reading, sight)
    lines = {fact.label: fact.value for fact in render(event, "zh").facts}
    assert lines["申购代码"] == "787795，第 1 页"
    assert lines["网上申购上限"] == "11,000股，第 1 页"
    assert lines["批复文号"] == "证监许可〔2025〕2423号，第 1 页"

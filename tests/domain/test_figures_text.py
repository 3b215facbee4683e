"""Sentences and tables of offering documents to figures: the right kind, or none."""

# ruff: noqa: E501  sentences of documents stand on one line

from __future__ import annotations

from decimal import Decimal

import pytest

from monitor.domain.figures.pages import Page, Run
from monitor.domain.figures.read import read_figures
from monitor.domain.figures.record import Reading, plain
from monitor.domain.money import simplify


def read(*texts: str) -> Reading:
    """The reading of pages numbered from one."""
    return read_figures([Page(number=at, text=text) for at, text in enumerate(texts, 1)], "0" * 64)


def kinds(reading: Reading) -> dict[str, str]:
    """Kind to exact amount."""
    return {figure.kind: plain(figure.amount) for figure in reading.figures if figure.amount is not None}


def checks(reading: Reading) -> dict[str, bool]:
    """Each finding and whether something was withheld for it."""
    return {flag.check: flag.withheld for flag in reading.flags}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("某芯科技拟募资60亿元。", {"planned": "6000000000"}),
        ("公司拟募集资金总额不超过60亿元。", {"planned": "6000000000"}),
        ("本次募投项目总投资41.2亿元，其中拟使用募集资金39.04亿元。", {"planned": "3904000000"}),
        ("募资总额约54.07亿港元，净额约51.42亿港元。", {"gross": "5407000000", "net": "5142000000"}),
        ("募集资金总额人民币柒拾玖亿玖仟玖佰陆拾万元整。", {"gross": "7999600000"}),
        ("上市首日收报600.50元，较114.28元发行价上涨，成交153.07亿元，总市值2822.52亿元。",
         {"price": "114.28", "turnover": "15307000000", "market_cap": "282252000000"}),
        ("网上投资者放弃认购2.93万股，金额334.86万元。", {"abandoned_shares": "29300", "abandoned": "3348600"}),
        ("公司以募集资金置换预先投入募投项目的25,973.03万元及已支付发行费用564.11万元。",
         {"replacement_project": "259730300", "replacement_fees": "5641100"}),
        ("网上发行初步中签率为0.02223023%，回拨机制启动后，网上发行最终中签率为0.03348913%。",
         {"lottery_rate_initial": "0.02223023", "lottery_rate_final": "0.03348913"}),
        ("滬市新股發行價104.66元，募集資金約41.96億元人民幣。", {"price": "104.66", "gross": "4196000000"}),
        ("募集资金总额７９９，９６０．００万元。", {"gross": "7999600000"}),
        ("募集资金总额为 799,9\n60.00 万元，募集资金净额为 757,605.\n23 万元。", {"gross": "7999600000", "net": "7576052300"}),
    ],
)  # fmt: skip
def test_each_sum_of_a_sentence_gets_its_own_kind(text: str, expected: dict[str, str]) -> None:
    """Plan, gross, net, market value, turnover and abandoned money are told apart by their words."""
    assert kinds(read(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "募集资金总额【】万元，募集资金净额[●]万元，每股发行价格人民币【】元，每股面值人民币1.00元。",
        "上市标准为预计市值不低于人民币30亿元，且最近一年营业收入不低于人民币3亿元。",
        "网上投资者持有市值1万元以上方可申购，每5,000元市值可申购一个单位。",
        "公司使用闲置资金进行现金管理不超过30亿元，资产总额为7.13亿元，营业收入5972.29万元。",
        "该芯片专项预计投资总额250,957.98万元；新一代芯片研发项目拟投入募集资金250,957.98万元。",
        "公司于2024年完成B轮融资，募集资金20亿元。",
        "前次募集资金总额为12.00亿元。",
        "同行业可比公司募集资金总额为68.83亿元。",
        "以532.30亿元的募资额居首，其后为68.83亿元、58.11亿元。",
    ],
)
def test_what_is_not_this_offer_is_absent(text: str) -> None:
    """Blanks, thresholds, other rounds, other companies and single projects make no figure of the offer."""
    found = kinds(read(text))
    assert not {"gross", "net", "planned", "price", "market_cap", "market_cap_at_issue"} & set(found)


def test_both_variants_of_an_over_allotment_are_kept_apart() -> None:
    """With and without 超额配售选择权 each sum has its own kind, to the end of the clause."""
    text = (
        "本次发行价格为19.86元/股。本次初始公开发行股票数量为501,533,789股；若超额配售选择权全额行使，则发行总股数将扩大至576,763,789股。"
        "预计募集资金总额为996,046.10万元（超额配售选择权行使前），扣除约23,693.33万元的发行费用后，预计募集资金净额为972,352.77万元；"
        "若超额配售选择权全额行使，预计募集资金总额为1,145,452.89万元，扣除约25,493.72万元的发行费用后，预计募集资金净额为1,119,959.17万元。"
    )
    assert kinds(read(text)) == {
        "price": "19.86", "shares": "501533789", "shares_with_overallotment": "576763789",
        "gross": "9960461000", "fees": "236933300", "net": "9723527700",
        "gross_with_overallotment": "11454528900", "fees_with_overallotment": "254937200",
        "net_with_overallotment": "11199591700",
    }  # fmt: skip


def test_two_variants_in_one_cell_read_in_both_orders_of_text() -> None:
    """A two-line cell is read line by line, and also when its label stands between the lines."""
    one = "15,894.00万元（未考虑超额配售选择权的情况下）"
    two = "18,278.10万元（全额行使超额配售选择权的情况下）"
    expected = {"gross": "158940000", "gross_with_overallotment": "182781000"}
    assert kinds(read(f"预计募集资金总额 {one}\n{two}")) == expected
    assert kinds(read(f"{one} 预计募集资金总额 {two}")) == expected


@pytest.mark.parametrize(("gross", "slip"), [("79,996.00", 10), ("7,999,600.00", 10), ("79.996", 10000)])
def test_a_slip_of_a_power_of_ten_withholds_the_sum(gross: str, slip: int) -> None:
    """price × shares ≠ gross by a power of ten: gross is not reported, the finding is."""
    reading = read(f"本次发行价格为114.28元/股，发行数量7,000.00万股，募集资金总额为{gross}万元。")
    assert "gross" not in kinds(reading)
    assert checks(reading) == {"price_times_shares_is_gross_slip": True}
    assert f"×{slip}" in reading.flags[0].detail


def test_equations_that_hold_raise_confidence() -> None:
    """price × shares = gross and gross − fees = net confirm all five figures."""
    reading = read(
        "发行价格36.00元/股，发行30,000.00万股，募集资金总额1,080,000.00万元，发行费用21,721.07万元，净额1,058,278.93万元。"
    )
    assert len(reading.figures) == 5
    assert {figure.confidence for figure in reading.figures} == {Decimal("0.99")}
    assert reading.flags == ()


def test_gross_less_expenses_that_is_not_net_is_flagged_and_doubted() -> None:
    """A failed equation without a clear slip keeps the figures at half confidence and says so."""
    reading = read("募集资金总额100.00万元，发行费用10.00万元，募集资金净额80.00万元。")
    assert checks(reading) == {"gross_minus_fees_is_net": False}
    assert {figure.confidence for figure in reading.figures} == {Decimal("0.5")}


def test_two_different_values_of_one_kind_are_withheld() -> None:
    """When the same text states two gross sums, neither is reported."""
    reading = read("募集资金总额为10.00亿元。后文又称募集资金总额为12.00亿元。")
    assert kinds(reading) == {}
    assert checks(reading) == {"conflict": True}


def test_expense_items_with_the_unit_in_the_heading() -> None:
    """(万元) once before the list gives every item its unit."""
    found = kinds(
        read(
            "发行费用构成（万元，不含增值税）：保荐费300.00，承销费38,898.00，审计及验资1,600.00，律师806.00，信息披露504.72。"
        )
    )
    assert found == {
        "fee_sponsor": "3000000", "fee_underwriting": "388980000", "fee_audit": "16000000",
        "fee_legal": "8060000", "fee_disclosure": "5047200",
    }  # fmt: skip


_PLAN = (
    "本次募集资金扣除发行费用后将投资于以下项目：\n单位：万元\n序号 项目名称 实施主体 投资总额 拟投入募集资金\n"
    "1 智能芯片研发项目 某芯上海 {a} 50,000.00\n2\n先进封装平台\n建设项目\n某芯北京 30,000.00 20,000.00\n合计 - 90,000.00 70,000.00\n"
)


def test_use_of_proceeds_rows_add_up_to_the_total() -> None:
    """Torn names are joined, the implementing company is left out, columns are told apart, the total is the plan."""
    reading = read(_PLAN.format(a="60,000.00"))
    use = next(figure for figure in reading.figures if figure.kind == "use_of_proceeds")
    assert [(row.project, row.total_investment, row.from_proceeds) for row in use.rows] == [
        ("智能芯片研发项目", Decimal("600000000"), Decimal("500000000")),
        ("先进封装平台建设项目", Decimal("300000000"), Decimal("200000000")),
    ]
    assert kinds(reading)["planned"] == "700000000"


def test_a_table_that_does_not_add_up_is_not_reported() -> None:
    """One row changed: no rows and no plan from this table."""
    found = kinds(read(_PLAN.format(a="61,000.00")))
    assert "use_of_proceeds" not in found


def test_quote_and_page_lead_back_to_the_printed_words() -> None:
    """A run knows the page of every place and quotes it as printed, running head left out."""
    head = "某芯科技股份有限公司 招股说明书\n"
    pages = [
        Page(number=at, text=f"{head}{at}\n第 {at} 页 的 正文，金额 1,2\n34.00 万元。") for at in range(1, 9)
    ]
    run = Run.of(pages)
    place = run.text.index("第5页")
    assert run.page_at(place) == 5
    assert run.quote(place, place + 3) == "第 5 页"
    assert "招股说明书" not in run.text
    assert len(simplify(head)) == len(head)


def test_noise_never_raises() -> None:
    """Odd bytes, lone labels and endless digits give a reading without figures."""
    for noise in (
        "",
        "\x00\x01",
        "合计",
        "1,234 " * 500,
        "募集资金总额" * 200,
        "9" * 5000,
        "（" * 900,
        "净额-" * 300,
    ):
        assert kinds(read(noise)) == {}


def test_an_assumed_price_is_no_price() -> None:
    """假设发售价为… is an assumption of the document, not the offer price."""
    assert "price" not in kinds(read("假设发售价为18.30港元，所得款项净额约为43.51亿港元。"))


def test_a_joint_sponsor_fee_is_not_read_as_the_sponsor_fee_too() -> None:
    """承销费及保荐费 is one item; its second half is no item of its own."""
    found = kinds(
        read("发行费用总额10.00万元，包括：承销费及保荐费7.00万元，审计费2.00万元，律师费1.00万元。")
    )
    assert found == {
        "fees": "100000", "fee_sponsor_underwriting": "70000", "fee_audit": "20000", "fee_legal": "10000",
    }  # fmt: skip


def test_a_draft_does_not_take_the_price_of_an_older_round() -> None:
    """In a prospectus, price and proceeds come only from the table of the offer's facts."""
    front = "某芯科技股份有限公司\n首次公开发行股票并在科创板上市招股说明书（申报稿）"
    facts = "本次发行概况\n发行股数 不超过4,000.00万股\n每股发行价格 【】元\n募集资金总额 【】万元"
    history = "2021年，公司实施股票发行，本次发行价格为5.41元/股，本次募集资金总额为1,723.09万元。"
    assert kinds(read(front, facts, history)) == {"shares": "40000000"}


@pytest.mark.parametrize(
    ("sentence", "printed"),
    [
        ("公司选择《上市规则》第2.1.2条第(四)项规定的上市标准。", "第2.1.2条第(四)项"),
        ("公司不适用第2.1.2条第(一)项标准,选择第2.1.2条第(二)项规定的上市标准。", "第2.1.2条第(二)项"),
        ("公司将上市标准由第2.1.2条第(四)项标准变更为第2.1.2条第(二)项标准。", "第2.1.2条第(二)项标准"),
        ("红筹企业选择适用《上市规则》第2.1.3条第(二)项标准。", "第2.1.3条第(二)项标准"),
        ("公司不符合第2.1.2条第(一)项标准。", None),
        ("第2.1.2条规定了五项上市标准。", None),
    ],
)
def test_the_standard_is_the_one_chosen_never_one_denied_or_left(sentence: str, printed: str | None) -> None:
    """A prospectus names standards it does not choose too."""
    title = "某芯科技股份有限公司首次公开发行股票并在科创板上市招股说明书(申报稿)\n"
    found = [f.as_printed for f in read(title + sentence).figures if f.kind == "listing_standard"]
    assert found == ([printed] if printed else [])

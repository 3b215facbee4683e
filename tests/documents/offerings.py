"""One offering's documents of every kind, drawn from its public facts in the true wording.

Rule: a fact that is None is not written; each writer also says which figures its document states.
"""

# ruff: noqa: E501  sentences of documents stand on one line

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.documents import made
from tests.documents.made import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """Facts as the documents print them: sums in 万元, shares in 万股, rates in percent."""

    issuer: str
    code: str
    price: str
    shares: str
    planned: str | None = None
    gross: str | None = None
    fees: str | None = None
    net: str | None = None
    ps_ratio: str | None = None
    ps_ratio_pre: str | None = None
    industry_pe: str | None = None
    market_cap: str | None = None  # 亿元
    rate_initial: str | None = None
    rate_final: str | None = None
    accounts: str | None = None
    valid_shares: str | None = None
    multiple: str | None = None
    strategic: str | None = None
    abandoned: str | None = None  # shares
    registration: str | None = None


OFFERINGS = (
    Offering(
        issuer=made.MOORE, code="688795", price="114.28", shares="7,000.0000", planned="800,000.00", gross="799,960.00",
        fees="42,354.77", net="757,605.23", ps_ratio="122.51", ps_ratio_pre="104.26", industry_pe="60.12",
        market_cap="537.15", rate_initial="0.02423369", rate_final="0.03635054", accounts="4,826,579",
        valid_shares="46,216,647,000", multiple="4,126.49", strategic="1,400.0000", abandoned="29,302",
        registration="证监许可〔2025〕2423号",
    ),
    Offering(
        issuer=made.METAX, code="688802", price="104.66", shares="4,010.0000", planned="390,426.82", gross="419,686.60",
        fees="29,755.50", net="389,931.10", ps_ratio="56.35", ps_ratio_pre="50.71", rate_initial="0.02223023",
        rate_final="0.03348913", accounts="5,175,166", multiple="4,498.38", strategic="760.5419", abandoned="20,300",
        registration="证监许可〔2025〕2507号",
    ),
    Offering(
        issuer=made.ENFLAME, code="688801", price="142.18", shares="4,303.5173", planned="600,000.00", gross="611,874.09",
        multiple="6,109.00",
    ),
    Offering(
        issuer=made.CAMBRICON, code="688256", price="64.39", shares="4,010.0000", gross="258,203.90", fees="8,436.61",
        net="249,767.29", strategic="710.4536", multiple="3,808.53", registration="证监许可〔2020〕1214号",
    ),
    Offering(
        issuer=made.HYGON, code="688041", price="36.00", shares="30,000.0000", planned="914,769.90", gross="1,080,000.00",
        fees="21,721.07", net="1,058,278.93", registration="证监许可〔2022〕953号",
    ),
)  # fmt: skip

Written = tuple[list[Block], dict[str, str]]


def _yuan(ten_thousands: str) -> str:
    return ten_thousands.replace(",", "") + "e4"


class _Pen:
    """Writes a sentence for each fact that is known, and remembers the figures it states."""

    def __init__(self, offering: Offering, title: str) -> None:
        self.blocks: list[Block] = [offering.issuer, f"首次公开发行股票并在科创板上市{title}"]
        self.stated: dict[str, str] = {}

    def say(self, sentence: str, **figures: str | None) -> None:
        """The sentence, unless one of its figures is unknown."""
        if any(value is None for value in figures.values()):
            return
        self.blocks.append(sentence)
        self.stated |= {kind: value for kind, value in figures.items() if value is not None}


def inquiry(offering: Offering) -> Written:
    """发行安排及初步询价公告: no price yet."""
    pen, o = _Pen(offering, "发行安排及初步询价公告"), offering
    pen.say(f"本次拟公开发行股票{o.shares}万股，全部为公开发行新股，不设老股转让。", shares=_yuan(o.shares))
    if o.strategic:
        pen.say(
            f"本次发行初始战略配售发行数量为{o.strategic}万股。",
            strategic_placement_initial_shares=_yuan(o.strategic),
        )
    if o.planned:
        pen.say(f"本次募投项目预计使用募集资金金额为{o.planned}万元。", planned=_yuan(o.planned))
    pen.say("网下投资者拟申购数量上限为2,000.00万股，其管理的配售对象总市值日均值应为6,000万元（含）以上。")
    pen.say("发行人最近一次增资价格为31.20元/股，投后估值为246.20亿元。")
    return pen.blocks, pen.stated


def offer(offering: Offering) -> Written:
    """发行公告: price, valuation, expected proceeds."""
    pen, o = _Pen(offering, "发行公告"), offering
    pen.say(f"协商确定本次发行价格为{o.price}元/股，网下发行不再进行累计投标询价。", price=o.price)
    pen.say(
        f"（1）{o.ps_ratio_pre}倍（每股收入按照经审计的营业收入除以本次发行前总股本计算）；",
        ps_ratio_pre=o.ps_ratio_pre,
    )
    pen.say(
        f"（2）{o.ps_ratio}倍（每股收入按照经审计的营业收入除以本次发行后总股本计算）。", ps_ratio=o.ps_ratio
    )
    pen.say(f"所属行业最近一个月平均静态市盈率为{o.industry_pe}倍。", industry_pe=o.industry_pe)
    if o.market_cap:
        pen.say(f"本次发行价格确定后发行人上市时市值约为{o.market_cap}亿元，满足预计市值不低于人民币30亿元的标准。",
                market_cap_at_issue=f"{o.market_cap}e8")  # fmt: skip
    pen.say(f"本次发行新股数量为{o.shares}万股。", shares=_yuan(o.shares))
    if o.gross and o.fees and o.net:
        pen.say(
            f"预计发行人募集资金总额为{o.gross}万元，扣除约{o.fees}万元（不含税）的发行费用后，预计募集资金净额约为{o.net}万元。",
            gross=_yuan(o.gross), fees=_yuan(o.fees), net=_yuan(o.net),
        )  # fmt: skip
    elif o.gross:
        pen.say(f"预计发行人募集资金总额为{o.gross}万元。", gross=_yuan(o.gross))
    pen.say("同行业可比公司甲芯科技总市值为820.11亿元，对应的静态市盈率为114.40倍。")
    return pen.blocks, pen.stated


def lottery(offering: Offering) -> Written:
    """网上发行申购情况及中签率公告."""
    pen, o = _Pen(offering, "网上发行申购情况及中签率公告"), offering
    pen.say(f"本次网上发行有效申购户数为{o.accounts}户。", online_accounts=o.accounts)
    pen.say(f"网上发行有效申购股数为{o.valid_shares}股。", online_valid_shares=o.valid_shares)
    pen.say(f"网上发行初步中签率为{o.rate_initial}%。", lottery_rate_initial=o.rate_initial)
    pen.say(
        f"由于网上初步有效申购倍数约为{o.multiple}倍，超过100倍，决定启动回拨机制。",
        subscription_multiple=o.multiple,
    )
    pen.say(f"回拨机制启动后，网上发行最终中签率为{o.rate_final}%。", lottery_rate_final=o.rate_final)
    pen.say("网下配售比例：A类投资者0.01477325%，B类投资者0.01475011%。")
    return pen.blocks, pen.stated


def result(offering: Offering) -> Written:
    """发行结果公告."""
    pen, o = _Pen(offering, "发行结果公告"), offering
    pen.say(f"本次发行价格为{o.price}元/股，", price=o.price)
    pen.say(f"本次发行的股票数量为{o.shares}万股。", shares=_yuan(o.shares))
    if o.strategic:
        pen.say(f"最终战略配售数量为{o.strategic}万股。", strategic_placement_shares=_yuan(o.strategic))
    pen.say(f"网上投资者放弃认购的股份数量：{o.abandoned}股。", abandoned_shares=o.abandoned)
    pen.say("保荐人（主承销商）包销股份的比例为本次发行总数量的0.09%。")
    return pen.blocks, pen.stated


def listing(offering: Offering) -> Written:
    """上市公告书."""
    pen, o = _Pen(offering, "上市公告书"), offering
    pen.say(f"一、首次公开发行股票数量：{o.shares}万股。", shares=_yuan(o.shares))
    pen.say(f"二、发行价格：{o.price}元/股。三、每股面值：人民币1.00元。", price=o.price)
    if o.gross:
        pen.say(f"本次发行募集资金总额为{o.gross}万元。", gross=_yuan(o.gross))
    if o.fees and o.net:
        pen.say(f"本次发行费用总额为{o.fees}万元（不含增值税），每股发行费用1.23元，募集资金净额为{o.net}万元。",
                fees=_yuan(o.fees), net=_yuan(o.net))  # fmt: skip
    pen.say("公司已与中国某银行签订三方监管协议，专户余额为60,000.00万元。")
    return pen.blocks, pen.stated


def prospectus(offering: Offering) -> Written:
    """招股说明书: the offer's two tables of facts after the cover, then an earlier round that is not the offer."""
    pen, o = _Pen(offering, ""), offering
    rows = [
        ["发行股数", f"{o.shares}万股"],
        ["每股发行价格", f"{o.price}元"],
        ["发行市盈率", "不适用"],
    ]
    for label, value in (("募集资金总额", o.gross), ("募集资金净额", o.net)):
        rows.append([label, f"{value}万元" if value else "【】万元"])
    rows.append(["发行费用概算", f"本次发行费用总额为{o.fees}万元（不含增值税）" if o.fees else "【】万元"])
    pen.blocks += ["招股说明书", None, "本次发行概况", rows, None, "报告期内股本变化"]
    pen.blocks.append("2022年3月，公司增资扩股，增资价格为31.20元/股，募集资金总额为62,400.00万元。")
    known = {"shares": o.shares, "gross": o.gross, "net": o.net, "fees": o.fees}
    pen.stated = {"price": o.price} | {kind: _yuan(value) for kind, value in known.items() if value}
    return pen.blocks, pen.stated


WRITERS: dict[str, Callable[[Offering], Written]] = {
    "inquiry_announcement": inquiry,
    "offer_announcement": offer,
    "lottery_rate_announcement": lottery,
    "result_announcement": result,
    "listing_announcement": listing,
    "prospectus": prospectus,
}

"""The documents of the season's issues, drawn from the facts known of them, in the layout of the real ones.

Rule: pure but for reading the file. A sentence whose fact is not known is not in the document.
Rule: a document is found by its title; one without facts is a stand-in of a page (`pages.pdf_of`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec

from monitor.demo.issues import load_issues
from monitor.demo.paper import Block, draw
from monitor.domain.errors import DecodeError

PAPERS_FILE = Path(__file__).with_name("season_papers.json")
_OFFER = "首次公开发行股票并在科创板上市"


class Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the documents of one issue say, each value as printed; "" and [] are not known."""

    code: str
    sources: str
    draft: str = ""  # the title of its prospectus draft (申报稿) among the project's documents
    decision: str = ""  # the title of the regulator's approval (批复) among the project's documents
    number: str = ""
    decided: str = ""
    price: str = ""  # 元/股
    shares: str = ""  # 万股
    planned: str = ""
    gross: str = ""
    gross_expected: str = ""  # where only the expectation is known
    fees: str = ""
    fee_items: list[tuple[str, str]] = []  # 万元
    net: str = ""
    ps_before: str = ""
    ps: str = ""
    market_value: str = ""
    strategic_initial: str = ""  # 万股
    strategic_final: str = ""  # 万股
    accounts: str = ""
    asked: str = ""  # shares asked for online
    multiple: str = ""
    rate_initial: str = ""  # per cent
    rate_final: str = ""  # per cent
    abandoned: str = ""
    abandoned_shares: str = ""
    projects: list[tuple[str, str]] = []  # name, from the proceeds
    projects_unit: str = ""
    projects_total: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    note: list[str]
    issues: list[Facts]


@cache
def season_papers(path: Path = PAPERS_FILE) -> Mapping[str, bytes]:
    """Title → PDF of every document there are facts for; DecodeError naming the first wrong field."""
    try:
        known = {facts.code: facts for facts in msgspec.json.decode(path.read_bytes(), type=_File).issues}
    except msgspec.MsgspecError as exc:
        raise DecodeError(f"{path.name} is no file of documents: {exc}") from exc
    made: dict[str, bytes] = {}
    for issue in load_issues():
        facts = known.get(issue.code)
        if facts is None:
            continue
        name = str(issue.rows[0][1]["COMPANY_FULL_NAME"])
        titles = [str(row["TITLE"]) for _, row in issue.bulletins] + ([facts.draft] if facts.draft else [])
        for title in titles:
            kind = next((words for words in _KINDS if words in title), None)
            if kind is not None:
                made[title] = _drawn(name, kind, title, facts)
        if facts.decision:
            made[facts.decision] = draw([list(_decision(name, facts))], title=facts.decision)
    return MappingProxyType(made)


def _drawn(name: str, kind: str, title: str, facts: Facts) -> bytes:
    cover = [name, f"{_OFFER}{kind}", f"证券代码：{facts.code}" if "申报稿" not in kind else "（申报稿）"]
    pages: list[list[Block]] = [[*cover]]
    pages += [page for part in _KINDS[kind] if (page := list(part(facts)))]
    return draw(pages, title=title, head=f"{name} {_OFFER}{kind}")


def _summary(facts: Facts) -> Iterator[Block]:
    """本次发行概况 of a prospectus before pricing: the price is blank."""
    if facts.shares:
        rows = [
            ("发行股数", f"不超过 {facts.shares} 万股"),
            ("每股发行价格", "人民币【】元"),
            ("募集资金总额", "【】万元"),
            ("募集资金净额", "【】万元"),
        ]
        yield "本次发行概况"
        yield rows


def _offer_summary(facts: Facts) -> Iterator[Block]:
    """本次发行概况 of the final prospectus."""
    rows = [
        ("发行股数", f"{facts.shares} 万股" if facts.shares else ""),
        ("每股发行价格", f"{facts.price} 元" if facts.price else ""),
        (
            "发行市销率",
            f"{facts.ps} 倍（按每股发行价格除以发行后每股营业收入计算）" if facts.ps else "",
        ),
        ("募集资金总额", facts.gross),
        ("募集资金净额", facts.net),
        ("发行费用概算", _fees_in_words(facts)),
    ]
    yield "本次发行概况"
    yield [row for row in rows if row[1]]


def _fees_in_words(facts: Facts) -> str:
    if not facts.fees:
        return ""
    items = "；".join(f"{at}、{name} {value} 万元" for at, (name, value) in enumerate(facts.fee_items, 1))
    whole = f"本次发行费用总额为 {facts.fees}（不含增值税）"
    return f"{whole}，包括：{items}。尾数差异为四舍五入所致。" if items else f"{whole}。"


def _purpose(facts: Facts) -> Iterator[Block]:
    """募集资金用途: the plan, and its projects where they are known."""
    if not facts.planned:
        return
    yield "募集资金用途"
    yield f"公司本次拟募集资金 {facts.planned}。"
    if not facts.projects:
        return
    yield "本次募集资金扣除发行费用后，将投资于以下项目："
    yield f"单位：{facts.projects_unit}"
    yield [("项目名称", "拟投入募集资金"), *facts.projects, ("合计", facts.projects_total)]


def _decision(name: str, facts: Facts) -> Iterator[Block]:
    """The regulator's approval of a registration, with its number."""
    yield "中国证券监督管理委员会"
    yield facts.number
    yield facts.decision
    yield f"{name}："
    yield "你公司首次公开发行股票并在科创板上市的注册申请，我会同意。本批复自同意注册之日起 12 个月内有效。"
    yield facts.decided


def _schedule(facts: Facts) -> Iterator[Block]:
    """发行安排及初步询价公告."""
    if facts.shares:
        yield f"本次拟公开发行股份 {facts.shares} 万股。"
    if facts.planned:
        yield f"本次募投项目拟使用募集资金 {facts.planned}。"


def _pricing(facts: Facts) -> Iterator[Block]:
    """发行公告: the price and what it is worth."""
    if facts.price:
        told = f"发行人和保荐人（主承销商）根据初步询价结果，协商确定本次发行价格为 {facts.price} 元/股。"
        yield told + ("此价格对应的市销率为：" if facts.ps else "")
    each = "每股收入按照 2024 年度经审计的营业收入除以本次发行"
    if facts.ps_before:
        yield f"（1）{facts.ps_before} 倍（{each}前总股本计算）；"
    if facts.ps:
        yield f"（2）{facts.ps} 倍（{each}后总股本计算）。"
    if facts.market_value:
        yield f"本次发行价格确定后发行人上市时市值约为 {facts.market_value}。"


def _raise_expected(facts: Facts) -> Iterator[Block]:
    """发行公告: how much is expected to come in."""
    if facts.shares:
        share = f"本次发行新股数量为 {facts.shares} 万股。"
        if facts.strategic_initial:
            share += f"初始战略配售发行数量为 {facts.strategic_initial} 万股。"
        yield share
    if facts.planned:
        yield f"本次募投项目预计使用募集资金为 {facts.planned}。"
    gross = facts.gross_expected or facts.gross
    if gross and facts.price and facts.shares:
        told = f"按本次发行价格 {facts.price} 元/股和 {facts.shares} 万股的新股发行数量计算，"
        told += f"若本次发行成功，预计发行人募集资金总额为 {gross}"
        if facts.fees and facts.net:
            told += f"，扣除约 {facts.fees}（不含税）的发行费用后，预计募集资金净额约为 {facts.net}"
        yield told + "。"


def _lottery(facts: Facts) -> Iterator[Block]:
    """网上发行申购情况及中签率公告."""
    told = "根据上交所提供的数据，本次网上发行"
    if facts.accounts:
        told += f"有效申购户数为 {facts.accounts} 户，"
    if facts.asked:
        told += f"有效申购股数为 {facts.asked} 股，"
    if facts.rate_initial:
        yield f"{told}网上发行初步中签率为 {facts.rate_initial}%。"
    if facts.multiple:
        yield f"由于网上初步有效申购倍数约为 {facts.multiple} 倍，超过 100 倍，决定启动回拨机制。"
    if facts.rate_final:
        yield f"回拨机制启动后，网上发行最终中签率为 {facts.rate_final}%。"


def _result(facts: Facts) -> Iterator[Block]:
    """发行结果公告."""
    if facts.price and facts.shares:
        yield f"本次发行价格为 {facts.price} 元/股，发行数量为 {facts.shares} 万股。"
    if facts.strategic_final:
        yield f"最终战略配售数量为 {facts.strategic_final} 万股。"
    if facts.abandoned_shares:
        yield f"网上投资者放弃认购的股份数量：{facts.abandoned_shares}。"
    if facts.abandoned:
        yield f"网上投资者放弃认购的金额：{facts.abandoned}。"


def _listing(facts: Facts) -> Iterator[Block]:
    """上市公告书: what the offer came to."""
    if facts.shares and facts.price:
        yield f"一、发行数量：{facts.shares} 万股。二、发行价格：{facts.price} 元/股。"
    if facts.gross and facts.net:
        yield f"三、本次发行募集资金总额为 {facts.gross}，扣除发行费用后募集资金净额为 {facts.net}。"
    if facts.fees:
        yield f"四、本次发行费用总额为 {facts.fees}（不含增值税）。"
    if facts.fees and facts.fee_items:
        yield "明细构成如下："
        yield "单位：万元"
        yield [("内容", "发行费用金额（不含税）"), *facts.fee_items]


_Part = Callable[[Facts], Iterator[Block]]
# The words of a title → what its pages say, after the cover; the longer words first.
_KINDS: dict[str, tuple[_Part, ...]] = {
    "招股说明书（申报稿）": (_summary, _purpose),
    "招股意向书": (_summary, _purpose),
    "发行安排及初步询价公告": (_schedule,),
    "网上发行申购情况及中签率公告": (_lottery,),
    "发行结果公告": (_result,),
    "上市公告书": (_listing,),
    "招股说明书": (_offer_summary, _purpose),
    "发行公告": (_pricing, _raise_expected),
}

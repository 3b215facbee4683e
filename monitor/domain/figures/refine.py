"""What the words around a label make of its kind: the exact kind, or no figure of this offer.

Rule: a doubtful amount is none.
"""

from __future__ import annotations

import re

from monitor.domain.money import Printed

__all__ = ["KINDS_WITH_VARIANT", "OPTION", "ratio_defined", "refine"]

OPTION = r"超额配售(?:选择)?权"
KINDS_WITH_VARIANT = {"gross", "net", "fees", "shares", "pe_ratio", "ps_ratio"}
_SPENT = re.compile(r"(?:年度|半年|季度|本年|本期|报告期内?|期间|月)\Z")
_RAISED = re.compile(r"募|集资|净筹|所得款|发行费用|发售|proceeds")
_OTHER_NET = re.compile(r"利息|手续费|现金流|流入|往来")


def refine(
    kind: str, ahead: str, segment: str, before: str, label: str, behind: str, printed: Printed
) -> str | None:
    """The exact kind, from the words around the label; None where the amount is not of this offer."""
    if kind == "market_cap":
        if printed.qualifier and printed.qualifier.startswith(("不低于", "不少于")):
            return None
        if re.search(r"解禁|持仓|减持", ahead) or (
            re.search(r"持有|持股", ahead) and "对应" in segment[-12:]
        ):
            return None
        if behind.startswith("以上") or re.search(
            r"持有|每\Z|日均|预计市值|流通|顶格|需配?|申购", re.split(r"[,;]", segment[-16:])[-1]
        ):
            return None
        return "market_cap_at_issue" if re.search(r"发行后|上市时|发行时|本次发行", segment[-30:]) else kind
    if kind in {"gross", "net", "planned"} and re.search(r"(?:假设|假定)[^,。;()]{0,12}\Z", before):
        return None  # the example of a table of dilution
    if kind == "gross" and re.search(r"(?:基金|信托|资管计划|私募)[^,。;]{0,8}\Z", before):
        return None  # what a fund raised
    if kind == "gross" and "规模" in label and re.search(r"资产?管理?计划", ahead):
        return None  # the size of the employees' plan that takes part in the placement
    if kind == "planned" and re.match(r"(?:来)?置换", behind):
        return None  # the issuer's own money, spent before and now paid back
    if kind == "price" and label.startswith(("下限", "上限")) and re.search(r"[较比][^,。;]{0,20}\Z", before):
        return None  # the end of the first range, to which the price is compared
    if kind == "planned" and label.startswith(("使用", "投入", "利用")) and _SPENT.search(before):
        return None  # what a report says was spent in its period
    if "分别" in label and re.search(r"[/、和及与]\Z", before):
        return None  # 价格/数量/总额分别为…: the first value is of the first label
    if kind in {"gross", "net"} and re.search(
        r"(?:拟|计划)(?:(?:通过|借助|经由|以)[^,。;]{1,20})?\Z", before
    ):
        return "planned"
    if kind == "planned" and label.endswith(("融资金额", "融资额")):
        listed = re.search(r"审核|板块|受理|保荐|IPO|上市|招股", ahead + behind[:60])
        return kind if listed else None  # the review page's own word for the plan
    if kind == "gross" and "拟为" in label:
        return "planned"
    if kind == "shares" and before.rstrip(":").endswith("其中"):
        return None  # new shares beside old ones: a part of the offer
    ceiling = kind == "gross" and printed.qualifier == "不超过"
    if ceiling and (printed.currency == "CNY" or re.search(r"拟|计划", ahead)):
        return "planned"  # 募集资金不超过…: a ceiling is no result
    if kind == "gross" and re.search(r"拟(?:首次)?公开发行(?!可转)[^;]*\Z", ahead) and "价" not in ahead:
        return "planned"  # 拟公开发行…股,募资…: shares yet to be offered have raised nothing
    if (
        kind == "planned"
        and re.search(r"(?:投入|使用|利用)", label)
        and re.search(r"(?<!募投)(?<!投资)(?<!上述)(?<!以上)(?<!下列)(?<!等)(?<!拟投入)项目", ahead)
        and not re.search(r"合计|总计|共", segment[-20:])
    ):
        return None  # one project's share of the proceeds is not the plan
    if kind in {"abandoned", "abandoned_shares"} and ahead.rfind("网下") > ahead.rfind("网上"):
        return kind + "_offline"
    if kind == "price" and label.startswith("认购") and re.search(r"股东|持有|入股|受让|增资", ahead):
        return None  # what a holder once paid
    if kind == "shares" and re.match(r"超额配|额外", behind):
        return None
    if kind == "lottery_rate":
        final = re.search(r"最终|回拨(?:机制)?(?:启动|实施)?后", segment)
        return "lottery_rate_final" if final else "lottery_rate_initial"
    if kind in KINDS_WITH_VARIANT and re.search(r"(?:增加|额外|由此|多出)[^,。;]{0,4}\Z", before):
        return None  # what an option adds
    if kind == "shares" and re.search(r"新增\Z", before) and re.search(OPTION, ahead):
        return None
    unnamed = kind == "net" and not _RAISED.search(label)
    if unnamed and (_OTHER_NET.search(ahead[-30:]) or not _RAISED.search(ahead)):
        return None  # of interest, cash flow and the like there is a net sum too
    if kind == "shares_total" and re.search(r"发行前[^,。;]{0,8}\Z", before):
        return None  # the capital before the offer
    if kind.startswith("strategic") and re.search(r"(?:员工|人员|子公司|计划|跟投)[^,。;]{0,4}\Z", before):
        return None  # one participant's part
    if kind.startswith("online_") and "网下" in segment[-24:]:
        return None
    if kind == "subscription_multiple":
        if re.search(r"国际(?:发售|配售)", segment[-24:]):
            return None
        if not label and not re.search(r"公开发售[^,。;]{0,10}\Z", segment):
            return None  # 获…倍认购 of the public offer only
        final = re.search(r"(?:最终|回拨(?:机制)?(?:启动|实施)?后)(?!.*(?:初步|回拨前))", ahead)
        return "subscription_multiple_final" if final else kind
    if kind in {"pe_ratio", "ps_ratio"}:
        if re.search(r"可比|同行业", segment[-24:]):
            return None
        if re.search(r"行业|可比|平均|静态市盈率为", segment) and "发行价" not in segment[-24:]:
            return "industry_pe" if kind == "pe_ratio" else None
        if re.match(r"\([^()]*发行前总股本", behind):
            return kind + "_pre"
    return kind


def ratio_defined(behind: str) -> str | None:
    """What a multiple is when its own bracket defines it (the label may stand in another cell)."""
    note = re.match(r"\((?:[^()]|\([^()]*\)){6,160}", behind)
    if note is None or "每股净资产" in note.group():
        return None
    words = note.group()
    if re.search(r"每股收益|净利润|市盈率", words) and re.search(r"除以|计算", words):
        return "pe_ratio_pre" if "发行前总股本" in words else "pe_ratio"
    if re.search(r"营业收入|销售收入", words) and re.search(r"除以|计算", words):
        return "ps_ratio_pre" if "发行前总股本" in words else "ps_ratio"
    return None

"""The words that name a figure in offering documents, and the words that say an amount is something else.

Rule: a label counts only when nothing but filler stands between it and the amount.
"""

# ruff: noqa: E501  a label pattern is read on one line

from __future__ import annotations

import re

__all__ = [
    "CHANGED", "COMPARED", "FILLER", "LABELS", "MARKET", "OTHER_OFFER", "PEERS", "PEER_SUBJECT", "PRIVATE", "RIGHT_LABELS",
    "THIS_LISTING", "label_kind",
]  # fmt: skip

FILLER = re.compile(
    r"(?:总计|总共|合计|估计|共计|金额|数额|规模|总额|大约|约|左右|即|为|是|达到?|共|将|计|则|的|仅|扩大至|增加到|突破|升至|涨至|每股(?:H股)?|of|about|预计|人民币|:|\"|”|最多|不超过|"
    r"不低于|最终|定为|已?确定为|已?(?:厘|釐)定为|仍|额|拟为|低至|下调至|上调至|高达|增至|增加至|合共|分别为?|最多|最高|最少|至多|上限为?|[一-十]?是|"
    r"\([^()]{0,40}\))*\Z"
)

_RAISE = r"(?:募集资金|募资|集资|所得款项|募集款项)"
_NOT_RAISE = r"(?<!使用)(?<!投入)(?<!拟)(?<!计划)(?<!前次)(?<!置换)(?<!以)(?<!超)(?<!超额)(?<!闲置)(?<!利用)(?<!部分)(?<!其余)(?<!部分的)"

# (kind, label, measures it may carry). Earlier entries win at the same place.
LABELS: tuple[tuple[str, re.Pattern[str], frozenset[str]], ...] = tuple(
    (kind, re.compile(label), frozenset(measures.split()))
    for kind, label, measures in (
        ("replacement_project", r"置换(?:已|以自筹资金)?(?:预先|先期|前期)?(?:已)?投入(?:募(?:集资金)?投(?:资)?项目)?的?(?:自筹资金|资金)?", "money"),
        ("replacement_fees", r"已支付(?:的)?发行费用(?:的自筹资金)?", "money"),
        ("abandoned", r"放弃认购(?:的)?(?:股份|股票|新股)?(?:的)?(?:总)?金额", "money"),
        ("abandoned_shares", r"放弃认购(?:的)?(?:股份|股票|新股)?(?:的)?(?:总)?(?:数量|股数|股份数)?", "share"),
        ("min_subscription", r"入场费", "money"),
        ("planned", r"(?:拟|计划|原拟)(?:通过本次发行|首发|公开发行)?(?:使用|投入|用)?(?:本次)?" + _RAISE + r"(?:投资|投入|使用)?(?:总额|总金额|金额|数额|规模)?", "money"),
        ("planned", r"(?<!累计)(?<!已)(?<!实际)(?:使用|投入|利用)(?:本次)?募集资金(?:总额|总金额|金额|数额|投入金额|的金额|投入)?", "money"),
        ("planned", r"募集资金(?:拟|计划|预计)?(?:投入|投资|使用|需求)(?:总)?(?:金额|额|总额|量)", "money"),
        ("planned", r"(?:募投项目|募集资金投资项目)(?:拟|计划|预计)?(?:投入|使用|的)?(?:募集资金|资金)(?:总)?(?:需求|金额|额)(?:量|总额)?", "money"),
        ("planned", r"(?:拟|预计|计划)?融资(?:金额|额)", "money"),
        ("net", r"(?:实际)?" + _RAISE + r"?净(?:额|集资额?|募集资金|募资额?|筹资?额?)", "money"),
        ("fees", r"(?<!支付)(?<!已付)(?<!每股)(?<!其他)(?<!其它)(?:发行|上市|承销及发行)(?:费用|开支)(?:概算)?(?:总额|合计|共计|金额|总计)?", "money"),
        ("gross", r"(?:实际)?" + _RAISE + r"(?:总额|总量|总金额|毛额|总计)", "money"),
        ("received", r"(?:收到|到账)(?:的)?" + _RAISE + r"|后的?(?:剩余)?募集资金", "money"),
        ("gross", _NOT_RAISE + _RAISE, "money"),
        ("market_cap", r"市值", "money"),
        ("turnover", r"成交(?:额|金额)?", "money"),
        ("valuation", r"估值|valuation", "money"),
        ("strategic_placement_initial_shares", r"初始战略配售(?:的)?(?:发行)?(?:股票|股份)?(?:的)?(?:数量|股数|股票数量)", "share"),
        ("strategic_placement_shares", r"(?<!初始)(?:最终)?战略配售(?:的)?(?:发行)?(?:股票|股份|最终)?(?:的)?(?:数量|股数|股票数量|股份数量)", "share"),
        ("strategic_placement", r"(?:最终)?战略配售(?:的)?(?:股票|股份)?(?:的)?(?:获配|认购|配售)?(?:总)?金额", "money"),
        ("shares_extra", r"额外(?:发行|配发)", "share"),
        ("shares_overallotment", r"超额配售(?:选择)?权(?:发行的?|对应的?|涉及的?)?(?:股票|股份)?(?:的)?(?:数量|股数)", "share"),
        ("shares_total", r"(?:发行后|上市后)(?:的)?总股本|总股本", "share"),
        ("online_valid_shares", r"有效申购(?:股数|数量|股份数量)", "share"),
        ("online_accounts", r"有效申购户数", "household"),
        ("price", r"(?:每股)?(?:发行|发售|招股|认购|配售)价(?:格)?(?:区间)?(?:介乎)?|(?:下限|上限|最终)?定价|(?:发行|发售)的?最终价格|每股价格|每股(?:H股)?发售股份|(?<!摊薄后)(?:以|,|、|、)每股(?:H股)?(?:发售股份)?|(?:^|,)价格|(?:以)?(?:上限|下限)(?:价)?", "money price"),
        ("industry_pe", r"(?:行业)?最近一个月(?:的)?(?:平均静态|静态平均)市盈率|行业(?:平均)?市盈率", "times"),
        ("ps_ratio_pre", r"发行前市销率|市销率\(?发行前(?:股本口径)?|\(发行前股本口径", "times"),
        ("ps_ratio", r"(?:发行|发行后|摊薄后)?(?:20\d\d年(?:度)?)?(?:静态)?市销率(?:\(?发行后股本口径)?", "times"),
        ("pe_ratio_pre", r"发行前市盈率", "times"),
        ("pe_ratio", r"(?:发行|发行后|摊薄后)?(?:20\d\d年(?:度)?)?(?:静态)?市盈率", "times"),
        ("pb_ratio", r"(?:发行前|发行后|发行)?市净率", "times"),
        ("subscription_multiple", r"(?:初步|网上)?有效(?:申购|认购)倍数|(?:网上)?(?:申购|认购)倍数|(?:获)?超额认购|公开发售(?:部分)?获(?:得)?认购|香港(?:公开)?发售股份(?:的)?总数|公开发售(?:项下)?(?:的)?初步可供认购(?:的)?(?:发售)?股份(?:的)?总数", "times"),
        ("lottery_rate", r"(?<!一手)中签率", "percent"),
        ("shares", r"(?:(?:本次|拟|公开|首次公开|新股|首发|全球|A股|向社会|的)*(?:发行|发售|配发)(?:的)?(?:人民币普通股|新股|股票|股份|A股)?(?:\(A股\))?(?:股票|股份)?(?:的)?(?:总数目|总数量|数目|总数|总量|总股数|股数|数量|新股数量|股份数量|股份总数|股票总数|股票数量|股票总量)?|新股|首发)", "share"),
    )
)  # fmt: skip

# What stands behind an amount and names it: 扣减约42,354.77万元(不含税)发行费用, 较114.28元发行价, 3.99港元定价.
RIGHT_LABELS: tuple[tuple[str, re.Pattern[str], frozenset[str]], ...] = (
    (
        "fees",
        re.compile(r"(?:\((?:不含|含)[^()]{0,8}税\))?的?(?:发行|上市|承销)(?:费用|开支)"),
        frozenset({"money"}),
    ),
    ("price", re.compile(r"的?(?:发行价(?!格)|发售价|定价)"), frozenset({"money", "price"})),
    ("shares", re.compile(r"的(?:新股)?发行(?:数量|股数|规模)"), frozenset({"share"})),
    ("price", re.compile(r"(?:的价格)?(?:公开)?(?:发行|发售)(?=[\d约新])"), frozenset({"price"})),
    ("subscription_multiple", re.compile(r"(?:超额)?认购"), frozenset({"times"})),
    ("planned", re.compile(r"的?募集资金(?:将|拟)?(?:用于|投入|投向)"), frozenset({"money"})),
)

# Before 114.28元发行价 one of these must stand: in a squeezed table the next row's label follows an amount too.
COMPARED = re.compile(
    r"(?:较|以|按|按照|比|相比|高于|低于|对应)\Z|(?:以|按)每(?:股|份)(?:ADS|美国存托(?:股票?|股份|凭证))?\Z"
)

# A round that is not the offer of this document.
OTHER_OFFER = re.compile(
    r"曾[^,。;]{0,12}(?:申报|递表|申请上市|冲刺|闯关)|定向发行|定增|GDR|全球存托凭证|新三板|全国股转|股转公司|股份转让系统|股票发行方案|股票发行情况报告|前次募集资金|前次募投|每股认购价格|股转函|股转系统函|发行融资情况|(?<!超额)配股(?!权)|可转换公司债|可转债|可交债|可交换(?:公司)?债|(?:发行|募集)[^,。;]{0,12}(?:债券|票据|融资券|优先股)|配套资金|"
    r"增资(?:价格|完成|扩股|款|协议)|前次(?!披露|报送|公告|招股)[^,。;]{0,10}(?:申报|申请)|向[^,。;]{1,24}(?:等[^,。;]{0,3}[名位家]|[\d一二两三四五六七八九十][名位家])[^,。;]{0,6}(?:投资者|投资人|股东|机构|对象|人|企业)[^,。;]{0,4}(?:定向)?发行|认购[^,。;]{0,8}新增(?:股本|股份|注册资本)|以每股[^,。;]{1,14}价格(?:向|增资|认购|受让|入股|转让)|股权融资|投后估值|(?:[A-Z]\+*|天使|战略)轮|轮融资|Pre-?IPO|Pre-[A-Z]"
)
# A clause that names the first listing itself is of it, whatever round the sentence told before.
THIS_LISTING = re.compile(
    r"(?:此次|本次|这次|此番)(?!定增|配股)[^,。;]{0,10}(?:IPO|首发|首次公开|上市|转战|重启|科创板|创业板|北交所|拟募)|(?:再度|再次|重新)(?:申报|递表|冲刺)|(?:科创板|创业板|北交所|港股|主板)IPO|招股书[^,。;]{0,6}拟"
)
# A plan that was changed: 由A调减至B.
CHANGED = re.compile(
    r"(?:,|、)?(?:大幅|小幅|主动)?(?:调减|下调|缩减|调整|调低|变更|减少|降低|降|压缩|削减|缩水|上调|调增|提高|增加)(?:至|到|为)(?:约)?\Z"
)
# Sums of a whole market or of many companies.
MARKET = re.compile(
    r"\d+家(?:公司|企业|新股|上市公司|半导体|芯片)|(?:科创板|创业板|北交所|主板|A股|港股)\d+家|平均每家|(?:科创板|创业板|北交所|A股|两市|全市场|港股)(?:市场|新股|IPO|上市(?:公司|企业))(?:共|合计|累计|总)|(?:科创板|创业板|A股)(?:市场|上市公司)[^,。;]{0,6}(?:合计|累计|共)"
)
# Other companies' figures, named right before the amount.
PEERS = re.compile(r"同行业|可比(?:上市)?公司|参股公司|历次|子公司")
# A sentence whose subject is another company.
PEER_SUBJECT = re.compile(
    r"(?:[^,。;]{0,20}(?:,|:))?(?:(?:公司|发行人|其)的?)?(?:主要)?"
    r"(?:(?:参股|联营|被投资?|所投)(?:公司|企业)|(?:参股|持股)的[^,。;]{2,12}|同行业(?:可比)?(?:上市)?公司|可比(?:上市)?公司|竞争对手|竞品|客户|供应商|关联方|控股股东)"
)
# A later issue by a listed company to chosen buyers.
PRIVATE = re.compile(r"向特定对象发行|非公开发行|定向增发|配发.{0,20}认购股份|先旧后新|配售现有")


def label_kind(segment: str, measure: str) -> tuple[str, int] | None:
    """The kind whose label ends the segment save for filler, and where that label starts; None where none does."""
    best: tuple[int, int, str] | None = None
    for order, (kind, pattern, measures) in enumerate(LABELS):
        if measure not in measures:
            continue
        for match in pattern.finditer(segment):
            if not FILLER.match(segment, match.end()):
                continue
            rank = (match.end(), -order, kind)
            if best is None or rank[:2] > best[:2]:
                best, start = rank, match.start()
    return None if best is None else (best[2], start)

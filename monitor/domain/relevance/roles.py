"""Tells a clause on what the issuer makes from one on what its trade uses, serves, sells on or only plans.

Rule: where the first words say the trade is another, a later AI chip counts only if the issuer makes it.
"""

from __future__ import annotations

import re
from typing import Final

# What one does with a chip somebody else makes, or which the own product merely meets.
_BORROWS: Final = re.compile(
    r"使用|采用|选用|搭载|搭配|内置|内嵌|配备|装载|基于|部署|运行[于在]|跑在|适配|支持|兼容|集成|依托|利用|借助|合作|"
    r"验证|上运行|自建|采购|购置|变更|代理|管理|调度|纳管|接入|对接|调用|客户|终端|下游|训练|推理|用于|应用|服务于|供应|"
    r"覆盖|渲染|供电|承接|承建|订单|中标|拥有|^销售|^服务(?!器)|授权|预装|集群|参股|持有|投资|供货|认证|"
    r"(?<![a-z])(?:uses?|using|runs? on|trains? on|trained on|powered|carr(?:y|ies)|equipped|buys?|based on|"
    r"customers?|clients?|serv(?:es?|ing)|supports?|compatible|integrates?|deploy\w*|relies|partners?|"
    r"contains?|next to|sold to|suppl(?:y|ies|ied) to|qualified|plans?|intends?)(?![a-z])"
)
_LONGEST_ITEM: Final = 14  # characters; a bare item of an enumeration is no longer, a sentence is
_OWN: Final = re.compile(
    r"(?:同时|并|还|兼)(?:提供|销售|生产|供应)|"
    r"自研|自主|自有|推出|发布|主营|主打|主要产品|核心产品|产品(?:线|矩阵|布局)?(?:主要)?(?:包括|涵盖|有)|"
    r"量产|流片|转型|募投|募集资金|旗下|研发|研制|出货|核心为|"
    r"(?<![a-z])(?:designs?|designed|develops?|developed|makes?|launch\w*|in-house|"
    r"(?:its|our|their) own|self-developed|proprietary|products? includes?)(?![a-z])"
)
_PLANNED: Final = re.compile(
    r"^(?:主要|拟|将)?(?:用于|投向)|^(?:公司|本次|发行|拟|将)*募(?:集资金|投)|^(?:公司|并|且|同时|目前|现|亦|也|还|已|未来|其)*(?:正|拟|计划|规划|预计|探索|尝试|将|筹划|有意)|"
    r"^(?:it |and |also )*(?:plans?|intends?|hopes?|aims?|is exploring|explores|will)(?![a-z])"
)
# Whoever builds whole goods or runs a service designs chips for itself alone, unless it sells them.
_USER: Final = re.compile(
    r"车企$|(?:整车|汽车|新能源|电动车|机器人|无人机|手机|家电|家居|摄像|监控|卫星|眼镜|云计算|云服务|互联网|电商|游戏|"
    r"物流|医疗|安防|耳机|音箱|语言模型|大模型)[^芯片]*(?:企业|公司|厂商|厂家|制造商|服务商|供应商|运营商|品牌商?|集团|龙头|巨头|平台)$"
)
_SELLS: Final = re.compile(r"对外|外销|销售|出货|供货|主营|收入|产品(?:包括|涵盖)|推出|转型|募投")


def for_itself(clause: str, trade: str) -> bool:
    """Behind a clause on whole goods or a service, this one tells of chips the issuer does not sell."""
    return _USER.search(trade) is not None and not _SELLS.search(clause)


def borrowed(clause: str, trade: str) -> bool:
    """Behind a clause that names another `trade`, this one tells of chips others make, or none yet does."""
    if _PLANNED.search(clause):
        return True
    foreign = len(clause) > _LONGEST_ITEM or _BORROWS.search(clause) is not None
    return foreign and _OWN.search(clause) is None


_CHIP_MAKER: Final = re.compile(
    r"(?P<noun>芯片|处理器)(?:产品)?(?:的)?(?:研发|设计|开发|自主|与|和|及|销售)*(?:企业|公司|厂商|供应商|提供商|研发商|商|团队)?$"
)
_FOR_MODELS: Final = re.compile(
    r"^(?:产品|芯片|公司)?(?:主要|专门|可)?(?:主打|面向|用于|应用于|专攻|针对|服务于|服务|聚焦|适用于|瞄准)"
    r"[^,]*(?:(?:ai|人工智能|大模型|模型|神经网络|深度学习)[^,]*(?:训练|推理)|训练[与和及、]推理)"
    r"(?:[与和及、]?(?:训练|推理)|等)*(?:场景|任务|应用|市场|领域|需求|业务)*(?:设计)?$"
)


def chip_for_models(trade: str, clause: str) -> str:
    """The noun of a maker's chips not further named that are for training or inference; else nothing."""
    maker = _CHIP_MAKER.search(trade)
    return maker["noun"] if maker and _FOR_MODELS.search(clause) else ""

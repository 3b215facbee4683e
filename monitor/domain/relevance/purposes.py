"""Cuts out of a clause whom a product is for, what it is bought from, built on, likened to, and denials.

Rule: of a purpose that is a field of AI the field stays: a chip for inference is an AI chip.
"""

from __future__ import annotations

import re
from typing import Final

_CHIP_NOUN = r"gpu|npu|tpu|dcu|cpu|fpga|dram|hbm|芯片|处理器|加速卡|服务器|chip|processor|memory"
_FIELD: Final = re.compile(
    r"(?<![a-z])ai(?![a-z])|人工智能|深度学习|神经网络|大模型|自动驾驶|智能驾驶|智驾|训练|推理|智算|"
    r"推论|inference|training|autonomous|automated driving|"
    r"driver assistance|self-driving|deep learning|machine learning|neural network|language model|"
    r"artificial intelligence"
)
_NOUN_IN_FIELD: Final = re.compile(_CHIP_NOUN)
_OURS = (
    r"对标|媲美|比肩|替代|取代|挑战|竞争|直追|追赶|兼容|类似|类|超越|rival(?:s|ling)?|alternative to|"
    r"competing with"
)
_VENDOR = (
    r"英伟达|辉达|nvidia|(?<![a-z])amd(?![a-z])|超威|英特尔|intel(?![a-z])|高通|qualcomm|博通|"
    r"broadcom|谷歌|google|"
    r"进口|海外|国外|国际大厂|imported"
)
_NEGATED: Final = re.compile(
    r"(?:与[^,]{1,20}无关|不(?:涉及|生产|研发|从事|包括|包含|含|做|是|属于|设计|再|同于|销售|具备|"
    r"直接|会)|未(?:涉及|涉足|进入|从事|研发|生产|开展|布局|曾|有)|"
    r"无(?![人线源刷损尘铅锡菌机])(?=[^,]{0,6}(?:gpu|ai|npu|芯片|半导体))|没有|并非|并不|而非|非(?=gpu|ai|npu|芯片|人工智能|"
    r"半导体|图形)|尚无|尚未|退出|剥离|放弃|"
    r"终止|区别于|有别于|前身|曾(?:经|从事)?|(?<![a-z])(?:not|no|non|never|without|unlike|formerly|"
    r"exited|rather than)(?![a-z]))"
    r"(?:(?!而是|但).)*"
)
_STAKE: Final = re.compile(
    r"(?:(?:被|拟被|由|已被)[^,]{1,14}(?:收购|控股|控制|投资|并购)|(?:参股|入股|持股|持有|战略投资|"
    r"投资(?!机构|公司|基金|平台|集团|管理)|收购|并购|联营|合资|增资|间接持有|(?:控股股东|实际控制人)[^,]{0,6}[为是])"
    r"|(?:主要)?(?:客户|供应商|股东|合作伙伴|下游|终端|竞争对手|可比公司)(?:应用|产品|客户|市场|领域)?"
    r"(?:包括|有|为|涵盖|覆盖|是)|(?:供应|服务|供货|覆盖|销往|面向)(?=[^,]*客户$)"
    r"|(?:acquired by|owned by|backed by|invest\w* in|stake in|shareholder of|customers? include|"
    r"supplier to|clients? include))[^,]*"
)
_BACKED: Final = re.compile(r"^[^,]{1,12}(?:投资|控股|参股|入股|持股|孵化|支持|创办|创立)的")
_BUYING: Final = re.compile(
    r"(?:采购|购买|购入|外购|引进|租入|囤积|buys?(?: of)?|purchas\w+(?: of)?)(?=[^,]*?(?:提供|用于|"
    r"开展|建设|从事|对外|转|to ))[^,]*?(?=提供|用于|开展|建设|从事|对外|转|to )"
)
_HIRING: Final = re.compile(r"(?:租用|租入|承租)[^,的]{0,12}?(?:gpu|芯片|服务器|算力|加速卡)")
_BUYING_REST: Final = re.compile(
    r"^[^,]{0,6}(?:采购|购买|购入|外购)(?:了)?(?=.*(?:gpu|芯片|加速卡|服务器|显卡))[^,]*"
)
_LIKENED: Final = re.compile(
    rf"(?:{_OURS})(?:于|了)?(?: )?(?:{_VENDOR}|a100|h100|cuda)[^,的]{{0,8}}?(?:的|(?=gpu|ai|芯片))?"
)
_FOREIGN: Final = re.compile(
    rf"(?:{_VENDOR})(?:公司|等|系列|品牌|'s)?的?[ ]?"
    r"(?:(?:ai|高端|算力|加速|图形|gpus?|芯片|显卡|处理器|加速卡|[hab]\d{2,3}|chips?|accelerators?)[ ]?)+"
)
_MEANT_FOR: Final = re.compile(
    r"(?:可|主要|广泛|专门|专)?(?:用于|应用于|适用于|应用在|用在|服务于|配套于|面向|针对|适配|供应给|"
    r"供应(?!链|商)|基于|采用|使用|利用|依托|运用|围绕)(?:(?!提供|开发|研发)[^,]){1,40}?的"
)
_MEANT_REST: Final = re.compile(
    r"(?:改由|交由|交给|委托)[^,]*(?:代工|生产|制造|封测|封装)[^,]*$|(?:搭载|装载|应用)[于在][^,]*$|"
    r"(?:可|主要|广泛|已)?(?:用于(?!新一代|第.代|[^,]*研发(?:及产业化)?(?:等)?项目)|应用于|适用于|应用在|服务于|配套于|(?:供应|授权|供货|销售|出租|租赁|交付)给|依托|利用|运用|已经?(?:在|被|"
    r"获|进入|应用|通过))[^,]*$"
)
_TOWARDS = (
    r"(?:(?!为|向)[^,]){1,40}?(?=提供%s|打造|构建|研发%s|开发%s|设计%s|供应%s|生产%s|制造%s|配套|从事|建设|"
    r"供电|供货|散热|代工|加工|服务$)"
)
_MAKER = r"(?![^,]{0,2}(?:商|企业|公司|厂))"  # 公司为GPU供应商 says what it is, not whom it serves
_PROVIDE: Final = re.compile(
    rf"(?<![务品称作成位])为(?!主|核心){_TOWARDS.replace('%s', _MAKER)}|"
    rf"(?:向|给|面向|针对|基于|依托|利用|采用|围绕|通过){_TOWARDS.replace('%s', '')}"
)
_USED_X: Final = re.compile(
    r"(?:(?:芯片|gpu|npu|cpu|服务器|数据中心|交换机|路由器|基站)(?:、|与|和|及))*"
    r"(?:ai芯片|芯片|gpu|npu|cpu|服务器|数据中心|算力|交换机|路由器|基站)(?:用|专用|级用|配套|用途)(?!途)"
)
_AGENT_OF: Final = re.compile(
    r"(?:designers?|developers?|makers?|manufacturers?|suppliers?|vendors?|providers?|producers?|"
    r"sellers?|builders?|design|development) of (?:the )?"
)
_ROLE_OF: Final = re.compile(
    r"(?P<role>distribut\w+|resell\w+|renting|rental|leasing|operators?|packaging|testing|"
    r"manufactur\w+|foundry|integrat\w+|importers?|traders?|sales agents?|"
    r"agents?) of (?P<what>[a-z0-9 ,&/-]+)"
)
# A sentence that opens with what the company does: make things, or let, sell on or mend those of others.
_MAKES: Final = re.compile(
    r"^(?:(?:we|it|that|which|also|(?:the |this )?(?:issuer|company|group|firm|start-?up)"
    r"(?:, [^,]{2,60},)?) )*"
    r"(?:develop|design|build|make|create|produce|sell|suppl(?:y|ie)|manufacture)s? "
    r"(?:its |their |our )?(?:own )?"
)
_LETS: Final = re.compile(
    r"(?:^|(?<=and )|(?<=, ))(?:(?:we|it|that|which|also|has|have|begun|started|now) )*"
    r"(?:rent|leas|host|resell|distribut|trad|recycl|repair)(?:e?s|e|ing)? (?:out )?(?P<what>[a-z0-9 ,&/-]+)"
)
_SERVES: Final = re.compile(
    r"^(?:(?:we|it|that|which|also) )*"
    r"(?:(?:packages?|tests?|assembles?|inspects?|bonds?)(?: and |, | or )?)+ ?(?P<what>[a-z0-9 ,&/-]+)"
)
_SUBJECT: Final = re.compile(
    r"^(?:[^,]{2,40}, )?(?:the |this )?(?:issuer|company|group|firm|start-?up|we|it) (?:is|are|was) "
    r"(?:an? |the |one of )?(?:(?:leading|chinese|domestic|fabless|[a-z]+-based) )*"
)
_ENGLISH_REST: Final = re.compile(
    r" (?:for|to|used|using|with|powered|based on|from|via|running|founded|backed|led|spun|listed|"
    r"(?:is|are|was|were) (?:now |already )?(?:deployed|used|sold|shipped|adopted|made|manufactured|"
    r"fabricated|in)|that|which|whose|serving|targeting|aimed|integrating|competing|seeking|planning|preparing|filing|"
    r"deployed|(?:testing|carrying|using|buying|running|operating)(?= an? | its | the )|in) (?P<what>.*)$"
)
_TENANTS: Final = re.compile(
    r"(?:园内|园区内|区内|旗下园区|入驻|租户|承租|聚集|集聚|汇聚)[^,]*(?:企业|公司|厂商|客户|租户)[^,]*"
)


def own_products(clause: str) -> str:
    """The clause without customers, purposes, models and denials, so that the issuer's own things remain."""
    text = _LIKENED.sub("", clause)
    text = _NEGATED.sub("", text)
    text = _BACKED.sub("", text)
    text = _STAKE.sub("", text)
    text = _TENANTS.sub("", text)
    text = _BUYING.sub("", text)
    text = _HIRING.sub("", text)
    text = _BUYING_REST.sub("", text)
    text = _FOREIGN.sub("芯片" if re.search(r"[\u4e00-\u9fff]", text) else "chip ", text)
    text = _MEANT_FOR.sub(_keep_field, text)
    text = _PROVIDE.sub(_keep_field, text)
    text = _MEANT_REST.sub("", text)
    text = _USED_X.sub("", text)
    text = _ROLE_OF.sub(lambda m: f"{m['what']} {m['role']}", text)
    text = _LETS.sub(lambda m: f"{_ENGLISH_REST.sub('', m['what'])} rental", text)
    text = _SERVES.sub(lambda m: f"{_ENGLISH_REST.sub('', m['what'])} packaging", text)
    text = _SUBJECT.sub("", text)
    text = _AGENT_OF.sub("", text)
    text = _MAKES.sub("", text)
    if (rest := _ENGLISH_REST.search(text)) and not re.search(r"[\u4e00-\u9fff]", text):
        text = _keep_field(rest) + text[: rest.start()]
    return text


def _keep_field(match: re.Match[str]) -> str:
    """“面向人工智能领域的芯片” is an AI chip: of a purpose that is a field, the field stays."""
    what = match.group()
    chinese = re.search(r"[\u4e00-\u9fff]", what) is not None
    if _NOUN_IN_FIELD.search(what):
        return "芯片" if chinese else ""
    if _FIELD.search(what):
        return "ai "
    return ""

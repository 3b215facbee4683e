"""Reads a one-line description and says what its issuer makes, by the last deciding word of each conjunct.

Rule: whom a product is for, what it is bought from, built on or likened to, is cut away before reading.
Rule: a word that follows an AI chip and that we do not know lowers the finding to `related`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from monitor.domain.grades import Grade
from monitor.domain.relevance.vocabulary import Kind, scanner
from monitor.domain.script import close_up, fold_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What one clause says: a grade, the deciding word, and whether it decided anything at all."""

    grade: Grade
    score: float
    word: str
    clause: str
    decided: bool


_SENTENCE: Final = re.compile(r"[^。；;!！?？\n\r]+")
_CLAUSE: Final = re.compile(r"[,:，：]")
_ASIDE: Final = re.compile(r"[(\[【“]([^()\[\]【】“”]*)[)\]】”]")

_CHIP_NOUN = r"gpu|npu|tpu|dcu|cpu|fpga|dram|hbm|芯片|处理器|加速卡|服务器|chip|processor|memory"
_FIELD: Final = re.compile(
    r"(?<![a-z])ai(?![a-z])|人工智能|深度学习|神经网络|大模型|自动驾驶|智能驾驶|智驾|训练|推理|智算|"
    r"inference|training|autonomous|deep learning|machine learning|neural network|language model|"
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
    r"直接|会)|未(?:涉及|从事|研发|生产|开展|布局|曾|有)|"
    r"无(?=[^,]{0,6}(?:gpu|ai|npu|芯片|半导体))|没有|并非|并不|而非|非(?=gpu|ai|npu|芯片|人工智能|"
    r"半导体|图形)|尚无|尚未|退出|剥离|放弃|"
    r"终止|区别于|有别于|前身|曾(?:经|从事)?|(?<![a-z])(?:not|no|non|never|without|unlike|formerly|"
    r"exited|rather than)(?![a-z]))"
    r"(?:(?!而是|但).)*"
)
_STAKE: Final = re.compile(
    r"(?:(?:被|拟被|由|已被)[^,]{1,14}(?:收购|控股|控制|投资|并购)|(?:参股|入股|持股|持有|战略投资|"
    r"投资|收购|并购|联营|合资|增资|间接持有|控股股东[为是])"
    r"|(?:主要)?(?:客户|供应商|股东|合作伙伴|下游|竞争对手|可比公司)(?:包括|有|为|涵盖|覆盖|是)"
    r"|(?:acquired by|owned by|backed by|invest\w* in|stake in|shareholder of|customers? include|"
    r"supplier to|clients? include))[^,]*"
)
_BACKED: Final = re.compile(r"^[^,]{1,12}(?:投资|控股|参股|入股|持股|孵化|支持|创办|创立)的")
_BUYING: Final = re.compile(
    r"(?:采购|购买|购入|外购|引进|租入|囤积|buys?(?: of)?|purchas\w+(?: of)?)(?=[^,]*?(?:提供|用于|"
    r"开展|建设|从事|对外|转|to ))[^,]*?(?=提供|用于|开展|建设|从事|对外|转|to )"
)
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
    r"(?:可|主要|广泛)?(?:用于|应用于|适用于|应用在|服务于|配套于|供应给|依托|利用|运用|已经?(?:在|被|"
    r"获|进入|应用|通过))[^,]*$"
)
_PROVIDE: Final = re.compile(
    r"(?:(?<![务品称作成位])为(?!主|核心)|向|给|面向|针对|基于|依托|利用|采用|围绕|通过)(?:(?!为|"
    r"向)[^,]){1,40}?(?=提供|打造|构建|研发|开发|设计|供应|生产|制造|配套|从事|建设)"
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
    r"^(?:(?:we|it|that|which|also) )*"
    r"(?:develop|design|build|make|create|produce|sell|suppl(?:y|ie)|manufacture)s? "
    r"(?:its |their |our )?(?:own )?"
)
_LETS: Final = re.compile(
    r"^(?:(?:we|it|that|which|also) )*"
    r"(?:rent|lease|host|resell|distribute|trade|recycle|repair)s? (?:out )?(?P<what>[a-z0-9 ,&/-]+)"
)
_ENGLISH_REST: Final = re.compile(
    r" (?:for|to|used|using|with|powered|based on|from|via|running|founded|backed|led|spun|listed|"
    r"that|which|serving|in) (?P<what>.*)$"
)

_TAIL_WORDS = (
    r"(?<=芯片)[\u4e00-\u9fff]{2,3}系列|芯片|处理器|产品|系列|家族|矩阵|研发|开发|设计|制造|生产|销售|供应|量产|自研|国产|国产化|研制|"
    r"推广|商业化|产业化|项目|建设|升级|"
    r"品牌|厂商|厂家|商|公司|企业|供应商|提供商|龙头|独角兽|初创|团队|新锐|创业|研究|业务|领域|赛道|"
    r"方向|为主|为核心|为主要|等|为|的|及|其|相关|配套|核心|技术|架构|微架构|指令集|"
    r"解决方案|方案|全栈|软硬件|软硬一体|软硬协同|一体化|整体|体系|平台|模块|模组|板卡|显卡|加速卡|"
    r"加速|计算|算力|智能|专用|通用|高端|先进|硬件|"
    r"单元|内核|引擎|ip|以及|上市|第一股|之一|全球|中国|领先|高性能|核心产品|新一代|下一代|第.代|训推|"
    r"训练|推理|训练卡|推理卡|卡|一体|图形|渲染|视频|云端|边缘|端侧|车规级|车规|大|类|型|级|者|和|与|"
    r"startups?|start-ups?|company|companies|firms?|makers?|designers?|developers?|vendors?|"
    r"suppliers?|providers?|manufacturers?|producers?|products?|solutions?|design|"
    r"chips?|chipsets?|processors?|accelerators?|silicon|socs?|asics?|semiconductors?|"
    r"development|unicorns?|leader|houses?|series|cards?|units?|technology|technologies|architecture|"
    r"business|ltd|co|inc|group|the|its|own|for|of|chinese|china|and|maker|based"
)
_TAIL_LONGEST = "|".join(sorted(_TAIL_WORDS.split("|"), key=len, reverse=True))
_TAIL_MODEL = r"[a-z]*\d[a-z0-9.-]*+"
# The longest word is taken and never given back: tried in every other way, 训练卡训练卡… would take for ever.
_TAIL: Final = re.compile(rf"(?>(?<![a-z])(?:{_TAIL_MODEL}|{_TAIL_LONGEST})(?![a-z])|[\s\d.,·“”\"'()-])*+")
_TAIL_MIXED: Final = re.compile(
    rf"(?>(?<![a-z])[a-z][a-z0-9-]*+|{_TAIL_MODEL}|{_TAIL_LONGEST}|[\s\d.·“”\"'()-])*+"
)
_SHARED_HEAD: Final = re.compile(
    r"(?:租赁|出租|租用|代理|分销|经销|贸易|采购|散热\w*|液冷\w*|供电|电源|测试\w*|检测\w*|封装\w*|"
    r"封测|代工|设备|材料|ips?|授权|rental|leasing|cooling|packaging|testing|distribut\w+)$"
)
_COMPUTING: Final = re.compile(
    r"(?:高性能|高端|国产|ai |chip )*(?:[cgnt]pu|gpgpu|fpga|dpu|asic|soc|hbm|dram|ai(?:芯片|处理器|"
    r" chip)|人工智能芯片|芯片|处理器|服务器)"
)
_BROAD: Final = re.compile(r"(?:高端|通用|高性能|国产)处理器")
_WEAK: Final = re.compile(r"高性能(?:通用)?计算芯片|智能视觉|大算力|aiot|可重构|异构计算|智能芯片")


@dataclass(slots=True)
class _Conjunct:
    """One item of an enumeration: the last deciding word so far, and what stands behind it."""

    kind: Kind | None = None
    word: str = ""
    tokens: int = 0
    chip_spoken: bool = False
    sticky: bool = False
    start: int = 0
    end: int = 0
    word_end: int = 0
    shared: bool = False
    by_slash: bool = False


def describe(text: str, products: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Every sentence of a short description graded on its own; a finding quotes the words as printed."""
    return tuple(finding for sentence in sentences(text) for finding in read_sentence(sentence, products))


def sentences(text: str) -> Iterator[str]:
    """Sentences of a text as printed, without layout blanks."""
    for piece in _SENTENCE.findall(text):
        if sentence := close_up(piece):
            yield sentence


# A clause behind the first that tells what the thing runs on or goes with, not what is made: 支持GPU加速.
_BESIDE: Final = re.compile(
    r"(?:可|并|且|已|同时)*(?:支持|兼容|适配|采用|使用|搭载|配备|调用|租用|依靠|报道|评测|解读)(?!(?:自研|自主|自有|自家))[^的]*$"
)
_TENANTS: Final = re.compile(
    r"(?:园内|园区内|区内|旗下园区|入驻|租户|承租|聚集|集聚|汇聚)[^,]*(?:企业|公司|厂商|客户|租户)[^,]*"
)


def read_sentence(sentence: str, products: tuple[str, ...] = ()) -> list[Finding]:
    """A sentence's clauses graded; a parenthesis counts only where the rest left the question open."""
    folded = fold_text(sentence)
    asides = [m.group(1) for m in _ASIDE.finditer(folded)]
    main = _ASIDE.sub("", folded)
    own = [clause for at, clause in enumerate(_clauses(main)) if not (at and _BESIDE.match(clause))]
    found = [_read_clause(clause, sentence, products) for clause in own]
    if any(f.decided and not _BROAD.fullmatch(fold_text(f.word)) for f in found):
        return found
    return found + [_read_clause(c, sentence, products) for aside in asides for c in _clauses(aside)]


def _clauses(text: str) -> list[str]:
    if re.search(r"[\u4e00-\u9fff]", text):
        return [c.strip() for c in _CLAUSE.split(text) if c.strip()]
    return [text.strip()] if text.strip() else []


def _read_clause(clause: str, sentence: str, products: tuple[str, ...]) -> Finding:
    conjuncts = _scan(_own_products(clause), scanner(products))
    best = Finding(grade=Grade.NO, score=0.0, word="", clause=sentence, decided=False)
    for grade, score, word in conjuncts:
        if not best.decided or (grade.rank, score) > (best.grade.rank, best.score):
            printed = _as_printed(word, sentence)
            best = Finding(grade=grade, score=score, word=printed, clause=sentence, decided=True)
    return best


def _as_printed(word: str, sentence: str) -> str:
    """The deciding word as the sentence prints it, without what was drawn in from a purpose."""
    folded = fold_text(sentence)
    for candidate in (word, word.removeprefix("ai ")):
        if (at := folded.find(candidate)) >= 0:
            return sentence[at : at + len(candidate)]
    return sentence


def _own_products(clause: str) -> str:
    """The clause without customers, purposes, models and denials, so that the issuer's own things remain."""
    text = _LIKENED.sub("", clause)
    text = _NEGATED.sub("", text)
    text = _BACKED.sub("", text)
    text = _STAKE.sub("", text)
    text = _TENANTS.sub("", text)
    text = _BUYING.sub("", text)
    text = _BUYING_REST.sub("", text)
    text = _FOREIGN.sub("芯片" if re.search(r"[\u4e00-\u9fff]", text) else "chip ", text)
    text = _MEANT_FOR.sub(_keep_field, text)
    text = _PROVIDE.sub(_keep_field, text)
    text = _MEANT_REST.sub("", text)
    text = _USED_X.sub("", text)
    text = _ROLE_OF.sub(lambda m: f"{m['what']} {m['role']}", text)
    text = _LETS.sub(lambda m: f"{_ENGLISH_REST.sub('', m['what'])} rental", text)
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


def _scan(text: str, words: re.Pattern[str]) -> Iterator[tuple[Grade, float, str]]:
    items = [_Conjunct()]
    spoken = False
    for match in words.finditer(text):
        kind = Kind(match.lastgroup or "")
        item = items[-1]
        if kind is Kind.SPLIT:
            item.end = match.start()
            items.append(_Conjunct(start=match.end(), by_slash=match.group() == "/"))
            continue
        spoken = _take(item, kind, match, spoken=spoken)
    items[-1].end = len(text)
    _share_heads(items, text)
    for item in items:
        yield from _judge(item, text)


def _take(item: _Conjunct, kind: Kind, match: re.Match[str], *, spoken: bool) -> bool:
    """The conjunct after one more word; answers whether chips have been spoken of in the clause."""
    item.tokens += 1
    if kind is Kind.STICKY:
        item.sticky = True
    if item.sticky:
        item.kind, item.word, item.word_end = Kind.OTHER, item.word or match.group(), match.end()
        return spoken
    if kind is Kind.ROLE and not spoken:
        return spoken
    if kind is Kind.CHIP and item.kind is not None:
        return True
    item.kind = Kind.RELATED if kind is Kind.ROLE else kind
    item.word = match.group()
    item.word_end = match.end()
    return spoken or kind in (Kind.AI, Kind.RELATED, Kind.OTHER_CHIP, Kind.CHIP)


def _share_heads(items: list[_Conjunct], text: str) -> None:
    """“CPU、GPU测试设备” tests both: a bare chip takes the trailing trade of the next item over."""
    for item, follower in zip(reversed(items[:-1]), reversed(items[1:]), strict=True):
        own = text[item.start : item.end].strip()
        head = _SHARED_HEAD.search(follower.word)
        if item.tokens != 1 or item.kind is None or own != item.word or follower.kind is None:
            continue
        alike = _COMPUTING.match(text[follower.start : follower.end].lstrip()) is not None
        if (follower.shared and alike) or (head and ((follower.tokens > 1 and alike) or follower.by_slash)):
            item.kind, item.word, item.shared = follower.kind, follower.word, True


def _tail(text: str) -> re.Pattern[str]:
    """In Chinese a Latin word behind a chip is its product name; in English it is a word like any other."""
    return _TAIL_MIXED if re.search(r"[\u4e00-\u9fff]", text) else _TAIL


def _judge(item: _Conjunct, text: str) -> Iterator[tuple[Grade, float, str]]:
    """The grade of one conjunct; a chip of unknown kind decides nothing."""
    if item.sticky or item.kind in (Kind.OTHER, Kind.OTHER_CHIP):
        yield Grade.NO, 0.05, item.word
    elif item.kind is Kind.RELATED:
        yield Grade.RELATED, 0.5, item.word
    elif item.kind is Kind.AI and not _tail(text).fullmatch(text, item.word_end, item.end):
        yield Grade.RELATED, 0.45, item.word
    elif item.kind is Kind.AI:
        yield Grade.AI_CHIP, 0.8 if _WEAK.search(item.word) else 0.95, item.word

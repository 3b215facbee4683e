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
from monitor.domain.relevance.purposes import own_products
from monitor.domain.relevance.roles import borrowed, chip_for_models, for_itself
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
# A full stop of an English text; that of Inc., Ltd. or U.S. ends nothing.
_STOP: Final = re.compile(r"(?<=[\w)])(?<!Inc)(?<!Co)(?<!Ltd)(?<!Corp)(?<!\.[A-Z])\.\s+(?=[A-Z])")
_ASIDE: Final = re.compile(r"[(\[【“]([^()\[\]【】“”]*)[)\]】”]")

_TAIL_WORDS = (
    r"(?<=芯片)[\u4e00-\u9fff]{2,3}系列|芯片|处理器|产品|系列|家族|矩阵|研发|开发|设计|制造|生产|销售|供应|量产|自研|国产|国产化|研制|"
    r"推广|商业化|产业化|项目|建设|升级|"
    r"品牌|厂商|厂家|商|公司|企业|供应商|提供商|龙头|独角兽|初创|团队|新锐|创业|研究|业务|领域|赛道|"
    r"方向|为主|为核心|为主要|等|为|的|之|及|其|相关|配套|核心|技术|架构|微架构|指令集|"
    r"解决方案|方案|全栈|软硬件|软硬一体|软硬协同|一体化|整体|体系|平台|模块|模组|板卡|显卡|加速卡|"
    r"加速|计算|算力|智能|专用|通用|高端|先进|硬件|"
    r"中|协处理器|第一梯队|梯队|头部|领军|标杆|代表性?|老牌|知名|少数|主要|"
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
# What is said of the chip behind it, when it is the subject: 已出货, 已量产, 实现…
_PREDICATE = (
    r"(?:(?:已经?|均|累计|全部|成功|实现|即将|率先|正式|首次|今年|去年|目前|于\d|占|具备|采用|切入|进入|"
    r"支持(?=[a-z\d])|兼容)[^,]*)?"
)
_TAIL: Final = re.compile(rf"(?>(?<![a-z])(?:{_TAIL_MODEL}|{_TAIL_LONGEST})(?![a-z])|[\s\d.,·“”\"'()-])*+")
_TAIL_MIXED: Final = re.compile(
    rf"(?>(?<![a-z])[a-z][a-z0-9-]*+|{_TAIL_MODEL}|{_TAIL_LONGEST}|[\s\d.·“”\"'()-])*+{_PREDICATE}"
)
_QUALIFIER: Final = re.compile(r"^(?:国内|国产|国外|进口|各类|各种|多种|知名|主流|高端|品牌|的| )+")
_SHARED_HEAD: Final = re.compile(
    r"(?:租赁|出租|租用|代理|分销|经销|贸易|采购|散热\w*|液冷\w*|供电|电源|测试\w*|检测\w*|封装\w*|"
    r"封测|代工|设备|材料|ips?|授权|rental|leasing|cooling|packaging|testing|distribut\w+)$"
)
_COMPUTING: Final = re.compile(
    r"(?:高性能|高端|国产|ai |chip )*(?:[cgnt]pu|gpgpu|(?:ai|人工智能)?(?:加速卡|加速芯片|显卡)|"
    r"fpga|dpu|asic|soc|hbm|dram|ai(?:芯片|处理器|"
    r" chip)|人工智能芯片|芯片|处理器|服务器)"
)
_BROAD: Final = re.compile(r"(?:高端|通用|高性能|国产)处理器")
# Whoever builds vehicles designs the chip named next to them for those vehicles.
_VEHICLES: Final = re.compile(r"(?:电动车|电动汽车|新能源车|新能源汽车|乘用车|整车)(?:制造|研发|生产|销售)*$")
# “AI影像SoC”: a short word we do not know between the field and the chip says how it is used; one of
# power, light, links, memory, test or help in design says that the chip is another.
_FIELD_TO_CHIP: Final = re.compile(
    r"(?:(?![电光频网路接连联温传控测存封桥助赋设研生造驱公企厂用检制的时机笔灯屏锁])[\u4e00-\u9fff]){1,5}(?:芯片|处理器|加速器|加速卡|soc|asic)"
)
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
    field: tuple[int, int] | None = None
    guessed: bool = False


def describe(text: str, products: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """The sentences of a short description graded in turn; a finding quotes the words as printed."""
    found: list[Finding] = []
    for sentence in sentences(text):
        lead = next((f for f in found if f.decided), None)
        found += read_sentence(sentence, products, lead)
    return tuple(found)


def sentences(text: str) -> Iterator[str]:
    """Sentences of a text as printed, without layout blanks."""
    for piece in _SENTENCE.findall(text):
        for part in _STOP.split(piece):
            if sentence := close_up(part):
                yield sentence


# A clause behind the first that tells what the thing runs on or goes with, not what is made: 支持GPU加速.
_BESIDE: Final = re.compile(
    r"(?:可|并|且|已|同时)*(?:支持|兼容|适配|采用|使用|搭载|配备|调用|租用|依靠|报道|评测|解读)(?!(?:自研|自主|自有|自家))[^的]*$"
)


def read_sentence(
    sentence: str, products: tuple[str, ...] = (), lead: Finding | None = None
) -> list[Finding]:
    """A sentence's clauses graded; a parenthesis counts only where the rest left the question open.

    `lead` is what an earlier sentence said the issuer's trade is.
    """
    folded = fold_text(sentence)
    asides = [m.group(1) for m in _ASIDE.finditer(folded)]
    own = [c for at, c in enumerate(_clauses(_ASIDE.sub("", folded))) if not (at and _BESIDE.match(c))]
    trade = next(iter(_clauses(fold_text(lead.clause))), "") if lead else ""
    found: list[Finding] = []
    for clause in own:
        other = lead is not None and lead.grade is not Grade.AI_CHIP
        if (other and borrowed(clause, trade)) or ((other or not lead) and for_itself(clause, trade)):
            continue
        noun = chip_for_models(trade, clause) if lead is None else ""
        said = f"ai {noun}" if noun else clause
        found.append(_read_clause(said, sentence, products))
        trade = trade if lead else clause
        lead = lead or (found[-1] if found[-1].decided else None)
    if lead is not None and not _BROAD.fullmatch(fold_text(lead.word)):
        return found
    return found + [_read_clause(c, sentence, products) for aside in asides for c in _clauses(aside)]


def _clauses(text: str) -> list[str]:
    if re.search(r"[\u4e00-\u9fff]", text):
        return [c.strip() for c in _CLAUSE.split(text) if c.strip()]
    return [c.strip() for c in text.split(": ") if c.strip()]


def _read_clause(clause: str, sentence: str, products: tuple[str, ...]) -> Finding:
    conjuncts = _scan(own_products(clause), scanner(products))
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
    vehicles = _VEHICLES.search(text[: items[0].end].rstrip()) is not None
    for item in items:
        if vehicles and item.kind is Kind.AI and item.tokens == 1:
            item.kind = Kind.OTHER
        yield from _judge(item, text)


def _take(item: _Conjunct, kind: Kind, match: re.Match[str], *, spoken: bool) -> bool:
    """The conjunct after one more word; answers whether chips have been spoken of in the clause."""
    if kind is Kind.FIELD:
        item.field = match.span() if item.kind is None else None
        return spoken
    word = match.group()
    if kind is Kind.CHIP and item.kind is None and item.field is not None:
        item.guessed = _FIELD_TO_CHIP.fullmatch(match.string, item.field[1], match.end()) is not None
        if item.guessed:
            kind, word = Kind.AI, match.string[item.field[0] : match.end()]
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
    item.word = word
    item.word_end = match.end()
    return spoken or kind in (Kind.AI, Kind.RELATED, Kind.OTHER_CHIP, Kind.CHIP)


def _share_heads(items: list[_Conjunct], text: str) -> None:
    """“CPU、GPU测试设备” tests both: a bare chip takes the trailing trade of the next item over."""
    for item, follower in zip(reversed(items[:-1]), reversed(items[1:]), strict=True):
        own = _QUALIFIER.sub("", text[item.start : item.end].strip())
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
        yield Grade.AI_CHIP, 0.8 if item.guessed or _WEAK.search(item.word) else 0.95, item.word

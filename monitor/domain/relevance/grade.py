"""Weighs everything known of an issuer into one verdict.

Rule: pin, then registry, then the issuer's own words, then its name; the first that decides is the grade.
Rule: words in a name alone never make an AI-chip verdict, unless they name the chip itself.
"""

from __future__ import annotations

import re
from typing import Final

from monitor.domain.grades import Grade
from monitor.domain.registry import Match, Registry, bundled_registry
from monitor.domain.relevance.business import LONG_TEXT, main_business
from monitor.domain.relevance.clauses import Finding, describe
from monitor.domain.relevance.verdict import Evidence, EvidenceKind, Facts, Pin, Verdict
from monitor.domain.script import fold_text

_MOST_EVIDENCE: Final = 6
_TITLE_FORM: Final = re.compile(
    r"(?:首次公开发行(?:股票|A股)?|并在|向不特定|招股(?:说明|意向)书|申请文件|发行上市|科创板|创业板|"
    r"公开发行).*$"
)
_ELECTRONICS: Final = re.compile(
    r"^(?:C?39|I?6[345]|C?35|C?38|M?7[345])|计算机|通信|电子|软件|集成电路|半导体"
)
_NAME_AI: Final = re.compile(
    r"(?<![a-z])(?:gp)?gpu(?![a-z])|图形处理器|(?:人工智能|(?<![a-z])ai|神经网络|自动驾驶|"
    r"存算一体)(?:计算)?(?:芯片|处理器)"
    r"|ai chips?(?![a-z])|ai accelerators?|graphics processors?"
)
# What may stand behind the chip in a name that is to prove anything: a form of company, not another trade.
_NAME_REST: Final = re.compile(
    r"(?:科技|技术|智能|集成电路|半导体|微电子|芯片|设计|研发|控股|股份|有限|责任|公司|集团|"
    r"(?<![a-z])(?:technolog(?:y|ies)|semiconductors?|designs?|holdings?|co|inc|ltd|corp|company|limited|"
    r"group|plc)(?![a-z])|[\s.,()-])*"
)
_NAME_CHAIN: Final = re.compile(
    r"半导体|集成电路|微电子|晶圆|硅片|硅产业|存储|封测|光刻|芯片|光模块|光电子|eda|semiconductor|"
    r"microelectronics|integrated circuit|memory|foundry"
)
_NAME_NOT_CHAIN: Final = re.compile(
    r"生物|医|药|食品|农|石油|化工|光伏|能源|照明|显示|游戏|传媒|文化|教育|物业|地产|矿|保险|银行|证券|电力|"
    r"贸易|商贸|商行|物流"
)


def grade(facts: Facts, *, registry: Registry | None = None, pin: Pin | None = None) -> Verdict:
    """An issuer's grade from what is known at the time; every weaker proof is kept as evidence too."""
    known = bundled_registry() if registry is None else registry
    match = known.find(facts.name, *facts.aliases, _bare_title(facts.project_title))
    told = _told(facts, known)
    proofs: list[tuple[float, Evidence]] = []
    if match and not (match.ambiguous and _contradicts(match, told)):
        proofs.append(_from_registry(match, unsure=match.ambiguous and _silent(facts, told)))
    proofs += told or _from_name(facts)
    if pin is not None:
        said = f"{pin.by}: {pin.reason}" if pin.reason else pin.by
        own = Evidence(kind=EvidenceKind.PIN, grade=pin.grade, word=str(pin.grade), sentence=said)
        return Verdict(
            grade=pin.grade, score=_pinned_score(pin), evidence=(own, *_shown(proofs, pin.grade)), pinned=True
        )
    if not proofs:
        return Verdict(grade=Grade.NO, score=0.0, evidence=())
    score, first = proofs[0]
    return Verdict(grade=first.grade, score=score, evidence=_shown(proofs, first.grade))


def _pinned_score(pin: Pin) -> float:
    return {Grade.AI_CHIP: 1.0, Grade.RELATED: 0.5, Grade.NO: 0.0}[pin.grade]


def _shown(proofs: list[tuple[float, Evidence]], deciding: Grade) -> tuple[Evidence, ...]:
    """The deciding proofs first, then the others, each word once, no more than a message can carry."""
    agreeing = [e for _, e in proofs if e.grade is deciding]
    others = [e for _, e in proofs if e.grade is not deciding]
    by_word: dict[tuple[EvidenceKind, str], Evidence] = {}
    for proof in [*agreeing, *others]:
        by_word.setdefault((proof.kind, proof.word), proof)
    return tuple(by_word.values())[:_MOST_EVIDENCE]


def _bare_title(title: str) -> str:
    return _TITLE_FORM.sub("", title).strip("关于的 ")


def _contradicts(match: Match, told: list[tuple[float, Evidence]]) -> bool:
    """A name others may carry too does not hold against a text that speaks of another grade."""
    return bool(told) and told[0][1].grade is not match.company.grade


def _silent(facts: Facts, told: list[tuple[float, Evidence]]) -> bool:
    """There is a text on the issuer, and it speaks of no chip business at all."""
    return not told and bool((facts.description + facts.business_text).strip())


def _from_registry(match: Match, *, unsure: bool) -> tuple[float, Evidence]:
    company = match.company
    if unsure and company.grade is Grade.AI_CHIP:
        why = f"{company.key}, a name others carry too, and the text does not speak of its business"
        return 0.45, Evidence(kind=EvidenceKind.REGISTRY, grade=Grade.RELATED, word=match.name, sentence=why)
    why = f"{company.key}, source: {company.source}" + (f"; {company.note}" if company.note else "")
    score = {Grade.AI_CHIP: 0.9 if match.ambiguous else 1.0, Grade.RELATED: 0.5, Grade.NO: 0.0}[company.grade]
    return score, Evidence(kind=EvidenceKind.REGISTRY, grade=company.grade, word=match.name, sentence=why)


def _told(facts: Facts, registry: Registry) -> list[tuple[float, Evidence]]:
    """What the issuer's own words say, the business section before the one-liner before the title."""
    proofs: list[tuple[float, Evidence]] = []
    for kind, text in (
        (EvidenceKind.MAIN_BUSINESS, facts.business_text),
        (EvidenceKind.DESCRIPTION, facts.description),
        (EvidenceKind.PROJECT_TITLE, facts.project_title),
    ):
        if text.strip():
            proofs += [(f.score, _evidence(kind, f)) for f in _read(kind, text, registry)]
    return proofs


def _read(kind: EvidenceKind, text: str, registry: Registry) -> list[Finding]:
    if kind is EvidenceKind.PROJECT_TITLE:
        text = _TITLE_FORM.sub("", text)
        strong = [f for f in describe(text, registry.products) if f.decided]
        return [f for f in strong if f.grade is Grade.AI_CHIP and _NAME_AI.search(fold_text(text))]
    own = main_business(text, registry.products)
    if own or len(text) > LONG_TEXT:
        return list(own)
    decided = [f for f in describe(text, registry.products) if f.decided]
    return sorted(decided, key=lambda f: (-f.grade.rank, -f.score))


def _evidence(kind: EvidenceKind, finding: Finding) -> Evidence:
    return Evidence(kind=kind, grade=finding.grade, word=finding.word, sentence=finding.clause[:200])


def _from_name(facts: Facts) -> list[tuple[float, Evidence]]:
    """Words in a bare name: the chip itself, or a trade of the chain the industry code does not exclude."""
    folded = fold_text(facts.name)
    code = facts.industry_code.strip()
    foreign = _NAME_NOT_CHAIN.search(folded) or (code and not _ELECTRONICS.search(code))
    if foreign:
        return []
    if (chip := _NAME_AI.search(folded)) and _NAME_REST.fullmatch(folded, chip.end()):
        return [(0.75, _word(Grade.AI_CHIP, chip.group(), facts.name))]
    if word := _NAME_CHAIN.search(folded):
        return [(0.3, _word(Grade.RELATED, word.group(), facts.name))]
    return []


def _word(verdict: Grade, word: str, name: str) -> Evidence:
    return Evidence(kind=EvidenceKind.NAME_WORD, grade=verdict, word=word, sentence=name)

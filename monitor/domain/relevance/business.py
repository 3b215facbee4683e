"""Finds what an issuer says of its own business in a long text, and grades those sentences only.

Rule: a prospectus says GPU and AI in its chapters on markets, customers and rivals too; that proves nothing.
Rule: an AI-chip verdict from a long text needs two of the issuer's own sentences, and such words throughout.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from monitor.domain.grades import Grade
from monitor.domain.relevance.clauses import Finding, read_sentence
from monitor.domain.script import close_up, fold_text

LONG_TEXT: Final = 3_000  # characters; beyond it a text has chapters on others than the issuer
_MOST_SENTENCES: Final = 80
_MOST_READ: Final = 400  # different ones, decided or not
_LEAST_SHARE: Final = 0.25  # of the issuer's own deciding sentences that must speak of AI chips
_LEAST_DENSITY: Final = 1.0  # AI-chip words per 10,000 characters

_SELF = (
    r"(?:本公司|我公司|公司|发行人|本集团|集团|我们)(?:及其?子公司|目前|现|长期|始终|自成立以来|"
    r"自设立以来|,|的){0,3}"
)
_SAYS = (
    r"(?:主要从事|专业从事|一直从事|从事|专注于|专注|聚焦于|聚焦|致力于|主营业务(?:为|是|包括|系)|"
    r"主营(?!业务)|主要业务(?:为|是|包括|系)|"
    r"主要产品(?:及服务)?(?:为|是|包括|有|涵盖)|核心产品(?:为|是|包括)|产品(?:主要)?(?:包括|涵盖)|"
    r"是(?:一家|国内|中国|全球|我国|目前|业内|专业)|系(?:一家|国内))"
)
_OWN: Final = re.compile(
    rf"{_SELF}{_SAYS}[^。;!?]{{2,300}}|(?:^|[。;])主营业务(?:为|是|:)[^。;!?]{{2,300}}|"
    r"(?:we|our company|our group|the company|the group|the issuer)(?:,[^.,]{0,60},)? (?:are|is|was|"
    r"were) (?:an? |the |one of |principally |primarily |mainly |engaged)[^.;]{2,300}|"
    r"(?:we|our company|our group|the company|the group|the issuer) (?:principally |primarily |"
    r"mainly )?(?:design|develop|focus|specialise|specialize|engage|manufactur|suppl)\w*[^.;]{2,300}"
)
_PAGE_MARK: Final = re.compile(r"^[ #]*(?:\d[\d-]*[ ]*)?\[?第 ?\d+ ?页\]?[ ]*$|\f", re.MULTILINE)
_CONTENTS: Final = re.compile(r"\.{5}|…{2}")
_AI_WORD: Final = re.compile(
    r"(?<![a-z])(?:gp)?gpus?(?![a-z])|(?<![a-z])(?:npu|tpu|dcu|bpu)s?(?![a-z])|图形处理器|(?:ai|"
    r"人工智能|智能|自动驾驶|智驾|训练|推理|算力)(?:计算)?芯片|加速卡|ai (?:chip|processor|"
    r"accelerator)s?|accelerator"
)


def main_business(text: str, products: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """The issuer's own sentences that decide something, most telling first; none if there are none."""
    closed = close_up(_PAGE_MARK.sub("", text))
    folded = fold_text(closed)
    found: list[Finding] = []
    graded: dict[str, Finding | None] = {}
    for match in _OWN.finditer(folded):
        if (
            match.start()
            and not closed[match.start() - 1].isascii()
            and closed[match.start() - 1] in "子该标"
        ):
            continue  # 子公司, 该公司, 标的公司: not the issuer
        quote = closed[match.start() : match.end()].strip("。; ")
        if _CONTENTS.search(quote):
            continue  # a line of the table of contents
        if quote not in graded:
            graded[quote] = _best(read_sentence(quote, products))
        best = graded[quote]
        if best is not None:
            found.append(best)
        if len(found) >= _MOST_SENTENCES or len(graded) >= _MOST_READ:
            break
    return _weighed(tuple(found), folded)


def _best(findings: list[Finding]) -> Finding | None:
    decided = [f for f in findings if f.decided]
    return max(decided, key=lambda f: (f.grade.rank, f.score), default=None)


def _weighed(found: tuple[Finding, ...], folded: str) -> tuple[Finding, ...]:
    """A long text that speaks of AI chips once, or nowhere else, is not an AI-chip maker's."""
    ranked = tuple(sorted(found, key=lambda f: (-f.grade.rank, -f.score)))
    if len(folded) <= LONG_TEXT:
        return ranked
    ai = sum(f.grade is Grade.AI_CHIP for f in found)
    density = sum(1 for _ in _AI_WORD.finditer(folded)) * 10_000 / len(folded)
    if ai >= 2 and ai >= _LEAST_SHARE * len(found) and density >= _LEAST_DENSITY:
        return ranked
    held = [replace(f, grade=Grade.RELATED, score=0.4) if f.grade is Grade.AI_CHIP else f for f in ranked]
    related = sum(f.grade is Grade.RELATED for f in held)
    if related < 2 or related < _LEAST_SHARE * len(held):
        held = [replace(f, grade=Grade.NO, score=0.2) if f.grade is Grade.RELATED else f for f in held]
    return tuple(held)

"""Each amount of a text with the kind its words give it: a claim, not yet a figure.

Rule: an amount without a label right at it makes no claim; nothing is inferred from its size.
"""

# ruff: noqa: E501  a word pattern is read on one line

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from monitor.domain.figures.english import find_english
from monitor.domain.figures.labels import (
    CHANGED,
    COMPARED,
    MARKET,
    OTHER_OFFER,
    PEER_SUBJECT,
    PEERS,
    PRIVATE,
    RIGHT_LABELS,
    THIS_LISTING,
    label_kind,
)
from monitor.domain.figures.pages import Run
from monitor.domain.figures.refine import KINDS_WITH_VARIANT, OPTION, ratio_defined, refine
from monitor.domain.figures.stated_units import stated_units
from monitor.domain.figures.supposed import Withdrawn
from monitor.domain.money import Printed, find_printed

__all__ = ["BASE", "FULL", "Claim", "find_claims"]

BASE, FULL = "base", "full"
_BASE_NOTE = re.compile(
    rf"(?:未|不)(?:考虑|行使|含|包括)[^()。;]{{0,16}}(?:{OPTION}|行使)|{OPTION}(?:全额|悉数)?行使前|行使{OPTION}之?前"
)
_FULL_NOTE = re.compile(
    rf"(?:全额|悉数|同时|全部)行使(?!前)|{OPTION}(?:全额)?行使后|(?<!未)(?<!不)行使{OPTION}(?:后|则|,|的情况)|(?<!未)(?<!不)考虑[^()。;]{{0,8}}{OPTION}"
)
# 183.2元(港元,下同): a bare 元 is this currency in the whole article.
_SAME_CURRENCY = re.compile(r"(港元|港币|美元)[^\u4e00-\u9fff\w]{0,3}下同")
# Beside a spin-off (分拆) a first offering with its year is the parent's.
_PARENT = re.compile(r"20\d\d年(?:\d+月)?的?(?:首发|IPO|首次公开发行|上市)")
_SEGMENT = 90
_SUM_OF = {"abandoned_shares": "abandoned", "strategic_placement_shares": "strategic_placement"}
_PREFIX_QUALIFIER = re.compile(r"(预计|估计|最多|最高|至多|不超过|约)(?:可)?(?:发行人|公司)?\Z")
_GAP_QUALIFIER = re.compile(r"预计|估计|约|不超过|不低于|最多|最高|至多|最少|上限|about")
_NOT_WHOLE_OFFER = re.compile(
    r"(?:网上|网下|战略|香港|[国國]际|预留|回拨|老股|跟投|配售对象|公开发售|初始|预计新股|最终|持有|认购|每股|(?<!实际)已)[^,。;]{0,6}\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One amount said to be of one kind, at one place of the run."""

    kind: str
    printed: Printed
    start: int
    end: int
    page: int
    variant: str | None
    offering: str
    qualifier: str | None
    adjacent: bool  # the label touches the amount, as in a cell of a table of facts
    label: str | None = None

    @property
    def amount(self) -> Decimal:
        """The amount in its base unit."""
        return self.printed.amount


def _variant(text: str) -> str | None:
    full = max((m.start() for m in _FULL_NOTE.finditer(text)), default=-1)
    base = max((m.start() for m in _BASE_NOTE.finditer(text)), default=-1)
    if full < 0 and base < 0:
        return None
    return BASE if base >= full else FULL


def _note_behind(text: str, end: int) -> str | None:
    note = re.match(r"\(([^()]{4,40})\)", text[end : end + 44])
    return _variant(note.group(1)) if note else None


def _offering(text: str, start: int, end: int, reach: int, stop: int) -> str:
    """ipo, private_placement, or other; `reach` is how far back a word on another round still counts.

    Ahead such a word counts up to the sentence's end, and never past `stop`, the end of the page.
    """
    low = max(0, start - 220)
    clause = max(low, *(text.rfind(mark, low, start) for mark in "。;"))
    stop = min(stop, end + (40 if reach else 6))
    stop = min([stop, *(place for mark in "。;" if (place := text.find(mark, end, stop)) >= 0)])
    named = False
    if not reach:
        told = max((m.end() for m in OTHER_OFFER.finditer(text, clause, end)), default=clause)
        own = text.find(",", told, start) if told > clause else clause
        named = own >= 0 and THIS_LISTING.search(text, own, start) is not None
        named = named and OTHER_OFFER.search(text, start, stop) is None
        last = max(text.rfind(",", low, start), clause)
        alone = THIS_LISTING.search(text, last, start) and not MARKET.search(text, last, stop)
        if not alone and MARKET.search(text, clause, stop):
            return "other"
    if not named and OTHER_OFFER.search(text, max(low, min(clause, start - reach)), stop):
        return "other"
    subject = PEER_SUBJECT.match(text, clause + (text[clause] in "。;"), start)
    if PEERS.search(text, max(clause, start - 40, 0), start) or subject:
        return "other"
    if "分拆" in text[low:start] and _PARENT.search(text, clause, start):
        return "other"
    sentence = max(low, text.rfind("。", low, start))
    return "private_placement" if PRIVATE.search(text, sentence, end) and not named else "ipo"


def _qualifier(printed: Printed, before: str, gap: str) -> str | None:
    words: list[str] = []
    prefix = _PREFIX_QUALIFIER.search(before)
    for word in [prefix.group(1) if prefix else "", *_GAP_QUALIFIER.findall(gap), printed.qualifier or ""]:
        if word and word not in words and not any(word in other for other in words):
            words.append(word)
    return "".join(words) or None


class _Reader:
    """Walks the amounts of one run in order; knows what the amount before was."""

    def __init__(self, run: Run, reach: int) -> None:
        self.run, self.text, self.reach = run, run.text, reach
        self.withdrawn = Withdrawn(run.text)
        self.claims: list[Claim] = []
        self.last: Claim | None = None
        self.project = False

    def _inherit(self, printed: Printed, segment: str, note: str | None) -> tuple[str, str | None] | None:
        """The kind of an unlabelled amount that is a second variant, or a second part, of what came before."""
        text = re.sub(r"\([^()]*\)", "", segment)
        variant = note or _variant(segment)
        if re.search(r"(?:增加|减少|上浮|下调)(?!至|到)[^,。;]{0,4}\Z", text):
            return None  # what a variant adds is not what it makes
        last = self.last
        behind_shares = (
            r"[,、]?(?:对应的?|相应的?|获配|认购|涉及)?(?:总|合计)?金额(?:合计|总计)?(?:为|约|约为)?"
        )
        if last and last.kind in _SUM_OF and printed.measure == "money" and re.fullmatch(behind_shares, text):
            # In a book such a sum beside a count may be one participant's.
            if self.reach and last.kind != "abandoned_shares":
                return None
            return _SUM_OF[last.kind], None
        joined = bool(re.fullmatch(r"[、,;和及]?(?:总|合计)?(?:金额)?", text))
        if (
            joined
            and variant is None
            and last
            and last.variant == FULL
            and printed.measure != last.printed.measure
        ):
            variant = FULL
        if variant == FULL and (joined or _FULL_NOTE.search(text)):
            for claim in reversed(self.claims):
                if claim.printed.measure == printed.measure and claim.kind in KINDS_WITH_VARIANT:
                    close = printed.start - claim.end < 160
                    return (claim.kind, FULL) if close and claim.variant != FULL else None
        return None

    def _project(self, printed: Printed, segment: str) -> bool:
        if printed.measure != "money":
            return False
        if re.search(r"(?:取消|不再|原拟|原计划)[^。;]{0,30}\Z", segment):
            self.project = False
            return False
        planned = any(
            claim.kind == "planned" and printed.start - claim.end < 200 for claim in self.claims[-8:]
        )
        starts = bool(re.search(r"(?:投向|投入|用于|投资于)[^。;]{0,30}\Z", segment)) and planned
        follows = self.project and bool(re.fullmatch(r"(?:、|及|和|,)[^。;]{0,25}", segment))
        self.project = starts or follows
        return self.project

    def read(self, printed: Printed, floor: int) -> None:
        """Adds the claim this amount makes, if it makes one."""
        start = printed.start - len(printed.qualifier or "") if printed.qualifier else printed.start
        if printed.qualifier and not self.text.startswith(printed.qualifier, start):
            start -= 1  # 预计为24.12亿元: a verb stands between the two
        low = max(floor, start - _SEGMENT)
        low = max(low, self.text.rfind("。", low, start) + 1)
        segment = self.text[low:start]
        behind = self.text[printed.end : printed.end + 200]
        note = _note_behind(self.text, printed.end)
        kind: str | None = None
        gap, before, label, variant = "", "", None, note
        beside = False
        ahead = self.text[max(0, start - 160, self.text.rfind("。", 0, start) + 1) : start]
        changed = printed.measure == "money" and self.pending and CHANGED.fullmatch(segment)
        if changed:  # the label stands before the plan that was given up
            until = self.pending[-1].start - len(self.pending[-1].qualifier or "")
            segment = re.sub(
                r"(?:相应|也|亦|已|将|随之)?(?:由|从)[^,。;由从]{0,16}\Z",
                "",
                self.text[max(0, until - 60) : until],
            )
        found = label_kind(segment, printed.measure)
        if changed and found:
            found = ("planned", found[1]) if found[0] in {"gross", "planned"} else None
        if found:
            kind, at = found
            label, before = segment[at:], segment[:at]
            gap = label
            variant = note or _variant(segment)
            if (
                kind == "shares"
                and (
                    _NOT_WHOLE_OFFER.search(
                        re.sub(
                            r"的?(?:初始|最终)\Z", "", before.removesuffix("已" if "普通股" in label else "")
                        )
                        if label.startswith("公开") or re.search(r"本次(?:发行)?的?(?:初始|最终)\Z", before)
                        else before
                    )
                    or re.match(r"发行(?:前|后)", label)
                )
            ) or (
                kind == "price" and re.search(r"(?:申购|申报|拟申购|回购|收盘|减持|平均|假设|假定)\Z", before)
            ):
                kind = None
        if kind is None and printed.measure == "times":
            kind = ratio_defined(behind)
            beside = kind is not None
        if kind is None and not found:
            for right, pattern, measures in RIGHT_LABELS:
                named = printed.measure in measures and pattern.match(behind)
                if named and (right != "price" or COMPARED.search(segment)):
                    kind = right
        if kind is None and not found:
            inherited = self._inherit(printed, segment, note)
            if inherited:
                kind, variant = inherited
                beside = True
        if self._project(printed, segment) and kind is None:
            kind = "project"
        refined = refine(kind, ahead, segment, before, label or "", behind, printed) if kind else None
        if refined is None or self.withdrawn.covers(refined, printed.start, printed.end):
            self.last = None
            return
        if refined not in KINDS_WITH_VARIANT:
            variant = None
        elif variant is None and self.last and self.last.variant == FULL:
            # 若全额行使…总额为A,扣除…B,净额为C: the condition holds to the end of the clause.
            ended = re.search(r"[。;]", self.text[self.last.end : printed.start])
            variant = None if ended else FULL
        claim = Claim(
            kind=refined, printed=printed, start=printed.start, end=printed.end,
            page=self.run.page_at(printed.start), variant=variant,
            offering=_offering(self.text, printed.start, printed.end, self.reach, self.run.page_end(printed.start)),
            qualifier=_qualifier(printed, before, gap), label=label,
            adjacent=beside or (label is not None and not re.search(r"[,。;]", label)),
        )  # fmt: skip
        self._mend_split_cell(claim)
        self.claims.append(claim)
        self.last = claim

    def _mend_split_cell(self, claim: Claim) -> None:
        """Row-wise text prints a two-line cell around its label: base, label, full; the first is claimed here."""
        if claim.variant != FULL or claim.label is None or claim.kind not in KINDS_WITH_VARIANT:
            return
        for other in self.pending:
            between = self.text[other.end : claim.start].removesuffix(claim.printed.qualifier or "")
            note = between.removesuffix(claim.label)
            note = note.removesuffix("预计")
            if re.fullmatch(r"\([^()]{4,40}\)", note) and _variant(note) == BASE:
                # Whatever the walk took the first line for, its note and this label name it.
                self.claims = [kept for kept in self.claims if kept.start != other.start]
                self.claims.append(
                    Claim(
                        kind=claim.kind, printed=other, start=other.start, end=other.end, page=claim.page,
                        variant=BASE, offering=claim.offering, qualifier=claim.qualifier, label=claim.label,
                        adjacent=True,
                    )
                )  # fmt: skip

    pending: list[Printed]


def find_claims(run: Run, *, book: bool = False) -> list[Claim]:
    """Every claim of the run in order, those of other offers marked so.

    In a `book` (a prospectus) a word on an earlier round colours the whole paragraph, elsewhere its clause only.
    """
    amounts = sorted([*find_printed(run.text), *stated_units(run.text)], key=lambda one: one.start)
    same = None if book else _SAME_CURRENCY.search(run.text)
    if same:
        currency = "USD" if same.group(1) == "美元" else "HKD"
        amounts = [
            replace(one, currency=currency) if one.currency == "CNY" and "人民币" not in one.unit else one
            for one in amounts
        ]
    reader = _Reader(run, 220 if book else 0)
    floor = 0
    for index, printed in enumerate(amounts):
        reader.pending = amounts[max(0, index - 1) : index]
        reader.read(printed, floor)
        floor = printed.end
    taken = {claim.start for claim in reader.claims}
    withdrawn = Withdrawn(run.text)
    for kind, offering, printed, label in find_english(run):
        if printed.start not in taken and not withdrawn.covers(kind, printed.start, printed.end):
            reader.claims.append(
                Claim(
                    kind=kind, printed=printed, start=printed.start, end=printed.end,
                    page=run.page_at(printed.start), variant=None, offering=offering, qualifier=None,
                    adjacent=False, label=label,
                )
            )  # fmt: skip
    return reader.claims

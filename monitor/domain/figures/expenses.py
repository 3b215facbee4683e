"""Issue expenses item by item, from 发行费用概算 and its like in announcements.

Rule: an item is read only within a passage on issue expenses, with its own unit or the one stated above it.
"""

# ruff: noqa: E501  a label pattern is read on one line

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from monitor.domain.figures.pages import Run
from monitor.domain.figures.record import Figure
from monitor.domain.money import find_printed

__all__ = ["find_expenses"]

_OPENING = re.compile(
    r"发行费用(?:概算|明细|构成|总额及明细|总额及其构成|主要包括|包括|具体|情况如下|如下|总额为|总额\(|合计|\()|发行费用[^。;]{0,40}(?:其中|明细如下|包括):"
)
_REACH = 1000
_ITEMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(label))
    for kind, label in (
        ("fee_sponsor_underwriting", r"保荐(?:费用?)?(?:及|和|与|、)?承销费|承销(?:费用?)?(?:及|和|与|、)?保荐费|保荐、承销费"),
        ("fee_sponsor", r"(?<!费及)(?<!费和)(?<!费与)(?<!费、)(?<!费用及)(?<!费用和)(?<!费用与)(?<!费用、)(?<!销)(?<!销及)(?<!销和)(?<!销与)(?<!销、)保荐费"),
        ("fee_underwriting", r"(?<!费及)(?<!费和)(?<!费与)(?<!费、)(?<!费用及)(?<!费用和)(?<!费用与)(?<!费用、)(?<!荐)(?<!荐及)(?<!荐和)(?<!荐与)(?<!荐、)承销费"),
        ("fee_audit", r"(?:审计(?:费)?(?:及|、|和|与)?(?:评估(?:及|、)?)?验资(?:及复核)?(?:费)?|审计(?:及复核)?费|会计师费)"),
        ("fee_legal", r"(?:发行人)?(?:律师(?:服务)?|法律(?:服务|顾问)?)费?"),
        ("fee_disclosure", r"(?:用于本次发行(?:上市)?(?:的)?|与本次发行(?:上市)?相关的)?信息披露(?:及[\u4e00-\u9fff]{2,6})?费?"),
        ("fee_other", r"(?:(?:发行|上市|登记)[发行上市登记及、和]{0,6}手续(?:费)?(?:用)?(?:及|和|与|、|等)?(?:其他|其它|材料制作)?(?:费)?|其他(?:发行|相关)?费)"),
    )
)  # fmt: skip
_BETWEEN = r"(?:用|费用|等)*(?:\([^()]{0,30}\))?(?:合计|约|为|是|总额|人民币|:)*"
_NUMBER = r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_UNIT_ABOVE = re.compile(
    r"单位:?(?:人民币)?(万元|元|亿元)|\((?:不含(?:增值)?税[,、:]?)?(?:人民币|单位:)?(万元|元)(?:[,、][^()]{0,12})?\)"
)


def _unit_above(text: str, start: int, at: int) -> str | None:
    found = list(_UNIT_ABOVE.finditer(text, max(0, start - 80), at))
    return (found[-1].group(1) or found[-1].group(2)) if found else None


def _window(run: Run) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for match in _OPENING.finditer(run.text):
        if spans and match.start() < spans[-1][1]:
            continue
        spans.append((match.start(), min(len(run.text), match.start() + _REACH)))
    return spans


def _read_item(run: Run, sha256: str, kind: str, match: re.Match[str], low: int) -> Figure | None:
    number, after = match["number"], run.text[match.end("number") : match.end("number") + 4]
    unit = re.match(r" ?(万元|亿元|元)", after)
    word = unit.group(1) if unit else _unit_above(run.text, low, match.start())
    if word is None or (unit is None and re.match(r"\s?[\d%年月日倍股]", after)):
        return None
    printed = find_printed(number + word)
    if len(printed) != 1:
        return None
    end = match.end("number") + (unit.end() if unit else 0)
    return Figure(
        kind=kind, amount=printed[0].amount, currency="CNY", unit=word,
        as_printed=run.quote(match.start("number"), end), qualifier="约" if "约" in match.group() else None,
        page=run.page_at(match.start("number")), quote=run.around(match.start(), end, before=0),
        document_sha256=sha256, confidence=Decimal("0.9"), label=run.quote(match.start("label"), match.end("label")),
    )  # fmt: skip


_TOTAL = re.compile(rf"(?P<label>(?:合计|总计)){_NUMBER}")


def find_expenses(run: Run, sha256: str) -> list[Figure]:
    """The items of the first passage that lists at least three kinds of issue expense; none where no passage does."""
    patterns = [
        (kind, re.compile(rf"(?P<label>(?:{label.pattern}){_BETWEEN}){_NUMBER}")) for kind, label in _ITEMS
    ]
    for low, high in _window(run):
        found: dict[str, Figure] = {}
        for kind, pattern in patterns:
            for match in pattern.finditer(run.text, low, high):
                item = _read_item(run, sha256, kind, match, low)
                if item is not None:
                    found[kind] = item
                    break
        if len(found) >= 3:
            total = _total_row(run, sha256, found, low, high)
            return [*found.values(), *([total] if total else [])]
    return []


def _total_row(run: Run, sha256: str, items: dict[str, Figure], low: int, high: int) -> Figure | None:
    """The 合计 row of a table of expenses, only where the items above it make it exactly."""
    for match in _TOTAL.finditer(run.text, low, high):
        total = _read_item(run, sha256, "fees", match, low)
        if total is not None and total.amount == sum((item.amount or Decimal(0)) for item in items.values()):
            return replace(total, label=None, confidence=Decimal("0.95"))
    return None

"""Revenue, profit and R&D of the reported years, from 主要财务数据和财务指标.

Rule: a row is read only when it has exactly one value per period of the table's header.
"""

# ruff: noqa: E501  a row pattern is read on one line

from __future__ import annotations

import re
from decimal import Decimal

from monitor.domain.figures.pages import Run
from monitor.domain.figures.record import Figure, Flag, plain

__all__ = ["find_accounts"]

_OPENING = re.compile(
    r"主要财务数据(?:及|和|与)(?:主要)?财务指标|主要会计数据(?:及|和)(?:主要)?财务指标|主要财务数据(?!及)|(?<!母公司)合并利润表"
)
_NUMBER = r"(?:-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?|\(\d[\d,]*(?:\.\d+)?\))"
_GAP = r"(?: |(?<=\d)(?=\()|(?<=\))(?=[\d(-]))"  # between two values; brackets of a loss part them too
_PERIOD = re.compile(r"(20\d\d)年(?:度|(1-\d{1,2})月|(?!\d{1,2}月|末))")
_POINT = re.compile(r"(20\d\d)(?:\.|-|年)(12|0?[369])(?:\.|-|月)(?:3[01])日?")
_UNIT = re.compile(r"单位:?(?:人民币)?(万元|元|亿元|千元)")
_SCALE = {"元": 1, "千元": 1000, "万元": 10**4, "亿元": 10**8}
_PARENT = r"归属于(?:发行人|母公司)?(?:所有者|股东|普通股股东)?"
_LOSS = r"(?:\(净?亏损[^()]{0,12}\))?"
_LINES: tuple[tuple[str, str], ...] = (
    ("revenue", r"(?<!占)(?<!主营业务收入占)营业(?:总)?收入"),
    ("net_profit", rf"(?<!的)净利润{_LOSS}"),
    ("net_profit_parent", rf"(?<!后)(?<!前){_PARENT}的净利润{_LOSS}"),
)
_REACH = 1500


def _periods(head: str) -> list[str]:
    """The periods of the header in printed order, flow periods before balance dates."""
    found: list[str] = []
    for match in _PERIOD.finditer(head):
        name = match.group(1) + ("" if match.group(2) is None else f" {match.group(2)}")
        if name not in found:
            found.append(name)
    dates: list[str] = []
    for match in _POINT.finditer(head):
        month = int(match.group(2))
        name = match.group(1) + ("" if month == 12 else f" 1-{month}")
        if name not in dates:
            dates.append(name)
    # Row-wise text may tear `2022年度` apart; the balance dates beside it then name the same periods.
    return dates if len(dates) > len(found) and set(found) <= set(dates) else found


def _number(text: str) -> Decimal:
    negative = text.startswith("(")
    value = Decimal(text.strip("()").replace(",", ""))
    return -value if negative else value


def _row(text: str, label: str, low: int, high: int, width: int) -> re.Match[str] | None:
    values = rf"(?P<values>{_NUMBER}(?:{_GAP}{_NUMBER}){{{width - 1}}})(?![\d%,.]| ?[\d-]| ?\(\d)"
    unit = r"\((?:人民币)?(?P<unit>万元|元|亿元|千元)\)"
    whole = re.compile(rf"{label}(?:{unit})?{values}(?:\((?P<behind>万元|元|亿元|千元)\))?").search(
        text, low, high
    )
    if whole or _PARENT not in label:
        return whole
    # A label of two lines, printed by rows, holds the values between its halves.
    torn = (
        rf"(?<!后)(?<!前){_PARENT}的(?:净{values}利润|{values.replace('<values>', '<between>')}净利润){unit}"
    )
    return re.compile(torn).search(text, low, high)


def _ratio_row(text: str, low: int, high: int, width: int) -> list[Decimal] | None:
    """研发投入占营业收入的比例, in percent; row-wise text may print the values inside the label."""
    value = r"\d+\.\d+%?"
    values = rf"(?P<values>{value}(?: ?{value}){{{width - 1}}})"
    match = re.compile(rf"研发投入占营业收入的?(?:比例|比)?(?:\(%\))?{values}").search(text, low, high)
    if match is None:
        return None
    return [Decimal(part) for part in re.findall(r"\d+\.\d+", match["values"])][:width]


def _research(run: Run, sha256: str, revenue: dict[str, Decimal], ratios: dict[str, Decimal]) -> list[Figure]:
    """R&D spending by year, only where it makes the printed share of the printed revenue."""
    years = list(ratios)
    label = re.compile(
        rf"研发(?:投入|费用)(?:合计|总额|金额|总计)?(?:\((?P<unit>万元|元)\))?(?P<values>{_NUMBER}(?: {_NUMBER}){{{len(years) - 1}}})"
    )
    for match in label.finditer(run.text):
        values = [_number(part) for part in match["values"].split()]
        unit = match["unit"]
        if unit is None:
            stated = list(_UNIT.finditer(run.text, max(0, match.start() - 700), match.start()))
            unit = stated[-1].group(1) if stated else None
        if unit is None:
            continue
        scale = _SCALE[unit]
        for order in (years, years[::-1]):
            fits = [
                abs(value * scale * 100 / revenue[year] - ratios[year]) <= Decimal("0.0051")
                for year, value in zip(order, values, strict=True)
                if revenue.get(year)
            ]
            if len(fits) == len(years) and all(fits):
                return [
                    Figure(
                        kind="rnd_expense", amount=value * scale, currency="CNY", unit=unit, as_printed=part,
                        qualifier=None, page=run.page_at(match.start("values")), period=year,
                        quote=run.quote(match.start(), match.end()), document_sha256=sha256, confidence=Decimal("0.98"),
                    )
                    for year, value, part in zip(order, values, match["values"].split(), strict=True)
                ]  # fmt: skip
    return []


def find_accounts(run: Run, sha256: str) -> tuple[list[Figure], list[Flag]]:
    """The reported years' figures of the first table of key accounts that reads whole; none where none does."""
    for opening in _OPENING.finditer(run.text):
        low, high = opening.end(), min(len(run.text), opening.end() + _REACH)
        first = re.compile(r"(?:资产总(?:额|计)|流动资产|营业收入|总资产)").search(
            run.text, low, min(high, low + 300)
        )
        if first is None:
            continue
        periods = _periods(run.text[low : first.start()])
        if not 2 <= len(periods) <= 5:
            continue
        stated = _UNIT.search(run.text, low, first.start())
        figures: list[Figure] = []
        revenue: dict[str, Decimal] = {}
        for kind, label in _LINES:
            match = _row(run.text, label, first.start(), high, len(periods))
            if match is None:
                continue
            groups = match.groupdict()
            unit = match["unit"] or groups.get("behind") or (stated.group(1) if stated else None)
            if unit is None:
                continue
            held = "values" if match["values"] else "between"
            for period, part in zip(periods, re.findall(_NUMBER, match[held]), strict=True):
                amount = _number(part) * _SCALE[unit]
                if kind == "revenue":
                    revenue[period] = amount
                figures.append(
                    Figure(
                        kind=kind, amount=amount, currency="CNY", unit=unit, as_printed=part, qualifier=None,
                        page=run.page_at(match.start(held)), quote=run.quote(match.start(), match.end()),
                        document_sha256=sha256, confidence=Decimal("0.95"), period=period,
                    )
                )  # fmt: skip
        if not revenue:
            continue
        flags: list[Flag] = []
        ratios = _ratio_row(run.text, first.start(), high, len(periods))
        if ratios:
            shares = dict(zip(periods, ratios, strict=False))
            spent = _research(run, sha256, revenue, shares)
            figures += spent
            if not spent:
                detail = "no R&D line makes the printed share of revenue: " + ", ".join(
                    plain(r) for r in ratios
                )
                flags.append(
                    Flag(check="rnd_share_of_revenue", kinds=("rnd_expense",), withheld=True, detail=detail)
                )
        return figures, flags
    return [], []

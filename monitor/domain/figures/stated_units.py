"""Amounts printed without a unit of their own: it stands in the label's brackets, or once above the rows.

Rule: above rows only gross, net and expenses are read, one bare number a row; a second column makes none.
"""

# ruff: noqa: E501  a label pattern is read on one line

from __future__ import annotations

import re

from monitor.domain.money import Printed, find_printed

__all__ = ["stated_units"]

_NUMBER = r"-?\d[\d,]*(?:\.\d+)?"
_UNIT_IN_LABEL = re.compile(
    rf"\((?P<unit>倍|元/股|人民币元|元|万元|亿元|万股|股|%)\):?(?P<number>{_NUMBER})(?![\d,.]* ?\d)(?!\s?(?:[万亿]?[元股]|倍|%|年|月))"
)
_UNIT_ABOVE = re.compile(r"(?:单位:?|金额\()(?:人民币)?(?P<unit>万元|亿元|千元|百万元|元)")
_ROW = re.compile(
    r"(?:募集资金(?:总额|净额)|发行费用(?:总额|合计)?):?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)(?![\d,.]| ?[\d-]|\s?[万亿千元%股倍])"
)
_REACH = 300


def stated_units(text: str) -> list[Printed]:
    """Such amounts of a run in order of place, each with the unit that is stated for it."""
    found = []
    for match in _UNIT_IN_LABEL.finditer(text):
        if re.fullmatch(r"\d{1,2}", match["number"]) and match["unit"] not in {"倍", "%"}:
            continue  # the number of the row below the header
        found += _printed(match["number"], match["unit"], match.start(), match.end())
    for above in _UNIT_ABOVE.finditer(text):
        following = _UNIT_ABOVE.search(text, above.end())
        stop = min(len(text), above.end() + _REACH, following.start() if following else len(text))
        for row in _ROW.finditer(text, above.end(), stop):
            found += _printed(row["number"], above["unit"], row.start("number"), row.end())
    return found


def _printed(number: str, unit: str, start: int, end: int) -> list[Printed]:
    whole = find_printed(number + unit)
    if len(whole) != 1:
        return []
    one = whole[0]
    return [
        Printed(
            amount=one.amount, high=None, measure=one.measure, currency=one.currency, unit=unit,
            qualifier=None, as_printed=number, start=start, end=end,
        )
    ]  # fmt: skip

"""What an investor needs to subscribe online: code, short name, limit, market value for the full limit.

Rule: read from announcements only; two values of one kind give none.
Rule: the registration number (证监许可) counts in the sentence on this issue, not on a later or earlier one.
"""

# ruff: noqa: E501  a sentence pattern is read on one line

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from monitor.domain.figures.labels import OTHER_OFFER, PRIVATE
from monitor.domain.figures.pages import Run
from monitor.domain.figures.record import Figure
from monitor.domain.money import find_printed

__all__ = ["find_subscription"]

_QUOTES = r"[\"“”「」'‘’:\s]*"
_WORDS: tuple[tuple[str, str], ...] = (
    ("subscription_code", rf"(?:网上)?申购代码(?:为|是)?{_QUOTES}(?P<value>787\d{{3}}|78[0-9]\d{{3}}|73[0-9]\d{{3}}|0\d{{5}}|30\d{{4}})(?!\d)"),
    ("subscription_name", r"(?:网上)?申购简称(?:为|是)?[\"“”:]*(?P<value>[\u4e00-\u9fffA-Za-z]{2,8}申购)"),
    ("registration_number", r"(?P<value>证监许可[\[(]20\d\d[\])]\d{1,5}号)"),
)  # fmt: skip
_AMOUNTS: tuple[tuple[str, str, str], ...] = (
    ("subscription_limit", "share", r"(?:(?:网上|单一账户)?(?:顶格)?申购(?:数量)?上限|(?:最高|最大)申购数量|申购数量不得超过[^。;]{0,40}即不得超过|最高申购数量[^。;]{0,40}不得超过)(?:为|是|:)?\Z"),
    ("subscription_limit_value", "money", r"顶格申购(?:需|须|所需)?(?:配|持有|对应)?(?:沪市|上海市场|上交所)?(?:非限售A股)?(?:股票)?市值(?:为|约|:)?\Z"),
)  # fmt: skip
_OFFLINE = re.compile(r"网下|配售对象")  # their limits are other ones
_SEGMENT = 60


def find_subscription(run: Run, sha256: str) -> list[Figure]:
    """The online subscription's terms and the registration number, each where the text names exactly one."""
    found: dict[str, list[Figure]] = {}
    for kind, pattern in _WORDS:
        for match in re.finditer(pattern, run.text):
            if kind == "registration_number" and not _of_this_offer(run.text, *match.span()):
                continue
            start, end = match.span("value")
            one = _figure(run, sha256, kind, start, end)
            word = match["value"] if match["value"].isdigit() else re.sub(r"\s", "", one.as_printed)
            found.setdefault(kind, []).append(replace(one, as_printed=word))
    for printed in find_printed(run.text):
        segment = run.text[max(0, printed.start - _SEGMENT) : printed.start]
        for kind, measure, pattern in _AMOUNTS:
            if printed.measure == measure and re.search(pattern, segment) and not _OFFLINE.search(segment):
                one = _figure(run, sha256, kind, printed.start, printed.end)
                found.setdefault(kind, []).append(
                    replace(
                        one,
                        amount=printed.amount,
                        measure=measure,
                        unit=printed.unit,
                        currency=printed.currency,
                    )
                )
    return [figures[0] for figures in found.values() if len({_value(figure) for figure in figures}) == 1]


def _value(figure: Figure) -> object:
    return figure.as_printed if figure.amount is None else figure.amount


def _of_this_offer(text: str, start: int, end: int) -> bool:
    low = max(text.rfind("。", 0, start) + 1, start - 160)
    stop = text.find("。", end)
    sentence = text[low : min(stop if stop >= 0 else len(text), end + 80)]
    return not (OTHER_OFFER.search(sentence) or PRIVATE.search(sentence) or "配股" in sentence)


def _figure(run: Run, sha256: str, kind: str, start: int, end: int) -> Figure:
    return Figure(
        kind=kind, amount=None, currency=None, unit="", measure="word", as_printed=run.quote(start, end),
        qualifier=None, page=run.page_at(start), quote=run.around(start, end), document_sha256=sha256,
        confidence=Decimal("0.95"),
    )  # fmt: skip

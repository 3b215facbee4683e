"""Figures of the offer in English sentences: news of a listing, a Hong Kong announcement.

Rule: as in Chinese, an amount counts only with its words right at it; funding rounds, what others expect,
cornerstone investors and other companies' sums are no figure of the offer.
"""

# ruff: noqa: E501  a sentence pattern is read on one line

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from monitor.domain.figures.pages import Run
from monitor.domain.money import Printed

__all__ = ["find_english"]

_NUMBER = r"(?:[1-9]\d{0,2}(?:,\d{3})+|0|[1-9]\d*)(?:\.\d+)?"
_MONEY = re.compile(
    rf"(?P<prefix>HK\$|US\$|RMB|CNY|HKD|USD|\$|¥)(?P<low>{_NUMBER})(?P<scale>million|billion|trillion|mn|bn|m|b)?(?![\d,]*\d|%|[ \d.]*%)(?![-–]\d)"
    rf"|(?<![\d.,$¥])(?P<low2>{_NUMBER})(?P<scale2>million|billion|trillion|mn|bn)?(?P<unit>yuan|renminbi|RMB|HongKongdollars|USdollars|U\.S\.dollars)",
)
_SHARES = re.compile(
    rf"(?<![\d.,$¥])(?P<low>{_NUMBER})(?P<scale>million|billion)?(?:new|ordinary|offer)*(?:H|A|Class[AB])?[Ss]hares(?!held|before)"
)
_CURRENCY = {
    "HK$": "HKD", "HKD": "HKD", "HongKongdollars": "HKD", "US$": "USD", "USD": "USD", "$": "USD", "USdollars": "USD",
    "U.S.dollars": "USD", "RMB": "CNY", "CNY": "CNY", "¥": "CNY", "yuan": "CNY", "renminbi": "CNY",
}  # fmt: skip
_SCALE = {
    None: 1,
    "million": 10**6,
    "mn": 10**6,
    "m": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "b": 10**9,
    "trillion": 10**12,
}
_FILL = r"(?::|\(Notes?\d?\)|about|around|approximately|nearly|almost|over|morethan|atotalof|total|estimated|the|upto|asmuchas|nomorethan|some|roughly|anestimated)*"
_WANTS = r"(?:plan(?:s|ned|ning)?|aim(?:s|ed|ing)?|seek(?:s|ing)?|sought|look(?:s|ing)|intend(?:s|ed|ing)?|hop(?:es|ed|ing)|propos(?:es|ed|ing)|target(?:s|ed|ing)?|want(?:s|ed)?)"
_LABELS: tuple[tuple[str, str], ...] = (
    ("net", rf"(?<!additional)(?<!extra)(?<!further)(?<!more)net(?:proceeds|amountraised)(?:(?:from|of)the(?:proposed)?(?:global|H[Ss]hare|IPO|initialpublic)?(?:offering)?)?(?:tobereceivedby(?:us|thecompany))?(?:,?afterdeduct[^.;]{{0,90}}?,)?(?:(?:are|were|is|was|of|at|be|to|amounted|estimated|expected|will|amountingto|,)+)?{_FILL}"),
    ("gross", rf"(?<!additional)(?<!extra)(?<!further)(?:gross|total)proceeds(?:(?:from|of)the(?:proposed)?(?:global|H[Ss]hare|IPO|initialpublic)?(?:offering)?)?(?:,?afterdeduct[^.;]{{0,90}}?,)?(?:(?:are|were|is|was|of|at|be|to|amounted|amounting|,)+)?{_FILL}"),
    ("planned", rf"{_WANTS}toraise{_FILL}|{_WANTS}(?:anIPO|listing)of{_FILL}"),
    ("gross", rf"(?<!to)(?<!could)(?<!may)(?<!might)(?<!would)(?:raised|raising){_FILL}"),
    ("valuation", rf"(?:valued(?:thecompany|it)?at|valuing(?:it|thecompany|[A-Z]\w{{1,20}}?)at|valuationof){_FILL}"),
    ("market_cap", rf"market(?:value|capitali[sz]ation|cap)(?:of|to|at|reached)?{_FILL}"),
    ("price", rf"(?:(?:final|issue|IPO)?(?:offer|offering|issue|IPO)price(?::|of|was|is|at|hasbeen|set|fixed|determined|to|be)*|priced(?:its|the|IPO|shares|offering|global|H|share|initialpublic)*at){_FILL}"),
)  # fmt: skip
_SHARE_LABEL = re.compile(
    r"[Nn]umberof[Oo]ffer[Ss]hares(?:underthe[Gg]lobal[Oo]ffering)?:?\Z|(?:global|public|initialpublic)?offering(?:of|comprises|comprising)|(?:issued?|issuing|sells?|sold|selling|offer(?:ing|ed|s)?)"
    + _FILL
    + r"\Z|(?:global|public)offering(?:of|comprises|comprising)\Z"
)
_NOT_OFFER = re.compile(
    r"Series[A-Z]|[Ff]undinground|[Ff]inancinground|pre-?IPO|cornerstone|over-?allotment|greenshoe|rivals?|peers?|competitors?|convertible|bonds?|placement|placing|rightsissue|analysts?|expected?toraise|couldraise|mayraise|privateplacement|GDR|secondary|IPOs|listings|[Mm]arketsize|stake",
)
_NOT_VALUED = re.compile(r"(?:market(?:size)?|contract|deal|stake|order|assets?)(?:is|was|are|were)?\Z", re.I)
_SUPPOSED = re.compile(r"(?:and|but)?(?:if|assuming|supposing|should)(?!.*over-?allotment)", re.I)
_LISTING = re.compile(r"IPO|listing|offering|float|debut|[Ss]hares|STAR|proceeds|listed")
_ROUND_BEHIND = re.compile(
    r"[^,.;]{0,60}?(?:Series[A-Z]|aheadof|priorto|before(?:its|an?|the)(?:IPO|listing)|(?:funding|financing)round|pre-IPO|from(?:investors|cornerstone)|convertible|bonds)",
    re.I,
)


def _printed(run: Run, match: re.Match[str], measure: str) -> Printed:
    groups = match.groupdict()
    low = groups["low"] or groups.get("low2") or ""
    scale = groups["scale"] or groups.get("scale2")
    word = groups.get("prefix") or groups.get("unit")
    return Printed(
        amount=Decimal(low.replace(",", "")) * _SCALE[scale], high=None, measure=measure,
        currency=_CURRENCY[word] if word else None, unit=(word or "") + (scale or ""), qualifier=None,
        as_printed=match.group(), start=match.start(), end=match.end(),
    )  # fmt: skip


def find_english(run: Run) -> Iterator[tuple[str, str, Printed, str]]:
    """Kind, offering, amount and label of each labelled amount in the run's English sentences.

    Offering is `ipo` or `other`. A sentence is English where no Chinese character stands near the amount.
    """
    text = run.text
    for match in _MONEY.finditer(text):
        ahead = _ahead(text, match.start())
        if ahead is None:
            continue
        scaled = match["scale"] or match["scale2"]
        for kind, label in _LABELS:
            named = re.search(rf"(?:{label})\Z", ahead, re.I)
            if named and kind == "valuation" and _NOT_VALUED.search(ahead[: named.start()][-20:]):
                break
            if named and (kind == "price") == (not scaled):
                yield kind, _offering(text, match, ahead, kind), _printed(run, match, "money"), named.group()
                break
        else:
            each = re.match(
                r"(?:per|a|apiece|each|for(?:each|every))(?:H|offer|A)?(?:[Ss]hare)?",
                text[match.end() : match.end() + 16],
            )
            if (
                not scaled
                and each
                and re.search(r"(?:priced|sold|issued|offering|offer)(?:[^.;]|\.\d){0,60}at\Z", ahead, re.I)
            ):
                yield "price", _offering(text, match, ahead, "price"), _printed(run, match, "money"), "at"
    for match in _SHARES.finditer(text):
        ahead = _ahead(text, match.start())
        named = _SHARE_LABEL.search(ahead) if ahead else None
        if ahead and named and named.end() == len(ahead):
            yield (
                "shares",
                _offering(text, match, ahead, "shares"),
                _printed(run, match, "share"),
                named.group(),
            )


def _ahead(text: str, start: int) -> str | None:
    low = max(0, start - 120)
    stop = max(
        (m.end() for m in re.finditer(r"(?<!\d)[.;](?=[A-Z])|(?<=\d)\.(?=[A-Z])|[。;]", text[low:start])),
        default=0,
    )
    ahead = text[low + stop : start]
    return (
        None if re.search(r"[\u4e00-\u9fff]", ahead[-30:]) or not re.search(r"[A-Za-z]{4}", ahead) else ahead
    )


def _offering(text: str, match: re.Match[str], ahead: str, kind: str) -> str:
    own = ahead[ahead.rfind(",") + 1 :]
    behind = _ROUND_BEHIND.match(text, match.end()) if kind != "valuation" else None
    if kind == "gross" and not _LISTING.search(ahead + text[match.end() : match.end() + 80]):
        return "other"  # money is raised by funds and rounds too
    if kind in {"price", "gross", "net"} and _SUPPOSED.match(own):
        return "other"  # If the Offer Price is set at…
    return "other" if _NOT_OFFER.search(own) or behind else "ipo"

"""The number of a registration decision (证监许可〔2026〕1612号), read from the decision itself.

Rule: the decision's own number stands on a line of its own or is the only one; else none is reported.
Rule: a decision about another company is not ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.domain.figures.pages import Page
from monitor.domain.money import simplify

__all__ = ["RegistrationNumber", "find_registration_number"]

_NUMBER = re.compile(
    r"证监许可\s*[\[(【]\s*(?P<year>2\s*0\s*\d\s*\d)\s*[\])】]\s*第?\s*(?P<serial>\d(?:\s*\d){0,4})\s*号"
)
_QUOTED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationNumber:
    """The number in its usual print, with the page that shows it; page None when it is in the title alone."""

    number: str
    page: int | None
    quote: str


def find_registration_number(
    pages: Sequence[Page], *, title: str = "", issuer: str = ""
) -> RegistrationNumber | None:
    """The decision's number; None where it prints none, more than one, or speaks of another company."""
    own: list[RegistrationNumber] = []
    named: list[RegistrationNumber] = []
    for number, text in [(None, title), *((page.number, page.text) for page in pages)]:
        shaped = simplify(text)
        for match in _NUMBER.finditer(shaped):
            line_start = shaped.rfind("\n", 0, match.start()) + 1
            line_end = shaped.find("\n", match.end())
            line_end = len(shaped) if line_end < 0 else line_end
            alone = not (shaped[line_start : match.start()] + shaped[match.end() : line_end]).strip()
            found = RegistrationNumber(
                number=f"证监许可〔{_digits(match['year'])}〕{_digits(match['serial'])}号",
                page=number,
                quote=_squeezed(text[max(0, match.start() - _QUOTED) : match.end() + _QUOTED]),
            )
            (own if alone and number is not None else named).append(found)
    if issuer and pages and not _speaks_of(pages, title, issuer):
        return None
    for group in (own, named):
        if len({found.number for found in group}) == 1:
            return group[0]
        if group:
            return None
    return None


def _speaks_of(pages: Sequence[Page], title: str, issuer: str) -> bool:
    text = title + "".join(page.text for page in pages)
    return _bare(issuer) in _bare(text)


def _bare(text: str) -> str:
    return re.sub(r"[\s()]", "", simplify(text))


def _digits(text: str) -> str:
    return re.sub(r"\s", "", text)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()

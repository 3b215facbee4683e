"""The prospectus's section on the issuer's business (业务与技术), for the verdict on relevance.

Rule: a heading is a line of its own; a line of the table of contents or a reference to the section is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.domain.figures.pages import Page
from monitor.domain.money import simplify

__all__ = ["business_section"]

_HEADING = re.compile(
    r"^[ \t]*第[一二三四五六七八九十]{1,3}[节章][ \t]*(?P<name>[^\s.…·]{2,30})[ \t\r]*$", re.MULTILINE
)
_BUSINESS = re.compile(r"业务[与和及]技术|公司业务|业务概况")


def business_section(pages: Sequence[Page], *, most: int = 200_000) -> str:
    """The text from its heading to the next section's, at most `most` characters; "" where there is none."""
    parts: list[str] = []
    inside = False
    for page in pages:
        shaped = simplify(page.text)
        start = 0
        for match in _HEADING.finditer(shaped):
            if inside and not _BUSINESS.search(match["name"]):
                parts.append(page.text[start : match.start()])
                return "\n".join(parts)[:most]
            if not inside and _BUSINESS.search(match["name"]):
                inside, start = True, match.start()
        if inside:
            parts.append(page.text[start:])
            if sum(len(part) for part in parts) >= most:
                break
    return "\n".join(parts)[:most]

"""Which listing standard the issuer chose: the rule's article and item, as printed."""

from __future__ import annotations

import re
from decimal import Decimal

from monitor.domain.figures.pages import Run
from monitor.domain.figures.record import Figure

__all__ = ["find_standard"]

_CHOICE = re.compile(
    r"(?:选择|适用|符合|满足|采用)[^。]{0,80}(?:上市标准|标准)|具体上市标准|上市标准为|上市标准[^。]{0,60}(?:变更|调整|修改)为"
)
_ITEM = r"(?:第?\(?[一二三四五六]\)?(?:项|款|套)(?:标准)?)"
_ARTICLE = re.compile(
    rf"第?(?P<article>\d\.\d\.\d)条?(?:中|规定|之|的|中规定的?)*(?P<item>{_ITEM}{{1,2}})?|(?P<set>第[一二三四五]套(?:上市)?标准)"
)

# A standard named only to say that it is not the one: 不适用第2.1.2条第(一)项, 由第(四)项变更为第(一)项.
_DENIED = re.compile(r"(?:不|未|无法|不再|放弃)(?:再|能)?(?:适用|符合|满足|选择|采用|选用)[^,。;]{0,40}\Z")
_LEFT_BEHIND = re.compile(
    r"(?:规定)?(?:的)?(?:上市)?(?:标准)?(?:\([^()]{0,20}\))?(?:变更|调整|更改|修改|改)(?:为|至|成)"
)


def _left(text: str, start: int, end: int) -> bool:
    """Whether the article is one the issuer does not choose, or chose before."""
    return bool(_DENIED.search(text, max(0, start - 60), start) or _LEFT_BEHIND.match(text, end))


def find_standard(run: Run, sha256: str) -> Figure | None:
    """The first statement of choice that names article and item; None where the document names none."""
    for choice in _CHOICE.finditer(run.text):
        low, high = max(0, choice.start() - 60), min(len(run.text), choice.end() + 60)
        for match in _ARTICLE.finditer(run.text, low, high):
            if (match["article"] and not match["item"]) or _left(run.text, *match.span()):
                continue
            return Figure(
                kind="listing_standard", amount=None, currency=None, unit="standard", measure="rule",
                as_printed=run.quote(match.start(), match.end()), qualifier=None,
                page=run.page_at(match.start()),
                quote=run.around(match.start(), match.end(), before=100, after=100),
                document_sha256=sha256, confidence=Decimal("0.95"),
            )  # fmt: skip
    return None

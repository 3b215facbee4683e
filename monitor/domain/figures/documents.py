"""Which document this is and whose, by its own title and running words."""

from __future__ import annotations

import re
from collections import Counter

from monitor.domain.figures.pages import Run
from monitor.domain.money import simplify

__all__ = ["ANNOUNCEMENT", "PROSPECTUS", "document_kind", "issuer_of"]

# In order: a listing announcement also says 招股说明书, a result announcement also says 发行公告.
_TITLES: tuple[tuple[str, str], ...] = (
    ("lottery_rate_announcement", r"(?:申购情况及中签率|申购情况及(?:网上)?(?:发行)?中签率|中签率)公告"),
    ("lottery_result_announcement", r"(?:中签结果|摇号中签结果)公告"),
    ("inquiry_announcement", r"发行安排及初步询价公告|初步询价及推介公告"),
    ("listing_announcement", r"上市公告书"),
    ("result_announcement", r"发行结果公告"),
    ("risk_announcement", r"投资风险特别公告"),
    ("offer_announcement", r"(?<!安排及初步询价)(?<!根据)(?<!按照)(?<!披露的)发行公告"),
    (
        "prospectus_draft",
        r"(?<!披露的)(?<!与)招股说明书(?:\((?:申报稿|上会稿|注册稿|注册生效稿)\))(?!》|相比)|(?<!《)招股意向书(?!》|中|披露)",
    ),
    (
        "prospectus",
        r"(?<!《)(?<!在)(?<!披露的)(?<!与)招股说明书(?!》|\(\S{2,5}稿\)相比|相比|中|披露|签署|载明|选择|全文)",
    ),
)
PROSPECTUS = frozenset({"prospectus", "prospectus_draft"})
ANNOUNCEMENT = frozenset(kind for kind, _ in _TITLES) - PROSPECTUS

_ISSUER = re.compile(
    r"[\u4e00-\u9fff](?:[\u4e00-\u9fffA-Za-z0-9]|\([\u4e00-\u9fff]{2,8}\)){1,28}?股份有限公司"
)
_AFTER_NAME = re.compile(r"(?:首次|公开|向不特定|招股|上市|发行|科创板|\Z|\(以下)")
_NOT_ISSUER = re.compile(r"证券|银行|登记结算|资产管理|保险|交易所")


def document_kind(run: Run) -> str:
    """The kind whose title stands earliest on the first pages; `text` where none does."""
    short = len(run.text) < 1500
    front = run.text[: 120 if short else 2500]
    found: list[tuple[int, int, str]] = []
    for order, (kind, title) in enumerate(_TITLES):
        match = re.search(title, front)
        if match:
            found.append((match.start(), order, kind))
    if len(run.pages) >= 60:
        # A document of this length is the prospectus, whatever notices its front matter quotes.
        books = [one for one in found if one[2] in PROSPECTUS]
        if books:
            return min(books)[2]
    if found:
        return min(found)[2]
    heads = "".join(page.text[:90] for page in run.pages[:12])
    if (len(run.pages) > 3 and "招股说明书" in heads) or len(run.pages) >= 120:
        return "prospectus"
    return "text"


def issuer_of(run: Run) -> str | None:
    """The company the document speaks for: the company name that opens its first pages most often."""
    names: Counter[str] = Counter()
    for page in run.pages[:10]:
        for word in simplify(page.text[:1500]).split():
            match = _ISSUER.match(word)
            if match and not _NOT_ISSUER.search(match.group()) and _AFTER_NAME.match(word, match.end()):
                names[match.group()] += 1
    if not names:
        found = next(
            (m.group() for m in _ISSUER.finditer(run.text[:2500]) if not _NOT_ISSUER.search(m.group())), None
        )
        return None if found is None or len(found) > 40 else found.replace("(", "（").replace(")", "）")
    best = max(names.values())
    return next(name for name in names if names[name] == best).replace("(", "（").replace(")", "）")

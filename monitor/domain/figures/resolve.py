"""From many claims to at most one figure per kind: the offer's own, or none with the reason flagged.

Rule: when claims of the same standing differ and no equation decides, the figure is withheld.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal

from monitor.domain.figures.claims import FULL, Claim
from monitor.domain.figures.documents import ANNOUNCEMENT, PROSPECTUS
from monitor.domain.figures.pages import Run
from monitor.domain.figures.record import Figure, Flag, plain

__all__ = ["figure_of", "resolve"]

_FACT_LABEL = re.compile(
    r"募集资金总额|募集资金净额|发行费用概算|每股发行价格|发行市盈率|发行市净率|发行股数|发行股票数量|发行后总股本|发行概况|本次发行(?:的)?基本情况"
)
# Kinds that must stand in the offer's own table of facts (or its sentence) in a book of hundreds of pages.
_FACT_KINDS = frozenset(
    {"gross", "net", "fees", "price", "shares", "pe_ratio", "pe_ratio_pre", "ps_ratio", "ps_ratio_pre",
     "strategic_placement", "strategic_placement_shares", "strategic_placement_initial_shares",
     "market_cap_at_issue", "planned"}
)  # fmt: skip
_ONLY_SHORT = frozenset(
    {"turnover", "valuation", "market_cap", "replacement_project", "replacement_fees", "min_subscription",
     "project", "shares_total", "online_accounts", "online_valid_shares", "abandoned", "abandoned_shares",
     "shares_extra", "industry_pe", "pb_ratio", "abandoned_offline", "abandoned_shares_offline"}
)  # fmt: skip
_MANY = frozenset({"project"})
_STRONG_OFFER = re.compile(
    r"本次(?:拟)?(?:向[^,。;]{1,12})?(?:公开)?发行|首次公开发行|本次募集|本次拟|本公司拟|发行人拟|本次股票发行"
)


def figure_of(run: Run, sha256: str, claim: Claim, kind: str, confidence: Decimal) -> Figure:
    """The figure a claim becomes, with the page's own words around it."""
    printed = claim.printed
    return Figure(
        kind=kind,
        amount=printed.amount,
        high=printed.high,
        measure=printed.measure,
        currency=printed.currency,
        unit=printed.unit,
        as_printed=run.quote(claim.start, claim.end).rpartition(")")[2].rpartition("）")[2].lstrip(" :：")
        or printed.as_printed,
        qualifier=claim.qualifier,
        page=claim.page,
        quote=run.around(claim.start, claim.end),
        document_sha256=sha256,
        confidence=confidence,
        offering=None if claim.offering == "ipo" else claim.offering,
    )


def _fact_pages(run: Run) -> set[int]:
    """Pages that hold the table of the offer's facts: several of its row labels on one page."""
    pages = set()
    limit = max(60, len(run.pages) // 5)
    for index, text in enumerate(run.squeezed[:limit]):
        if len({match.group() for match in _FACT_LABEL.finditer(text)}) >= 3 and "定向发行" not in text:
            pages.add(run.pages[index].number)
    return pages


def _agree(claims: list[Claim]) -> bool:
    """Claims that print one value, some more finely than others."""
    finest = max(claims, key=lambda claim: len(plain(claim.amount).replace(".", "").rstrip("0")))
    for claim in claims:
        digits = re.sub(r"[^\d.]", "", claim.printed.as_printed)
        decimals = len(digits.partition(".")[2])
        try:
            step = claim.amount / Decimal(digits) * Decimal(1).scaleb(-decimals)
        except ArithmeticError:
            return False
        if abs(claim.amount - finest.amount) > step or claim.printed.currency != finest.printed.currency:
            return False
        if (claim.printed.high is None) != (finest.printed.high is None):
            return False
    return True


def _best(claims: list[Claim]) -> Claim:
    return max(
        claims, key=lambda c: (len(plain(c.amount).replace(".", "").rstrip("0")), c.adjacent, -c.start)
    )


def _standing(run: Run, claim: Claim, kind: str, document_kind: str, facts: set[int]) -> int:
    """How good a place it is: 3 table of facts, 2 sentence on this offer, 0 not this offer."""
    if document_kind not in PROSPECTUS:
        if claim.offering == "other" and claim.kind not in {"valuation", "industry_pe"}:
            return 0
        if document_kind in ANNOUNCEMENT:
            # 同行业最近一个月…市盈率 names peers and is the index's own figure.
            index = claim.kind == "industry_pe" and "最近一个月" in (claim.label or "")
            return 2 if claim.offering == "ipo" or index else 0
        return 2
    if claim.offering != "ipo" or claim.kind in _ONLY_SHORT:
        return 0
    if claim.page in facts and claim.adjacent and kind != "planned":
        return 3
    if kind.startswith(("price", "gross", "net")):
        return 0  # a history of financing rounds words its sentences as this offer does
    low = max(0, claim.start - 120)
    sentence = run.text[max(low, run.text.rfind("。", low, claim.start)) : claim.start]
    if kind.startswith(("strategic", "lottery", "subscription")) or _STRONG_OFFER.search(sentence):
        return 2
    return 0


def resolve(
    run: Run, claims: list[Claim], document_kind: str, sha256: str
) -> tuple[list[Figure], list[Flag]]:
    """One figure per kind from the claims of best standing, and a flag for each kind withheld."""
    facts = _fact_pages(run) if document_kind in PROSPECTUS else set()
    groups: dict[str, list[tuple[int, Claim]]] = defaultdict(list)
    flags: list[Flag] = []
    aside: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        kind = claim.kind + ("_with_overallotment" if claim.variant == FULL else "")
        if (
            document_kind in PROSPECTUS
            and claim.kind not in _FACT_KINDS
            and not claim.kind.startswith("lottery")
        ):
            continue
        standing = _standing(run, claim, kind, document_kind, facts)
        if standing:
            groups[kind].append((standing, claim))
        elif claim.offering == "other" and claim.kind in {"gross", "net", "price", "planned"}:
            aside[kind].append(claim)
    figures = []
    for kind, members in groups.items():
        if kind in _MANY:
            figures += [figure_of(run, sha256, claim, kind, Decimal("0.9")) for _, claim in members]
            continue
        top = max(standing for standing, _ in members)
        best = [claim for standing, claim in members if standing == top]
        if len({(c.amount, c.printed.high, c.printed.currency) for c in best}) > 1 and not _agree(best):
            values = sorted({plain(claim.amount) for claim in best})
            flags.append(
                Flag(
                    check="conflict",
                    kinds=(kind,),
                    withheld=True,
                    detail="values differ: " + ", ".join(values[:6]),
                    page=best[0].page,
                )
            )
            continue
        claim = _best(best)
        confidence = Decimal("0.95") if top == 3 or len(best) > 1 else Decimal("0.9")
        figures.append(figure_of(run, sha256, claim, kind, confidence))
    for kind, others in aside.items():
        flags.append(
            Flag(check="earlier_round", kinds=(kind,), withheld=True, page=others[0].page,
                 detail="not this offer: " + ", ".join(sorted({plain(c.amount) for c in others})[:6]))
        )  # fmt: skip
    return figures, flags

"""One document's text to its figures: claims, tables, then the checks that withhold what does not hold.

Rule: pure; the caller brings pages (text, and ruled tables where known) and the document's hash.
"""

from __future__ import annotations

import re

from monitor.domain.figures.accounts import find_accounts
from monitor.domain.figures.checks import check_figures
from monitor.domain.figures.claims import find_claims
from monitor.domain.figures.documents import PROSPECTUS, document_kind, issuer_of
from monitor.domain.figures.expenses import find_expenses
from monitor.domain.figures.pages import Page, Run
from monitor.domain.figures.proceeds import find_proceeds
from monitor.domain.figures.record import Figure, Flag, Reading
from monitor.domain.figures.resolve import resolve
from monitor.domain.figures.standard import find_standard
from monitor.domain.figures.subscription import find_subscription

__all__ = ["read_figures", "table_pages"]

_PROCEEDS = re.compile(r"募集资金")
_PROJECT_TABLE = re.compile(r"(?:序号|项目名称|单位[::]?万元|\(万元\))")
_INVEST = re.compile(r"投资总额|总投资|投资金额|投资额|拟投入|拟使用|投入募集|募集资金")
MOST_TABLE_PAGES = 6


def table_pages(pages: list[Page]) -> set[int]:
    """Page numbers worth the cost of table geometry: where a use-of-proceeds table begins or ends."""
    found: list[int] = []
    for at, page in enumerate(pages):
        text = re.sub(r"\s", "", page.text)
        if not ("合计" in text or "总计" in text or at + 1 < len(pages)):
            continue
        if _PROCEEDS.search(text) and _PROJECT_TABLE.search(text) and _INVEST.search(text):
            intro = re.search(r"募集资金[^。]{0,80}(?:以下|下列|如下)", text)
            if intro and re.search(r"项目", text[intro.start() : intro.end() + 200]):
                found += (
                    [page.number, page.number + 1] if "合计" not in text[intro.end() :] else [page.number]
                )
        if len(found) >= MOST_TABLE_PAGES:
            break
    return set(found[:MOST_TABLE_PAGES]) & {page.number for page in pages}


def _squeeze_name(name: str) -> str:
    return re.sub(r"[\s()（）]", "", name)


def read_figures(pages: list[Page], sha256: str, *, issuer: str | None = None) -> Reading:
    """Every figure of the document that stands after the checks, and what the checks found.

    With `issuer` (full legal name) given, a document of another company yields no figures, only a flag.
    """
    run = Run.of(pages)
    kind = document_kind(run)
    named = issuer_of(run)
    if issuer and named and _squeeze_name(issuer) != _squeeze_name(named) and issuer not in run.text[:3000]:
        flag = Flag(check="another_company", kinds=("all",), withheld=True, detail=f"document names {named}")
        return Reading(
            document_kind=kind, issuer=named, document_sha256=sha256, pages=len(pages), flags=(flag,)
        )
    figures, flags = resolve(run, find_claims(run, book=kind in PROSPECTUS), kind, sha256)
    said = {figure.amount for figure in figures if figure.kind == "planned" and figure.amount is not None}
    table, table_flags = find_proceeds(run, sha256, said)
    flags += table_flags
    figures = _with_table(figures, table, flags)
    stated = {figure.kind for figure in figures}
    figures += [item for item in find_expenses(run, sha256) if item.kind not in stated]
    if kind not in PROSPECTUS:
        figures += find_subscription(run, sha256)
    if kind in PROSPECTUS:
        accounts, account_flags = find_accounts(run, sha256)
        figures += accounts
        flags += account_flags
        standard = find_standard(run, sha256)
        if standard:
            figures.append(standard)
    figures, flags = check_figures(figures, flags)
    figures.sort(key=lambda figure: (figure.page, figure.kind, figure.period or ""))
    return Reading(
        document_kind=kind,
        issuer=named,
        document_sha256=sha256,
        pages=len(pages),
        figures=tuple(figures),
        flags=tuple(flags),
    )


def _with_table(figures: list[Figure], table: list[Figure], flags: list[Flag]) -> list[Figure]:
    """The table's own total stands for the plan; a sentence that says otherwise is flagged and left out."""
    if not table:
        return figures
    total = next(figure for figure in table if figure.kind == "planned")
    flags[:] = [flag for flag in flags if not (flag.check == "conflict" and flag.kinds == ("planned",))]
    kept = []
    for figure in figures:
        if figure.kind != "planned":
            kept.append(figure)
        elif figure.amount != total.amount:
            flags.append(
                Flag(check="planned_sentence_against_table", kinds=("planned",), withheld=False,
                     page=figure.page,
                     detail=f"{figure.amount} in a sentence, {total.amount} in the table")
            )  # fmt: skip
    return kept + table

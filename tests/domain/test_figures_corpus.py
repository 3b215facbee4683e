"""The hand-read figures of the corpus: nothing wrong, and what there is found (needs IPO_MONITOR_CORPUS)."""

from __future__ import annotations

import gzip
import hashlib
import os
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.accuracy_figures import measure
from monitor.commands.extract import extract_file
from monitor.documents.text import read_text_pages
from monitor.domain.figures.read import read_figures
from monitor.domain.figures.record import Reading

CORPUS = os.environ.get("IPO_MONITOR_CORPUS")
CODES = ("001282", "301563", "688758", "920100")
ACCOUNTS = ("revenue", "net_profit", "net_profit_parent", "rnd_expense")
needs_corpus = pytest.mark.skipif(CORPUS is None, reason="IPO_MONITOR_CORPUS names no corpus folder")


def folder() -> Path:
    """Where the prospectuses lie."""
    assert CORPUS is not None
    return Path(CORPUS) / "prospectus"


def text_reading(code: str, parse: str) -> Reading:
    """The reading of one parse of one prospectus."""
    body = gzip.decompress((folder() / f"{code}_{parse}.gz").read_bytes())
    return read_figures(read_text_pages(body), hashlib.sha256(body).hexdigest())


def sums(reading: Reading) -> dict[tuple[str, str | None], Decimal | str | None]:
    """Each figure by kind and period; the listing standard without its blanks."""
    return {
        (f.kind, f.period): "".join(f.as_printed.split()) if f.amount is None else f.amount
        for f in reading.figures
    }


@needs_corpus
def test_no_figure_is_wrong_and_few_are_missing() -> None:
    """Wrong 0 everywhere; found at least 95 % on prospectuses and PDF pages, 90 % on announcements."""
    assert CORPUS is not None
    scores = measure(Path(CORPUS))
    assert [score.errors for score in scores if score.total()[1]] == []
    assert [score.title.partition(",")[0] for score in scores] == ["prospectuses"] * 3 + [
        "announcement snippets"
    ]
    for score, aim in zip(scores, (0.95, 0.95, 0.95, 0.90), strict=True):
        right, _, missing = score.total()
        assert right / (right + missing) >= aim


@needs_corpus
@pytest.mark.parametrize("code", CODES)
def test_two_parses_of_one_prospectus_say_the_same(code: str) -> None:
    """Offer facts, valuation, expense items, standard and accounts of every period agree."""
    one, two = sums(text_reading(code, "full.md")), sums(text_reading(code, "parsed.txt"))
    assert one == two
    periods = {period for kind, period in one if kind == "revenue"}
    assert len(periods) >= 3
    assert {key for key in one if key[1]} == {(kind, period) for kind in ACCOUNTS for period in periods}


@needs_corpus
@pytest.mark.parametrize("code", CODES)
def test_expense_items_and_price_earnings_fit_the_other_figures(code: str) -> None:
    """Items make gross − net within rounding; price × shares makes gross; R&D is below revenue."""
    found = sums(text_reading(code, "full.md"))
    amount = {
        kind: value for (kind, period), value in found.items() if not period and isinstance(value, Decimal)
    }
    split = {"fee_sponsor", "fee_underwriting"} <= set(amount)
    skipped = {"fee_sponsor_underwriting"} if split else set()
    items = sum(value for kind, value in amount.items() if kind.startswith("fee_") and kind not in skipped)
    assert abs(items - (amount["gross"] - amount["net"])) <= 1000
    assert abs(amount["price"] * amount["shares"] - amount["gross"]) <= 10_000
    assert amount["pe_ratio"] > amount.get("pe_ratio_pre", Decimal(0))
    for (kind, period), value in found.items():
        if kind in ACCOUNTS[1:]:
            assert isinstance(value, Decimal)
            revenue = found["revenue", period]
            assert isinstance(revenue, Decimal)
            assert value < revenue


@needs_corpus
@pytest.mark.parametrize("code", CODES)
def test_key_pages_as_pdf_say_what_the_whole_text_says(code: str) -> None:
    """Every figure read from the PDF is the one of the full text, by kind and period."""
    whole = sums(text_reading(code, "full.md"))
    pages = sums(extract_file(folder() / f"keypages_{code}.pdf"))
    assert ("shares", None) in pages
    assert {key: whole.get(key) for key in pages} == pages

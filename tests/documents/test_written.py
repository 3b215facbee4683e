"""Our own sentences and prospectus fronts in the true wording: exactly the stated figures, nothing invented.

Rule: the tables are `written/*.toml`; a case's `may` figures may be absent, but never other than stated.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monitor.commands.extract import extract_file
from monitor.domain.figures.pages import Page
from monitor.domain.figures.read import read_figures
from monitor.domain.figures.record import Reading, plain
from tests.documents import made

FOLDER = Path(__file__).parent / "written"
# Read beside what a prospectus front is asked for here.
BESIDE = {"pb_ratio", "shares_total"}


def _cases() -> list[tuple[str, str, dict[str, Any]]]:
    tables = [tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    return [tuple(case) for table in tables for case in table.get("case", [])]


def _books() -> list[dict[str, Any]]:
    tables = [tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("books*.toml"))]
    return [book for table in tables for book in table["book"]]


def _normal(value: str) -> str:
    return "–".join(plain(Decimal(part)) for part in value.split("–"))


def _values(wanted: str | list[str]) -> set[str]:
    return {_normal(value) for value in ([wanted] if isinstance(wanted, str) else wanted)}


def _found(reading: Reading) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for figure in reading.figures:
        if figure.amount is not None:
            high = "" if figure.high is None else "–" + plain(figure.high)
            found.setdefault(figure.kind, set()).add(plain(figure.amount) + high)
    return found


@pytest.mark.parametrize(("text", "wanted"), [pytest.param(t, w, id=i) for i, t, w in _cases()])
def test_a_sentence_gives_what_it_states_and_nothing_else(text: str, wanted: dict[str, Any]) -> None:
    """Every stated figure is read with its kind; a figure that is not stated for this offer is absent."""
    found = _found(read_figures([Page(number=1, text=text)], "0" * 64))
    stated = {kind: _values(value) for kind, value in wanted.items() if kind != "may"}
    may = {kind: _values(value) for kind, value in wanted.get("may", {}).items()}
    beside = {kind: values for kind, values in found.items() if kind not in stated}
    assert {kind: values for kind, values in found.items() if kind in stated} == stated
    assert {kind: values for kind, values in beside.items() if not values <= may.get(kind, set())} == {}


def _read(book: dict[str, Any], form: str, folder: Path) -> Reading:
    pages = [page.strip("\n") for page in book["text"].split("\\f")]
    if form == "pdf":
        blocks: list[made.Block] = []
        for page in pages:
            blocks += [None] if blocks else []
            blocks += page.split("\n")
        return extract_file(made.draw(folder / "book.pdf", blocks))
    if form == "one line a page":
        pages = [" ".join(page.split()) for page in pages]
    return read_figures([Page(number=at, text=text) for at, text in enumerate(pages, 1)], "0" * 64)


@pytest.mark.parametrize("form", ["lines", "one line a page", "pdf"])
@pytest.mark.parametrize("book", [pytest.param(book, id=book["id"]) for book in _books()])
def test_a_prospectus_front_is_read_whole(book: dict[str, Any], form: str, tmp_path: Path) -> None:
    """Offer facts, accounts, standard and projects of a layout, as text of either parse and as a PDF."""
    reading = _read(book, form, tmp_path)
    facts = {
        figure.kind: plain(figure.amount)
        for figure in reading.figures
        if figure.amount is not None
        and figure.period is None
        and figure.kind not in BESIDE
        and not figure.rows
    }
    assert facts == {kind: _normal(value) for kind, value in book["figures"].items()}
    accounts = {f"{f.kind} {f.period}": plain(f.amount) for f in reading.figures if f.period and f.amount}
    assert {key: accounts.get(key) for key in book["accounts"]} == book["accounts"]
    standards = ["".join(f.as_printed.split()) for f in reading.figures if f.kind == "listing_standard"]
    assert standards == (["".join(book["standard"].split())] if "standard" in book else [])
    rows = [
        [row.project, plain(row.total_investment or Decimal(0)), plain(row.from_proceeds)]
        for figure in reading.figures
        for row in figure.rows
    ]
    # A running head between the halves of a table, without line ends, tears its names: withheld, never wrong.
    torn = form == "one line a page" and book.get("torn_without_lines", False)
    assert rows == ([] if torn else book["rows"])

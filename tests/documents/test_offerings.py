"""Every kind of document for five offerings: each public fact comes back, an unknown one is absent."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from monitor.documents.load import figures_of, load_document
from monitor.domain.figures.record import plain
from tests.documents import made
from tests.documents.offerings import OFFERINGS, WRITERS, Offering


@pytest.mark.parametrize("kind", list(WRITERS))
@pytest.mark.parametrize("offering", [pytest.param(offering, id=offering.code) for offering in OFFERINGS])
def test_each_stated_fact_is_read_back_with_page_and_quote(
    offering: Offering, kind: str, tmp_path: Path
) -> None:
    """The PDF gives exactly its stated figures; each quote holds the number and stands on its page."""
    blocks, stated = WRITERS[kind](offering)
    loaded = load_document(made.draw(tmp_path / "document.pdf", blocks))
    reading = figures_of(loaded, issuer=offering.issuer)
    assert (reading.document_kind, reading.issuer) == (kind, offering.issuer)
    found = {figure.kind: plain(figure.amount) for figure in reading.figures if figure.amount is not None}
    assert found == {name: plain(Decimal(value.replace(",", ""))) for name, value in stated.items()}
    pages = {page.number: "".join(page.text.split()) for page in loaded.pages}
    for figure in reading.figures:
        quote = "".join(figure.quote.split())
        assert "".join(figure.as_printed.split()) in quote
        assert quote in pages[figure.page]

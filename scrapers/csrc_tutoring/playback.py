"""The regulator's kept pages, played again: each tells the desk what the live poll told it."""

from __future__ import annotations

from scrapers.contract import Desk, Document
from scrapers.csrc_tutoring.parse import parse_page
from scrapers.csrc_tutoring.requests import page_number


class CsrcTutoringPlayback:
    """What `CsrcTutoring` did with its pages, from the pages alone."""

    labels = frozenset({"tutoring-page"})

    def __init__(self) -> None:
        self._next = 1

    async def play(self, desk: Desk, document: Document) -> None:
        """One page; the last page of the first reading ends the quiet time."""
        quiet, number = await desk.baseline(), page_number(document.request.url)
        read = parse_page(document)
        await desk.tutoring_seen(read.rows, document, baseline=quiet)
        await desk.odd(read.oddities, document)
        in_turn = number in (1, self._next)
        self._next = number + 1 if in_turn else 0
        if quiet and in_turn and ((read.pages is not None and number >= read.pages) or not read.rows):
            await desk.baseline_done(())

    async def missing(self, desk: Desk, document: Document) -> None:
        """The first page that is not there was past the end: the reading is complete."""
        number = page_number(document.request.url)
        if number > 1 and number == self._next and await desk.baseline():
            await desk.baseline_done(())

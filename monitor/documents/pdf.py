"""PDF to pages: text of every page by pypdfium2, ruled tables by pdfplumber only where asked for.

Rule: runs inside the sandboxed child (sandbox.py); a page that cannot be read is an empty page, counted.
Rule: figures were compared over 493 real prospectus pages before pypdfium2 was chosen (docs/figures.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.domain.errors import DecodeError, SourceEmpty
from monitor.domain.figures.pages import Page

__all__ = ["PdfText", "add_tables", "read_pdf_text"]

MAX_PAGES = 3000
MAX_PAGE_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfText:
    """The pages in order and the numbers of those that could not be read."""

    pages: list[Page]
    unreadable: tuple[int, ...]


def read_pdf_text(path: Path) -> PdfText:
    """The text of every page; DecodeError if broken or encrypted, SourceEmpty if no page has text."""
    import pypdfium2 as pdfium  # only the child process pays for it

    try:
        document: Any = pdfium.PdfDocument(str(path))
    except pdfium.PdfiumError as error:
        reason = "it is encrypted" if "assword" in str(error) or "ecurity" in str(error) else str(error)
        raise DecodeError(f"the PDF cannot be opened: {reason}") from error
    if len(document) > MAX_PAGES:
        raise DecodeError(f"the PDF has {len(document)} pages, more than {MAX_PAGES}")
    pages, unreadable = [], []
    for index in range(len(document)):
        try:
            page: Any = document[index]
            textpage: Any = page.get_textpage()
            text = str(textpage.get_text_range())[:MAX_PAGE_CHARACTERS]
            textpage.close()
            page.close()
        except pdfium.PdfiumError:
            unreadable.append(index + 1)
            text = ""
        # pdfium marks a soft hyphen at a line end with U+FFFE / U+0002.
        pages.append(
            Page(number=index + 1, text=text.replace("\r\n", "\n").replace("\ufffe", "").replace("\x02", ""))
        )
    document.close()
    if not any(page.text.strip() for page in pages):
        raise SourceEmpty("no page of the PDF carries text (a scan?)")
    return PdfText(pages=pages, unreadable=tuple(unreadable))


def add_tables(path: Path, pages: list[Page], wanted: set[int]) -> list[Page]:
    """The same pages with the ruled tables of the wanted page numbers; an unreadable page keeps none."""
    if not wanted:
        return pages
    import pdfplumber
    from pdfminer.pdfexceptions import PDFException
    from pdfminer.psexceptions import PSException

    found: dict[int, tuple[tuple[tuple[str, ...], ...], ...]] = {}
    try:
        with pdfplumber.open(path, pages=sorted(wanted)) as document:
            for page in document.pages:
                tables = page.extract_tables()
                found[page.page_number] = tuple(
                    tuple(tuple(cell or "" for cell in row) for row in table) for table in tables
                )
                page.close()
    except (PDFException, PSException, ValueError, KeyError, TypeError, IndexError, AttributeError):
        # Third-party geometry is a help, not a need: the text has been read already.
        pass
    return [Page(number=page.number, text=page.text, tables=found.get(page.number, ())) for page in pages]

"""One file of any accepted kind to pages and the hash of its bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.documents.sandbox import Limits, read_pdf
from monitor.documents.text import read_text_pages
from monitor.domain.errors import DecodeError, SourceEmpty
from monitor.domain.figures.pages import Page
from monitor.domain.figures.read import read_figures
from monitor.domain.figures.record import Flag, Reading

__all__ = ["Loaded", "figures_of", "load_document"]

MAX_BYTES = 120 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A document's pages, the SHA-256 of its bytes, and the numbers of pages that could not be read."""

    pages: list[Page]
    sha256: str
    unreadable: tuple[int, ...] = ()


def load_document(path: Path, limits: Limits | None = None) -> Loaded:
    """The pages of a PDF or marked text; DecodeError or SourceEmpty when the file is neither."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DecodeError(f"the file is larger than {MAX_BYTES >> 20} MiB")
        body = path.read_bytes()
    except OSError as error:
        raise DecodeError(f"the file cannot be read: {error.strerror}") from error
    if not body:
        raise SourceEmpty("the file is empty")
    digest = hashlib.sha256(body).hexdigest()
    if b"%PDF-" in body[:1024]:
        read = read_pdf(path, limits)
        return Loaded(pages=read.pages, sha256=digest, unreadable=read.unreadable)
    return Loaded(pages=read_text_pages(body), sha256=digest)


def figures_of(loaded: Loaded, *, issuer: str | None = None) -> Reading:
    """The figures of a loaded document; pages that could not be read are a finding."""
    reading = read_figures(loaded.pages, loaded.sha256, issuer=issuer)
    if not loaded.unreadable:
        return reading
    flag = Flag(
        check="unreadable_pages", kinds=("all",), withheld=False,
        detail="pages that could not be read: " + ", ".join(str(number) for number in loaded.unreadable[:20]),
    )  # fmt: skip
    return replace(reading, flags=(*reading.flags, flag))

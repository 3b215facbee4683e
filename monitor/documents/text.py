"""Text with page marks (`## 第N页`, `[第N页]` or form feeds) to pages.

Rule: bytes that are no text, or no pages at all, raise; nothing is guessed past a wrong charset.
"""

from __future__ import annotations

import re

from monitor.domain.errors import DecodeError, SourceEmpty
from monitor.domain.figures.pages import Page

__all__ = ["read_text_pages"]

_MARK = re.compile(r"(?m)^[ \t]*(?:#{1,6}[ \t]*)?[\[【(]?第[ \t]*(\d{1,4})[ \t]*页[\]】)]?[ \t]*\r?$")
_HTML = re.compile(rb"\A\s*(?:<!doctype|<html|<\?xml|<head|<script)", re.IGNORECASE)


def decode_text(body: bytes) -> str:
    """UTF-8 (with or without mark), else gb18030; DecodeError for HTML, binary or neither charset."""
    if not body.strip():
        raise SourceEmpty("the file is empty")
    if _HTML.match(body[:200]):
        raise DecodeError("the file is a web page, not a document", seen=body[:60])
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\x00" in body:
        raise DecodeError("the file is neither a PDF nor text", seen=body[:20])
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        unreadable = sum(1 for char in text[:20000] if ord(char) < 32 and char not in "\n\r\t\f")
        if unreadable * 50 > len(text[:20000]):
            break
        return text
    raise DecodeError("the file is neither a PDF nor text in UTF-8 or gb18030", seen=body[:20])


def read_text_pages(body: bytes) -> list[Page]:
    """Pages in printed order: by marks where there are any, by form feeds otherwise, else one page."""
    text = decode_text(body)
    marks = list(_MARK.finditer(text))
    if marks:
        pages = []
        for mark, following in zip(marks, [*marks[1:], None], strict=True):
            stop = following.start() if following else len(text)
            pages.append(Page(number=int(mark.group(1)), text=text[mark.end() : stop]))
        return pages
    if "\f" in text:
        parts = text.split("\f")
        if not parts[-1].strip():
            parts.pop()
        return [Page(number=at, text=part) for at, part in enumerate(parts, 1)]
    return [Page(number=1, text=text)]

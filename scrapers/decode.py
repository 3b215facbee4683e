"""Bytes → text, strictly: UTF-8 first, then the declared charset, then GB18030, otherwise DecodeError.

Rule: no library guesses a charset; BeautifulSoup always gets text from here.
Rule: damaged UTF-8 is never re-read as GB18030, where almost any bytes make some Chinese characters.
"""

from __future__ import annotations

import codecs
import re

from monitor.domain.errors import DecodeError

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_IN_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_LOST = re.compile("[\ufffd\x00]")
_LOST_CHINESE = re.compile("[\ufffd\x00\ue000-\uf8ff]")
_CHINESE = ("gb18030", "gbk", "gb2312", "hz")


def declared_charset(body: bytes, content_type: str = "") -> str:
    """The charset the header names, else the one a <meta> of the first 2 KiB names, else ""."""
    header = _IN_HEADER.search(content_type)
    if header:
        return header[1].lower()
    meta = _IN_META.search(body[:2048])
    return meta[1].decode("ascii", "replace").lower() if meta else ""


def decode_text(body: bytes, content_type: str = "") -> str:
    """The body as text without its BOM; DecodeError when any byte of it cannot be trusted."""
    if not body:
        raise DecodeError("the body is empty")
    for bom, charset in _BOMS:
        if body.startswith(bom):
            return _checked(_strict(body[len(bom) :], charset), charset)
    try:
        return _checked(body.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as exc:
        if _mostly_utf8(body):
            near = body[max(0, exc.start - 12) : exc.end + 12]
            raise DecodeError(f"damaged UTF-8 at byte {exc.start}", seen=near) from exc
    declared = declared_charset(body, content_type)
    if declared and declared not in _CHINESE and _codec(declared) not in ("", "utf-8"):
        return _checked(_strict(body, declared), declared)
    return _checked(_strict(body, "gb18030"), "gb18030")


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _strict(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset)
    except UnicodeDecodeError as exc:
        near = body[max(0, exc.start - 12) : exc.end + 12]
        raise DecodeError(f"no {charset} text: byte {exc.start} does not decode", seen=near) from exc


def _checked(text: str, charset: str) -> str:
    """Refuse what decodes but was lost before: U+FFFD, NUL, and private-use characters of GB18030."""
    lost = (_LOST_CHINESE if charset == "gb18030" else _LOST).search(text)
    if lost is None:
        return text
    near = text[max(0, lost.start() - 12) : lost.start() + 12]
    raise DecodeError(f"{charset} text holds the lost character U+{ord(lost[0]):04X}", seen=near)


def _mostly_utf8(body: bytes) -> bool:
    """Whether more non-ASCII characters of the body are sound UTF-8 than broken: real GBK text is not."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = sum(1 for char in text if char >= "\u0800") - broken
    return sound > broken

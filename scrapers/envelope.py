"""The envelope all the exchange's queries answer in: JSON or JSONP around rows and their number. Pure.

Rule: bytes that are no JSON are DecodeError, JSON of another shape LayoutChanged, a busy host ServerTrouble.
Rule: rows stay bytes until someone needs them; which of the two lists of rows counts, each source says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from monitor.domain.errors import DecodeError, LayoutChanged, ServerTrouble
from scrapers.contract import Document

Row = dict[str, Any]

_JSONP = re.compile(rb"\A\s*[\w$.]+\s*\((?P<json>.*)\)\s*;?\s*\Z", re.DOTALL)
# What msgspec raises for bytes that are no JSON: text it skipped may still be no UTF-8, or nest too deep.
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _PageHelp(msgspec.Struct):
    data: list[msgspec.Raw] | None = None
    total: int | str | None = None
    pageNo: int | str | None = None  # the exchange's own name
    pageSize: int | str | None = None  # the exchange's own name


class _Body(msgspec.Struct):
    pageHelp: _PageHelp | None = None  # the exchange's own name
    result: list[msgspec.Raw] | None = None
    success: msgspec.Raw = msgspec.Raw(b"")
    error: msgspec.Raw = msgspec.Raw(b"")


_BODY = msgspec.json.Decoder(_Body)
# Decimal keeps 31.8276 as printed; a float would not.
_ROW: msgspec.json.Decoder[Row] = msgspec.json.Decoder(Row, float_hook=Decimal)


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """One answer unwrapped: its two lists of rows (None where absent) and its counts, as they were sent."""

    data: tuple[bytes, ...] | None
    result: tuple[bytes, ...] | None
    total: int | str | None
    page: int | str | None
    size: int | str | None
    start: bytes  # the first bytes of the JSON, for an error's report


def open_envelope(document: Document) -> Envelope:
    """Unwrap JSONP or JSON and the envelope.

    Raises DecodeError (not JSON, or cut short), ServerTrouble (系统繁忙), LayoutChanged (another shape).
    """
    label, body = document.request.label, document.body
    if not body.lstrip().startswith(b"{"):
        wrapped = _JSONP.match(body)
        if wrapped is None:
            raise DecodeError(f"{label}: neither JSON nor JSONP, or cut short", seen=body[:80])
        body = wrapped["json"]
    try:
        answer = _BODY.decode(body)
    except msgspec.ValidationError as exc:
        raise LayoutChanged(f"{label}: {exc}", seen=body[:80]) from exc
    except _NO_JSON as exc:
        raise DecodeError(f"{label}: {exc}", seen=body[-80:]) from exc
    if answer.pageHelp is None:
        if bytes(answer.success) or bytes(answer.error):
            # The exchange's "busy" comes with status 200 and success as a *string*.
            words = bytes(answer.error).decode("utf-8", "replace")
            raise ServerTrouble(f"{label}: the exchange says {words}")
        raise LayoutChanged(f"{label}: the answer has no pageHelp", seen=body[:80])
    page_help = answer.pageHelp
    return Envelope(
        data=_bytes_of(page_help.data),
        result=_bytes_of(answer.result),
        total=page_help.total,
        page=page_help.pageNo,
        size=page_help.pageSize,
        start=body[:80],
    )


def _bytes_of(rows: Sequence[msgspec.Raw] | None) -> tuple[bytes, ...] | None:
    return None if rows is None else tuple(bytes(row) for row in rows)


def decode_row(raw: bytes, label: str) -> Row:
    """One row's fields, fractions exact; LayoutChanged when it is no object, DecodeError when no JSON."""
    try:
        return _ROW.decode(raw)
    except msgspec.ValidationError as exc:
        raise LayoutChanged(f"{label}: a row is not an object: {exc}", seen=raw[:80]) from exc
    except ArithmeticError as exc:
        raise LayoutChanged(f"{label}: a row holds a number beyond all measure", seen=raw[:80]) from exc
    except _NO_JSON as exc:  # the envelope's decoder skips a row's text
        raise DecodeError(f"{label}: a row is no JSON in UTF-8: {exc}", seen=raw[:80]) from exc

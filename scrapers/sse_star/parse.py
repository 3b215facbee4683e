"""Bytes of the exchange → pages of records. Pure: no clock, no network, no logging.

Rule: a row we cannot read is reported by name; a page whose rows are largely unreadable is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from monitor.domain.errors import LayoutChanged, ParseError
from monitor.domain.records import DocumentRecord, Oddity, ProjectRecord, StatusRow
from scrapers.contract import Document
from scrapers.envelope import Row, decode_row, open_envelope
from scrapers.sse_star.requests import Endpoints
from scrapers.sse_star.rows import committee_file, disclosed_file, project, status_row
from scrapers.sse_star.values import read_count

_UNREADABLE_SHARE = 0.05  # more unreadable rows than this on a page is a changed layout

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """One envelope: its rows as bytes, and how many there are in all."""

    rows: tuple[bytes, ...]
    total: int
    page: int
    size: int


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of the list; `record` is None when its bytes are ones we know already."""

    digest: str
    key: str
    record: ProjectRecord | None


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of the project list, in the exchange's order."""

    rows: tuple[ListRow, ...]
    total: int
    unreadable: int
    oddities: tuple[Oddity, ...]


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """Rows of one kind, in the exchange's order, with what was odd about them."""

    rows: tuple[T, ...]
    total: int
    oddities: tuple[Oddity, ...] = ()


def parse_answer(document: Document) -> Answer:
    """Unwrap JSONP or JSON and the envelope; rows stay bytes until someone needs them.

    Raises DecodeError (not JSON, or cut short), ServerTrouble (系统繁忙), LayoutChanged (no rows, no total).
    """
    envelope = open_envelope(document)
    label = document.request.label
    # One published capture carries its rows in `result` only, with an empty `data`.
    rows = envelope.data or envelope.result
    if rows is None:
        raise LayoutChanged(f"{label}: the answer has neither data nor result", seen=envelope.start)
    total = read_count(envelope.total)
    if total is None:
        raise LayoutChanged(f"{label}: the answer has no total", seen=envelope.start)
    return Answer(
        rows=rows,
        total=total,
        page=read_count(envelope.page) or 1,
        size=read_count(envelope.size) or len(rows),
    )


def parse_list(document: Document, endpoints: Endpoints, known: Mapping[str, str]) -> ListPage:
    """One page of the project list; rows whose digest is in `known` (digest → key) are not read again."""
    answer = parse_answer(document)
    rows: list[ListRow] = []
    oddities: list[Oddity] = []
    unreadable: list[ParseError] = []
    for raw in answer.rows:
        digest = hashlib.blake2b(raw, digest_size=16).hexdigest()
        key = known.get(digest)
        if key is not None:
            rows.append(ListRow(digest, key, None))
            continue
        try:
            record, odd = project(decode_row(raw, "list"), endpoints)
        except ParseError as exc:
            unreadable.append(exc)
            oddities.append(Oddity(where="list", what=f"a row could not be read: {exc}"))
            continue
        rows.append(ListRow(digest, record.key, record))
        oddities.extend(odd)
    if unreadable and len(unreadable) > _UNREADABLE_SHARE * len(answer.rows):
        raise LayoutChanged(
            f"list: {len(unreadable)} of {len(answer.rows)} rows cannot be read: {unreadable[0]}"
        )
    return ListPage(tuple(rows), answer.total, len(unreadable), tuple(oddities))


def parse_timeline(document: Document, key: str) -> Rows[StatusRow]:
    """Status rows of one project, from either the list of all events or the progress diagram."""
    return _rows(document, lambda row: status_row(row, document.request.label, key))


def parse_documents(document: Document, endpoints: Endpoints) -> Rows[DocumentRecord]:
    """Documents of the current query (auditId, fileTypeMap) or the older one (stockAuditNum, fileType)."""
    return _rows(document, lambda row: disclosed_file(row, endpoints, document.request.label))


def parse_committee(document: Document, endpoints: Endpoints, key: str) -> Rows[DocumentRecord]:
    """Listing committee notices and results of one project; one file may name several projects."""
    return _rows(document, lambda row: committee_file(row, endpoints, key))


def _rows(document: Document, adapt: Callable[[Row], tuple[T, list[Oddity]]]) -> Rows[T]:
    answer = parse_answer(document)
    label = document.request.label
    if document.request.params.get("isPagination") == "false" and answer.total != len(answer.rows):
        raise LayoutChanged(f"{label}: {len(answer.rows)} rows came where the exchange counts {answer.total}")
    rows: list[T] = []
    oddities: list[Oddity] = []
    for raw in answer.rows:
        row, odd = adapt(decode_row(raw, label))
        rows.append(row)
        oddities.extend(odd)
    return Rows(tuple(rows), answer.total, tuple(oddities))

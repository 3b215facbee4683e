"""Bytes of the exchange → records. Pure: no clock, no network, no logging.

Rule: "", null and a missing key all mean "no value"; an int and a string of digits are the same number.
Rule: a row we cannot read is reported by name; a page whose rows are largely unreadable is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec

from monitor.domain.errors import DecodeError, LayoutChanged, ParseError, ServerTrouble
from monitor.domain.records import (
    DocumentRecord,
    DocumentType,
    Figure,
    Oddity,
    Party,
    ProjectRecord,
    Role,
    StatusRow,
)
from monitor.domain.stages import State
from scrapers.contract import Document
from scrapers.sse_star.codes import BOARDS, ROLES, current_code, document_type
from scrapers.sse_star.requests import Endpoints
from scrapers.sse_star.values import (
    CST,
    Row,
    china_day,
    first_text,
    read_code,
    read_count,
    read_id,
    read_instant,
    read_objects,
    read_text,
    required_day,
    required_instant,
)

SOURCE = "sse_star"

_JSONP = re.compile(rb"\A\s*[\w$.]+\s*\((?P<json>.*)\)\s*;?\s*\Z", re.DOTALL)
_OUTCOME_FIELDS = {"3": "commitiResult", "9": "commitiResult", "5": "registeResult", "7": "suspendStatus"}
_UNREADABLE_SHARE = 0.05  # more unreadable rows than this on a page is a changed layout

T = TypeVar("T")


class _PageHelp(msgspec.Struct):
    data: list[msgspec.Raw] | None = None
    total: int | str | None = None
    pageNo: int | str | None = None  # the exchange's own name
    pageSize: int | str | None = None  # the exchange's own name


class _Envelope(msgspec.Struct):
    pageHelp: _PageHelp | None = None  # the exchange's own name
    result: list[msgspec.Raw] | None = None
    success: msgspec.Raw = msgspec.Raw(b"")
    error: msgspec.Raw = msgspec.Raw(b"")


_ENVELOPE = msgspec.json.Decoder(_Envelope)
# Decimal keeps 31.8276 as printed; a float would not.
_ROW: msgspec.json.Decoder[Row] = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


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
    body = document.body
    if not body.lstrip().startswith(b"{"):
        wrapped = _JSONP.match(body)
        if wrapped is None:
            raise DecodeError(
                f"{document.request.label}: neither JSON nor JSONP, or cut short", seen=body[:80]
            )
        body = wrapped["json"]
    try:
        envelope = _ENVELOPE.decode(body)
    except msgspec.ValidationError as exc:
        raise LayoutChanged(f"{document.request.label}: {exc}", seen=body[:80]) from exc
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise DecodeError(f"{document.request.label}: {exc}", seen=body[-80:]) from exc
    if envelope.pageHelp is None:
        if bytes(envelope.success) or bytes(envelope.error):
            # The exchange's "busy" comes with status 200 and success as a *string*.
            words = bytes(envelope.error).decode("utf-8", "replace")
            raise ServerTrouble(f"{document.request.label}: the exchange says {words}")
        raise LayoutChanged(f"{document.request.label}: the answer has no pageHelp", seen=body[:80])
    page_help = envelope.pageHelp
    # One published capture carries its rows in `result` only, with an empty `data`.
    rows = page_help.data or envelope.result
    if rows is None:
        raise LayoutChanged(
            f"{document.request.label}: the answer has neither data nor result", seen=body[:80]
        )
    total = read_count(page_help.total)
    if total is None:
        raise LayoutChanged(f"{document.request.label}: the answer has no total", seen=body[:80])
    return Answer(
        rows=tuple(bytes(row) for row in rows),
        total=total,
        page=read_count(page_help.pageNo) or 1,
        size=read_count(page_help.pageSize) or len(rows),
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
            record, odd = _project(_decode_row(raw, "list"), endpoints)
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
    return _rows(document, lambda row: _status_row(row, document.request.label, key))


def parse_documents(document: Document, endpoints: Endpoints) -> Rows[DocumentRecord]:
    """Documents of the current query (auditId, fileTypeMap) or the older one (stockAuditNum, fileType)."""
    return _rows(document, lambda row: _document(row, endpoints, document.request.label))


def parse_committee(document: Document, endpoints: Endpoints, key: str) -> Rows[DocumentRecord]:
    """Listing committee notices and results of one project; one file may name several projects."""
    return _rows(document, lambda row: _committee_file(row, endpoints, key))


def _rows(document: Document, adapt: Callable[[Row], tuple[T, list[Oddity]]]) -> Rows[T]:
    answer = parse_answer(document)
    label = document.request.label
    if document.request.params.get("isPagination") == "false" and answer.total != len(answer.rows):
        raise LayoutChanged(f"{label}: {len(answer.rows)} rows came where the exchange counts {answer.total}")
    rows: list[T] = []
    oddities: list[Oddity] = []
    for raw in answer.rows:
        row, odd = adapt(_decode_row(raw, label))
        rows.append(row)
        oddities.extend(odd)
    return Rows(tuple(rows), answer.total, tuple(oddities))


def _decode_row(raw: bytes, label: str) -> Row:
    try:
        return _ROW.decode(raw)
    except msgspec.ValidationError as exc:
        raise LayoutChanged(f"{label}: a row is not an object: {exc}", seen=raw[:80]) from exc
    # The envelope's decoder skips a row's text.
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise DecodeError(f"{label}: a row is no JSON in UTF-8: {exc}", seen=raw[:80]) from exc


def _project(row: Row, endpoints: Endpoints) -> tuple[ProjectRecord, list[Oddity]]:
    key = read_id(row, "stockAuditNum")
    where = f"project {key}"
    oddities: list[Oddity] = []
    issuers = read_objects(row, "stockIssuer", where)
    # Company facts are repeated on each officer; the title may carry suffixes, so the name is taken here.
    name = first_text(issuers, "s_issueCompanyFullName")
    if not name:
        raise LayoutChanged(f"{where}: stockIssuer names no company", seen=row.get("stockIssuer"))
    state = _state(row, "currStatus", where)
    if not state.known:
        oddities.append(Oddity(where=where, what=f"unknown status code {state.code}/{state.outcome_code}"))
    market = read_code(row, "issueMarketType", where)
    if market not in BOARDS:
        oddities.append(Oddity(where=where, what=f"unknown issueMarketType {market!r}"))
    parties: list[Party] = []
    for intermediary in read_objects(row, "intermediary", where):
        code = read_code(intermediary, "i_intermediaryType", where)
        role = ROLES.get(code, Role.OTHER)
        if role is Role.OTHER:
            oddities.append(Oddity(where=where, what=f"unknown i_intermediaryType {code!r}"))
        party = Party(
            role=role,
            name=read_text(intermediary, "i_intermediaryName"),
            short_name=read_text(intermediary, "i_intermediaryAbbrName"),
        )
        if not (party.name or party.short_name):
            raise LayoutChanged(f"{where}: an intermediary without a name", seen=intermediary)
        parties.append(party)
    record = ProjectRecord(
        source=SOURCE,
        key=key,
        issuer=name,
        issuer_short=first_text(issuers, "s_issueCompanyAbbrName"),
        title=read_text(row, "stockAuditName") or name,
        board=BOARDS.get(market, f"未知板块 {market}") if market else "",
        state=state,
        planned=_planned(row, where),
        updated_at=required_instant(row, "updateDate", where),
        accepted_at=read_instant(row, "auditApplyDate", where),
        industry_code=first_text(issuers, "s_csrcCode"),
        industry=first_text(issuers, "s_csrcCodeDesc"),
        province=first_text(issuers, "s_province"),
        parties=tuple(sorted(parties)),
        url=endpoints.project_page(key),
    )
    return record, oddities


def _status_row(row: Row, label: str, key: str) -> tuple[StatusRow, list[Oddity]]:
    where = f"{label} of project {key}"
    if read_id(row, "stockAuditNum") != key:
        raise LayoutChanged(f"{where}: a row belongs to another project", seen=row.get("stockAuditNum"))
    item_id = read_text(row, "auditItemId")
    if not item_id:
        raise LayoutChanged(f"{where}: a row has no auditItemId", seen=row)
    state = _state(row, "auditStatus", where)
    odd = (
        []
        if state.known
        else [Oddity(where=where, what=f"unknown status code {state.code}/{state.outcome_code}")]
    )
    # All three are on every captured row; taking one for another would be a guess at a date.
    record = StatusRow(
        item_id=item_id,
        state=state,
        date=required_day(row, "publishDate", where),
        decided_at=required_instant(row, "qianDate", where),
        published_at=required_instant(row, "timesave", where),
        reason=read_text(row, "reasonDesc"),
    )
    return record, odd


def _document(row: Row, endpoints: Endpoints, label: str) -> tuple[DocumentRecord, list[Oddity]]:
    current = "fileTypeMap" in row or "fileUpdTime" in row
    project_key = read_id(row, "auditId" if current else "stockAuditNum")
    where = f"{label} of project {project_key}"
    published_at = required_instant(row, "fileUpdTime" if current else "fileUpdateTime", where)
    code = read_text(row, "fileTypeMap") if current else ""
    if not code:
        code = current_code(read_code(row, "fileType", where), read_code(row, "fileVersion", where))
    # The current query prints no day of its own; in the older one 注册结果 is dated before its upload.
    day = china_day(published_at) if current else required_day(row, "publishDate", where)
    return _file(
        row, endpoints, where, project_key=project_key, code=code, day=day, published_at=published_at
    )


def _committee_file(row: Row, endpoints: Endpoints, key: str) -> tuple[DocumentRecord, list[Oddity]]:
    where = f"committee files of project {key}"
    code = current_code(read_code(row, "fileType", where), "")
    published_at = required_instant(row, "fileUpdTime", where)
    day = required_day(row, "publishDate", where)
    return _file(row, endpoints, where, project_key=key, code=code, day=day, published_at=published_at)


def _file(
    row: Row,
    endpoints: Endpoints,
    where: str,
    *,
    project_key: str,
    code: str,
    day: date,
    published_at: datetime,
) -> tuple[DocumentRecord, list[Oddity]]:
    path, title = read_text(row, "filePath"), read_text(row, "fileTitle")
    if not path or not title:
        raise LayoutChanged(f"{where}: a document without filePath or fileTitle", seen=row)
    kind = document_type(code)
    odd = (
        [Oddity(where=where, what=f"unknown document code {code!r}")] if kind is DocumentType.UNKNOWN else []
    )
    stamp = published_at.astimezone(CST).strftime("%Y%m%d%H%M%S")
    # The type, not its code: the two generations number a few drafts differently, the file is the same.
    word = code if kind is DocumentType.UNKNOWN else kind.value
    record = DocumentRecord(
        key=f"{path}|{word}|{stamp}",
        project_key=project_key,
        title=title,
        type=kind,
        type_code=code,
        date=day,
        published_at=published_at,
        url=endpoints.document(path),
        path=path,
        size=read_count(row.get("fileSize")),
    )
    return record, odd


def _planned(row: Row, where: str) -> Figure | None:
    """planIssueCapital, planned proceeds in 亿元; absent stays absent."""
    value = row.get("planIssueCapital")
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise LayoutChanged(f"{where}: planIssueCapital is no number", seen=value)
    try:
        amount = Decimal(str(value).strip())
    except ArithmeticError as exc:
        raise LayoutChanged(f"{where}: planIssueCapital is no number", seen=value) from exc
    # No issuer ever raised 10 million 亿元: a larger number is another field, or broken.
    if not amount.is_finite() or not 0 <= amount < 10_000_000:
        raise LayoutChanged(f"{where}: planIssueCapital is no amount", seen=value)
    if amount == 0:  # a placeholder: nobody applies to raise nothing
        return None
    yuan = amount * 100_000_000
    return Figure(
        kind="planned_proceeds",
        amount=yuan.quantize(Decimal("0.01")),
        currency="CNY",
        as_printed=f"{value}亿元",
    )


def _state(row: Row, field: str, where: str) -> State:
    code = read_code(row, field, where)
    if not code:
        raise LayoutChanged(f"{where}: no {field}", seen=row.get(field))
    # A sub-code of another status occurs in real rows (提交注册 with suspendStatus 1): it is no outcome.
    outcome_field = _OUTCOME_FIELDS.get(code)
    return State(code, read_code(row, outcome_field, where) if outcome_field else "")

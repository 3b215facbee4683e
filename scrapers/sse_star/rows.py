"""One row of the exchange → one record, with what was odd about it. Pure.

Rule: "", null and a missing key all mean "no value"; an int and a string of digits are the same number.
Rule: a row whose facts cannot be read raises LayoutChanged; a code nobody knows is kept and reported as odd.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from monitor.domain.errors import LayoutChanged
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
from scrapers.envelope import Row
from scrapers.sse_star.codes import BOARDS, ROLES, current_code, document_type
from scrapers.sse_star.requests import Endpoints
from scrapers.sse_star.values import (
    CST,
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

_OUTCOME_FIELDS = {"3": "commitiResult", "9": "commitiResult", "5": "registeResult", "7": "suspendStatus"}


def project(row: Row, endpoints: Endpoints) -> tuple[ProjectRecord, list[Oddity]]:
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


def status_row(row: Row, label: str, key: str) -> tuple[StatusRow, list[Oddity]]:
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


def disclosed_file(row: Row, endpoints: Endpoints, label: str) -> tuple[DocumentRecord, list[Oddity]]:
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


def committee_file(row: Row, endpoints: Endpoints, key: str) -> tuple[DocumentRecord, list[Oddity]]:
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

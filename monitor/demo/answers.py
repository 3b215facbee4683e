"""Turns a query into the exchange's answer body: filter, page, wrap.

Rule: pure. Envelope, type quirks and zero-hit form follow captured answers; what no capture shows (a page
past the end, paging left out) is marked where it is decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from monitor.demo.documents import full_name, short_name
from monitor.demo.issues import LIST_QUERY
from monitor.demo.world import Row, Snapshot

Params: TypeAlias = Mapping[str, str]
DOCUMENT_QUERIES = frozenset({"GP_COMMON_FILE_SEARCH", "GP_GPZCZ_SHXXPL"})

# Success is a string here, and the HTTP status is 200: seen with a missing or foreign Referer.
BUSY = '{"success":"false","error":"系统繁忙...","errorType":"ExceptionInterceptor"}'.encode()


def _wanted(params: Params, key: str) -> set[str]:
    return {part for part in params.get(key, "").split(",") if part}


def _among(row: Row, key: str, wanted: set[str]) -> bool:
    return not wanted or str(row[key]) in wanted


def _project_list(snapshot: Snapshot, params: Params) -> list[Row]:
    # Left out, the market type means the STAR Market alone: the main board is silently missing.
    market = _wanted(params, "issueMarketType") or {"1"}
    equal = {key: _wanted(params, key) for key in ("currStatus", "commitiResult", "registeResult")}
    number, province, industry = (params.get(k, "") for k in ("stockAuditNum", "province", "csrcCode"))
    keyword = params.get("keyword", "")
    begin = params.get("auditApplyDateBegin", "").replace("-", "")
    end = params.get("auditApplyDateEnd", "").replace("-", "")

    def keep(row: Row) -> bool:
        issuer = row["stockIssuer"][0]
        accepted = str(row["auditApplyDate"])[:8]
        return (
            _among(row, "issueMarketType", market)
            and all(_among(row, key, wanted) for key, wanted in equal.items())
            and number in ("", row["stockAuditNum"])
            and province in ("", issuer["s_province"])
            and industry in ("", issuer["s_csrcCode"])
            and any(keyword in name for name in (row["stockAuditName"], full_name(row), short_name(row)))
            and (not begin or accepted >= begin)
            and (not end or ("" < accepted <= end))
        )

    return [row for row in snapshot.projects() if keep(row)]


def _diagram(snapshot: Snapshot, params: Params) -> list[Row]:
    return snapshot.stages(params.get("stockAuditNum", ""))


def _history(snapshot: Snapshot, params: Params) -> list[Row]:
    return snapshot.events(params.get("stockAuditNum", ""))


def _old_documents(snapshot: Snapshot, params: Params) -> list[Row]:
    kinds = _wanted(params, "fileType")
    rows = snapshot.documents(params.get("stockAuditNum") or None)
    return [row for row in rows if _among(row, "fileType", kinds)]


def _new_documents(snapshot: Snapshot, params: Params) -> list[Row]:
    markets, codes = _wanted(params, "marketType"), _wanted(params, "fileTypeMap")
    words = [params[key] for key in ("fileTitle", "searchkeyword") if params.get(key)]
    # Which date parameters work is unknown, so none is obeyed: a reader has to filter for himself.
    return [
        row
        for row in snapshot.files(params.get("auditId") or None)
        if _among(row, "marketType", markets)
        and _among(row, "fileTypeMap", codes)
        and all(word in row["fileTitle"] for word in words)
    ]


def _committee(snapshot: Snapshot, params: Params) -> list[Row]:
    kinds = _wanted(params, "fileType")
    rows = snapshot.meetings(params.get("stockAuditNum") or None)
    return [row for row in rows if _among(row, "fileType", kinds)]


def _new_shares(snapshot: Snapshot, params: Params) -> list[Row]:
    boards = _wanted(params, "stockType")
    return [row for row in snapshot.new_shares() if _among(row, "STOCK_TYPE", boards)]


def bulletins(snapshot: Snapshot, params: Params) -> list[Row]:
    """The bulletins of `productId` between two days, both included; other filters are not obeyed."""
    begin, end = params.get("beginDate", ""), params.get("endDate", "")
    return [
        row
        for row in snapshot.bulletins(params.get("productId", ""))
        if (not begin or row["SSEDATE"] >= begin) and (not end or row["SSEDATE"] <= end)
    ]


COMMON_QUERIES: Mapping[str, Callable[[Snapshot, Params], list[Row]]] = {LIST_QUERY: _new_shares}
"""sqlId → the rows `/commonQuery.do` lists; it knows none of the others."""

QUERIES: Mapping[str, Callable[[Snapshot, Params], list[Row]]] = {
    "SH_XM_LB": _project_list,
    "GP_GPZCZ_XMDTZTTLB": _diagram,
    "GP_GPZCZ_XMDTZTYYLB": _history,
    "GP_GPZCZ_SHXXPL": _old_documents,
    "GP_COMMON_FILE_SEARCH": _new_documents,
    "GP_GPZCZ_SSWHYGGJG": _committee,
}
"""sqlId → the rows it lists, whole and in wire order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which rows of a list one answer carries, with the numbers its pageHelp prints."""

    rows: list[Row]
    number: int
    begin: int
    count: int
    size: int
    total: int


def page_of(rows: list[Row], params: Params) -> Page:
    """Cuts one page out of a list; raises ValueError for paging parameters that are no numbers.

    `isPagination=false` gives everything as one page. A page past the end is empty with the right total,
    and a size left out is 10: both our choice, no capture shows them.
    """
    total = len(rows)
    if params.get("isPagination") == "false":
        return Page(rows=rows, number=1, begin=min(total, 1), count=min(total, 1), size=total, total=total)
    size = max(1, int(params.get("pageHelp.pageSize") or 10))
    number = max(1, int(params.get("pageHelp.pageNo") or 1))
    begin = int(params.get("pageHelp.beginPage") or number)
    if total == 0:
        return Page(rows=[], number=1, begin=0, count=0, size=size, total=0)
    shown = rows[(number - 1) * size : number * size]
    return Page(rows=shown, number=number, begin=begin, count=-(-total // size), size=size, total=total)


def statistics(rows: Iterable[Row]) -> list[Row]:
    """Counts per status and per status-result of the whole STAR board, as statusAction prints them."""
    counts: Counter[str] = Counter()
    for row in rows:
        status = row["currStatus"]
        counts[str(status)] += 1
        key = {3: "commitiResult", 5: "registeResult", 7: "suspendStatus"}.get(status)
        if key and row[key] != "":
            counts[f"{status}-{row[key]}"] += 1
    return [{"num": num, "status": status} for status, num in sorted(counts.items())]


def encode_rows(rows: list[Row], *, escape: bool) -> bytes:
    """The JSON array of the rows; document queries write `/` as `\\/`."""
    body = msgspec.json.encode(rows)
    return body.replace(b"/", b"\\/") if escape else body


def envelope(page: Page, data: bytes, params: Params, extra: Row | None = None) -> bytes:
    """The full answer object around encoded rows, every unused key included; JSONP when asked for."""
    callback = params.get("jsonCallBack", "")
    rows = msgspec.Raw(data)
    help_: dict[str, Any] = {
        "beginPage": page.begin,
        "cacheSize": 1,
        "data": rows,
        "endDate": None,
        "endPage": None,
        "objectResult": None,
        "pageCount": page.count,
        "pageNo": page.number,
        "pageSize": page.size,
        "searchDate": None,
        "sort": None,
        "startDate": None,
        "total": page.total,
    }
    answer: dict[str, Any] = {
        "actionErrors": [],
        "actionMessages": [],
        "fieldErrors": {},
        "isPagination": params.get("isPagination", "true"),
        "jsonCallBack": callback or None,
        "locale": "zh_CN",
        "pageHelp": help_,
        "pageNo": None,
        "pageSize": None,
        "queryDate": "",
        "result": rows,
        "securityCode": "",
        "texts": None,
        "type": "",
        "validateCode": "",
        **(extra or {}),
    }
    body = msgspec.json.encode(answer)
    return callback.encode() + b"(" + body + b")" if callback else body

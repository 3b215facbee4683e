"""Rows and answers in the exchange's own wire format, as Documents.

Rule: names, types and quirks (ids as text, codes as numbers, "" for no number) follow the captured answers;
companies called 示例 and every figure beside them are invented.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapers.contract import Document, Request
from scrapers.sse_star.requests import Endpoints

CASES = Path(__file__).parents[2] / "fixtures" / "sse_star"
ENDPOINTS = Endpoints(query_url="https://query.sse.com.cn", static_url="https://static.sse.com.cn")
Row = dict[str, Any]

_RESULTS = {"3": "commitiResult", "9": "commitiResult", "5": "registeResult", "7": "suspendStatus"}
_JOBS = ("总经理", "董秘", "董事长", "其他")


def results(status: int, outcome: int | str = "") -> Row:
    """The three result fields of a row; only the one that belongs to the status is filled."""
    fields: Row = {"commitiResult": "", "registeResult": "", "suspendStatus": ""}
    if outcome != "":
        fields[_RESULTS[str(status)]] = outcome
    return fields


def party(key: str, kind: int, name: str, short: str, order: int | str = 1) -> Row:
    """One intermediary with one signatory."""
    person = {
        "i_p_personName": "示例甲",
        "i_p_jobType": kind * 10 + 11 if kind == 1 else kind * 10 + 1,
        "i_p_personId": f"{kind}00001",
        "i_p_jobTitle": "项目负责人",
    }
    return {
        "auditId": key,
        "i_intermediaryType": kind,
        "i_intermediaryId": f"{kind}0006",
        "i_person": [person],
        "i_intermediaryAbbrName": short,
        "i_intermediaryName": name,
        "i_intermediaryOrder": order,
    }


def parties(key: str) -> list[Row]:
    """Sponsor, accountant, law firm and appraiser."""
    return [
        party(key, 1, "示例证券股份有限公司", "示例证券"),
        party(key, 2, "示例会计师事务所（特殊普通合伙）", "示例会计"),
        party(key, 3, "示例律师事务所", "示例律师"),
        party(key, 4, "示例资产评估有限公司", "示例评估"),
    ]


def issuer(
    key: str, full: str, short: str, *, code: str = "C39", industry: str = "", province: str = "上海"
) -> list[Row]:
    """The issuer four times, once for each officer, as every captured row has it."""
    return [
        {
            "s_personName": "" if job == "其他" else "示例乙",
            "auditId": key,
            "s_stockIssueId": key,
            "s_personId": f"90{number}",
            "s_issueCompanyFullName": full,
            "s_csrcCode": code,
            "s_jobTitle": job,
            "s_issueCompanyAbbrName": short,
            "s_csrcCodeDesc": industry or ("计算机、通信和其他电子设备制造业" if code else ""),
            "s_province": province,
            "s_areaNameDesc": "浦东新区",
            "s_companyCode": "",
        }
        for number, job in enumerate(_JOBS)
    ]


def project(
    key: str = "990001",
    status: int = 2,
    outcome: int | str = "",
    *,
    full: str = "示例芯片股份有限公司",
    short: str = "示例芯片",
    title: str | None = None,
    planned: Any = 18,
    updated: str = "20260710190905",
    accepted: str = "20260628185252",
    intermediary: list[Row] | None = None,
    company: list[Row] | None = None,
    market: int | str = 1,
) -> Row:
    """One row of SH_XM_LB."""
    return {
        "updateDate": updated,
        "planIssueCapital": planned,
        "wenHao": "",
        "stockAuditName": full if title is None else title,
        "currStatus": status,
        "stockAuditNum": key,
        **results(status, outcome),
        "intermediary": parties(key) if intermediary is None else intermediary,
        "collectType": 1,
        "stockIssuer": issuer(key, full, short) if company is None else company,
        "createTime": accepted,
        "auditApplyDate": accepted,
        "issueAmount": "",
        "issueMarketType": market,
        "OPERATION_SEQ": "0f" * 16,
    }


def step(
    item: str,
    status: int,
    outcome: int | str = "",
    *,
    posted: str,
    key: str = "990001",
    day: str = "",
    decided: str = "",
    reason: str | None = "",
) -> Row:
    """One row of the timeline; `reason=None` makes it a row of the diagram, which has no reasons."""
    row: Row = {
        "timesave": posted,
        "qianDate": decided or posted,
        "publishDate": day or posted[:10],
        "auditStatus": status,
        **results(status, outcome),
        "stockAuditNum": key,
        "auditItemId": item,
    }
    return row if reason is None else row | {"reasonDesc": reason}


def older_file(
    name: str,
    kind: int,
    version: int | str,
    *,
    uploaded: str,
    title: str,
    key: str = "990001",
    stage: int = 1,
) -> Row:
    """One row of GP_GPZCZ_SHXXPL; `name` is the hexadecimal file name."""
    return {
        "fileUpdateTime": uploaded,
        "filePath": f"/information/c/{uploaded[:6]}/{name}.pdf",
        "publishDate": f"{uploaded[:4]}-{uploaded[4:6]}-{uploaded[6:8]}",
        "fileLastVersion": 1,
        "stockAuditNum": key,
        "auditItemId": "506c" * 8,
        "filename": f"{name}.pdf",
        "companyFullName": "示例芯片股份有限公司",
        "fileSize": 638900,
        "StockType": 1,
        "fileTitle": title,
        "auditStatus": stage,
        "fileVersion": version,
        "fileType": kind,
        "MarketType": 1,
        "fileId": "84021742",
        "OPERATION_SEQ": "c9" * 16,
    }


def current_file(
    mark: str,
    code: str,
    *,
    uploaded: str,
    title: str,
    key: str = "990001",
    kind: int | str = "",
    version: int | str = "",
) -> Row:
    """One row of GP_COMMON_FILE_SEARCH; `mark` is the four characters at the end of the file name."""
    name = f"{int(key):06}_{uploaded[:8]}_{mark}.pdf"
    return {
        "fileUpdTime": uploaded,
        "fileName": name,
        "filePath": f"/disclosure/announcement/c/{uploaded[:6]}/{name}",
        "companyCode": "",
        "companyAbbr": "示例芯片",
        "companyName": "示例芯片股份有限公司",
        "auditId": key,
        "fileTypeMap": code,
        "fileSize": 4194304,
        "fileTitle": title,
        "marketType": 1,
        "fileVersion": version,
        "fileType": kind,
        "fileId": mark.lower(),
        "isPreviewFile": "",
    }


def meeting_file(name: str, kind: int, *, uploaded: str, title: str, keys: Sequence[str]) -> Row:
    """One row of GP_GPZCZ_SSWHYGGJG with every company on the agenda."""
    return {
        "fileName": f"{name}.pdf",
        "fileSize": 209627,
        "fileUpdTime": uploaded,
        "fileTitle": title,
        "filePath": f"/information/c/{uploaded[:6]}/{name}.pdf",
        "publishDate": f"{uploaded[:4]}-{uploaded[4:6]}-{uploaded[6:8]}",
        "stockAudit": [
            {"auditId": key, "companyFullName": f"示例{key}股份有限公司", "auditOrderNo": number or ""}
            for number, key in enumerate(keys)
        ],
        "fileType": kind,
        "fileId": name,
    }


def envelope(
    rows: Sequence[Row], *, total: int | None = None, paged: bool = False, callback: str = ""
) -> Row:
    """The answer object with all its unused keys; the rows stand in it twice."""
    count = len(rows) if total is None else total
    page_help = {
        "beginPage": 1 if rows else 0,
        "cacheSize": 1,
        "data": list(rows),
        "endDate": None,
        "endPage": None,
        "objectResult": None,
        "pageCount": 1 if rows else 0,
        "pageNo": 1,
        "pageSize": 50 if paged else len(rows),
        "searchDate": None,
        "sort": None,
        "startDate": None,
        "total": count,
    }
    return {
        "actionErrors": [],
        "actionMessages": [],
        "fieldErrors": {},
        "isPagination": "true" if paged else "false",
        "jsonCallBack": callback or None,
        "locale": "zh_CN",
        "pageHelp": page_help,
        "pageNo": None,
        "pageSize": None,
        "queryDate": "",
        "result": list(rows),
        "securityCode": "",
        "texts": None,
        "type": "",
        "validateCode": "",
    }


def encode(answer: Any, *, callback: str = "", escape: bool = False) -> bytes:
    """UTF-8 JSON without blanks, in a callback if named, `/` written `\\/` if told."""
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("/", "\\/") if escape else text
    return (f"{callback}({text})" if callback else text).encode()


REQUESTS = {
    "list": ENDPOINTS.project_list(page=1, size=50),
    "project": ENDPOINTS.project("990001"),
    "timeline": ENDPOINTS.timeline("990001"),
    "diagram": ENDPOINTS.diagram("990001"),
    "documents": ENDPOINTS.documents("990001"),
    "older-documents": ENDPOINTS.older_documents("990001"),
    "committee": ENDPOINTS.committee_files("990001"),
}


def answer(label: str, body: bytes, content_type: str = "application/json;charset=UTF-8") -> Document:
    """These bytes as the answer to the question of that label."""
    request: Request = REQUESTS[label]
    at = datetime(2026, 7, 10, 12, 0, tzinfo=UTC)
    return Document(request=request, body=body, content_type=content_type, fetched_at=at)


def rows_answer(label: str, rows: Sequence[Row], *, total: int | None = None) -> Document:
    """An honest answer with these rows."""
    return answer(label, encode(envelope(rows, total=total, paged=label == "list")))

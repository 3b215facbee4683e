"""The new-share list and the bulletins in the exchange's wire form, for fictional companies."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from scrapers.contract import Document
from scrapers.sse_issue.requests import IssueEndpoints

CASES = Path(__file__).parents[2] / "fixtures" / "sse_issue"
ENDPOINTS = IssueEndpoints(query_url="https://query.sse.com.cn")
FETCHED = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
CODE = "689901"

Row = dict[str, Any]


def share(**changes: Any) -> Row:
    """A row of a priced issue whose result is out, every field as captured rows have it."""
    return {
        "TOTAL_INITIAL_ISSUE": "4000.0000",
        "ONLINE_CIRCULATION": "960.0000",
        "LOT_WINNING_RATE": "0.02811000",
        "STOCK_TYPE": "2",
        "COMPANY_FULL_NAME": "示例智算芯片股份有限公司",
        "SECURITY_CODE": CODE,
        "TOTAL_ISSUED": "4000.0000",
        "IPO_OVERALL_STATUS": "0",
        "ONLINE_PURCHASE_LIMIT": "0.9500",
        "ISSUE_PRICE": "25.1200",
        "OFFLINE_ISSUANCE_START_DATE": "2026-02-26",
        "ACTUAL_FUNDS_RAISED": "100480.0000",
        "SECURITY_EXPAND_NAME": "示例智算",
        "ANNOUNCE_SUCC_RATE_RS_DATE": "2026-03-02",
        "NUM": "1",
        "LISTED_DATE": "-",
        "PAYMENT_START_DATE": "2026-03-03",
        "SECURITY_NAME": "示例智算",
        "ONLINE_ISSUANCE_DATE": "2026-02-27",
        "ANNOUNCEMENT_URL": "-",
        **changes,
    }


def bulletin(**changes: Any) -> Row:
    """A row of the offering notice."""
    return {
        "ADDDATE": "2026-02-25 19:00:35",
        "BULLETIN_HEADING": "发行上市公告",
        "BULLETIN_TYPE": "IPO公司公告",
        "BULLETIN_YEAR": "2026",
        "SECURITY_CODE": CODE,
        "SECURITY_NAME": "示例智算",
        "SSEDATE": "2026-02-26",
        "SSEDate": None,
        "TITLE": "示例智算首次公开发行股票并在科创板上市发行公告",
        "URL": "/disclosure/listedinfo/announcement/c/new/2026-02-26/689901_20260226_ABCD.pdf",
        **changes,
    }


def envelope(rows: list[Row], total: int | None = None) -> dict[str, Any]:
    """The answer around rows."""
    return {
        "actionErrors": [],
        "isPagination": "true",
        "pageHelp": {
            "beginPage": 1,
            "pageNo": 1,
            "pageSize": 50,
            "total": len(rows) if total is None else total,
            "data": rows,
        },
    }


def listed(body: bytes | dict[str, Any], *, page: int = 1) -> Document:
    """These bytes as an answer of the new-share list."""
    return _answer(ENDPOINTS.new_shares(page=page, size=50), body)


def bulletins(body: bytes | dict[str, Any], code: str = CODE) -> Document:
    """These bytes as an answer for a company's bulletins."""
    request = ENDPOINTS.bulletins(code, begin=date(2026, 1, 1), end=date(2026, 3, 6))
    return _answer(request, body)


def _answer(request: Any, body: bytes | dict[str, Any]) -> Document:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Document(request=request, body=raw, content_type="application/json", fetched_at=FETCHED)

"""How completely the newest rows of the project list are filled in. Pure.

Rule: every row is looked at, known or not, so that a value that went missing stays noticed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.domain.errors import ParseError
from monitor.domain.records import Listing
from scrapers.contract import Document
from scrapers.envelope import Row, decode_row
from scrapers.sse_star.parse import parse_answer

# Each was on every row of 317 captured ones; what a row may lack (results, document numbers) is not here.
_ROW = ("stockAuditName", "planIssueCapital", "auditApplyDate", "updateDate", "issueMarketType", "createTime")
_ISSUER = ("s_issueCompanyFullName", "s_issueCompanyAbbrName", "s_csrcCode", "s_csrcCodeDesc", "s_province")
_PARTY = ("i_intermediaryName", "i_intermediaryAbbrName", "i_intermediaryType")
_EMPTY = (None, "", "-")


def listing(document: Document, market_types: Sequence[str], newest_rows: int) -> Listing:
    """What page 1 of the list shows for comparison: total, newest change, fill of the first `newest_rows`."""
    answer = parse_answer(document)
    rows = [row for row in map(_row, answer.rows[:newest_rows]) if row is not None]
    counts: dict[str, int] = {}
    for row in rows:
        for name, filled in _filled(row).items():
            counts[name] = counts.get(name, 0) + filled
    return Listing(
        scope=",".join(sorted(market_types)),
        total=answer.total,
        newest=max((str(row.get("updateDate", "")) for row in rows), default=""),
        sample=len(rows),
        filled={name: count / len(rows) for name, count in counts.items()},
    )


def _row(raw: bytes) -> Row | None:
    try:
        return decode_row(raw, "list")
    except ParseError:
        return None  # the parser has told of it


def _filled(row: Mapping[str, Any]) -> dict[str, bool]:
    found = {name: row.get(name) not in _EMPTY for name in _ROW}
    for field, names in (("stockIssuer", _ISSUER), ("intermediary", _PARTY)):
        items = row.get(field)
        parts = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        found |= {name: any(part.get(name) not in _EMPTY for part in parts) for name in names}
    return found

"""Bytes of the new-share list and of issue bulletins → records. Pure: no clock, no network, no logging.

Rule: on the list every value is text and "-" is how none is printed; a captured field that is missing, null
or of another type is LayoutChanged, because it says nothing.
Rule: a page whose rows contradict its own count is refused; nothing is returned in part.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Generic, TypeVar

from monitor.domain.errors import LayoutChanged
from monitor.domain.issue_records import STAR_BOARD, BulletinRecord, NewShareRecord, bulletin_kind
from monitor.domain.records import Oddity
from scrapers.contract import Document
from scrapers.envelope import Row, decode_row, open_envelope
from scrapers.sse_issue.requests import IssueEndpoints

BOARDS = {"0": "主板", "2": STAR_BOARD}  # STOCK_TYPE of this list; other lists count otherwise
# How the lottery rate is counted stands nowhere in the answer.
RATE_UNITS = {"inferred": "%?", "percent": "%", "withheld": ""}

_CST = timezone(timedelta(hours=8))
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,10})?")
_CODE = re.compile(r"\d{6}")
_TOTAL = re.compile(r"[0-9]{1,18}")

T = TypeVar("T", NewShareRecord, BulletinRecord)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing(Generic[T]):
    """One page, in the exchange's order; `total` counts the rows of all pages."""

    rows: tuple[T, ...]
    total: int
    oddities: tuple[Oddity, ...] = ()


def parse_new_shares(document: Document, endpoints: IssueEndpoints, rate: str) -> Listing[NewShareRecord]:
    """One page of the new-share list; `rate` is a key of RATE_UNITS.

    Raises DecodeError (not JSON, or cut short), ServerTrouble (系统繁忙), LayoutChanged.
    """
    return _read(document, lambda row: _new_share(row, endpoints, rate), lambda record: record.code)


def parse_bulletins(document: Document, endpoints: IssueEndpoints, code: str) -> Listing[BulletinRecord]:
    """One page of a company's bulletins; a row of another company is LayoutChanged. Raises as above."""
    return _read(document, lambda row: _bulletin(row, endpoints, code), lambda record: record.key)


def _read(document: Document, adapt: Callable[[Row], T], identity: Callable[[T], str]) -> Listing[T]:
    label = document.request.label
    rows, total = _unwrap(document)
    found: dict[str, T] = {}
    oddities: list[Oddity] = []
    for row in rows:
        record = adapt(row)
        key = identity(record)
        if key in found and found[key] != record:
            raise LayoutChanged(f"{label}: two different rows of {key} on one page", seen=row)
        if key in found:
            oddities.append(Oddity(where=label, what=f"the same row twice on one page: {key}"))
        found[key] = record
    short = _asked(document, "pageNo") == 1 and total <= _asked(document, "pageSize") and len(found) != total
    if short or len(found) > total or (total and not found and _asked(document, "pageNo") == 1):
        raise LayoutChanged(f"{label}: {len(found)} rows came where the exchange counts {total}")
    return Listing(rows=tuple(found.values()), total=total, oddities=tuple(oddities))


def _unwrap(document: Document) -> tuple[list[Row], int]:
    label, envelope = document.request.label, open_envelope(document)
    rows = envelope.result if envelope.data is None else envelope.data
    if rows is None:
        raise LayoutChanged(f"{label}: the answer has neither data nor result", seen=envelope.start)
    total = envelope.total
    if isinstance(total, str) and _TOTAL.fullmatch(total):
        total = int(total)
    if not isinstance(total, int) or total < 0:
        raise LayoutChanged(f"{label}: the answer has no total", seen=envelope.start)
    return [decode_row(row, label) for row in rows], total


def _asked(document: Document, name: str) -> int:
    printed = document.request.params.get(f"pageHelp.{name}", "1")
    return int(printed) if printed.isdecimal() else 1


def _new_share(row: Row, endpoints: IssueEndpoints, rate: str) -> NewShareRecord:
    code = _printed(row, "SECURITY_CODE")
    if not _CODE.fullmatch(code):
        raise LayoutChanged("SECURITY_CODE is no code of six digits", seen=code)
    board = _printed(row, "STOCK_TYPE")
    full_name = _printed(row, "COMPANY_FULL_NAME")
    if not full_name:
        raise LayoutChanged(f"new share {code}: no COMPANY_FULL_NAME", seen=row)
    url = _printed(row, "ANNOUNCEMENT_URL")
    lottery_rate = _number(row, "LOT_WINNING_RATE")  # read even where it is withheld: it may have changed
    if lottery_rate is not None and lottery_rate > 100:
        raise LayoutChanged(f"new share {code}: LOT_WINNING_RATE above 100", seen=lottery_rate)
    if rate == "withheld":
        lottery_rate = None
    return NewShareRecord(
        code=code,
        name=_printed(row, "SECURITY_EXPAND_NAME") or _printed(row, "SECURITY_NAME"),
        full_name=full_name,
        board=BOARDS.get(board, f"STOCK_TYPE {board}"),
        status=_printed(row, "IPO_OVERALL_STATUS"),
        price=_number(row, "ISSUE_PRICE"),
        shares_initial=_number(row, "TOTAL_INITIAL_ISSUE"),
        shares_issued=_number(row, "TOTAL_ISSUED"),
        shares_online=_number(row, "ONLINE_CIRCULATION"),
        purchase_limit=_number(row, "ONLINE_PURCHASE_LIMIT"),
        gross=_number(row, "ACTUAL_FUNDS_RAISED"),
        lottery_rate=lottery_rate,
        lottery_rate_unit=RATE_UNITS[rate] if lottery_rate is not None else "",
        pe_ratio=_number(row, "ISSUANCE_PRICE_EARNINGS_RATIO", captured=False),
        offline_date=_day(row, "OFFLINE_ISSUANCE_START_DATE"),
        online_date=_day(row, "ONLINE_ISSUANCE_DATE"),
        result_date=_day(row, "ANNOUNCE_SUCC_RATE_RS_DATE"),
        payment_date=_day(row, "PAYMENT_START_DATE"),
        listing_date=_day(row, "LISTED_DATE"),
        url=endpoints.file(url) if url else "",
    )


def _bulletin(row: Row, endpoints: IssueEndpoints, code: str) -> BulletinRecord:
    printed = _printed(row, "SECURITY_CODE")
    if printed != code:
        raise LayoutChanged(f"bulletins of {code}: a row of another company", seen=printed)
    path, title = _printed(row, "URL"), _printed(row, "TITLE")
    day = _day(row, "SSEDATE")
    if not path or not title or day is None:
        raise LayoutChanged(f"bulletins of {code}: a row without TITLE, URL or SSEDATE", seen=row)
    return BulletinRecord(
        key=path,
        code=code,
        name=_printed(row, "SECURITY_NAME"),
        title=title,
        kind=bulletin_kind(title),
        heading=_printed(row, "BULLETIN_HEADING", captured=False),
        date=day,
        published_at=_instant(row, "ADDDATE"),
        url=endpoints.file(path),
    )


def _printed(row: Row, field: str, *, captured: bool = True) -> str:
    """The words of a field, "" for "-"; a field that only some answers carry may be missing or null."""
    value = row.get(field)
    if value is None and not captured:
        return ""
    if not isinstance(value, str):
        raise LayoutChanged(f"{field} is no text", seen=value)
    text = value.strip()
    return "" if text == "-" else text


def _number(row: Row, field: str, *, captured: bool = True) -> Decimal | None:
    """The digits exactly as printed; zero is a placeholder: no issue has a price, size or rate of nothing."""
    text = _printed(row, field, captured=captured)
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise LayoutChanged(f"{field} is no number", seen=text)
    return Decimal(text) or None


def _day(row: Row, field: str) -> date | None:
    text = _printed(row, field)
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=_CST).date()
    except ValueError as exc:
        raise LayoutChanged(f"{field} is no date", seen=text) from exc


def _instant(row: Row, field: str) -> datetime | None:
    """YYYY-MM-DD HH:MM:SS, China Standard Time, as aware UTC; one of two captured rows lacks it."""
    text = _printed(row, field, captured=False)
    if not text:
        return None
    try:
        local = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=_CST)
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as exc:  # the first hours of the year 1 have no UTC
        raise LayoutChanged(f"{field} is no time", seen=text) from exc

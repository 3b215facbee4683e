"""Single values of the exchange's rows: ids, codes, texts, counts, times; each says what it could not read.

Rule: "", null and a missing key all mean "no value"; an int and a string of digits are the same number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from monitor.domain.errors import LayoutChanged
from scrapers.envelope import Row

# China Standard Time has had no summer time since 1991: a fixed offset is exact.
CST = timezone(timedelta(hours=8))

_COUNT = re.compile(r"[0-9]{1,18}")  # all that a database's whole number holds


def read_code(row: Mapping[str, Any], field: str, where: str) -> str:
    value = row.get(field)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise LayoutChanged(f"{where}: {field} is neither a number nor text", seen=value)
    return str(value).strip()


def read_id(row: Mapping[str, Any], field: str) -> str:
    value = read_code(row, field, field)
    if not value.isdigit():
        raise LayoutChanged(f"{field} is no id", seen=row.get(field))
    return value


def read_text(row: Mapping[str, Any], field: str) -> str:
    value = row.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise LayoutChanged(f"{field} is no text", seen=value)
    return value.strip()


def first_text(rows: Iterable[Mapping[str, Any]], field: str) -> str:
    return next((text for row in rows if (text := read_text(row, field))), "")


def read_objects(row: Row, field: str, where: str) -> list[Row]:
    value = row.get(field)
    if value is None or value == "":
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise LayoutChanged(f"{where}: {field} is no list of objects", seen=value)
    return value


def read_count(value: Any) -> int | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and _COUNT.fullmatch(value.strip()):
        return int(value)
    raise LayoutChanged("a count is no number", seen=value)


def required_instant(row: Row, field: str, where: str) -> datetime:
    instant = read_instant(row, field, where)
    if instant is None:
        raise LayoutChanged(f"{where}: no {field}", seen=row.get(field))
    return instant


def read_instant(row: Row, field: str, where: str) -> datetime | None:
    """YYYYMMDDHHMMSS or YYYY-MM-DD HH:MM:SS, China Standard Time, as aware UTC."""
    text = read_code(row, field, where)
    if not text:
        return None
    digits = re.sub(r"[-: ]", "", text)
    if len(digits) != 14 or not digits.isdigit():
        raise LayoutChanged(f"{where}: {field} is no time", seen=text)
    try:
        local = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=CST)
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as exc:  # the first hours of the year 1 have no UTC
        raise LayoutChanged(f"{where}: {field} is no time", seen=text) from exc


def required_day(row: Row, field: str, where: str) -> date:
    text = read_code(row, field, where)
    try:
        return date.fromisoformat(text[:10])
    except ValueError as exc:
        raise LayoutChanged(f"{where}: {field} is no date", seen=text) from exc


def china_day(instant: datetime) -> date:
    return instant.astimezone(CST).date()

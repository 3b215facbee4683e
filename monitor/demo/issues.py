"""The season's issues: our own file of steps, expanded to the exchange's new-share rows and bulletins.

Rule: pure but for reading the file. A field no step sets is printed "-", as the exchange prints none.
Rule: what other captures never showed (how long a row stays, the order of the list) is our choice here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from monitor.domain.errors import DecodeError

Row: TypeAlias = dict[str, Any]

ISSUES_FILE = Path(__file__).with_name("season_issues.json")
LIST_QUERY = "COMMON_SSE_IPO_IPO_LIST_L"
BULLETIN_PATH = "/security/stock/queryCompanyBulletin.do"

_CST = timezone(timedelta(hours=8))
_OPENING = time(9, 30)
_REMINDED = time(8, 5)
# Every field of the captured rows but the running number, which belongs to the page.
_FIELDS = (
    "TOTAL_INITIAL_ISSUE",
    "ONLINE_CIRCULATION",
    "LOT_WINNING_RATE",
    "TOTAL_ISSUED",
    "ONLINE_PURCHASE_LIMIT",
    "ISSUE_PRICE",
    "OFFLINE_ISSUANCE_START_DATE",
    "ACTUAL_FUNDS_RAISED",
    "ANNOUNCE_SUCC_RATE_RS_DATE",
    "LISTED_DATE",
    "PAYMENT_START_DATE",
    "ONLINE_ISSUANCE_DATE",
    "ANNOUNCEMENT_URL",
)
_DAYS = ("ONLINE_ISSUANCE_DATE", "PAYMENT_START_DATE", "LISTED_DATE")


class _Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    at: str  # Shanghai, YYYY-MM-DD HH:MM
    row: dict[str, str] = {}
    bulletins: list[str] = []


class _Issue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: str
    project: str
    name: str
    full_name: str
    sources: str
    steps: list[_Step]
    stock_type: str = "2"
    fictional: bool = False


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    note: list[str]
    issues: list[_Issue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One issue: its list row after each step, oldest first, and its bulletins with their instants."""

    code: str
    project: str
    rows: tuple[tuple[datetime, Row], ...]
    bulletins: tuple[tuple[datetime, Row], ...] = ()
    fictional: bool = False

    def times(self) -> Iterable[datetime]:
        """Every instant at which something of this issue appears, aware UTC."""
        yield from (at for at, _ in self.rows)
        yield from (at for at, _ in self.bulletins)

    def days(self) -> Iterable[datetime]:
        """When a watcher looks: the mornings before and of each calendar day, and the first opening."""
        for field in _DAYS:
            for printed in {row[field] for _, row in self.rows} - {"-"}:
                day = datetime.fromisoformat(printed).date()
                yield datetime.combine(day - timedelta(days=1), _REMINDED, _CST).astimezone(UTC)
                yield datetime.combine(day, _REMINDED, _CST).astimezone(UTC)
                if field == "LISTED_DATE":
                    yield datetime.combine(day, _OPENING, _CST).astimezone(UTC)

    def row(self, cut: datetime) -> Row | None:
        """The list row as it stands at an instant, or None before its first step."""
        return next((row for at, row in reversed(self.rows) if at <= cut), None)


def load_issues(path: Path = ISSUES_FILE) -> tuple[Issue, ...]:
    """The issues of our file; DecodeError naming the first wrong field."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except msgspec.MsgspecError as exc:
        raise DecodeError(f"{path.name} is no file of issues: {exc}") from exc
    return tuple(_issue(issue, path.name) for issue in file.issues)


def _issue(issue: _Issue, name: str) -> Issue:
    row: Row = dict.fromkeys(_FIELDS, "-") | {
        "STOCK_TYPE": issue.stock_type,
        "COMPANY_FULL_NAME": issue.full_name,
        "SECURITY_CODE": issue.code,
        "SECURITY_NAME": issue.name,
        "SECURITY_EXPAND_NAME": issue.name,
        "IPO_OVERALL_STATUS": "0",
    }
    rows: list[tuple[datetime, Row]] = []
    bulletins: list[tuple[datetime, Row]] = []
    for step in issue.steps:
        if unknown := step.row.keys() - set(_FIELDS):
            raise DecodeError(f"{name} sets fields the list does not have", seen=sorted(unknown))
        local = datetime.strptime(step.at, "%Y-%m-%d %H:%M").replace(tzinfo=_CST)
        row = row | step.row
        rows.append((local.astimezone(UTC), row))
        bulletins += [
            (local.astimezone(UTC), _bulletin(issue, local, words, number))
            for number, words in enumerate(step.bulletins, start=1)
        ]
    return Issue(
        code=issue.code,
        project=issue.project,
        rows=tuple(rows),
        bulletins=tuple(bulletins),
        fictional=issue.fictional,
    )


def _bulletin(issue: _Issue, at: datetime, words: str, number: int) -> Row:
    day = (at + timedelta(days=1)).date()
    file = f"{issue.code}_{day:%Y%m%d}_DM{number:02d}.pdf"
    return {
        "ADDDATE": f"{at:%Y-%m-%d %H:%M:%S}",
        "BULLETIN_HEADING": "发行上市公告",
        "BULLETIN_TYPE": "IPO公司公告",
        "BULLETIN_YEAR": f"{day:%Y}",
        "SECURITY_CODE": issue.code,
        "SECURITY_NAME": issue.name,
        "SSEDATE": day.isoformat(),
        "SSEDate": None,
        "TITLE": f"{issue.name}首次公开发行股票并在科创板上市{words}",
        "URL": f"/disclosure/listedinfo/announcement/c/new/{day}/{file}",
    }

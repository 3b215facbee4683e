"""(known, seen) → events of the issue and listing phase. Pure: the same arguments give the same events.

Rule: absence is no news: a value that is gone keeps its last good one.
Rule: an amount is told only when it is proven (`issue_checks`); one that is not is withheld and named.
Rule: a listing is told on its day, seen on the exchange's list on or after the opening of that day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

from monitor.domain.diff import Sight
from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.issue_checks import contradicted, gross_figure, gross_trouble, price_figure
from monitor.domain.issue_records import (
    IN_ORDER,
    BulletinKind,
    BulletinRecord,
    CalendarKind,
    NewShareRecord,
    fill,
)
from monitor.domain.records import Figure, Oddity

SOURCE = "sse_issue"
_CST = timezone(timedelta(hours=8))
_OPENING = time(9, 30)

Details = dict[str, str | int | float | bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownIssue:
    """A row of the list as stored, and whether its listing was told."""

    record: NewShareRecord
    listed_told: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Join:
    """The issuer and the application a row belongs to, as far as we know them."""

    issuer: str
    project_id: str = ""
    board: str = ""
    url: str = ""
    planned: Figure | None = None
    new_issuer: bool = False  # its application was never seen by us


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueDiff:
    """What a reading of one row changes; `calendar` holds every day now known, by kind."""

    known: KnownIssue
    events: tuple[Event, ...] = ()
    oddities: tuple[Oddity, ...] = ()
    calendar: Mapping[CalendarKind, date] = field(default_factory=dict)


def diff_issue(
    known: KnownIssue | None, seen: NewShareRecord, join: Join, sight: Sight, *, baseline: bool
) -> IssueDiff:
    """Price, subscription, lottery rate, result and listing of one row of the new-share list."""
    before = known.record if known else None
    after = fill(before, seen) if before else seen
    tell = _Teller(after, join, sight, baseline)
    events = [
        *tell.subscription(before),
        *tell.price(before),
        *tell.lottery_rate(before),
        *tell.result(before),
        *tell.listing(before),
    ]
    told = known.listed_told if known else False
    if not told and tell.is_listed():
        told = True
        events.append(tell.listed())
    if before is None and join.new_issuer:
        events = [replace(event, details={**event.details, "new_issuer": True}) for event in events]
    return IssueDiff(
        known=KnownIssue(record=after, listed_told=told),
        events=tuple(events),
        oddities=() if baseline else tuple(_oddities(before, after)),
        calendar=after.calendar() if after.status == IN_ORDER else {},
    )


class _Teller:
    """Builds the events of one row."""

    def __init__(self, record: NewShareRecord, join: Join, sight: Sight, baseline: bool) -> None:
        self.record = record
        self.join = join
        self.sight = sight
        self.baseline = baseline
        self.today = sight.at.astimezone(_CST)

    def event(
        self, kind: EventKind, *unique: object, details: Details | None = None, **facts: object
    ) -> Event:
        pinned: Details = {"security_code": self.record.code, "issuer_short": self.record.name}
        return Event(
            id=event_id(SOURCE, self.record.code, kind, *unique),
            kind=kind,
            source=SOURCE,
            project_id=self.join.project_id,
            issuer=self.join.issuer,
            board=self.record.board,
            first_seen_at=self.sight.at,
            baseline=self.baseline,
            url=self.record.url or self.join.url,
            raw_sha256=self.sight.raw_sha256,
            details=pinned | (details or {}),
            **facts,  # type: ignore[arg-type]
        )

    def subscription(self, before: NewShareRecord | None) -> list[Event]:
        """The day of the online subscription (网上申购), when it becomes known or moves."""
        day, was = self.record.online_date, before.online_date if before else None
        if day is None or day == was:
            return []
        return [
            self.event(
                EventKind.SUBSCRIPTION_SCHEDULED,
                day,
                was or "",
                date=day,
                before=was.isoformat() if was else "",
                after=day.isoformat() if was else "",
                figures=self._some(price_figure(self.record)),
                details=_shown(
                    purchase_limit=_wan(self.record.purchase_limit),
                    shares_online=_wan(self.record.shares_online),
                    shares_offered=_wan(self.record.shares_issued or self.record.shares_initial),
                    lottery_result_date=_day(self.record.result_date),
                    payment_date=_day(self.record.payment_date),
                ),
            )
        ]

    def price(self, before: NewShareRecord | None) -> list[Event]:
        """The offer price, when it is set; a price that changes is a revised figure."""
        price, was = self.record.price, before.price if before else None
        if price is None or (was is not None and price == was):
            return []
        proven = price_figure(self.record)
        details = _shown(
            shares_offered=_wan(self.record.shares_issued or self.record.shares_initial),
            pe_ratio=f"{self.record.pe_ratio:f}" if self.record.pe_ratio is not None else "",
            online_date=_day(self.record.online_date),
        )
        if proven is None:
            details |= {"withheld": "offer_price", "withheld_why": gross_trouble(self.record)}
        elif was is not None:
            return [
                self.event(
                    EventKind.FIGURE_REVISED,
                    "offer_price",
                    f"{price:f}",
                    f"{self.today:%Y-%m-%d}",
                    figures=(proven,),
                    before=f"{was:f}元/股",
                    after=proven.as_printed,
                    details=details,
                )
            ]
        figures = self._some(proven, self.join.planned)
        unique = f"{price:f}"
        return [self.event(EventKind.OFFER_PRICE_SET, unique, figures=figures, details=details)]

    def lottery_rate(self, before: NewShareRecord | None) -> list[Event]:
        """The online lottery rate (网上中签率), first and whenever it changes (回拨 raises it)."""
        rate, was = self.record.lottery_rate, before.lottery_rate if before else None
        if rate is None or rate == was:
            return []
        details = _shown(
            lottery_rate=f"{rate:f}",
            lottery_rate_unit=self.record.lottery_rate_unit.rstrip("?"),
            shares_online=_wan(self.record.shares_online),
            payment_date=_day(self.record.payment_date),
        )
        if self.record.lottery_rate_unit.endswith("?"):
            details["lottery_rate_unit_inferred"] = True
        return [
            self.event(
                EventKind.LOTTERY_RATE,
                f"{rate:f}",
                before=f"{was:f}" if was is not None else "",
                after=f"{rate:f}" if was is not None else "",
                details=details,
            )
        ]

    def result(self, before: NewShareRecord | None) -> list[Event]:
        """The gross proceeds of the finished issue; a wrong one is withheld until it is put right."""
        gross = self.record.gross
        if gross is None:
            return []
        proven, was = gross_figure(self.record), gross_figure(before) if before else None
        details = _shown(shares_issued=_wan(self.record.shares_issued))
        if proven is not None and was is not None and proven.amount != was.amount:
            return [
                self.event(
                    EventKind.FIGURE_REVISED,
                    "gross_proceeds",
                    f"{gross:f}",
                    f"{self.today:%Y-%m-%d}",
                    figures=(proven,),
                    before=was.as_printed,
                    after=proven.as_printed,
                    details=details,
                )
            ]
        if proven is not None and was is None:
            figures = self._some(price_figure(self.record), proven, self.join.planned)
            unique = f"{gross:f}"
            return [self.event(EventKind.ISSUE_RESULT, unique, figures=figures, details=details)]
        if proven is None and (before is None or before.gross is None):
            details |= {"withheld": "gross_proceeds", "withheld_why": gross_trouble(self.record)}
            return [self.event(EventKind.ISSUE_RESULT, "withheld", f"{gross:f}", details=details)]
        return []

    def listing(self, before: NewShareRecord | None) -> list[Event]:
        """The day of the listing (上市), when it becomes known ahead of it, or moves."""
        day, was = self.record.listing_date, before.listing_date if before else None
        if day is None or day == was or self.is_listed():
            return []
        return [
            self.event(
                EventKind.LISTING_SCHEDULED,
                day,
                was or "",
                date=day,
                before=was.isoformat() if was else "",
                after=day.isoformat() if was else "",
                figures=self._some(price_figure(self.record)),
            )
        ]

    def is_listed(self) -> bool:
        """Whether the list shows a listing day whose opening has passed."""
        day = self.record.listing_date
        return (
            day is not None
            and self.record.status == IN_ORDER
            and self.today >= datetime.combine(day, _OPENING, _CST)
        )

    def listed(self) -> Event:
        """Trading has begun."""
        figures = self._some(price_figure(self.record), gross_figure(self.record), self.join.planned)
        day = self.record.listing_date
        return self.event(EventKind.LISTED, day, date=day, figures=figures)

    def _some(self, *figures: Figure | None) -> tuple[Figure, ...]:
        return tuple(figure for figure in figures if figure is not None)


def diff_bulletin(record: BulletinRecord, join: Join, sight: Sight, *, baseline: bool) -> Event:
    """One bulletin (公告) we did not know."""
    details: Details = {
        "security_code": record.code,
        "issuer_short": record.name,
        "bulletin_kind": record.kind.value,
    }
    if record.url:
        details["document_url"] = record.url
    return Event(
        id=event_id(SOURCE, record.code, EventKind.BULLETIN_DISCLOSED, record.date, record.key),
        kind=EventKind.BULLETIN_DISCLOSED,
        source=SOURCE,
        project_id=join.project_id,
        issuer=join.issuer,
        board=join.board,
        date=record.date,
        published_at=record.published_at,
        first_seen_at=sight.at,
        baseline=baseline,
        title=record.title,
        url=join.url,
        raw_sha256=sight.raw_sha256,
        details=details,
    )


IMPORTANT_BULLETINS = frozenset(
    {
        BulletinKind.PROSPECTUS_INTENT,
        BulletinKind.INQUIRY_NOTICE,
        BulletinKind.OFFERING_NOTICE,
        BulletinKind.LOTTERY_RATE_NOTICE,
        BulletinKind.RESULT_NOTICE,
        BulletinKind.PROSPECTUS,
        BulletinKind.LISTING_NOTICE,
    }
)


def _oddities(before: NewShareRecord | None, after: NewShareRecord) -> list[Oddity]:
    where, found = f"new share {after.code}", []
    if contradicted(after) and (before is None or _money(before) != _money(after)):
        found.append(
            Oddity(
                where=where,
                what=f"price {after.price} × shares {after.shares_issued}万 is not gross {after.gross}万元 "
                f"({gross_trouble(after)}): withheld",
            )
        )
    if after.status != (before.status if before else IN_ORDER):
        found.append(
            Oddity(where=where, what=f"IPO_OVERALL_STATUS is now {after.status}, whose meaning is inferred")
        )
    return found


def _money(record: NewShareRecord) -> tuple[object, ...]:
    return record.price, record.shares_issued, record.gross


def _wan(amount: Decimal | None) -> str:
    return f"{amount:f}万股" if amount is not None else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _shown(**values: str) -> Details:
    return {key: value for key, value in values.items() if value}

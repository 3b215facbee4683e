"""What the exchange prints about an issue (发行) and a listing (上市), as frozen facts.

Rule: every number keeps the digits it was printed with, in the unit of its field's name; "-" is None.
Rule: dates come from the exchange's list; no date is counted from another one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

STAR_BOARD = "科创板"
IN_ORDER = "0"  # IPO_OVERALL_STATUS of an issue that goes its way


class CalendarKind(StrEnum):
    """Days an investor wants to be reminded of; the value is our stable word."""

    SUBSCRIPTION = "subscription"  # 网上申购
    PAYMENT = "payment"  # 缴款
    LISTING = "listing"  # 上市
    COMMITTEE = "committee_meeting"  # 上市委会议


class BulletinKind(StrEnum):
    """What a bulletin of the issue phase is, by its title."""

    PROSPECTUS_INTENT = "prospectus_intent"  # 招股意向书
    INQUIRY_NOTICE = "inquiry_notice"  # 发行安排及初步询价公告
    RISK_NOTICE = "risk_notice"  # 投资风险特别公告
    ROADSHOW = "roadshow"  # 网上路演公告
    OFFERING_NOTICE = "offering_notice"  # 发行公告
    LOTTERY_RATE_NOTICE = "lottery_rate_notice"  # 网上发行申购情况及中签率公告
    LOTTERY_RESULT_NOTICE = "lottery_result_notice"  # 网下初步配售结果及网上中签结果公告
    RESULT_NOTICE = "result_notice"  # 发行结果公告
    PROSPECTUS = "prospectus"  # 招股说明书
    LISTING_NOTICE = "listing_notice"  # 上市公告书
    OTHER = "other"


# The first that stands in the title decides, so the longer words come first.
_TITLES: tuple[tuple[str, BulletinKind], ...] = (
    ("投资风险特别公告", BulletinKind.RISK_NOTICE),
    ("路演公告", BulletinKind.ROADSHOW),
    ("初步询价公告", BulletinKind.INQUIRY_NOTICE),
    ("中签率公告", BulletinKind.LOTTERY_RATE_NOTICE),
    ("中签结果公告", BulletinKind.LOTTERY_RESULT_NOTICE),
    ("发行结果公告", BulletinKind.RESULT_NOTICE),
    ("上市公告书", BulletinKind.LISTING_NOTICE),
    ("招股意向书", BulletinKind.PROSPECTUS_INTENT),
    ("招股说明书", BulletinKind.PROSPECTUS),
    ("发行公告", BulletinKind.OFFERING_NOTICE),
)


def bulletin_kind(title: str) -> BulletinKind:
    """The kind a title names; a title with none of the known words is OTHER.

    An appendix (附录), a summary (提示性公告) or a correction is not the document itself: OTHER.
    """
    if any(word in title for word in ("附录", "提示性公告", "更正")):
        return BulletinKind.OTHER
    return next((kind for word, kind in _TITLES if word in title), BulletinKind.OTHER)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewShareRecord:
    """One row of the exchange's new-share list (新股发行), as it reads now.

    Shares are in 万股 (ten thousand shares), `price` in yuan, `gross` in 万元; `lottery_rate` as printed.
    """

    code: str  # the six digits that pin the issuer from now on
    name: str
    full_name: str
    board: str
    status: str = IN_ORDER  # IPO_OVERALL_STATUS
    price: Decimal | None = None
    shares_initial: Decimal | None = None
    shares_issued: Decimal | None = None
    shares_online: Decimal | None = None
    purchase_limit: Decimal | None = None
    gross: Decimal | None = None
    lottery_rate: Decimal | None = None
    lottery_rate_unit: str = ""  # "%" where it is known to be per cent, "%?" where that is inferred
    pe_ratio: Decimal | None = None
    offline_date: date | None = None
    online_date: date | None = None
    result_date: date | None = None
    payment_date: date | None = None
    listing_date: date | None = None
    url: str = ""

    def calendar(self) -> dict[CalendarKind, date]:
        """The days on the row, by kind."""
        days = {
            CalendarKind.SUBSCRIPTION: self.online_date,
            CalendarKind.PAYMENT: self.payment_date,
            CalendarKind.LISTING: self.listing_date,
        }
        return {kind: day for kind, day in days.items() if day is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class BulletinRecord:
    """One bulletin of a listed or listing company; `key` is its path on the exchange's site."""

    key: str
    code: str
    name: str
    title: str
    kind: BulletinKind
    heading: str = ""  # BULLETIN_HEADING: 发行上市公告
    date: date  # SSEDATE: the day it stands under, usually the day after its publication in the evening
    published_at: datetime | None = None  # ADDDATE, aware UTC
    url: str = ""


def fill(known: NewShareRecord, seen: NewShareRecord) -> NewShareRecord:
    """The seen row, with what it leaves empty taken from the known one: absence is no news."""
    kept = {
        field.name: getattr(known, field.name)
        for field in fields(NewShareRecord)
        if getattr(seen, field.name) in (None, "")
    }
    return replace(seen, **kept)

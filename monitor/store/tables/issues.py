"""New shares, their bulletins, and the days they put into a calendar."""

from __future__ import annotations

from datetime import date as Day  # a column named `date` would hide the type
from datetime import datetime

from sqlmodel import JSON, BigInteger, Column, Field, SQLModel, UTCDateTime


class NewShareRow(SQLModel, table=True):
    """One row of the exchange's new-share list (新股发行), as it reads now."""

    __tablename__ = "new_share"

    code: str = Field(primary_key=True)
    # Null for companies of other boards nobody here follows; once set, the code decides, not the name.
    issuer_id: int | None = Field(default=None, foreign_key="issuer.id", index=True)
    name: str
    full_name: str
    board: str
    status: str = ""
    # Every number of the row as printed, by the record's field.
    numbers: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    lottery_rate_unit: str = ""
    # Only what price × shares = gross has proven; shares are single shares.
    price_fen: int | None = Field(default=None, sa_type=BigInteger)
    shares: int | None = Field(default=None, sa_type=BigInteger)
    gross_fen: int | None = Field(default=None, sa_type=BigInteger)
    offline_date: Day | None = None
    online_date: Day | None = None
    result_date: Day | None = None
    payment_date: Day | None = None
    listing_date: Day | None = None
    url: str = ""
    listed_told: bool = False
    first_seen_at: datetime = Field(sa_type=UTCDateTime)
    raw_sha256: str = ""


class BulletinRow(SQLModel, table=True):
    """One bulletin (公告) of a company on the new-share list."""

    __tablename__ = "bulletin"

    code: str = Field(primary_key=True, foreign_key="new_share.code")
    key: str = Field(primary_key=True)  # its path on the exchange's site
    issuer_id: int = Field(foreign_key="issuer.id", index=True)
    title: str
    kind: str
    heading: str = ""
    date: Day
    published_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    url: str
    first_seen_at: datetime = Field(sa_type=UTCDateTime)


class CalendarFactRow(SQLModel, table=True):
    """One day in an issuer's calendar, for reminders."""

    __tablename__ = "calendar_fact"

    issuer_id: int = Field(primary_key=True, foreign_key="issuer.id")
    kind: str = Field(primary_key=True)  # monitor.domain.issue_records.CalendarKind
    date: Day = Field(primary_key=True)
    source: str
    key: str = ""  # the security code where the day came from the new-share list
    event_id: str = ""  # the event that told it
    learned_at: datetime = Field(sa_type=UTCDateTime)

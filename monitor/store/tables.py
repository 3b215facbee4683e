"""SQLModel tables, all in one place; no behaviour.

Rule: rows are built only in `monitor.store` from frozen records, because `table=True` validates nothing.
Rule: money is integer fen with its currency; instants are aware UTC; exchange dates are dates.
"""

from __future__ import annotations

from datetime import date as Day  # a column named `date` would hide the type
from datetime import datetime
from typing import Any

from sqlmodel import JSON, BigInteger, Column, Field, ForeignKeyConstraint, Index, SQLModel, UTCDateTime


class SourceRow(SQLModel, table=True):
    """One row a source: whether its first, quiet reading is done, and how it fares."""

    __tablename__ = "source"

    name: str = Field(primary_key=True)
    baseline_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_ok_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    trouble: str = ""  # verdict of the trouble reported and not yet over, "" when healthy
    trouble_since: datetime | None = Field(default=None, sa_type=UTCDateTime)
    failures: int = 0  # polls failed in a row
    rows: int = 0  # rows of the last complete reading
    memory: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class IssuerRow(SQLModel, table=True):
    """One company, known by its normalised full name and its former ones."""

    __tablename__ = "issuer"

    id: int | None = Field(default=None, primary_key=True)
    name: str
    short_name: str = ""
    # How near its business is to GPU and AI chips, by `monitor.domain.relevance`; "" = never graded.
    grade: str = ""
    score: float = 0.0
    pinned: bool = False  # the operator's own verdict, not a computed one
    evidence: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class IssuerBusinessRow(SQLModel, table=True):
    """What an issuer's prospectus says of its business, once read; apart, as it is long and seldom needed."""

    __tablename__ = "issuer_business"

    issuer_id: int = Field(primary_key=True, foreign_key="issuer.id")
    text: str
    document_sha256: str = ""
    read_at: datetime = Field(sa_type=UTCDateTime)


class RelevancePinRow(SQLModel, table=True):
    """One verdict of the operator, as the configuration of the last start named it."""

    __tablename__ = "relevance_pin"

    name: str = Field(primary_key=True)  # as written there
    grade: str
    by: str


class IssuerNameRow(SQLModel, table=True):
    """A normalised full name, present or former, that leads to an issuer."""

    __tablename__ = "issuer_name"

    normalised: str = Field(primary_key=True)
    issuer_id: int = Field(foreign_key="issuer.id", index=True)


class ProjectRow(SQLModel, table=True):
    """One application, as its list row reads now."""

    __tablename__ = "project"

    source: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    issuer_id: int = Field(foreign_key="issuer.id", index=True)
    issuer: str
    issuer_short: str = ""
    title: str
    board: str
    code: str
    outcome_code: str = ""
    planned_fen: int | None = Field(default=None, sa_type=BigInteger)
    planned_currency: str = ""
    planned_as_printed: str = ""
    updated_at: datetime = Field(sa_type=UTCDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    industry_code: str = ""
    industry: str = ""
    province: str = ""
    parties: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    url: str = ""
    digest: str = Field(index=True)  # of the list row's bytes, to skip rows that did not change
    raw_sha256: str = ""
    first_seen_at: datetime = Field(sa_type=UTCDateTime)
    earlier_key: str = ""  # an earlier application of the same company
    # What the first, quiet reading saw; events after it are news. Null for projects found later.
    baseline_code: str | None = None
    baseline_outcome_code: str | None = None
    baseline_updated_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    # 0 = nothing to do; the higher, the sooner its timeline and documents are read.
    refresh_priority: int = Field(default=0, index=True)
    refresh_not_before: datetime | None = Field(default=None, sa_type=UTCDateTime)
    refreshed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    lag_count: int = 0  # readings in a row whose timeline did not yet show the list's state


class StatusRowRow(SQLModel, table=True):
    """One row of a project's timeline, exactly as posted."""

    __tablename__ = "status_row"
    __table_args__ = (ForeignKeyConstraint(["source", "project_key"], ["project.source", "project.key"]),)

    source: str = Field(primary_key=True)
    project_key: str = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    code: str
    outcome_code: str = ""
    date: Day
    decided_at: datetime = Field(sa_type=UTCDateTime)
    published_at: datetime = Field(sa_type=UTCDateTime)
    reason: str = ""
    milestone: bool = False  # first of its run: the milestone; else a review step
    missing: int = 0  # readings in a row without it; at 2 the exchange has withdrawn it


class DocumentRow(SQLModel, table=True):
    """One disclosed document."""

    __tablename__ = "document"
    __table_args__ = (ForeignKeyConstraint(["source", "project_key"], ["project.source", "project.key"]),)

    source: str = Field(primary_key=True)
    project_key: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    title: str
    type: str = Field(index=True)
    type_code: str
    date: Day
    published_at: datetime = Field(sa_type=UTCDateTime)
    url: str
    path: str
    size: int | None = Field(default=None, sa_type=BigInteger)


class TutoringRowRow(SQLModel, table=True):
    """One row of the regulator's tutoring list."""

    __tablename__ = "tutoring_row"

    identity: str = Field(primary_key=True)
    company_key: str = Field(index=True)  # normalised full name
    issuer_id: int = Field(foreign_key="issuer.id", index=True)
    company: str
    tutor: str
    date: Day
    status: str
    office: str
    report_type: str
    title: str
    document_url: str = ""


class EventRow(SQLModel, table=True):
    """One event; `seq` is the order of commitment, `id` is deterministic."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_project", "source", "project_id"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    kind: str = Field(index=True)
    source: str
    project_id: str = ""
    issuer_id: int | None = Field(default=None, foreign_key="issuer.id", index=True)
    issuer: str = ""
    board: str = ""
    code: str = ""
    outcome_code: str = ""
    date: Day | None = None
    published_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    first_seen_at: datetime = Field(sa_type=UTCDateTime)
    baseline: bool = False
    reason: str = ""
    title: str = ""
    url: str = ""
    raw_sha256: str = ""
    before: str = ""
    after: str = ""
    figures: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class ChatRow(SQLModel, table=True):
    """One chat we tell things; it hears of events after `since_seq` only."""

    __tablename__ = "chat"
    __table_args__ = (Index("ux_chat_address", "channel", "address", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    address: str
    state: str = "active"  # active | suspended
    why: str = ""  # why it is suspended
    language: str = "zh"
    operator: bool = False
    since_seq: int = 0
    preferences: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class DeliveryRow(SQLModel, table=True):
    """One event owed to one chat, with the state machine of the outbox.

    pending → sending → sent | pending | unresolved | suspended | poison | parked.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ux_delivery_event_chat", "event_seq", "chat_id", unique=True),
        Index("ix_delivery_due", "state", "not_before"),
        Index("ix_delivery_chat", "chat_id", "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    event_seq: int = Field(foreign_key="event.seq")
    chat_id: int = Field(foreign_key="chat.id")
    state: str = "pending"
    urgent: bool = False
    why: str = ""  # the rule that owes it: shown in the alert
    attempt: int = 0
    marked: bool = False  # a copy may have arrived already: every further one says so
    plain: bool = False  # the marked-up form was refused: resend as plain text
    parts_sent: int = 0
    created_at: datetime = Field(sa_type=UTCDateTime)
    intent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    not_before: datetime = Field(sa_type=UTCDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    receipt: str = ""
    last_error: str = ""


class PollRow(SQLModel, table=True):
    """One poll of one source, for `status` and for health; pruned by age."""

    __tablename__ = "poll"

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(index=True)
    kind: str  # quick | sweep | refresh
    started_at: datetime = Field(sa_type=UTCDateTime)
    ended_at: datetime = Field(sa_type=UTCDateTime)
    verdict: str  # ok | empty | shrunk | drifted | blocked | down | …
    detail: str = ""
    requests: int = 0
    bytes: int = Field(default=0, sa_type=BigInteger)
    rows: int = 0
    events: int = 0


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


class ReadingRow(SQLModel, table=True):
    """One document to be fetched and read: waiting → fetched → read, or failed for good."""

    __tablename__ = "reading"
    __table_args__ = (Index("ix_reading_project", "project_source", "project_key"),)

    url: str = Field(primary_key=True)
    key: str  # the source's own name of the document
    source: str  # through whose fetcher it comes
    kind: str  # a DocumentType or BulletinKind value
    issuer_id: int = Field(foreign_key="issuer.id", index=True)
    project_source: str = ""
    project_key: str = ""
    title: str
    date: Day
    published_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    quiet: bool = False  # history when it was queued: read, never alerted
    state: str = Field(default="waiting", index=True)
    attempts: int = 0
    not_before: datetime = Field(sa_type=UTCDateTime)
    last_error: str = ""
    queued_at: datetime = Field(sa_type=UTCDateTime)
    fetched_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    read_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    sha256: str = ""
    size: int = Field(default=0, sa_type=BigInteger)
    pages: int = 0
    document_kind: str = ""  # what the document itself says it is
    flags: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class FigureRow(SQLModel, table=True):
    """One figure a document states, with its page and quote; money also in fen where it is whole."""

    __tablename__ = "figure"

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(foreign_key="reading.url", index=True)
    issuer_id: int = Field(foreign_key="issuer.id", index=True)
    kind: str
    amount: str | None = None  # exact decimal of the base unit
    amount_fen: int | None = Field(default=None, sa_type=BigInteger)
    high: str | None = None  # upper end of a range
    currency: str | None = None
    unit: str
    measure: str
    as_printed: str
    qualifier: str | None = None
    period: str | None = None
    label: str | None = None
    offering: str | None = None
    page: int
    quote: str
    document_sha256: str
    confidence: str
    # Of use_of_proceeds: [project, total investment or null, from proceeds], exact decimals.
    rows: list[list[str | None]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class InboundRow(SQLModel, table=True):
    """One update of the chat service: stored before it is confirmed there, handled exactly once."""

    __tablename__ = "inbound"

    update_id: int = Field(primary_key=True, sa_type=BigInteger)
    state: str = Field(default="new", index=True)  # new | done
    received_at: datetime = Field(sa_type=UTCDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    verdict: str = ""  # handled | ignored | refused | limited | failed: …
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class BotMemberRow(SQLModel, table=True):
    """One person an invitation let in, by numeric id; owner and admins stand in the configuration."""

    __tablename__ = "bot_member"

    user_id: int = Field(primary_key=True, sa_type=BigInteger)
    invited_by: int = Field(sa_type=BigInteger)
    since: datetime = Field(sa_type=UTCDateTime)
    active: bool = True


class BotInvitationRow(SQLModel, table=True):
    """One invitation: the code itself is not kept, only its hash; it works once."""

    __tablename__ = "bot_invitation"

    code_sha256: str = Field(primary_key=True)
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_by: int | None = Field(default=None, sa_type=BigInteger)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class BotAuditRow(SQLModel, table=True):
    """One thing somebody did or was refused through the bot."""

    __tablename__ = "bot_audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime, index=True)
    user_id: int = Field(sa_type=BigInteger)
    address: str
    action: str
    detail: str = ""
    allowed: bool

"""What the listing review publishes: applications, their timelines and documents; the tutoring list."""

from __future__ import annotations

from datetime import date as Day  # a column named `date` would hide the type
from datetime import datetime

from sqlmodel import JSON, BigInteger, Column, Field, ForeignKeyConstraint, SQLModel, UTCDateTime


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

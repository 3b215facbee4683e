"""Documents to be read, and the figures they state."""

from __future__ import annotations

from datetime import date as Day  # a column named `date` would hide the type
from datetime import datetime
from typing import Any

from sqlmodel import JSON, BigInteger, Column, Field, Index, SQLModel, UTCDateTime


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

"""Companies, the names that lead to them, and how near their business is to GPU and AI chips."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import JSON, Column, Field, SQLModel, UTCDateTime


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


class IssuerNameRow(SQLModel, table=True):
    """A normalised full name, present or former, that leads to an issuer."""

    __tablename__ = "issuer_name"

    normalised: str = Field(primary_key=True)
    issuer_id: int = Field(foreign_key="issuer.id", index=True)


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

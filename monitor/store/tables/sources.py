"""How each source fares and how its polls went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import JSON, BigInteger, Column, Field, SQLModel, UTCDateTime


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

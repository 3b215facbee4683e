"""The season file's own format: one compact object per project, read strictly.

Rule: an unknown field or a malformed day is an error naming it; the file holds no invented facts (its note).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeAlias

import msgspec

from monitor.domain.errors import DecodeError

SEASON_FILE = Path(__file__).with_name("season_2025_26.json")

# Most real publications carry an hour of 17; a day known without a time is given this one.
SIGNED_AT = time(16, 52)
POSTED_AFTER = timedelta(minutes=8)
FILED_AT = time(17, 30)

Number: TypeAlias = int | float


class SeasonEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A milestone: `outcome` is its status's sub-code; `published` stands only where it is another day."""

    date: date
    status: int
    time: time | None = None
    outcome: int | None = None
    reason: str = ""
    published: datetime | None = None

    @property
    def signed(self) -> datetime:
        """The decision time (`qianDate`), Shanghai, naive as printed."""
        return datetime.combine(self.date, self.time or SIGNED_AT)

    @property
    def posted(self) -> datetime:
        """The publication time (`timesave`), Shanghai, naive as printed."""
        return self.published or self.signed + POSTED_AFTER


class SeasonSighting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A state of the list row seen on a day, whose milestone date is not known."""

    date: date
    status: int
    time: time | None = None
    outcome: int | None = None


class SeasonDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published file; `shared` names other projects on the same committee agenda."""

    date: date
    code: str
    title: str
    time: time | None = None
    path: str = ""
    shared: list[str] = []


class SeasonProject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One application; `planned` is 亿元 as printed, null where unknown; `accepted` a known wire time."""

    id: str
    issuer: str
    short: str
    board: int = 1
    industry: str = ""
    industry_name: str = ""
    province: str = ""
    sponsors: list[str] = []
    auditors: list[str] = []
    lawyers: list[str] = []
    appraisers: list[str] = []
    planned: Number | None = None
    fictional: bool = False
    sources: str
    title: str = ""
    accepted: str = ""
    events: list[SeasonEvent] = []
    sightings: list[SeasonSighting] = []
    documents: list[SeasonDocument] = []


class SeasonFiling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the tutoring register, known by day; unknown texts are empty."""

    date: date
    company: str
    sources: str
    tutor: str = ""
    state: str = ""
    office: str = ""
    report: str = ""
    title: str = ""
    fictional: bool = False


class Season(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file: notes for the reader, projects, tutoring filings."""

    note: list[str]
    projects: list[SeasonProject]
    tutoring: list[SeasonFiling]


def read_season(path: Path = SEASON_FILE) -> Season:
    """Decodes the season file strictly; raises DecodeError naming the first wrong field."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Season)
    except msgspec.MsgspecError as exc:
        raise DecodeError(f"{path.name} is no season file: {exc}") from exc

"""What a picture shows, and nothing it does not: exact figures, printed dates, names in both languages.

Rule: a figure that is not known is None and draws nothing; a negative one is refused where it is drawn.
Rule: amounts are exact yuan; days are counted between printed dates; `as_of` is an aware instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from monitor.domain.stages import State

Language = Literal["zh", "en", "both"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A company under the name people use; `en` is "" where it has no English one."""

    zh: str
    en: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where the facts come from and when they were put together; shown at the foot of the picture."""

    sources: tuple[str, ...]
    as_of: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """One stage reached: `days` until the next one (or until today), beside the median of `pack` others."""

    state: State
    day: date
    days: int | None = None
    median: int | None = None
    pack: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """An issuer's stages, oldest first; `running` when the last one is still going on."""

    name: Name
    board: str
    stops: tuple[Stop, ...]
    running: bool
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """One project the proceeds are for."""

    title: str
    total: Decimal | None
    proceeds: Decimal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Proceeds:
    """Use of proceeds as one document states it, with the sums it is held against."""

    name: Name
    projects: tuple[Project, ...]
    planned: Decimal | None = None
    gross: Decimal | None = None
    net: Decimal | None = None
    document: str
    page: int | None
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """One raise."""

    name: Name
    yuan: Decimal
    day: date
    marked: bool = False  # the issuer that was asked about


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """Raises by one measure, the largest first."""

    measure: Literal["gross_proceeds", "planned_proceeds"]
    rows: tuple[Ranked, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class League:
    """The raises of a year."""

    year: int
    rankings: tuple[Ranking, ...]
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """One issuer on the board; `days` it has been in its stage."""

    name: Name
    state: State
    days: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """The pipeline: every issuer in its stage."""

    chips: tuple[Chip, ...]
    origin: Origin


Facts = Timeline | Proceeds | League | Board

"""What the application asks of a source and what a source gives back."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from monitor.domain.issue_records import BulletinRecord, NewShareRecord
from monitor.domain.records import DocumentRecord, Listing, Oddity, ProjectRecord, StatusRow, TutoringRow

_UNDER_WAY = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One question to a host, built by a pure function; `label` names its kind in logs and archives."""

    label: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    max_bytes: int = 64 * 1024 * 1024
    # What a good answer starts with, so that a challenge page is never taken for data.
    expects: str = "json"  # json | html | pdf
    deadline: float | None = None  # seconds with all redirects; None: the source's own


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One answer exactly as it came, with when and from where; both instants are aware UTC.

    `host_time` is what the host's own clock said (Date), to the second; None where it said nothing or the
    answer came out of a cache.
    """

    request: Request
    body: bytes
    content_type: str = ""
    fetched_at: datetime
    host_time: datetime | None = None

    @property
    def sha256(self) -> str:
        """Content address of the body, lower-case hex."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def shows_from(self) -> datetime:
        """The earliest instant whose state the answer may show, by the host's clock where it told its own.

        The rows are stamped by that clock, and ours may be wrong; an answer is at most so long under way.
        """
        return (self.host_time or self.fetched_at) - _UNDER_WAY


class Desk(Protocol):
    """What a source may ask of the application while it polls; each `…_seen` is committed when it returns."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...

    async def fetch(self, request: Request) -> Document:
        """Ask politely; FetchError when no usable answer comes. The raw answer is kept."""
        ...

    async def baseline(self) -> bool:
        """Whether this source's first, quiet reading is still to be completed."""
        ...

    async def baseline_done(self, boards: Sequence[str], began: datetime | None = None) -> None:
        """The first reading is complete: what is published after it `began` is news."""
        ...

    async def memory(self) -> Mapping[str, Any]:
        """What this source asked to remember."""
        ...

    async def remember(self, **facts: Any) -> None:
        """Keep small JSON facts between polls."""
        ...

    async def odd(self, oddities: Sequence[Oddity], document: Document) -> None:
        """Tell the operator what was odd, each oddity once."""
        ...

    async def known_rows(self) -> Mapping[str, str]:
        """Digest of each list row as last seen → project key."""
        ...

    async def projects_seen(
        self, rows: Sequence[tuple[str, ProjectRecord]], document: Document, *, baseline: bool
    ) -> None:
        """New or changed list rows with their digests."""
        ...

    async def timeline_seen(self, key: str, rows: Sequence[StatusRow], document: Document) -> None:
        """One complete timeline, oldest first."""
        ...

    async def documents_seen(self, documents: Sequence[DocumentRecord], document: Document) -> None:
        """Documents of one project or of many."""
        ...

    async def known_documents(self, keys: Sequence[str]) -> set[str]:
        """Which of these document keys are stored."""
        ...

    async def refresh_due(self, *, but: Collection[str] = ()) -> str | None:
        """The project to read next, the most urgent first, none of `but`; None when nothing is due."""
        ...

    async def refreshed(self, key: str, *, failed: bool = False) -> None:
        """A project has been read, or could not be and is to be tried again, each time later."""
        ...

    async def queue_refresh(self, *, terminal: Sequence[str], recent: timedelta, others: int) -> int:
        """Queue projects under review, those finished within `recent`, and the `others` longest unread."""
        ...

    async def tutoring_seen(self, rows: Sequence[TutoringRow], document: Document, *, baseline: bool) -> int:
        """Rows of the regulator's tutoring list; returns how many events they made."""
        ...

    async def issues_seen(self, rows: Sequence[NewShareRecord], document: Document, *, baseline: bool) -> int:
        """Rows of the new-share list; returns how many were new or changed."""
        ...

    async def bulletins_seen(self, rows: Sequence[BulletinRecord], document: Document) -> None:
        """Bulletins of companies on the new-share list."""
        ...

    async def issue_codes(self, *, coming: bool = False) -> Sequence[str]:
        """Codes of issues on their way, and without `coming` of those listed within 30 days too."""
        ...

    async def remind(self) -> None:
        """Tell the calendar reminders of today; telling them again tells nothing."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a completed poll saw: how many rows it read, and what its list shows for comparison, if one."""

    rows: int
    listing: Listing | None = None


class Source(Protocol):
    """One site. A poll either completes with a Report or raises FetchError or ParseError."""

    @property
    def name(self) -> str:
        """The key of `[sources.<name>]`."""
        ...

    async def quick(self, desk: Desk) -> Report:
        """The cheap look at what is newest."""
        ...

    async def sweep(self, desk: Desk) -> Report:
        """The complete reading that proves itself complete."""
        ...

    async def documents(self, desk: Desk) -> None:
        """The newest documents of all projects, where the site lists them together."""
        ...

    async def round(self, desk: Desk) -> None:
        """Once a day: queue for re-reading what the list would not betray."""
        ...

    async def background(self, desk: Desk) -> bool:
        """One small piece of waiting work; False when there is none."""
        ...

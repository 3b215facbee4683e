"""The frozen records that hold one run's configuration; how they are read is in `settings.py`.

Rule: what may hold a password or token never shows itself in `repr`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from monitor.domain.events import EventKind
from monitor.domain.grades import Grade

Language = Literal["zh", "en"]
ChatId = int | str  # a number, or "@name" of a public channel or group


class Secret:
    """A token that prints as `***`; only `reveal()` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The token itself, for the one call that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseSettings:
    """Where facts, events and deliveries are stored; the URL may hold a password."""

    url: str = field(repr=False)

    @property
    def shown(self) -> str:
        """The URL with its password masked."""
        parts = urlsplit(self.url)
        if parts.password is None:
            return self.url
        return self.url.replace(f":{parts.password}@", ":***@", 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceSettings:
    """What every source has: whether it runs, how often it is asked, and how politely; all in seconds."""

    enabled: bool
    interval: float
    min_request_gap: float
    deadline: float  # a request that takes longer in all is abandoned
    allow_private_hosts: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SseStarSettings(SourceSettings):
    """The Shanghai exchange's review pages; window times are Asia/Shanghai."""

    query_url: str
    static_url: str
    site_url: str  # only links in messages begin with it; it is never asked
    slow_interval: float
    quick_window_start: time
    quick_window_end: time  # equal to the start: the whole day
    market_types: tuple[str, ...]  # the exchange's issueMarketType: 1 科创板, 2 主板
    page_size: int
    sweep_interval: float
    sweep_times: tuple[time, ...]
    sweep_page_size: int
    documents_query: Literal["current", "older", "both"]


@dataclass(frozen=True, kw_only=True, slots=True)
class CsrcTutoringSettings(SourceSettings):
    """The securities regulator's list of tutoring filings (辅导备案)."""

    base_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SseIssueSettings(SourceSettings):
    """The Shanghai exchange's new-share list and issue bulletins; what is inferred of them can be set."""

    query_url: str
    site_url: str  # only links in messages begin with it; it is never asked
    list_query: str
    stock_type: str
    bulletins: bool
    lottery_rate_unit: Literal["inferred", "percent", "withheld"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """One entry per source folder."""

    sse_star: SseStarSettings
    csrc_tutoring: CsrcTutoringSettings
    sse_issue: SseIssueSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsoleSettings:
    """Alerts on standard output."""

    enabled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatSettings:
    """One chat that gets alerts; `watch` None means the same names as everybody."""

    id: ChatId
    language: Language
    watch: tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TelegramSettings:
    """The bot and its chats; a token is present whenever `enabled` is true."""

    enabled: bool
    token: Secret | None
    api_url: str
    chats: tuple[ChatSettings, ...]
    operator_chat: ChatId | None
    bot: bool = True  # whether it answers commands
    owner: int | None = None  # numeric user id
    admins: tuple[int, ...] = ()
    access: Literal["open", "closed", "invite"] = "invite"


@dataclass(frozen=True, kw_only=True, slots=True)
class HookSettings:
    """One channel that posts to one secret address; `watch` None and no `kinds` mean: as everybody."""

    kind: str
    name: str  # the kind, or "kind/name"
    url: Secret
    secret: Secret | None
    language: Language
    watch: tuple[str, ...] | None
    kinds: tuple[EventKind, ...]
    operator: bool  # also hears of trouble with sources and deliveries
    to: tuple[str, ...]  # e-mail only, as `sender`
    sender: str
    bare: bool  # a secret of it stands in the configuration file itself

    @property
    def host(self) -> str:
        """The server it posts to, all of the address that may be shown; Apprise may keep a key there."""
        if self.kind == "apprise":
            return ""
        return urlsplit(self.url.reveal()).hostname or ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Channels:
    """One entry per way a message can leave."""

    console: ConsoleSettings
    telegram: TelegramSettings
    hooks: tuple[HookSettings, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RelevanceSettings:
    """Which issuers are worth an alert; `watch` holds names or parts of names, empty for no restriction."""

    mode: Literal["all", "ai_chips"]
    watch: tuple[str, ...]
    pins: tuple[tuple[str, Grade], ...]  # the operator's own verdicts: whole name, grade
    daily_at: time  # of the line on related issuers, Asia/Shanghai


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertSettings:
    """How and about what we write; no `kinds` means the standard choice of the routing."""

    language: Language
    kinds: tuple[EventKind, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveSettings:
    """Where raw answers are kept, how many bytes of them and for how many days."""

    dir: Path
    max_bytes: int
    max_age_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentSettings:
    """The documents whose figures are read: how big one and all may be, and how many come in an hour."""

    enabled: bool
    fetch: bool
    dir: Path
    max_file_bytes: int
    max_bytes: int
    max_per_hour: int
    deadline: float


@dataclass(frozen=True, kw_only=True, slots=True)
class WebSettings:
    """Feeds over HTTP; a secret is present whenever `enabled` is true."""

    enabled: bool
    host: str
    port: int
    secret: Secret | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarSettings:
    """The operator's own trading days, laid over our table."""

    override_file: Path | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LogSettings:
    """How much is logged and whether as JSON lines."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    json: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything the operator decided, checked; `warnings` are for the log and `ipo-monitor check`."""

    database: DatabaseSettings
    sources: Sources
    channels: Channels
    relevance: RelevanceSettings
    alerts: AlertSettings
    archive: ArchiveSettings
    documents: DocumentSettings
    calendar: CalendarSettings
    web: WebSettings
    log: LogSettings
    contact: str
    user_agent: str
    warnings: tuple[str, ...] = ()

"""Reads the one TOML file and the environment into frozen `Settings`, with every problem at once.

Rule: nothing runs at import and nothing else in the program looks at the environment.
Rule: every key has a row in docs/configuration.md; a test compares them.
"""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from monitor.domain.addresses import names_this_host_or_net
from monitor.domain.errors import ConfigError
from monitor.settings_channels import channels, describe_hook
from monitor.settings_documents import documents
from monitor.settings_issue import sse_issue
from monitor.settings_items import (
    LANGUAGES,
    PINS_MUST,
    event_kind,
    issuer_name,
    market_type,
    pinned_grade,
)
from monitor.settings_schema import (
    AlertSettings,
    ArchiveSettings,
    CalendarSettings,
    ChatSettings,
    CsrcTutoringSettings,
    DatabaseSettings,
    DocumentSettings,
    LogSettings,
    RelevanceSettings,
    Secret,
    Settings,
    Sources,
    SseStarSettings,
    TelegramSettings,
)
from monitor.settings_values import Key, Raw, Values, time_of_day
from monitor.settings_web import describe_web, web

__all__ = [
    "ChatSettings",
    "CsrcTutoringSettings",
    "Secret",
    "Settings",
    "SseStarSettings",
    "TelegramSettings",
    "config_path",
    "describe",
    "known_keys",
    "load",
]

_DAY = 86_400.0
_HEADER = r"[\x20-\x7e]*"
_HEADER_MUST = "must be ASCII text on one line, as it becomes an HTTP header"


def config_path(option: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The file to read: the command line's, else IPO_MONITOR_CONFIG, else none."""
    named = environ.get("IPO_MONITOR_CONFIG", "").strip()
    return option or (Path(named) if named else None)


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The checked configuration of one run.

    Raises ConfigError with every problem, each beginning with the dotted key it is about.
    """
    file = {} if path is None else _flat(_parsed(path), path)
    values = Values(file, environ)
    settings = _build(values, environ)
    values.unknown()
    if values.problems:
        raise ConfigError(values.problems)
    return replace(settings, warnings=tuple(_warnings(settings, values, path)))


def known_keys() -> list[Key]:
    """Every key there is, in the order of the documentation."""
    values = Values({}, {})
    _build(values, {"HOME": "/"})
    return list(values.keys.values())


def describe(settings: Settings) -> list[str]:
    """Lines that say what a run would do, without any secret."""
    star, tutoring = settings.sources.sse_star, settings.sources.csrc_tutoring
    issue = settings.sources.sse_issue
    telegram, relevance = settings.channels.telegram, settings.relevance
    quick = f"{star.quick_window_start:%H:%M}-{star.quick_window_end:%H:%M} Asia/Shanghai on trading days"
    followed = f", only names with {', '.join(relevance.watch)}" if relevance.watch else ""
    chats = ", ".join(str(chat.id) for chat in telegram.chats) or "no chat"
    lines = [
        f"database: {settings.database.shown}",
        f"source sse_star: {star.query_url} every {star.interval:g} s ({quick}), else every "
        f"{star.slow_interval:g} s, requests at least {star.min_request_gap:g} s apart"
        if star.enabled
        else "source sse_star: off",
        f"source csrc_tutoring: {tutoring.base_url} every {tutoring.interval:g} s, requests at least "
        f"{tutoring.min_request_gap:g} s apart"
        if tutoring.enabled
        else "source csrc_tutoring: off",
        f"source sse_issue: {issue.query_url} every {issue.interval:g} s, requests at least "
        f"{issue.min_request_gap:g} s apart"
        if issue.enabled
        else "source sse_issue: off",
        f"channel console: {'on' if settings.channels.console.enabled else 'off'}",
        f"channel telegram: {telegram.api_url} to {chats}, token {telegram.token}"
        if telegram.enabled
        else "channel telegram: off",
        *(describe_hook(hook) for hook in settings.channels.hooks),
        f"relevance: {relevance.mode}{followed}{_daily(relevance)}",
        *(f"relevance pin: {name} is {grade}" for name, grade in relevance.pins),
        f"alerts: {settings.alerts.language}, {', '.join(settings.alerts.kinds) or 'the standard kinds'}",
        f"archive: {settings.archive.dir}, at most {settings.archive.max_bytes:,} bytes and "
        f"{settings.archive.max_age_days} days",
        _documents(settings.documents),
        describe_web(settings.web),
        f"calendar: built in{_and_file(settings.calendar.override_file)}",
        f"log: {settings.log.level}{', JSON lines' if settings.log.json else ''}",
    ]
    return lines + [f"warning: {warning}" for warning in settings.warnings]


def _daily(relevance: RelevanceSettings) -> str:
    if relevance.mode == "all":
        return ""
    return f", related issuers once a day at {relevance.daily_at:%H:%M} Asia/Shanghai"


def _documents(settings: DocumentSettings) -> str:
    if not settings.enabled:
        return "documents: off"
    fetched = f"at most {settings.max_per_hour} an hour" if settings.fetch else "none fetched"
    return f"documents: {settings.dir}, {fetched}, at most {settings.max_bytes:,} bytes in all"


def _and_file(path: Path | None) -> str:
    return f" and {path}" if path else ""


def _parsed(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([f"configuration file {path}: {error.strerror}"]) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError([f"configuration file {path}: not TOML in UTF-8: {error}"]) from error


def _flat(table: Mapping[str, object], path: Path, above: str = "") -> dict[str, Raw]:
    found: dict[str, Raw] = {}
    for name, value in table.items():
        key = f"{above}{name}"
        if isinstance(value, dict):
            found |= _flat(value, path, f"{key}.")
        else:
            found[key] = Raw(value=value, origin=str(path), written=False, folder=path.parent)
    return found


def _build(values: Values, environ: Mapping[str, str]) -> Settings:
    home = Path(environ["HOME"]) if environ.get("HOME") else None
    data = _data_folder(environ, home)
    language = values.choice("alerts.language", LANGUAGES, "zh")
    database = _database(values, home, data)
    archive = _archive(values, home, data)
    return Settings(
        contact=values.text("contact", "", shape=_HEADER, must=_HEADER_MUST),
        user_agent=values.text("user_agent", "", shape=_HEADER, must=_HEADER_MUST),
        database=database,
        sources=_sources(values),
        channels=channels(values, home, language),
        relevance=RelevanceSettings(
            mode=values.choice("relevance.mode", ("all", "ai_chips"), "ai_chips"),
            watch=values.items("relevance.watch", (), "list of names", "[]", issuer_name),
            pins=values.table("relevance.pins", "table of grades", pinned_grade, PINS_MUST),
            daily_at=values.clock_time("relevance.daily_at", "21:00"),
        ),
        alerts=AlertSettings(
            language=language,
            kinds=values.items("alerts.kinds", (), "list of event kinds", "the standard choice", event_kind),
        ),
        archive=archive,
        documents=documents(values, home, data, archive.dir),
        web=web(values, home),
        calendar=CalendarSettings(override_file=values.path("calendar.override_file", None, "none", home)),
        log=LogSettings(
            level=values.choice("log.level", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
            json=values.flag("log.json", False),
        ),
    )


def _data_folder(environ: Mapping[str, str], home: Path | None) -> Path | None:
    """Where our files go by default: the service manager's state folder, else the XDG data folder."""
    if state := environ.get("STATE_DIRECTORY", "").split(":")[0]:
        return Path(state)
    if (xdg := environ.get("XDG_DATA_HOME", "")).startswith("/"):  # the XDG standard: a relative one is void
        return Path(xdg) / "ipo-monitor"
    return None if home is None else home / ".local/share/ipo-monitor"


def _database(values: Values, home: Path | None, data: Path | None) -> DatabaseSettings:
    key = "database.url"
    url, raw = values.secret(key, "URL", home, default="SQLite file in the data folder")
    if raw is None:
        if data is None:
            values.problem(key, "must be set where neither HOME nor XDG_DATA_HOME is")
            return DatabaseSettings(url="")
        return DatabaseSettings(url=f"sqlite:///{data / 'ipo-monitor.db'}")
    if url is not None and re.match(r"postgres(ql)?://", url):
        url = "postgresql+psycopg://" + url.partition("://")[2]  # psycopg 3 is the driver we install
    if url is not None and not _is_database(url):
        values.problem(key, "must be like sqlite:////folder/file.db or postgresql://…", raw, show=False)
    return DatabaseSettings(url=url or "")


def _is_database(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return bool(re.fullmatch(r"sqlite://(/[^\x00-\x1f]*)?|postgresql\+psycopg://[^\x00-\x20]*", url))


def _sources(values: Values) -> Sources:
    star = _sse_star(values)
    return Sources(sse_star=star, csrc_tutoring=_csrc_tutoring(values), sse_issue=sse_issue(values, star))


def _sse_star(values: Values) -> SseStarSettings:
    at = "sources.sse_star."
    private = values.flag(f"{at}allow_private_hosts", False)
    guard = "" if private else f"{at}allow_private_hosts"
    interval = values.seconds(f"{at}interval", 60, 0.01, _DAY)
    return SseStarSettings(
        enabled=values.flag(f"{at}enabled", True),
        allow_private_hosts=private,
        query_url=values.url(f"{at}query_url", "https://query.sse.com.cn", private=guard),
        static_url=values.url(f"{at}static_url", "https://static.sse.com.cn", private=guard),
        site_url=values.url(f"{at}site_url", "https://www.sse.com.cn"),
        interval=interval,
        slow_interval=values.seconds(
            f"{at}slow_interval", min(5 * interval, _DAY), 0.01, _DAY, shown="5 × interval"
        ),
        min_request_gap=values.seconds(f"{at}min_request_gap", 1, 0, 3600),
        deadline=values.seconds(f"{at}deadline", 60, 0.05, 3600),
        quick_window_start=values.clock_time(f"{at}quick_window_start", "15:00"),
        quick_window_end=values.clock_time(f"{at}quick_window_end", "23:00"),
        market_types=values.items(
            f"{at}market_types", ("1",), 'list of "1", "2"', '["1"]', market_type, at_least=1
        ),
        page_size=values.number(f"{at}page_size", 25, 1, 1000, "integer"),
        sweep_interval=values.seconds(f"{at}sweep_interval", 3600, 0.01, 7 * _DAY),
        sweep_times=values.items(
            f"{at}sweep_times", (time_of_day("03:00"),), "list of HH:MM", '["03:00"]', time_of_day
        ),
        sweep_page_size=values.number(f"{at}sweep_page_size", 500, 1, 1000, "integer"),
        documents_query=values.choice(f"{at}documents_query", ("current", "older", "both"), "both"),
    )


def _csrc_tutoring(values: Values) -> CsrcTutoringSettings:
    at = "sources.csrc_tutoring."
    private = values.flag(f"{at}allow_private_hosts", False)
    return CsrcTutoringSettings(
        enabled=values.flag(f"{at}enabled", True),
        allow_private_hosts=private,
        base_url=values.url(
            # http: the host's TLS fails, seen 2026-09
            f"{at}base_url",
            "http://eid.csrc.gov.cn",
            private="" if private else f"{at}allow_private_hosts",
        ),
        interval=values.seconds(f"{at}interval", 1800, 0.01, _DAY),
        min_request_gap=values.seconds(f"{at}min_request_gap", 2, 0, 3600),
        deadline=values.seconds(f"{at}deadline", 60, 0.05, 3600),
    )


def _archive(values: Values, home: Path | None, data: Path | None) -> ArchiveSettings:
    default = None if data is None else data / "archive"
    folder = values.path("archive.dir", default, '"archive" in the data folder', home)
    if folder is None:
        values.problem("archive.dir", "must be set where neither HOME nor XDG_DATA_HOME is")
    return ArchiveSettings(
        dir=folder or Path(),
        max_bytes=values.number("archive.max_bytes", 2_000_000_000, 1_000_000, 10**15, "integer"),
        max_age_days=values.number("archive.max_age_days", 400, 1, 36_500, "integer"),
    )


def _warnings(settings: Settings, values: Values, path: Path | None) -> list[str]:
    """What a run survives but its operator should mend."""
    found = []
    telegram = settings.channels.telegram
    if path is not None and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        for key, secret in (
            ("channels.telegram.token", telegram.token is not None),
            ("database.url", settings.database.shown != settings.database.url),
        ):
            raw = values.raw(key)
            if secret and raw is not None and not raw.written:
                found.append(f"{key}: other users of this machine can read it; run: chmod 600 {path}")
        found += [
            f"channels.{hook.kind}: others of this machine can read its secret; run: chmod 600 {path}"
            for hook in settings.channels.hooks
            if hook.bare
        ]
    if telegram.enabled and not telegram.chats:
        found.append("channels.telegram.chats: is empty, so no chat gets alerts")
    if telegram.api_url.startswith("http://"):
        host = urlsplit(telegram.api_url).hostname or ""
        if not names_this_host_or_net(host):
            found.append("channels.telegram.api_url: sends the token unencrypted; use https://")
    if not (settings.sources.sse_star.enabled or settings.sources.csrc_tutoring.enabled):
        found.append("sources: all are off, so nothing is watched")
    return found

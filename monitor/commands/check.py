"""`check`: configuration, database and channels looked over; with `--live` the hosts too.

Rule: nothing is created, migrated or sent; each trouble says what to do about it.
Exit: 0 well · 1 a channel, the disk or a host is in trouble · 2 configuration · 3 database.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import httpx
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot
from telegram.error import Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.request import HTTPXRequest

from alerts.redact import redact
from alerts.registry import CHANNELS
from monitor.app import fetchers
from monitor.clock_system import SystemClock
from monitor.domain.calendar import load_calendar
from monitor.domain.errors import ConfigError, StoreError
from monitor.hooks import hook_options
from monitor.settings import Settings, TelegramSettings, describe
from monitor.store.database import Database
from monitor.store.migrations import configuration, current_revision
from scrapers.registry import SOURCES

_LITTLE = 500_000_000  # bytes; a market of documents' lists and a year of events need about half of it
_ANSWER_WITHIN = 15.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing looked at; `code` is the exit code it asks for, 0 when well."""

    what: str
    seen: str
    code: int = 0
    remedy: str = ""


def run_check(settings: Settings, out: TextIO, *, live: bool) -> int:
    """Print what a run would do and how its surroundings stand; the gravest trouble gives the exit code."""
    codes = [0]
    for line in describe(settings):
        out.write(f"        {line}\n")
    codes += [_shown(line, out) for line in _configured(settings)]
    codes += [_shown(line, out) for line in _database(settings)]
    codes += [_shown(line, out) for line in _room(settings)]
    codes += [_shown(line, out) for line in asyncio.run(_channels(settings))]
    if live:
        codes.append(asyncio.run(_hosts(settings, out)))
    return max(codes)


def _shown(line: Line, out: TextIO) -> int:
    mark = "TROUBLE" if line.code else "ok     "
    out.write(f"{mark} {line.what}: {line.seen}\n")
    if line.remedy:
        out.write(f"        → {line.remedy}\n")
    out.flush()
    return line.code


def _configured(settings: Settings) -> Iterator[Line]:
    override = settings.calendar.override_file
    try:
        load_calendar(override)
    except ConfigError as exc:
        yield Line(what="calendar", seen="; ".join(exc.problems), code=2, remedy=f"mend {override}")
    else:
        yield Line(what="calendar", seen=f"built in and {override}" if override else "built in")
    count = len(settings.warnings)
    yield Line(what="configuration", seen=f"{count} warnings, see above" if count else "no problem")


def _database(settings: Settings) -> Iterator[Line]:
    url = make_url(settings.database.url)
    path = None
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            yield Line(what="database", seen="in memory: nothing outlives the program")
            return
        path = Path(str(url.database))
        if not path.exists():
            yield _place_for(path)
            return
    database = Database(settings.database.url)
    try:
        yield from _opened(database, path)
    except (StoreError, SQLAlchemyError) as exc:
        yield Line(
            what="database",
            seen=str(exc),
            code=3,
            remedy=f"check owner and rights of {path} and its folder, or restore a backup"
            if path
            else "check database.url, and that the server runs and lets this user in",
        )
    finally:
        database.close()


def _place_for(path: Path) -> Line:
    folder = _nearest(path)
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        why = "is not writable" if folder.is_dir() else "is a file, not a folder"
        return Line(
            what="database",
            seen=f"{path} cannot be made: {folder} {why}",
            code=3,
            remedy="set database.url to a file in a folder this user may write to",
        )
    return Line(what="database", seen=f"none at {path} yet; `ipo-monitor run` or `once` makes it")


def _opened(database: Database, path: Path | None) -> Iterator[Line]:
    with database.read() as session:
        if path is not None:
            said = [str(row[0]) for row in session.connection().execute(text("PRAGMA quick_check(5)"))]
            if said == ["ok"]:
                yield Line(what="database integrity", seen="ok")
            else:
                yield Line(
                    what="database integrity",
                    seen="; ".join(said)[:300],
                    code=3,
                    remedy="stop the daemon and restore the last backup",
                )
        else:
            session.connection().execute(text("select 1"))
            yield Line(what="database", seen=f"{database.shown} answers")
    yield _schema(database)
    with database.write() as session:
        session.connection()  # begins and commits a transaction that writes nothing
    yield Line(what="database", seen="writable")


def _schema(database: Database) -> Line:
    scripts = ScriptDirectory.from_config(configuration())
    now, head = current_revision(database.engine), scripts.get_current_head()
    known = {script.revision for script in scripts.walk_revisions()}
    if now == head:
        return Line(what="database schema", seen=f"{now}, up to date")
    if now is None:
        return Line(what="database schema", seen=f"empty; the next start makes it {head}")
    if now in known:
        return Line(what="database schema", seen=f"{now}; the next start brings it to {head}")
    return Line(
        what="database schema",
        seen=f"{now} was written by a newer ipo-monitor; this one knows {head}",
        code=3,
        remedy="upgrade this program, or restore an older backup",
    )


def _room(settings: Settings) -> Iterator[Line]:
    path = make_url(settings.database.url).database if settings.database.url.startswith("sqlite") else None
    places = {"archive": settings.archive.dir}
    if path not in (None, "", ":memory:"):
        places = {"database": Path(str(path)), **places}
    for what, place in places.items():
        folder = _nearest(place)
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            if what == "archive":
                yield Line(
                    what="archive",
                    seen=f"{place} cannot be written: {folder} is no writable folder",
                    code=1,
                    remedy="set archive.dir to a folder this user may write to",
                )
            continue
        free = shutil.disk_usage(folder).free
        wanted = settings.archive.max_bytes if what == "archive" else _LITTLE
        seen = f"{free:,} bytes free at {folder}"
        if free < _LITTLE:
            yield Line(what=f"{what} disk", seen=seen, code=1, remedy="free some space or use another disk")
        elif free < wanted:
            yield Line(
                what=f"{what} disk",
                seen=seen,
                remedy=f"archive.max_bytes allows {wanted:,}: lower it or make room",
            )
        else:
            yield Line(what=f"{what} disk", seen=seen)


def _nearest(path: Path) -> Path:
    """The path itself or the nearest of its parents that exists."""
    return next((place for place in (path, *path.parents) if place.exists()), Path("/"))


async def _channels(settings: Settings) -> list[Line]:
    lines = [Line(what="console", seen="on" if settings.channels.console.enabled else "off")]
    telegram = settings.channels.telegram
    if telegram.enabled and telegram.token is not None:
        lines += await _telegram(telegram, telegram.token.reveal())
    for hook in settings.channels.hooks:
        try:
            await CHANNELS[hook.kind](hook_options(hook, SystemClock())).close()
        except ConfigError as exc:
            seen = "; ".join(exc.problems)
            lines.append(Line(what=hook.name, seen=seen, code=2, remedy="see docs/channels.md"))
        else:
            lines.append(Line(what=hook.name, seen=f"ready for {hook.host or hook.kind}; nothing was sent"))
    return lines


async def _telegram(telegram: TelegramSettings, token: str) -> list[Line]:
    request = HTTPXRequest(
        connect_timeout=_ANSWER_WITHIN,
        read_timeout=_ANSWER_WITHIN,
        httpx_kwargs={"trust_env": False},  # a proxy variable must not see the token
    )
    bot = Bot(token, base_url=f"{telegram.api_url}/bot", request=request, get_updates_request=request)
    try:
        try:
            me = await bot.get_me()
        except TelegramError as exc:
            return [_telegram_trouble(exc, telegram, token)]
        lines = [Line(what="telegram", seen=f"the token is that of @{me.username}")]
        for address in _addresses(telegram):
            try:
                chat = await bot.get_chat(address)
            except TelegramError as exc:
                lines.append(
                    Line(
                        what=f"telegram chat {address}",
                        seen=redact(str(exc), [token]),
                        code=1,
                        remedy="let the person press Start, or add the bot to the group or channel",
                    )
                )
            else:
                name = chat.title or chat.username or chat.first_name or ""
                lines.append(Line(what=f"telegram chat {address}", seen=f"{chat.type} {name}".strip()))
        return lines
    finally:
        await request.shutdown()


def _telegram_trouble(exc: TelegramError, telegram: TelegramSettings, token: str) -> Line:
    why = redact(str(exc), [token])
    if isinstance(exc, InvalidToken | Forbidden):
        return Line(
            what="telegram",
            seen=f"{telegram.api_url} refuses the token ({why})",
            code=1,
            remedy="copy channels.telegram.token again from BotFather (/token)",
        )
    if isinstance(exc, NetworkError) and isinstance(exc.__cause__, httpx.HTTPError):
        return Line(
            what="telegram",
            seen=f"no answer from {telegram.api_url}: {why}",
            code=1,
            remedy="check the network, or channels.telegram.api_url",
        )
    return Line(
        what="telegram",
        seen=f"{telegram.api_url} answered: {why}",
        code=1,
        remedy="check that channels.telegram.api_url is a Bot API server",
    )


def _addresses(telegram: TelegramSettings) -> Iterable[str]:
    ids = [chat.id for chat in telegram.chats]
    if telegram.operator_chat is not None:
        ids.append(telegram.operator_chat)
    return dict.fromkeys(str(one) for one in ids)


_VERDICTS = {True: "holds", False: "DOES NOT HOLD", None: "NO ANSWER"}


async def _hosts(settings: Settings, out: TextIO) -> int:
    """Ask every enabled source's hosts and print each statement with its verdict; 1 unless all hold.

    A source no run needs may stay without an answer.
    """
    verdicts: list[bool | None] = []
    excused = 0
    for name, entry in SOURCES.items():
        section = getattr(settings.sources, name)
        if not section.enabled:
            continue
        out.write(f"\n{name}\n")
        async with fetchers(settings, name, SystemClock(), None)() as fetcher:
            async for finding in entry.survey(section, fetcher.get):
                seen = f"  ({finding.seen})" if finding.seen else ""
                out.write(f"{_VERDICTS[finding.holds]:14}{finding.statement}{seen}\n")
                out.flush()
                verdicts.append(finding.holds)
                excused += entry.optional and finding.holds is None
    held = verdicts.count(True)
    out.write(
        f"\n{held} of {len(verdicts)} statements hold, {verdicts.count(False)} do not, "
        f"{verdicts.count(None)} got no answer\n"
    )
    return 0 if held + excused == len(verdicts) else 1

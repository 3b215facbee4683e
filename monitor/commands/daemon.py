"""`run` and `once`: build the application, hold the one-daemon lock, end cleanly on a signal."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Mapping, Sequence

from alerts.redact import guard_logging
from monitor import failpoints
from monitor.app import App, build
from monitor.clock_system import SystemClock
from monitor.domain.errors import ConfigError
from monitor.logs import set_up_logging
from monitor.settings import Settings, describe
from scrapers.registry import SOURCES

log = logging.getLogger(__name__)


def run_daemon(settings: Settings, environ: Mapping[str, str]) -> int:
    """Run until SIGTERM or SIGINT; 0 when asked to end."""
    _begin(settings, environ)
    return asyncio.run(_daemon(settings))


async def _daemon(settings: Settings) -> int:
    app = build(settings, SystemClock())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, app.stop)
    try:
        with app.database.only_daemon():
            await app.prepare()
            for line in describe(settings):
                log.info("%s", line)
            await app.run(lambda: log.info("ready"))
            log.info("stopped; nothing is lost, what waits is sent at the next start")
    finally:
        await app.close()
    return 0


def run_once(settings: Settings, environ: Mapping[str, str], names: Sequence[str]) -> int:
    """One pass; 0 when every source was well, 1 otherwise."""
    unknown = sorted(set(names) - SOURCES.keys())
    if unknown:
        raise ConfigError([f"--source: {name!r} is none of {', '.join(SOURCES)}" for name in unknown])
    _begin(settings, environ)
    return asyncio.run(_once(settings, names))


async def _once(settings: Settings, names: Sequence[str]) -> int:
    app = build(settings, SystemClock())
    enabled = [turn.name for turn in app.turns]
    off = sorted(set(names) - set(enabled))
    if off:
        raise ConfigError([f"sources.{name}.enabled: false, but --source asks for it" for name in off])
    work = asyncio.ensure_future(_pass(app, names or enabled))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    try:
        verdicts = await work
    except asyncio.CancelledError:
        sys.stderr.write("interrupted; what was read is kept, the next pass goes on from there\n")
        return 130
    finally:
        await app.close()
    for name, verdict in verdicts.items():
        log.info("%s: %s", name, verdict)
    return 0 if all(verdict == "ok" for verdict in verdicts.values()) else 1


async def _pass(app: App, names: Sequence[str]) -> dict[str, str]:
    with app.database.only_daemon():
        await app.prepare()
        return await app.once(names)


def _begin(settings: Settings, environ: Mapping[str, str]) -> None:
    set_up_logging(settings.log.level, as_json=settings.log.json)
    secrets = [settings.channels.telegram.token.reveal()] if settings.channels.telegram.token else []
    guard_logging(secrets)
    for warning in settings.warnings:
        log.warning("%s", warning)
    if spec := environ.get("IPO_MONITOR_FAILPOINT"):
        failpoints.install(spec)

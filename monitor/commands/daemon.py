"""`run` and `once`: build the application, hold the one-daemon lock, end cleanly on a signal."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn

from alerts.redact import guard_logging
from monitor import failpoints
from monitor.app import App, Progress, build
from monitor.clock_system import SystemClock
from monitor.domain.errors import ConfigError, Unrecoverable
from monitor.hooks import channel_secrets
from monitor.logs import set_up_logging
from monitor.memory import settle_allocator
from monitor.notify import Notifier
from monitor.settings import Settings, describe
from scrapers.registry import SOURCES

log = logging.getLogger(__name__)


def run_daemon(settings: Settings, environ: Mapping[str, str]) -> int:
    """Run until SIGTERM or SIGINT; 0 when asked to end, 70 when the service manager must start us anew."""
    _begin(settings, environ)
    settle_allocator()
    return asyncio.run(_daemon(settings, Notifier.from_environ(environ, os.getpid())))


async def _daemon(settings: Settings, notifier: Notifier) -> int:
    app = build(settings, SystemClock())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, app.stop)
    try:
        with app.database.only_daemon():
            await app.prepare()
            for line in describe(settings):
                log.info("%s", line)
            try:
                await app.run(lambda: log.info("ready"), notifier)
            except Unrecoverable as exc:
                log.critical("%s; ending with code 70", exc)
                _leave()
            log.info("stopped; nothing is lost, what waits is sent at the next start")
    finally:
        await app.close()
    return 0


def _leave() -> NoReturn:
    """End now: what hangs may be a thread, and an orderly end would wait for it. Commits are durable."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(70)


def run_once(settings: Settings, environ: Mapping[str, str], names: Sequence[str]) -> int:
    """One pass; 0 when every source was well, 1 otherwise; an optional source counts only when named."""
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
    return exit_code(verdicts, names)


def exit_code(verdicts: Mapping[str, str], named: Sequence[str]) -> int:
    """0 when every source was well that was named or that no run is well without; 1 otherwise."""
    counted = [verdict for name, verdict in verdicts.items() if name in named or not SOURCES[name].optional]
    return 0 if all(verdict == "ok" for verdict in counted) else 1


async def _pass(app: App, names: Sequence[str]) -> dict[str, str]:
    with app.database.only_daemon(), _bar() as progress:
        await app.prepare()
        return await app.once(names, progress)


@contextlib.contextmanager
def _bar() -> Iterator[Progress | None]:
    """A progress bar when a person is watching; the first reading of the whole market takes long."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)

        def show(source: str, read: int, total: int) -> None:
            bar.update(task, description=source, completed=read, total=total, visible=total > 1)

        yield show


def _begin(settings: Settings, environ: Mapping[str, str]) -> None:
    set_up_logging(settings.log.level, as_json=settings.log.json)
    guard_logging(channel_secrets(settings))
    for warning in settings.warnings:
        log.warning("%s", warning)
    if spec := environ.get("IPO_MONITOR_FAILPOINT"):
        failpoints.install(spec)

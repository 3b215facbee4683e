"""The command line: reads arguments and the environment, picks the command, turns errors into exit codes.

Exit codes: 0 done · 1 done, with trouble that was named · 2 wrong configuration or usage · 3 database ·
4 another daemon works on this database · 70 a fault of our own · 130 interrupted.
Rule: nothing heavy is imported before its command runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from monitor.domain.errors import ConfigError, MonitorError, SecondDaemon, StoreError

_F = TypeVar("_F", bound=Callable[..., Any])
_CONFIG_HELP = "The TOML file; else IPO_MONITOR_CONFIG; else defaults and environment alone."


def _config_option(function: _F) -> _F:
    """`--config` after the subcommand as well as before it."""
    return click.option("--config", "config", type=click.Path(path_type=Path), help=_CONFIG_HELP)(function)


class _Group(click.Group):
    """Turns typed errors into one clear line and a documented exit code, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()  # else a reader that went away is met only when Python ends
        except BrokenPipeError:
            # The reader went away (`ipo-monitor events | head`): no error of ours, but click calls it one.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except ConfigError as exc:
            for problem in exc.problems:
                click.echo(f"configuration: {problem}", err=True)
            ctx.exit(2)
        except SecondDaemon as exc:
            click.echo(str(exc), err=True)
            ctx.exit(4)
        except StoreError as exc:
            click.echo(str(exc), err=True)
            ctx.exit(3)
        except MonitorError as exc:
            click.echo(str(exc), err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(130)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ipo-monitor", message="%(prog)s %(version)s")
@_config_option
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """Watches the IPO life of Chinese GPU and AI-chip companies and tells chats each milestone once.

    \b
    ipo-monitor demo            see it work: no account, no network
    ipo-monitor check           look over configuration, database and channels
    ipo-monitor run             the daemon

    Shell completion: _IPO_MONITOR_COMPLETE=bash_source ipo-monitor (or zsh_source, fish_source).
    """
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # else the Telegram library warns at each flood limit
    ctx.obj = config


def _settings(ctx: click.Context, config: Path | None) -> Any:
    from monitor.settings import config_path, load

    return load(config_path(config or ctx.obj, os.environ), os.environ)


@cli.command()
@_config_option
@click.pass_context
def run(ctx: click.Context, config: Path | None) -> None:
    """Run the daemon: poll, store, tell; until SIGTERM or Ctrl-C."""
    from monitor.commands.daemon import run_daemon

    ctx.exit(run_daemon(_settings(ctx, config), os.environ))


@cli.command()
@_config_option
@click.option("--source", "sources", multiple=True, help="Only this source; may be given again.")
@click.pass_context
def once(ctx: click.Context, config: Path | None, sources: tuple[str, ...]) -> None:
    """One complete pass over every source, send what it owes, and end."""
    from monitor.commands.daemon import run_once

    ctx.exit(run_once(_settings(ctx, config), os.environ, sources))


@cli.command()
@_config_option
@click.option("--speed", type=click.FloatRange(min=1), default=None, help="Season seconds per real second.")
@click.option("--telegram-api", metavar="URL", help="Also send to a Bot API server at this address.")
@click.option(
    "--telegram-chat",
    "telegram_chats",
    multiple=True,
    metavar="ID:LANG[:KEY=VALUE,…]",
    help="Send to this chat; may be given again. Keys: about (all, related, ai_chips), tell (everything, or "
    "milestones, registration, pricing, lottery, result, listing, figures, documents, calendar joined by +), "
    "watch, quiet (22:00-07:30), daily (08:30), weekly (1@08:30), cards (yes, no). "
    "Without it: 1001 in Chinese, told everything, and 1002 in English with choices of its own.",
)
@click.option("--data", type=click.Path(exists=True, path_type=Path), help="Serve captured rows instead.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the demo's database in this folder.")
@click.pass_context
def demo(
    ctx: click.Context,
    config: Path | None,
    speed: float | None,
    telegram_api: str | None,
    telegram_chats: tuple[str, ...],
    data: Path | None,
    keep: Path | None,
) -> None:
    """Play the 2025–26 GPU season through the real scrapers, store and channels."""
    from monitor.commands.demo import run_demo

    ctx.exit(
        run_demo(
            speed=speed,
            telegram_api=telegram_api,
            telegram_chats=telegram_chats,
            data=data,
            keep=keep,
            config=config or ctx.obj,
            environ=os.environ,
        )
    )


@cli.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the events as JSON lines.")
@_config_option
@click.pass_context
def replay(ctx: click.Context, folder: Path, as_json: bool, config: Path | None) -> None:
    """Play kept answers through parser, store and diff into an empty database, and print the events."""
    from monitor.commands.replay import replay_folder

    ctx.exit(replay_folder(folder, _settings(ctx, config), sys.stdout, as_json=as_json))


@cli.command()
@click.argument("source")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_config_option
@click.pass_context
def record(ctx: click.Context, source: str, folder: Path, config: Path | None) -> None:
    """Save a source's real answers in FOLDER, for `replay` and for fixtures."""
    from monitor.commands.replay import record_source

    ctx.exit(record_source(source, folder, _settings(ctx, config), sys.stdout))


@cli.command()
@_config_option
@click.option("--live", is_flag=True, help="Also ask the real hosts whether they still answer as expected.")
@click.pass_context
def check(ctx: click.Context, config: Path | None, live: bool) -> None:
    """Look over configuration, database and channels; change nothing, send nothing."""
    from monitor.commands.check import run_check

    ctx.exit(run_check(_settings(ctx, config), sys.stdout, live=live))


@cli.command()
@_config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--check", "only_check", is_flag=True, help="One line, for a health check; 1 when not alive.")
@click.pass_context
def status(ctx: click.Context, config: Path | None, as_json: bool, only_check: bool) -> None:
    """How sources, store and deliveries fare."""
    if only_check:
        from monitor.commands.liveness import print_liveness

        ctx.exit(print_liveness(_settings(ctx, config), sys.stdout))
    from monitor.commands.report import print_status

    ctx.exit(print_status(_settings(ctx, config), sys.stdout, as_json=as_json))


@cli.command()
@_config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line (a stable interface).")
@click.option("--since", metavar="DATE", help="Only events published on or after this date (YYYY-MM-DD).")
@click.option("--project", metavar="N", help="Only events of the project with this audit id.")
@click.pass_context
def events(
    ctx: click.Context, config: Path | None, as_json: bool, since: str | None, project: str | None
) -> None:
    """Print stored events, oldest first."""
    from monitor.commands.report import print_events

    ctx.exit(print_events(_settings(ctx, config), sys.stdout, as_json=as_json, since=since, project=project))


@cli.command()
@_config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def projects(ctx: click.Context, config: Path | None, as_json: bool) -> None:
    """Print the projects known, newest change first."""
    from monitor.commands.report import print_projects

    ctx.exit(print_projects(_settings(ctx, config), sys.stdout, as_json=as_json))


@cli.command()
@click.argument("target", type=click.Path(path_type=Path))
@_config_option
@click.pass_context
def backup(ctx: click.Context, target: Path, config: Path | None) -> None:
    """Copy the SQLite database to TARGET, a file or a folder, also while the daemon runs."""
    from monitor.commands.backup import run_backup

    ctx.exit(run_backup(_settings(ctx, config), target, sys.stdout))


@cli.command()
@_config_option
@click.pass_context
def feeds(ctx: click.Context, config: Path | None) -> None:
    """Print every chat's feed addresses; whoever has one can read it."""
    from monitor.commands.feeds import run_feeds

    ctx.exit(run_feeds(_settings(ctx, config), sys.stdout))


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table (a stable interface).")
@click.pass_context
def extract(ctx: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Read fundraising figures out of prospectuses and announcements, each with its page."""
    from monitor.commands.extract import extract_files

    ctx.exit(extract_files(list(files), sys.stdout, sys.stderr, as_json))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row (a stable interface).")
@click.pass_context
def classify(ctx: click.Context, as_json: bool) -> None:
    """Grade companies: CSV `name,description` from standard input, ai_chip, related or no with evidence."""
    from monitor.commands.classify import classify_stream

    ctx.exit(classify_stream(sys.stdin, sys.stdout, as_json))


def main() -> None:
    """The program's entry."""
    cli(prog_name="ipo-monitor")

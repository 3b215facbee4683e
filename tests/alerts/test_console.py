"""The terminal channel and the registry of channels."""

from __future__ import annotations

import io
import logging
from datetime import UTC, datetime

import pytest
from rich.console import Console

from alerts.channels.console import ConsoleChannel
from alerts.contract import Delivered, RetryLater
from alerts.redact import RedactingFilter, redact
from alerts.registry import CHANNELS, HOOKS
from monitor.domain.errors import ConfigError
from tests.alerts import kit

TOKEN = "7654321:AAcanary-token_that-must-never-be-seen0"


async def test_plain_lines_where_nobody_watches() -> None:
    """Into a file each fact is one line, without colours or frames."""
    out = io.StringIO()
    channel = ConsoleChannel(console=Console(file=out, width=20))
    (payload,) = channel.format(kit.message(facts=1))
    assert await channel.send("console", payload) == Delivered(receipt="1")
    assert out.getvalue().splitlines() == [
        "✅ 示例 · 上市委会议通过",
        "Title: 上市委会议通过",
        "※ 上市委会议通过",
        "项目页面: https://www.sse.com.cn/listing/renewal/ipo/detail.shtml?auditId=1",
        "#A1B2  上市委会议通过",
        "",
    ]
    assert await channel.send("console", payload) == Delivered(receipt="2")


@pytest.mark.parametrize("hostile", kit.HOSTILE, ids=lambda hostile: hostile.name)
async def test_no_title_drives_the_terminal(hostile: kit.Hostile) -> None:
    """On a terminal the only escapes are rich's own; markup and controls of a title are inert."""
    out = io.StringIO()
    channel = ConsoleChannel(console=Console(file=out, force_terminal=True, color_system=None))
    (payload,) = channel.format(kit.message("[red]" + hostile.text))
    assert isinstance(await channel.send("console", payload), Delivered)
    shown = out.getvalue()
    assert "[red]" in shown
    assert not set(shown) & set("\x00\x1b\x9b\r\u202e\u2028")
    assert "╭ ✅ 示例" in shown


async def test_a_closed_pipe_is_tried_again_later() -> None:
    """A console that cannot be written to loses nothing."""

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    channel = ConsoleChannel(console=Console(file=Full()))
    outcome = await channel.send("console", channel.format(kit.message())[0])
    assert outcome == RetryLater(why="cannot write to the console: No space left on device", ambiguous=True)


async def test_the_registry_builds_each_kind() -> None:
    """Each kind builds a channel of its own name."""
    for kind, build in CHANNELS.items():
        if kind == "apprise":
            continue  # its library is optional; tests/alerts/test_apprise.py builds it
        hook = (
            {"url": HOOKS[kind].like, "now": lambda: datetime(2026, 7, 13, tzinfo=UTC)}
            if kind in HOOKS
            else {}
        )
        channel = build({"token": TOKEN, "secret": TOKEN, **hook})
        assert channel.name == kind
        assert TOKEN not in repr(channel)
        await channel.close()


def test_bad_telegram_options_are_all_named() -> None:
    """Every bad key is listed at once, and no value is echoed."""
    with pytest.raises(ConfigError) as caught:
        CHANNELS["telegram"]({"token": "secret", "api_url": "ftp://x", "silent": "yes"})
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "channels.telegram.token",
        "channels.telegram.api_url",
        "channels.telegram.silent",
    ]
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"https://api.telegram.org/bot{TOKEN}/getMe", "https://api.telegram.org/bot[hidden]/getMe"),
        (f"x {TOKEN.replace(':', '%3A')} y", "x [hidden] y"),
        ("password hunter2!", "password [hidden]"),
        ("password hunter2%21", "password [hidden]"),
        ("at 12:30 and 1234567:short", "at 12:30 and 1234567:short"),
    ],
)
def test_redaction(text: str, hidden: str) -> None:
    """Bot tokens are known by their shape, other secrets by value; ordinary text is untouched."""
    assert redact(text, ["hunter2!"]) == hidden


def test_the_filter_rewrites_arguments_and_tracebacks() -> None:
    """A secret in a log argument or in an exception is hidden before any handler formats it."""
    try:
        raise RuntimeError(f"bot{TOKEN}")
    except RuntimeError as error:
        info = (type(error), error, error.__traceback__)
        record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "at %s", (TOKEN,), info)
    guard = RedactingFilter([TOKEN])
    assert guard.filter(record)
    text = logging.Formatter().format(record)
    kit.assert_no_secret(TOKEN, text, guard)
    assert text.count("[hidden]") == 2

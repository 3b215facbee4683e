"""Every kind of channel by hand: the key of `[channels.<kind>]` and how to build one.

Rule: a channel is a file and one line here; its library is imported only when it is built.
Rule: a builder takes the channel's own settings as plain values and lists all that is wrong with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from alerts.contract import Channel
from monitor.domain.errors import ConfigError

Options = Mapping[str, object]


def build_console(options: Options) -> Channel:
    """The terminal; has no options."""
    from alerts.channels.console import ConsoleChannel

    return ConsoleChannel()


def build_telegram(options: Options) -> Channel:
    """Telegram from `token`, `api_url`, `silent`; raises ConfigError naming each bad key, no value."""
    token = options.get("token", "")
    api_url = options.get("api_url", "") or "https://api.telegram.org"
    silent = options.get("silent", False)
    problems: list[str] = []
    if not isinstance(token, str) or not token.strip() or ":" not in token:
        problems.append("channels.telegram.token: a bot token looks like 123456:letters")
    if not isinstance(api_url, str) or not api_url.startswith(("https://", "http://")):
        problems.append("channels.telegram.api_url: must begin with https:// or http://")
    if not isinstance(silent, bool):
        problems.append("channels.telegram.silent: must be true or false")
    if problems or not isinstance(token, str) or not isinstance(api_url, str) or not isinstance(silent, bool):
        raise ConfigError(problems)
    from alerts.channels.telegram import TelegramChannel

    return TelegramChannel(token=token.strip(), api_url=api_url, silent=silent)


CHANNELS: dict[str, Callable[[Options], Channel]] = {
    "console": build_console,
    "telegram": build_telegram,
}

"""Every kind of channel by hand: the key of `[channels.<kind>]` and how to build one.

Rule: a channel is a file and one line here; its library is imported only when it is built.
Rule: a builder takes the channel's own settings as plain values and lists all that is wrong with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import import_module

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Hook:
    """A kind of channel with one secret address: its class, what its address is like, and its own limits."""

    built_by: str  # class in alerts/channels/<kind>.py
    like: str  # a made-up address, for messages
    shape: str  # what a real one matches after its host
    signed: bool = False  # takes a secret besides: a signing key, token or password
    schemes: tuple[str, ...] = ("https", "http")
    second: int = 1  # most messages in a second
    minute: int | None = None  # most messages in a minute


HOOKS: dict[str, Hook] = {
    "wecom": Hook(
        built_by="WeComChannel",
        like="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…",
        shape=r"/.*\?(.*&)?key=[^&]+.*",
        minute=20,
    ),
    "feishu": Hook(
        built_by="FeishuChannel",
        like="https://open.feishu.cn/open-apis/bot/v2/hook/…",
        shape=r"/.*[^/?]",
        signed=True,
        minute=100,
    ),
    "dingtalk": Hook(
        built_by="DingTalkChannel",
        like="https://oapi.dingtalk.com/robot/send?access_token=…",
        shape=r"/.*\?(.*&)?access_token=[^&]+.*",
        signed=True,
        minute=20,
    ),
    "slack": Hook(
        built_by="SlackChannel", like="https://hooks.slack.com/services/T…/B…/…", shape=r"/.*[^/?]"
    ),
    "discord": Hook(
        built_by="DiscordChannel",
        like="https://discord.com/api/webhooks/1234/…",
        shape=r"/.*[^/?]",
        minute=30,
    ),
    "ntfy": Hook(
        built_by="NtfyChannel", like="https://ntfy.sh/topic", shape=r"/[^/?]+", signed=True, minute=12
    ),
    "bark": Hook(built_by="BarkChannel", like="https://api.day.app/KEY", shape=r"/(.+/)?[^/?]+"),
    "email": Hook(
        built_by="EmailChannel",
        like="smtps://user%40example.org@smtp.example.org:465",
        shape=r"/?",
        signed=True,
        schemes=("smtps", "smtp", "smtp+plain"),
        minute=30,
    ),
    "webhook": Hook(
        built_by="WebhookChannel", like="https://example.org/ipo", shape=r"(/.*)?", signed=True, second=10
    ),
    "apprise": Hook(
        built_by="AppriseChannel", like="matrixs://user:pass@host/#room", shape=r".*", schemes=(), minute=20
    ),
}


def build_hook(kind: str, options: Options) -> Channel:
    """A channel of one of HOOKS from `name`, `url`, `secret`, `to`, `sender` and the wall clock `now`.

    Raises ConfigError naming what is missing, no value.
    """
    from alerts.channels.posting import Target

    name, url, now = options.get("name", kind), options.get("url", ""), options.get("now")
    secret, sender, to = options.get("secret", ""), options.get("sender", ""), options.get("to", ())
    texts = (name, url, secret, sender)
    if not all(isinstance(text, str) for text in texts) or not url or not callable(now):
        raise ConfigError([f"channels.{kind}: needs an address like {HOOKS[kind].like}"])
    if not isinstance(to, tuple) or not all(isinstance(one, str) and re.search("@", one) for one in to):
        raise ConfigError([f"channels.{kind}: needs a list of recipients"])

    def wall() -> datetime:
        instant = now()
        assert isinstance(instant, datetime)  # a Clock's
        return instant

    target = Target(name=str(name), url=str(url), now=wall, secret=str(secret), to=to, sender=str(sender))
    built = getattr(import_module(f"alerts.channels.{kind}"), HOOKS[kind].built_by)(target)
    channel: Channel = built
    return channel


CHANNELS: dict[str, Callable[[Options], Channel]] = {
    "console": build_console,
    "telegram": build_telegram,
    **{kind: partial(build_hook, kind) for kind in HOOKS},
}

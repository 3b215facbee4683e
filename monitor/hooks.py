"""Composes the channels that post to one secret address: built, paced, one chat each in the store.

Rule: a chat's channel is the configured name; its address is always "default", as the real one is a secret.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from alerts.channels.posting import url_secrets
from alerts.contract import Channel
from alerts.registry import CHANNELS, HOOKS
from monitor.domain.clock import Clock
from monitor.limiter import Budget
from monitor.settings_schema import HookSettings, Settings
from monitor.store import chats

ADDRESS = "default"


def hook_options(hook: HookSettings, clock: Clock) -> dict[str, object]:
    """What the hook's builder in CHANNELS takes."""
    return {
        "name": hook.name,
        "url": hook.url.reveal(),
        "secret": hook.secret.reveal() if hook.secret else "",
        "to": hook.to,
        "sender": hook.sender,
        "now": clock.now,
    }


def hook_channels(settings: Settings, clock: Clock) -> dict[str, Channel]:
    """Every configured hook by its name; raises ConfigError where an optional library is absent."""
    return {hook.name: CHANNELS[hook.kind](hook_options(hook, clock)) for hook in settings.channels.hooks}


def hook_budgets(settings: Settings) -> dict[str, Budget]:
    """How fast each hook may be written to, by its service's own limits."""
    return {
        hook.name: Budget(
            overall=HOOKS[hook.kind].second, chat=HOOKS[hook.kind].second, minute=HOOKS[hook.kind].minute
        )
        for hook in settings.channels.hooks
    }


def ensure_hook_chats(session: Session, settings: Settings, now: datetime) -> None:
    """Know one chat per hook; its own kinds and names win over everybody's."""
    for hook in settings.channels.hooks:
        kinds = hook.kinds or settings.alerts.kinds
        chats.ensure_chat(
            session,
            hook.name,
            ADDRESS,
            now=now,
            language=hook.language,
            operator=hook.operator,
            preferences={"kinds": {kind.value: True for kind in kinds}, "watch": list(hook.watch or ())},
        )


def channel_secrets(settings: Settings) -> list[str]:
    """Every secret of every channel and of the feeds, for the guard of the log."""
    token = settings.channels.telegram.token
    found = [token.reveal()] if token else []
    found += [settings.web.secret.reveal()] if settings.web.secret else []
    for hook in settings.channels.hooks:
        found += url_secrets(hook.url.reveal())
        found += [hook.secret.reveal()] if hook.secret else []
    return found

"""The chats the settings name, made known to the store at the start."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from monitor.domain.events import EventKind
from monitor.hooks import ensure_hook_chats
from monitor.settings import Settings
from monitor.store import chats


def ensure_configured_chats(
    session: Session, settings: Settings, now: datetime, *, operator_console: bool
) -> None:
    """Know every configured chat with its language and wishes; a new one hears of nothing earlier.

    `operator_console` says whether the terminal also hears what is for operators.
    """
    kinds = {kind.value: True for kind in settings.alerts.kinds}
    if settings.channels.console.enabled:
        chats.ensure_chat(
            session,
            "console",
            "console",
            now=now,
            language=settings.alerts.language,
            operator=operator_console,
            preferences={"kinds": kinds},
        )
    ensure_hook_chats(session, settings, now)
    telegram = settings.channels.telegram
    if not telegram.enabled:
        return
    operator = str(telegram.operator_chat) if telegram.operator_chat is not None else None
    for chat in telegram.chats:
        chats.ensure_chat(
            session,
            "telegram",
            str(chat.id),
            now=now,
            language=chat.language,
            operator=str(chat.id) == operator,
            preferences={"kinds": kinds, "watch": list(chat.watch or ())},
        )
    if operator and operator not in {str(chat.id) for chat in telegram.chats}:
        # A chat of its own for the operator hears of trouble only.
        nothing = {kind.value: False for kind in EventKind}
        chats.ensure_chat(
            session,
            "telegram",
            operator,
            now=now,
            language=settings.alerts.language,
            operator=True,
            preferences={"kinds": nothing},
        )

"""Pure: one update of the Bot API as the bot's own record, or nothing.

Rule: edited messages, other bots, forwarded commands and anonymous admins are nothing here: no person we
could hold to our rules said it now. A post of a channel is its admins' word, and counts as the channel's own.
Rule: a field of the wrong type makes the update nothing; it never raises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from alerts.bot.contract import CHANNEL, Inbound

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,32}))?(?:\s+(.*))?", re.DOTALL)
_LONGEST = 400
_NOT_SAID_NOW = ("forward_origin", "via_bot", "is_automatic_forward", "edit_date")
_ANONYMOUS = 1_087_968_824  # @GroupAnonymousBot stands for an admin who hides


def read_update(update: Mapping[str, Any], own_name: str = "") -> Inbound | None:
    """What a person asked, or None; a command for another bot of the group is not for us."""
    found = _taken_apart(update, own_name)
    return None if found is None else _storable(found)


def _storable(inbound: Inbound) -> Inbound | None:
    """Half a character (a lone surrogate) becomes "?"; a number that no database holds makes it nothing."""
    texts: dict[str, str] = {}
    for field in fields(Inbound):
        value = getattr(inbound, field.name)
        if isinstance(value, int) and abs(value) >= 2**63:
            return None
        if isinstance(value, str) and not value.isascii():
            texts[field.name] = value.encode("utf-8", "replace").decode()
    return replace(inbound, **texts) if texts else inbound  # type: ignore[arg-type]


def _taken_apart(update: Mapping[str, Any], own_name: str) -> Inbound | None:
    number = update.get("update_id")
    if not isinstance(number, int):
        return None
    if isinstance(message := update.get("message"), dict):
        return _message(number, message, own_name)
    if isinstance(post := update.get("channel_post"), dict):
        return _post(number, post, own_name)
    if isinstance(query := update.get("callback_query"), dict):
        return _callback(number, query)
    if isinstance(query := update.get("inline_query"), dict):
        return _inline(number, query)
    if isinstance(change := update.get("my_chat_member"), dict):
        return _membership(number, change)
    return None


def person_of(update: Mapping[str, Any]) -> int:
    """Whose budget an update counts against: the person's id, a channel's own, or 0."""
    if isinstance(post := update.get("channel_post"), dict):
        return (_chat(post) or (0, "", None))[0]
    for part in ("message", "edited_message", "callback_query", "inline_query", "my_chat_member"):
        if isinstance(held := update.get(part), dict):
            return _user(held)[0]
    return 0


def _user(held: Mapping[str, Any]) -> tuple[int, str]:
    user = held.get("from")
    if not isinstance(user, dict) or user.get("is_bot") is not False or user.get("id") == _ANONYMOUS:
        return 0, ""
    number, language = user.get("id"), user.get("language_code", "")
    if not isinstance(number, int) or number <= 0:
        return 0, ""
    return number, language if isinstance(language, str) else ""


def _chat(message: Mapping[str, Any]) -> tuple[int, str, int | None] | None:
    chat = message.get("chat")
    if not isinstance(chat, dict) or not isinstance(chat.get("id"), int):
        return None
    thread = message.get("message_thread_id") if message.get("is_topic_message") is True else None
    return chat["id"], str(chat.get("type", "")), thread if isinstance(thread, int) else None


def _message(number: int, message: Mapping[str, Any], own_name: str) -> Inbound | None:
    user, language = _user(message)
    place = _chat(message)
    if not user or place is None or place[1] == CHANNEL or "sender_chat" in message:
        return None
    return _command(number, message, own_name, user, language, place)


def _post(number: int, post: Mapping[str, Any], own_name: str) -> Inbound | None:
    """A post that a channel made in its own name; nothing for any other."""
    place, sender = _chat(post), post.get("sender_chat")
    if place is None or place[1] != CHANNEL or place[0] >= 0:
        return None
    if not isinstance(sender, dict) or sender.get("id") != place[0] or sender.get("type") != CHANNEL:
        return None
    return _command(number, post, own_name, place[0], "", place)


def _command(
    number: int,
    message: Mapping[str, Any],
    own_name: str,
    user: int,
    language: str,
    place: tuple[int, str, int | None],
) -> Inbound | None:
    text = message.get("text")
    if not isinstance(text, str) or any(part in message for part in _NOT_SAID_NOW):
        return None
    match = _COMMAND.fullmatch(text.strip())
    if match is None or (match[2] and own_name and match[2].lower() != own_name.lower()):
        return None
    replied = message.get("reply_to_message")
    reply_to = replied.get("message_id") if isinstance(replied, dict) else None
    return Inbound(
        update_id=number,
        kind="command",
        user=user,
        user_language=language,
        chat=place[0],
        chat_type=place[1],
        thread=place[2],
        command=match[1].lower(),
        text=" ".join((match[3] or "").split())[:_LONGEST],
        reply_to=reply_to if isinstance(reply_to, int) else None,
    )


def _callback(number: int, query: Mapping[str, Any]) -> Inbound | None:
    user, language = _user(query)
    message = query.get("message")
    place = _chat(message) if isinstance(message, dict) else None
    data, query_id = query.get("data"), query.get("id")
    if not user or place is None or not isinstance(data, str) or not isinstance(query_id, str):
        return None
    assert isinstance(message, dict)  # it has a place
    message_id = message.get("message_id")
    return Inbound(
        update_id=number,
        kind="callback",
        user=user,
        user_language=language,
        chat=place[0],
        chat_type=place[1],
        thread=place[2],
        query_id=query_id,
        data=data[:64],
        message_id=message_id if isinstance(message_id, int) else None,
    )


def _inline(number: int, query: Mapping[str, Any]) -> Inbound | None:
    user, language = _user(query)
    text, query_id = query.get("query"), query.get("id")
    if not user or not isinstance(text, str) or not isinstance(query_id, str):
        return None
    return Inbound(
        update_id=number,
        kind="inline",
        user=user,
        user_language=language,
        query_id=query_id,
        text=" ".join(text.split())[:_LONGEST],
    )


def _membership(number: int, change: Mapping[str, Any]) -> Inbound | None:
    user, language = _user(change)
    place, new = _chat(change), change.get("new_chat_member")
    if place is None or not isinstance(new, dict):
        return None
    away = new.get("status") in ("left", "kicked")
    return Inbound(
        update_id=number,
        kind="left" if away else "joined",
        user=user,
        user_language=language,
        chat=place[0],
        chat_type=place[1],
    )

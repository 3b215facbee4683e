"""Reads the single items of configuration lists: names, markets, event kinds, chats.

Rule: each raises Unfit with what the item must be.
"""

from __future__ import annotations

import re

from monitor.domain.events import EventKind
from monitor.domain.grades import Grade
from monitor.settings_schema import ChatId, ChatSettings, Language
from monitor.settings_values import Unfit, pick

PINS_MUST = 'must be a table of names and grades, like { "公司名" = "ai_chip" }'
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def issuer_name(item: object) -> str:
    """A name or part of one, without blanks around it."""
    if isinstance(item, str) and item.strip() and item.isprintable():
        return item.strip()
    raise Unfit("must be a list of names in quotes")


def pinned_grade(name: object, grade: object) -> tuple[str, Grade]:
    """One verdict of the operator: a company's whole name and the grade it has."""
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise Unfit("must have the name of a company before each grade")
    return name.strip(), Grade(pick(grade, tuple(member.value for member in Grade)))


def market_type(item: object) -> str:
    """The exchange's issueMarketType, also written as a number."""
    return pick(str(item) if isinstance(item, int) else item, ("1", "2"))


def event_kind(item: object) -> EventKind:
    """The kind of that name."""
    return EventKind(pick(item, tuple(kind.value for kind in EventKind)))


def chat_id(item: object) -> ChatId:
    """A number other than 0 (negative: a group), as int or digits, or a public @name."""
    if isinstance(item, str) and re.fullmatch(r"-?[0-9]{1,18}", item.strip()):
        item = int(item)
    if isinstance(item, int) and not isinstance(item, bool) and 0 < abs(item) < 2**52:  # Telegram: 52 bits
        return item
    if isinstance(item, str) and re.fullmatch(r"@[A-Za-z]\w{3,31}", item.strip(), re.ASCII):
        return item.strip()
    raise Unfit("must be a chat's number, like -1001234567890, or a public name, like @channel")


def user_id(item: object) -> int:
    """A person's number, as int or digits; names can change hands, so they are none."""
    if isinstance(item, str) and re.fullmatch(r"[0-9]{1,18}", item.strip()):
        item = int(item)
    if isinstance(item, int) and not isinstance(item, bool) and 0 < item < 2**52:
        return item
    raise Unfit("must be a person's number, like 123456789")


def chat(item: object, language: Language) -> ChatSettings:
    """A chat id alone or a table with one; `language` is that of chats that name none."""
    if not isinstance(item, dict):
        return ChatSettings(id=chat_id(item), language=language, watch=None)
    if "id" not in item:
        raise Unfit("must have an id in every table")
    for name in item:
        pick(name, ("id", "language", "watch"))
    watch = item.get("watch")
    if watch is not None and not isinstance(watch, list):
        raise Unfit("must have a list of names as watch")
    return ChatSettings(
        id=chat_id(item["id"]),
        language=pick(item.get("language", language), LANGUAGES),
        watch=None if watch is None else tuple(issuer_name(name) for name in watch),
    )

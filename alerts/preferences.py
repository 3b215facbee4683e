"""What one chat chose: what it follows, when it is left in peace, when it gets its digests.

Rule: what is stored and of a wrong type counts as not chosen; a chat is never lost to a bad value.
Rule: pure; hours are Asia/Shanghai, like everything an investor reads here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, time, timedelta, timezone
from typing import Any

CST = timezone(timedelta(hours=8))
NAMED = "named"  # relevance: nothing but what the chat names
EVERYTHING = "*"  # a mute of the whole chat
CHOSEN = "chosen"  # in the stored form: a person chose it in the chat, so the configuration no longer decides
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """A chat's choices; what is followed is a union: any one of them is enough, none means the standard."""

    subscribed: bool = True  # False: it asked for nothing yet, or was stopped
    issuers: Mapping[str, str] = field(default_factory=dict)  # issuer id → name as it was chosen
    watch: tuple[str, ...] = ()  # parts of names of companies nobody lists yet
    sponsors: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()  # Grade values
    min_planned_fen: int = 0
    kinds: Mapping[str, bool] = field(default_factory=dict)  # EventKind value → wanted or not
    # "ai_chip", "related", "all": beside what is named; "named": that alone; "": the operator's choice, until
    # something is named.
    relevance: str = ""
    quiet: str = ""  # "22:00-07:30"
    through: bool = True  # urgent alerts break through quiet hours
    daily: str = ""  # "08:30"
    weekly: str = ""  # "1 08:30": ISO weekday and time
    cards: bool = True  # one card per company is kept up to date, its alerts reply to it
    muted: Mapping[str, str] = field(default_factory=dict)  # issuer id or "*" → "ISO instant it ends|name"

    @property
    def criteria(self) -> bool:
        """Whether anything in particular is followed."""
        named = self.issuers or self.watch or self.sponsors or self.boards or self.themes
        return bool(named) or self.min_planned_fen > 0

    def mutes(self, issuer_id: str, at: datetime) -> bool:
        """Whether this issuer, or everything, is muted at that instant."""
        ends = [self.muted[key] for key in (issuer_id, EVERYTHING) if key and key in self.muted]
        return any(mute_end(end) > at for end in ends)

    def held_until(self, at: datetime) -> datetime | None:
        """The end of the quiet hours that hold at that instant; None outside them."""
        span = quiet_span(self.quiet)
        if span is None:
            return None
        begin, end = span
        local = at.astimezone(CST)
        today = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
        now = local.time()
        if begin < end:
            return today if begin <= now < end else None
        if now >= begin:
            return today + timedelta(days=1)
        return today if now < end else None


_MOST = 10**17  # fen; more than was ever raised, and of the other numbers none is near it
_KINDS = {item.name: str(item.type) for item in fields(Preferences)}


def quiet_span(text: str) -> tuple[time, time] | None:
    """22:00-07:30 as two times; None for anything else, or for a span without length."""
    begin, _, end = text.partition("-")
    first, last = time_of(begin), time_of(end)
    return None if first is None or last is None or first == last else (first, last)


def time_of(text: str) -> time | None:
    """8:30 or 08:30 as a time; None for anything else."""
    match = _TIME.fullmatch(text.strip())
    return time(int(match[1]), int(match[2])) if match else None


def to_stored(preferences: Preferences) -> dict[str, Any]:
    """As JSON; what is not chosen is no key."""
    plain: dict[str, Any] = {CHOSEN: True}
    default = Preferences()
    for item in fields(Preferences):
        value = getattr(preferences, item.name)
        if value != getattr(default, item.name):
            plain[item.name] = list(value) if isinstance(value, tuple) else value
            if isinstance(value, Mapping):
                plain[item.name] = dict(value)
    return plain


def from_stored(stored: Mapping[str, Any]) -> Preferences:
    """From JSON; every value of a wrong type or form is left out."""
    taken: dict[str, Any] = {}
    for name, value in stored.items():  # few of the many were chosen
        kind = _KINDS.get(name, "")
        if (kind == "bool" and isinstance(value, bool)) or (kind == "str" and isinstance(value, str)):
            taken[name] = value
        elif kind == "int" and isinstance(value, int) and not isinstance(value, bool) and value <= _MOST:
            taken[name] = max(value, 0)
        elif kind.startswith("tuple") and isinstance(value, list):
            taken[name] = tuple(part for part in value if isinstance(part, str) and part.strip())
        elif kind.startswith("Mapping") and isinstance(value, dict):
            wanted = bool if kind.endswith("bool]") else str
            taken[name] = {key: part for key, part in value.items() if isinstance(part, wanted)}
    if "muted" in taken:
        taken["muted"] = {key: end for key, end in taken["muted"].items() if _instant(end)}
    return Preferences(**taken)


def mute_end(held: str) -> datetime:
    """When a mute ends."""
    return datetime.fromisoformat(held.partition("|")[0])


def _instant(text: str) -> bool:
    try:
        return mute_end(text).tzinfo is not None
    except ValueError:
        return False

"""A channel-neutral alert: plain text only; escaping belongs to each channel's `format`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One labelled line; long text is split between facts, never inside one unless it alone is too long."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A labelled https address on a host we trust."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Button:
    """Something to tap below a message: `data` comes back to the bot as it is; other channels ignore it."""

    label: str
    data: str  # 1–64 bytes, signed for the chat it goes to


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture yet to be drawn: its facts as text (`alerts.pictures.stored`); drawn when it is sent."""

    kind: str
    facts: str
    language: str = "zh"  # zh, en or both
    dark: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One alert as an investor reads it: headline, facts, links, and why it came."""

    alert_id: str  # "#A1B2", the same on every copy
    icon: str  # one emoji that tells the kind at a glance
    headline: str
    facts: tuple[Fact, ...] = ()
    links: tuple[Link, ...] = ()
    why: str = ""
    notes: tuple[str, ...] = ()  # "⟳ possible repeat of #A1B2 (attempt 2)", "LATE 3 h 12 m: …"
    urgent: bool = False
    buttons: tuple[tuple[Button, ...], ...] = ()  # rows of them
    own_words: bool = False  # nothing in it came from outside: its /commands may be tapped
    picture: Picture | None = None  # shown above the text where the channel can; the text says the same

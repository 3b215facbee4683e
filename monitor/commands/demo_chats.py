"""The chats the demo writes to: `ID:LANGUAGE[:KEY=VALUE,…]`, and the pair it has without any.

Rule: pure; what cannot be read is a ConfigError that names the word.
"""

from __future__ import annotations

from dataclasses import dataclass

from alerts.preferences import Preferences, quiet_span, time_of
from monitor.domain.errors import ConfigError
from monitor.domain.events import EventKind as K

LANGUAGES = ("zh", "en", "both")
_ABOUT = {"all": "all", "related": "related", "ai_chips": "ai_chip"}
_REGISTRATION = "milestone.5"  # the milestones of one stage: 注册结果
_TOPICS: dict[str, tuple[str, ...]] = {
    "milestones": (K.MILESTONE, K.REASON_ADDED, K.CORRECTION),
    "registration": (_REGISTRATION, K.REGISTRATION_NUMBER),
    "pricing": (K.OFFER_PRICE_SET, K.FIGURE_REVISED),
    "lottery": (K.LOTTERY_RATE,),
    "result": (K.ISSUE_RESULT,),
    "listing": (K.LISTING_SCHEDULED, K.LISTED),
    "figures": (K.FIGURES_READ, K.DRAFT_CHANGED),
    "documents": (K.DOCUMENT_DISCLOSED, K.BULLETIN_DISCLOSED),
    "calendar": (K.SUBSCRIPTION_SCHEDULED, K.CALENDAR_REMINDER),
}
KEYS = "about, tell, watch, quiet, daily, weekly, cards"


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoChat:
    """One chat: its numeric id, its language and what it chose."""

    id: int
    language: str
    choices: Preferences


def demo_chat(text: str) -> DemoChat:
    """1002:en:about=ai_chips,tell=pricing+listing,quiet=18:30-07:30 as a chat; raises ConfigError."""
    number, _, rest = text.strip().partition(":")
    language, _, options = rest.partition(":")
    if not number.removeprefix("-").isdecimal() or not int(number):
        raise _wrong(text, f"{number!r} is no chat id")
    if language not in LANGUAGES:
        raise _wrong(text, f"the language is one of {', '.join(LANGUAGES)}, not {language!r}")
    chosen: dict[str, object] = {"cards": False}
    for option in filter(None, options.split(",")):
        key, _, value = option.partition("=")
        chosen |= _option(text, key.strip(), value.strip())
    return DemoChat(id=int(number), language=language, choices=Preferences(**chosen))  # type: ignore[arg-type]


def _option(text: str, key: str, value: str) -> dict[str, object]:
    match key:
        case "about" if value in _ABOUT:
            return {"relevance": _ABOUT[value]}
        case "about":
            raise _wrong(text, f"about is one of {', '.join(_ABOUT)}, not {value!r}")
        case "tell":
            return {} if value == "everything" else {"kinds": _kinds(text, value.split("+"))}
        case "watch" if value:
            return {"watch": tuple(filter(None, value.split("+")))}
        case "quiet" if quiet_span(value):
            return {"quiet": value}
        case "daily" if time_of(value):
            return {"daily": value}
        case "weekly" if value[:1] in set("1234567") and time_of(value[1:].strip(" @")):
            return {"weekly": f"{value[0]} {value[1:].strip(' @')}"}
        case "cards" if value in ("yes", "no"):
            return {"cards": value == "yes"}
        case "quiet" | "daily" | "weekly" | "watch" | "cards":
            raise _wrong(text, f"{key} cannot be {value!r}")
        case _:
            raise _wrong(text, f"{key!r} is none of {KEYS}")


def _kinds(text: str, topics: list[str]) -> dict[str, bool]:
    """Every kind of alert, wanted or not; what the chat is told about itself is not among them."""
    if unknown := [topic for topic in topics if topic not in _TOPICS]:
        raise _wrong(text, f"tell knows no {unknown[0]!r}: everything, {', '.join(_TOPICS)}")
    wanted = {str(kind): True for topic in topics for kind in _TOPICS[topic]}
    return {kind.value: False for kind in K} | wanted


def _wrong(text: str, what: str) -> ConfigError:
    return ConfigError([f"--telegram-chat {text}: {what}"])


PAIR = (
    "1001:zh:about=all",
    "1002:en:about=ai_chips,tell=registration+pricing+figures+listing,quiet=18:30-07:30,weekly=1@08:30",
)
"""Without --telegram-chat: one chat that is told everything in Chinese, one that chose, in English."""

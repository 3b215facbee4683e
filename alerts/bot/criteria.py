"""Pure: what a chat can follow: a company, a name nobody lists yet, a sponsor, a board, a theme, a sum."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal

from alerts.glossary import BOARD, Language, board_words, grade_words
from alerts.preferences import Preferences
from monitor.domain.grades import Grade

_YI_FEN = 10_000_000_000
_MINIMUM = re.compile(r"(?:min|最低|≥|>=)\s*(\d{1,7}(?:\.\d{1,6})?)\s*(?:亿元?|yi)?", re.IGNORECASE)
_SPONSOR = re.compile(r"(?:sponsor|保荐(?:机构|人)?)\s*[:：]?\s*(.+)", re.IGNORECASE)
_BOARD = re.compile(r"(?:board|板块)\s*[:：]?\s*(.+)", re.IGNORECASE)
_THEME = re.compile(r"(?:theme|主题)\s*[:：]?\s*(.+)", re.IGNORECASE)
_THEMES = {
    "ai": Grade.AI_CHIP,
    "ai chip": Grade.AI_CHIP,
    "ai chips": Grade.AI_CHIP,
    "ai芯片": Grade.AI_CHIP,
    "gpu": Grade.AI_CHIP,
    "ai_chip": Grade.AI_CHIP,
    "related": Grade.RELATED,
    "产业链": Grade.RELATED,
    "产业链相关": Grade.RELATED,
}
_BOARDS = {"star": "科创板", "main": "主板", "kcb": "科创板", "star market": "科创板", "main board": "主板"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """One thing to follow: `kind` is i (issuer), n (a name nobody lists yet), s, b, t or m."""

    kind: str
    value: str
    shown: str

    @property
    def words(self) -> str:
        """As a button carries it."""
        return f"{self.kind} {self.value}"


def criterion_of(text: str) -> Criterion | None:
    """A sponsor, board, theme or minimum amount from what was written; None when it must be a company."""
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    if match := _MINIMUM.fullmatch(text):
        fen = int(Decimal(match[1]) * _YI_FEN)
        return Criterion(kind="m", value=str(fen), shown=amount_words(fen)) if fen else None
    if match := _SPONSOR.fullmatch(text):
        return Criterion(kind="s", value=match[1], shown=match[1])
    if match := _BOARD.fullmatch(text):
        board = _BOARDS.get(match[1].casefold(), match[1])
        return Criterion(kind="b", value=board, shown=board) if board in BOARD else None
    if match := _THEME.fullmatch(text):
        theme = _THEMES.get(match[1].casefold())
        return Criterion(kind="t", value=theme.value, shown=match[1]) if theme else None
    return None


def amount_words(fen: int) -> str:
    """A minimum amount in 亿元."""
    return f"≥ {fen / _YI_FEN:g} 亿元"


def with_criterion(preferences: Preferences, wanted: Criterion) -> Preferences:
    """The choices with one more thing followed."""
    p, value = preferences, wanted.value
    match wanted.kind:
        case "i":
            return replace(p, issuers={**p.issuers, value: wanted.shown}, subscribed=True)
        case "n":
            return replace(p, watch=_with(p.watch, value), subscribed=True)
        case "s":
            return replace(p, sponsors=_with(p.sponsors, value), subscribed=True)
        case "b":
            return replace(p, boards=_with(p.boards, value), subscribed=True)
        case "t":
            return replace(p, themes=_with(p.themes, value), subscribed=True)
        case _:
            return replace(p, min_planned_fen=int(value), subscribed=True)


def without_criterion(preferences: Preferences, kind: str, value: str) -> Preferences:
    """The choices without one thing followed."""
    p = preferences
    match kind:
        case "i":
            return replace(p, issuers={key: name for key, name in p.issuers.items() if key != value})
        case "n":
            return replace(p, watch=_without(p.watch, value))
        case "s":
            return replace(p, sponsors=_without(p.sponsors, value))
        case "b":
            return replace(p, boards=_without(p.boards, value))
        case "t":
            return replace(p, themes=_without(p.themes, value))
        case _:
            return replace(p, min_planned_fen=0)


def _with(held: tuple[str, ...], value: str) -> tuple[str, ...]:
    return held if value in held else (*held, value)


def _without(held: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(one for one in held if one != value)


def criteria_of(p: Preferences) -> list[Criterion]:
    """Everything followed, one by one."""
    found = [Criterion(kind="i", value=key, shown=name) for key, name in p.issuers.items()]
    for kind, values in (("n", p.watch), ("s", p.sponsors), ("b", p.boards), ("t", p.themes)):
        found += [Criterion(kind=kind, value=value, shown=value) for value in values]
    if p.min_planned_fen:
        found.append(Criterion(kind="m", value=str(p.min_planned_fen), shown=amount_words(p.min_planned_fen)))
    return found


def shown_in(wanted: Criterion, language: Language) -> str:
    """What is followed, in a language."""
    if wanted.kind == "b":
        return board_words(wanted.value, language)
    if wanted.kind == "m" and language == "en":
        return f"≥ RMB {int(wanted.value) / 100_000_000:,g} million"
    if wanted.kind == "t":
        return f"{'主题 ' if language == 'zh' else 'theme: '}{grade_words(wanted.value, language)}"
    if wanted.kind == "s":
        return f"{'保荐' if language == 'zh' else 'sponsor'} {wanted.shown}"
    return wanted.shown

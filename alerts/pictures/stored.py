"""A picture yet to be drawn, as text: the outbox keeps the facts, so that a kill draws it again.

Rule: what comes out equals what went in.
"""

from __future__ import annotations

import msgspec

from alerts.message import Picture
from alerts.pictures.facts import Board, Facts, Language, League, Proceeds, Timeline
from monitor.domain.errors import DecodeError

_KINDS: dict[str, type[Facts]] = {
    "timeline": Timeline,
    "proceeds": Proceeds,
    "league": League,
    "board": Board,
}
_LANGUAGES: dict[str, Language] = {"zh": "zh", "en": "en", "both": "both"}


def picture_of(facts: Facts, language: Language, *, dark: bool = False) -> Picture:
    """The facts as a message carries them."""
    kind = next(kind for kind, type_ in _KINDS.items() if isinstance(facts, type_))
    return Picture(kind=kind, facts=msgspec.json.encode(facts).decode(), language=language, dark=dark)


def language_of(picture: Picture) -> Language:
    """The language it is drawn in; Chinese for a word nobody knows."""
    return _LANGUAGES.get(picture.language, "zh")


def facts_of(picture: Picture) -> Facts:
    """The facts `picture_of` wrote; raises DecodeError for anything else."""
    try:
        return msgspec.json.decode(picture.facts, type=_KINDS[picture.kind])
    except (KeyError, msgspec.DecodeError) as error:
        raise DecodeError(f"no picture of ours: {picture.kind}", seen=picture.facts[:80]) from error

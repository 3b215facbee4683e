"""Pure: one message in both languages, the Chinese one first."""

from __future__ import annotations

from dataclasses import replace

from alerts.message import Fact, Message


def both(chinese: Message, english: Message) -> Message:
    """The Chinese message followed by the English one, with links and buttons once."""
    if chinese == english:
        return chinese
    first = f"{english.icon} {english.headline}".strip()
    return replace(
        chinese,
        facts=(*chinese.facts, Fact(label="EN", value=first), *english.facts),
        notes=tuple(dict.fromkeys((*chinese.notes, *english.notes))),
        why=" / ".join(dict.fromkeys(why for why in (chinese.why, english.why) if why)),
    )

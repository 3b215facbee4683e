"""A message made beforehand, as text: what the bot answers is put together once and sent from the store.

Rule: what comes out equals what went in; nothing is rendered again when it is sent.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from alerts.message import Button, Fact, Link, Message, Picture


def to_text(message: Message) -> str:
    """As one line of JSON."""
    return json.dumps(asdict(message), ensure_ascii=False)


def from_text(text: str) -> Message:
    """The message `to_text` wrote."""
    held = json.loads(text)
    picture = held.get("picture")  # absent from what was stored before there were pictures
    return Message(
        alert_id=held["alert_id"],
        icon=held["icon"],
        headline=held["headline"],
        facts=tuple(Fact(**fact) for fact in held["facts"]),
        links=tuple(Link(**link) for link in held["links"]),
        why=held["why"],
        notes=tuple(held["notes"]),
        urgent=held["urgent"],
        own_words=held["own_words"],
        picture=Picture(**picture) if picture else None,
        buttons=tuple(tuple(Button(**button) for button in row) for row in held["buttons"]),
    )

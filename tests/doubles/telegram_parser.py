"""Telegram's own HTML parser (TDLib, offline) as the judge of every text we build."""

from __future__ import annotations

import json
from typing import Any

import tdjson


class ParseRefused(Exception):
    """Telegram would answer 400; the text is its own description."""


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    answer = tdjson.td_execute(json.dumps(request).encode())
    if answer is None:
        raise AssertionError("TDLib gave no answer")
    return dict(json.loads(answer))


_execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})

ENTITY_NAMES = {"textEntityTypeBold": "bold", "textEntityTypeItalic": "italic", "textEntityTypeCode": "code",
                "textEntityTypePre": "pre", "textEntityTypeTextUrl": "text_link",
                "textEntityTypeUnderline": "underline", "textEntityTypeStrikethrough": "strikethrough",
                "textEntityTypeBlockQuote": "blockquote", "textEntityTypeSpoiler": "spoiler"}  # fmt: skip


def parse_html(text: str) -> tuple[str, list[dict[str, Any]]]:
    """Return (visible text, Bot API entities with UTF-16 offsets); raise ParseRefused as the server would."""
    mode = {"@type": "textParseModeHTML"}
    answer = _execute({"@type": "parseTextEntities", "text": text, "parse_mode": mode})
    if answer["@type"] == "error":
        raise ParseRefused(answer["message"])
    entities = []
    for raw in answer["entities"]:
        entity = {
            "offset": raw["offset"],
            "length": raw["length"],
            "type": ENTITY_NAMES[raw["type"]["@type"]],
        }
        if "url" in raw["type"]:
            entity["url"] = raw["type"]["url"]
        entities.append(entity)
    return answer["text"], entities


def tappable(text: str) -> list[tuple[str, str]]:
    """What Telegram would make of bare text by itself: (kind, words) of each mention, command, URL, …."""
    answer = _execute({"@type": "getTextEntities", "text": text})
    wide = text.encode("utf-16-le")
    return [
        (raw["type"]["@type"].removeprefix("textEntityType"),
         wide[2 * raw["offset"] : 2 * (raw["offset"] + raw["length"])].decode("utf-16-le"))
        for raw in answer["entities"]
    ]  # fmt: skip


def expand_links(text: str, entities: list[dict[str, Any]]) -> str:
    """Write each link out as `label: url`, as the plain twin does."""
    wide = text.encode("utf-16-le")
    for entity in sorted(entities, key=lambda one: -one["offset"]):
        if entity["type"] == "text_link":
            end = 2 * (entity["offset"] + entity["length"])
            wide = wide[:end] + f": {entity['url']}".encode("utf-16-le") + wide[end:]
    return wide.decode("utf-16-le")

"""Pure: entries as a JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC

from alerts.feeds.entries import Entry, Feed, html_of, text_of
from alerts.text import inert

_LANGUAGE = {"zh": "zh-CN", "en": "en"}


def render_json_feed(feed: Feed, entries: Sequence[Entry]) -> bytes:
    """UTF-8 JSON, the newest entry first; the same entries give the same bytes."""
    items = []
    for entry in sorted(entries, key=lambda one: (one.seen_at, one.event_id), reverse=True):
        item = {
            "id": entry.uri,
            "title": entry.title,
            "content_html": html_of(entry.message),
            "content_text": text_of(entry.message),
            "date_published": (entry.published_at or entry.seen_at).astimezone(UTC).isoformat(),
            "date_modified": entry.seen_at.astimezone(UTC).isoformat(),
        }
        items.append({**item, **({"url": entry.link} if entry.link else {})})
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": inert(feed.title),
        "language": _LANGUAGE.get(feed.language, "zh-CN"),
        "authors": [{"name": "ipo-monitor"}],
        "items": items,
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()

"""Pure: entries as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from alerts.feeds.entries import Entry, Feed, html_of
from alerts.text import inert

_NAMESPACE = "http://www.w3.org/2005/Atom"
_XML_LANGUAGE = {"zh": "zh-CN", "en": "en"}


def render_atom(feed: Feed, entries: Sequence[Entry]) -> bytes:
    """UTF-8 XML, the newest entry first; the same entries give the same bytes."""
    root = Element("feed", {"xmlns": _NAMESPACE, "xml:lang": _XML_LANGUAGE.get(feed.language, "zh-CN")})
    _add(root, "id", feed.uri)
    _add(root, "title", inert(feed.title))
    _add(root, "updated", _instant(max((entry.seen_at for entry in entries), default=feed.began)))
    _add(SubElement(root, "author"), "name", "ipo-monitor")
    _add(root, "generator", "ipo-monitor")
    for entry in sorted(entries, key=lambda one: (one.seen_at, one.event_id), reverse=True):
        item = SubElement(root, "entry")
        _add(item, "id", entry.uri)
        _add(item, "title", entry.title)
        _add(item, "updated", _instant(entry.seen_at))
        _add(item, "published", _instant(entry.published_at or entry.seen_at))
        if entry.link:
            SubElement(item, "link", {"rel": "alternate", "href": entry.link})
        SubElement(item, "content", {"type": "html"}).text = html_of(entry.message)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

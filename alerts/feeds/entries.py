"""What a feed shows: one entry per event, one calendar day per date an issuer announced.

Rule: pure; an entry's id is that of its event, in every feed and for ever.
"""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass
from datetime import date, datetime

from alerts.message import Message
from alerts.text import inert, labelled, safe_url


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One event as told to one chat; `event_id` is the event's own, the instants are aware UTC."""

    event_id: str
    message: Message
    seen_at: datetime  # by us
    published_at: datetime | None = None  # by the source

    @property
    def uri(self) -> str:
        """A tag URI that never changes."""
        return f"tag:ipo-monitor.invalid,2026:event:{_digest(self.event_id)}"

    @property
    def title(self) -> str:
        """Icon and headline on one line."""
        return " ".join(part for part in (inert(self.message.icon), inert(self.message.headline)) if part)

    @property
    def link(self) -> str:
        """The first address of the alert, "" when it has none."""
        return next((url for link in self.message.links if (url := safe_url(link.url))), "")


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarEntry:
    """One whole day; `number` tells an issuer's days of one kind apart, `learned_at` changes with the day."""

    issuer_id: int
    kind: str
    number: int
    day: date
    title: str
    learned_at: datetime
    cancelled: bool = False  # it was announced and is off; `learned_at` says since when

    @property
    def uid(self) -> str:
        """The same when the day moves."""
        return f"{_digest(f'{self.issuer_id}/{self.kind}/{self.number}')}@ipo-monitor.invalid"


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """The head of a feed: `key` is what no other feed of this installation has, never its secret address."""

    key: str
    title: str
    language: str  # "zh" or "en"
    began: datetime  # what an empty feed calls its last change

    @property
    def uri(self) -> str:
        """A tag URI that never changes."""
        return f"tag:ipo-monitor.invalid,2026:feed:{_digest(self.key)}"


def text_of(message: Message) -> str:
    """The alert below its headline, as lines of plain text."""
    lines = [labelled(inert(fact.label), inert(fact.value)) for fact in message.facts]
    lines += [f"※ {inert(note)}" for note in message.notes]
    lines += [f"{inert(link.label)}: {url}" for link in message.links if (url := safe_url(link.url))]
    return "\n".join([*lines, inert(message.alert_id)])


def html_of(message: Message) -> str:
    """The same as HTML: facts and notes as paragraphs' lines, addresses as links, everything else escaped."""
    lines = [html.escape(labelled(inert(fact.label), inert(fact.value))) for fact in message.facts]
    lines += [html.escape(f"※ {inert(note)}") for note in message.notes]
    lines += [
        f'<a href="{html.escape(url)}">{html.escape(inert(link.label))}</a>'
        for link in message.links
        if (url := safe_url(link.url))
    ]
    return "<p>" + "<br/>".join([*lines, html.escape(inert(message.alert_id))]) + "</p>"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]

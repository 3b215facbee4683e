"""Pure: one message as Telegram HTML in one or more parts, each with its plain twin.

Rule: text is escaped once, here; every part stands alone with headline, alert id and link.
Rule: facts stay whole and in order; one too long for any part is cut between code points and continued.
Rule: Telegram counts code points after parsing (4,096) and raw bytes before (32,768); we stay well below.
Source of the limits: td `MessageContent.cpp`, telegram-bot-api `Client.cpp`.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace

from alerts.contract import Payload
from alerts.message import Link, Message, Picture
from alerts.text import inert, labelled, safe_url, unlinkable

POINTS = 3_500
BYTES = 16_000
CAPTION = 1_024  # code points below a picture, after parsing
_TAG = re.compile(r"<[^>]*>")
_HEADLINE = 300
_LINK_LABEL = 60
_FOOTER_LINKS = 4
_LINES = 60
_CONTINUED = "↳ "


@dataclass(frozen=True, slots=True)
class _Line:
    """A piece of text in both spellings; `marked` is what Telegram parses."""

    plain: str
    marked: str

    @property
    def points(self) -> int:
        return len(self.plain) + 1

    @property
    def bytes(self) -> int:
        return len(self.marked.encode()) + 1


def format_telegram(message: Message, *, silent: bool = False) -> tuple[Payload, ...]:
    """Turn a message into parts of at most 3,500 visible code points and 16,000 raw bytes each."""
    headline, spill = _head(message)
    footer, further = _links(message.links)
    alert = _text(_clean(message.alert_id)[:40])
    frame_points = len(headline) + alert.points + sum(line.points for line in footer) + 40
    frame_bytes = len(_escape(headline).encode()) + alert.bytes + sum(line.bytes for line in footer) + 80
    room_points, room_bytes = POINTS - frame_points, BYTES - frame_bytes
    lines = [piece for line in (*spill, *_body(message)) for piece in _pieces(line, room_points, room_bytes)]
    groups = _fill([*lines, *further], room_points, room_bytes)
    payloads = [
        _payload(headline, group, alert, footer, part=part, parts=len(groups), silent=silent)
        for part, group in enumerate(groups, start=1)
    ]
    payloads[-1] = replace(payloads[-1], buttons=message.buttons)
    if message.picture is not None:
        payloads = _with_picture(payloads, headline, message.picture)
    return tuple(payloads)


def _with_picture(payloads: list[Payload], headline: str, picture: Picture) -> list[Payload]:
    """The picture above the text where that fits below it, else above the headline, the text after it."""
    if len(payloads) == 1 and visible(payloads[0].text) <= CAPTION:
        return [replace(payloads[0], picture=picture)]
    silent = payloads[0].silent
    first = _payload(headline, [], _text(""), [], part=1, parts=1, silent=silent)
    after = [replace(one, part=one.part + 1, parts=len(payloads) + 1) for one in payloads]
    return [replace(first, parts=len(after) + 1, picture=picture), *after]


def visible(marked: str) -> int:
    """Code points of a text of ours after Telegram has parsed it."""
    return len(html.unescape(_TAG.sub("", marked)))


def _clean(text: str, *, own: bool = False) -> str:
    return inert(text) if own else unlinkable(inert(text))


def _escape(text: str) -> str:
    return html.escape(text, quote=True)


def _text(text: str) -> _Line:
    return _Line(text, _escape(text))


def _head(message: Message) -> tuple[str, list[str]]:
    icon, headline = inert(message.icon)[:8], _clean(message.headline, own=message.own_words)
    whole = " ".join(part for part in (icon, headline) if part) or "—"
    if len(whole) <= _HEADLINE:
        return whole, []
    return whole[: _HEADLINE - 1] + "…", [headline]


def _body(message: Message) -> list[str]:
    own = message.own_words
    facts = [labelled(_clean(fact.label, own=own), _clean(fact.value, own=own)) for fact in message.facts]
    notes = [f"※ {note}" for text in message.notes if (note := _clean(text, own=own))]
    why = _clean(message.why)
    return [*facts, *notes, *([f"ⓘ {why}"] if why else [])]


def _links(links: tuple[Link, ...]) -> tuple[list[_Line], list[_Line]]:
    lines: list[_Line] = []
    for link in links:
        url = safe_url(link.url)
        label = _clean(link.label)[:_LINK_LABEL] or "link"
        if url:
            marked = f'🔗 <a href="{_escape(url)}">{_escape(label)}</a>'
            lines.append(_Line(f"🔗 {label}: {url}", marked))
    short = [line for line in lines if line.bytes <= 1_000][:_FOOTER_LINKS] or lines[:1]
    return short, [line for line in lines if line not in short]


def _pieces(text: str, room_points: int, room_bytes: int) -> list[_Line]:
    """Cut a line that no part can hold; `>` cut pieces start with ↳ and join back to the same text."""
    pieces: list[_Line] = []
    rest = text
    mark = ""
    while rest:
        take = min(len(rest), room_points - len(mark) - 1)
        while _text(mark + rest[:take]).bytes > room_bytes:
            take = take * 3 // 4
        pieces.append(_text(mark + rest[:take]))
        rest, mark = rest[take:], _CONTINUED
    return pieces


def _fill(lines: list[_Line], room_points: int, room_bytes: int) -> list[list[_Line]]:
    groups: list[list[_Line]] = [[]]
    points = size = 0
    for line in lines:
        full = points + line.points > room_points or size + line.bytes > room_bytes
        if groups[-1] and (full or len(groups[-1]) >= _LINES):
            groups.append([])
            points = size = 0
        groups[-1].append(line)
        points += line.points
        size += line.bytes
    return groups


def _payload(
    headline: str,
    group: list[_Line],
    alert: _Line,
    footer: list[_Line],
    *,
    part: int,
    parts: int,
    silent: bool,
) -> Payload:
    number = f" ({part}/{parts})" if parts > 1 else ""
    tail = [*footer, alert] if alert.plain else footer
    lines = [_Line(headline + number, f"<b>{_escape(headline)}</b>{number}"), *group, *tail]
    return Payload(
        text="\n".join(line.marked for line in lines),
        plain="\n".join(line.plain for line in lines),
        part=part,
        parts=parts,
        silent=silent,
    )

"""Pure: one message as parts within a service's limit, each in its own mark-up and as plain text.

Rule: text is escaped once, here; every part stands alone with headline, alert id and its first links.
Rule: facts stay whole and in order; one too long for any part is cut between code points and continued.
Rule: each part leaves room for the mark "possible repeat" that may be put above it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from alerts.contract import Payload
from alerts.message import Link, Message
from alerts.text import inert, labelled, safe_url, unlinkable

_CONTINUED = "↳ "
_LINKS = 2  # in each part; further ones stand once, after the facts
_MARK = 160  # what "possible repeat" and the part's number take, in any measure
_LINK_LABEL = 40
_URL = re.compile(r"https?://\S+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """A service's mark-up and limits; `measure` counts as the service does."""

    limit: int  # of the marked-up text
    plain_limit: int
    measure: Callable[[str], int]
    escape: Callable[[str], str]
    bold: Callable[[str], str]  # of escaped text
    link: Callable[[str, str], str]  # of an escaped label and an address


@dataclass(frozen=True, slots=True)
class _Line:
    plain: str
    marked: str

    def fits(self, style: Style, share: int) -> bool:
        return self.within(style, style.limit // share, style.plain_limit // share)

    def within(self, style: Style, limit: int, plain_limit: int) -> bool:
        return style.measure(self.marked) < limit and style.measure(self.plain) < plain_limit


def utf8(text: str) -> int:
    """Length in bytes of UTF-8, as WeCom, Feishu and ntfy count."""
    return len(text.encode())


def utf16(text: str) -> int:
    """Length in UTF-16 units: never less than code points, so it keeps a limit in either."""
    return len(text.encode("utf-16-le")) // 2


def wide(characters: str) -> Callable[[str], str]:
    """Shows these ASCII characters in their full-width form, for mark-up that has no way to escape them."""
    pairs = [(one, chr(ord(one) + 0xFEE0)) for one in characters]

    def widened(text: str) -> str:
        for one, full in pairs:  # `translate` looks each character of a Chinese text up: ten times the time
            text = text.replace(one, full)
        return text

    return widened


def as_is(text: str) -> str:
    """The text itself."""
    return text


def push_style(limit: int) -> Style:
    """Plain text of at most `limit` bytes whose first line becomes the title of a push."""
    return Style(
        limit=limit,
        plain_limit=limit,
        measure=utf8,
        escape=as_is,
        bold=as_is,
        link=lambda label, url: f"{label}: {url}",
    )


def push_parts(plain: str) -> tuple[str, str, str]:
    """(title, text, the text's first link or "") of a push; a single line is both title and text."""
    title, _, rest = plain.partition("\n")
    link = _URL.search(rest)
    return title, rest or title, link[0] if link else ""


def markdown_link(label: str, url: str) -> str:
    """`[label](url)` with an address that cannot end it early."""
    return f"[{label}]({url.translate(_IN_BRACKETS)})"


_IN_BRACKETS = {ord(one): f"%{ord(one):02X}" for one in "()[]*"}


def cut(message: Message, style: Style) -> tuple[Payload, ...]:
    """Turn a message into parts that `style.limit` and `style.plain_limit` hold, marks included."""
    headline, spill = _head(message, style)
    short, further = _links(message.links, style)
    alert = _line(_clean(message.alert_id)[:40], style)
    frame = [headline, headline, alert, alert, *short]  # head and alert id once more, for a mark above
    room = style.limit - sum(style.measure(line.marked) + 2 for line in frame) - _MARK
    plain_room = style.plain_limit - sum(style.measure(line.plain) + 2 for line in frame) - _MARK
    lines = [piece for text in (*spill, *_body(message)) for piece in _pieces(text, style, room, plain_room)]
    lines += [line for line in further if line.within(style, room, plain_room)]
    groups = _fill(lines, style, room, plain_room)
    return tuple(
        _payload(message, headline, group, [*short, alert], style, part, len(groups))
        for part, group in enumerate(groups, start=1)
    )


def _clean(text: str) -> str:
    return unlinkable(inert(text))


def _line(text: str, style: Style) -> _Line:
    return _Line(text, style.escape(text))


def _head(message: Message, style: Style) -> tuple[_Line, list[str]]:
    icon, headline = inert(message.icon)[:8], _clean(message.headline)
    whole = " ".join(part for part in (icon, headline) if part) or "—"
    shown = whole
    while not _bold(shown, style).fits(style, 8):
        shown = shown[: len(shown.removesuffix("…")) * 7 // 8] + "…"
    return _bold(shown, style), [] if shown == whole else [headline]


def _bold(text: str, style: Style) -> _Line:
    return _Line(text, style.bold(style.escape(text)))


def _body(message: Message) -> list[str]:
    facts = [labelled(_clean(fact.label), _clean(fact.value)) for fact in message.facts]
    notes = [f"※ {note}" for note in map(_clean, message.notes) if note]
    why = _clean(message.why)
    return [*facts, *notes, *([f"ⓘ {why}"] if why else [])]


def _links(links: tuple[Link, ...], style: Style) -> tuple[list[_Line], list[_Line]]:
    lines = []
    for link in links:
        label = _clean(link.label)[:_LINK_LABEL] or "link"
        if url := safe_url(link.url):
            lines.append(_Line(f"🔗 {label}: {url}", f"🔗 {style.link(style.escape(label), url)}"))
    short = [line for line in lines if line.fits(style, 8)][:_LINKS]
    return short, [line for line in lines if line not in short]


def _pieces(text: str, style: Style, room: int, plain_room: int) -> list[_Line]:
    pieces, rest, mark = [], text, ""
    while rest:
        take = len(rest) if len(rest) <= max(room, plain_room) else max(room, plain_room)
        while take > 1 and not _line(mark + rest[:take], style).within(style, room, plain_room):
            take = take * 3 // 4
        pieces.append(_line(mark + rest[:take], style))
        rest, mark = rest[take:], _CONTINUED
    return pieces


def _fill(lines: list[_Line], style: Style, room: int, plain_room: int) -> list[list[_Line]]:
    groups: list[list[_Line]] = [[]]
    marked = plain = 0
    for line in lines:
        more, more_plain = style.measure(line.marked) + 1, style.measure(line.plain) + 1
        if groups[-1] and (marked + more > room or plain + more_plain > plain_room):
            groups.append([])
            marked = plain = 0
        groups[-1].append(line)
        marked += more
        plain += more_plain
    return groups


def _payload(
    message: Message,
    headline: _Line,
    group: list[_Line],
    tail: list[_Line],
    style: Style,
    part: int,
    parts: int,
) -> Payload:
    number = f" ({part}/{parts})" if parts > 1 else ""
    first = replace(headline, plain=headline.plain + number, marked=headline.marked + style.escape(number))
    lines = [first, *group, *(line for line in tail if line.plain)]
    return Payload(
        text="\n".join(line.marked for line in lines),
        plain="\n".join(line.plain for line in lines),
        part=part,
        parts=parts,
        silent=not message.urgent,
        key=message_key(message, part),
    )


def message_key(message: Message, part: int = 1) -> str:
    """What all copies of one part share and no other part has: 32 hex digits.

    The notes are left out, as a repeat is noted and the first copy is not.
    """
    told = [message.alert_id, message.headline, *(f"{fact.label}\0{fact.value}" for fact in message.facts)]
    known = "\n".join([*told, *(link.url for link in message.links), str(part)])
    return hashlib.sha256(known.encode(errors="replace")).hexdigest()[:32]

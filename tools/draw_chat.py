"""Draws the bot at work: `python -m tools.draw_chat docs/images`.

Rule: every word and picture in a bubble is what the bot sent over the demo's season (`tools.season_chat`);
what is drawn here is the bubbles, the hours, and the days between them.
Rule: the font has no emoji: the one before a headline becomes a dot in its colour, others are left out.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

os.environ.setdefault("PTB_TIMEDELTA", "1")

from PIL import Image

from alerts.pictures.metrics import clean, missing, width, wrap
from alerts.pictures.paint import paint
from alerts.pictures.sheet import SMALL, WIDTH, Box, Draft, Ink, Sheet, Words, line_height
from tests.doubles.bot_state import ME
from tools.season_chat import CST, Said, Turn, play

LARGEST = 150_000  # bytes
# A Latin word or number, or one other character, with the signs and blanks behind it.
_WORD = re.compile(r"(?:[!-~]+|[^!-~\s])[]),.;:%，。、；：）》」”]*\s*(?:·\s*)?")
_BODY = 31
_EDGE, _PAD, _GAP, _DOT = 28, 28, 26, 22
_BUBBLE = WIDTH - 2 * _EDGE - 64
_BAR, _BUTTON, _RADIUS = 112, 74, 26
_GOOD, _BAD = "✅🔔🟢", "❌🛑⚠"
_FOOTER = {"ⓘ": Ink.MUTED, "※": Ink.MUTED, "🔗": Ink.ACCENT, "#": Ink.MUTED}
_EDITED = {"zh": "已编辑", "en": "edited"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One picture: what happens in the chat, and which of its messages are shown, by how they begin."""

    language: str
    dark: bool
    turns: tuple[Turn, ...]
    begins: tuple[str, ...]


SCENES = {
    "chat-zh": Scene(
        language="zh",
        dark=False,
        turns=(
            Turn(at="2025-11-10 10:10", act="/language zh"),
            Turn(at="2025-11-10 10:12", act="/company 沐曦"),
            Turn(at="2025-11-10 10:13", act="/watch 沐曦"),
            Turn(at="2025-11-10 10:14", act="[✅ 关注]"),
            Turn(at="2025-11-12 17:00"),
        ),
        begins=("/company", "🗂 沐曦股份", "✅ 沐曦股份"),
    ),
    "chat-en": Scene(
        language="en",
        dark=True,
        turns=(
            Turn(at="2025-11-24 10:10", act="/language en"),
            Turn(at="2025-11-24 10:12", act="/watch MetaX"),
            Turn(at="2025-11-24 10:13", act="[✅ Follow]"),
            Turn(at="2025-11-25 19:00"),
            Turn(at="2025-12-03 19:00"),
        ),
        begins=("/watch", "👁", "🗂 MetaX", "💰 MetaX", "📑 MetaX 沐曦股份 · offering notice"),
    ),
}


@dataclass(kw_only=True, slots=True)
class _Page:
    """The chat while it is laid out, from the top."""

    language: str
    dark: bool
    draft: Draft = field(default_factory=Draft)
    photos: list[tuple[Box, bytes]] = field(default_factory=list)
    y: int = 0

    @property
    def ground(self) -> Ink:
        """Behind the bubbles."""
        return Ink.PAGE if self.dark else Ink.LINE

    @property
    def bubble(self) -> Ink:
        """Behind what the bot says."""
        return Ink.CARD if self.dark else Ink.PAGE


def main(folder: str) -> None:
    """Play each scene and write its picture; raises ValueError for one that is too large."""
    for name, scene in SCENES.items():
        target = Path(folder) / f"{name}.png"
        made = draw(scene, asyncio.run(play(scene.turns)))
        if len(made) > LARGEST:
            raise ValueError(f"{name} takes {len(made):,} bytes: show fewer messages")
        target.write_bytes(made)
        sys.stdout.write(f"{target}: {target.stat().st_size / 1000:.1f} KB\n")


def draw(scene: Scene, said: Sequence[Said]) -> bytes:
    """The scene's messages as PNG; raises ValueError when one that it names was never sent."""
    chosen = [one for one in said if one.text.startswith(scene.begins)]
    for begin in scene.begins:
        if not any(one.text.startswith(begin) for one in chosen):
            raise ValueError(f"nothing in the chat begins with {begin!r}")
    sheet, photos = lay_out(scene, chosen, {one.shown.message_id: one for one in said if one.shown})
    return _painted(sheet, photos, dark=scene.dark)


def lay_out(
    scene: Scene, said: Sequence[Said], by_id: dict[int, Said]
) -> tuple[Sheet, list[tuple[Box, bytes]]]:
    """Where every bubble stands, and the pictures to be put into them."""
    page = _Page(language=scene.language, dark=scene.dark)
    _bar(page)
    day: date | None = None
    for one in said:
        local = one.at.astimezone(CST).date()
        if local != day:
            _day(page, local)
            day = local
        if one.shown is None:
            _typed(page, one)
        else:
            _told(page, one, by_id.get(one.shown.reply_to or 0))
        page.y += _GAP
    sheet = page.draft.done(page.y + _EDGE - _GAP // 2)
    behind = Draft()
    behind.shape(0, 0, WIDTH, sheet.height, page.ground)
    return Sheet(height=sheet.height, shapes=(*behind.shapes, *sheet.shapes), words=sheet.words), page.photos


def _bar(page: _Page) -> None:
    """Who one is talking to."""
    page.draft.shape(0, 0, WIDTH, _BAR, page.bubble)
    page.draft.shape(0, _BAR - 2, WIDTH, 2, Ink.LINE)
    page.draft.shape(_EDGE, 20, 72, 72, Ink.ACCENT, 36)
    for n, tall in enumerate((14, 24, 36)):  # three bars of a chart
        page.draft.shape(_EDGE + 18 + 13 * n, 20 + 54 - tall, 9, tall, page.bubble, 3)
    x = _EDGE + 72 + 22
    _write(page, str(ME["first_name"]), x, 14, 34, Ink.TEXT, bold=True)
    _write(page, f"@{ME['username']}", x, 60, SMALL, Ink.MUTED)
    page.y = _BAR + _GAP


def _day(page: _Page, day: date) -> None:
    """The day, between messages of two."""
    text = day.isoformat()
    wide = width(text, SMALL) + 2 * _PAD
    page.draft.shape((WIDTH - wide) // 2, page.y, wide, 48, page.bubble, 24)
    _write(page, text, (WIDTH - wide) // 2 + _PAD, page.y + 5, SMALL, Ink.MUTED)
    page.y += 48 + _GAP


def _typed(page: _Page, one: Said) -> None:
    """What the reader wrote, on the right."""
    hour = f"{one.at.astimezone(CST):%H:%M}"
    wide = width(one.text, _BODY) + 24 + width(hour, SMALL) + 2 * _PAD
    x = WIDTH - _EDGE - wide
    page.draft.shape(x, page.y, wide, 76, Ink.SOFT, _RADIUS)
    _write(page, one.text, x + _PAD, page.y + 18, _BODY, Ink.TEXT)
    _write(page, hour, x + wide - _PAD - width(hour, SMALL), page.y + 22, SMALL, Ink.MUTED)
    page.y += 76


def _told(page: _Page, one: Said, replied: Said | None) -> None:
    """What the bot wrote, on the left: picture, what it replies to, text, hour, buttons below."""
    assert one.shown is not None
    top = page.y
    before = len(page.draft.shapes)
    if one.shown.photo:
        _photo(page, one.shown.photo)
    page.y += _PAD - 8
    if replied is not None:
        _quote(page, replied)
    hour = f"{one.at.astimezone(CST):%H:%M}"
    _text(page, one.text, f"{_EDITED[page.language]} {hour}" if one.shown.edits else hour)
    page.y += _PAD - 12
    under = Draft()
    under.shape(_EDGE, top, _BUBBLE, page.y - top, page.bubble, _RADIUS)
    page.draft.shapes[before:before] = under.shapes
    for row in one.shown.keyboard:
        _buttons(page, [button["text"] for button in row])


def _photo(page: _Page, photo: bytes) -> None:
    """The picture as wide as its bubble, but for a rim."""
    with Image.open(io.BytesIO(photo)) as image:
        wide = _BUBBLE - 16
        box = Box(_EDGE + 8, page.y + 12, wide, round(image.height * wide / image.width))
    page.photos.append((box, photo))
    page.y = box.bottom


def _quote(page: _Page, replied: Said) -> None:
    """The first two lines of the message that is replied to."""
    first, *rest = (_shown(line) for line in replied.text.splitlines())
    tall = 20 + 2 * line_height(SMALL)
    x, room = _EDGE + _PAD, _BUBBLE - 2 * _PAD
    page.draft.shape(x, page.y, room, tall, Ink.SOFT, 12)
    page.draft.shape(x, page.y, 8, tall, Ink.ACCENT, 4)
    for n, (line, ink) in enumerate(((first, Ink.ACCENT), (rest[0] if rest else "", Ink.MUTED))):
        fitted = wrap(line, SMALL, room - 48, lines=1, bold=n == 0)[0]
        _write(page, fitted, x + 28, page.y + 10 + n * line_height(SMALL), SMALL, ink, bold=n == 0)
    page.y += tall + 16


def _text(page: _Page, text: str, hour: str) -> None:
    """The lines of a message, the first bold behind its dot; the hour stands right of the last."""
    x, room, step = _EDGE + _PAD, _BUBBLE - 2 * _PAD, line_height(_BODY)
    end = x
    for n, line in enumerate(text.splitlines()):
        indent = 0
        if n == 0:
            indent = _DOT + 16
            page.draft.shape(x, page.y + (step - _DOT) // 2 + 1, _DOT, _DOT, _colour(line), _DOT // 2)
        ink = Ink.TEXT if n == 0 else _FOOTER.get(line[:1], Ink.TEXT)
        for part in _lines(_shown(line), room - indent, bold=n == 0):
            _write(page, part, x + indent, page.y, _BODY, ink, bold=n == 0)
            end = x + indent + width(part, _BODY, bold=n == 0)
            page.y += step
    right = _EDGE + _BUBBLE - _PAD - width(hour, SMALL)
    if end + 24 <= right:
        page.y -= step
    _write(page, hour, right, page.y + 4, SMALL, Ink.MUTED)
    page.y += step


def _buttons(page: _Page, labels: Sequence[str]) -> None:
    """A row of buttons below a bubble, equally wide."""
    page.y += 10
    wide = (_BUBBLE - 10 * (len(labels) - 1)) // len(labels)
    for n, label in enumerate(labels):
        x = _EDGE + n * (wide + 10)
        page.draft.shape(x, page.y, wide, _BUTTON, Ink.SOFT, 18)
        fitted = wrap(_shown(label), _BODY, wide - 24, lines=1)[0]
        _write(page, fitted, x + (wide - width(fitted, _BODY)) // 2, page.y + 17, _BODY, Ink.ACCENT)
    page.y += _BUTTON


def _write(page: _Page, text: str, x: int, y: int, size: int, ink: Ink, *, bold: bool = False) -> None:
    box = Box(x, y, width(text, size, bold=bold), line_height(size))
    page.draft.words.append(Words(text=text, box=box, size=size, ink=ink, bold=bold))


def _lines(text: str, room: int, *, bold: bool) -> list[str]:
    """The text on as many lines as it takes: Latin words and numbers whole, no line begins with a sign."""
    made = [""]
    for word in _WORD.findall(text):
        if width((made[-1] + word).rstrip(), _BODY, bold=bold) <= room:
            made[-1] += word
        else:
            made.append(word)
    return [line.rstrip() for line in made]


def _shown(line: str) -> str:
    """The line without the signs the font lacks; letters it lacks stay, as boxes."""
    lacks = {char for char in missing(line) if unicodedata.category(char) in ("So", "Mn", "Cf")}
    return clean("".join(char for char in line if char not in lacks))


def _colour(headline: str) -> Ink:
    """What the headline's emoji says at a glance."""
    first = headline[:1]
    return Ink.GOOD if first in _GOOD else Ink.BAD if first in _BAD else Ink.ACCENT


def _painted(sheet: Sheet, photos: Sequence[tuple[Box, bytes]], *, dark: bool) -> bytes:
    """The sheet with its pictures, in the colours of both and no more."""
    plain = paint(sheet, dark=dark)
    if not photos:
        return plain
    with Image.open(io.BytesIO(plain)) as opened:
        image = opened.convert("RGB")
    colours = _colours(image)
    for box, photo in photos:
        with Image.open(io.BytesIO(photo)) as opened:
            own = opened.convert("RGB")
        colours += _colours(own)
        image.paste(own.resize((box.width, box.height), Image.Resampling.LANCZOS), (box.x, box.y))
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in dict.fromkeys(colours) for part in colour][: 3 * 256])
    out = io.BytesIO()
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _colours(image: Image.Image) -> list[tuple[int, ...]]:
    counted = image.getcolors(maxcolors=256) or []
    return sorted(colour for _, colour in counted if isinstance(colour, tuple))


if __name__ == "__main__":
    main(sys.argv[1])

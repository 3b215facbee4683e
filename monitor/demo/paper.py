"""A small PDF of text and ruled tables, drawn with a CJK font no reader needs embedded.

Rule: pure and without a clock: the same pages give the same bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Rows: TypeAlias = Sequence[Sequence[str]]
Block: TypeAlias = str | Rows
"""A paragraph, or a table of equal rows."""

_WIDE, _HIGH = 595.0, 842.0
_LEFT, _TOP, _INSIDE = 72.0, 760.0, 451.0
_SIZE, _LEADING, _PAD = 10.5, 17.0, 4.0
_FIRST_OF_TWO = 0.34  # of the width

_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
    b" /DescendantFonts [4 0 R] >>",
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /W [1 95 500] >>",
    b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [-25 -254 1000 880]"
    b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
)


def draw(pages: Sequence[Sequence[Block]], *, title: str, head: str = "") -> bytes:
    """A PDF with these pages of blocks; `head` stands on every page with the page's number below."""
    drawn = [_page(blocks, head, number) for number, blocks in enumerate(pages, start=1)]
    first = 7  # object numbers: catalog, tree, three for the font, information, then two for each page
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(drawn)))
    info = "feff" + title.encode("utf-16-be").hex()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(drawn)} >>".encode(),
        *_FONT,
        f"<< /Title <{info}> >>".encode(),
    ]
    for n, content in enumerate(drawn):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (first + 2 * n + 1)
        )
        packed = zlib.compress(content)
        objects.append(
            b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
        )
    return _file(objects, root=1, info=6)


def _file(objects: Sequence[bytes], *, root: int, info: int) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\n" % (len(objects) + 1, root, info)
    out += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(out)


def _page(blocks: Sequence[Block], head: str, number: int) -> bytes:
    marks: list[str] = []
    if head:
        marks.append(_text(head, _LEFT, 800.0, 9.0))
    down = _TOP
    for block in blocks:
        if isinstance(block, str):
            for line in _wrapped(block, _INSIDE):
                marks.append(_text(line, _LEFT, down, _SIZE))
                down -= _LEADING
        else:
            down = _table(block, down, marks)
        down -= 0.3 * _LEADING
    if head:
        marks.append(_text(f"1-1-{number}", _WIDE / 2 - 14, 40.0, 9.0))
    return "\n".join(marks).encode()


def _table(rows: Rows, top: float, marks: list[str]) -> float:
    """Draws the rows with their rules; where it ends."""
    columns = len(rows[0])
    parts = (_FIRST_OF_TWO, 1 - _FIRST_OF_TWO) if columns == 2 else (1 / columns,) * columns
    widths = [part * _INSIDE for part in parts]
    edges = [_LEFT]
    for width in widths:
        edges.append(edges[-1] + width)
    down = top + _SIZE + _PAD
    levels = [down]
    for row in rows:
        cells = [list(_wrapped(text, width - 2 * _PAD)) for text, width in zip(row, widths, strict=True)]
        for lines, left in zip(cells, edges, strict=False):
            for at, line in enumerate(lines):
                marks.append(_text(line, left + _PAD, down - _SIZE - _PAD - at * _LEADING, _SIZE))
        down -= max(len(lines) for lines in cells) * _LEADING + _PAD
        levels.append(down)
    ruled = [f"{edges[0]:.1f} {y:.1f} m {edges[-1]:.1f} {y:.1f} l" for y in levels]
    ruled += [f"{x:.1f} {levels[0]:.1f} m {x:.1f} {levels[-1]:.1f} l" for x in edges]
    marks.append("0.5 w " + " ".join(ruled) + " S")
    return down - _LEADING


def _wrapped(text: str, width: float) -> Iterator[str]:
    """The lines of a text; a word of digits and letters is not torn."""
    line, room, word = "", width, ""
    for char in [*text, ""]:
        if char and char.isascii() and char != " ":
            word += char
            continue
        for part in (word, char):
            need = sum(_advance(one) for one in part)
            if need > room and line:
                yield line
                line, room = "", width
            line, room = line + part, room - need
        word = ""
    yield line


def _advance(char: str) -> float:
    return _SIZE * (0.5 if char.isascii() else 1.0)


def _text(line: str, x: float, y: float, size: float) -> str:
    return f"BT /F1 {size:g} Tf {x:.1f} {y:.1f} Td <{line.encode('utf-16-be').hex()}> Tj ET"

"""Draws the pictures of the documents: `python tools/draw_pictures.py docs/images`.

Rule: made by the program's own renderer from invented facts; nothing in them is drawn by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path

from alerts.pictures.facts import Language
from alerts.pictures.paint import draw
from alerts.pictures.samples import SAMPLES

LOOKS: dict[str, tuple[Language, bool]] = {
    "timeline": ("zh", False),
    "proceeds": ("both", False),
    "league": ("en", True),
    "board": ("zh", True),
}


def main(folder: str) -> None:
    """Write one PNG per picture, half of them dark, in all languages."""
    for name, (language, dark) in LOOKS.items():
        target = Path(folder) / f"{name}.png"
        target.write_bytes(draw(SAMPLES[name], language, dark=dark))
        sys.stdout.write(f"{target}: {target.stat().st_size / 1000:.1f} KB\n")


if __name__ == "__main__":
    main(sys.argv[1])

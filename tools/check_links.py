"""Finds links in Markdown files that lead nowhere: `python tools/check_links.py [FOLDER]`.

Rule: relative links must name a file or folder here, and a heading when they carry a #fragment; addresses of
the web are not asked, since the check has to work without a network. A file named in `back quotes` with a
slash and a suffix has to exist too, unless it holds a placeholder.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
_IMAGE = re.compile(r"<(?:img|a)\s[^>]*?(?:src|href)=\"([^\"]+)\"")
_NAMED = re.compile(
    r"`((?:monitor|scrapers|alerts|tests|docs|tools|deploy)/[\w./-]*\w\.(?:py|md|toml|json|svg|service))`"
)
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE)
_SKIPPED = {".venv", "node_modules", "build", "dist", ".git"}


def dead_links(root: Path) -> Iterator[str]:
    """One line `file: what it names` for each dead link beneath a folder."""
    for page in sorted(root.rglob("*.md")):
        if _SKIPPED & set(page.relative_to(root).parts):
            continue
        text = _FENCE.sub("", page.read_text(encoding="utf-8"))
        shown = page.relative_to(root)
        for found in (*_LINK.finditer(text), *_IMAGE.finditer(text)):
            target = next(group for group in found.groups() if group)
            if not re.match(r"[a-z][a-z+.-]*:", target) and not _leads_somewhere(page, target, root):
                yield f"{shown}: {target}"
        for name in _NAMED.findall(text):
            if not (root / name).exists():
                yield f"{shown}: `{name}`"


def _leads_somewhere(page: Path, target: str, root: Path) -> bool:
    name, _, fragment = unquote(target).partition("#")
    where = page if not name else root / name[1:] if name.startswith("/") else page.parent / name
    if not where.exists():
        return False
    return not fragment or where.suffix != ".md" or fragment in anchors(where.read_text(encoding="utf-8"))


def anchors(text: str) -> set[str]:
    """The fragments that the headings of a page can be reached by."""
    found: dict[str, int] = {}
    names = set()
    for heading in _HEADING.findall(_FENCE.sub("", text)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"\s", "-", re.sub(r"[^\w\- ]", "", words))
        count = found.get(slug, 0)
        found[slug] = count + 1
        names.add(f"{slug}-{count}" if count else slug)
    return names


def main(arguments: list[str]) -> int:
    """Print every dead link; 1 when there is one."""
    dead = list(dead_links(Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent))
    for line in dead:
        sys.stdout.write(f"dead link in {line}\n")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Selectors over BeautifulSoup that name what they missed.

Rule: a missing or doubled element is LayoutChanged with what was looked for and what was seen instead.
"""

from __future__ import annotations

import re
import unicodedata

from bs4 import Tag

from monitor.domain.errors import LayoutChanged

_BLANKS = re.compile(r"\s+")


def one(node: Tag, selector: str, what: str) -> Tag:
    """The only element matching a CSS selector; LayoutChanged when there is none or more than one."""
    found = node.select(selector)
    if len(found) != 1:
        raise LayoutChanged(f"expected one {what} ({selector}), found {len(found)}", seen=text(node)[:200])
    return found[0]


def at_least(node: Tag, selector: str, what: str, *, count: int = 1) -> list[Tag]:
    """All elements matching a CSS selector; LayoutChanged when they are fewer than `count`."""
    found = node.select(selector)
    if len(found) < count:
        raise LayoutChanged(
            f"expected at least {count} {what} ({selector}), found {len(found)}", seen=text(node)[:200]
        )
    return list(found)


def text(node: Tag) -> str:
    """The visible words of an element, in order, every run of blanks (also 　 and &nbsp;) as one space."""
    return squeeze(node.get_text())


def squeeze(words: str) -> str:
    """The words with every run of blanks as one space and without invisible characters."""
    visible = "".join(char for char in words if unicodedata.category(char) != "Cf")
    return _BLANKS.sub(" ", visible).strip()

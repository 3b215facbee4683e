"""Pure: make text from outside harmless to look at, whatever a title holds.

Rule: nothing invisible, nothing that reverses or overprints its neighbours, nothing that starts a new line.
Rule: what a chat service would turn into a mention, a command or a link is shown in full-width form instead.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

# Letters that draw nothing: combining grapheme joiner, Hangul and Khmer fillers, Mongolian selectors.
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
# Telegram removes these three itself (td `clean_input_string`); we do it first, to know the text.
_OVERPRINTING = frozenset("\u030a\u0333\u033f")
_MOST_MARKS = 3  # combining marks in a row; more is only used to draw over other lines
_SPACE = re.compile(r"\s+")
# From the beginning of a word only: tried at each of its letters, a long word would cost their square.
_HOST = re.compile(r"(?<![\w-])(?:[\w-]+\.)+[\w-]+")
_COMMAND = re.compile(r"(?<![\w/<>])/(?=\w)")


def inert(text: str) -> str:
    """One line of visible text: controls, bidi overrides and zero-width characters gone, blanks collapsed."""
    kept: list[str] = []
    marks = 0
    for character in _SPACE.sub(" ", text):
        if character < "\x7f":
            if character >= " ":
                marks = 0
                kept.append(character)
            continue
        category = unicodedata.category(character)
        if category in ("Cc", "Cf", "Cs", "Cn") or character in _BLANK_LETTERS or character in _OVERPRINTING:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return _SPACE.sub(" ", "".join(kept)).strip()


def unlinkable(text: str) -> str:
    """The same words, with @mentions, /commands and host names written so that nothing can be tapped."""
    text = text.replace("@", "＠").replace("://", ":／／")
    text = _COMMAND.sub("／", text)
    return _HOST.sub(_break_host, text)


def _break_host(match: re.Match[str]) -> str:
    words = match.group()
    labels = words.split(".")
    # 39.04亿元 is a figure and stays as printed: no top-level domain begins with a digit; 1.2.3.4 is a host.
    if labels[-1][0].isdecimal() and not (len(labels) >= 4 and all(label.isdecimal() for label in labels)):
        return words
    return words.replace(".", "．")


def labelled(label: str, value: str) -> str:
    """One line `label: value`, with the colon of the label's own script; an empty value shows a dash."""
    colon = ": " if label.isascii() else "："
    return f"{label}{colon}{value or '—'}"


def safe_url(url: str) -> str:
    """An http(s) address that can stand in an attribute, or "" when it is none or longer than 2,048 bytes."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    encoded = quote(url, safe="%/:=&?~#+!$,;@()*[]", errors="replace")
    return encoded if len(encoded) <= 2048 else ""

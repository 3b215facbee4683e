"""A stored picture as bytes, drawn when it is sent: the one place that loads the drawing library.

Rule: one at a time and the last few kept: what it costs is bounded, and a picture asked for again is at hand.
Rule: a picture that cannot be drawn is no picture; the words below it go out all the same.
"""

from __future__ import annotations

import threading
from functools import lru_cache

from alerts.message import Picture
from monitor.domain.errors import DecodeError

_ONE = threading.Lock()


def drawn(picture: Picture) -> bytes:
    """The picture as PNG, b"" when it cannot be drawn; for a worker thread: it takes a tenth of a second."""
    with _ONE:
        try:
            return _drawn(picture)
        except (DecodeError, ImportError, OSError, ValueError, ArithmeticError, LookupError, MemoryError):
            return b""


@lru_cache(maxsize=16)
def _drawn(picture: Picture) -> bytes:
    # Some 30 MB that a daemon which nobody asks for pictures does not pay.
    from alerts.pictures.paint import draw
    from alerts.pictures.stored import facts_of, language_of

    return draw(facts_of(picture), language_of(picture), dark=picture.dark)

"""Keeps a process that runs for months from growing by what it once needed for a moment.

The GNU C library answers a freed 16 MiB body by keeping every later one of that size, and has one heap per
thread: a few large answers in each stay for ever. Two fixed limits end both. Python, on its part, counts
objects and not bytes before it looks for cycles, so an error's frames may hold an answer of megabytes for
hours. Elsewhere than on glibc only the cycles are looked for.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc

# <malloc.h> of glibc; the numbers are part of its interface.
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
_GIVEN_BACK_FROM = 256 * 1024  # bytes
_HEAPS = 2


def settle_allocator() -> bool:
    """Set both limits; whether this C library took them. Call it before any thread is started."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _GIVEN_BACK_FROM)) and bool(mallopt(_ARENA_MAX, _HEAPS))


def give_back() -> None:
    """Drop what only cycles hold and hand free pages to the system; stops the caller for about 0.1 s."""
    gc.collect()
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)

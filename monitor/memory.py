"""Keeps a process that runs for months from growing by what it once needed for a moment.

The GNU C library answers a freed 16 MiB body by keeping every later one of that size, and has one heap per
thread: a few large answers in each stay for ever. Two fixed limits end both. Elsewhere nothing is changed:
other libraries have no such habit, or no such call.
"""

from __future__ import annotations

import ctypes

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

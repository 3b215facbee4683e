"""What this process holds in memory, and the most it held since last asked: Linux's own counters.

Rule: where the kernel keeps no resettable peak, the process's whole peak stands for it, and never goes down.
"""

from __future__ import annotations

import contextlib
import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def held() -> int:
    """KiB held now."""
    return _counter("VmRSS:")


def peak() -> int:
    """KiB held at the most, since the start or the last `reset`."""
    return _counter("VmHWM:")


def reset() -> None:
    """Let the peak begin anew."""
    with contextlib.suppress(OSError):
        _CLEAR.write_text("5")


def _counter(name: str) -> int:
    try:
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith(name):
                return int(line.split()[1])
    except OSError:
        pass
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most

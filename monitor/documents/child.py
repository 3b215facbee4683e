"""What the sandboxed child runs: one PDF on argv to one JSON line on the standard output.

Rule: limits are set before a byte of the document is touched; no network, no shell, no other file written.
Rule: the answer is `{"pages": …}` or `{"error": [class, message]}`; anything else is a crash.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import socket
import sys
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def _no_network() -> str:
    """Leaves every network namespace where the kernel allows; refuses sockets in this process in any case."""
    libc = ctypes.CDLL(None, use_errno=True)
    alone = libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 or libc.unshare(CLONE_NEWNET) == 0

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError("the document reader has no network")

    for name in ("socket", "create_connection", "create_server", "socketpair"):
        setattr(socket, name, refuse)
    return "namespace" if alone else "refused"


def _limits(memory: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name in ("RLIMIT_NPROC",):
        limit = getattr(resource, name, None)
        if limit is not None and os.geteuid() != 0:
            resource.setrlimit(limit, (1, 1))


def _answer(path: Path) -> dict[str, object]:
    from monitor.documents.pdf import add_tables, read_pdf_text
    from monitor.domain.errors import MonitorError
    from monitor.domain.figures.read import table_pages

    try:
        read = read_pdf_text(path)
        wanted = table_pages(read.pages)
        pages = add_tables(path, read.pages, wanted)
    except MonitorError as error:
        return {"error": [type(error).__name__, str(error)]}
    except MemoryError:
        return {"error": ["DecodeError", "the PDF needs more memory than a document may"]}
    peak = _peak_kib()
    return {
        "pages": [[page.number, page.text, page.tables] for page in pages],
        "unreadable": read.unreadable,
        "peak_kib": peak,
    }


def main() -> None:
    """Reads argv: path, memory limit in bytes, CPU limit in seconds."""
    path, memory, cpu_seconds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    network = _no_network()
    _limits(memory, cpu_seconds)
    answer = _answer(path)
    answer["network"] = network
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":")))


def _peak_kib() -> int:
    """The most memory this program held, KiB.

    Where the kernel says so (VmHWM) it begins anew with the program; ru_maxrss still remembers the parent
    we were forked from.
    """
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()

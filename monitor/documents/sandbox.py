"""Reads a PDF in a child process that may die without us: memory, CPU, wall clock and output are limited.

Rule: the child has its own session, so that one kill ends all it may have started.
Rule: whatever the child does, the parent answers with pages or a MonitorError.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from monitor.domain import errors
from monitor.domain.errors import DecodeError, MonitorError, ParseError
from monitor.domain.figures.pages import Page

__all__ = ["Limits", "SandboxedPdf", "named_error", "read_pdf"]

_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one document may cost the child."""

    memory_bytes: int = 1024 * _MIB  # address space; resident memory stays below 350 MiB for 400 pages
    cpu_seconds: int = 30
    wall_seconds: float = 45.0
    output_bytes: int = 24 * _MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxedPdf:
    """What came out of the child: pages, unreadable ones, peak memory, how the network was cut."""

    pages: list[Page]
    unreadable: tuple[int, ...]
    peak_kib: int
    network: str


class _Answer(msgspec.Struct, kw_only=True):
    """What the child writes: an error by name, or all the rest; of any other shape it was not our child."""

    error: tuple[str, str] | None = None
    pages: list[tuple[int, str, tuple[tuple[tuple[str, ...], ...], ...]]] = []
    unreadable: tuple[int, ...] = ()
    peak_kib: int = 0
    network: str = ""


_ANSWER = msgspec.json.Decoder(_Answer)


def _kill(child: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it had ended already
    child.wait()


def _collect(child: subprocess.Popen[bytes], limits: Limits) -> tuple[bytes, bytes]:
    """Both streams to their end, within wall clock and size."""
    assert child.stdout is not None
    assert child.stderr is not None
    deadline = time.monotonic() + limits.wall_seconds
    streams: dict[int, bytearray] = {child.stdout.fileno(): bytearray(), child.stderr.fileno(): bytearray()}
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise DecodeError(f"the PDF took longer than {limits.wall_seconds:g} s")
            for key, _ in selector.select(timeout=left):
                chunk = os.read(key.fd, 1 << 16)
                if not chunk:
                    selector.unregister(key.fd)
                    continue
                streams[key.fd] += chunk
                if len(streams[key.fd]) > limits.output_bytes:
                    raise DecodeError(f"the PDF holds more text than {limits.output_bytes // _MIB} MiB")
    child.wait(timeout=max(0.1, deadline - time.monotonic()))
    return bytes(streams[child.stdout.fileno()]), bytes(streams[child.stderr.fileno()])


def _reason(child: subprocess.Popen[bytes], stderr: bytes) -> str:
    code = child.returncode
    if code == -signal.SIGXCPU:
        return "the PDF took more CPU time than a document may"
    if code is not None and code < 0:
        return f"the PDF reader was ended by signal {-code}"
    last = stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no word from it"]
    if "MemoryError" in last[0] or "memory" in last[0].lower():
        return "the PDF needs more memory than a document may"
    return f"the PDF reader stopped with code {code}: {last[0][:160]}"


def read_pdf(path: Path, limits: Limits | None = None) -> SandboxedPdf:
    """The pages of a PDF, read in the child; DecodeError or SourceEmpty for any file that yields none."""
    limits = limits or Limits()
    command = [
        sys.executable, "-I", "-m", "monitor.documents.child",
        str(path.resolve()), str(limits.memory_bytes), str(limits.cpu_seconds),
    ]  # fmt: skip
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module; the path is one argument, no shell
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True, close_fds=True, env=environment, cwd="/",
    )  # fmt: skip
    try:
        stdout, stderr = _collect(child, limits)
    except (MonitorError, subprocess.TimeoutExpired) as error:
        if isinstance(error, MonitorError):
            raise
        raise DecodeError("the PDF reader did not end") from error
    finally:
        _kill(child)
        for stream in (child.stdout, child.stderr):
            if stream is not None:
                stream.close()
    if child.returncode != 0:
        raise DecodeError(_reason(child, stderr))
    return _unpack(stdout)


def _unpack(stdout: bytes) -> SandboxedPdf:
    try:
        answer = _ANSWER.decode(stdout)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DecodeError("the PDF reader answered something else", seen=stdout[:60]) from error
    if answer.error is not None:
        raise named_error(*answer.error)
    if not answer.pages:
        raise DecodeError("the PDF reader answered no page", seen=stdout[:60])
    return SandboxedPdf(
        pages=[Page(number=number, text=text, tables=tables) for number, text, tables in answer.pages],
        unreadable=answer.unreadable,
        peak_kib=answer.peak_kib,
        network=answer.network,
    )


def named_error(name: str, message: str) -> ParseError:
    """The error a child named, when it is one that reading may raise; DecodeError for any other name."""
    kind = getattr(errors, name, DecodeError)
    known = isinstance(kind, type) and issubclass(kind, ParseError)
    return kind(message) if known else DecodeError(message)

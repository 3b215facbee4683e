"""One stored document read in a process of its own: pages in the sandbox, figures, number, business section.

Rule: whatever the document or our own reading of it does, the caller gets a Parcel or a MonitorError, and
the event loop is never held up: the figures of a long prospectus cost seconds of pure computing.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from monitor.documents.load import figures_of, load_document
from monitor.documents.sandbox import named_error
from monitor.domain.errors import DecodeError, MonitorError
from monitor.domain.figures.documents import PROSPECTUS
from monitor.domain.figures.meeting import calls_meeting_off, find_meeting_day
from monitor.domain.figures.record import Reading
from monitor.domain.figures.registration import RegistrationNumber, find_registration_number
from monitor.domain.figures.section import business_section

__all__ = ["Parcel", "read_document"]

_MEMORY = 1536 << 20
_CPU_SECONDS = 90
_WALL_SECONDS = 150.0
_LEAST_NICE = 10  # polls and alerts go first


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Everything one document said that the store keeps; `business` is "" where it has no such section."""

    reading: Reading
    number: RegistrationNumber | None
    business: str
    meeting: date | None = None  # the day a listing committee notice calls
    meeting_off: bool = False  # it cancels or puts off the issuer's review


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    parcel: Parcel | None = None
    error: str = ""
    message: str = ""


async def read_document(path: Path, *, issuer: str, title: str, decision: bool) -> Parcel:
    """The document at the absolute `path` read as one of `issuer`; `decision` asks for a registration number.

    Raises SourceEmpty when no page carries text, DecodeError when it cannot be read within its limits.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-m", "monitor.documents.reader",
        str(path), issuer, title, "decision" if decision else "figures",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True, cwd="/",
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"},
    )  # fmt: skip
    try:
        async with asyncio.timeout(_WALL_SECONDS):
            stdout, stderr = await child.communicate()
    except TimeoutError as error:
        raise DecodeError(f"reading the document took longer than {_WALL_SECONDS:g} s") from error
    finally:
        if child.returncode is None:
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it ended between the two lines
            await child.wait()
    if child.returncode != 0:
        last = stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no word from it"]
        raise DecodeError(f"the reader of the document stopped with code {child.returncode}: {last[0][:160]}")
    return _unpacked(stdout)


def _unpacked(stdout: bytes) -> Parcel:
    try:
        answer = msgspec.json.decode(stdout, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DecodeError("the reader of the document answered no JSON", seen=stdout[:60]) from error
    if answer.parcel is not None:
        return answer.parcel
    raise named_error(answer.error, answer.message)


def _read(path: Path, issuer: str, title: str, decision: bool) -> Parcel:
    loaded = load_document(path)
    reading = figures_of(loaded, issuer=issuer or None)
    book = reading.document_kind in PROSPECTUS and not any(
        flag.check == "another_company" for flag in reading.flags
    )
    notice = "审议" in title or "会议公告" in title
    return Parcel(
        reading=reading,
        number=find_registration_number(loaded.pages, title=title, issuer=issuer) if decision else None,
        business=business_section(loaded.pages) if book else "",
        meeting=find_meeting_day(loaded.pages, issuer=issuer) if "会议公告" in title else None,
        meeting_off=notice and bool(issuer) and calls_meeting_off(loaded.pages, issuer=issuer),
    )


def main() -> None:
    """Reads argv (path, issuer, title, what for) and writes one line of JSON to the standard output."""
    os.nice(_LEAST_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    path, issuer, title, purpose = sys.argv[1:5]
    try:
        answer = _Answer(parcel=_read(Path(path), issuer, title, purpose == "decision"))
    except MonitorError as error:
        answer = _Answer(error=type(error).__name__, message=str(error))
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()

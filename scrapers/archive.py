"""Raw answers by the hash of their bytes, with an index in the order they came: any event can be replayed.

Rule: the same body is stored once; a body appears under its name complete or not at all.
Rule: the index never shows a secret, and neither bodies nor index outgrow the limits once pruned.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit, urlunsplit

from monitor.domain.errors import StoreError
from scrapers.contract import Document, Request

_INDEX = "index.jsonl"
_HASH = 32  # bytes of a SHA-256
_SECRET = re.compile(r"token|secret|passw|api.?key|access.?key|signature|auth$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the index: which answer came when; `verdict` is "ok" or the name of the error it raised."""

    label: str
    url: str
    params: Mapping[str, str]
    expects: str
    fetched_at: datetime
    sha256: str
    status: int
    verdict: str
    content_type: str
    host_time: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pruned:
    """What a pruning removed and what is left, bodies in compressed bytes."""

    answers_removed: int
    bodies_removed: int
    bytes_removed: int
    bytes_left: int


class Archive:
    """A folder of raw answers; raises StoreError for every failure of the disk."""

    def __init__(self, folder: Path, *, max_bytes: int, max_age: timedelta) -> None:
        self._folder = folder
        self._index = folder / _INDEX
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._storing = threading.Lock()  # pruning has a thread of its own
        with _disk(folder):
            (folder / "bodies").mkdir(parents=True, exist_ok=True)
            _drop_torn_line(self._index)

    def store(self, document: Document, status: int = 200, verdict: str = "ok") -> str:
        """Keep an answer and return the hash of its body."""
        digest = document.sha256
        body = _body_path(self._folder, digest)
        parts = urlsplit(document.request.url)
        line = {
            "label": document.request.label,
            "url": urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])),
            "params": _shown(document.request.params),
            "expects": document.request.expects,
            "fetched_at": document.fetched_at.isoformat(),
            "sha256": digest,
            "status": status,
            "verdict": verdict,
            "content_type": document.content_type,
        }
        if document.host_time is not None:
            line["host_time"] = document.host_time.isoformat()
        with _disk(self._folder), self._storing:
            if not body.exists():
                body.parent.mkdir(parents=True, exist_ok=True)
                _write_whole(body, gzip.compress(document.body, compresslevel=1, mtime=0))
            with self._index.open("ab") as index:
                index.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        return digest

    def prune(self, now: datetime) -> Pruned:
        """Forget answers older than the age limit, then the oldest until the bodies fit the size limit.

        May run in a thread of its own while answers are stored. Of each answer it holds 32 bytes: an index
        of a year has half a million lines.
        """
        with _disk(self._folder):
            sizes = {path.stem: path.stat().st_size for path in self._folder.glob("bodies/*/*.gz")}
            names, old = bytearray(), 0
            for entry, _ in entries(self._folder):
                if old * _HASH == len(names) and now - entry.fetched_at > self._max_age:
                    old += 1
                names += bytes.fromhex(entry.sha256)
            wanted: dict[str, int] = {}
            total, answers = 0, len(names) // _HASH
            first = answers
            for place in range(answers - 1, old - 1, -1):  # newest first, as long as there is room
                digest = names[place * _HASH : (place + 1) * _HASH].hex()
                if digest not in wanted:
                    if total + sizes.get(digest, 0) > self._max_bytes:
                        break
                    wanted[digest] = sizes.get(digest, 0)
                    total += wanted[digest]
                first = place
            with self._storing:
                # The index goes first: a crash in between leaves bodies without a line, and the next pruning
                # removes them.
                wanted |= dict.fromkeys(self._forget(first, answers), 0)
                gone = [digest for digest in sizes if digest not in wanted]
                for digest in gone:
                    _body_path(self._folder, digest).unlink()
                for leftover in self._folder.glob("bodies/*/*.part"):
                    leftover.unlink()
        return Pruned(
            answers_removed=first,
            bodies_removed=len(gone),
            bytes_removed=sum(sizes[digest] for digest in gone),
            bytes_left=sum(size for digest, size in sizes.items() if digest in wanted),
        )

    def _forget(self, first: int, answers: int) -> list[str]:
        """Drop the first lines of the index; the hashes of the answers stored since it was counted."""
        with self._index.open("rb") as index:
            for _ in range(first):
                index.readline()
            if first:
                _write_whole(self._index, index)
        with self._index.open("rb") as index:
            return [str(json.loads(line)["sha256"]) for line in islice(index, answers - first, None)]


def replay(folder: Path) -> Iterator[Document]:
    """The good answers of an archive in the order they were fetched, byte for byte as they came.

    Raises StoreError for a folder that is no archive, a damaged index line, a missing or altered body.
    """
    found = [entry for entry, _ in entries(folder) if entry.verdict == "ok"]
    for entry in sorted(found, key=lambda entry: entry.fetched_at):
        yield read(folder, entry)


def read(folder: Path, entry: Entry) -> Document:
    """One answer, byte for byte as it came; raises StoreError for a missing or altered body."""
    path = _body_path(folder, entry.sha256)
    with _disk(folder):
        try:
            body = gzip.decompress(path.read_bytes())
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise StoreError(f"archive {folder}: body {entry.sha256} is damaged") from error
    if hashlib.sha256(body).hexdigest() != entry.sha256:
        raise StoreError(f"archive {folder}: body {entry.sha256} is not what its name says")
    return Document(
        request=Request(label=entry.label, url=entry.url, params=entry.params, expects=entry.expects),
        body=body,
        content_type=entry.content_type,
        fetched_at=entry.fetched_at,
        host_time=entry.host_time,
    )


def entries(folder: Path) -> Iterator[tuple[Entry, bytes]]:
    """Each line of the index, read and as it stands; raises StoreError for one that cannot be read."""
    with _disk(folder), (folder / _INDEX).open("rb") as index:
        for number, line in enumerate(index, start=1):
            try:
                row = json.loads(line)
                moment = datetime.fromisoformat(row.pop("fetched_at"))
                theirs = datetime.fromisoformat(row.pop("host_time")) if "host_time" in row else None
                entry = Entry(fetched_at=moment, host_time=theirs, **row)
                if (
                    moment.tzinfo is None
                    or (theirs or moment).tzinfo is None
                    or not re.fullmatch(r"[0-9a-f]{64}", entry.sha256)
                ):
                    raise ValueError("no zone or no hash")
            except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
                raise StoreError(f"archive {folder}: {_INDEX} line {number} is damaged: {error}") from error
            yield entry, line


def _body_path(folder: Path, digest: str) -> Path:
    return folder / "bodies" / digest[:2] / f"{digest}.gz"


def _shown(params: Mapping[str, str]) -> dict[str, str]:
    return {name: "***" if _SECRET.search(name) else value for name, value in params.items()}


def _write_whole(path: Path, content: bytes | BinaryIO) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            shutil.copyfileobj(io.BytesIO(content) if isinstance(content, bytes) else content, stream)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _drop_torn_line(index: Path) -> None:
    """Cut a last line that a crash left unfinished; it was never whole."""
    index.touch()
    with index.open("r+b") as stream:
        content = stream.seek(0, os.SEEK_END)
        back = min(content, 1 << 20)
        stream.seek(content - back)
        tail = stream.read(back)
        if tail and not tail.endswith(b"\n"):
            stream.truncate(content - back + tail.rfind(b"\n") + 1)


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"archive {folder}: {error}") from error

"""Fetched documents on disk, each under the hash of its bytes.

Rule: a file is whole or absent: it is written aside, synced and renamed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.domain.errors import StoreError

__all__ = ["Shelf"]


class Shelf:
    """A folder of PDFs, `<first two digits>/<sha256>.pdf`, kept below `max_bytes` in all."""

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self._folder = folder.absolute()
        self._max_bytes = max_bytes

    def path(self, sha256: str) -> Path:
        """Where the document of this hash stands, or would stand."""
        return self._folder / sha256[:2] / f"{sha256}.pdf"

    def keep(self, body: bytes) -> str:
        """Store a document and return its hash, lower-case hex; StoreError when the disk refuses."""
        digest = hashlib.sha256(body).hexdigest()
        path = self.path(digest)
        with self._disk():
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                part = path.with_name(f"{path.name}.{os.getpid()}.part")
                try:
                    with part.open("wb") as stream:
                        stream.write(body)
                        stream.flush()
                        os.fsync(stream.fileno())
                    part.replace(path)
                finally:
                    part.unlink(missing_ok=True)
        self.prune(keep=digest)
        return digest

    def drop(self, sha256: str) -> None:
        """Forget a document, so that it is fetched anew."""
        with self._disk():
            self.path(sha256).unlink(missing_ok=True)

    def prune(self, *, keep: str = "") -> int:
        """Remove the documents stored longest ago until the rest fits; return how many went."""
        with self._disk():
            found = [(path, path.stat()) for path in self._folder.glob("*/*.pdf")]
            total = sum(stat.st_size for _, stat in found)
            gone = 0
            for path, stat in sorted(found, key=lambda one: one[1].st_mtime):
                if total <= self._max_bytes:
                    break
                if path.stem != keep:
                    path.unlink()
                    total -= stat.st_size
                    gone += 1
        return gone

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(f"documents {self._folder}: {error}") from error

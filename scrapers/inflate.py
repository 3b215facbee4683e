"""Collects a body within a size limit, unpacking gzip as it comes.

Rule: nothing is ever unpacked beyond the limit, however small its packed form.
"""

from __future__ import annotations

import zlib

from monitor.domain.errors import Refused, Unreachable

_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 1 << 18
# Real listings shrink 10 to 50 times; deflate's limit is about 1,030.
_RATIO, _RATIO_FROM = 200, 8 << 20


def is_readable(coding: str) -> bool:
    """Whether a Content-Encoding is one we offered: gzip once, or none."""
    return coding.strip().lower() in ("", "identity", "gzip", "x-gzip")


class Body:
    """The bytes of one answer, at most `limit` of them after unpacking.

    Raises Refused for too much or a bomb, Unreachable for a cut or broken stream.
    """

    def __init__(self, coding: str, limit: int) -> None:
        self._packed = coding.strip().lower().endswith("gzip")
        self._limit = limit
        self._stream = zlib.decompressobj(_GZIP)
        self._received = 0
        self._begun = False
        self._body = bytearray()

    @property
    def received(self) -> int:
        """Bytes seen on the wire."""
        return self._received

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the wire."""
        self._received += len(chunk)
        if not self._packed:
            self._add(chunk)
            return
        try:
            self._unpack(chunk)
        except zlib.error as error:
            raise Unreachable(f"broken gzip stream: {error}") from error

    def partial(self) -> bytes:
        """What has come so far."""
        return bytes(self._body)

    def whole(self) -> bytes:
        """The body, when its packed stream has come to its end."""
        if self._packed and self._begun and not self._stream.eof:
            raise Unreachable(f"gzip stream cut after {self._received} bytes")
        return bytes(self._body)

    def _unpack(self, chunk: bytes) -> None:
        piece = b""
        # A full piece may leave output waiting inside zlib although all input is taken.
        while chunk or len(piece) == _PIECE:
            if self._stream.eof:  # a gzip file may have several members
                self._stream = zlib.decompressobj(_GZIP)
            self._begun = True
            piece = self._stream.decompress(chunk, _PIECE)
            self._add(piece)
            if self._stream.eof:
                chunk, piece = self._stream.unused_data, b""
            else:
                chunk = self._stream.unconsumed_tail

    def _add(self, piece: bytes) -> None:
        if len(self._body) + len(piece) > self._limit:
            raise Refused(f"more than {self._limit:,} bytes")
        self._body += piece
        if self._packed and len(self._body) > max(_RATIO_FROM, _RATIO * self._received):
            raise Refused(f"{self._received:,} packed bytes unpack to more than {_RATIO} times as many")

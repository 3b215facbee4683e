"""How the demo reads documents: like the daemon, but for stand-ins, which hold nothing beside their title."""

from __future__ import annotations

import hashlib
from pathlib import Path

from monitor.demo.papers import season_papers
from monitor.documents.reader import Parcel, read_document
from monitor.domain.errors import SourceEmpty


class PaperReader:
    """Reads the season's documents in the sandboxed child; a stand-in is told by its hash."""

    def __init__(self) -> None:
        self._papers = {hashlib.sha256(body).hexdigest() for body in season_papers().values()}

    async def __call__(self, path: Path, *, issuer: str, title: str, decision: bool) -> Parcel:
        """The document's parcel; raises SourceEmpty for a stand-in of the demo."""
        if path.stem not in self._papers:
            raise SourceEmpty("a stand-in of the demo, with nothing but its title")
        return await read_document(path, issuer=issuer, title=title, decision=decision)

"""Fixture pages of the tutoring list as Documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from scrapers.contract import Document, Request

CASES = Path(__file__).parents[2] / "fixtures" / "csrc_tutoring"


def answer(body: bytes, *, url: str = "http://eid.csrc.gov.cn/csrcfd/index.html", kind: str = "") -> Document:
    """These bytes as the answer of this address."""
    request = Request(label="tutoring-page", url=url, expects="html")
    return Document(
        request=request, body=body, content_type=kind, fetched_at=datetime(2026, 8, 20, 10, 0, tzinfo=UTC)
    )


def body(case: str) -> bytes:
    """The bytes of a fixture page."""
    return (CASES / case / "body.html").read_bytes()


def fixture(case: str) -> Document:
    """A fixture page under the address and content type of its meta.json."""
    meta = json.loads((CASES / case / "meta.json").read_text(encoding="utf-8"))
    return answer(body(case), url=meta["url"], kind=meta["content_type"])

"""Pure: page number → Request. The host answers http only; its TLS fails (seen 2026-09)."""

from __future__ import annotations

import re

from scrapers.contract import Request

BASE_URL = "http://eid.csrc.gov.cn/csrcfd"

_NUMBERED = re.compile(r"(?:^|/)index_(\d+)(?:_f)?\.html?$")


def page(number: int, base_url: str = BASE_URL) -> Request:
    """Page 1 is index.html, page n is index_n.html; newest filings are on page 1."""
    if number < 1:
        raise ValueError(f"pages count from 1, not {number}")
    name = "index.html" if number == 1 else f"index_{number}.html"
    return Request(
        label="tutoring-page",
        url=f"{base_url.rstrip('/')}/{name}",
        max_bytes=8 * 1024 * 1024,
        expects="html",
    )


def page_number(url: str) -> int:
    """Which page an address is; the entries index.html, index_f.html and fd.html are page 1."""
    numbered = _NUMBERED.search(url.split("?")[0])
    return int(numbered[1]) if numbered else 1

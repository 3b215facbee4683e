"""Every source by hand: how to build it from its own settings section, whom it asks, and how often.

Rule: a source is a folder and one entry here; `section` is `settings.sources.<name>`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import Any
from urllib.parse import urlsplit

from monitor.domain.rota import Plan
from scrapers.contract import Source
from scrapers.csrc_tutoring.source import CsrcTutoring
from scrapers.sse_star.requests import Endpoints
from scrapers.sse_star.source import SseStar


@dataclass(frozen=True, slots=True)
class Entry:
    """One source: builder, the addresses it may ask, and its plan."""

    build: Callable[[Any], Source]
    origins: Callable[[Any], tuple[str, ...]]
    plan: Callable[[Any], Plan]


def _sse_star(section: Any) -> Source:
    return SseStar(
        endpoints=Endpoints(
            query_url=section.query_url,
            static_url=section.static_url,
            site_url=section.site_url,
            market_types=section.market_types,
        ),
        page_size=section.page_size,
        sweep_page_size=section.sweep_page_size,
        documents_query=section.documents_query,
    )


def _sse_star_plan(section: Any) -> Plan:
    return Plan(
        quick_every=section.interval,
        slow_every=section.slow_interval,
        sweep_every=section.sweep_interval,
        documents_every=section.slow_interval,
        nightly_at=section.sweep_times,
    )


def _csrc_tutoring(section: Any) -> Source:
    # The regulator's host alone is enough; a mirror may live under another folder.
    path = urlsplit(section.base_url).path.rstrip("/")
    return CsrcTutoring(base_url=section.base_url if path else f"{section.base_url}/csrcfd")


def _csrc_tutoring_plan(section: Any) -> Plan:
    return Plan(quick_every=section.interval, slow_every=section.interval, nightly_at=(time(3, 30),))


SOURCES: dict[str, Entry] = {
    "sse_star": Entry(_sse_star, lambda section: (section.query_url, section.static_url), _sse_star_plan),
    "csrc_tutoring": Entry(_csrc_tutoring, lambda section: (section.base_url,), _csrc_tutoring_plan),
}

"""Every source by hand: how to build it from its own settings section, whom it asks, and how often.

Rule: a source is a folder and one entry here; `section` is `settings.sources.<name>`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import time
from typing import Any
from urllib.parse import urlsplit

from monitor.domain.rota import Plan
from scrapers.contract import Source
from scrapers.csrc_tutoring.playback import CsrcTutoringPlayback
from scrapers.csrc_tutoring.source import CsrcTutoring
from scrapers.csrc_tutoring.survey import survey as survey_csrc_tutoring
from scrapers.playback import Fetch, Finding, Playback
from scrapers.sse_issue.playback import SseIssuePlayback
from scrapers.sse_issue.requests import IssueEndpoints
from scrapers.sse_issue.source import SseIssue
from scrapers.sse_issue.survey import survey as survey_sse_issue
from scrapers.sse_star.playback import SseStarPlayback
from scrapers.sse_star.requests import Endpoints
from scrapers.sse_star.source import SseStar
from scrapers.sse_star.survey import survey as survey_sse_star


@dataclass(frozen=True, slots=True)
class Entry:
    """One source: builder, the addresses it may ask, its plan, its playback and its survey."""

    build: Callable[[Any], Source]
    origins: Callable[[Any], tuple[str, ...]]
    plan: Callable[[Any], Plan]
    playback: Callable[[Any], Playback]
    survey: Callable[[Any, Fetch], AsyncIterator[Finding]]
    # Whether a run is well without it: a server that stands in for the exchange need not know its queries.
    optional: bool = False
    doors: str = ""  # sources of the same name here ask the same hosts and keep one gap between them


def _sse_star(section: Any) -> SseStar:
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


def _sse_issue(section: Any) -> SseIssue:
    return SseIssue(
        endpoints=IssueEndpoints(
            query_url=section.query_url,
            site_url=section.site_url,
            list_query=section.list_query,
            stock_type=section.stock_type,
        ),
        rate=section.lottery_rate_unit,
        bulletins=section.bulletins,
    )


def _sse_issue_plan(section: Any) -> Plan:
    return Plan(
        quick_every=section.interval,
        slow_every=section.interval,
        documents_every=section.interval,
        nightly_at=(time(3, 15),),
    )


def _csrc_tutoring(section: Any) -> CsrcTutoring:
    # The regulator's host alone is enough; a mirror may live under another folder.
    path = urlsplit(section.base_url).path.rstrip("/")
    return CsrcTutoring(base_url=section.base_url if path else f"{section.base_url}/csrcfd")


def _csrc_tutoring_plan(section: Any) -> Plan:
    return Plan(quick_every=section.interval, slow_every=section.interval, nightly_at=(time(3, 30),))


SOURCES: dict[str, Entry] = {
    "sse_star": Entry(
        build=_sse_star,
        origins=lambda section: (section.query_url, section.static_url),
        plan=_sse_star_plan,
        playback=lambda section: SseStarPlayback(_sse_star(section)),
        survey=lambda section, fetch: survey_sse_star(_sse_star(section), fetch),
        doors="sse",
    ),
    "csrc_tutoring": Entry(
        build=_csrc_tutoring,
        origins=lambda section: (section.base_url,),
        plan=_csrc_tutoring_plan,
        playback=lambda section: CsrcTutoringPlayback(),
        survey=lambda section, fetch: survey_csrc_tutoring(_csrc_tutoring(section), fetch),
    ),
    "sse_issue": Entry(
        build=_sse_issue,
        origins=lambda section: (section.query_url,),
        plan=_sse_issue_plan,
        playback=lambda section: SseIssuePlayback(_sse_issue(section)),
        survey=lambda section, fetch: survey_sse_issue(_sse_issue(section), fetch),
        optional=True,
        doors="sse",
    ),
}

"""The section `sources.sse_issue`: what it leaves out is as in `sources.sse_star`, the same exchange."""

from __future__ import annotations

from monitor.settings_schema import SseIssueSettings, SseStarSettings
from monitor.settings_values import Values

_DAY = 86_400.0


def sse_issue(values: Values, star: SseStarSettings) -> SseIssueSettings:
    """The checked section; a server put in the exchange's place is asked here too."""
    at = "sources.sse_issue."
    private = values.flag(f"{at}allow_private_hosts", star.allow_private_hosts)
    return SseIssueSettings(
        enabled=values.flag(f"{at}enabled", star.enabled),
        allow_private_hosts=private,
        query_url=values.url(
            f"{at}query_url", star.query_url, private="" if private else f"{at}allow_private_hosts"
        ),
        site_url=star.site_url,
        interval=values.seconds(f"{at}interval", 300, 0.01, _DAY),
        min_request_gap=values.seconds(f"{at}min_request_gap", star.min_request_gap, 0, 3600),
        deadline=values.seconds(f"{at}deadline", 60, 0.05, 3600),
        list_query=values.text(
            f"{at}list_query",
            "COMMON_SSE_IPO_IPO_LIST_L",
            shape=r"[A-Z0-9_]{1,80}",
            must="must be the exchange's sqlId: capitals, digits and underscores",
        ),
        stock_type=values.choice(f"{at}stock_type", ("", "0", "2"), ""),
        bulletins=values.flag(f"{at}bulletins", True),
        lottery_rate_unit=values.choice(
            f"{at}lottery_rate_unit", ("inferred", "percent", "withheld"), "inferred"
        ),
    )

"""Every question we ask about issues and listings, as pure functions; what is inferred can be set.

Rule: no JSONP callback is sent, so the same facts come as the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scrapers.contract import Request

LIST_QUERY = "COMMON_SSE_IPO_IPO_LIST_L"
BULLETIN_PATH = "/security/stock/queryCompanyBulletin.do"
# Needed for codes that begin with 688; 0101 alone means the main board.
SECURITY_TYPES = "0101,120100,020100,020200,120200"


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueEndpoints:
    """Where the exchange answers and by which names; another server can take its place."""

    query_url: str  # https://query.sse.com.cn
    site_url: str = "https://www.sse.com.cn"
    list_query: str = LIST_QUERY
    stock_type: str = ""  # "" all boards, "2" 科创板 alone (INFERRED as a filter)
    report_types: tuple[str, str] = ("FXSSGG", "LSGG")  # reportType, reportType2: 发行上市公告

    def _ask(self, label: str, path: str, params: dict[str, str]) -> Request:
        return Request(
            label=label,
            url=f"{self.query_url.rstrip('/')}{path}",
            params=params,
            headers={"Referer": f"{self.site_url}/"},
        )

    def new_shares(self, *, page: int, size: int) -> Request:
        """One page of the new-share list."""
        return self._ask(
            "new-shares",
            "/commonQuery.do",
            {
                "sqlId": self.list_query,
                "stockType": self.stock_type,
                "isIssue": "1",
                "isListing": "",
                "isNotStatus": "99",
                **_paging(page, size),
            },
        )

    def bulletins(self, code: str, *, begin: date, end: date, page: int = 1, size: int = 100) -> Request:
        """Bulletins of one company in the issue and listing phase, both days included."""
        report_type, report_type2 = self.report_types
        return self._ask(
            "issue-bulletins",
            BULLETIN_PATH,
            {
                "productId": code,
                "keyWord": "",
                "securityType": SECURITY_TYPES,
                "reportType": report_type,
                "reportType2": report_type2,
                "beginDate": begin.isoformat(),
                "endDate": end.isoformat(),
                **_paging(page, size),
            },
        )

    def file(self, path: str) -> str:
        """The address of a file the exchange names by path, or by a whole address of its own."""
        if path.startswith(("http://", "https://")):
            return path
        return f"{self.site_url}/{path.lstrip('/')}"


def _paging(page: int, size: int) -> dict[str, str]:
    return {
        "isPagination": "true",
        "pageHelp.pageSize": str(size),
        "pageHelp.pageNo": str(page),
        "pageHelp.beginPage": str(page),
        "pageHelp.endPage": str(page),
        "pageHelp.cacheSize": "1",
    }

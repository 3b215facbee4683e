"""Every question we ask the exchange, as pure functions; parameter names as its own pages send them.

Rule: no JSONP callback is sent, so the same facts come as the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scrapers.contract import Request
from scrapers.sse_star.codes import DOCUMENT_TYPES

_LIST_ORDER = "updateDate|desc,stockAuditNum|desc"


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoints:
    """Where the exchange answers; another server can take its place."""

    query_url: str  # https://query.sse.com.cn
    static_url: str  # https://static.sse.com.cn
    site_url: str = "https://www.sse.com.cn"
    market_types: tuple[str, ...] = ("1",)  # issueMarketType: 1 科创板, 2 主板

    def project_page(self, key: str) -> str:
        """The exchange's own page of one project, for people."""
        return f"{self.site_url}/listing/renewal/ipo/index_listing_detail.shtml?auditId={key}"

    def document(self, path: str) -> str:
        """The file behind a row's filePath; without /stock the exchange redirects to its 404 page."""
        return f"{self.static_url.rstrip('/')}/stock/{path.lstrip('/')}"

    def _ask(self, label: str, params: dict[str, str]) -> Request:
        return Request(
            label=label,
            url=f"{self.query_url.rstrip('/')}/commonSoaQuery.do",
            params=params,
            headers={"Referer": f"{self.site_url}/"},
        )

    def project_list(self, *, page: int, size: int) -> Request:
        """One page of the unfiltered project list (SH_XM_LB), newest change first."""
        return self._ask(
            "list",
            {
                "sqlId": "SH_XM_LB",
                "issueMarketType": ",".join(self.market_types),
                "currStatus": "",
                "order": _LIST_ORDER,
                **_paging(page, size),
            },
        )

    def project(self, key: str) -> Request:
        """One project's row (SH_XM_LB with stockAuditNum)."""
        return self._ask(
            "project",
            {
                "sqlId": "SH_XM_LB",
                "issueMarketType": ",".join(self.market_types),
                "stockAuditNum": key,
                "isPagination": "false",
            },
        )

    def timeline(self, key: str) -> Request:
        """All status events with reasons (GP_GPZCZ_XMDTZTYYLB), newest first."""
        return self._ask(
            "timeline",
            {
                "sqlId": "GP_GPZCZ_XMDTZTYYLB",
                "stockAuditNum": key,
                "order": "qianDate|desc",
                "isPagination": "false",
            },
        )

    def diagram(self, key: str) -> Request:
        """The progress diagram (GP_GPZCZ_XMDTZTTLB), oldest first."""
        return self._ask(
            "diagram", {"sqlId": "GP_GPZCZ_XMDTZTTLB", "stockAuditNum": key, "isPagination": "false"}
        )

    def documents(self, key: str) -> Request:
        """A project's documents by the current query (GP_COMMON_FILE_SEARCH takes auditId)."""
        return self._ask(
            "documents",
            {
                "sqlId": "GP_COMMON_FILE_SEARCH",
                "auditId": key,
                "marketType": "1,2",
                "isPagination": "false",
            },
        )

    def newest_documents(self, *, page: int, size: int) -> Request:
        """The newest documents of every project: a document need not move its project's row."""
        return self._ask(
            "newest-documents",
            {
                "sqlId": "GP_COMMON_FILE_SEARCH",
                "marketType": ",".join(self.market_types),
                "fileTypeMap": ",".join(DOCUMENT_TYPES),
                "order": "fileUpdTime|desc",
                **_paging(page, size),
            },
        )

    def newest_older_documents(self, *, page: int, size: int) -> Request:
        """The same by the older query; its page asks for prospectuses, inquiries and replies."""
        return self._ask(
            "newest-older-documents",
            {"sqlId": "GP_GPZCZ_SHXXPL", "fileType": "30,5,6", **_paging(page, size)},
        )

    def older_documents(self, key: str) -> Request:
        """A project's documents by the older query (GP_GPZCZ_SHXXPL takes stockAuditNum)."""
        return self._ask(
            "older-documents", {"sqlId": "GP_GPZCZ_SHXXPL", "stockAuditNum": key, "isPagination": "false"}
        )

    def committee_files(self, key: str, file_types: Sequence[str] = ("1", "2", "3", "4")) -> Request:
        """Listing committee notices and results (GP_GPZCZ_SSWHYGGJG)."""
        return self._ask(
            "committee",
            {
                "sqlId": "GP_GPZCZ_SSWHYGGJG",
                "stockAuditNum": key,
                "fileType": ",".join(file_types),
                "isPagination": "false",
            },
        )


def _paging(page: int, size: int) -> dict[str, str]:
    return {
        "isPagination": "true",
        "pageHelp.pageSize": str(size),
        "pageHelp.pageNo": str(page),
        "pageHelp.beginPage": str(page),
        "pageHelp.endPage": str(page),
        "pageHelp.cacheSize": "1",
    }

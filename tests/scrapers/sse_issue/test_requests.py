"""What we ask the exchange about issues, name by name."""

from __future__ import annotations

from datetime import date

from scrapers.sse_issue.requests import IssueEndpoints

ASK = IssueEndpoints(query_url="https://query.sse.com.cn/")


def test_the_new_share_list_is_asked_for_by_its_sql_id() -> None:
    """Every parameter as the exchange's own page sends it, with the Referer it demands."""
    request = ASK.new_shares(page=2, size=50)
    assert request.url == "https://query.sse.com.cn/commonQuery.do"
    assert request.params["sqlId"] == "COMMON_SSE_IPO_IPO_LIST_L"
    assert (request.params["isIssue"], request.params["isNotStatus"]) == ("1", "99")
    assert (request.params["pageHelp.pageNo"], request.params["pageHelp.pageSize"]) == ("2", "50")
    assert request.headers["Referer"] == "https://www.sse.com.cn/"
    assert "jsonCallBack" not in request.params


def test_bulletins_are_asked_for_with_the_security_types_a_star_code_needs() -> None:
    """0101 alone would answer for the main board only."""
    request = ASK.bulletins("689901", begin=date(2026, 1, 2), end=date(2026, 3, 4))
    assert request.url == "https://query.sse.com.cn/security/stock/queryCompanyBulletin.do"
    assert request.params["productId"] == "689901"
    assert "120100" in request.params["securityType"].split(",")
    assert (request.params["reportType"], request.params["reportType2"]) == ("FXSSGG", "LSGG")
    assert (request.params["beginDate"], request.params["endDate"]) == ("2026-01-02", "2026-03-04")


def test_a_file_is_below_the_exchanges_site_unless_it_is_named_whole() -> None:
    """Paths of rows become addresses of www.sse.com.cn."""
    assert ASK.file("/disclosure/a.pdf") == "https://www.sse.com.cn/disclosure/a.pdf"
    assert ASK.file("https://static.sse.com.cn/a.pdf") == "https://static.sse.com.cn/a.pdf"

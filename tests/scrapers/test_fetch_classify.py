"""What kind of answer it is, before anything is parsed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.domain.errors import (
    Blocked,
    DecodeError,
    MonitorError,
    NotFound,
    RateLimited,
    Refused,
    ServerTrouble,
)
from scrapers.classify import classify, host_time, retry_after
from scrapers.contract import Request

BUSY = '{"success":"false","error":"系统繁忙...","errorType":"ExceptionInterceptor"}'
SHIELD = "<html><body><h1>CloudWAF</h1><p>您的访问被拦截！</p></body></html>"
COOKIE = "<html><script>var arg1='0A';setCookie('acw_sc__v2', x);document.location.reload()</script></html>"
LISTING = '<html><table class="m-table2"><tr><td>系统升级股份有限公司</td></tr></table></html>'


def judge(body: str | bytes, expects: str = "json", status: int = 200, **headers: str) -> None:
    raw = body.encode() if isinstance(body, str) else body
    classify(Request(label="list", url="https://query.example.org/", expects=expects), status, headers, raw)


@pytest.mark.parametrize(
    ("body", "expects"),
    [
        ('{"pageHelp":{"total":0},"result":[]}', "json"),
        ("jsonpCallback99435173({})", "json"),
        ("\ufeff \r\n[]", "json"),
        ("x_1.cb ({})", "json"),
        ('{"pageHelp":{"data":[{"reason":"访问被拦截 acw_sc__v2"}]}}', "json"),  # words inside data are data
        (
            '{"result":null,"success":false,"code":9201,"message":"返回数据为空"}',
            "json",
        ),  # another host's honest zero
        (LISTING, "html"),
        ("\n<!DOCTYPE html><html></html>", "html"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\r\n\x00junk%PDF-1.4", "pdf"),
    ],
)
def test_good_answers_pass(body: str | bytes, expects: str) -> None:
    """JSON, JSONP, HTML and PDF of the kind expected are left to their parsers."""
    judge(body, expects)


@pytest.mark.parametrize(
    ("body", "expects", "status", "kind"),
    [
        ("", "json", 429, RateLimited),
        (BUSY, "json", 200, ServerTrouble),
        (f"jsonpCallback1({BUSY});", "json", 200, ServerTrouble),
        (BUSY, "html", 200, ServerTrouble),
        (BUSY, "pdf", 200, ServerTrouble),
        ("", "json", 200, ServerTrouble),
        (" \n", "html", 200, ServerTrouble),
        ("<html>系统维护中</html>", "json", 200, ServerTrouble),
        ("<html>系统维护中</html>", "html", 200, ServerTrouble),
        ("<html>系统升级</html>".encode("gb18030"), "pdf", 200, ServerTrouble),
        ("oops", "json", 500, ServerTrouble),
        (SHIELD, "json", 200, Blocked),
        (SHIELD.encode("gb18030"), "html", 200, Blocked),
        (SHIELD, "json", 503, Blocked),
        (COOKIE, "pdf", 200, Blocked),
        (COOKIE, "json", 200, Blocked),
        ("<html><script>eval(1)</script></html>", "json", 200, Blocked),
        ("", "json", 403, Blocked),
        ("", "json", 521, Blocked),
        ("", "json", 412, Blocked),
        ("<html><title>404</title>", "pdf", 404, NotFound),
        ("", "pdf", 410, NotFound),
        ("{}", "json", 204, Refused),
        ("{}", "json", 304, Refused),
        ("{}", "json", 400, Refused),
        ("<html><title>首页</title><body>" + "文" * 100, "json", 200, DecodeError),
        ("<html><title>首页</title><body>" + "文" * 100, "pdf", 200, DecodeError),
        ("{}", "pdf", 200, DecodeError),
        ("{}", "html", 200, DecodeError),
        ("error 7", "json", 200, DecodeError),
        (b"\x00\x01\x02", "json", 200, DecodeError),
    ],
)
def test_every_other_answer_has_its_name(
    body: str | bytes, expects: str, status: int, kind: type[MonitorError]
) -> None:
    """No refusal, trouble or foreign page reaches a parser, where it would look like zero rows."""
    with pytest.raises(MonitorError) as caught:
        judge(body, expects, status)
    assert type(caught.value) is kind


def test_the_title_of_a_foreign_page_is_the_evidence() -> None:
    """The error quotes the title, which tells the operator whose page it was."""
    with pytest.raises(DecodeError, match="首页"):
        judge("<html><title>首页</title><body>" + "文" * 100)


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry-after": "120"}, timedelta(seconds=120)),
        ({"retry-after": "999999"}, timedelta(days=1)),
        (
            {"retry-after": "Mon, 06 Jul 2026 09:05:00 GMT", "date": "Mon, 06 Jul 2026 09:00:00 GMT"},
            timedelta(minutes=5),
        ),
        (
            {"retry-after": "Mon, 06 Jul 2026 08:00:00 GMT", "date": "Mon, 06 Jul 2026 09:00:00 GMT"},
            timedelta(0),
        ),
        ({"retry-after": "Mon, 06 Jul 2026 09:05:00 GMT"}, None),
        ({"retry-after": "Mon, 06 Jul 2026 09:05:00 -0000", "date": "Mon, 06 Jul 2026 09:00:00 GMT"}, None),
        ({"retry-after": "soon", "date": "now"}, None),
        ({"retry-after": "-5"}, None),
        ({}, None),
    ],
)
def test_the_hosts_own_wish_is_read_without_our_clock(
    headers: dict[str, str], pause: timedelta | None
) -> None:
    """Retry-After counts in seconds or against the answer's own Date; anything else is no wish."""
    assert retry_after(headers) == pause


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2026 00:00:00 +99999999999999",
        "Mon, 01 Jan 2026 99:00:00 GMT",
    ],
)
def test_a_date_nobody_can_read_is_no_clock(date: str) -> None:
    """Whatever stands in the header, the answer is taken; only the host's time is not known."""
    assert host_time({"date": date}) is None

"""The new-share list and the bulletins on their bad days: a MonitorError, or the same facts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from monitor.domain.errors import DecodeError, LayoutChanged, MonitorError, ServerTrouble
from monitor.domain.issue_records import BulletinKind, bulletin_kind
from scrapers.sse_issue.parse import parse_bulletins, parse_new_shares
from tests.scrapers.faults import cut_everywhere, json_mutations
from tests.scrapers.sse_issue.pages import CODE, ENDPOINTS, Row, bulletin, bulletins, envelope, listed, share

WAITING = share(
    SECURITY_CODE="689902",
    COMPANY_FULL_NAME="示例图形处理器股份有限公司",
    ISSUE_PRICE="-",
    ACTUAL_FUNDS_RAISED="-",
    LOT_WINNING_RATE="-",
)
BODY = envelope([share(), WAITING])


def _shares(body: bytes | dict[str, Any], rate: str = "inferred") -> Any:
    return parse_new_shares(listed(body), ENDPOINTS, rate)


def _bulletins(body: bytes | dict[str, Any]) -> Any:
    return parse_bulletins(bulletins(body), ENDPOINTS, CODE)


def test_a_row_is_read_digit_by_digit() -> None:
    """Numbers keep the digits they were printed with; "-" is no value."""
    priced, waiting = _shares(BODY).rows
    assert str(priced.price) == "25.1200"
    assert priced.gross == Decimal("100480")
    assert priced.shares_issued == Decimal("4000")
    assert priced.lottery_rate == Decimal("0.02811")
    assert priced.online_date == date(2026, 2, 27)
    assert priced.listing_date is None
    assert (waiting.price, waiting.gross, waiting.lottery_rate) == (None, None, None)


@pytest.mark.parametrize(("rate", "shown"), [("inferred", "%?"), ("percent", "%"), ("withheld", "")])
def test_the_unit_of_the_lottery_rate_is_what_the_operator_says(rate: str, shown: str) -> None:
    """Inferred and confirmed per cent differ on the record; withheld leaves the rate out."""
    row = _shares(BODY, rate).rows[0]
    assert row.lottery_rate_unit == shown
    assert (row.lottery_rate is None) == (rate == "withheld")


def test_the_fields_no_capture_shows_may_be_missing_and_are_read_when_they_come() -> None:
    """A price-earnings ratio is read where the list has one; without the field nothing else changes."""
    (row,) = _shares(envelope([share(ISSUANCE_PRICE_EARNINGS_RATIO="45.67")])).rows
    assert row.pe_ratio == Decimal("45.67")
    assert replace(row, pe_ratio=None) == _shares(envelope([share()])).rows[0]


@pytest.mark.parametrize("read", ["shares", "bulletins"])
def test_an_answer_cut_at_any_byte_is_an_error(read: str) -> None:
    """No cut answer passes for a shorter list, bare or in JSONP."""
    whole = envelope([share()]) if read == "shares" else envelope([bulletin()])
    parse = _shares if read == "shares" else _bulletins
    raw = json.dumps(whole, ensure_ascii=False).encode()
    for body in (raw, b"jsonpCallback7(" + raw + b")"):
        assert len(parse(body).rows) == 1
        for cut in cut_everywhere(body):
            with pytest.raises(MonitorError):
                parse(cut)


def test_each_field_of_the_list_dropped_nulled_or_retyped_is_an_error_or_the_same_facts() -> None:
    """What the captured rows always carry is never silently missing."""
    whole = _shares(BODY).rows
    refused = 0
    for label, changed in json_mutations(BODY):
        try:
            assert _shares(json.dumps(changed).encode()).rows == whole, label
        except MonitorError:
            refused += 1
    # Of 20 fields only NUM, and SECURITY_NAME beside SECURITY_EXPAND_NAME, carry no fact.
    assert refused >= 2 * 18 * 3


def test_each_field_of_a_bulletin_dropped_nulled_or_retyped_is_an_error_or_the_same_facts() -> None:
    """Only the publication's hour and the heading may be missing: one captured row has neither."""
    body = envelope([bulletin()])
    (whole,) = _bulletins(body).rows
    for label, changed in json_mutations(body):
        try:
            (seen,) = _bulletins(json.dumps(changed).encode()).rows
        except MonitorError:
            continue
        if "ADDDATE" in label or "BULLETIN_HEADING" in label:
            seen = replace(seen, published_at=whole.published_at, heading=whole.heading)
        assert seen == whole, label


def test_rows_sent_twice_are_the_same_facts_and_an_oddity() -> None:
    """A doubled row adds nothing; two different rows of one code are refused."""
    doubled = _shares(envelope([share(), share()], total=1))
    assert doubled.rows == _shares(envelope([share()])).rows
    assert [oddity.what for oddity in doubled.oddities] == [f"the same row twice on one page: {CODE}"]
    with pytest.raises(LayoutChanged, match="two different rows"):
        _shares(envelope([share(), share(ISSUE_PRICE="251.2000")]))


@pytest.mark.parametrize(
    ("field", "printed"),
    [
        ("ISSUE_PRICE", "25,12"),
        ("ISSUE_PRICE", "-25.12"),
        ("ISSUE_PRICE", "1e3"),
        ("ISSUE_PRICE", "二十五"),
        ("LOT_WINNING_RATE", "100.01"),
        ("ONLINE_ISSUANCE_DATE", "2026-02-30"),
        ("ONLINE_ISSUANCE_DATE", "20260227"),
        ("SECURITY_CODE", "68990"),
        ("COMPANY_FULL_NAME", "-"),
    ],
)
def test_a_value_of_another_form_is_refused_and_quoted(field: str, printed: str) -> None:
    """Nothing is repaired: the page is LayoutChanged."""
    with pytest.raises(LayoutChanged):
        _shares(envelope([share(**{field: printed})]))


def test_a_price_of_zero_is_a_placeholder() -> None:
    """No issue has a price, a size or proceeds of nothing."""
    (row,) = _shares(envelope([share(ISSUE_PRICE="0.0000", ACTUAL_FUNDS_RAISED="0")])).rows
    assert (row.price, row.gross) == (None, None)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('{"success":"false","error":"系统繁忙...","errorType":"ExceptionInterceptor"}', ServerTrouble),
        ("<html><body>404</body></html>", DecodeError),
        ("", DecodeError),
        ("[]", DecodeError),
        ('{"pageHelp":{"total":0}}', LayoutChanged),
        ('{"pageHelp":{"data":[],"total":2}}', LayoutChanged),
        ('{"result":[]}', LayoutChanged),
    ],
)
def test_another_answer_says_what_it_is(body: str, error: type[MonitorError]) -> None:
    """Busy, a foreign page and a hollow envelope each have their own error; none is an empty list."""
    with pytest.raises(error):
        _shares(body.encode())


def test_no_rows_and_a_total_of_zero_is_an_answer() -> None:
    """The list may be empty between two issues; whether to believe it is decided elsewhere."""
    assert _shares(envelope([])).rows == ()


def test_a_bulletin_of_another_company_is_refused() -> None:
    """A server that ignores the code asked for must not give us another company's price."""
    with pytest.raises(LayoutChanged, match="another company"):
        _bulletins(envelope([bulletin(SECURITY_CODE="600000")]))


def test_a_bulletin_keeps_its_evening_and_its_day_apart() -> None:
    """It is published in the evening, Shanghai time, and stands under the next day."""
    (row,) = _bulletins(envelope([bulletin()])).rows
    assert row.published_at == datetime(2026, 2, 25, 11, 0, 35, tzinfo=UTC)
    assert row.date == date(2026, 2, 26)
    assert row.url.startswith("https://www.sse.com.cn/disclosure/listedinfo/")


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("首次公开发行股票并在科创板上市招股意向书", BulletinKind.PROSPECTUS_INTENT),
        ("首次公开发行股票并在科创板上市招股意向书附录", BulletinKind.OTHER),
        ("首次公开发行股票并在科创板上市招股意向书提示性公告", BulletinKind.OTHER),
        ("首次公开发行股票并在科创板上市发行安排及初步询价公告", BulletinKind.INQUIRY_NOTICE),
        ("首次公开发行股票并在科创板上市投资风险特别公告", BulletinKind.RISK_NOTICE),
        ("首次公开发行股票并在科创板上市网上路演公告", BulletinKind.ROADSHOW),
        ("首次公开发行股票并在科创板上市发行公告", BulletinKind.OFFERING_NOTICE),
        ("网上发行申购情况及中签率公告", BulletinKind.LOTTERY_RATE_NOTICE),
        ("网下初步配售结果及网上中签结果公告", BulletinKind.LOTTERY_RESULT_NOTICE),
        ("首次公开发行股票并在科创板上市发行结果公告", BulletinKind.RESULT_NOTICE),
        ("首次公开发行股票并在科创板上市招股说明书", BulletinKind.PROSPECTUS),
        ("首次公开发行股票科创板上市公告书", BulletinKind.LISTING_NOTICE),
        ("投资者关系活动记录表", BulletinKind.OTHER),
    ],
)
def test_a_bulletin_is_named_by_its_title(title: str, kind: BulletinKind) -> None:
    """Each announcement of an issue has its kind; an appendix or a mere pointer to it has not."""
    assert bulletin_kind(f"示例智算{title}") is kind


def test_a_row_is_a_row_whatever_board() -> None:
    """A board code we do not know is shown as it is printed."""
    row: Row = share(STOCK_TYPE="7")
    assert _shares(envelope([row])).rows[0].board == "STOCK_TYPE 7"

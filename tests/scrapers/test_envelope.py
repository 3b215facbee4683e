"""The envelope both sources of the exchange read: what cannot be read is a typed error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.domain.errors import DecodeError, LayoutChanged, MonitorError, ServerTrouble
from scrapers.contract import Document, Request
from scrapers.envelope import decode_row, open_envelope
from scrapers.sse_issue.parse import parse_new_shares
from scrapers.sse_star.fill import listing
from scrapers.sse_star.parse import parse_list, parse_timeline
from tests.scrapers.sse_issue import pages
from tests.scrapers.sse_star import wire

Reader = Callable[[bytes], Any]
READERS: dict[str, Reader] = {
    "sse_star": lambda body: parse_list(wire.answer("list", body), wire.ENDPOINTS, {}),
    "sse_issue": lambda body: parse_new_shares(pages.listed(body), pages.ENDPOINTS, "inferred"),
}
DEEP = b"[" * 100_000 + b"]" * 100_000


def _row(value: bytes) -> bytes:
    return b'{"pageHelp":{"data":[{"a":' + value + b'}],"total":1}}'


def _document(body: bytes) -> Document:
    at = datetime(2026, 7, 10, 12, 0, tzinfo=UTC)
    return Document(request=Request(label="list", url=""), body=body, fetched_at=at)


@pytest.mark.parametrize("source", READERS)
@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"pageHelp":{"data":[],"total":0},"texts":' + DEEP + b"}", DecodeError),
        (b'jsonp1({"pageHelp":{"data":[],"total":0},"texts":' + DEEP + b"})", DecodeError),
        (b'{"pageHelp":{"data":[],"total":"\xff"}}', DecodeError),
        (b'{"pageHelp":{"data":[],"total":' + b"9" * 5000 + b"}}", LayoutChanged),
        (b'{"pageHelp":{"data":[],"total":"' + b"9" * 5000 + b'"}}', LayoutChanged),
        ('{"pageHelp":{"data":[],"total":"²"}}'.encode(), LayoutChanged),
        (b'{"success":"false","error":"\xff"}', ServerTrouble),
    ],
    ids=["deep", "deep jsonp", "total", "huge total", "huge total as text", "raised two", "busy"],
)
def test_an_envelope_that_cannot_be_read_is_a_typed_error(
    source: str, body: bytes, error: type[MonitorError]
) -> None:
    """Nested beyond measure, no UTF-8, numbers no counter holds: the same error for either source."""
    with pytest.raises(error):
        READERS[source](body)


@pytest.mark.parametrize(
    ("value", "error"),
    [(DEEP, DecodeError), (b'"\xff"', DecodeError), (b"1e99999999999999999999", LayoutChanged)],
    ids=["deep", "charset", "number"],
)
def test_a_row_that_cannot_be_read_is_a_typed_error(value: bytes, error: type[MonitorError]) -> None:
    """Nested beyond measure, no UTF-8, a number beyond any exponent: refused with the row's label."""
    with pytest.raises(error, match=r"^list: a row "):
        decode_row(b'{"a":' + value + b"}", "list")
    for read in READERS.values():
        with pytest.raises(MonitorError):
            read(_row(value))


@pytest.mark.parametrize("value", [b'"\xff"', b"1e99999999999999999999"])
def test_a_row_that_cannot_be_read_counts_as_no_sample(value: bytes) -> None:
    """The envelope skips what stands in a row; how full the list is, is measured on the rows read alone."""
    assert open_envelope(_document(_row(value))).data == (b'{"a":' + value + b"}",)
    assert listing(_document(_row(value)), ("1",), 50).sample == 0


def test_fractions_of_a_row_are_exact() -> None:
    """31.8276 stays 31.8276, whatever a float would make of it."""
    assert str(decode_row(b'{"a":31.8276}', "list")["a"]) == "31.8276"


def test_an_instant_before_the_first_day_of_utc_is_no_time() -> None:
    """The first eight hours of the year 1 in China have no UTC: the row is refused."""
    step = wire.step("b1" * 16, 1, posted="2019-10-31 17:00:00") | {"timesave": "0001-01-01 00:00:00"}
    with pytest.raises(LayoutChanged, match="timesave is no time"):
        parse_timeline(wire.answer("timeline", wire.encode(wire.envelope([step]))), "990001")

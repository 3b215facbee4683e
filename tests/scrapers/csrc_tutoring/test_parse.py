"""The tutoring page on its bad days: a MonitorError, or the same facts."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import (
    Blocked,
    DecodeError,
    LayoutChanged,
    MonitorError,
    ServerTrouble,
    SourceEmpty,
)
from scrapers.csrc_tutoring.parse import COLUMNS, parse_page
from scrapers.csrc_tutoring.requests import page, page_number
from tests.scrapers.csrc_tutoring.pages import answer, body, fixture
from tests.scrapers.faults import cut_everywhere, rows_doubled, table_mutations

GOOD = ["happy", "second_page", "gbk", "oldest_layout", "unknown_words"]


@pytest.mark.parametrize("case", ["second_page", "gbk", "oldest_layout"])
def test_a_page_cut_at_any_byte_is_an_error_or_the_same_page(case: str) -> None:
    """Only a cut inside the blanks after </html> goes unnoticed, and it loses nothing."""
    whole, url = parse_page(fixture(case)), fixture(case).request.url
    raw = body(case)
    unnoticed = 0
    for cut in cut_everywhere(raw):
        try:
            assert parse_page(answer(cut, url=url)) == whole
            unnoticed += 1
        except MonitorError:
            continue
    assert unnoticed == len(raw) - len(raw.rstrip())


def _only_table(case: str) -> str:
    html = body(case).decode("utf-8")
    return html[html.index('<table class="m-table2') : html.rindex("</table>") + len("</table>")]


@pytest.mark.parametrize("case", ["happy", "second_page", "unknown_words"])
def test_each_column_dropped_emptied_or_retyped_is_an_error(case: str) -> None:
    """No change of a column passes, in the header, in one row or in all; 序号 alone carries no fact."""
    table, url = _only_table(case), fixture(case).request.url
    whole = parse_page(answer(table.encode(), url=url)).rows
    passed = []
    for label, html in table_mutations(table):
        try:
            assert parse_page(answer(html.encode(), url=url)).rows == whole, label
            passed.append(label)
        except MonitorError:
            continue
    assert passed == []


def test_a_fragment_without_html_cut_anywhere_is_an_error() -> None:
    """A bare table is accepted whole and refused when its closing tag is damaged."""
    raw = _only_table("second_page").encode()
    url = page(2).url
    whole = parse_page(answer(raw, url=url))
    assert len(whole.rows) == 2
    for cut in cut_everywhere(raw):
        with pytest.raises(MonitorError):
            parse_page(answer(cut, url=url))


def test_rows_printed_twice_are_the_same_facts_and_an_oddity() -> None:
    """A doubled row adds nothing and is shown to the operator."""
    doubled = rows_doubled(body("happy").decode())
    result = parse_page(answer(doubled.encode()))
    assert result.rows == parse_page(fixture("happy")).rows
    assert [oddity.what for oddity in result.oddities] == ["the same row twice on one page"] * 4


@pytest.mark.parametrize("case", GOOD)
def test_the_wrong_charset_is_an_error_or_the_same_facts(case: str) -> None:
    """Bytes of one encoding under the name of another never give other words."""
    whole, url = parse_page(fixture(case)), fixture(case).request.url
    html = fixture(case).body.decode("gb18030" if case == "gbk" else "utf-8")
    refused = []
    for real in ("utf-8", "gb18030", "big5", "utf-16"):
        for said in ("", "text/html; charset=utf-8", "text/html; charset=gbk", "text/html;charset=big5"):
            try:
                document = answer(html.encode(real, "replace"), url=url, kind=said)
                assert parse_page(document) == whole, (real, said)
            except MonitorError:
                refused.append((real, said))
    assert {real for real, _ in refused} <= {"big5", "gb18030"}
    assert ("gb18030", "") not in refused
    assert ("gb18030", "text/html; charset=gbk") not in refused


@pytest.mark.parametrize(
    ("html", "error"),
    [
        ("<html><body><h1>系统繁忙，请稍后再试</h1></body></html>", ServerTrouble),
        ("<html><body><h1>502 Bad Gateway</h1></body></html>", ServerTrouble),
        ("<html><body>您的访问过于频繁，请输入验证码</body></html>", Blocked),
        ("<html><body><h1>403 Forbidden</h1></body></html>", Blocked),
        ("<html><body><table class='other'><tr><td>1</td></tr></table></body></html>", LayoutChanged),
        ('{"result": []}', LayoutChanged),
        ("%PDF-1.4 nothing here", LayoutChanged),
        ("", DecodeError),
    ],
)
def test_another_page_says_what_it_is(html: str, error: type[MonitorError]) -> None:
    """Busy, challenge and foreign pages each have their own error; none is an empty list."""
    with pytest.raises(error):
        parse_page(answer(html.encode()))


@pytest.mark.parametrize("markup", ["<html><![n]]>", "<html><![%x;[]]>"])
def test_markup_the_library_rejects_is_a_parse_error(markup: str) -> None:
    """The HTML library's own exception never leaves the parser (whether it raises depends on Python)."""
    with pytest.raises((DecodeError, LayoutChanged)):
        parse_page(answer(markup.encode()))


def test_a_missing_column_is_named() -> None:
    """LayoutChanged names the column that is gone."""
    html = body("happy").decode().replace("<th>派出机构</th>", "<th>监管机构</th>")
    with pytest.raises(LayoutChanged, match="no column 派出机构"):
        parse_page(answer(html.encode()))


def test_a_bad_date_is_quoted() -> None:
    """A 备案时间 that is no date stops the page and is quoted."""
    for printed in ("2026-02-30", "2026-3", "昨天", "26-03-02"):
        html = body("happy").decode().replace("2025-11-20", printed)
        with pytest.raises(LayoutChanged, match=printed):
            parse_page(answer(html.encode()))


def test_a_row_with_nine_cells_is_a_changed_layout() -> None:
    """The number of cells is checked, whatever they hold."""
    html = body("happy").decode().replace("<td>湖北证监局</td>", "<td>湖北证监局</td><td>1</td>")
    with pytest.raises(LayoutChanged, match="9 cells"):
        parse_page(answer(html.encode()))


def test_no_pdf_address_on_any_row_is_a_changed_layout() -> None:
    """One row may lack its PDF, a whole page may not."""
    html = body("happy").decode().replace("downloadPdf1('", "openFile('")
    with pytest.raises(LayoutChanged, match="downloadPdf1"):
        parse_page(answer(html.encode()))


def test_a_script_address_is_never_a_link() -> None:
    """An address of another scheme inside onclick is refused."""
    html = body("happy").decode().replace("'/mnt/storage/stock/pre_ipo/2026/8/19", "'javascript:alert(1)//")
    with pytest.raises(LayoutChanged, match="not http"):
        parse_page(answer(html.encode()))


def test_a_header_only_table_is_an_alarm_where_rows_must_be() -> None:
    """Zero rows on page 1, or on a page the pager counts, is SourceEmpty; past the end it is an oddity."""
    header = "".join(f"<th>{column}</th>" for column in COLUMNS)
    table = f'<table class="m-table2 x"><tr>{header}</tr></table>'
    for url, pager in ((page(1).url, ""), (page(63).url, "共63页")):
        with pytest.raises(SourceEmpty):
            parse_page(answer((table + pager).encode(), url=url))
    past = parse_page(answer((table + "共63页").encode(), url=page(64).url))
    assert past.rows == ()
    assert [oddity.what for oddity in past.oddities] == ["page 64 has no rows"]


def test_a_gap_in_the_numbers_is_an_oddity() -> None:
    """序号 that jump are shown; they change no fact."""
    html = body("happy").decode().replace("<td>4</td>", "<td>9</td>")
    result = parse_page(answer(html.encode()))
    assert result.rows == parse_page(fixture("happy")).rows
    assert [oddity.what for oddity in result.oddities] == ["序号 jumps from 3 to 9"]


def test_a_shortened_cell_gives_its_full_words() -> None:
    """Words cut with dots on the screen are taken from the title beside them."""
    html = body("second_page").decode().replace(">示例芯片股份有限公司</td>", ">示例芯片股…</td>")
    assert html != body("second_page").decode()
    result = parse_page(answer(html.encode(), url=page(2).url))
    assert [row.company for row in result.rows][1] == "示例芯片股份有限公司"


def test_only_the_pager_counts_the_pages() -> None:
    """Words of a title are no page count: reading would stop too early."""
    html = body("oldest_layout").decode().replace("终止辅导报告</td>", "终止辅导报告（共3页）</td>")
    assert html != body("oldest_layout").decode()
    assert parse_page(answer(html.encode())).pages is None
    assert parse_page(fixture("unknown_words")).pages == 63


def test_page_addresses() -> None:
    """index.html, then index_2.html; the base address is configurable and its last slash optional."""
    assert page(1).url == "http://eid.csrc.gov.cn/csrcfd/index.html"
    assert page(2, "http://127.0.0.1:8080/csrcfd/").url == "http://127.0.0.1:8080/csrcfd/index_2.html"
    assert page(1).expects == "html"
    assert [page_number(page(n).url) for n in (1, 2, 63)] == [1, 2, 63]
    assert [page_number(f"http://h/csrcfd/{name}") for name in ("index_f.html", "index_3_f.html")] == [1, 3]
    with pytest.raises(ValueError, match="count from 1"):
        page(0)


def test_the_facts_of_a_row() -> None:
    """A row keeps the printed words, the date without a time, and an absolute address."""
    first = parse_page(fixture("happy")).rows[0]
    assert (first.company, first.date, first.status) == ("示例芯片股份有限公司", date(2026, 3, 2), "辅导验收")
    assert first.document_url.startswith("http://eid.csrc.gov.cn/mnt/storage/stock/pre_ipo/2026/8/19/")


@pytest.mark.parametrize("noise", [b"\x01", b"<", b">", b'"', b"'", b"/"])
def test_one_wrong_byte_in_a_rows_tag_or_a_quote_loses_no_row_without_a_word(noise: bytes) -> None:
    """A broken <tr> leaves its cells in no row, an open quote swallows them: both are a changed layout."""
    raw = body("happy")
    spots = [spot for found in re.finditer(rb"</?tr>|['\"]", raw) for spot in range(*found.span())]
    lost = []
    for spot in spots:
        try:
            result = parse_page(answer(raw[:spot] + noise + raw[spot + 1 :]))
        except MonitorError:
            continue
        if len(result.rows) != 4:
            lost.append(spot)
    assert lost == []


@given(st.integers(0, 4000), st.binary(max_size=6))
def test_a_page_with_any_bytes_overwritten_gives_rows_or_a_monitor_error(spot: int, noise: bytes) -> None:
    """No other exception leaves the parser, and no row is lost without a word."""
    raw = bytearray(body("happy"))
    raw[spot : spot + len(noise)] = noise
    try:
        result = parse_page(answer(bytes(raw)))
    except MonitorError:
        return
    assert len(result.rows) == 4

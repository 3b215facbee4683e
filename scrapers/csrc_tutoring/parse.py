"""Pure: one page of the tutoring table (辅导备案) → rows, oddities, and how many pages there are.

Rule: columns are found by the words of their headers; a column that is missing is LayoutChanged.
Rule: a page that was cut short, or whose table holds a cell we cannot read, gives no rows at all.
Rule: statuses and report types pass through as printed; `monitor.domain.tutoring_words` names them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from urllib.parse import quote, urljoin

from bs4 import BeautifulSoup, Tag
from bs4.exceptions import ParserRejectedMarkup

from monitor.domain.errors import Blocked, DecodeError, LayoutChanged, ServerTrouble, SourceEmpty
from monitor.domain.records import Oddity, TutoringRow
from scrapers.contract import Document
from scrapers.csrc_tutoring.requests import page_number
from scrapers.decode import decode_text
from scrapers.expect import squeeze, text

COLUMNS = ("序号", "辅导对象", "辅导机构", "备案时间", "辅导状态", "派出机构", "报告类型", "报告标题")

_CHALLENGES = ("acw_sc__v2", "arg1=", "__jsl_clearance", "_waf_", "captcha", "just a moment", "403 forbidden",
               "验证码", "安全验证", "人机验证", "访问过于频繁", "访问被拒绝", "访问受限")  # fmt: skip
_BUSY = ("系统繁忙", "502 bad gateway", "503 service", "504 gateway")
_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.|年(\d{1,2})月)(\d{1,2})日?(?: 00:00(?::00)?)?"
)
_DOWNLOAD = re.compile(r"downloadPdf1\s*\(\s*(['\"])(?P<path>.+?\.pdf)\1", re.IGNORECASE | re.DOTALL)
_TABLE_TAG = re.compile(r"<(/?)table\b", re.IGNORECASE)
_CELL_TAG = re.compile(r"<t[dh]\b", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->|<script\b.*?</script\s*>", re.IGNORECASE | re.DOTALL)
_PAGES = re.compile(r"共 ?(\d{1,4}) ?页|第? ?\d{1,4} ?/ ?(\d{1,4}) ?页")
_NOTHING = re.compile(r"(?:暂无|没有|无)[^，。]{0,6}(?:数据|记录|内容|信息)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page as printed, newest row first; `pages` is the page's own count, None when it names none."""

    rows: tuple[TutoringRow, ...]
    oddities: tuple[Oddity, ...] = ()
    pages: int | None = None


def parse_page(document: Document) -> Page:
    """The rows of one answer; DecodeError, LayoutChanged, SourceEmpty, Blocked or ServerTrouble otherwise."""
    html = decode_text(document.body, document.content_type)
    try:
        soup = BeautifulSoup(html, "html.parser")
    except ParserRejectedMarkup as exc:
        raise DecodeError("the markup cannot be read as HTML", seen=html[-120:]) from exc
    table = _find_table(soup, html)
    _refuse_cut(html)
    _refuse_lost_cells(html, soup, table)
    url = document.request.url
    number = page_number(url)
    rows: list[TutoringRow] = []
    oddities: list[Oddity] = []
    for cells, line in _data_rows(table):
        row = _read_row(cells, line, url)
        if row in rows:
            oddities.append(Oddity(where=f"row {row.number or '?'}", what="the same row twice on one page"))
            continue
        if not row.document_url:
            oddities.append(Oddity(where=f"row {row.number or '?'}", what=f"no PDF address: {row.title}"))
        rows.append(row)
    table.extract()  # what is left names the number of pages; a title's 共3页 does not
    pages = _page_count(soup)
    if not rows:
        if number == 1 or (pages is not None and number <= pages):
            raise SourceEmpty(f"page {number} of the tutoring list has no rows", seen=text(table)[-120:])
        oddities.append(Oddity(where=url, what=f"page {number} has no rows"))
    elif not any(row.document_url for row in rows):
        raise LayoutChanged("no row has its downloadPdf1 address", seen=str(table)[-200:])
    oddities.extend(_gaps(rows))
    return Page(rows=tuple(rows), oddities=tuple(oddities), pages=pages)


def _find_table(soup: BeautifulSoup, html: str) -> Tag:
    tables = [table for table in soup.find_all("table") if _is_named(table)]
    if not tables:
        _refuse_other_page(soup, html)
    headed = [(table, _headers(table)) for table in tables]
    named = [(table, words) for table, words in headed if set(words) & set(COLUMNS[1:])]
    if len(named) != 1:
        raise LayoutChanged(f"expected one tutoring table, found {len(named)}", seen=[w for _, w in headed])
    table, words = named[0]
    missing = [column for column in COLUMNS if column not in words]
    if missing:
        raise LayoutChanged(f"the tutoring table has no column {'、'.join(missing)}", seen=words)
    if words != list(COLUMNS):
        raise LayoutChanged("the tutoring table's columns changed order or number", seen=words)
    return table


def _is_named(table: Tag) -> bool:
    classes = table.get("class")
    return isinstance(classes, list) and any(name.startswith("m-table2") for name in classes)


def _headers(table: Tag) -> list[str]:
    first = table.find("tr")
    cells = first.find_all(["th", "td"], recursive=False) if isinstance(first, Tag) else []
    # Sort arrows stand beside the words of a header.
    return [re.sub(r"[\s▲▼△▽↑↓⇅]+", "", cell.get_text()) for cell in cells]


def _refuse_other_page(soup: BeautifulSoup, html: str) -> None:
    """Say what came instead of the table: a challenge, a busy server, or an unknown page."""
    lower = html.lower()
    seen = text(soup)[:120] or html[:120]
    for mark in _CHALLENGES:
        if mark in lower:
            raise Blocked(f"a challenge page instead of the tutoring table ({mark}): {seen[:80]}")
    for mark in _BUSY:
        if mark in lower:
            raise ServerTrouble(f"the server is in trouble ({mark}): {seen[:80]}")
    raise LayoutChanged("no table of class m-table2…", seen=seen)


def _refuse_cut(html: str) -> None:
    """A repairing HTML parser hides a cut, so the closing tags are looked for in the text itself."""
    bare = _COMMENT.sub("", html)
    depth = sum(-1 if tag[1] else 1 for tag in _TABLE_TAG.finditer(bare))
    lower = bare.lower()
    if depth != 0:
        raise LayoutChanged("the page is cut short: a table is not closed", seen=html[-120:])
    if not re.search(r"</table\s*>", lower):
        raise LayoutChanged("the page is cut short inside </table>", seen=html[-120:])
    if "<html" in lower and not re.search(r"</html\s*>", lower):
        raise LayoutChanged("the page is cut short: no </html>", seen=html[-120:])


def _refuse_lost_cells(html: str, soup: BeautifulSoup, table: Tag) -> None:
    """A damaged tag lets a repairing parser drop a row's cells, or swallow them, without a word."""
    cells = ["td", "th"]
    elsewhere = len(soup.find_all(cells)) - len(table.find_all(cells))
    in_rows = sum(len(line.find_all(cells, recursive=False)) for line in table.find_all("tr"))
    printed = len(_CELL_TAG.findall(_COMMENT.sub("", html)))
    if in_rows + elsewhere != printed:
        raise LayoutChanged(
            f"of {printed} cells {printed - in_rows - elsewhere} stand in no row", seen=text(table)
        )


def _data_rows(table: Tag) -> list[tuple[list[Tag], Tag]]:
    """The rows under the header, each with exactly eight cells; a lone 暂无数据 cell is no row."""
    found: list[tuple[list[Tag], Tag]] = []
    for line in table.find_all("tr")[1:]:
        cells = [cell for cell in line.find_all(["td", "th"], recursive=False) if isinstance(cell, Tag)]
        if len(cells) == 1 and _NOTHING.search(text(cells[0])):
            continue
        if len(cells) != len(COLUMNS):
            raise LayoutChanged(f"a row has {len(cells)} cells, not {len(COLUMNS)}", seen=text(line))
        found.append((cells, line))
    return found


def _read_row(cells: list[Tag], line: Tag, url: str) -> TutoringRow:
    words = [_cell(cell) for cell in cells]
    for column, word in zip(COLUMNS, words, strict=True):
        if not word:
            raise LayoutChanged(f"an empty cell under {column}", seen=" | ".join(words))
    number, company, tutor, filed, status, office, report_type, title = words
    if not number.isdecimal():
        raise LayoutChanged("序号 is not a number", seen=" | ".join(words))
    # Names hold letters; a bare number or date there means the columns have moved.
    for column, word in zip(COLUMNS, words, strict=True):
        if column not in ("序号", "备案时间") and not re.search(r"[^\W\d_]{2}", word):
            raise LayoutChanged(f"no words under {column}", seen=" | ".join(words))
    return TutoringRow(
        company=company,
        tutor=tutor,
        date=_read_date(filed, words),
        status=status,
        office=office,
        report_type=report_type,
        title=title,
        document_url=_document_url(line, url),
        number=number,
    )


def _cell(cell: Tag) -> str:
    """The visible words; where they are shortened with dots or folded away, the full `title` beside them."""
    visible = text(cell)
    full = cell.get("title")
    if isinstance(full, str) and full.strip():
        stem = visible.rstrip(".…")
        if not visible or (stem != visible and squeeze(full).startswith(stem)):
            return squeeze(full)
    return visible


def _read_date(printed: str, words: list[str]) -> date:
    found = _DATE.fullmatch(printed)
    if found is None:
        raise LayoutChanged("备案时间 is not a date", seen=f"{printed} in {' | '.join(words)}")
    month = next(group for group in found.groups()[1:5] if group)
    try:
        return date(int(found[1]), int(month), int(found[6]))
    except ValueError as exc:
        raise LayoutChanged("备案时间 is no day of the calendar", seen=printed) from exc


def _document_url(line: Tag, url: str) -> str:
    """The PDF address inside onclick="downloadPdf1('…')", on the row or any cell, made absolute; else ""."""
    for node in [line, *line.find_all(True)]:
        found = _DOWNLOAD.search(str(node.get("onclick") or ""))
        if found:
            address = urljoin(url, found["path"].strip())
            if address.startswith(("http://", "https://")):
                return quote(address, safe="/:?=&%+,;@!~*()'")
            raise LayoutChanged("the PDF address is not http", seen=found[0])
    return ""


def _page_count(soup: BeautifulSoup) -> int | None:
    """The count the pager prints (共63页, 1/63页) or the number of its 尾页 link; None when it names none."""
    said = _PAGES.search(squeeze(soup.get_text(" ")))
    if said:
        return int(said[1] or said[2])
    for link in soup.find_all("a", string=re.compile(r"^\s*(?:尾页|末页|最后一页)\s*$")):
        last = page_number(str(link.get("href") or ""))
        return last if last > 1 else None
    return None


def _gaps(rows: list[TutoringRow]) -> list[Oddity]:
    """序号 counts without gaps on a good page; a gap changes no fact but is worth a look."""
    numbers = [int(row.number) for row in rows]
    return [
        Oddity(where=f"row {after}", what=f"序号 jumps from {before} to {after}")
        for before, after in pairwise(numbers)
        if abs(after - before) != 1
    ]

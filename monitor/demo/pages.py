"""The tutoring register as the regulator renders it, and the small PDFs behind every file path.

Rule: pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from monitor.demo.paper import draw
from monitor.demo.world import Filing

ROWS_A_PAGE = 211
_HEADINGS = ("序号", "辅导对象", "辅导机构", "备案时间", "辅导状态", "派出机构", "报告类型", "报告标题")
NOT_KNOWN = "（不详）"
"""What an unknown cell prints: the register leaves none empty, and the demo invents no tutor."""


def page_count(filings: Sequence[Filing]) -> int:
    """How many register pages the filings fill; an empty register still has its first page."""
    return max(1, -(-len(filings) // ROWS_A_PAGE))


def register_page(filings: Sequence[Filing], number: int) -> str:
    """Page `number` (1-based) of the register as HTML, `filings` newest first."""
    start = (number - 1) * ROWS_A_PAGE
    body = "\n".join(
        _row(start + n, filing) for n, filing in enumerate(filings[start : start + ROWS_A_PAGE], start=1)
    )
    head = "".join(f"<th>{name}</th>" for name in _HEADINGS)
    links = " ".join(
        f'<a href="index{"" if n == 1 else f"_{n}"}.html">{n}</a>' for n in range(1, page_count(filings) + 1)
    )
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="UTF-8"><title>辅导备案信息公示</title></head><body>\n'
        f'<table class="m-table2 m-table2-0">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n'
        f'</table>\n<div class="pages">{links}</div>\n</body></html>\n'
    )


def _row(number: int, filing: Filing) -> str:
    day = filing.on.isoformat()
    cells = (str(number), filing.company, filing.tutor, day, filing.state, filing.office, filing.report)
    plain = "".join(f"<td>{escape(cell or NOT_KNOWN)}</td>" for cell in cells)
    link = f"downloadPdf1('{filing.pdf}','{escape(filing.company)}','{day}')"
    return f'<tr>{plain}<td><a href="#" onclick="{link}">{escape(filing.title or NOT_KNOWN)}</a></td></tr>'


def pdf_of(title: str) -> bytes:
    """A valid one-page PDF showing the title; its text can be extracted again."""
    return draw([[title]], title=title)

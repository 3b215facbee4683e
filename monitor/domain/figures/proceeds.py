"""The use-of-proceeds table: which project takes how much, proven by its own 合计 row.

Rule: a table whose columns do not add up to its total row is not reported.
Rule: a project's name is what the document calls it elsewhere; geometry, where known, decides.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from monitor.domain.figures.names import name_rows
from monitor.domain.figures.pages import Run
from monitor.domain.figures.record import Figure, Flag, ProceedsRow, plain

__all__ = ["find_proceeds"]

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)"
_INTEGER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_TOTAL = re.compile(rf"(?:合计|总计)(?:\(万元\))?[-—/]*(?P<sums>{_INTEGER}(?: {_INTEGER}){{0,3}})(?![%\d])")
_INTRO = re.compile(
    r"募集资金[^。;]{0,60}(?:以下|下列|如下)|(?:用于|投资于|投入|投向)(?:以下|下列|如下)[^。;:]{0,10}?项目|募投项目[^。;]{0,40}如下|具体如下"
)
_UNIT = re.compile(r"单位:?(?:人民币)?(万元|元|亿元|千元|百万元)")
_HEAD_UNIT = re.compile(r"\((?:人民币)?(万元|元|亿元)\)")
_SCALE = {"元": 1, "千元": 1000, "万元": 10**4, "百万元": 10**6, "亿元": 10**8}
_REACH = 1800
_FOREIGN = re.compile(r"前次募集|定向发行|累计支出|实际使用情况|已累计|置换")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    value: Decimal
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    rows: tuple[tuple[_Token, ...], ...]
    totals: tuple[Decimal, ...]
    start: int  # where the header begins
    end: int
    unit: str


def _value(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _tokens(text: str, low: int, high: int, pattern: str) -> list[_Token]:
    return [
        _Token(value=_value(match.group()), start=match.start(), end=match.end())
        for match in re.finditer(
            rf"(?<![\d.,\-A-Za-z\[/.]){pattern}(?![\d%.]|,\d|[-/]\d|号|年|月|万|条)", text[low:high]
        )
    ]


def _fit(tokens: list[_Token], sums: tuple[Decimal, ...]) -> tuple[tuple[_Token, ...], ...] | None:
    """The rows before the total whose columns add up to it, most rows first."""
    width = len(sums)
    added = [Decimal(0)] * width
    first = None  # token of the first row; the sums grow row by row from the last, each number added once
    for count in range(1, len(tokens) // width + 1):
        at = len(tokens) - count * width
        added = [so_far + token.value for so_far, token in zip(added, tokens[at : at + width], strict=True)]
        room = Decimal("0.011") * count
        if all(abs(held - stated) <= room for held, stated in zip(added, sums, strict=True)):
            first = at
    if first is None:
        return None
    return tuple(tuple(tokens[at : at + width]) for at in range(first, len(tokens), width))


def _read_table(run: Run, total: re.Match[str]) -> _Table | None:
    text = run.text
    low = max(0, total.start() - _REACH)
    before = text[low : total.start()]
    intros = list(_INTRO.finditer(before))
    sums = tuple(_value(part) for part in total["sums"].split())
    for intro in reversed(intros):
        start = low + intro.start()
        body = text[low + intro.end() : total.start()]
        head = body[:200]
        if _FOREIGN.search(text[max(0, start - 60) : start + len(intro.group()) + 120]):
            continue
        if not re.search(r"项目", head) or "募" not in text[start : low + intro.end() + 200]:
            continue
        stated = _UNIT.search(body[:60]) or _HEAD_UNIT.search(head)
        if stated is None:
            continue
        for pattern in (_NUMBER, _INTEGER):
            tokens = _tokens(text, low + intro.end(), total.start(), pattern)
            shifted = [
                _Token(value=t.value, start=t.start + low + intro.end(), end=t.end + low + intro.end())
                for t in tokens
            ]
            for width in range(len(sums), 0, -1):
                rows = _fit(shifted, sums[:width])
                if rows and (len(rows) > 1 or width > 1):
                    return _Table(
                        rows=rows,
                        totals=sums[:width],
                        start=low + intro.end(),
                        end=total.end(),
                        unit=stated.group(1),
                    )
    return None


def _columns(table: _Table, planned: set[Decimal], head: str) -> tuple[int | None, int] | None:
    """Which column is the total investment and which comes from the proceeds."""
    width = len(table.totals)
    scale = _SCALE[table.unit]
    if width == 1:
        return (None, 0) if "募集资金" in head or table.totals[0] * scale in planned else None
    biggest = max(range(width), key=lambda col: (table.totals[col], -col))
    others = [col for col in range(width) if col != biggest]
    known = [col for col in others if table.totals[col] * scale in planned]
    chosen = known[0] if known else others[-1 if width == 2 else 0]
    if width > 2 and not known:
        return None  # three columns and nothing says which one the proceeds are
    if any(row[chosen].value > row[biggest].value for row in table.rows):
        return None
    return biggest, chosen


def _tables(run: Run) -> list[_Table]:
    found = []
    for total in _TOTAL.finditer(run.text):
        table = _read_table(run, total)
        if table is not None:
            found.append(table)
    return found


def find_proceeds(run: Run, sha256: str, planned: set[Decimal]) -> tuple[list[Figure], list[Flag]]:
    """The use-of-proceeds table and the planned sum it adds up to; nothing where no table adds up.

    `planned` are the sums the text itself calls planned, in yuan.
    """
    tables = _tables(run)
    picked = []
    for table in tables:
        head = run.text[table.start : table.rows[0][0].start]
        columns = _columns(table, planned, head)
        if columns:
            picked.append((table, columns))
    if not picked:
        return [], []
    flags = []
    sums = Counter(
        tuple(sorted({table.totals[col] * _SCALE[table.unit] for col in columns if col is not None}))
        for table, columns in picked
    )
    table, (total_col, from_col) = picked[0]
    first = tuple(
        sorted({table.totals[c] * _SCALE[table.unit] for c in (total_col, from_col) if c is not None})
    )
    if len(sums) > 1:
        flags.append(
            Flag(check="plan_stated_differently", kinds=("planned", "use_of_proceeds"), withheld=False,
                 page=run.page_at(table.start),
                 detail="; ".join(" / ".join(plain(value) for value in values) for values in sums))
        )  # fmt: skip
    scale = _SCALE[table.unit]
    names, sure = name_rows(run, table.start, [(row[0].start, row[-1].end) for row in table.rows], table.end)
    rows = tuple(
        ProceedsRow(
            project=name,
            total_investment=None if total_col is None else row[total_col].value * scale,
            from_proceeds=row[from_col].value * scale,
        )
        for name, row in zip(names, table.rows, strict=True)
    )
    amount = table.totals[from_col] * scale
    end = table.end
    sums_start = run.text.rfind("计", 0, end) + 1
    confidence = Decimal("0.99") if sums[first] > 1 or amount in planned else Decimal("0.95")
    common = {
        "amount": amount, "currency": "CNY", "unit": table.unit, "qualifier": None,
        "as_printed": _as_printed(run, sums_start, end, from_col),
        "page": run.page_at(end - 1),
        "quote": run.quote(max(sums_start - 2, run.starts[run.index_at(end - 1)]), end),
        "document_sha256": sha256,
    }  # fmt: skip
    planned_figure = Figure(kind="planned", confidence=confidence, **common)  # type: ignore[arg-type]
    page = run.page_at(table.rows[0][0].start)
    use = Figure(
        kind="use_of_proceeds",
        confidence=confidence,
        rows=rows,
        **(common | {"page": page}),  # type: ignore[arg-type]
    )
    if not sure:
        flags.append(
            Flag(check="project_names_torn", kinds=("use_of_proceeds",), withheld=True, page=page,
                 detail="the sums add up, the names could not be put together: " + ", ".join(names))
        )  # fmt: skip
        return [planned_figure], flags
    return [planned_figure, use], flags


def _as_printed(run: Run, start: int, end: int, column: int) -> str:
    numbers = re.findall(_INTEGER, run.quote(start, end))
    return numbers[column] if column < len(numbers) else run.quote(start, end)

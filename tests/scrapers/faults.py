"""Bad days for every parser: cut bodies, changed JSON, changed tables.

Rule: whatever comes out here must end in a MonitorError or in the facts of the whole answer.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag

Json = Any  # a JSON value of any shape: the one place where that is the point

_OTHER_TYPE: dict[type, Json] = {
    bool: "true",
    int: {"was": "a number"},
    float: ["was a number"],
    str: 7,
    list: "was a list",
    dict: ["was an object"],
    type(None): {"was": "null"},
}


def cut_everywhere(body: bytes, *, step: int = 1) -> Iterator[bytes]:
    """Every proper prefix of a body, the empty one included."""
    for end in range(0, len(body), step):
        yield body[:end]


def json_mutations(value: Json) -> Iterator[tuple[str, Json]]:
    """(what was done, changed copy): each field at any depth dropped, nulled, retyped; each list doubled.

    A label reads `drop $.pageHelp.data[0].stockAuditName`; the original is never changed.
    """
    for path in _paths(value):
        spot = "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
        current = _at(value, path)
        yield f"drop {spot}", _changed(value, path, drop=True)
        if current is not None:
            yield f"null {spot}", _changed(value, path, to=None)
        yield f"retype {spot}", _changed(value, path, to=_OTHER_TYPE[type(current)])
        if isinstance(current, list) and current:
            yield f"double {spot}", _changed(value, path, to=[*current, *copy.deepcopy(current)])


def _paths(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        items: list[tuple[str | int, Json]] = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        return
    for key, inner in items:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


def _at(value: Json, path: tuple[str | int, ...]) -> Json:
    for key in path:
        value = value[key]
    return value


def _changed(value: Json, path: tuple[str | int, ...], *, to: Json = None, drop: bool = False) -> Json:
    changed = copy.deepcopy(value)
    holder = _at(changed, path[:-1])
    if drop:
        del holder[path[-1]]
    else:
        holder[path[-1]] = to
    return changed


def table_mutations(html: str) -> Iterator[tuple[str, str]]:
    """(what was done, changed page): each column dropped, emptied, retyped, in one row or in all of them."""
    columns = len(_lines(BeautifulSoup(html, "html.parser"))[0])
    rows = len(_lines(BeautifulSoup(html, "html.parser")))
    for column in range(columns):
        for scope, chosen in (("header", [0]), ("last row", [rows - 1]), ("all rows", list(range(1, rows)))):
            for deed in ("drop", "empty", "retype"):
                soup = BeautifulSoup(html, "html.parser")
                lines = _lines(soup)
                for number in chosen:
                    _change(lines[number][column], deed)
                yield f"{deed} column {column} of {scope}", str(soup)
    for left in range(columns - 1):
        soup = BeautifulSoup(html, "html.parser")
        for line in _lines(soup):
            line[left].insert_before(line[left + 1].extract())
        yield f"swap columns {left} and {left + 1}", str(soup)


def rows_doubled(html: str) -> str:
    """The page with every data row of its tables printed twice."""
    soup = BeautifulSoup(html, "html.parser")
    for line in soup.find_all("tr"):
        if line.find("td"):
            line.insert_after(copy.copy(line))
    return str(soup)


def _lines(soup: BeautifulSoup) -> list[list[Tag]]:
    return [list(line.find_all(["td", "th"], recursive=False)) for line in soup.find_all("tr")]


def _change(cell: Tag, deed: str) -> None:
    if deed == "drop":
        cell.decompose()
    elif deed == "empty":
        cell.clear()
        cell.attrs.pop("title", None)
    else:
        cell.string = "2026-13-45" if cell.get_text(strip=True).isdigit() else "12345"

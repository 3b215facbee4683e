"""The fault table names real tests, all 81 faults, and at least seventy of them are tried automatically."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.reliability.parts import PARTS

_TESTS = Path(__file__).parents[1]
_ROWS = tomllib.loads(Path(__file__).with_name("table.toml").read_text(encoding="utf-8"))["row"]


@cache
def _names(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
    )


def test_every_fault_stands_in_the_table_once() -> None:
    """Rows 1 to 81, each either tried or with the reason why not."""
    assert [row["number"] for row in _ROWS] == list(range(1, 82))
    for row in _ROWS:
        assert ("by" in row) != ("why_not" in row), row["number"]


def test_at_least_seventy_faults_are_tried_automatically() -> None:
    """The others say why."""
    assert sum(bool(row.get("by")) for row in _ROWS) >= 70


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: str(row["number"]))
def test_what_tries_a_fault_exists(row: dict[str, object]) -> None:
    """A renamed or deleted test must not leave a fault untried in silence."""
    for name in row.get("by", ()):  # type: ignore[attr-defined]
        if name.startswith("rig:"):
            assert name.removeprefix("rig:") in PARTS
            continue
        path, _, test = name.partition("::")
        assert (_TESTS / path).is_file(), path
        assert _names(_TESTS / path) if test == "*" else test in _names(_TESTS / path), name

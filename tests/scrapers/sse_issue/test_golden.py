"""A folder under tests/fixtures/sse_issue is a test: body.json + meta.json → expected.json."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.errors import MonitorError
from scrapers.sse_issue.parse import Listing, parse_bulletins, parse_new_shares
from tests.scrapers.sse_issue.pages import CASES, CODE, ENDPOINTS, bulletins, listed


def _outcome(case: str) -> dict[str, Any]:
    body = (CASES / case / "body.json").read_bytes()
    what = json.loads((CASES / case / "meta.json").read_text(encoding="utf-8"))["query"]
    try:
        found: Listing[Any]
        if what == "new-shares":
            found = parse_new_shares(listed(body), ENDPOINTS, "inferred")
        else:
            found = parse_bulletins(bulletins(body), ENDPOINTS, CODE)
    except MonitorError as error:
        return {"error": type(error).__name__, "says": str(error)}
    return {
        "total": found.total,
        "rows": [{name: _plain(value) for name, value in asdict(row).items()} for row in found.rows],
        "oddities": [f"{oddity.where}: {oddity.what}" for oddity in found.oddities],
    }


def _plain(value: object) -> str | None:
    return None if value is None else str(value)


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_a_recorded_answer_gives_the_facts_written_beside_it(case: str) -> None:
    """Every fixture gives exactly its expected.json; a missing one is written and fails the run."""
    expected: Path = CASES / case / "expected.json"
    seen = _outcome(case)
    if not expected.exists():
        expected.write_text(json.dumps(seen, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        pytest.fail(f"{expected.name} of {case} was missing and is now written: read it")
    assert seen == json.loads(expected.read_text(encoding="utf-8"))

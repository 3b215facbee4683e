"""A folder under tests/fixtures/csrc_tutoring is a test: body.html + meta.json → expected.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.errors import MonitorError
from monitor.domain.records import TutoringRow
from scrapers.csrc_tutoring.parse import parse_page
from tests.scrapers.csrc_tutoring.pages import CASES, fixture


def _as_json(row: TutoringRow) -> dict[str, str]:
    return {
        "number": row.number,
        "company": row.company,
        "tutor": row.tutor,
        "date": row.date.isoformat(),
        "status": row.status,
        "office": row.office,
        "report_type": row.report_type,
        "title": row.title,
        "document_url": row.document_url,
    }


def _outcome(case: str) -> dict[str, Any]:
    try:
        page = parse_page(fixture(case))
    except MonitorError as error:
        return {"error": type(error).__name__, "says": str(error)}
    return {
        "pages": page.pages,
        "rows": [_as_json(row) for row in page.rows],
        "oddities": [f"{oddity.where}: {oddity.what}" for oddity in page.oddities],
    }


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_a_recorded_page_gives_the_facts_written_beside_it(case: str) -> None:
    """Every fixture page gives exactly its expected.json; a missing one is written and fails the run."""
    expected: Path = CASES / case / "expected.json"
    seen = _outcome(case)
    if not expected.exists():
        expected.write_text(json.dumps(seen, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        pytest.fail(f"{expected.name} of {case} was missing and is now written: read it")
    assert seen == json.loads(expected.read_text(encoding="utf-8"))

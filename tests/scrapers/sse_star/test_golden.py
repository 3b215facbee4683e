"""A folder under tests/fixtures/sse_star is a test: body.* + meta.json → expected.json, errors included."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.errors import MonitorError
from monitor.domain.records import DocumentType, Role
from monitor.domain.stages import OUTCOMES, STAGES
from scrapers.classify import classify
from scrapers.contract import Document
from scrapers.sse_star.codes import DOCUMENT_TYPES, ROLES
from scrapers.sse_star.parse import parse_committee, parse_documents, parse_list, parse_timeline
from tests.scrapers.sse_star.wire import CASES, ENDPOINTS, answer

NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())


def _fixture(case: str) -> Document:
    meta = json.loads((CASES / case / "meta.json").read_text(encoding="utf-8"))
    (body,) = (CASES / case).glob("body.*")
    return answer(meta["label"], body.read_bytes(), meta["content_type"])


def _plain(value: Any) -> Any:
    """As JSON; fields that hold their default are left out, so that a new one changes no fixture."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        own = {field.name: (getattr(value, field.name), field.default) for field in dataclasses.fields(value)}
        return {name: _plain(item) for name, (item, default) in own.items() if item != default}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _read(document: Document) -> Any:
    label = document.request.label
    if label in ("list", "project"):
        return parse_list(document, ENDPOINTS, {})
    if label in ("timeline", "diagram"):
        return parse_timeline(document, "990001")
    if label == "committee":
        return parse_committee(document, ENDPOINTS, "990001")
    return parse_documents(document, ENDPOINTS)


def _facts(case: str) -> dict[str, Any]:
    """What the fixture says: classified as the fetcher would, then parsed; digests left out."""
    document = _fixture(case)
    try:
        classify(document.request, 200, {"content-type": document.content_type}, document.body)
        page = _read(document)
    except MonitorError as error:
        return {"error": type(error).__name__, "says": str(error)}
    rows = [getattr(row, "record", row) for row in page.rows]
    return {
        "total": page.total,
        "rows": [_plain(row) for row in rows],
        "oddities": [f"{oddity.where}: {oddity.what}" for oddity in page.oddities],
    }


@pytest.mark.parametrize("case", NAMES)
def test_a_recorded_answer_gives_the_facts_written_beside_it(case: str) -> None:
    """Every fixture gives exactly its expected.json; a missing one is written and fails the run."""
    expected: Path = CASES / case / "expected.json"
    seen = _facts(case)
    if not expected.exists():
        expected.write_text(json.dumps(seen, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        pytest.fail(f"{expected.name} of {case} was missing and is now written: read it")
    assert seen == json.loads(expected.read_text(encoding="utf-8"))


def _expected_rows(case: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((CASES / case / "expected.json").read_text("utf-8"))["rows"]
    return rows


def test_every_state_of_the_table_stands_in_a_fixture() -> None:
    """No (status, outcome) of stages.py goes without a row that proves it, and no fixture row is unnamed."""
    seen = {
        (row["state"]["code"], row["state"].get("outcome_code", ""))
        for row in _expected_rows("list_all_states")
    }
    exchange = {code for code in STAGES if code.isdigit()}
    assert {code for code, _ in seen} == exchange
    assert {pair for pair in seen if pair[1]} == set(OUTCOMES)


def test_every_role_of_the_table_stands_in_a_fixture() -> None:
    """Sponsor, accountant, law firm and appraiser come from a row; a fifth code is shown as other."""
    roles = {party["role"] for row in _expected_rows("list_odd_issuers") for party in row["parties"]}
    assert roles == {role.value for role in ROLES.values()}
    (stranger,) = _expected_rows("list_unknown_codes")
    assert [party["role"] for party in stranger["parties"]] == [Role.OTHER.value]


@pytest.mark.parametrize("case", ["documents_current_all_types", "documents_older_all_types"])
def test_every_document_code_of_the_table_stands_in_a_fixture(case: str) -> None:
    """Both generations of the query lead to the same types."""
    rows = _expected_rows(case)
    types = {row["type"] for row in rows}
    ours = {kind.value for kind in DOCUMENT_TYPES.values()}
    if case == "documents_current_all_types":
        assert {row["type_code"] for row in rows} == set(DOCUMENT_TYPES)
        assert types == ours
    else:
        meetings = {DocumentType.COMMITTEE_NOTICE.value, DocumentType.COMMITTEE_RESULT.value}
        assert types == ours - meetings | {DocumentType.OTHER.value}
        assert {row["type"] for row in _expected_rows("committee_files")} == meetings

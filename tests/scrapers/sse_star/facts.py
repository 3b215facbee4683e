"""What the parsers make of an answer, as plain facts by key; and a small project to put into one."""

from __future__ import annotations

import dataclasses
from typing import Any

from scrapers.sse_star.parse import (
    parse_committee,
    parse_documents,
    parse_list,
    parse_timeline,
)
from tests.scrapers.sse_star.wire import (
    ENDPOINTS,
    Row,
    answer,
    issuer,
    party,
    project,
)

Facts = dict[str, dict[str, Any]]


def list_facts(label: str, body: bytes) -> Facts:
    page = parse_list(answer(label, body), ENDPOINTS, {})
    return {row.key: dataclasses.asdict(row.record) for row in page.rows if row.record is not None}


def timeline_facts(label: str, body: bytes) -> Facts:
    rows = parse_timeline(answer(label, body), "990001").rows
    return {row.item_id: dataclasses.asdict(row) for row in rows}


def document_facts(label: str, body: bytes) -> Facts:
    rows = parse_documents(answer(label, body), ENDPOINTS).rows
    return {f"{row.path} {row.published_at}": dataclasses.asdict(row) for row in rows}


def committee_facts(label: str, body: bytes) -> Facts:
    rows = parse_committee(answer(label, body), ENDPOINTS, "990001").rows
    return {f"{row.path} {row.published_at}": dataclasses.asdict(row) for row in rows}


def small(key: str, status: int, outcome: int | str) -> Row:
    two = [party(key, 1, "甲证券股份有限公司", "甲证券"), party(key, 3, "示例律师事务所", "示例律师")]
    full = f"示例{key}股份有限公司"
    own = issuer(key, full, f"示例{key}")[:2]
    return project(key, status, outcome, full=full, intermediary=two, company=own, planned=44.2629)

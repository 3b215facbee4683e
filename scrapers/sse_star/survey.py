"""Whether the exchange still answers as we rely on: every statement held against one polite request each.

Rule: a key we read that is gone breaks a statement; a key we do not know is shown and breaks nothing.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from scrapers.contract import Document
from scrapers.playback import Check, Fetch, Finding, Said, examine
from scrapers.sse_star.parse import (
    parse_answer,
    parse_committee,
    parse_documents,
    parse_list,
    parse_timeline,
)
from scrapers.sse_star.source import SseStar, cross_check

_STATES = frozenset({"commitiResult", "registeResult", "suspendStatus"})
_LIST_KEYS = _STATES | {
    "stockAuditNum",
    "stockAuditName",
    "currStatus",
    "planIssueCapital",
    "updateDate",
    "auditApplyDate",
    "createTime",
    "issueMarketType",
    "intermediary",
    "stockIssuer",
    "collectType",
    "wenHao",
    "issueAmount",
    "OPERATION_SEQ",
}
_DIAGRAM_KEYS = _STATES | {
    "auditStatus",
    "qianDate",
    "timesave",
    "publishDate",
    "stockAuditNum",
    "auditItemId",
}
_TIMELINE_KEYS = _DIAGRAM_KEYS | {"reasonDesc"}
_DOCUMENT_KEYS = frozenset({"auditId", "filePath", "fileTitle", "fileTypeMap", "fileUpdTime", "fileSize"})
_OLDER_KEYS = frozenset(
    {"stockAuditNum", "filePath", "fileTitle", "fileType", "fileVersion", "fileUpdateTime", "fileSize"}
)
_COMMITTEE_KEYS = frozenset({"filePath", "fileTitle", "fileType", "fileUpdTime", "publishDate"})
# A project that met the committee has rows in every list we ask for.
_RIPE_DOCUMENTS = frozenset({"I2010", "I2020"})
_RIPEST_FIRST = ("5", "6", "4", "3", "8", "7", "2", "1")


@dataclass(slots=True)
class _Sample:
    """The project asked about: the one with the newest ripe document, else the newest that came furthest."""

    key: str = ""
    by_stage: str = ""


async def survey(source: SseStar, fetch: Fetch) -> AsyncIterator[Finding]:
    """The findings about the query host, as they come."""
    ask, size, sweep = source.endpoints, source.page_size, source.sweep_page_size
    sample = _Sample()

    def ripest(document: Document) -> Said:
        listed = parse_list(document, ask, {})
        records = [row.record for row in listed.rows if row.record is not None]
        for code in _RIPEST_FIRST:
            newest = next((one.key for one in records if one.state.code == code), "")
            sample.by_stage = sample.by_stage or newest
        unknown = [odd.what for odd in listed.oddities]
        return not unknown, "; ".join(unknown[:3])

    for finding in await examine(
        fetch,
        ask.project_list(page=1, size=size),
        ("the project list answers with rows and a total", _rows_and_total),
        (f"a page of {size} rows holds {size} rows", _full_page(size)),
        ("the list comes newest change first", _newest_first("updateDate")),
        ("list rows carry the keys we know", _keys(_LIST_KEYS)),
        ("every row of the list can be read and every code is known", ripest),
    ):
        yield finding
    for finding in await examine(
        fetch,
        ask.project_list(page=1, size=sweep),
        (f"a page of {sweep} rows holds {sweep} rows", _full_page(sweep)),
    ):
        yield finding
    async for finding in _survey_newest(source, fetch, sample):
        yield finding
    if key := sample.key or sample.by_stage:
        async for finding in _survey_project(source, fetch, key):
            yield finding


async def _survey_project(source: SseStar, fetch: Fetch, key: str) -> AsyncIterator[Finding]:
    ask, of = source.endpoints, f"of project {key}"
    timeline: list[Document] = []

    def keep(document: Document) -> Said:
        timeline.append(document)
        return _some(parse_timeline(document, key).rows)

    def same_rows(document: Document) -> Said:
        diagram = parse_timeline(document, key)
        if not timeline:
            return False, "no timeline to compare with"
        _, odd = cross_check(key, parse_timeline(timeline[0], key).rows, diagram.rows)
        return bool(diagram.rows) and not odd, "; ".join(one.what for one in odd[:3])

    questions: list[tuple[Any, tuple[Check, ...]]] = [
        (
            ask.timeline(key),
            (
                (f"the timeline {of} answers with rows", keep),
                ("the timeline comes newest decision first", _newest_first("qianDate")),
                ("timeline rows carry the keys we know", _keys(_TIMELINE_KEYS)),
            ),
        ),
        (
            ask.diagram(key),
            (
                (f"the diagram {of} repeats rows of its timeline", same_rows),
                ("diagram rows carry the keys we know", _keys(_DIAGRAM_KEYS)),
            ),
        ),
    ]
    if source.documents_query != "older":
        questions.append(
            (
                ask.documents(key),
                (
                    (f"the current document query answers for the documents {of}", _documents(source, key)),
                    ("current document rows carry the keys we know", _keys(_DOCUMENT_KEYS)),
                ),
            )
        )
    if source.documents_query != "current":
        questions.append(
            (
                ask.older_documents(key),
                (
                    (f"the older document query answers for the documents {of}", _documents(source, key)),
                    ("older document rows carry the keys we know", _keys(_OLDER_KEYS)),
                ),
            )
        )
        questions.append(
            (
                ask.committee_files(key),
                (
                    (
                        f"the committee query answers for project {key}",
                        lambda document: _some(parse_committee(document, ask, key).rows),
                    ),
                    ("committee rows carry the keys we know", _keys(_COMMITTEE_KEYS)),
                ),
            )
        )
    for request, checks in questions:
        for finding in await examine(fetch, request, *checks):
            yield finding


async def _survey_newest(source: SseStar, fetch: Fetch, sample: _Sample) -> AsyncIterator[Finding]:
    ask, size = source.endpoints, source.page_size

    def ripe(document: Document) -> Said:
        rows = parse_documents(document, ask).rows
        sample.key = next((row.project_key for row in rows if row.type_code in _RIPE_DOCUMENTS), "")
        return _documents(source, "")(document)

    if source.documents_query != "older":
        for finding in await examine(
            fetch,
            ask.newest_documents(page=1, size=size),
            ("the current query lists documents of several projects", _several("auditId")),
            ("the current query lists them newest first", _newest_first("fileUpdTime")),
            ("every type of a newest document is known", ripe),
        ):
            yield finding
    if source.documents_query != "current":
        for finding in await examine(
            fetch,
            ask.newest_older_documents(page=1, size=size),
            ("the older query lists documents of several projects", _several("stockAuditNum")),
            ("the older query lists them newest first", _newest_first("fileUpdateTime")),
        ):
            yield finding


def _some(rows: tuple[object, ...]) -> Said:
    return bool(rows), f"{len(rows)} rows"


def _rows_and_total(document: Document) -> Said:
    answer = parse_answer(document)
    return 0 < len(answer.rows) <= answer.total, f"{len(answer.rows)} rows of {answer.total}"


def _full_page(size: int) -> Callable[[Document], Said]:
    def check(document: Document) -> Said:
        answer = parse_answer(document)
        seen = f"{len(answer.rows)} rows of {answer.total}"
        return len(answer.rows) == min(size, answer.total), seen

    return check


def _newest_first(field: str) -> Callable[[Document], Said]:
    def check(document: Document) -> Said:
        times = [str(row.get(field) or "") for row in _objects(document)]
        for earlier, later in pairwise(times):
            if later > earlier:
                return False, f"{later} stands after {earlier}"
        return all(times) and bool(times), f"{len(times)} rows"

    return check


def _keys(expected: frozenset[str]) -> Callable[[Document], Said]:
    def check(document: Document) -> Said:
        rows = _objects(document)
        missing = sorted(expected - frozenset.intersection(*map(frozenset, rows))) if rows else []
        extra = sorted(frozenset().union(*rows) - expected)
        said = (
            f"missing: {', '.join(missing)}" if missing else "",
            f"also: {', '.join(extra)}" * bool(extra),
        )
        return bool(rows) and not missing, "; ".join(filter(None, said)) or ("no rows" if not rows else "")

    return check


def _documents(source: SseStar, key: str) -> Callable[[Document], Said]:
    def check(document: Document) -> Said:
        found = parse_documents(document, source.endpoints)
        foreign = sorted({row.project_key for row in found.rows} - {key}) if key else []
        odd = [f"rows of project {one}" for one in foreign] + [one.what for one in found.oddities]
        return bool(found.rows) and not odd, "; ".join(odd[:3]) or f"{len(found.rows)} rows"

    return check


def _several(field: str) -> Callable[[Document], Said]:
    def check(document: Document) -> Said:
        projects = {str(row.get(field)) for row in _objects(document)}
        return len(projects) > 1, f"{len(projects)} projects"

    return check


def _objects(document: Document) -> list[dict[str, Any]]:
    return [json.loads(row) for row in parse_answer(document).rows]

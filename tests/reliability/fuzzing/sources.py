"""Targets of what comes over the net from a source: answers, pages, bodies, archives; each on to its events.

Rule: records a parser lets through must not break the comparison that reads them next.
"""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from monitor.domain.diff import Sight, diff_documents, diff_project
from monitor.domain.events import Event
from monitor.domain.issue_checks import contradicted, gross_figure, gross_trouble, price_figure
from monitor.domain.issue_diff import Join, diff_bulletin, diff_issue
from monitor.domain.records import ProjectRecord, StatusRow
from monitor.domain.stages import State
from monitor.domain.timeline import diff_timeline
from monitor.domain.tutoring_diff import diff_tutoring
from monitor.domain.tutoring_rows import row_key
from scrapers.archive import entries, read
from scrapers.classify import classify
from scrapers.contract import Document, Request
from scrapers.csrc_tutoring.parse import parse_page
from scrapers.decode import decode_text
from scrapers.inflate import Body, is_readable
from scrapers.sse_issue.parse import parse_bulletins, parse_new_shares
from scrapers.sse_issue.requests import IssueEndpoints
from scrapers.sse_star.fill import listing
from scrapers.sse_star.parse import parse_committee, parse_documents, parse_list, parse_timeline
from scrapers.sse_star.requests import Endpoints
from tests.reliability.fuzzing.seeds import answers, fixtures, register
from tests.reliability.fuzzing.target import Broken, Choices, Target, text_of, void
from tests.reliability.fuzzing.words import HTML_WORDS, JSON_WORDS

AT = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)
SIGHT = Sight(at=AT, raw_sha256="0" * 64)
_STAR = Endpoints(query_url="https://query.sse.com.cn", static_url="https://static.sse.com.cn")
_ISSUE = IssueEndpoints(query_url="https://query.sse.com.cn")
_KEY = "2098"
_CODE = "688795"
_PROJECT = ProjectRecord(
    source="sse_star",
    key=_KEY,
    issuer="示例芯片股份有限公司",
    title="示例芯片",
    board="科创板",
    state=State("1"),
    updated_at=AT,
)
_JSON_USUAL = 4096


def document(
    body: bytes, label: str = "list", url: str = "https://query.sse.com.cn/x", **params: str
) -> Document:
    """An answer as it came."""
    request = Request(label=label, url=url, params=params)
    return Document(request=request, body=body, content_type="text/html; charset=utf-8", fetched_at=AT)


def _told_before(told: Iterable[Event], again: Iterable[Event]) -> None:
    """The same answer read again brings nothing but events the store has, by their ids."""
    if fresh := {event.id for event in again} - {event.id for event in told}:
        raise Broken(f"the same answer tells more when it is read again: {sorted(fresh)[0]}")


def _list(data: bytes) -> None:
    page = parse_list(document(data), _STAR, {})
    for row in page.rows:
        if row.record is not None:
            diff_project(None, row.record, SIGHT, baseline=False)


def _fill(data: bytes) -> None:
    found = listing(document(data), ("1", "2"), 20)
    if not all(0 <= share <= 1 for share in found.filled.values()):
        raise Broken(f"a share that is none: {found}")


def _timeline(label: str, data: bytes) -> None:
    rows: tuple[StatusRow, ...] = parse_timeline(document(data, label), _KEY).rows
    told = diff_timeline(_PROJECT, (), rows, SIGHT, live_after=None, paces={})
    again = diff_timeline(_PROJECT, told.rows, rows, SIGHT, live_after=None, paces={})
    if len({row.item_id for row in rows}) == len(rows):  # else the answer contradicts itself
        _told_before(told.events, again.events)


def _papers(data: bytes) -> None:
    rows = parse_documents(document(data, "documents"), _STAR).rows
    diff_documents(_PROJECT, {}, rows, SIGHT, quiet_until=None)


def _new_shares(data: bytes) -> None:
    asked = document(data, "new-shares", **{"pageHelp.pageNo": "2", "pageHelp.pageSize": "25"})
    for record in parse_new_shares(asked, _ISSUE, "inferred").rows:
        gross_trouble(record), contradicted(record), price_figure(record), gross_figure(record)
        first = diff_issue(None, record, Join(issuer="示例", new_issuer=True), SIGHT, baseline=False)
        again = diff_issue(first.known, record, Join(issuer="示例"), SIGHT, baseline=False)
        _told_before(first.events, again.events)


def _bulletins(data: bytes) -> None:
    asked = document(data, "issue-bulletins", **{"pageHelp.pageNo": "2", "pageHelp.pageSize": "25"})
    for record in parse_bulletins(asked, _ISSUE, _CODE).rows:
        diff_bulletin(record, Join(issuer="示例"), SIGHT, baseline=False)


def _tutoring(data: bytes) -> None:
    rows = parse_page(document(data, "tutoring-page", "http://eid.csrc.gov.cn/csrcfd/index.html")).rows
    told = diff_tutoring({}, rows, first_seen_at=AT)
    again = diff_tutoring({row_key(row): row for row in rows}, rows, first_seen_at=AT)
    _told_before(told.events, again.events)


def _classify(data: bytes) -> None:
    status = (200, 200, 200, 302, 403, 404, 429, 500, 521)[data[0] % 9 if data else 0]
    expects = ("json", "html", "pdf")[data[1] % 3 if len(data) > 1 else 0]
    headers = {"retry-after": text_of(data[2:14]).strip() or "3", "content-type": "text/html"}
    request = Request(label="list", url="https://query.sse.com.cn/x", expects=expects)
    classify(request, status, headers, data[2:])


def _inflate(data: bytes) -> None:
    choices = Choices(data[:4])
    coding = choices.pick(("gzip", "x-gzip", "identity", ""))
    body, step, rest = Body(coding, 200_000), choices.number(40, 4000), data[4:]
    is_readable(text_of(data[:20]))
    for at in range(0, len(rest), step):
        body.feed(rest[at : at + step])
    if len(body.whole()) > 200_000:
        raise Broken("more than the limit")


@cache
def folder() -> Path:
    """A folder of this process, gone with it."""
    memory = Path("/dev/shm")  # where there is one: the disk is not what is fuzzed
    where = memory if os.access(memory, os.W_OK) else None
    kept = tempfile.TemporaryDirectory(prefix="fuzz-", dir=where, ignore_cleanup_errors=True)
    _KEPT.append(kept)
    return Path(kept.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def _index(data: bytes) -> None:
    (folder() / "index.jsonl").write_bytes(data)
    for _ in entries(folder()):
        pass


def _body(data: bytes) -> None:
    line = json.loads(_INDEX)
    path = folder() / "bodies" / line["sha256"][:2] / f"{line['sha256']}.gz"
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
    path.write_bytes(data)
    (folder() / "index.jsonl").write_bytes(_INDEX)
    entry, _ = next(entries(folder()))
    read(folder(), entry)


_INDEX = (
    json.dumps(
        {
            "label": "list",
            "url": "https://query.sse.com.cn/x",
            "params": {"a": "1"},
            "expects": "json",
            "fetched_at": "2026-07-06T09:00:00+00:00",
            "status": 200,
            "verdict": "ok",
            "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            "content_type": "application/json",
        }
    ).encode()
    + b"\n"
)


def targets() -> list[Target]:
    """Every parser of what a source sends or what we keep of it."""
    stock = {"stockAuditNum": _KEY}
    shares = fixtures("sse_issue", "happy", "jsonp", "announced", "unknown_board", "empty", "busy")
    lists = fixtures(
        "sse_star",
        "list_jsonp_status_action",
        "busy_jsonp",
        "list_oldest_layout",
        "list_rows_in_result_only",
        "project_detail",
        rows=1,
    )
    papers = fixtures(
        "sse_star",
        "documents_current_all_types",
        "documents_older_all_types",
        "documents_older_unknown_type",
        "documents_unknown_type",
    )

    def answer(name: str, one: object, samples: tuple[bytes, ...]) -> Target:
        assert callable(one)
        long = 2 if name.startswith("list") else 1  # a row with its officers alone has six thousand bytes
        return Target(name=name, one=one, samples=samples, words=JSON_WORDS, usual=_JSON_USUAL * long)

    return [
        answer("list", _list, lists),
        answer("list-fill", _fill, lists),
        answer("timeline", lambda data: _timeline("timeline", data), answers("GP_GPZCZ_XMDTZTYYLB", **stock)),
        answer("diagram", lambda data: _timeline("diagram", data), answers("GP_GPZCZ_XMDTZTTLB", **stock)),
        answer("documents", _papers, papers),
        answer(
            "committee",
            lambda data: void(parse_committee(document(data, "committee"), _STAR, _KEY)),
            (*answers("GP_GPZCZ_SSWHYGGJG"), *fixtures("sse_star", "committee_files")),
        ),
        answer("new-shares", _new_shares, shares),
        answer("bulletins", _bulletins, fixtures("sse_issue", "bulletins", "busy", "empty")),
        Target(name="tutoring-page", one=_tutoring, samples=register(), words=HTML_WORDS, most=16 * 1024),
        Target(
            name="decode",
            one=lambda data: void(decode_text(data, "text/html; charset=gbk")),
            samples=register(),
            words=HTML_WORDS,
        ),
        Target(
            name="classify",
            one=_classify,
            words=HTML_WORDS + JSON_WORDS,
            samples=tuple(bytes(2) + body for body in lists) + tuple(b"\x00\x01" + b for b in register()),
        ),
        Target(
            name="inflate",
            one=_inflate,
            samples=tuple(b"\x00\x00\x00\x09" + gzip.compress(b, mtime=0) for b in (b"a" * 900, *shares)),
        ),
        Target(name="archive-index", one=_index, samples=(_INDEX, _INDEX * 3), words=JSON_WORDS),
        Target(name="archive-body", one=_body, samples=(gzip.compress(b"hello", mtime=0), b"")),
    ]

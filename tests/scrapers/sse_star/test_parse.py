"""The exchange's answers on their bad days: a MonitorError, or the same facts.

Rule: an optional field that is gone may lose its own fact and nothing else; LOSSES names which.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import DecodeError, LayoutChanged, MonitorError, ServerTrouble
from monitor.domain.records import Role
from scrapers.sse_star.parse import (
    parse_answer,
    parse_committee,
    parse_documents,
    parse_list,
    parse_timeline,
)
from tests.scrapers.faults import cut_everywhere, json_mutations
from tests.scrapers.sse_star.wire import (
    ENDPOINTS,
    Row,
    answer,
    current_file,
    encode,
    envelope,
    issuer,
    meeting_file,
    older_file,
    party,
    project,
    rows_answer,
    step,
)

Facts = dict[str, dict[str, Any]]


def _list(label: str, body: bytes) -> Facts:
    page = parse_list(answer(label, body), ENDPOINTS, {})
    return {row.key: dataclasses.asdict(row.record) for row in page.rows if row.record is not None}


def _timeline(label: str, body: bytes) -> Facts:
    rows = parse_timeline(answer(label, body), "990001").rows
    return {row.item_id: dataclasses.asdict(row) for row in rows}


def _documents(label: str, body: bytes) -> Facts:
    rows = parse_documents(answer(label, body), ENDPOINTS).rows
    return {f"{row.path} {row.published_at}": dataclasses.asdict(row) for row in rows}


def _committee(label: str, body: bytes) -> Facts:
    rows = parse_committee(answer(label, body), ENDPOINTS, "990001").rows
    return {f"{row.path} {row.published_at}": dataclasses.asdict(row) for row in rows}


def _small(key: str, status: int, outcome: int | str) -> Row:
    two = [party(key, 1, "甲证券股份有限公司", "甲证券"), party(key, 3, "示例律师事务所", "示例律师")]
    full = f"示例{key}股份有限公司"
    own = issuer(key, full, f"示例{key}")[:2]
    return project(key, status, outcome, full=full, intermediary=two, company=own, planned=44.2629)


ANSWERS: dict[str, tuple[Callable[[str, bytes], Facts], list[Row]]] = {
    "list": (_list, [_small("990001", 3, 1), _small("990002", 7, 2)]),
    "project": (_list, [_small("990001", 5, 3)]),
    "timeline": (
        _timeline,
        [
            step(
                "b1" * 16, 5, 1, posted="2020-06-29 18:25:00", day="2020-06-24", decided="2020-06-29 18:20:12"
            ),
            step("b2" * 16, 7, 1, posted="2020-02-03 17:00:00", reason="财务资料过期"),
            step("b3" * 16, 1, posted="2019-10-31 17:00:00"),
        ],
    ),
    "diagram": (
        _timeline,
        [
            step("b3" * 16, 1, posted="2019-10-31 17:00:00", reason=None),
            step("b1" * 16, 5, 1, posted="2020-06-29 18:25:00", day="2020-06-24", reason=None),
        ],
    ),
    "documents": (
        _documents,
        [
            current_file("M7F6", "I0011", uploaded="20260707173007", title="招股说明书", kind=30, version=1),
            current_file("M7F7", "I3010", uploaded="20260707173009", title="8-1 回复"),
        ],
    ),
    "older-documents": (
        _documents,
        [
            older_file("ab" * 16, 35, 4, uploaded="20200629182500", title="关于同意注册的批复")
            | {"publishDate": "2020-06-24"},
            older_file("ac" * 16, 30, 3, uploaded="20200622170000", title="招股说明书"),
        ],
    ),
    "committee": (
        _committee,
        [meeting_file("7d" * 16, 2, uploaded="20200511140726", title="结果公告", keys=["990001", "990002"])],
    ),
}

# Field of the wire → facts that may be lost with it. `type_code` comes with `type`, `key` holds the type.
LOSSES: Mapping[str, set[str]] = {
    "stockAuditName": {"title"},  # the issuer's name stands in
    "planIssueCapital": {"planned"},
    "auditApplyDate": {"accepted_at"},
    "commitiResult": {"state"},
    "registeResult": {"state"},
    "suspendStatus": {"state"},
    "issueMarketType": {"board"},
    "intermediary": {"parties"},
    "i_intermediaryType": {"parties"},
    "i_intermediaryName": {"parties"},
    "i_intermediaryAbbrName": {"parties"},
    "reasonDesc": {"reason"},
    "fileTypeMap": {"type", "type_code", "key"},
    "fileType": {"type", "type_code", "key"},
    "fileVersion": {"type", "type_code", "key"},
    "fileSize": {"size"},
}


def _field(spot: str) -> str:
    """`$.pageHelp.data[0].intermediary[1]` → intermediary."""
    return spot.rsplit(".", 1)[-1].split("[", 1)[0]


@pytest.mark.parametrize("label", ANSWERS)
def test_each_field_dropped_nulled_retyped_or_doubled_is_an_error_or_the_same_facts(label: str) -> None:
    """What passes lost at most the fact of the field that was hurt; no row comes or goes."""
    read, rows = ANSWERS[label]
    body = encode(envelope(rows, paged=label == "list"))
    whole = read(label, body)
    passed = refused = 0
    for deed, changed in json_mutations(json.loads(body)):
        spot = deed.split(" ", 1)[1]
        if _is_another_answer(label, deed):
            continue
        try:
            facts = read(label, encode(changed))
        except MonitorError:
            refused += 1
            continue
        passed += 1
        assert facts.keys() == whole.keys(), deed
        lost = {name for key, own in facts.items() for name in own if own[name] != whole[key][name]}
        hurt_row = spot.startswith("$.pageHelp.data[")
        assert lost <= (LOSSES.get(_field(spot), set()) if hurt_row else set()), deed
        if lost and "null" in deed:
            key = next(key for key in facts if facts[key] != whole[key])
            _assert_absent_not_guessed(facts[key], lost, deed)
    assert passed > 10
    assert refused > 20


def _is_another_answer(label: str, deed: str) -> bool:
    """Deeds that make an honest answer about something else: an id that is 7, a shorter page of a list."""
    if deed.startswith("retype") and _field(deed) in ("stockAuditNum", "auditId"):
        return True
    return label == "list" and re.fullmatch(r"drop \$\.pageHelp\.data\[\d+\]", deed) is not None


@pytest.mark.parametrize("label", ANSWERS)
@pytest.mark.parametrize("value", [["990001"], {"id": 1}, True, "99x", 1.5, None, ""])
def test_an_id_that_is_no_id_is_an_error(label: str, value: Any) -> None:
    """Ids are digits, as text or as a number; a row without one belongs to nobody and is refused."""
    read, rows = ANSWERS[label]
    name = "auditId" if label == "documents" else "stockAuditNum"
    if label == "committee":  # its rows name projects on the agenda only: the question tells the project
        name = "fileType" if value not in (None, "") and not isinstance(value, str) else "filePath"
        value = 7 if name == "filePath" else value
    with pytest.raises(LayoutChanged):
        read(label, encode(envelope([rows[0] | {name: value}])))


def _assert_absent_not_guessed(facts: dict[str, Any], lost: set[str], deed: str) -> None:
    """A lost fact is empty or shown as unknown; it never takes another plausible value."""
    blank: dict[str, Callable[[Any], bool]] = {
        "title": lambda title: title == facts["issuer"],
        "planned": lambda planned: planned is None,
        "accepted_at": lambda at: at is None,
        "state": lambda state: state["outcome_code"] == "",
        "board": lambda board: board == "" or board.startswith("未知板块"),
        "reason": lambda reason: reason == "",
        "size": lambda size: size is None,
    }
    for name in lost & blank.keys():
        assert blank[name](facts[name]), (deed, name, facts[name])


@pytest.mark.parametrize("label", ["list", "timeline", "older-documents"])
def test_an_answer_cut_at_any_byte_is_an_error(label: str) -> None:
    """No proper prefix is taken for an answer, as JSON or as JSONP."""
    read, rows = ANSWERS[label]
    callback = "jsonpCallback70586"
    bodies = [
        encode(envelope(rows, paged=label == "list")),
        encode(envelope(rows, paged=label == "list", callback=callback), callback=callback, escape=True),
    ]
    assert read(label, bodies[0]) == read(label, bodies[1])
    for body in bodies:
        for cut in cut_everywhere(body, step=3):
            with pytest.raises(MonitorError):
                read(label, cut)
        for cut in (body[:-1], body[:-2], body[:-3]):
            with pytest.raises(MonitorError):
                read(label, cut)


def test_a_small_answer_cut_at_every_single_byte_is_an_error() -> None:
    """Byte by byte: nothing between the empty body and the whole one is an answer."""
    body = encode(envelope([step("b3" * 16, 1, posted="2019-10-31 17:00:00")]))
    for cut in cut_everywhere(body):
        with pytest.raises(MonitorError):
            _timeline("timeline", cut)


@pytest.mark.parametrize("charset", ["gb18030", "utf-16", "big5"])
def test_another_charset_is_an_error(charset: str) -> None:
    """The exchange answers in UTF-8; other bytes never give other words."""
    body = encode(envelope([_small("990001", 2, "")], paged=True)).decode().encode(charset, "replace")
    with pytest.raises(MonitorError):
        _list("list", body)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", DecodeError),
        (b"[]", DecodeError),
        (b"null", DecodeError),
        (b"{}", LayoutChanged),
        (b'{"pageHelp":null}', LayoutChanged),
        (b'{"pageHelp":{"total":0}}', LayoutChanged),
        (b'{"pageHelp":{"data":[],"total":null}}', LayoutChanged),
        (b'{"pageHelp":{"data":[],"total":"many"}}', LayoutChanged),
        (b'{"pageHelp":{"data":[7],"total":1}}', LayoutChanged),
        (b'{"success":"false","error":"x","errorType":"ExceptionInterceptor"}', ServerTrouble),
        (b"jsonpCallback1({})", LayoutChanged),
        (b"<html></html>", DecodeError),
    ],
)
def test_an_answer_of_another_shape_says_what_it_is(body: bytes, error: type[MonitorError]) -> None:
    """Not JSON, no rows, no total, busy: each has its own error."""
    with pytest.raises(error):
        _list("list", body)


def test_a_number_may_come_as_digits_of_text() -> None:
    """ "2" and 2 are the same status, 990001 and "990001" the same project, "1" and 1 the same total."""
    as_text = _small("990001", 5, 1) | {"currStatus": "5", "registeResult": "1", "stockAuditNum": 990001}
    changed = envelope([as_text], paged=True)
    changed["pageHelp"]["total"] = "1"
    assert _list("list", encode(changed)) == _list("list", encode(envelope([_small("990001", 5, 1)])))


@pytest.mark.parametrize("nothing", ["", None, "missing"])
def test_empty_null_and_missing_are_alike(nothing: str | None) -> None:
    """No result, no amount, no acceptance: three ways to print nothing, one fact."""
    row = _small("990001", 2, "")
    for name in ("commitiResult", "planIssueCapital", "auditApplyDate", "suspendStatus"):
        row[name] = nothing
        if nothing == "missing":
            del row[name]
    facts = _list("list", encode(envelope([row], paged=True)))["990001"]
    assert (facts["planned"], facts["accepted_at"]) == (None, None)
    assert facts["state"] == {"code": "2", "outcome_code": ""}


@pytest.mark.parametrize("value", [True, "eighteen", -1, {"was": 18}, "1e999999", "NaN"])
def test_an_amount_that_is_no_amount_stops_the_row(value: Any) -> None:
    """A planned amount is read exactly or not at all."""
    with pytest.raises(LayoutChanged, match="planIssueCapital"):
        _list("list", encode(envelope([_small("990001", 2, "") | {"planIssueCapital": value}], paged=True)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timesave", "2020-13-01 00:00:00"),
        ("timesave", "20200101"),
        ("qianDate", "yesterday"),
        ("publishDate", "2020-02-30"),
        ("publishDate", ""),
        ("timesave", None),
    ],
)
def test_a_date_is_never_taken_from_another_field(field: str, value: str | None) -> None:
    """注册生效 is dated days before it is posted: without its publishDate the row is refused, not guessed."""
    row = step("b1" * 16, 5, 1, posted="2020-06-29 18:25:00", day="2020-06-24") | {field: value}
    with pytest.raises(LayoutChanged, match=field):
        _timeline("timeline", encode(envelope([row])))


def test_one_unreadable_row_among_many_is_reported_and_the_others_are_read() -> None:
    """A row we cannot read is an oddity by name; more than one in twenty is a changed layout."""
    rows = [_small(str(990100 + number), 2, "") for number in range(40)]
    rows[7].pop("currStatus")
    page = parse_list(rows_answer("list", rows), ENDPOINTS, {})
    assert (len(page.rows), page.unreadable) == (39, 1)
    assert [oddity.what for oddity in page.oddities] == [
        "a row could not be read: project 990107: no currStatus"
    ]
    for row in rows[10:13]:
        row.pop("currStatus")
    with pytest.raises(LayoutChanged, match="4 of 40 rows"):
        parse_list(rows_answer("list", rows), ENDPOINTS, {})


def test_a_row_whose_bytes_are_known_is_not_read_again() -> None:
    """The digest of a row leads to its key; a changed byte makes it a new row."""
    first = parse_list(rows_answer("list", [_small("990001", 2, "")]), ENDPOINTS, {})
    known = {row.digest: row.key for row in first.rows}
    again = parse_list(rows_answer("list", [_small("990001", 2, "")]), ENDPOINTS, known)
    moved = parse_list(rows_answer("list", [_small("990001", 4, "")]), ENDPOINTS, known)
    assert [row.record for row in again.rows] == [None]
    assert [row.record.state.code for row in moved.rows if row.record] == ["4"]


def test_joint_sponsors_stay_two_parties() -> None:
    """Two rows of type 1 are two sponsors, in no order of our own but the name's."""
    both = [party("990001", 1, "乙证券有限公司", "乙证券", 2), party("990001", 1, "甲证券有限公司", "甲证券")]
    facts = _list("list", encode(envelope([project(intermediary=both)], paged=True)))["990001"]
    assert [(p["role"], p["short_name"]) for p in facts["parties"]] == [
        (Role.SPONSOR, "乙证券"),
        (Role.SPONSOR, "甲证券"),
    ]


def test_the_total_is_read_even_where_rows_are_paged() -> None:
    """A page of one row of 1,048 says so."""
    assert parse_answer(rows_answer("list", [project()], total=1048)).total == 1048


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=5))
def test_overwritten_bytes_give_rows_or_a_monitor_error(spot: int, noise: bytes) -> None:
    """No other exception leaves the parser, and no row is lost without a word."""
    raw = bytearray(encode(envelope([_small("990001", 3, 1)], paged=True)))
    raw[spot : spot + len(noise)] = noise
    try:
        page = parse_list(answer("list", bytes(raw)), ENDPOINTS, {})
    except MonitorError:
        return
    assert len(page.rows) + page.unreadable == 1


def test_a_row_is_read_as_the_exchange_wrote_it() -> None:
    """Escaped slashes and escaped Chinese are the same words."""
    plain = envelope([_small("990001", 2, "")], paged=True)
    escaped = json.dumps(plain, ensure_ascii=True).replace("/", "\\/").encode()
    assert _list("list", escaped) == _list("list", encode(plain))

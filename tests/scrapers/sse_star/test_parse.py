"""The exchange's answers on their bad days: a MonitorError, or the same facts.

Rule: an optional field that is gone may lose its own fact and nothing else; LOSSES names which.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import DecodeError, LayoutChanged, MonitorError, ServerTrouble
from scrapers.sse_star.parse import (
    parse_list,
)
from tests.scrapers.faults import cut_everywhere, json_mutations
from tests.scrapers.sse_star.facts import (
    Facts,
    committee_facts,
    document_facts,
    list_facts,
    small,
    timeline_facts,
)
from tests.scrapers.sse_star.wire import (
    ENDPOINTS,
    Row,
    answer,
    current_file,
    encode,
    envelope,
    meeting_file,
    older_file,
    step,
)

ANSWERS: dict[str, tuple[Callable[[str, bytes], Facts], list[Row]]] = {
    "list": (list_facts, [small("990001", 3, 1), small("990002", 7, 2)]),
    "project": (list_facts, [small("990001", 5, 3)]),
    "timeline": (
        timeline_facts,
        [
            step(
                "b1" * 16, 5, 1, posted="2020-06-29 18:25:00", day="2020-06-24", decided="2020-06-29 18:20:12"
            ),
            step("b2" * 16, 7, 1, posted="2020-02-03 17:00:00", reason="财务资料过期"),
            step("b3" * 16, 1, posted="2019-10-31 17:00:00"),
        ],
    ),
    "diagram": (
        timeline_facts,
        [
            step("b3" * 16, 1, posted="2019-10-31 17:00:00", reason=None),
            step("b1" * 16, 5, 1, posted="2020-06-29 18:25:00", day="2020-06-24", reason=None),
        ],
    ),
    "documents": (
        document_facts,
        [
            current_file("M7F6", "I0011", uploaded="20260707173007", title="招股说明书", kind=30, version=1),
            current_file("M7F7", "I3010", uploaded="20260707173009", title="8-1 回复"),
        ],
    ),
    "older-documents": (
        document_facts,
        [
            older_file("ab" * 16, 35, 4, uploaded="20200629182500", title="关于同意注册的批复")
            | {"publishDate": "2020-06-24"},
            older_file("ac" * 16, 30, 3, uploaded="20200622170000", title="招股说明书"),
        ],
    ),
    "committee": (
        committee_facts,
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
            timeline_facts("timeline", cut)


@pytest.mark.parametrize("charset", ["gb18030", "utf-16", "big5"])
def test_another_charset_is_an_error(charset: str) -> None:
    """The exchange answers in UTF-8; other bytes never give other words."""
    body = encode(envelope([small("990001", 2, "")], paged=True)).decode().encode(charset, "replace")
    with pytest.raises(MonitorError):
        list_facts("list", body)


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
        list_facts("list", body)


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=5))
def test_overwritten_bytes_give_rows_or_a_monitor_error(spot: int, noise: bytes) -> None:
    """No other exception leaves the parser, and no row is lost without a word."""
    raw = bytearray(encode(envelope([small("990001", 3, 1)], paged=True)))
    raw[spot : spot + len(noise)] = noise
    try:
        page = parse_list(answer("list", bytes(raw)), ENDPOINTS, {})
    except MonitorError:
        return
    assert len(page.rows) + page.unreadable == 1

"""Single rows of the exchange: alike in all spellings of a value, refused where a fact would be a guess."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.domain.errors import LayoutChanged
from monitor.domain.records import Role
from scrapers.sse_star.parse import (
    parse_answer,
    parse_list,
)
from tests.scrapers.sse_star.facts import list_facts, small, timeline_facts
from tests.scrapers.sse_star.wire import (
    ENDPOINTS,
    encode,
    envelope,
    party,
    project,
    rows_answer,
    step,
)


def test_a_number_may_come_as_digits_of_text() -> None:
    """ "2" and 2 are the same status, 990001 and "990001" the same project, "1" and 1 the same total."""
    as_text = small("990001", 5, 1) | {"currStatus": "5", "registeResult": "1", "stockAuditNum": 990001}
    changed = envelope([as_text], paged=True)
    changed["pageHelp"]["total"] = "1"
    assert list_facts("list", encode(changed)) == list_facts(
        "list", encode(envelope([small("990001", 5, 1)]))
    )


@pytest.mark.parametrize("nothing", ["", None, "missing"])
def test_empty_null_and_missing_are_alike(nothing: str | None) -> None:
    """No result, no amount, no acceptance: three ways to print nothing, one fact."""
    row = small("990001", 2, "")
    for name in ("commitiResult", "planIssueCapital", "auditApplyDate", "suspendStatus"):
        row[name] = nothing
        if nothing == "missing":
            del row[name]
    facts = list_facts("list", encode(envelope([row], paged=True)))["990001"]
    assert (facts["planned"], facts["accepted_at"]) == (None, None)
    assert facts["state"] == {"code": "2", "outcome_code": ""}


@pytest.mark.parametrize("value", [True, "eighteen", -1, {"was": 18}, "1e999999", "NaN"])
def test_an_amount_that_is_no_amount_stops_the_row(value: Any) -> None:
    """A planned amount is read exactly or not at all."""
    with pytest.raises(LayoutChanged, match="planIssueCapital"):
        list_facts(
            "list", encode(envelope([small("990001", 2, "") | {"planIssueCapital": value}], paged=True))
        )


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
        timeline_facts("timeline", encode(envelope([row])))


def test_one_unreadable_row_among_many_is_reported_and_the_others_are_read() -> None:
    """A row we cannot read is an oddity by name; more than one in twenty is a changed layout."""
    rows = [small(str(990100 + number), 2, "") for number in range(40)]
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
    first = parse_list(rows_answer("list", [small("990001", 2, "")]), ENDPOINTS, {})
    known = {row.digest: row.key for row in first.rows}
    again = parse_list(rows_answer("list", [small("990001", 2, "")]), ENDPOINTS, known)
    moved = parse_list(rows_answer("list", [small("990001", 4, "")]), ENDPOINTS, known)
    assert [row.record for row in again.rows] == [None]
    assert [row.record.state.code for row in moved.rows if row.record] == ["4"]


def test_joint_sponsors_stay_two_parties() -> None:
    """Two rows of type 1 are two sponsors, in no order of our own but the name's."""
    both = [party("990001", 1, "乙证券有限公司", "乙证券", 2), party("990001", 1, "甲证券有限公司", "甲证券")]
    facts = list_facts("list", encode(envelope([project(intermediary=both)], paged=True)))["990001"]
    assert [(p["role"], p["short_name"]) for p in facts["parties"]] == [
        (Role.SPONSOR, "乙证券"),
        (Role.SPONSOR, "甲证券"),
    ]


def test_the_total_is_read_even_where_rows_are_paged() -> None:
    """A page of one row of 1,048 says so."""
    assert parse_answer(rows_answer("list", [project()], total=1048)).total == 1048


def test_a_row_is_read_as_the_exchange_wrote_it() -> None:
    """Escaped slashes and escaped Chinese are the same words."""
    plain = envelope([small("990001", 2, "")], paged=True)
    escaped = json.dumps(plain, ensure_ascii=True).replace("/", "\\/").encode()
    assert list_facts("list", escaped) == list_facts("list", encode(plain))

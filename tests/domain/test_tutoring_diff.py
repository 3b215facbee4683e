"""Tutoring rows → events: each filing, report, acceptance, withdrawal and change of tutor once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.events import Event, EventKind
from monitor.domain.records import TutoringRow
from monitor.domain.stages import Stage
from monitor.domain.tutoring_diff import TutoringDiff, diff_tutoring
from monitor.domain.tutoring_rows import company_key, disclosed_on, row_key

NOW = datetime(2026, 8, 20, 10, 0, tzinfo=UTC)
CHIP = "示例芯片股份有限公司"
ONE, TWO = "示例证券股份有限公司", "样本证券股份有限公司"
FILING, PROGRESS, COMPLETION = "辅导备案报告", "辅导工作进展报告", "辅导工作完成报告"


def row(
    filed: str,
    report: str = FILING,
    status: str = "辅导备案",
    *,
    disclosed: str = "",
    tutor: str = ONE,
    company: str = CHIP,
    title: str = "",
    number: str = "1",
) -> TutoringRow:
    """One row as the page prints it; `disclosed` is the day in its PDF's address."""
    path = ""
    if disclosed:
        year, month, day = (int(part) for part in disclosed.split("-"))
        path = f"http://eid.csrc.gov.cn/mnt/storage/stock/pre_ipo/{year}/{month}/{day}/x.pdf"
    return TutoringRow(
        company=company,
        tutor=tutor,
        date=date.fromisoformat(filed),
        status=status,
        office="上海证监局",
        report_type=report,
        title=title or f"{company}{report}",
        document_url=path,
        number=number,
    )


class Store:
    """The smallest caller: keeps what the diff says to keep."""

    def __init__(self) -> None:
        self.known: dict[str, TutoringRow] = {}
        self.ids: list[str] = []

    def poll(self, *seen: TutoringRow) -> TutoringDiff:
        """One poll, newest row first."""
        found = diff_tutoring(self.known, seen, first_seen_at=NOW, raw_sha256="ab", url="http://h/index.html")
        self.known.update(found.upserts)
        for key in found.retired:
            del self.known[key]
        self.ids.extend(event.id for event in found.events)
        return found


def brief(events: Iterable[Event]) -> list[tuple[str, str | None, str]]:
    """(what, when, who) of each event, short enough to read."""
    return [
        (
            event.state.stage.name if event.state and event.state.stage else event.kind.value,
            event.date.isoformat() if event.date else None,
            event.after,
        )
        for event in events
    ]


# The column 备案时间 may be the company's (first reading) or the row's own (second); both must be right.
SHARED = [
    row("2026-03-02", COMPLETION, "辅导验收", disclosed="2026-08-19"),
    row("2026-03-02", PROGRESS, "辅导验收", disclosed="2026-06-30"),
    row("2026-03-02", FILING, "辅导验收", disclosed="2026-03-03"),
]
OWN = [
    row("2026-08-19", COMPLETION, "辅导验收", disclosed="2026-08-19"),
    row("2026-06-30", PROGRESS, "辅导备案", disclosed="2026-06-30"),
    row("2026-03-02", FILING, "辅导备案", disclosed="2026-03-02"),
]
STORY = [
    ("TUTORING_FILED", "2026-03-02", ""),
    ("tutoring_report", "2026-06-30", ""),
    ("TUTORING_ACCEPTED", "2026-08-19", ""),
]


@pytest.mark.parametrize("rows", [SHARED, OWN], ids=["column of the company", "column of the row"])
def test_filed_reported_accepted_are_told_once_with_their_days(rows: list[TutoringRow]) -> None:
    """Under either reading of 备案时间 and 辅导状态 the story and its dates are the same."""
    found = Store().poll(*rows)
    assert brief(found.events) == STORY
    assert found.oddities == ()
    accepted = found.events[-1]
    assert (accepted.details["filed_on"], accepted.details["days_since_filing"]) == ("2026-03-02", 170)
    assert accepted.state is not None
    assert accepted.state.stage is Stage.TUTORING_ACCEPTED


@pytest.mark.parametrize("rows", [SHARED, OWN], ids=["column of the company", "column of the row"])
def test_rows_that_arrive_one_by_one_tell_the_same_story(rows: list[TutoringRow]) -> None:
    """As the list grows and a shared status turns to 辅导验收, each poll tells its one event."""
    store = Store()
    told: list[Event] = []
    for last in range(len(rows), 0, -1):
        shown = rows[last - 1 :]
        told.extend(
            store.poll(*(shown if last == 1 else [replace(one, status="辅导备案") for one in shown])).events
        )
    assert brief(told) == STORY


@given(st.sampled_from([SHARED, OWN]), st.lists(st.integers(0, 7), max_size=8))
def test_seeing_rows_again_adds_nothing(rows: list[TutoringRow], polls: list[int]) -> None:
    """After a full poll any overlap, order, repetition or absence of rows gives no event and no change."""
    store = Store()
    store.poll(*rows)
    before = dict(store.known)
    for mask in polls:
        some = [one for bit, one in enumerate(rows) if mask & (1 << bit)]
        again = store.poll(*some, *reversed(some))
        assert (again.events, again.oddities, dict(again.upserts), again.retired) == ((), (), {}, ())
    assert store.known == before


@given(st.permutations(OWN) | st.permutations(SHARED), st.integers(1, 3))
def test_ids_never_repeat_whatever_the_order_of_arrival(rows: Sequence[TutoringRow], cut: int) -> None:
    """Pages read in any order never give one id twice, and each of the three facts is told."""
    store = Store()
    store.poll(*rows[:cut])
    store.poll(*rows[cut:])
    store.poll(*rows)
    assert len(store.ids) == len(set(store.ids))
    assert sum("/milestone/tutoring-filed/2026-03-02" in one for one in store.ids) == 1
    assert sum("/milestone/tutoring-accepted/" in one for one in store.ids) == 1


def test_the_running_number_is_no_identity() -> None:
    """A row that moved down the list is the same row."""
    store = Store()
    store.poll(row("2026-03-02", number="1"))
    again = store.poll(row("2026-03-02", number="57"))
    assert again.events == ()
    assert dict(again.upserts) == {}


def test_a_vanished_row_means_nothing() -> None:
    """A company no longer on the page is neither withdrawn nor accepted."""
    store = Store()
    store.poll(row("2026-03-02"))
    assert (
        store.poll(row("2026-05-01", company="另一示例股份有限公司")).events[0].issuer
        == "另一示例股份有限公司"
    )
    assert len(store.ids) == 2


def test_a_status_changed_in_place_is_a_milestone_without_a_day() -> None:
    """Nobody printed when 辅导验收 came, so the event has no date, and it comes once."""
    store = Store()
    store.poll(row("2026-03-02", disclosed="2026-03-03"))
    changed = row("2026-03-02", status="辅导验收", disclosed="2026-03-03")
    found = store.poll(changed)
    assert brief(found.events) == [("TUTORING_ACCEPTED", None, "")]
    assert list(found.upserts) == [row_key(changed)]
    assert store.poll(changed).events == ()


def test_a_shared_status_never_dates_acceptance_by_a_progress_report() -> None:
    """The day of a progress report is not the day of acceptance."""
    found = Store().poll(
        row("2026-03-02", PROGRESS, "辅导验收", disclosed="2026-06-30"),
        row("2026-03-02", FILING, "辅导验收", disclosed="2026-03-03"),
    )
    assert brief(found.events) == [
        ("TUTORING_FILED", "2026-03-02", ""),
        ("tutoring_report", "2026-06-30", ""),
        ("TUTORING_ACCEPTED", None, ""),
    ]


@pytest.mark.parametrize("word", ["撤回辅导备案", "终止辅导"])
def test_withdrawn_and_filed_again_are_two_cycles(word: str) -> None:
    """Each filing and each withdrawal is told once; a second filing opens a new cycle."""
    store = Store()
    store.poll(row("2025-01-10"))
    found = store.poll(row("2025-06-01", "撤回辅导备案报告", word, disclosed="2025-06-01"), row("2025-01-10"))
    assert brief(found.events) == [("TUTORING_WITHDRAWN", "2025-06-01", "")]
    found = store.poll(row("2025-11-05"))
    assert brief(found.events) == [("TUTORING_FILED", "2025-11-05", "")]
    found = store.poll(row("2026-02-01", "撤回辅导备案报告", word, disclosed="2026-02-01"))
    assert brief(found.events) == [("TUTORING_WITHDRAWN", "2026-02-01", "")]
    assert len(set(store.ids)) == 4


def test_a_shared_status_is_not_told_again_for_closed_cycles() -> None:
    """When the second cycle is accepted, the rows of the first show it too and mean nothing."""
    store = Store()
    first, second = row("2024-08-20", disclosed="2024-08-26"), row("2025-11-05", disclosed="2025-11-07")
    store.poll(second, first)
    accepted = [
        row("2025-11-05", COMPLETION, "辅导验收", disclosed="2026-01-12"),
        row("2025-11-05", status="辅导验收", disclosed="2025-11-07"),
        row("2024-08-20", status="辅导验收", disclosed="2024-08-26"),
    ]
    assert brief(store.poll(*accepted).events) == [("TUTORING_ACCEPTED", "2026-01-12", "")]


def test_a_new_tutor_is_told_with_before_and_after() -> None:
    """A report by another tutor is a change of tutor on its day, next to the new filing."""
    store = Store()
    store.poll(row("2024-08-20"))
    found = store.poll(row("2025-11-05", tutor=TWO), row("2024-08-20"))
    assert brief(found.events) == [
        ("TUTORING_FILED", "2025-11-05", ""),
        ("party_changed", "2025-11-05", TWO),
    ]
    assert found.events[1].before == ONE


def test_a_tutor_replaced_in_place_is_told_once_and_retires_the_old_row() -> None:
    """An edited cell has no day; the old row is deleted, the report and filing are not told again."""
    store = Store()
    store.poll(row("2025-05-01", PROGRESS), row("2025-01-10"))
    edited = [row("2025-05-01", PROGRESS, tutor=TWO), row("2025-01-10", tutor=TWO)]
    found = store.poll(*edited)
    assert [(one.kind, one.date, one.before, one.after) for one in found.events] == [
        (EventKind.PARTY_CHANGED, None, ONE, TWO)
    ]
    assert len(found.retired) == 2
    assert store.poll(*edited).events == ()
    assert {one.tutor for one in store.known.values()} == {TWO}


def test_joint_tutors_are_a_set() -> None:
    """Two tutors in one cell, in either order and either bracket width, are no change; a third is."""
    store = Store()
    store.poll(row("2025-01-10", tutor=f"{ONE}、{TWO}"))
    assert brief(store.poll(row("2025-03-10", PROGRESS, tutor=f"{TWO}，{ONE}")).events) == [
        ("tutoring_report", "2025-03-10", "")
    ]
    third = store.poll(row("2025-06-10", PROGRESS, tutor=f"{ONE}、{TWO}、第三证券", title="第二期"))
    assert brief(third.events)[0] == (
        "party_changed",
        "2025-06-10",
        "、".join(sorted([ONE, TWO, "第三证券"])),
    )


def test_unknown_words_are_shown_raw_and_never_guessed() -> None:
    """An unknown status or report type is a review step with its words, and a notice for the operator."""
    found = Store().poll(
        row("2026-05-05", "辅导情况说明", "辅导复核", disclosed="2026-05-05"),
        row("2026-03-02"),
    )
    steps = found.events[1:]
    assert [event.kind for event in steps] == [EventKind.REVIEW_STEP, EventKind.REVIEW_STEP]
    assert {event.details["unknown"] for event in steps} == {"status", "report_type"}
    assert {event.reason for event in steps} == {"辅导状态：辅导复核；报告类型：辅导情况说明"}
    assert all(event.state is None and event.date == date(2026, 5, 5) for event in steps)
    assert [oddity.what for oddity in found.oddities] == [
        f"unknown 报告类型 '辅导情况说明': {CHIP}辅导情况说明",
        "unknown 辅导状态 '辅导复核'",
    ]


def test_completed_work_is_no_acceptance() -> None:
    """辅导工作完成 is the tutor's word: shown as a report, not as the regulator's 辅导验收."""
    store = Store()
    store.poll(row("2026-03-02"))
    found = store.poll(row("2026-03-02", status="辅导工作完成"))
    assert brief(found.events) == [("tutoring_report", None, "")]
    assert found.events[0].details["status"] == "辅导工作完成"


def test_two_progress_reports_are_two_events_even_under_one_title() -> None:
    """The day in the PDF's address tells reports of one title apart."""
    found = Store().poll(
        row("2026-03-02", PROGRESS, disclosed="2026-09-30"),
        row("2026-03-02", PROGRESS, disclosed="2026-06-30", title=f"{CHIP}{PROGRESS}"),
        row("2026-03-02"),
    )
    assert brief(found.events)[1:] == [
        ("tutoring_report", "2026-06-30", ""),
        ("tutoring_report", "2026-09-30", ""),
    ]


def test_the_company_of_a_row_is_its_normalised_full_name() -> None:
    """Brackets and blanks do not split an issuer; a printed former name travels with the event."""
    store = Store()
    store.poll(row("2026-03-02", company="示例(上海)股份有限公司"))
    found = store.poll(
        row("2026-06-01", PROGRESS, company="示例（上海） 股份有限公司（曾用名：旧示例有限公司）")
    )
    assert [event.project_id for event in found.events] == ["示例(上海)股份有限公司"]
    assert found.events[0].details["former_names"] == "旧示例有限公司"
    assert company_key(row("2026-03-02", company="示例（上海）股份有限公司")) == "示例(上海)股份有限公司"


def test_an_event_carries_its_source_and_marks() -> None:
    """Id, link, hash, first sight and baseline are the caller's and the page's own."""
    found = diff_tutoring(
        {}, [row("2026-03-02")], first_seen_at=NOW, baseline=True, raw_sha256="ff", url="http://h/index.html"
    )
    event = found.events[0]
    assert event.id == f"csrc_tutoring/{CHIP}/milestone/tutoring-filed/2026-03-02"
    assert (event.baseline, event.raw_sha256, event.url) == (True, "ff", "http://h/index.html")
    assert (event.first_seen_at, event.published_at) == (NOW, None)


def test_a_bad_day_in_an_address_is_no_day() -> None:
    """An address with an impossible day gives no date instead of an exception."""
    assert disclosed_on(row("2026-03-02")) is None
    assert disclosed_on(row("2026-03-02", disclosed="2026-02-31")) is None
    assert disclosed_on(row("2026-03-02", disclosed="2026-02-28")) == date(2026, 2, 28)


def test_a_whole_list_of_13300_rows_is_compared_in_one_go() -> None:
    """The regulator's full list against itself changes nothing."""
    rows = [
        row(
            f"202{n % 6}-0{1 + n % 9}-1{k}",
            kind,
            company=f"示例{n}号股份有限公司",
            disclosed=f"202{n % 6}-12-0{k + 1}",
        )
        for n in range(4433)
        for k, kind in enumerate((FILING, PROGRESS, COMPLETION))
    ]
    known = {row_key(one): one for one in rows}
    assert len(known) == 13_299
    assert diff_tutoring(known, rows, first_seen_at=NOW).events == ()

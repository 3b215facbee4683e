"""What a read document tells, and what two drafts of a prospectus print differently."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from monitor.domain.diff import Sight
from monitor.domain.draft_changes import Change, changes_of, compare_drafts, printed
from monitor.domain.events import EventKind
from monitor.domain.figure_diff import Earlier, ReadDocument, document_events, list_trouble
from monitor.domain.figures.pages import Page
from monitor.domain.figures.record import Figure, Flag, ProceedsRow, Reading
from monitor.domain.figures.registration import find_registration_number
from monitor.domain.figures.section import business_section
from tests.domain.timelines import yi

AT = Sight(at=datetime(2026, 7, 10, 12, 0, tzinfo=UTC), raw_sha256="ab" * 32)
DOCUMENT = ReadDocument(
    source="sse_star",
    key="/information/c/draft.pdf",
    kind="prospectus_registration",
    project_key="990001",
    issuer="示例芯片股份有限公司",
    board="科创板",
    title="招股说明书（注册稿）",
    date=date(2026, 7, 10),
    published_at=None,
    url="https://static.sse.com.cn/stock/information/c/draft.pdf",
    sha256="ab" * 32,
)


def figure(
    kind: str, amount: str | None, *, page: int = 5, period: str | None = None, **more: object
) -> Figure:
    """A figure in 万元 of a table, as sure as tables are."""
    made = Figure(
        kind=kind,
        amount=None if amount is None else Decimal(amount) * 10_000,
        currency="CNY",
        unit="万元",
        as_printed=amount or "",
        qualifier=None,
        page=page,
        quote=f"合计 {amount}",
        document_sha256="ab" * 32,
        confidence=Decimal("0.95"),
        period=period,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def table(*rows: tuple[str, str | None, str], page: int = 6) -> Figure:
    """A use-of-proceeds table of (project, total investment, from proceeds) in 万元."""
    found = tuple(
        ProceedsRow(
            project=project,
            total_investment=None if total is None else Decimal(total) * 10_000,
            from_proceeds=Decimal(proceeds) * 10_000,
        )
        for project, total, proceeds in rows
    )
    whole = sum((Decimal(row[2]) for row in rows), Decimal(0))
    return figure("use_of_proceeds", f"{whole:f}", page=page, rows=found)


def reading(*figures: Figure, flags: tuple[Flag, ...] = ()) -> Reading:
    return Reading(
        document_kind="prospectus_draft",
        issuer=DOCUMENT.issuer,
        document_sha256="ab" * 32,
        pages=400,
        figures=figures,
        flags=flags,
    )


def shown(changes: list[Change]) -> list[tuple[str, str, str, str, str]]:
    return [(c.kind, c.how, c.label, c.before, c.after) for c in changes]


def test_equal_drafts_change_nothing() -> None:
    """The same amounts on other pages or in other words are no change."""
    before = [figure("planned", "600"), figure("revenue", "10", period="2025"), table(("甲项目", "7", "6"))]
    after = [
        figure("planned", "600.00", page=9),
        figure("revenue", "10.0", period="2025", quote="x"),
        table(("甲 项目", "7", "6"), page=9),
    ]
    assert compare_drafts(before, after) == []


def test_a_moved_plan_a_restated_year_and_a_further_period_are_changes() -> None:
    """Plan and accounts are compared by kind and period; a period only the newer reports is added."""
    before = [figure("planned", "600"), figure("revenue", "10", period="2024", page=3)]
    after = [
        figure("planned", "550", page=7),
        figure("revenue", "11", period="2024", page=4),
        figure("revenue", "30", period="2025", page=4),
    ]
    changes = compare_drafts(before, after)
    assert shown(changes) == [
        ("planned_proceeds", "changed", "", "600万元", "550万元"),
        ("revenue", "changed", "2024", "10万元", "11万元"),
        ("revenue", "added", "2025", "", "30万元"),
    ]
    assert [(c.before_page, c.page) for c in changes] == [(5, 7), (3, 4), (None, 4)]


def test_what_only_one_draft_shows_is_no_change() -> None:
    """A kind that could not be read in one of the drafts says nothing about the other."""
    assert compare_drafts([], [figure("planned", "600"), table(("甲", "7", "6"))]) == []
    assert compare_drafts([figure("planned", "600"), figure("revenue", "1", period="2024")], []) == []


def test_two_sums_for_one_figure_are_compared_with_nothing() -> None:
    """A draft that prints a figure twice and differently does not say which one holds."""
    twice = [figure("planned", "600"), figure("planned", "601")]
    assert compare_drafts(twice, [figure("planned", "600")]) == []


def test_projects_are_compared_one_by_one() -> None:
    """A sum that moved, a project gone, one new, and one that has only another name."""
    before = [table(("甲项目", "7", "6"), ("乙项目", "5", "5"), ("丙项目", "4", "4"))]
    after = [table(("甲项目", "7", "5"), ("乙研发项目", "5", "5"), ("丁项目", "9", "9"))]
    assert shown(compare_drafts(before, after)) == [
        ("use_of_proceeds", "changed", "甲项目", "6万元", "5万元"),
        ("use_of_proceeds", "renamed", "乙研发项目", "乙项目", "乙研发项目"),
        ("use_of_proceeds", "added", "丁项目", "", "9万元"),
        ("use_of_proceeds", "removed", "丙项目", "4万元", ""),
    ]


def test_a_change_survives_its_way_through_an_event() -> None:
    """Every change is read back from the event's details as it was, bars in names apart."""
    changes = compare_drafts([table(("甲|乙", "7", "6"))], [table(("甲|乙", "7", "5"))])
    details: dict[str, str | int | float | bool] = {}
    details |= {"change_01": changes[0].as_item(), "change_02": "no change at all", "changes": 1}
    assert changes_of(details) == [replace(changes[0], label="甲/乙")]


@pytest.mark.parametrize(
    ("listed", "amount", "trouble"),
    [
        ("80", "8000250000", ""),  # the list rounds to 亿元 with two digits
        ("80.00", "8000250000", ""),
        ("39.04", "3904999999", ""),  # or cuts
        ("39.04", "3905000001", "differs"),
        ("80", "8010000000", "differs"),
        ("80", "800000000", "slip"),
        ("80", "80000000000000", "slip"),
        ("60", "6500000000", "differs"),
    ],
)
def test_a_list_and_a_document_are_the_same_differ_or_slip(listed: str, amount: str, trouble: str) -> None:
    """The list prints hundredths of 亿元 at best; a power of ten between the two is a slip."""
    assert list_trouble(yi(listed), Decimal(amount)) == trouble


def test_doubted_figures_are_in_no_event() -> None:
    """A figure below 0.9 and one of a private placement are kept out; withheld kinds are named."""
    flags = (
        Flag(check="conflict", kinds=("planned",), withheld=True, detail="600 and 700"),
        Flag(check="earlier_round", kinds=("price",), withheld=True, detail="12.5"),
    )
    events = document_events(
        DOCUMENT,
        reading(
            figure("gross", "500", confidence=Decimal("0.5")),
            figure("net", "400", offering="private_placement"),
            figure("revenue", "30", period="2025"),
            flags=flags,
        ),
        AT,
    )
    [event] = events
    assert [item.kind for item in event.figures] == ["revenue"]
    assert event.details["withheld_kinds"] == "planned"


def test_a_document_that_says_nothing_makes_no_event() -> None:
    """No figure and no number: nothing happened that could be told."""
    assert document_events(DOCUMENT, reading(), AT, first=True) == []


def test_reading_a_document_twice_gives_the_same_events() -> None:
    """Ids come from the document alone, not from when it was read."""
    earlier = Earlier(
        title="申报稿",
        kind="prospectus_application",
        date=date(2026, 1, 2),
        figures=(figure("planned", "600"), figure("net", "1", confidence=Decimal("0.5"))),
    )
    later = Sight(at=datetime(2026, 8, 1, tzinfo=UTC), raw_sha256="ef" * 32)
    first = document_events(DOCUMENT, reading(figure("planned", "550")), AT, earlier=earlier)
    again = document_events(DOCUMENT, reading(figure("planned", "550")), later, earlier=earlier)
    assert [event.id for event in first] == [event.id for event in again]
    assert [event.kind for event in first] == [EventKind.FIGURES_READ, EventKind.DRAFT_CHANGED]
    assert first[1].before == "planned_proceeds 600万元"
    assert first[1].after == "planned_proceeds 550万元"
    assert [item.as_printed for item in first[1].figures] == ["550万元"]


def test_a_figure_is_printed_with_its_unit_once() -> None:
    """The unit above a table is added, one that stands with the number is not doubled."""
    assert printed(figure("planned", "1000", as_printed="1,000.00")) == "1,000.00万元"
    assert printed(figure("gross", "5", as_printed="5 万元", qualifier="约")) == "约5 万元"
    assert printed(figure("gross", "5")) == "5万元"


def _pages(*texts: str) -> list[Page]:
    return [Page(number=at, text=text) for at, text in enumerate(texts, 1)]


DECISION = "中国证券监督管理委员会\n证监许可〔2026〕1612 号\n关于同意示例芯片股份有限公司注册的批复\n"


@pytest.mark.parametrize(
    ("texts", "number"),
    [
        ((DECISION,), "证监许可〔2026〕1612号"),
        (("证监许可[2026] 88号\n示例芯片股份有限公司",), "证监许可〔2026〕88号"),
        ((DECISION + "此前证监许可〔2024〕5号文同时废止。",), "证监许可〔2026〕1612号"),
        (("示例芯片股份有限公司，据证监许可〔2026〕1号及证监许可〔2026〕2号",), None),
        (("证监许可〔2026〕1612号\n关于同意别家股份有限公司注册的批复",), None),
        (("示例芯片股份有限公司：证监发〔2026〕16号",), None),
    ],
)
def test_a_decision_has_one_number_of_its_own(texts: tuple[str, ...], number: str | None) -> None:
    """The number on a line of its own is the decision's; of several in a sentence none is chosen."""
    found = find_registration_number(_pages(*texts), issuer="示例芯片股份有限公司")
    assert (found.number if found else None) == number


def test_the_business_section_runs_from_its_heading_to_the_next() -> None:
    """Neither the table of contents nor a reference to the section opens it."""
    pages = _pages(
        "第五节 业务与技术.......102\n第六节 财务会计.......200",
        "详见“第五节 业务与技术”之一",
        "第五节 业务与技术\n一、主营业务",
        "公司是一家芯片公司。",
        "第六节 财务会计信息\n利润",
        "第七节 其他",
    )
    assert business_section(pages) == "第五节 业务与技术\n一、主营业务\n公司是一家芯片公司。\n"
    assert business_section(_pages("第一节 释义", "没有")) == ""
    assert business_section(pages, most=4) == "第五节 "

"""League facts come from the store as it stands at the moment of the event, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from alerts.render import render
from monitor.demo.answers import encode_rows, envelope, page_of
from monitor.demo.world import load_captured
from monitor.domain.events import Event, EventKind
from monitor.domain.records import Figure
from monitor.store import eventlog
from monitor.store.tables import EventRow, FigureRow, NewShareRow, ReadingRow
from scrapers.contract import Document, Request
from scrapers.sse_star.parse import parse_list
from scrapers.sse_star.requests import Endpoints
from tests.store.facts import MEMORY, METAX, MOORE, NOW, Store, project, sight

HYGON = "海光信息技术股份有限公司"
LEAGUE = {"league_year", "league_rank", "league_of", "league_unknown", "league_kind"}


def league(row: EventRow) -> dict[str, Any]:
    return {k: v for k, v in row.details.items() if k.startswith(("league", "over_plan", "days_to"))}


def peers(store: Store) -> None:
    """Five other STAR applications of 2026, one of 2025, one of the main board."""
    plans = {"11": "90", "12": "40", "13": "30", "14": "20", "15": "10"}
    store.see(
        *(project(key, f"示例第{key}股份有限公司", planned=plan) for key, plan in plans.items()),
        project("21", METAX, planned="39.04", accepted_at=datetime(2025, 6, 30, tzinfo=UTC)),
        project("22", HYGON, planned="91.48", accepted_at=datetime(2021, 10, 13, tzinfo=UTC)),
        project("31", "示例主板股份有限公司", planned="500", board="主板"),
        baseline=True,
    )


def test_the_acceptance_tells_the_rank_of_the_year_and_among_ai_chip_issuers(store: Store) -> None:
    """80 亿 is second of six plans of 2026 on the STAR board, and second of three AI-chip plans."""
    peers(store)
    store.first_reading_done()
    store.see(project("1", MOORE, planned="80", issuer_short="摩尔线程"))
    store.move("1", "1", "1", date(2026, 7, 6))
    (milestone,) = store.events("milestone")
    assert league(milestone) == {
        "league_year": 2026,
        "league_rank": 2,
        "league_of": 6,
        "league_ai_rank": 2,
        "league_ai_of": 3,
        "league_kind": "planned_proceeds",
    }
    told = {fact.label: fact.value for fact in render(eventlog.to_event(milestone), "zh").facts}
    assert told["排名"] == "已知 6 家 2026 年受理的科创板项目中拟募资第 2 大；已知 3 家 AI 芯片公司中第 2"
    told = {fact.label: fact.value for fact in render(eventlog.to_event(milestone), "en").facts}
    assert told["Rank"] == (
        "2nd largest planned raise of the 6 known STAR applications accepted in 2026; "
        "2nd of 3 known AI-chip issuers"
    )


def test_nothing_is_ranked_before_the_first_reading_is_complete(store: Store) -> None:
    """Half a list makes false champions."""
    peers(store)
    store.see(project("1", MOORE, planned="80"))
    assert [league(row) for row in store.events(project_id="1")] == [{}, {}]


def test_a_quiet_an_ended_and_another_board_s_event_has_no_rank(store: Store) -> None:
    """History, a termination and the main board stay out of the STAR league."""
    peers(store)
    store.first_reading_done()
    store.see(project("2", MEMORY, planned="70"), baseline=True)
    store.see(
        project("1", MOORE, planned="80"), project("3", "示例主板二股份有限公司", planned="600", board="主板")
    )
    store.move("1", "1", "8", date(2026, 7, 6))
    assert all(league(row) == {} for row in store.events(project_id="2"))
    assert all(league(row) == {} for row in store.events(project_id="3"))
    assert league(store.events("milestone", "1")[0]) == {}


def test_one_issuer_counts_once_with_its_newest_application(store: Store) -> None:
    """An earlier application of a rival, and the issuer's own, are no rivals."""
    peers(store)
    store.see(
        project("5", "示例第12股份有限公司", planned="300", accepted_at=datetime(2026, 1, 5, tzinfo=UTC)),
        project("6", MOORE, planned="999", accepted_at=datetime(2026, 1, 6, tzinfo=UTC)),
        baseline=True,
    )
    store.first_reading_done()
    store.see(project("1", MOORE, planned="80"))
    facts = league(store.events("figure_first_seen", "1")[0])
    assert (facts["league_rank"], facts["league_of"]) == (2, 6)


@pytest.mark.parametrize(("others", "told"), [(3, None), (4, (2, 10, 1))])
def test_amounts_that_are_not_known_are_counted_aloud_or_silence_the_rank(
    store: Store, others: int, told: tuple[int, int, int] | None
) -> None:
    """One gap beside ten amounts is said; one beside nine is too much."""
    peers(store)
    more = [project(f"4{n}", f"示例又第{n}股份有限公司", planned="1") for n in range(others)]
    store.see(*more, project("51", "示例空白股份有限公司", planned=""), baseline=True)
    store.first_reading_done()
    store.see(project("1", MEMORY, planned="80"))
    facts = league(store.events("figure_first_seen", "1")[0])
    ranked = (facts["league_rank"], facts["league_of"], facts["league_unknown"]) if facts else None
    assert ranked == told


def share(code: str, issuer_id: int | None, gross: str, **changes: Any) -> NewShareRow:
    facts: dict[str, Any] = {
        "code": code,
        "issuer_id": issuer_id,
        "name": code,
        "full_name": code,
        "board": "科创板",
        "gross_fen": int(Decimal(gross) * 10**10) if gross else None,
        "online_date": date(2025, 12, 5),
        "listing_date": date(2025, 12, 17),
        "first_seen_at": NOW,
    }
    return NewShareRow(**(facts | changes))


def commit(store: Store, event: Event, issuer: str) -> EventRow:
    number = store.issuer(issuer).id
    with store.database.write() as session:
        (row,) = eventlog.append(session, [event], number)
    return row


def listed(gross: str, net: str = "") -> Event:
    figures = [("gross_proceeds", gross), ("net_proceeds", net)]
    return Event(
        id="sse_issue/688802/listed/2025-12-17",
        kind=EventKind.LISTED,
        source="sse_issue",
        issuer=METAX,
        board="科创板",
        date=date(2025, 12, 17),
        first_seen_at=NOW,
        figures=tuple(
            Figure(kind=kind, amount=Decimal(amount) * 10**8, currency="CNY", as_printed=f"{amount}亿元")
            for kind, amount in figures
            if amount
        ),
    )


def offerings(store: Store) -> None:
    """Six listings of 2025 beside MetaX's, and one of 2024 that was larger than all."""
    peers(store)
    store.first_reading_done()
    store.first_reading_done("sse_issue")
    own = store.issuer(METAX).id
    others = [store.issuer(f"示例第{key}股份有限公司").id for key in (11, 12, 13, 14, 15)]
    with store.database.write() as session:
        session.add(share("688802", own, "41.97"))
        for number, (issuer_id, gross) in enumerate(zip(others, ("79", "20", "15", "12", "9"), strict=True)):
            session.add(share(f"68890{number}", issuer_id, gross))
        old = store.issuer(HYGON).id
        session.add(share("688041", old, "108", online_date=date(2022, 8, 3), listing_date=date(2022, 8, 12)))


def test_the_listing_ranks_what_was_raised_and_measures_it_against_the_plan(store: Store) -> None:
    """Gross is ranked among the offerings of its year; net, where known, is measured against the plan."""
    offerings(store)
    row = commit(store, listed("41.97", "38.99"), METAX)
    assert league(row) == {
        "league_year": 2025,
        "league_rank": 2,
        "league_of": 6,
        "league_kind": "gross_proceeds",
        "over_plan": "-5000000.00",
        "over_plan_percent": "-0.1",
        "over_plan_kind": "net_proceeds",
        "days_to_listing": 170,
    }
    told = {fact.label: fact.value for fact in render(eventlog.to_event(row), "zh").facts}
    assert told["排名"] == "已知 6 家 2025 年发行的科创板公司中募资总额第 2 大"
    assert told["与拟募资相比"] == "募集资金净额少 0.05 亿元（-0.1%）"
    assert told["受理到上市"] == "170 天"
    told = {fact.label: fact.value for fact in render(eventlog.to_event(row), "en").facts}
    assert told["Rank"] == "2nd largest gross raise of the 6 known STAR offerings of 2025"


def test_without_net_the_gross_is_measured_and_named(store: Store) -> None:
    """The line says which of the two it compares."""
    offerings(store)
    row = commit(store, listed("41.97"), METAX)
    assert league(row)["over_plan_kind"] == "gross_proceeds"
    told = {fact.label: fact.value for fact in render(eventlog.to_event(row), "zh").facts}
    assert told["与拟募资相比"] == "募集资金总额多 2.93 亿元（+7.5%）"


def test_two_amounts_of_one_kind_are_measured_by_neither(store: Store) -> None:
    """With and without over-allotment, nobody says which one counts."""
    offerings(store)
    twice = listed("41.97", "38.99")
    twice = replace(twice, figures=(*twice.figures, *listed("48.2", "44.8").figures))
    assert set(league(commit(store, twice, METAX))) == {"days_to_listing"}


def test_an_expected_amount_is_not_raised_and_a_document_s_own_plan_is_the_more_exact(store: Store) -> None:
    """预计 is no result; 39.0417 亿 of a document goes before the list's 39.04 亿."""
    offerings(store)
    event = replace(listed("41.97"), kind=EventKind.FIGURES_READ, date=None)
    expected = replace(event, figures=tuple(replace(figure, qualifier="预计") for figure in event.figures))
    assert not any(key.startswith("over_plan") for key in league(commit(store, expected, METAX)))
    plan = replace(event.figures[0], kind="planned_proceeds", amount=Decimal("3904170000"))
    exact = replace(event, id="exact", figures=(*event.figures, plan))
    assert league(commit(store, exact, METAX))["over_plan"] == "292830000.00"


@pytest.mark.parametrize(
    ("stated", "confidence", "over"),
    [
        ("3904268200", "0.99", "-5268200.00"),  # the document is more exact than the list's 39.04 亿
        ("3904268200", "0.5", "-5000000.00"),  # doubted: the list's stands
        ("39042682000", "0.99", None),  # tenfold: one of the two slipped
    ],
)
def test_what_was_raised_is_measured_against_the_plan_of_the_newest_document_read(
    store: Store, stated: str, confidence: str, over: str | None
) -> None:
    """A confirmed figure of a document goes before the list's; a slip between them is measured by neither."""
    offerings(store)
    own = store.issuer(METAX).id
    assert own is not None
    url = "https://example.invalid/draft.pdf"
    with store.database.write() as session:
        session.add(
            ReadingRow(
                url=url, key="d", source="sse_star", kind="prospectus_registration", issuer_id=own,
                project_source="sse_star", project_key="21", title="注册稿", date=date(2025, 11, 1),
                state="read", not_before=NOW, queued_at=NOW,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            FigureRow(
                url=url, issuer_id=own, kind="planned", amount=stated, currency="CNY", unit="万元",
                measure="money", as_printed=stated, page=38, quote=stated, document_sha256="ab" * 32,
                confidence=confidence,
            )
        )  # fmt: skip
    assert league(commit(store, listed("41.97", "38.99"), METAX)).get("over_plan") == over
    # The exchange's list gives its events the plan it shows: that is not another statement of it.
    plan = Figure(
        kind="planned_proceeds", amount=Decimal("3904000000"), currency="CNY", as_printed="39.04亿元"
    )
    told = listed("41.97", "38.99")
    again = replace(told, id="with the list's plan", figures=(*told.figures, plan))
    assert league(commit(store, again, METAX)).get("over_plan") == over


def test_an_offering_under_way_is_no_unknown_and_a_listed_one_without_a_result_is(store: Store) -> None:
    """Who has not raised yet is not in the league; a withheld result leaves a gap that may silence it."""
    offerings(store)
    other = store.issuer("示例主板股份有限公司").id
    with store.database.write() as session:
        session.add(share("688999", other, "", listing_date=None))
    assert league(commit(store, listed("41.97"), METAX))["league_of"] == 6
    with store.database.write() as session:
        session.merge(share("688999", other, ""))
    again = replace(listed("41.98"), id="another")
    assert not league(commit(store, again, METAX)).keys() & LEAGUE


def test_gross_is_not_ranked_while_the_new_share_list_is_incomplete(store: Store) -> None:
    """The plan is compared all the same: that needs this issuer alone."""
    peers(store)
    store.first_reading_done()
    facts = league(commit(store, listed("41.97"), METAX))
    assert set(facts) == {"over_plan", "over_plan_percent", "over_plan_kind", "days_to_listing"}


def test_ranks_on_the_captured_list_agree_with_its_raw_rows(store: Store, corpus: Path) -> None:
    """Every rank told for the applications of nine months equals a sort of the captured amounts."""
    world = load_captured(corpus / "sse" / "star_projects_2021-02.json.gz")
    raw = world.as_of(None).projects()
    body = envelope(page_of(raw, {"isPagination": "false"}), encode_rows(raw, escape=False), {})
    document = Document(request=Request(label="list", url=""), body=body, fetched_at=NOW)
    ends = Endpoints(query_url="https://q.example", static_url="https://s.example")
    rows = parse_list(document, ends, {}).rows
    boundary = datetime(2020, 5, 1, tzinfo=UTC)
    pairs = [(row.digest, row.record) for row in rows if row.record]
    old = [p for p in pairs if p[1].accepted_at is None or p[1].accepted_at < boundary]
    new = sorted(
        (p for p in pairs if p[1].accepted_at and p[1].accepted_at >= boundary),
        key=lambda p: (p[1].accepted_at, int(p[1].key)),
    )
    store.repository.projects_seen("sse_star", old, sight(), baseline=True)
    store.first_reading_done()
    for pair in new:
        store.repository.projects_seen("sse_star", [pair], sight(), baseline=False)
    wire = {row["stockAuditNum"]: row for row in raw}
    told = [row for row in store.events("figure_first_seen") if "league_rank" in row.details]
    seen: dict[str, list[Decimal]] = {}
    for _, record in old:
        _count(seen, wire[record.key])
    checked = 0
    by_key = {row.project_id: row for row in told}
    for _, record in new:
        own = wire[record.key]
        year = str(own["auditApplyDate"])[:4]
        larger = sum(amount > Decimal(str(own["planIssueCapital"])) for amount in seen.get(year, []))
        row = by_key.get(record.key)
        if row is not None:
            assert row.details["league_rank"] == larger + 1, record.issuer
            assert row.details["league_of"] == len(seen[year]) + 1
            checked += 1
        else:
            of = len(seen.get(year, [])) + 1
            assert larger >= 10 or of < 5 or (larger + 1) * 2 > of + 1, record.issuer
        _count(seen, own)
    assert checked > 10


def _count(seen: dict[str, list[Decimal]], row: dict[str, Any]) -> None:
    seen.setdefault(str(row["auditApplyDate"])[:4], []).append(Decimal(str(row["planIssueCapital"])))

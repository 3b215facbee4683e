"""What an alert of an offering adds to what was told before, and what its documents lend to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlmodel import Session, select

from alerts.render import render
from monitor.domain.events import Event, EventKind
from monitor.domain.records import Figure
from monitor.store import eventlog
from monitor.store.offering import compared_with_told
from monitor.store.tables import EventRow, FigureRow, IssuerRow, ReadingRow
from tests.store.facts import METAX, NOW, Store, project

PRICE = Figure(kind="offer_price", amount=Decimal("104.66"), currency="CNY", as_printed="104.66元/股")
GROSS = Figure(
    kind="gross_proceeds", amount=Decimal("4196866000"), currency="CNY", as_printed="419,686.60 万元"
)
NET = Figure(kind="net_proceeds", amount=Decimal("3899311000"), currency="CNY", as_printed="389,931.10 万元")


def event(kind: EventKind, *figures: Figure, name: str = "1", **details: str) -> Event:
    return Event(
        id=f"sse_issue/{kind.value}/{name}",
        kind=kind,
        source="sse_issue",
        project_id="21",
        issuer=METAX,
        board="科创板",
        date=date(2025, 12, 4),
        first_seen_at=NOW,
        figures=figures,
        details={"security_code": "688802", **details},
    )


def known(store: Store) -> int:
    store.see(project("21", METAX, planned="39.04"), baseline=True)
    with store.database.read() as session:
        number = session.exec(select(IssuerRow.id).where(IssuerRow.name == METAX)).one()
    assert number is not None
    return number


def document(
    session: Session, issuer_id: int, kind: str, *figures: tuple[str, str, str | None], day: int = 4
) -> None:
    """A bulletin that was read, with (kind, amount, qualifier) on page 3."""
    url = f"https://www.sse.com.cn/{kind}.pdf"
    session.add(
        ReadingRow(
            url=url, key=kind, source="sse_issue", kind=kind, issuer_id=issuer_id, project_source="sse_star",
            project_key="21", title=kind, date=date(2025, 12, day), state="read",
            not_before=NOW, queued_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    for name, amount, qualifier in figures:
        session.add(
            FigureRow(
                url=url, issuer_id=issuer_id, kind=name, amount=amount, currency="CNY", unit="元",
                measure="money", as_printed=f"{amount}元", qualifier=qualifier, page=3, quote="",
                document_sha256="ab", confidence="0.99",
            )
        )  # fmt: skip
    session.flush()


def add(session: Session, issuer_id: int, *events: Event) -> list[EventRow]:
    return eventlog.append(session, events, issuer_id)


def test_a_bulletin_says_what_was_told_before_and_tells_only_what_is_new(store: Store) -> None:
    """The price came with the list; gross and net are new."""
    issuer_id = known(store)
    with store.database.write() as session:
        add(session, issuer_id, event(EventKind.OFFER_PRICE_SET, PRICE))
        read = event(
            EventKind.FIGURES_READ, replace(PRICE, page=2), GROSS, NET, document_type="offering_notice"
        )
        told = compared_with_told(session, read, issuer_id)
    assert (told.details["told_before"], told.baseline) == ("offer_price", False)
    lines = {fact.label: fact.value for fact in render(told, "zh").facts}
    assert lines["与此前告知一致"] == "发行价格 104.66元/股，第 2 页"
    assert "发行价格" not in lines


def test_a_bulletin_with_nothing_new_is_learned_quietly(store: Store) -> None:
    """No second alert for one fact."""
    issuer_id = known(store)
    with store.database.write() as session:
        add(session, issuer_id, event(EventKind.OFFER_PRICE_SET, PRICE))
        assert compared_with_told(session, event(EventKind.FIGURES_READ, PRICE), issuer_id).baseline
        # What was only expected is news once it is stated.
        add(session, issuer_id, event(EventKind.FIGURES_READ, replace(NET, qualifier="预计"), name="2"))
        assert not compared_with_told(session, event(EventKind.FIGURES_READ, NET), issuer_id).baseline


def test_a_price_told_otherwise_before_is_named_with_both(store: Store) -> None:
    """List and document disagree: the alert says so, it picks neither silently."""
    issuer_id = known(store)
    with store.database.write() as session:
        add(session, issuer_id, event(EventKind.OFFER_PRICE_SET, PRICE))
        other = replace(PRICE, amount=Decimal("106.46"), as_printed="106.46元/股", page=2)
        told = compared_with_told(session, event(EventKind.FIGURES_READ, other), issuer_id)
    assert told.details["told_otherwise"] == "offer_price=104.66元/股"
    assert not told.baseline
    lines = {fact.label: fact.value for fact in render(told, "en").facts}
    assert lines["Check"] == "offer price was told before as 104.66元/股, which differs from this document"


def test_a_price_told_twice_otherwise_is_never_repeated_quietly(store: Store) -> None:
    """List, then a document that differs, then the first value again: it contradicts what was told last."""
    issuer_id = known(store)
    other = replace(PRICE, amount=Decimal("106.46"), as_printed="106.46元/股", page=2)
    with store.database.write() as session:
        add(session, issuer_id, event(EventKind.OFFER_PRICE_SET, PRICE))
        add(session, issuer_id, event(EventKind.FIGURES_READ, other, name="2"))
        told = compared_with_told(session, event(EventKind.FIGURES_READ, PRICE, name="3"), issuer_id)
    assert told.details["told_otherwise"] == "offer_price=106.46元/股"
    assert "told_before" not in told.details
    assert not told.baseline


def test_the_listing_takes_net_proceeds_from_the_document_that_states_them(store: Store) -> None:
    """Stated goes before expected, whatever is newer; each names its document and page."""
    issuer_id = known(store)
    with store.database.write() as session:
        document(session, issuer_id, "listing_notice", ("net", "3899311000", None), day=3)
        document(session, issuer_id, "offering_notice", ("net", "3899000000", "预计"), day=5)
        (row,) = add(session, issuer_id, event(EventKind.LISTED, PRICE, GROSS))
        told = eventlog.to_event(row)
    lines = {fact.label: fact.value for fact in render(told, "zh").facts}
    assert lines["募集资金净额"] == "3899311000元（= 38.99311 亿元）（上市公告书，第 3 页）"
    assert told.details["document_url"] == "https://www.sse.com.cn/listing_notice.pdf"


def test_a_document_that_contradicts_the_list_lends_nothing(store: Store) -> None:
    """Its gross is not the list's gross: its net is not shown beside it."""
    issuer_id = known(store)
    with store.database.write() as session:
        document(
            session, issuer_id, "listing_notice", ("gross", "41968660000", None), ("net", "38993110000", None)
        )
        (row,) = add(session, issuer_id, event(EventKind.LISTED, PRICE, GROSS))
        told = eventlog.to_event(row)
    assert {figure.kind for figure in told.figures} == {"offer_price", "gross_proceeds"}
    assert "document_url" not in told.details


def test_a_document_that_prints_the_list_s_gross_finer_contradicts_nothing(store: Store) -> None:
    """The list rounds to the yuan, the notice prints the fen: one value, its net is lent, nothing differs."""
    issuer_id = known(store)
    price = replace(PRICE, amount=Decimal("61.36"), as_printed="61.3600元/股")
    gross = replace(GROSS, amount=Decimal("1533243861.00"), as_printed="153324.3861万元")
    finer = replace(GROSS, amount=Decimal("1533243860.72"), as_printed="1,533,243,860.72元", page=3)
    with store.database.write() as session:
        add(session, issuer_id, event(EventKind.ISSUE_RESULT, price, gross, name="0"))
        told = compared_with_told(session, event(EventKind.FIGURES_READ, finer, NET), issuer_id)
        assert told.details["told_before"] == "gross_proceeds"
        assert "told_otherwise" not in told.details
        slip = replace(finer, amount=Decimal("1533244960.72"), as_printed="1,533,244,960.72元")
        told = compared_with_told(session, event(EventKind.FIGURES_READ, slip), issuer_id)
        assert told.details["told_otherwise"] == "gross_proceeds=153324.3861万元"
        document(
            session,
            issuer_id,
            "listing_notice",
            ("gross", "1533243860.72", None),
            ("net", "1400000000", None),
        )
        (row,) = add(session, issuer_id, event(EventKind.LISTED, price, gross))
        lent = eventlog.to_event(row)
    assert {figure.kind for figure in lent.figures} == {"offer_price", "gross_proceeds", "net_proceeds"}


def test_a_price_is_exact_whatever_its_decimals(store: Store) -> None:
    """10.5 yuan is not 10.46 yuan told in rounder words."""
    issuer_id = known(store)
    with store.database.write() as session:
        told = replace(PRICE, amount=Decimal("10.46"), as_printed="10.46元/股")
        add(session, issuer_id, event(EventKind.OFFER_PRICE_SET, told))
        other = replace(PRICE, amount=Decimal("10.5"), as_printed="10.5元/股")
        read = compared_with_told(session, event(EventKind.FIGURES_READ, other), issuer_id)
    assert read.details["told_otherwise"] == "offer_price=10.46元/股"

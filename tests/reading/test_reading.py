"""Documents of AI-chip issuers are fetched, read and told, through real fetcher, files, process and store."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.render import render
from monitor.documents.reader import Parcel, read_document
from monitor.domain.errors import DecodeError, StoreError, StoreGone
from monitor.domain.records import DocumentType
from monitor.reading import ReadingRules
from monitor.store.figures import FAILED, FETCHED, READ, WAITING, FiguresStore
from tests.documents.made import MOORE
from tests.reading.drafts import pdf
from tests.scrapers.loopback import answer

JULY = datetime(2026, 7, 10, 10, 30, tzinfo=UTC)
PDF = "Content-Type: application/pdf"
Open = Callable[..., Any]


def told(event: Any, language: str = "zh") -> dict[str, str]:
    message = render(event, language, trusted_hosts=("127.0.0.1",))  # type: ignore[arg-type]
    return {"headline": message.headline} | {fact.label: fact.value for fact in message.facts}


async def test_the_first_draft_tells_plan_projects_accounts_and_standard_with_their_pages(
    open_shop: Open,
) -> None:
    """A first draft makes one alert with every figure and its page, and the issuer's business is kept."""
    async with open_shop() as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        url = shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY, title="招股说明书（申报稿）")
        await shop.steps()
        row = shop.row(url)
        assert (row.state, row.pages, row.document_kind, row.size) == (
            READ, 6, "prospectus_draft", len(pdf("FIRST")),
        )  # fmt: skip
        assert shop.shelf.path(row.sha256).read_bytes() == pdf("FIRST")
        assert shop.alerted[-1:] == ["figures_read"]
        [event] = shop.events("figures_read")
        assert event.details["draft"] == "first"
        assert event.details["grade"] == "ai_chip"
        assert "list_trouble" not in event.details
        lines = told(event)
        assert lines["headline"] == "燧原科技 · 招股说明书（申报稿）：拟募集资金 600,000.00万元（= 60 亿元）"
        assert lines["拟募集资金"] == "600,000.00万元（= 60 亿元），第 6 页"
        assert lines["募资投向 1"] == (
            "第五代人工智能芯片研发及产业化项目 150,300万元（总投资 155,300万元），第 6 页"
        )
        assert lines["募资投向 3"] == "软硬件协同创新项目 330,100万元，第 6 页"
        assert lines["营业收入"] == (
            "2025 年 105,000.00万元；2024 年 72,238.87万元；2023 年 30,105.49万元，第 3 页"
        )
        assert lines["上市标准"] == "第 2.1.2 条第（四）项，第 3 页"
        assert lines["发行股数"] == "不超过4,303.5173 万股，第 2 页"
        link = render(event, "zh", trusted_hosts=("127.0.0.1",)).links[-1]
        assert (link.label, link.url) == ("文件", url)


async def test_the_json_of_a_read_figure_has_yuan_page_and_quote(open_shop: Open) -> None:
    """A stored figure's amount is an exact decimal in yuan, beside its page, period and quote."""
    async with open_shop() as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY)
        await shop.steps()
        [event] = shop.events("figures_read")
        by_kind = {figure.kind: figure for figure in event.figures}
        planned, loss = by_kind["planned_proceeds"], by_kind["net_profit"]
        assert f"{planned.amount:f}" == "6000000000.00"
        assert planned.page == 6
        assert "合计" in planned.quote
        assert (f"{loss.amount:f}", loss.period) == ("-1665102000.00", "2023")


async def test_a_newer_draft_makes_one_alert_of_what_changed(open_shop: Open) -> None:
    """A later draft with another plan is one alert: before and after, each with its page."""
    async with open_shop(planned="55") as shop:
        for name, kind, day in (
            ("first", DocumentType.PROSPECTUS_DRAFT, 0),
            ("second", DocumentType.PROSPECTUS_REGISTRATION, 1),
        ):
            shop.files[f"{name}.pdf"] = answer(pdf(name.upper()), PDF)
            shop.disclose(name, kind, JULY + timedelta(days=day))
        await shop.steps()
        # The first draft differs from the list of today, which is no fault of the first draft.
        assert all("list_trouble" not in event.details for event in shop.events("figures_read"))
        assert [event.details["draft"] for event in shop.events("figures_read")] == ["first", "later"]
        [event] = shop.events("draft_changed")
        lines = told(event)
        assert lines["headline"] == (
            "燧原科技 · 招股说明书（注册稿）：拟募集资金 600,000.00万元 → 550,000.00万元"
        )
        assert lines["对比"] == "招股说明书（申报稿） 2026-07-10"
        assert lines["拟募集资金"] == "600,000.00万元，第 6 页 → 550,000.00万元，第 6 页"
        assert lines["募资投向·软硬件协同创新项目"] == "330,100万元，第 6 页 → 280,100万元，第 6 页"
        assert event.details["changes"] == 2
        english = told(event, "en")
        assert english["Planned proceeds"] == "600,000.00万元, p. 6 → 550,000.00万元, p. 6"


async def test_the_decision_tells_its_number(open_shop: Open) -> None:
    """证监许可〔2026〕1612号 is read from the decision and told with the page."""
    async with open_shop() as shop:
        shop.files["decision.pdf"] = answer(pdf("DECISION"), PDF)
        shop.disclose("decision", DocumentType.REGISTRATION_DECISION, JULY, title="注册的批复")
        await shop.steps()
        [event] = shop.events("registration_number")
        assert told(event)["headline"] == "燧原科技 · 注册批复文号：证监许可〔2026〕1612号"
        assert told(event)["批复文号"] == "证监许可〔2026〕1612号，第 1 页"
        assert shop.events("figures_read", "operator_notice") == []


@pytest.mark.parametrize(
    ("planned", "key", "words"),
    [
        ("58.5", "核对", "项目列表印 58.5亿元，与文件不一致"),
        ("600", "未列示", "拟募集资金：文件印 600,000.00万元，第 6 页；项目列表印 600亿元，相差十的倍数"),
    ],
)
async def test_a_plan_unlike_the_list_is_flagged_and_one_off_by_ten_is_withheld(
    open_shop: Open, planned: str, key: str, words: str
) -> None:
    """The document's plan is shown beside a list that differs, and not shown when they differ tenfold."""
    async with open_shop(planned=planned) as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY)
        await shop.steps()
        [event] = shop.events("figures_read")
        lines = told(event)
        assert lines[key] == words
        assert ("拟募集资金" in lines, "募资投向 1" in lines) == (planned == "58.5", planned == "58.5")
        assert "2025 年 105,000.00万元" in lines["营业收入"]


async def test_a_document_of_another_company_yields_no_figure_and_a_notice(open_shop: Open) -> None:
    """What another company plans is never told as ours; operators hear that nothing could be read."""
    async with open_shop(issuer=MOORE, short="摩尔线程") as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY)
        await shop.steps()
        assert shop.events("figures_read", "draft_changed") == []
        [notice] = shop.events("operator_notice")
        assert "another_company: document names 上海燧原科技股份有限公司" in notice.reason


async def test_history_is_read_quietly(open_shop: Open) -> None:
    """A document known for days before it is queued is read without an alert."""
    async with open_shop() as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY)
        shop.clock.advance(4 * 86_400)
        await shop.steps()
        [event] = shop.events("figures_read")
        assert event.baseline
        assert "figures_read" not in shop.alerted


async def test_documents_of_other_trades_are_left_alone(open_shop: Open) -> None:
    """A paper mill's prospectus is neither queued nor fetched."""
    async with open_shop(issuer="示例纸业股份有限公司", short="示例纸业") as shop:
        shop.disclose("paper", DocumentType.PROSPECTUS_DRAFT, JULY)
        assert await shop.steps() == 0
        assert shop.figures.counts() == {}
        assert shop.server.heads == []


async def test_no_document_is_asked_for_while_a_poll_is_due(open_shop: Open) -> None:
    """The job waits for an idle source; what is fetched already is read all the same."""
    async with open_shop() as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        url = shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY)
        shop.idle = False
        assert await shop.steps() == 0
        assert shop.server.heads == []
        shop.idle = True
        assert await shop.job.step()
        assert shop.row(url).state == FETCHED
        shop.idle = False
        await shop.steps()
        assert shop.row(url).state == READ


async def test_a_restart_between_fetch_and_reading_fetches_nothing_again(open_shop: Open) -> None:
    """What lies on the shelf is read by the next process; reading it twice tells nothing twice."""
    async with open_shop() as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        url = shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY)
        await shop.job.step()
        shop.job.figures = FiguresStore(shop.database, lambda _s, _r: None, lambda _: False)
        await shop.steps()
        assert shop.row(url).state == READ
        assert len(shop.server.heads) == 1
        with shop.database.write() as session:
            row = shop.row(url)
            row.state = FETCHED
            session.merge(row)
        await shop.steps()
        assert len(shop.events("figures_read")) == 1
        assert len([figure for figure in shop.figures.figures(url) if figure.kind == "planned"]) == 1


async def test_a_file_gone_from_the_shelf_is_fetched_again(open_shop: Open) -> None:
    """A pruned document that was not read yet comes from the exchange once more."""
    async with open_shop() as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        url = shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY)
        await shop.job.step()
        shop.shelf.drop(shop.row(url).sha256)
        await shop.steps()
        assert shop.row(url).state == READ
        assert len(shop.server.heads) == 2


@pytest.mark.parametrize(
    ("content", "tries"),
    [
        (answer(b"nothing here", status="404 Not Found"), 5),
        (answer(b"<html><title>x</title></html>", "Content-Type: text/html"), 5),
        (answer(b"%PDF-1.7 torn", PDF), 5),
        (answer(b"busy", status="503 Service Unavailable"), 20),
    ],
    ids=["missing", "a page instead", "broken", "host in trouble"],
)
async def test_a_document_that_cannot_be_had_is_given_up_with_a_notice(
    open_shop: Open, content: bytes, tries: int
) -> None:
    """It is tried again later and later, then operators hear its address; other documents come meanwhile."""
    async with open_shop() as shop:
        shop.files["first.pdf"], shop.files["decision.pdf"] = content, answer(pdf("DECISION"), PDF)
        url = shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY)
        other = shop.disclose("decision", DocumentType.REGISTRATION_DECISION, JULY + timedelta(minutes=1))
        await shop.steps()
        assert shop.row(url).state == WAITING
        assert shop.row(url).not_before > shop.clock.now()
        # A host in trouble is left alone altogether for a while.
        assert shop.row(other).state == (READ if tries == 5 else WAITING)
        for _ in range(25):
            shop.clock.advance(6 * 3600 + 400)
            await shop.steps()
        row = shop.row(url)
        assert (row.state, row.attempts) == (FAILED, tries)
        [notice] = shop.events("operator_notice")
        assert url in notice.reason
        assert f"given up after {tries} tries" in notice.reason
        assert shop.row(other).state == READ


async def test_the_hourly_limit_holds_and_leaves_room_for_news(open_shop: Open) -> None:
    """With four documents an hour, history takes three and news the fourth; the rest waits for its hour."""
    read: list[str] = []

    async def note(path: Path, *, issuer: str, title: str, decision: bool) -> Parcel:
        read.append(title)
        raise DecodeError("not to be read here")

    async with open_shop(rules=ReadingRules(max_per_hour=4), read=note) as shop:
        for at in range(5):
            shop.files[f"old{at}.pdf"] = answer(b"%PDF-1.7 old" + bytes([48 + at]), PDF)
            shop.disclose(f"old{at}", DocumentType.REGISTRATION_DECISION, JULY + timedelta(minutes=at))
        shop.clock.advance(4 * 86_400)
        for name in ("new0", "new1"):
            shop.files[f"{name}.pdf"] = answer(b"%PDF-1.7 " + name.encode(), PDF)
        await shop.job.step()
        await shop.steps()
        assert read == ["old4", "old3", "old2"]
        shop.disclose("new0", DocumentType.REGISTRATION_DECISION, shop.clock.now())
        shop.disclose("new1", DocumentType.REGISTRATION_DECISION, shop.clock.now() + timedelta(minutes=1))
        await shop.steps()
        assert read == ["old4", "old3", "old2", "new0"]


async def test_drain_reads_what_is_queued_and_stops_at_its_bound(open_shop: Open) -> None:
    """`once` reads what waits although polls are always due then, and no more than it was told."""
    async with open_shop() as shop:
        for name in ("FIRST", "DECISION"):
            shop.files[f"{name}.pdf"] = answer(pdf(name), PDF)
            shop.disclose(name, DocumentType.REGISTRATION_DECISION, JULY)
        shop.idle = False
        assert await shop.job.drain(1) == 1
        assert shop.figures.counts() == {READ: 1, WAITING: 1}
        assert await shop.job.drain(5) == 1


async def _until(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never happened")


async def test_a_fault_of_ours_rests_the_reading_for_an_hour_and_ends_nothing(open_shop: Open) -> None:
    """An error nobody foresaw is logged; an hour later the same document is tried again."""
    faults = [ZeroDivisionError("ours")]

    async def stumble(path: Path, *, issuer: str, title: str, decision: bool) -> Parcel:
        if faults:
            raise faults.pop()
        return await read_document(path, issuer=issuer, title=title, decision=decision)

    async with open_shop(read=stumble) as shop:
        shop.files["first.pdf"] = answer(pdf("FIRST"), PDF)
        url = shop.disclose("first", DocumentType.PROSPECTUS_DRAFT, JULY)
        running = asyncio.create_task(shop.job.run())
        await _until(lambda: shop.figures.counts().get(READ) == 1)
        running.cancel()
        await asyncio.wait({running})
        assert 3600.0 in shop.clock.slept
        assert shop.row(url).attempts == 0


async def test_a_failing_store_is_reported_and_waited_for_and_a_lost_one_ends_the_job(
    open_shop: Open,
) -> None:
    """The disk's trouble is told to the guard and tried again; a store that is gone is raised."""
    async with open_shop() as shop:
        troubles: list[StoreError] = [StoreGone("moved"), StoreError("full")]
        told: list[StoreError] = []

        def enqueue(_: datetime) -> int:
            raise troubles.pop()

        shop.figures.enqueue = enqueue
        shop.job.store_fails = told.append
        with pytest.raises(StoreGone):
            await shop.job.run()
        assert [str(error) for error in told] == ["full"]
        assert shop.clock.slept == [30.0]


async def test_ending_the_job_ends_the_reader_it_waits_for(open_shop: Open, tmp_path: Path) -> None:
    """A cancelled reading leaves no process behind."""
    path = tmp_path / "slow.pdf"
    os.mkfifo(path)  # opening it waits for a writer that never comes
    reading = asyncio.create_task(read_document(path, issuer="", title="", decision=False))
    await _until(lambda: bool(_readers_of(path)))
    reading.cancel()
    await asyncio.wait({reading})
    assert reading.cancelled()
    assert _readers_of(path) == []


def _readers_of(path: Path) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes()
        except OSError:  # it ended while we looked
            continue
        if str(path).encode() in words and b"monitor.documents.reader" in words:
            found.append(entry.parent.name)
    return found

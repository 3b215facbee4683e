"""The job that reads: after the polls, at its own pace, through restarts, faults and files never had."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.documents.reader import Parcel, read_document
from monitor.domain.errors import DecodeError, StoreError, StoreGone
from monitor.domain.records import DocumentType
from monitor.reading import ReadingRules
from monitor.store.figures import FAILED, FETCHED, READ, WAITING, FiguresStore
from tests.reading.drafts import pdf
from tests.scrapers.loopback import answer

JULY = datetime(2026, 7, 10, 10, 30, tzinfo=UTC)
PDF = "Content-Type: application/pdf"
Open = Callable[..., Any]


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

"""What hangs or dies is built anew, told, and the second time the process ends for the service manager."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.errors import StoreError, Unrecoverable
from monitor.domain.events import EventKind
from monitor.notify import Notifier
from tests.pipeline.life import life


async def test_a_hanging_source_is_rebuilt_told_and_recovers_while_the_other_goes_on(tmp_path: Path) -> None:
    async with life(tmp_path) as day:
        day.start()
        await day.live(120)
        star, other = day.sources["sse_star"], day.sources["csrc_tutoring"]
        star.mood = "hang once"
        before, polled = day.clock.monotonic(), other.polls
        while not day.told(EventKind.SOURCE_TROUBLE):
            await day.live(5)
            assert day.clock.monotonic() - before < 3600
        # The poll begins up to one interval later, and a tick passes until it is noticed.
        interval = day.app.turns[0].rota.interval(day.clock.now())
        assert day.clock.monotonic() - before <= 4 * interval + 60 + 20
        assert day.told(EventKind.SOURCE_TROUBLE) == ["sse_star wedged"]
        await day.live(2000, step=20)
        assert other.polls > polled


async def test_a_source_that_hangs_again_ends_the_process_for_the_service_manager(tmp_path: Path) -> None:
    async with life(tmp_path) as day:
        day.start()
        await day.live(10)
        day.sources["sse_star"].mood = "hang"
        await day.live(4 * 3600, step=20)
        assert day.task is not None
        assert day.task.done()
        with pytest.raises(Unrecoverable, match="sse_star hung 2 times"):
            day.task.result()


async def test_a_rebuilt_source_that_answers_is_well_again_and_the_end_of_trouble_is_told(
    tmp_path: Path,
) -> None:
    async with life(tmp_path) as day:
        day.start()
        await day.live(10)
        star = day.sources["sse_star"]
        star.mood = "hang once"
        await day.live(1500, step=20)
        assert day.told(EventKind.SOURCE_TROUBLE) == ["sse_star wedged"]
        assert day.told(EventKind.SOURCE_RECOVERED) == ["sse_star wedged"]
        assert day.task is not None
        assert not day.task.done()


async def test_a_bug_in_a_poll_is_told_at_the_third_and_never_stops_the_source(tmp_path: Path) -> None:
    async with life(tmp_path) as day:
        day.start()
        await day.live(10)
        star = day.sources["sse_star"]
        star.mood, failed_from = "bug", star.started
        await day.live(900, step=20)
        assert star.started - failed_from >= 3
        assert day.told(EventKind.SOURCE_TROUBLE) == ["sse_star fault"]
        star.mood = "well"
        await day.live(1500, step=30)
        assert day.told(EventKind.SOURCE_RECOVERED) == ["sse_star fault"]
        assert day.task is not None
        assert not day.task.done()


async def test_while_our_disk_fails_no_host_is_asked_and_what_was_due_follows_within_a_minute(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with life(tmp_path) as day:
        day.start()
        await day.live(10)
        star = day.sources["sse_star"]
        database = day.app.database
        probes = []

        def refuse() -> None:
            probes.append(day.clock.monotonic())
            raise StoreError("database: database or disk is full (the test's)")

        database.probe = refuse  # type: ignore[method-assign]
        star.mood = "disk"
        await day.live(3600, step=20)
        asked = star.started
        await day.live(1200, step=20)
        assert star.started == asked, "the host was asked although nothing could be kept"
        assert len(probes) > 10
        assert [record.levelname for record in caplog.records if "the store fails" in record.message].count(
            "CRITICAL"
        ) <= 2
        del database.probe  # the disk has room again
        star.mood = "well"
        polls = star.polls
        await day.live(60)
        assert star.polls > polls
        await day.live(10)
        assert day.told(EventKind.SOURCE_TROUBLE) == []
        assert len(day.told(EventKind.OPERATOR_NOTICE)) == 1


async def test_a_delivery_that_dies_is_built_anew_and_given_up_after_the_fourth_death(tmp_path: Path) -> None:
    async with life(tmp_path) as day:
        day.start()
        await day.live(10)
        born = [day.app.delivery]
        build_one = day.app.new_delivery

        def dying() -> Any:
            delivery = build_one()
            born.append(delivery)

            async def die() -> None:
                raise RuntimeError("a bug in the delivery")

            delivery.run = die  # type: ignore[method-assign]
            return delivery

        day.app.new_delivery = dying
        first = day.app.supervisor
        assert first is not None
        first._tasks["delivery"].cancel()
        await day.live(120)
        assert day.task is not None
        assert len(born) == 4
        assert day.task.done()
        with pytest.raises(Unrecoverable, match="delivery died 4 times"):
            day.task.result()


async def test_a_new_delivery_hears_of_what_is_committed(tmp_path: Path) -> None:
    async with life(tmp_path) as day:
        day.start()
        await day.live(10)
        old = day.app.delivery
        assert day.app.supervisor is not None
        day.app.supervisor._tasks["delivery"].cancel()
        await day.live(30)
        assert day.app.delivery is not old
        poked = []
        day.app.delivery.poke = lambda: poked.append(True)  # type: ignore[method-assign]
        day.app.turns[0].poller._on_commit()
        assert poked == [True]


@pytest.mark.parametrize("step", [-86_400.0, -3_600.0, 3_600.0, 86_400.0])
async def test_a_stepped_wall_clock_changes_the_number_of_polls_by_none(tmp_path: Path, step: float) -> None:
    async def polls(with_step: bool) -> int:
        folder = tmp_path / str(with_step)
        folder.mkdir()
        async with life(folder) as day:
            day.start()
            await day.live(120, step=20)
            before = day.sources["sse_star"].polls
            if with_step:
                day.clock.step_wall(step)
            await day.live(1200, step=20)
            assert day.task is not None
            assert not day.task.done()
            return day.sources["sse_star"].polls - before

    there, here = await polls(True), await polls(False)
    # An hour's step may leave or enter the quick window; no step may silence or hurry the polls beyond it.
    assert here - 17 <= there <= here + 17
    assert there >= 3  # of four: the last may still be under way


async def test_a_silent_scheduler_is_noticed_and_replaced_by_our_own_pokes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with life(tmp_path) as day:
        day.start()
        await day.live(10)
        assert day.app.supervisor is not None
        pokes = day.app.supervisor._pokes
        assert pokes is not None
        pokes.scheduler.pause()
        rung: list[str] = []
        event = pokes.events["sse_star"]
        plain = event.set

        def ring() -> None:
            rung.append("sse_star")
            plain()

        event.set = ring  # type: ignore[method-assign]
        await day.live(400)
        assert rung
        assert [record.message for record in caplog.records if "the scheduler fell silent" in record.message]


async def test_the_service_manager_hears_ready_then_beats_from_the_loop_then_stopping(tmp_path: Path) -> None:
    path = str(tmp_path / "notify")
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(path)
    manager.setblocking(False)
    async with life(tmp_path) as day:
        notifier = Notifier.from_environ({"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "90000000"}, 1)
        assert notifier.watchdog == 90.0
        day.start(notifier)
        heard = []
        for _ in range(60):
            await day.live(5)
            heard += _datagrams(manager)
        beats = [words for words in heard if words.startswith("WATCHDOG=1")]
        assert heard[0] == "READY=1"
        assert len(beats) >= 300 / 30
        assert "3 of 3 sources" in beats[-1] or "2 of 2 sources" in beats[-1]
        day.app.stop()
        await day.live(40, step=1)
    assert "STOPPING=1" in _datagrams(manager)
    manager.close()


def _datagrams(manager: socket.socket) -> list[str]:
    found = []
    while True:
        try:
            found.append(manager.recv(4096).decode())
        except BlockingIOError:
            return found


def test_without_a_manager_nothing_is_sent_and_nothing_breaks() -> None:
    Notifier.from_environ({}, 1).ready()
    assert Notifier.from_environ({"WATCHDOG_USEC": "5000000", "WATCHDOG_PID": "7"}, 1).watchdog is None
    Notifier("/nowhere/at/all").beat()

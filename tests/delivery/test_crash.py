"""Dying at every failpoint, in turn: nothing lost, no second copy without its mark."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.contract import RetryLater
from monitor import failpoints
from monitor.domain.errors import ConfigError, StoreError
from monitor.failpoints import FailpointReached
from tests.delivery.kit import Answer, World, milestone

AFTER_INTENT = {failpoints.INTENT, failpoints.BEFORE_SEND, failpoints.AFTER_SEND, failpoints.BEFORE_SETTLE}


async def _until_dead(world: World) -> None:
    try:
        await world.until(lambda: world.task is not None and world.task.done())
    except FailpointReached:
        pass


@pytest.mark.parametrize("visit", [1, 2, 3])
@pytest.mark.parametrize("name", sorted(failpoints.DELIVERY - {failpoints.STAGED}))
async def test_no_alert_is_lost_or_repeated_unmarked_wherever_we_die(
    world: World, name: str, visit: int
) -> None:
    """Die at the k-th visit of a point, start again: each of twelve alerts seen, once or marked."""
    addresses = ("7", "8", "-9")
    for address in addresses:
        world.chat(address)
    world.publish(*[milestone(number) for number in range(1, 5)])
    failpoints.install(f"{name}:{visit}:raise")
    world.start()
    if name == failpoints.RECOVERED and visit > 1:  # visited once a start
        for _ in range(visit - 1):
            await world.until(world.all_sent)
            await world.stop()
            world.start()
    await _until_dead(world)
    failpoints.disarm()
    world.start()
    await world.until(world.all_sent)
    for address in addresses:
        for number in range(1, 5):
            copies = [text for text in world.channel.seen(address) if f"event {number}" in text]
            assert copies
            assert sum("重复" not in text for text in copies) <= 1
            if name not in AFTER_INTENT:
                assert len(copies) == 1


async def test_a_crash_before_the_commit_of_the_events_leaves_neither_event_nor_debt(world: World) -> None:
    """Events and what they owe live or die together."""
    world.chat("7")
    failpoints.install(f"{failpoints.STAGED}:1:raise")
    with pytest.raises(FailpointReached):
        world.publish(milestone(1))
    assert world.rows() == []
    world.publish(milestone(1))
    assert world.states() == ["pending"]


def test_a_failpoint_that_does_not_exist_is_refused_by_name() -> None:
    """Every word of a wrong specification is named at once."""
    with pytest.raises(ConfigError) as caught:
        failpoints.install("nowhere:0:melt")
    assert len(caught.value.problems) == 3
    failpoints.failpoint(failpoints.INTENT)  # nothing is armed


async def test_what_was_under_way_is_taken_as_unanswered_after_a_restart(world: World) -> None:
    """Killed with a message on its way: a marked copy follows, the settle time after its intent."""
    world.chat("7")
    world.channel.says("7", Answer(outcome=RetryLater(why="-", ambiguous=True), seen=True, takes=1000))
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: world.states() == ["sending"])
    intent_at = world.rows()[0].intent_at
    await world.idle(5)
    await world.kill()
    world.start()
    await world.until(world.all_sent)
    assert "重复" in world.channel.sent[-1].text
    assert intent_at is not None
    assert world.clock.now() - intent_at >= timedelta(seconds=30)


async def test_stop_waits_for_a_short_send_and_writes_it_down(world: World) -> None:
    """A clean stop leaves nothing in doubt when the service answers within the grace."""
    world.chat("7")
    world.channel.latency = 2.0
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: world.states() == ["sending"])
    await world.stop()
    assert world.states() == ["sent"]


async def test_stop_leaves_a_hanging_send_in_doubt_within_seconds(world: World) -> None:
    """A service that never answers cannot hold the daemon: out after the grace, the row stays `sending`."""
    world.chat("7")
    world.channel.latency = 600.0
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: world.states() == ["sending"])
    before = world.clock.monotonic()
    await world.stop()
    assert world.clock.monotonic() - before <= 5.1
    assert world.states() == ["sending"]


async def test_nothing_is_sent_while_the_intent_cannot_be_written(world: World) -> None:
    """A full disk stops sending, without a busy loop, and sending goes on by itself afterwards."""
    world.chat("7")
    delivery = world.start()
    await world.idle(1)
    calls = 0

    def fails() -> None:
        nonlocal calls
        calls += 1
        raise StoreError("disk full")

    world.publish(milestone(1))
    world.store_fails = fails
    await world.idle(60)
    assert world.channel.sent == []
    assert delivery.storage_trouble == "disk full"
    assert calls <= 62
    world.store_fails = None
    await world.until(world.all_sent, within=2)
    assert delivery.storage_trouble == ""


async def test_an_outcome_waits_in_memory_while_the_disk_fails(world: World) -> None:
    """A send that cannot be written down is not repeated: its outcome is kept and written when it can be."""
    world.chat("7")

    def fails() -> None:
        raise StoreError("disk full")

    world.channel.before_send = lambda address, payload: setattr(world, "store_fails", fails)
    world.start()
    world.publish(milestone(1), milestone(2))
    await world.until(lambda: len(world.channel.sent) == 1)
    await world.idle(300)
    assert len(world.channel.sent) == 1
    world.channel.before_send = None
    world.store_fails = None
    await world.until(world.all_sent, within=2)
    assert len(world.channel.sent) == 2
    assert not any("重复" in text for text in world.channel.seen("7"))


async def test_an_intent_whose_commit_only_seemed_to_fail_is_taken_back(world: World) -> None:
    """The commit happened though an error was reported: nothing left, so the alert goes out unmarked."""
    world.chat("7")
    world.start()
    await world.idle(1)
    original = world.run_in_store
    failed: list[bool] = []

    async def treacherous(fn):  # type: ignore[no-untyped-def]
        result = await original(fn)
        if not failed and world.states() == ["sending"]:
            failed.append(True)
            raise StoreError("commit: no answer")
        return result

    world.delivery._run_in_store = treacherous  # type: ignore[union-attr]
    world.publish(milestone(1))
    await world.until(world.all_sent)
    assert failed
    assert [("重复" in text) for text in world.channel.seen("7")] == [False]


@pytest.mark.parametrize("hours", [-24, 24])
async def test_a_stepped_wall_clock_neither_delays_nor_hurries_a_retry(world: World, hours: int) -> None:
    """The operator steps the clock by a day: a wait of 600 s stays a wait of 600 s."""
    world.chat("7")
    world.channel.says("7", RetryLater(why="429", after=timedelta(seconds=600)))
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: bool(world.rows()[0].last_error))
    await world.idle(100)
    world.clock.step_wall(hours * 3600)
    world.publish(milestone(2, world.clock.now()))
    await world.until(world.all_sent)
    times = [sent.at for sent in world.channel.sent]
    assert 600 <= times[1] - times[0] <= 601

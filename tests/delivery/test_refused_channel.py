"""A channel whose service refuses us altogether is asked again ever more seldom, told once and ended once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete

from alerts.contract import Delivered, Rejected, RetryLater
from alerts.message import Message
from monitor.domain.events import Event, EventKind
from monitor.halts import FIRST, LONGEST, Halts
from monitor.store.tables import DeliveryRow
from tests.delivery import kit
from tests.delivery.kit import JumpClock, ScriptedChannel, World, milestone

REFUSED = Rejected(why="Unauthorized", scope="channel")


def _notices(world: World) -> list[str]:
    return [row.title for row in world.events(EventKind.OPERATOR_NOTICE) if "channel" in row.title]


def _world(world: World) -> World:
    world.others["console"] = ScriptedChannel(world.clock, name="console")
    world.chat("screen", channel="console", operator=True)
    for address in ("7", "8", "9"):
        world.chat(address)
    return world


async def test_it_is_asked_again_with_one_message_after_15_minutes_and_all_follows_when_it_works(
    world: World,
) -> None:
    """Three chats wait; one of them asks; its answer frees the others at once."""
    _world(world)
    for address in ("7", "8", "9"):
        world.channel.says(address, REFUSED)
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: len(world.channel.sent) == 3)
    await world.idle(FIRST - 30)
    assert len(world.channel.sent) == 3
    await world.until(world.all_sent, within=60)
    assert [len(world.channel.seen(address)) for address in ("7", "8", "9")] == [1, 1, 1]
    assert _notices(world) == [
        "channel telegram stopped: tried again in 15 min, then more and more seldom",
        "channel telegram works again",
    ]
    assert any("works again" in text for text in world.others["console"].seen("screen"))


async def test_a_token_that_stays_refused_costs_a_handful_of_requests_a_day_and_one_alarm(
    world: World,
) -> None:
    """15 min, 30 min, 1 h, 2 h, 4 h, then every 6 h: eight tries in the first day after the first."""
    _world(world)
    world.channel.says("7", *[REFUSED] * 99)
    world.channel.says("8", *[REFUSED] * 99)
    world.channel.says("9", *[REFUSED] * 99)
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: len(world.channel.sent) == 3)
    await world.idle(24 * 3600)
    waits = [FIRST * 2**number for number in range(5)]
    assert len(world.channel.sent) - 3 == len(waits) + int((24 * 3600 - sum(waits)) // LONGEST)
    assert len(_notices(world)) == 1


async def test_a_new_start_asks_at_once_and_neither_repeats_the_alarm_nor_forgets_its_end(
    world: World,
) -> None:
    """A restart is how an operator brings a new token; a crash loop must not tell the trouble each time."""
    _world(world)
    world.channel.says("7", *[REFUSED] * 3)
    world.channel.says("8", REFUSED)
    world.channel.says("9", REFUSED)
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: len(world.channel.sent) == 3)
    for tries in (4, 5):
        await world.stop()
        world.start()
        await world.until(lambda count=tries: len(world.channel.sent) == count, within=60)  # type: ignore[misc]
    assert len(_notices(world)) == 1
    await world.stop()
    world.start()
    await world.until(world.all_sent, within=60)
    assert _notices(world)[1:] == ["channel telegram works again"]


def test_no_connection_says_nothing_about_a_refusal_and_a_wish_to_wait_ends_it() -> None:
    """Only an answer of the service itself shows that it knows us."""
    clock = JumpClock()
    halts = Halts(clock)
    assert halts.hear("a", REFUSED) == "refused"
    assert halts.hear("a", REFUSED) == "", "two sends under way together are one refusal"
    assert not halts.takes("a")
    assert halts.takes("b")
    clock.advance(FIRST)
    halts.asks("a")
    assert not halts.takes("a"), "one message asks at a time"
    assert halts.hear("a", RetryLater(why="connection refused")) == ""
    assert FIRST - 1 <= halts.until_next(10 * FIRST) <= FIRST
    clock.advance(FIRST)
    halts.asks("a")
    assert halts.hear("a", RetryLater(why="flood", after=timedelta(seconds=3))) == "works"
    assert halts.takes("a")
    assert halts.hear("a", Delivered(receipt="1")) == ""


async def test_a_refused_channel_is_asked_again_after_a_message_that_cannot_be_composed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one message that was to ask never left: the next one asks, and the channel is not lost."""
    original = kit.render

    def broken(event: Event, language: str) -> Message:
        if event.title == "event 2":
            raise AttributeError("no such field")
        return original(event, language)

    monkeypatch.setattr(kit, "render", broken)
    world.chat("7")
    world.channel.says("7", REFUSED)
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: len(world.channel.sent) == 1)
    world.write(lambda session: session.exec(delete(DeliveryRow)))
    world.publish(milestone(2), milestone(3))
    await world.until(lambda: world.states("7") == ["poison", "sent"], within=4 * FIRST)

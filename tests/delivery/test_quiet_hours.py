"""Quiet hours hold whatever would be sent within them, however it came to be due there."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, select

from alerts.contract import RetryLater
from alerts.message import Message
from alerts.preferences import Preferences, to_stored
from alerts.stored_message import to_text
from monitor.store import inbound
from monitor.store.tables import ChatRow
from tests.delivery.kit import World, milestone

_NIGHT = to_stored(Preferences(quiet="22:00-07:30", through=False))
_HOUR = 3600.0


async def test_an_alert_put_off_into_quiet_hours_waits_for_their_end(world: World) -> None:
    """Owed at 17:00, told to wait six hours by the service: it comes at 07:30, not at 23:00."""
    world.chat("1", preferences=_NIGHT)
    world.channel.says("1", RetryLater(why="429", after=timedelta(hours=6)))
    world.start()
    world.publish(milestone(1))
    await world.idle(14 * _HOUR)  # until 07:00
    assert world.channel.seen("1") == []
    await world.idle(_HOUR)
    assert len(world.channel.seen("1")) == 1
    assert world.states() == ["sent"]
    await world.stop()


async def test_a_kind_that_breaks_through_is_not_held(world: World) -> None:
    """The same delay for a chat that lets urgent alerts through: it comes as soon as the service takes it."""
    world.chat("1", preferences=to_stored(Preferences(quiet="22:00-07:30", through=True)))
    world.channel.says("1", RetryLater(why="429", after=timedelta(hours=6)))
    world.start()
    world.publish(milestone(1))
    await world.idle(6.1 * _HOUR)
    assert len(world.channel.seen("1")) == 1
    await world.stop()


async def test_an_answer_comes_at_once_however_much_is_held_for_the_morning(world: World) -> None:
    """More held alerts than one look takes in do not hide what is due now."""
    world.clock.advance(6 * _HOUR)  # 23:00
    world.chat("1", preferences=_NIGHT)
    world.start()
    world.publish(*(milestone(number, now=world.clock.now()) for number in range(210)))
    await world.idle(1)

    def answer(session: Session) -> None:
        chat = session.exec(select(ChatRow)).one()
        message = to_text(Message(alert_id="", icon="", headline="status"))
        inbound.owe(session, chat, ("update", 1), "status", message, world.clock.now())

    world.write(answer)
    assert world.delivery is not None
    world.delivery.poke()
    await world.idle(30)
    assert len(world.channel.seen("1")) == 1
    await world.stop()

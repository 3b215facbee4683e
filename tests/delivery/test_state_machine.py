"""Each transition of the outbox, with a scripted channel and a real database."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from alerts.contract import Delivered, Rejected, RetryLater
from monitor.domain.events import EventKind, alert_code
from tests.delivery.kit import START, Answer, World, milestone

LOST = RetryLater(why="no answer", ambiguous=True)
REFUSED = RetryLater(why="connection refused")


async def test_an_event_becomes_one_sent_message(world: World) -> None:
    """A milestone reaches its chat once and is recorded with the service's receipt."""
    world.chat("7")
    world.start()
    world.publish(milestone(1))
    world.channel.says("7", Delivered(receipt="4711"))
    await world.until(world.all_sent)
    assert [row.receipt for row in world.rows()] == ["4711"]
    assert len(world.channel.sent) == 1
    assert "why=审核里程碑" in world.channel.sent[0].text


async def test_the_intent_is_durable_before_the_first_byte(world: World) -> None:
    """When the channel is called, another connection already reads `sending` with its instant."""
    world.chat("7")
    seen = []
    world.channel.before_send = lambda address, payload: seen.append(
        [(row.state, row.intent_at) for row in world.rows()]
    )
    world.start()
    world.publish(milestone(1))
    await world.until(world.all_sent)
    assert seen == [[("sending", START)]]


async def test_a_definite_no_is_retried_without_a_mark(world: World) -> None:
    """A refused connection goes back to pending and is sent again, unmarked, after a growing wait."""
    world.chat("7")
    world.channel.says("7", *[REFUSED] * 6)
    world.start()
    world.publish(milestone(1))
    await world.until(world.all_sent)
    (seen,) = world.channel.seen("7")
    assert "重复" not in seen
    times = [sent.at for sent in world.channel.sent]
    assert all(0 <= later - sooner <= 2**n for n, (sooner, later) in enumerate(pairwise(times)))
    assert times[-1] - times[0] > 2


async def test_the_back_off_never_exceeds_fifteen_minutes(world: World) -> None:
    """However long a service is away, we ask again within the cap."""
    world.chat("7")
    world.channel.says("7", *[REFUSED] * 40)
    world.start()
    world.publish(milestone(1))
    await world.until(world.all_sent)
    times = [sent.at for sent in world.channel.sent]
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert 400 < max(gaps) <= 901
    assert "消息服务曾不可达" in world.channel.seen("7")[0]


async def test_an_unanswered_send_is_repeated_marked_after_the_settle_time(world: World) -> None:
    """No answer means it may have arrived: thirty seconds later a copy goes out that says so."""
    world.chat("7", language="en")
    world.channel.says("7", Answer(outcome=LOST, seen=True))
    world.start()
    event = milestone(1)
    world.publish(event)
    await world.until(lambda: world.states() == ["unresolved"])
    await world.until(world.all_sent)
    first, second = world.channel.sent
    assert second.at - first.at >= 30
    code = alert_code(event.id)
    assert code in first.text
    assert "possible repeat" not in first.text
    assert f"⟳ possible repeat of {code} (attempt 2)" in second.text


async def test_two_unanswered_repeats_park_and_the_operator_hears(world: World) -> None:
    """The third send without an answer is the last; the operator gets a notice, not silence."""
    world.chat("7")
    world.chat("9", operator=True)
    world.channel.says("7", *[Answer(outcome=LOST, seen=True)] * 3)
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: world.states("7") == ["parked"] and set(world.states("9")) == {"sent"})
    assert len(world.channel.seen("7")) == 3
    assert ["重复" in text for text in world.channel.seen("7")] == [False, True, True]
    notice = world.channel.seen("9")[-1]
    assert "given up" in notice
    assert "f0=3 sends without an answer: no answer" in notice


async def test_an_unresolved_delivery_blocks_its_own_chat_only(world: World) -> None:
    """During the settle time the chat gets nothing else; another chat gets its alert at once."""
    world.chat("7")
    world.chat("8")
    world.channel.says("7", LOST)
    world.start()
    world.publish(milestone(1), milestone(2))
    await world.until(lambda: world.states("8") == ["sent", "sent"], within=1)
    assert world.states("7") == ["unresolved", "pending"]
    assert len([sent for sent in world.channel.sent if sent.address == "7"]) == 1
    await world.until(world.all_sent)
    assert ["event 1" in text for text in world.channel.seen("7")] == [True, False]


async def test_a_wait_the_service_asked_for_is_kept_to_the_second_and_across_a_restart(world: World) -> None:
    """`retry_after` 3600 holds after a crash too, for everything of that chat, also for what comes later."""
    world.chat("7")
    world.chat("8")
    world.channel.says("7", RetryLater(why="429", after=timedelta(seconds=3600)))
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: world.states("8") == ["sent"] and bool(world.rows("7")[0].last_error))
    await world.kill()
    world.clock.advance(60)
    world.start()
    world.publish(milestone(2, world.clock.now()))
    await world.until(world.all_sent)
    limited = [sent for sent in world.channel.sent if sent.address == "7"]
    assert 3600 <= limited[1].at - limited[0].at <= 3601
    assert "会话被限速" in limited[1].text
    assert world.channel.sent[2].address == "8"


async def test_a_refused_form_is_resent_once_as_plain_text(world: World) -> None:
    """Markup the service cannot parse is sent again bare; the investor still gets the alert."""
    world.chat("7")
    world.channel.says("7", Rejected(why="can't parse entities", scope="message"))
    world.start()
    world.publish(milestone(1))
    await world.until(world.all_sent)
    assert [sent.plain for sent in world.channel.sent] == [False, True]
    assert world.events(EventKind.OPERATOR_NOTICE) == []


async def test_a_message_refused_twice_is_poison_and_reported_and_the_next_goes_on(world: World) -> None:
    """Poison is set aside with a notice; it does not block what follows in its chat."""
    world.chat("7", operator=True)
    refusal = Rejected(why="message is wrong", scope="message")
    world.channel.says("7", refusal, refusal)
    world.start()
    world.publish(milestone(1), milestone(2))
    await world.until(lambda: sorted(world.states()) == ["poison", "sent", "sent"])
    (notice,) = world.events(EventKind.OPERATOR_NOTICE)
    assert notice.reason == "message is wrong"
    assert len(world.channel.sent) == 4


async def test_a_poisonous_notice_makes_no_further_notice(world: World) -> None:
    """Trouble with a notice ends there: no endless chain."""
    world.chat("7", operator=True)
    refusal = Rejected(why="no", scope="message")
    world.channel.says("7", *[refusal] * 4)
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: world.states() == ["poison", "poison"])
    await world.idle(100)
    assert len(world.events(EventKind.OPERATOR_NOTICE)) == 1


async def test_a_blocked_chat_is_left_alone_and_resumed_without_loss(world: World) -> None:
    """After 403 no call is made; what falls due meanwhile is kept and sent on the chat's return."""
    from monitor.store.chats import resume
    from monitor.store.tables import ChatRow

    chat_id = world.chat("7")
    world.channel.says("7", Rejected(why="bot was blocked", scope="chat"))
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: world.states() == ["suspended"])
    world.publish(milestone(2))
    await world.idle(3600)
    assert world.states() == ["suspended", "suspended"]
    assert len(world.channel.sent) == 1

    def back(session: object) -> int:
        chat = session.get(ChatRow, chat_id)  # type: ignore[attr-defined]
        return resume(session, chat, world.clock.now())  # type: ignore[arg-type]

    assert world.write(back) == 2
    world.delivery.poke()  # type: ignore[union-attr]
    await world.until(world.all_sent)
    assert len(world.channel.seen("7")) == 2
    assert "会话曾不可达" in world.channel.seen("7")[0]


async def test_a_revoked_token_stops_the_channel_and_tells_by_the_others(world: World) -> None:
    """No further call to the service, one notice through the channel that still works, queue kept."""
    from tests.delivery.kit import ScriptedChannel

    world.others["console"] = ScriptedChannel(world.clock, name="console")
    for address in ("7", "8"):
        world.chat(address)
    world.chat("screen", channel="console", operator=True)
    revoked = Rejected(why="token revoked", scope="channel")
    world.channel.says("7", revoked)
    world.channel.says("8", revoked)
    delivery = world.start()
    world.publish(milestone(1))
    await world.until(lambda: "telegram" in delivery.stopped)
    world.publish(milestone(2))
    await world.idle(890)
    assert len(world.channel.sent) <= 2
    assert set(world.states("7") + world.states("8")) == {"pending"}
    assert any("channel telegram stopped" in text for text in world.others["console"].seen("screen"))


async def test_what_could_not_be_delivered_in_72_hours_is_parked_and_reported(world: World) -> None:
    """The horizon ends the retries; the operator learns which alert was given up and why."""
    world.chat("7")
    world.chat("9", operator=True)
    world.channel.says("7", *[REFUSED] * 2000)
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: world.states("7") == ["parked"])
    assert 72 <= (world.clock.now() - START).total_seconds() / 3600 < 72.5
    await world.until(lambda: set(world.states("9")) == {"sent"})
    assert "not delivered within" in world.channel.seen("9")[-1]


async def test_a_bug_in_one_channel_counts_as_no_answer(world: World) -> None:
    """A channel that raises may have sent; its alert is repeated marked, and the loop lives."""
    world.chat("7")

    def broken(address: str, payload: object) -> None:
        world.channel.before_send = None
        raise KeyError("result")

    world.channel.before_send = broken
    world.start()
    world.publish(milestone(1))
    await world.until(world.all_sent)
    assert "重复" in world.channel.seen("7")[0]


async def test_an_event_that_cannot_be_rendered_is_poison_and_stops_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The renderer's bug costs its own alert, with a notice; the others go out."""
    import tests.delivery.kit as kit

    original = kit.render

    def broken(event: object, language: str) -> object:
        if event.title == "event 1":  # type: ignore[attr-defined]
            raise AttributeError("no such field")
        return original(event, language)  # type: ignore[arg-type]

    monkeypatch.setattr(kit, "render", broken)
    world.chat("7", operator=True)
    world.start()
    world.publish(milestone(1), milestone(2))
    await world.until(lambda: sorted(world.states()) == ["poison", "sent", "sent"])

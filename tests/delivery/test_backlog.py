"""After an outage: digests, lateness, fairness, several parts, moved chats, new chats."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from alerts.contract import Delivered, Rejected, RetryLater
from monitor.domain.events import EventKind, alert_code
from monitor.limiter import Budget
from monitor.store.tables import ChatRow, PollRow
from tests.delivery.kit import START, Answer, World, milestone

HOUR = timedelta(hours=1)
LOST = RetryLater(why="no answer", ambiguous=True)


async def test_more_than_five_late_alerts_come_as_one_digest_and_each_is_tracked(world: World) -> None:
    """Twelve milestones of an outage: one message that names all twelve, twelve rows with its receipt."""
    world.chat("7")
    world.start()
    events = [milestone(n, published_at=START - 6 * HOUR) for n in range(12)]
    world.publish(*events)
    await world.until(world.all_sent)
    (digest,) = world.channel.seen("7")
    assert all(alert_code(event.id) in digest for event in events)
    assert "迟到 6 小时" in digest
    assert len({row.receipt for row in world.rows()}) == 1


async def test_five_late_alerts_come_one_by_one(world: World) -> None:
    """A handful is no storm."""
    world.chat("7")
    world.start()
    world.publish(*[milestone(n, published_at=START - HOUR) for n in range(5)])
    await world.until(world.all_sent)
    assert len(world.channel.seen("7")) == 5


async def test_eight_fresh_alerts_of_one_evening_are_no_digest(world: World) -> None:
    """Without an outage every milestone has its own alert."""
    world.chat("7")
    world.start()
    world.publish(*[milestone(n) for n in range(8)])
    await world.until(world.all_sent)
    assert len(world.channel.seen("7")) == 8


async def test_a_fresh_milestone_goes_before_the_digest_of_old_ones(world: World) -> None:
    """What just happened does not wait behind what is hours old."""
    world.chat("7")
    world.publish(*[milestone(n, published_at=START - 6 * HOUR) for n in range(9)], milestone(99))
    world.start()
    await world.until(world.all_sent)
    first, second = world.channel.seen("7")
    assert "event 99" in first
    assert "digest of 9" in second


async def test_an_unanswered_digest_is_repeated_as_the_same_digest_marked(world: World) -> None:
    """The same items under the same id, with the mark: nobody reads it as nine new facts."""
    world.chat("7")
    world.channel.says("7", Answer(outcome=LOST, seen=True))
    world.start()
    world.publish(*[milestone(n, published_at=START - HOUR) for n in range(9)])
    await world.until(lambda: set(world.states()) == {"unresolved"})
    world.publish(*[milestone(n, published_at=START - HOUR) for n in range(20, 23)])
    await world.until(world.all_sent)
    first, second, *rest = world.channel.seen("7")
    code = first.split()[0].removeprefix("<")
    assert f"可能重复：{code}" in second
    assert "digest of 9" in second
    assert len(rest) == 3
    assert not any("重复" in text for text in rest)


async def test_a_refused_digest_is_taken_apart_and_only_the_bad_item_is_poison(world: World) -> None:
    """One item the service refuses does not take the others with it."""
    world.chat("7")
    no = Rejected(why="bad", scope="message")
    world.channel.says("7", no, no)
    world.start()
    world.publish(*[milestone(n, published_at=START - HOUR) for n in range(7)])
    await world.until(lambda: sorted(world.states()) == ["poison"] + ["sent"] * 6)


@pytest.mark.parametrize(
    ("polls", "started_late", "words"),
    [
        ([], True, "监控程序曾停机"),
        ([(-170, "down"), (-100, "down"), (-1, "ok")], False, "信息源曾不可用"),
        ([(-170, "ok"), (-100, "ok")], False, "信息源显示晚于其标注时间"),
        ([], False, "此时段查询间隔较长"),
    ],
)
async def test_a_late_alert_says_how_late_and_why(
    world: World, polls: list[tuple[int, str]], started_late: bool, words: str
) -> None:
    """Three hours late: the reason is read from the polls and from our own start, never guessed."""
    world.chat("7")
    if not started_late:
        world.start()
        await world.idle(4 * 3600)
    now = world.clock.now()

    def polled(session: Session) -> None:
        for minutes, verdict in polls:
            at = now + timedelta(minutes=minutes)
            session.add(PollRow(source="sse_star", kind="quick", started_at=at, ended_at=at, verdict=verdict))

    world.write(polled)
    if started_late:
        world.start()
    world.publish(milestone(1, now, published_at=now - 3 * HOUR))
    await world.until(world.all_sent)
    assert f"迟到 3 小时：{words}" in world.channel.seen("7")[0]


async def test_an_alert_that_waited_for_our_restart_says_so(world: World) -> None:
    """Committed, then we were down two hours: late by the daemon."""
    world.chat("7", language="en")
    world.publish(milestone(1))
    world.clock.advance(7500)
    world.start()
    await world.until(world.all_sent)
    assert "LATE 2 h 5 m: the monitor was down" in world.channel.seen("7")[0]


async def test_fourteen_minutes_is_not_late_and_a_bare_date_tells_no_hour(world: World) -> None:
    """No label within 15 minutes, nor for a publication time the exchange printed as a date only."""
    world.chat("7")
    world.start()
    midnight = datetime(2026, 7, 5, 16, 0, tzinfo=UTC)  # 00:00 in Shanghai
    world.publish(
        milestone(1, published_at=START - timedelta(minutes=14)), milestone(2, published_at=midnight)
    )
    await world.until(world.all_sent)
    assert not any("迟到" in text for text in world.channel.seen("7"))


async def test_urgent_first_then_in_order_and_a_slow_chat_delays_nobody(world: World) -> None:
    """A chat that takes 20 s a message holds only itself; milestones overtake documents."""
    world.chat("7")
    world.chat("8", preferences={"kinds": {"review_step": True}})
    world.channel.says("7", *[Answer(outcome=RetryLater(why="slow", ambiguous=True), seen=True, takes=20)])
    world.publish(milestone(1, kind=EventKind.REVIEW_STEP), milestone(2), milestone(3))
    before = world.clock.monotonic()
    world.start()
    await world.until(lambda: set(world.states("8")) == {"sent"})
    assert world.clock.monotonic() - before < 2
    assert ["event 2" in t or "event 3" in t for t in world.channel.seen("8")] == [True, True, False]
    assert world.channel.most_in_flight == 1


async def test_chats_take_turns_under_the_overall_limit(world: World) -> None:
    """A chat with a long queue and a chat with one alert: the one alert is not behind the queue."""
    world.budget = Budget(overall=1, chat=1, group=20)
    world.chat("7")
    world.publish(*[milestone(n) for n in range(20)])
    world.chat("8")
    world.publish(milestone(99))
    world.start()
    await world.until(lambda: world.states("8") == ["sent"])
    assert len(world.channel.seen("7")) <= 2


async def test_the_lost_part_of_a_long_message_is_retried_alone(world: World) -> None:
    """Part 2 of 3 without an answer: only part 2 comes again, marked; part 1 is not repeated."""
    world.chat("7")
    world.channel.part_size = 60
    event = milestone(1, reason="|".join("x" * 40 for _ in range(4)))
    world.publish(event)
    world.start()
    world.channel.says("7", Delivered(receipt="1"), Answer(outcome=LOST, seen=True))
    await world.until(world.all_sent)
    texts = world.channel.seen("7")
    assert ["重复" in text for text in texts][:3] == [False, False, True]
    assert texts[1].strip("<>") in texts[2]
    assert sum("event 1" in text for text in texts) == 2  # part 1, and the mark's own headline
    assert len(world.rows()[0].receipt.split(",")) == len(texts) - 1


async def test_a_chat_that_moved_is_followed_once(world: World) -> None:
    """The group became a supergroup: its queue goes to the new id, and the old id leads there for ever."""
    from monitor.store.chats import find_chat

    world.chat("-5")
    world.channel.says("-5", RetryLater(why="migrated", new_address="-1005"))
    world.start()
    world.publish(milestone(1), milestone(2))
    await world.until(world.all_sent)
    assert len(world.channel.seen("-1005")) == 2
    assert world.channel.seen("-5") == []
    world.chat("-5", summary={"projects": 3})  # the configuration still names the old id
    assert world.events(EventKind.CHAT_WELCOME) != []
    found = world.write(lambda session: find_chat(session, "telegram", "-5"))
    assert found is not None
    assert found.address == "-1005"
    with world.database.read() as session:
        assert len(session.exec(select(ChatRow)).all()) == 2


async def test_a_chat_known_by_both_ids_gets_each_alert_once(world: World) -> None:
    """Both ids were subscribed: after the merge no event is owed twice, and a doubtful one is marked."""
    world.chat("-5")
    world.channel.says("-5", Answer(outcome=LOST, seen=True), RetryLater(why="migrated", new_address="-1005"))
    world.start()
    world.publish(milestone(1))
    await world.until(lambda: world.states("-5") == ["unresolved"])
    world.chat("-1005")
    world.publish(milestone(2))
    await world.until(world.all_sent)
    assert world.rows("-5") == []
    texts = world.channel.seen("-5") + world.channel.seen("-1005")
    assert sum("event 2" in text for text in texts) == 1
    assert ["重复" in text for text in texts if "event 1" in text] == [False, True]


async def test_a_new_chat_learns_quietly_and_gets_one_summary(world: World) -> None:
    """A thousand past events owe a newcomer nothing but one welcome, however often it is greeted."""
    world.chat("7")
    world.publish(*[milestone(n) for n in range(30)])
    for _ in range(3):
        world.chat("8", summary={"projects": 1282})
    world.publish(milestone(99))
    world.start()
    await world.until(world.all_sent)
    assert len(world.channel.seen("8")) == 2
    assert len(world.rows("8")) == 2
    assert not any(row.event_seq <= 30 for row in world.rows("8"))


async def test_many_alerts_given_up_at_once_make_one_notice(world: World) -> None:
    """A chat that stays away for 72 hours with thirty alerts costs the operator one message, not thirty."""
    world.chat("7")
    world.chat("9", operator=True, preferences={"watch": ["沐曦"]})
    world.channel.says("7", Rejected(why="blocked", scope="chat"))
    world.publish(*[milestone(n) for n in range(30)])
    world.start()
    await world.until(lambda: world.states("7") == ["parked"] * 30)
    await world.until(lambda: set(world.states("9")) == {"sent"})
    assert len(world.events(EventKind.OPERATOR_NOTICE)) == 2  # suspended, and then given up
    assert "30 alerts given up at once" in world.channel.seen("9")[-1]


async def test_what_was_learned_quietly_is_owed_to_nobody(world: World) -> None:
    """A baseline event makes no delivery, also not for a chat that asks for everything."""
    world.chat("7", preferences={"kinds": {"milestone": True}}, operator=True)
    world.publish(milestone(1, baseline=True))
    assert world.rows() == []

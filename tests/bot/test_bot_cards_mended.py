"""No state of a living card keeps it from its next event, hides trouble, or stands in an alert's way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from alerts.contract import Delivered, Outcome, Rejected, RetryLater
from alerts.message import Message
from alerts.preferences import Preferences, to_stored
from alerts.routing import wanted
from monitor.domain.events import Event, EventKind
from monitor.lanes import Lanes
from monitor.limiter import Budget, Limiter
from monitor.store import eventlog, outbox, settling
from monitor.store.cards import Cards, begin, chosen_anew
from monitor.store.chats import find_chat, migrate_chat
from monitor.store.jobs import CardWork, Job, Lane, Progress, Rules, Settlement
from monitor.store.tables import ChatRow, DeliveryRow, EventRow, LivingCardRow
from tests.bot.kit import GROUP, NOW, BotWorld
from tests.delivery.kit import JumpClock
from tests.store.facts import METAX


def _job(chat_id: int, issuer_id: int, message_id: str = "7", *, closes: bool = False) -> Job:
    message = Message(alert_id="", icon="", headline="card")
    work = CardWork(
        issuer_id=issuer_id, message=message, message_id=message_id, wanted=1, face="new", closes=closes
    )
    return Job(
        chat_id=chat_id,
        channel="telegram",
        address="-5",
        language="zh",
        ids=(),
        events=(),
        whys=(),
        marked=False,
        attempt=0,
        plain=True,
        parts_sent=0,
        progress=Progress(),
        late=None,
        card=work,
    )


def _cards() -> Cards:
    return Cards(lambda *_args, **_choices: Message(alert_id="", icon="", headline="card"))


def _chat(session: Session, address: str = "-5", **chosen: bool) -> ChatRow:
    chat = ChatRow(channel="telegram", address=address, preferences=to_stored(Preferences(**chosen)))  # type: ignore[arg-type]
    session.add(chat)
    session.flush()
    return chat


def _card(session: Session, chat: ChatRow, issuer_id: int, **fields: object) -> LivingCardRow:
    row = begin(session, chat, issuer_id, NOW)
    for name, value in {"state": "live", "message_id": "7", "due": None, **fields}.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    return row


def _settle(session: Session, job: Job, outcome: Outcome, news: str = "") -> list[str]:
    settlement = Settlement(job=job, outcome=outcome, channel_news=news)  # type: ignore[arg-type]
    return [one.title for one in settling.settle(session, [settlement], NOW, Rules(), wanted, _cards())]


@pytest.mark.parametrize("known", [False, True])
def test_a_group_that_moves_leaves_every_card_behind(world: BotWorld, known: bool) -> None:
    """Numbers of messages begin anew there: an edit by the old number would overwrite another message."""
    metax = world.issuer(METAX)
    with world.app.database.write() as session:
        chat, topic = _chat(session), _chat(session, "-5/7")
        if known:
            _chat(session, "-1005")
        for one in (chat, topic):
            _card(session, one, metax)
        migrate_chat(session, chat, "-1005")
        for address in ("-1005", "-1005/7"):
            found = find_chat(session, "telegram", address)
            assert found is not None
            row = session.get(LivingCardRow, (found.id, metax))
            assert row is None or row.message_id == ""


def test_a_card_whose_edit_met_the_move_is_made_anew_there_even_where_the_chat_is_known(
    world: BotWorld,
) -> None:
    """The new chat, known already, has the card due; nothing of the old one is edited."""
    metax = world.issuer(METAX)
    with world.app.database.write() as session:
        old, new = _chat(session), _chat(session, "-1005")
        _card(session, old, metax, state="sending")
        assert old.id is not None
        _settle(session, _job(old.id, metax), RetryLater(why="moved", new_address="-1005"))
        row = session.get(LivingCardRow, (new.id, metax))
        assert row is not None
        assert (row.message_id, row.state, row.due) == ("", "new", NOW)


def test_start_during_the_last_edit_after_stop_keeps_the_card(world: BotWorld) -> None:
    """The edit that says "no longer kept" arrives after the chat wants cards again: one more edit follows."""
    metax = world.issuer(METAX)
    with world.app.database.write() as session:
        chat = _chat(session)
        row = _card(session, chat, metax, state="sending", intent_at=NOW)
        chosen_anew(session, chat, NOW)  # /start, while the closing edit is on its way
        assert chat.id is not None
        _settle(session, _job(chat.id, metax, closes=True), Delivered(receipt="7"))
        assert (row.state, row.due) == ("live", NOW)


def test_a_refusal_heard_by_a_card_is_told_like_one_heard_by_an_alert(world: BotWorld) -> None:
    """Whoever asked first, the operator hears once that the channel is refused, and once that it works."""
    metax = world.issuer(METAX)
    with world.app.database.write() as session:
        chat = _chat(session)
        assert chat.id is not None
        row = _card(session, chat, metax, state="sending")
        refused = Rejected(why="Unauthorized", scope="channel")
        (title,) = _settle(session, _job(chat.id, metax), refused, "refused")
        assert "stopped" in title
        assert settling.refused_channels(session) == {"telegram": "Unauthorized"}
        row.state = "sending"
        session.add(row)
        (title,) = _settle(session, _job(chat.id, metax), Delivered(receipt="7"), "works")
        assert "works again" in title
        assert settling.refused_channels(session) == {}
        assert _settle(session, _job(chat.id, metax), Delivered(receipt="7"), "works") == [], "told already"
        notices = select(EventRow).where(EventRow.kind == EventKind.OPERATOR_NOTICE.value)
        assert len(session.exec(notices).all()) == 2


def test_a_clock_set_forward_puts_no_card_off(world: BotWorld) -> None:
    """Due since just now, in the new time already: the step of fifty years must not be added to it."""
    metax = world.issuer(METAX)
    step = timedelta(days=50 * 365)
    with world.app.database.write() as session:
        row = _card(session, _chat(session), metax, due=NOW)
        waits = _card(session, _chat(session, "-6"), metax, due=NOW - step + timedelta(seconds=30))
        outbox.shift(session, step, NOW, _cards())
        assert row.due == NOW
        assert waits.due is not None
        assert waits.due <= NOW + timedelta(seconds=30)


def test_a_group_owed_many_edits_keeps_half_of_its_minute_for_alerts() -> None:
    """Twenty a minute to a group: edits take ten, the next alert goes out at once."""
    clock = JumpClock()
    limiter = Limiter(clock, {"telegram": Budget()})
    lanes = Lanes(clock, limiter)
    edit = Lane(
        chat_id=1, channel="telegram", address="-5", due=clock.now(), alert_due=None, urgent=False, oldest=1
    )
    sent = 0
    for _ in range(40):
        lanes.replace([edit])
        for ticket in lanes.take(lambda _: True).values():
            limiter.done(ticket)
            sent += 1
        wait = lanes.until_next(lambda _: True, 3600.0)
        assert wait > 0.001, "no busy loop while the edits wait"
        clock.advance(1.1)
    assert sent == 10
    alert = Lane(
        chat_id=1,
        channel="telegram",
        address="-5",
        due=clock.now(),
        alert_due=clock.now(),
        urgent=False,
        oldest=1,
    )
    lanes.replace([alert])
    assert list(lanes.take(lambda _: True)) == [1]


def test_a_card_of_a_chat_whose_alert_waits_for_the_morning_comes_after_every_alert(world: BotWorld) -> None:
    """The lane of a held alert and a due card is a card's lane until the alert is due."""
    metax = world.issuer(METAX)
    later = NOW + timedelta(hours=8)
    event = Event(id="x", kind=EventKind.MILESTONE, source="sse_star", issuer=METAX, first_seen_at=NOW)
    with world.app.database.write() as session:
        chat = _chat(session)
        rows = eventlog.append(session, [event])
        outbox.stage(session, rows, [chat], NOW, lambda *_: "all")
        for delivery in session.exec(select(DeliveryRow)):
            delivery.not_before = later
            session.add(delivery)
        _card(session, chat, metax, due=NOW)
        (lane,) = outbox.lanes(session, cards=_cards())
    assert (lane.due, lane.alert_due) == (NOW, later)
    clock = JumpClock(datetime(2026, 7, 6, 10, 0, tzinfo=UTC))
    lanes = Lanes(clock, Limiter(clock, {"telegram": Budget(overall=1)}))
    other = Lane(
        chat_id=99, channel="telegram", address="9", due=NOW, alert_due=NOW, urgent=False, oldest=2**40
    )
    lanes.replace([lane, other])
    assert list(lanes.take(lambda _: True)) == [99]


async def test_a_bot_taken_back_into_a_forum_writes_to_its_topics_again(world: BotWorld) -> None:
    """Removal puts every topic aside; the return brings every one back."""
    await world.ask("/start", chat=GROUP)
    await world.ask("/start", chat=GROUP, message_thread_id=7, is_topic_message=True)
    for status in ("left", "member"):
        world.api.push_update(
            my_chat_member={
                "chat": {"id": GROUP, "type": "supergroup", "title": "投资群"},
                "from": {"id": 1001, "is_bot": False, "first_name": "A"},
                "date": 1,
                "old_chat_member": {"status": "member", "user": {"id": 7654321, "is_bot": True}},
                "new_chat_member": {"status": status, "user": {"id": 7654321, "is_bot": True}},
            }
        )
        await world.quiet()
        states = {
            one.address: one.state for one in world.read(lambda session: session.exec(select(ChatRow)).all())
        }
        wanted_state = "suspended" if status == "left" else "active"
        assert states == {str(GROUP): wanted_state, f"{GROUP}/7": wanted_state}

"""One living card per company and chat: silent, before the first alert, edited in place, never in the way."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlmodel import select

from monitor.limiter import Limiter, Ticket
from monitor.store import cards as store_cards
from monitor.store import outbox
from monitor.store.chats import ensure_chat
from monitor.store.jobs import Rules
from monitor.store.tables import ChatRow, LivingCardRow
from tests.bot.kit import GROUP, NOW, OWNER, BotWorld, is_card
from tests.doubles.bot_faults import CANT_PARSE, Break, broken, refusal
from tests.store.facts import METAX

ONE = (("1", "", date(2026, 6, 5)), ("2", "", date(2026, 6, 26)), ("3", "1", date(2026, 7, 6)))
TWO = (*ONE, ("4", "", date(2026, 7, 6)))
THREE = (*TWO, ("5", "1", date(2026, 7, 6)))


def row_of(world: BotWorld) -> LivingCardRow:
    """The one card there is."""
    return world.read(lambda session: session.exec(select(LivingCardRow)).one())


async def moved(world: BotWorld, path: tuple[tuple[str, str, date], ...], chat: int = OWNER) -> None:
    """The exchange posts; the alert came and everything is quiet."""
    await world.shown(lambda: world.move("2078", *path), chat)
    await world.quiet()


async def test_the_first_alert_replies_to_a_silent_card_and_the_next_ones_to_the_same(
    world: BotWorld,
) -> None:
    """One card, edited in place to the newest state; every alert threads on it, in order."""
    await world.ask("/start")
    await moved(world, ONE)
    card, first = world.api.chats[OWNER].shown[-2:]
    assert is_card(card)
    assert card.silent
    assert not first.silent
    assert first.reply_to == card.message_id
    await moved(world, TWO)
    await moved(world, THREE)
    assert world.cards(OWNER) == [card]
    assert card.edits == 2
    assert "注册生效 · 2026-07-06" in card.text
    assert [one.reply_to for one in world.told(OWNER)[-3:]] == [card.message_id] * 3
    replies = [
        json.loads(call.params["reply_parameters"])
        for call in world.api.calls
        if "reply_parameters" in call.params
    ]
    assert all(one["allow_sending_without_reply"] is True for one in replies)


async def test_many_changes_at_once_are_one_edit(world: BotWorld) -> None:
    """Three milestones posted together: three alerts, and the card is edited once to the last of them."""
    await world.ask("/start")
    await moved(world, ONE)
    before = len(world.told(OWNER))
    world.move("2078", *TWO)
    world.move("2078", *THREE)
    await world.until(lambda: len(world.told(OWNER)) == before + 2)
    await world.quiet()
    assert world.cards(OWNER)[0].edits == 1


async def test_what_changes_no_word_of_the_card_is_not_sent(world: BotWorld) -> None:
    """A preference saved leaves the card alone; "not modified" would be well, too, and is not asked for."""
    await world.ask("/start")
    await moved(world, ONE)
    world.clock.at += timedelta(minutes=5)
    await world.ask("/quiet 23:00-07:00")
    await world.quiet()
    assert [call for call in world.api.calls if call.method == "editmessagetext"] == []
    assert row_of(world).due is None


async def test_a_deleted_card_is_sent_anew_and_alerts_come_without_it(world: BotWorld) -> None:
    """The alert is no reply, the edit finds nothing, a new card takes its place for the next alerts."""
    await world.ask("/start")
    await moved(world, ONE)
    world.cards(OWNER)[0].deleted = True
    await moved(world, TWO)
    old, new = world.cards(OWNER)
    assert world.told(OWNER)[-1].reply_to is None
    assert "提交注册" in new.text
    assert "重复" not in new.text, "the old one is gone: nobody sees it twice"
    await moved(world, THREE)
    assert world.told(OWNER)[-1].reply_to == new.message_id
    assert (old.edits, new.edits) == (0, 1)


async def test_a_card_too_old_to_edit_is_replaced_and_the_new_one_says_that_there_are_two(
    world: BotWorld,
) -> None:
    """Telegram's own refusal; the old card still stands there, so the new one is marked."""
    await world.ask("/start")
    await moved(world, ONE)
    world.api.script(refusal(400, "Bad Request: message can't be edited"), method="editMessageText")
    await moved(world, TWO)
    new = world.cards(OWNER)[-1]
    assert len(world.cards(OWNER)) == 2
    assert "可能重复" in new.text


async def test_a_card_nobody_confirmed_delays_no_alert_and_its_second_copy_is_marked(world: BotWorld) -> None:
    """The creation's answer is lost: the alert follows at once, no reply; the card comes again, marked."""
    await world.ask("/start")
    world.api.script(broken(Break.CLOSE_AFTER_READING))  # shown, never answered
    await moved(world, ONE)
    assert world.told(OWNER)[-1].reply_to is None
    assert "可能重复" not in world.told(OWNER)[-1].text
    assert len(world.cards(OWNER)) == 1
    row = row_of(world)
    assert (row.state, row.marked, row.message_id) == ("unresolved", True, "")
    world.clock.at += timedelta(seconds=31)
    world.app.delivery.poke()
    await world.until(lambda: len(world.cards(OWNER)) == 2)
    await world.quiet()
    first, second = world.cards(OWNER)
    assert "重复" not in first.text
    assert "可能重复" in second.text
    await moved(world, TWO)
    assert "可能重复" in second.text, "the mark stays: the other copy still stands there"
    assert world.told(OWNER)[-1].reply_to == second.message_id


async def test_a_creation_never_answered_rests_after_two_further_tries(world: BotWorld) -> None:
    """Three sends at most; the next event brings one more."""
    await world.ask("/start")
    for tries in range(1, 4):
        world.api.script(broken(Break.CLOSE_AFTER_READING))
        if tries == 1:
            await moved(world, ONE)
        else:
            world.clock.at += timedelta(seconds=31)
            world.app.delivery.poke()
            await world.until(lambda tries=tries: len(world.cards(OWNER)) == tries)  # type: ignore[misc]
            await world.quiet()
    await world.until(lambda: row_of(world).state == "parked")
    assert row_of(world).due is None
    await moved(world, TWO)
    assert len(world.cards(OWNER)) == 4
    assert row_of(world).state == "live"


async def test_an_edit_without_an_answer_is_made_again_and_no_alert_waits_for_it(world: BotWorld) -> None:
    """The server takes the edit and says nothing: the next alert leaves meanwhile; the edit is repeated."""
    await world.ask("/start")
    await moved(world, ONE)
    world.api.script(broken(Break.CLOSE_AFTER_READING), method="editMessageText")
    await moved(world, TWO)
    card = world.cards(OWNER)[0]
    assert row_of(world).due is not None
    await moved(world, THREE)
    world.clock.at += timedelta(seconds=31)
    world.app.delivery.poke()
    await world.until(lambda: row_of(world).due is None)
    assert len(world.cards(OWNER)) == 1
    assert "注册生效 · 2026-07-06" in card.text
    assert "重复" not in card.text


async def test_a_kill_during_the_edit_or_the_creation_loses_nothing(world: BotWorld) -> None:
    """`sending` found at a start: an edit is due again, a creation is in doubt and marked."""
    await world.ask("/start")
    await moved(world, ONE)
    chat_id = row_of(world).chat_id

    def under_way(message_id: str) -> LivingCardRow:
        with world.app.database.write() as session:
            row = session.exec(select(LivingCardRow)).one()
            row.state, row.message_id, row.due, row.intent_at = "sending", message_id, NOW, NOW
            session.add(row)
            session.flush()
            store_cards.Cards(lambda *_, **__: None).recover(session, NOW, timedelta(seconds=30))
        return row_of(world)

    edited = under_way("7")
    assert (edited.state, edited.marked, edited.due, edited.chat_id) == ("live", False, NOW, chat_id)
    created = under_way("")
    assert (created.state, created.marked, created.due) == ("unresolved", True, NOW + timedelta(seconds=30))


async def test_off_closes_the_card_with_a_last_word_and_on_goes_on_with_it(world: BotWorld) -> None:
    """/card off: one edit says so, later events touch it no more; /card on edits it again."""
    await world.ask("/start")
    await moved(world, ONE)
    card = world.cards(OWNER)[0]
    await world.ask("/card off")
    await world.quiet()
    assert "不再更新" in card.text
    await moved(world, TWO)
    assert "提交注册" not in card.text
    await world.ask("/card on")
    await world.quiet()
    assert "提交注册 · 2026-07-06" in card.text
    assert "不再更新" not in card.text
    assert len(world.cards(OWNER)) == 1


async def test_a_chat_that_wants_no_cards_gets_none(world: BotWorld) -> None:
    """Off before the first alert: one message, no reply, no row."""
    await world.ask("/start")
    await world.ask("/card off")
    await moved(world, ONE)
    assert world.cards(OWNER) == []
    assert world.told(OWNER)[-1].reply_to is None
    assert world.read(lambda session: session.exec(select(LivingCardRow)).all()) == []


async def test_each_chat_has_its_own_card_in_its_own_language(world: BotWorld) -> None:
    """A private chat in English and a group in Chinese."""
    await world.ask("/start")
    await world.ask("/language en")
    await world.ask("/start", user=OWNER, chat=GROUP)
    await world.ask("/language zh", user=OWNER, chat=GROUP)
    world.move("2078", *ONE)
    await world.until(lambda: len(world.cards(OWNER)) == len(world.cards(GROUP)) == 1)
    await world.quiet()
    assert "MetaX (沐曦股份)" in world.cards(OWNER)[0].text
    assert "Kept up to date" in world.cards(OWNER)[0].text
    assert "当前阶段：上市委会议通过" in world.cards(GROUP)[0].text


async def test_an_event_owed_to_many_chats_is_told_first(
    world: BotWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More chats than the limit: alert first, without a reply, then the card."""
    monkeypatch.setattr(store_cards, "IN_FRONT", 1)
    await world.ask("/start")
    await world.ask("/start", user=OWNER, chat=GROUP)
    world.move("2078", *ONE)
    await world.until(lambda: len(world.cards(OWNER)) == len(world.cards(GROUP)) == 1)
    await world.quiet()
    firsts = [world.api.chats[chat].shown[-2:] for chat in (OWNER, GROUP)]
    assert sum(is_card(one[1]) for one in firsts) >= 1
    assert all(len([one for one in pair if is_card(one)]) == 1 for pair in firsts)


async def test_the_buttons_of_a_card_work(world: BotWorld) -> None:
    """Timeline brings the timeline; Mute mutes this company for a week."""
    await world.ask("/start")
    await moved(world, ONE)
    held = world.cards(OWNER)[0].keyboard
    assert [button["text"] for row in held for button in row] == ["🧭 时间线", "📄 招股书", "🔕 静音 7 天"]
    query = world.api.tap(OWNER, "静音", data=held[1][0]["callback_data"])
    await world.until(lambda: world.api.taps[query] is not None)
    await world.quiet()
    assert str(world.issuer(METAX)) in world.preferences(str(OWNER))["muted"]  # type: ignore[operator]


async def test_a_chat_that_blocked_us_is_put_aside_by_its_card_and_its_alert_is_kept(world: BotWorld) -> None:
    """403 on the card: the alert waits for /start, and then comes with its card."""
    await world.ask("/start")
    await world.quiet()
    world.api.script(refusal(403, "Forbidden: bot was blocked by the user"))
    world.move("2078", *ONE)
    await world.until(lambda: _chat(world).state == "suspended")
    assert world.cards(OWNER) == []
    alert = await world.shown(lambda: world.api.say(OWNER, "/start"), OWNER)
    await world.quiet()
    assert "已开始" in alert.text or "上市委会议通过" in alert.text
    (card,) = world.cards(OWNER)
    assert any("上市委会议通过" in one.text and "发行人" in one.text for one in world.told(OWNER))
    assert "重复" not in card.text


def _chat(world: BotWorld) -> ChatRow:
    return world.read(lambda session: session.exec(select(ChatRow)).one())


async def test_a_card_refused_for_its_markup_comes_as_plain_text(world: BotWorld) -> None:
    """400 on the marked-up form: the same words without markup, and the alert is not held."""
    await world.ask("/start")
    await world.quiet()
    world.api.script(CANT_PARSE)
    await moved(world, ONE)
    (card,) = world.cards(OWNER)
    assert card.parse_mode == ""
    assert world.told(OWNER)[-1].reply_to is None
    await moved(world, TWO)
    assert card.edits == 1
    assert world.told(OWNER)[-1].reply_to == card.message_id


async def test_the_limiter_counts_cards_and_edits(world: BotWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call of the delivery loop took a place: card, alert, alert, edit."""
    await world.ask("/start")
    await world.quiet()
    taken: list[str] = []
    take = Limiter.take

    def counted(self: Limiter, channel: str, address: str) -> Ticket:
        taken.append(address)
        return take(self, channel, address)

    monkeypatch.setattr(Limiter, "take", counted)
    monkeypatch.setattr(Limiter, "give_back", lambda self, ticket: taken.pop())  # no call was made
    before = len(world.api.calls)
    await moved(world, ONE)
    await moved(world, TWO)
    calls = [call.method for call in world.api.calls[before:] if call.method != "getupdates"]
    assert sorted(calls) == ["editmessagetext", "sendmessage", "sendmessage", "sendmessage"]
    assert taken == [str(OWNER)] * 4


async def test_only_telegram_has_cards(world: BotWorld) -> None:
    """A terminal owed a company's first alert gets no card before it."""
    with world.app.database.write() as session:
        ensure_chat(session, "console", "console", now=NOW)
    world.move("2078", *ONE)
    with world.app.database.write() as session:
        chat = session.exec(select(ChatRow).where(ChatRow.channel == "console")).one()
        (job,) = outbox.claim(
            session, [chat.id or 0], NOW, NOW, Rules(), store_cards.Cards(lambda *_, **__: None)
        )
        assert job.card is None
        assert job.reply_to == ""
    assert world.read(lambda session: session.exec(select(LivingCardRow)).all()) == []

"""Commands of a channel: its own posts are its admins' word; what is forged or forwarded is nobody's."""

from __future__ import annotations

from datetime import date

import pytest

from alerts.bot.access import COMMANDS, TAPS, Access
from alerts.bot.react import HANDLERS
from alerts.bot.signing import Signer
from tests.bot.kit import OWNER, STRANGER, TOKEN, BotWorld, is_card
from tests.doubles.bot_api import person

CHANNEL = -1001234567890
STEPS = (("1", "", date(2026, 6, 5)), ("2", "", date(2026, 6, 26)), ("3", "1", date(2026, 7, 6)))


def open_channel(world: BotWorld) -> dict[str, object]:
    """A channel with the owner and a stranger as admins; its Chat object."""
    made = world.api.add_chat(CHANNEL, "channel", "芯片观察")
    made.members = {OWNER: "creator", STRANGER: "administrator"}
    return made.as_json()


def post(world: BotWorld, text: str, **more: object) -> None:
    """The channel posts in its own name."""
    chat = world.api.chats[CHANNEL].as_json()
    message = {"message_id": 900, "sender_chat": chat, "chat": chat, "date": 1, "text": text}
    world.api.push_update(channel_post={**message, **more})


async def said(world: BotWorld, text: str) -> str:
    """A post, and the first answer in the channel."""
    return (await world.shown(lambda: post(world, text), CHANNEL)).text


def invited_by(world: BotWorld, user: int) -> None:
    """Somebody makes the bot an admin of the channel."""
    change = {"chat": world.api.chats[CHANNEL].as_json(), "from": person(user), "date": 1}
    world.api.push_update(my_chat_member={**change, "new_chat_member": {"status": "administrator"}})


async def test_a_channel_into_which_somebody_let_in_invited_the_bot_commands_it(world: BotWorld) -> None:
    """Every command of a reader answers with its fact, the alert threads on a card, /stop ends it."""
    open_channel(world)
    invited_by(world, OWNER)
    assert "已开始" in await said(world, "/start")
    assert "沐曦" in await said(world, "/watch 沐曦")
    assert "沐曦股份" in await said(world, "/pipeline")
    assert "39.04" in await said(world, "/company 沐曦")
    assert "2026-07-10" in await said(world, "/next")
    assert "80 亿元" in await said(world, "/league 2026")
    assert "Board" in (await said(world, "/language en")) + (await said(world, "/company MetaX"))
    assert "22:00-07:00" in await said(world, "/quiet 22:00-07:00")
    assert "daily 08:30" in await said(world, "/digest daily 08:30")
    assert "muted until" in await said(world, "/mute 摩尔线程 3")
    assert "/watch" in await said(world, "/help")
    alert = await world.shown(lambda: world.move("2078", *STEPS), CHANNEL)
    await world.quiet()
    (card,) = world.cards(CHANNEL)
    assert alert.reply_to == card.message_id
    assert is_card(card)
    assert "off" in await said(world, "/stop")


async def test_a_channel_nobody_let_in_is_told_nothing_and_a_code_lets_it_in(world: BotWorld) -> None:
    """Default deny without a word there; an invitation, or the owner's /allow, opens it; /revoke shuts it."""
    open_channel(world)
    invited_by(world, STRANGER)
    for name, guarded in COMMANDS.items():
        assert guarded.access is not Access.READER
        post(world, f"/{name} 沐曦")
    await world.quiet()
    assert set(world.verdicts()[1:]) == {"refused"}
    assert world.api.chats[CHANNEL].shown == []
    code = (await world.ask("/invite")).split("邀请码 ")[1].split("，")[0]
    assert "已开始" in await said(world, f"/start {code}")
    assert "沐曦股份" in await said(world, "/pipeline")
    assert "已撤销" in await world.ask(f"/revoke {CHANNEL}")
    post(world, "/pipeline")
    await world.quiet()
    assert world.verdicts()[-1] == "refused"
    assert "已允许" in await world.ask(f"/allow {CHANNEL}")
    assert "沐曦股份" in await said(world, "/pipeline")


async def test_owner_commands_do_nothing_in_a_channel(world: BotWorld) -> None:
    """A channel let in cannot invite, look at the log or let others in."""
    open_channel(world)
    invited_by(world, OWNER)
    await said(world, "/start")
    for name in ("invite", "revoke", "audit", "allow"):
        post(world, f"/{name} -5")
    await world.quiet()
    assert world.verdicts()[-4:] == ["refused"] * 4


@pytest.mark.parametrize(
    "forged",
    [
        {"sender_chat": {"id": -100999, "type": "channel", "title": "x"}},
        {"sender_chat": None},
        {"sender_chat": {"id": CHANNEL, "type": "supergroup", "title": "x"}},
        {"chat": {"id": CHANNEL, "type": "supergroup", "title": "x"}},
        {"forward_origin": {"type": "channel"}},
        {"via_bot": {"id": 5, "is_bot": True, "first_name": "b"}},
        {"edit_date": 2},
        {"is_automatic_forward": True},
    ],
)
async def test_a_post_that_is_not_the_channels_own_does_nothing(
    world: BotWorld, forged: dict[str, object]
) -> None:
    """Another chat's name on it, none at all, forwarded, sent through a bot, edited."""
    open_channel(world)
    invited_by(world, OWNER)
    await said(world, "/start")
    post(world, "/stop", **forged)
    world.api.push_update(edited_channel_post={"message_id": 1, "text": "/stop", "chat": {"id": CHANNEL}})
    await world.quiet()
    assert world.verdicts()[-2:] == ["ignored", "ignored"]
    assert "subscribed" not in world.preferences(str(CHANNEL))


async def test_a_readers_tap_below_a_post_is_answered_to_that_reader_alone(world: BotWorld) -> None:
    """The timeline comes as a note over the chat, nothing is posted; a reader cannot mute, an admin can."""
    open_channel(world)
    invited_by(world, OWNER)
    await said(world, "/start")
    await world.shown(lambda: world.move("2078", *STEPS), CHANNEL)
    await world.quiet()
    before = len(world.api.chats[CHANNEL].shown)
    asked = sum(call.method == "getchatmember" for call in world.api.calls)
    toast = await world.tap("时间线", user=777, chat=CHANNEL)
    assert "2026-06-05" in toast
    assert sum(call.method == "getchatmember" for call in world.api.calls) == asked
    assert "无权" in await world.tap("静音", user=777, chat=CHANNEL)
    assert "muted" not in world.preferences(str(CHANNEL))
    assert "已静音" in await world.tap("静音", user=OWNER, chat=CHANNEL)
    await world.quiet()
    assert len(world.api.chats[CHANNEL].shown) == before
    assert "muted" in world.preferences(str(CHANNEL))


@pytest.mark.parametrize("name", sorted(name[4:] for name in HANDLERS if name.startswith("tap ")))
async def test_a_button_in_a_channel_is_guarded(world: BotWorld, name: str) -> None:
    """In a channel nobody let in every tap is refused; in one that is let in a reader may only read."""
    open_channel(world)
    for known in (False, True):
        if known:
            invited_by(world, OWNER)
            await said(world, "/start")
        query = str(6_000_000 + known)
        world.api.taps[query] = None
        message = {"message_id": 1, "chat": world.api.chats[CHANNEL].as_json(), "date": 1}
        data = Signer(TOKEN).seal(CHANNEL, f"{name} 1")
        tapped = {"id": query, "from": person(777), "chat_instance": "1", "data": data}
        world.api.push_update(callback_query={**tapped, "message": message})
        await world.until(lambda query=query: world.api.taps[query] is not None)  # type: ignore[misc]
        await world.quiet()
        open_to_readers = known and TAPS[name].access is Access.READER
        assert (world.verdicts()[-1] == "refused") is not open_to_readers

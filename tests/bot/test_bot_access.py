"""Who may do what: default deny, for every registered handler."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from alerts.bot.access import Access, Guarded
from alerts.bot.react import HANDLERS
from alerts.bot.signing import Signer
from tests.bot.kit import FRIEND, GROUP, OWNER, STRANGER, TOKEN, BotWorld
from tests.doubles.bot_api import BotApi, person

STEPS = (("1", "", date(2026, 6, 5)), ("2", "", date(2026, 6, 26)), ("3", "1", date(2026, 7, 6)))


def test_every_registered_handler_stands_behind_a_guard() -> None:
    """Nothing in the registries is a bare function, and none but /start is open to strangers."""
    assert len(HANDLERS) >= 25
    assert all(isinstance(handler, Guarded) for handler in HANDLERS.values())
    assert [name for name, handler in HANDLERS.items() if handler.access is Access.DOOR] == ["/start"]
    assert {name for name, one in HANDLERS.items() if one.access is Access.OWNER} == {
        "/invite",
        "/revoke",
        "/audit",
        "/allow",
    }


@pytest.mark.parametrize("name", sorted(HANDLERS))
async def test_a_stranger_is_refused_by_every_handler(world: BotWorld, name: str) -> None:
    """No answer but the door's own, nothing stored, one line in the audit log."""
    chat = world.api.chats[STRANGER]
    if name.startswith("/"):
        world.api.say(STRANGER, f"{name} 沐曦")
    elif name == "inline":
        query = world.api.ask_inline(STRANGER, "沐曦")
        await world.until(lambda: world.api.questions[query] is not None)
        assert world.api.questions[query] == []
    else:
        words = name.removeprefix("tap ") + " 1"
        await _press(world, STRANGER, STRANGER, Signer(TOKEN).seal(STRANGER, words))
    await world.quiet()
    assert world.verdicts() == ["refused"]
    assert [allowed for _, _, allowed in world.audits()] == [False]
    if name == "/start":
        await world.until(lambda: len(chat.shown) == 1)
        assert str(STRANGER) in chat.shown[0].text
    else:
        assert chat.shown == []


async def _press(world: BotWorld, user: int, chat: int, data: str) -> str:
    """A client of somebody's own sends whatever it likes as a button's data."""
    held, query_id = world.api.chats[chat], str(5_000_000 + len(world.api.taps))
    world.api.taps[query_id] = None
    message = {
        "message_id": 1,
        "from": {"id": 123456, "is_bot": True, "first_name": "b"},
        "chat": held.as_json(),
        "date": 1,
    }
    world.api.push_update(
        callback_query={
            "id": query_id,
            "from": person(user),
            "chat_instance": "1",
            "data": data,
            "message": message,
        }
    )
    await world.until(lambda: world.api.taps[query_id] is not None)
    return world.api.taps[query_id] or ""


async def test_an_invitation_lets_one_person_in_once(world: BotWorld) -> None:
    """The second person with the same code, and one with a guess, stay outside; /revoke puts out again."""
    await world.ask("/start")
    told = await world.ask("/invite")
    code = told.split()[2].rstrip("，:") if "Invitation" in told else told.split("邀请码 ")[1].split("，")[0]
    world.api.say(STRANGER, "/start AAAABBBBCCCCDDDD")
    await world.quiet()
    assert "已开始" in await world.ask(f"/start {code.lower()}", user=FRIEND)
    world.api.say(STRANGER, f"/start {code}")
    await world.quiet()
    assert "沐曦" in await world.ask("/company 沐曦", user=FRIEND)
    assert "已撤销" in await world.ask(f"/revoke {FRIEND}")
    world.api.say(FRIEND, "/company 沐曦")
    await world.quiet()
    assert world.verdicts()[-1] == "refused"
    assert code not in str(world.audits())
    assert len([one for one in world.audits() if one[0] == STRANGER and not one[2]]) == 2


async def test_a_member_cannot_invite_and_nobody_can_in_a_group(world: BotWorld) -> None:
    """Owner commands are the owner's, in private."""
    code = (await world.ask("/invite")).split("邀请码 ")[1].split("，")[0]
    await world.ask(f"/start {code}", user=FRIEND)
    world.api.say(FRIEND, "/invite")
    world.api.say(OWNER, "/invite", chat=GROUP)
    await world.quiet()
    assert world.verdicts()[-2:] == ["refused", "refused"]


async def test_in_a_group_only_its_admins_command(world: BotWorld) -> None:
    """The owner, its creator, begins; another admin may then; a member may only ask an alert's buttons."""
    assert "已开始" in await world.ask("/start", user=OWNER, chat=GROUP)
    assert "AI 芯片" in await world.ask("/pipeline", user=FRIEND, chat=GROUP)
    world.api.say(STRANGER, "/pipeline", chat=GROUP)
    await world.quiet()
    assert world.verdicts()[-1] == "refused"
    shown = await world.shown(lambda: world.move("2078", *STEPS), GROUP)
    assert "上市委会议通过" in shown.text
    assert "无权" in await world.tap("静音", user=STRANGER, chat=GROUP)
    before = len(world.api.chats[GROUP].shown)
    await world.tap("时间线", user=STRANGER, chat=GROUP)
    await world.until(lambda: len(world.api.chats[GROUP].shown) > before)
    assert "muted" not in world.preferences(str(GROUP))


async def test_a_group_nobody_let_in_may_do_nothing(world: BotWorld) -> None:
    """Its own creator is a stranger to us: default deny."""
    world.api.add_chat(-100900, "supergroup", "别人的群").members = {STRANGER: "creator"}
    world.api.say(STRANGER, "/start", chat=-100900)
    await world.quiet()
    assert world.verdicts() == ["refused"]
    assert world.api.chats[-100900].shown == []


async def test_a_forged_button_does_nothing(world: BotWorld) -> None:
    """Made up, altered, or copied from another chat: refused, even from the owner."""
    await world.ask("/start")
    signer = Signer(TOKEN)
    good = signer.seal(OWNER, "s l en")
    forged = [
        "s l en",
        "s l en~AAAAAAAAAA",
        good.replace("en", "zh"),
        signer.seal(FRIEND, "s l en"),
        "~",
        "x" * 64,
    ]
    for data in forged:
        assert await _press(world, OWNER, OWNER, data) == "按钮已失效。"
    assert [one[1] for one in world.audits() if not one[2]] == ["forged button"] * len(forged)
    assert "Saved" in await _press(world, OWNER, OWNER, good)


async def test_edits_channel_posts_hidden_admins_and_bots_are_nobody(world: BotWorld) -> None:
    """What no accountable person says now does nothing at all."""
    await world.ask("/start")
    api, chat = world.api, world.api.chats[OWNER].as_json()
    base = {"message_id": 9, "from": person(OWNER), "chat": chat, "date": 1, "text": "/stop"}
    anonymous = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group"}
    api.push_update(edited_message=base)
    api.push_update(channel_post={**base, "chat": {"id": -100300, "type": "channel", "title": "c"}})
    api.push_update(message={**base, "from": anonymous, "sender_chat": api.chats[GROUP].as_json()})
    api.push_update(message={**base, "from": {**person(OWNER), "is_bot": True}})
    api.push_update(message={**base, "forward_origin": {"type": "hidden_user"}})
    api.push_update(message={**base, "text": "/stop@another_bot"})
    api.push_update(message={**base, "text": ["/stop"]})
    api.push_update(message="nonsense")
    await world.quiet()
    assert world.verdicts()[1:] == ["ignored"] * 8
    assert "subscribed" not in world.preferences(str(OWNER))


async def test_an_open_bot_takes_everybody_but_owner_commands(api: BotApi, tmp_path: Path) -> None:
    """Access `open`: a stranger reads cards; inviting stays the owner's."""
    world = BotWorld(api, tmp_path, access="open")
    await world.start()
    try:
        assert "已开始" in await world.ask("/start", user=STRANGER)
        assert "39.04" in await world.ask("/company 沐曦", user=STRANGER)
        world.api.say(STRANGER, "/invite")
        await world.quiet()
        assert world.verdicts()[-1] == "refused"
    finally:
        await world.stop()


async def test_a_closed_bot_lets_nobody_in_even_with_a_code(api: BotApi, tmp_path: Path) -> None:
    """Access `closed`: a code made earlier is worth nothing."""
    world = BotWorld(api, tmp_path, access="closed")
    await world.start()
    try:
        code = (await world.ask("/invite")).split("邀请码 ")[1].split("，")[0]
        world.api.say(FRIEND, f"/start {code}")
        await world.quiet()
        assert world.verdicts()[-1] == "refused"
    finally:
        await world.stop()


async def test_a_hostile_company_name_is_inert_in_every_answer(world: BotWorld) -> None:
    """Markup, commands and links in what people type come back as plain words."""
    text = await world.ask("/company <b>x</b> /stop t.me/x @admin")
    assert "/stop" not in text
    assert "@admin" not in text
    assert "t.me" not in text

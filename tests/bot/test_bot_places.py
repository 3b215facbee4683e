"""Topics, groups that become supergroups, the dates of what is followed, and who is let in."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner
from sqlmodel import select

from monitor.cli import cli
from monitor.domain.issue_records import CalendarKind
from monitor.store.chats import find_chat, migrate_chat
from monitor.store.tables import ChatRow, LivingCardRow
from tests.bot.kit import FRIEND, GROUP, NOW, OWNER, BotWorld, record
from tests.store.facts import METAX, sight

STEPS = (("1", "", date(2026, 6, 5)), ("2", "", date(2026, 6, 26)), ("3", "1", date(2026, 7, 6)))


def topic(thread: int) -> dict[str, object]:
    """A message of a forum topic."""
    return {"chat": GROUP, "message_thread_id": thread, "is_topic_message": True}


async def test_each_topic_has_its_own_theme_and_its_own_card(world: BotWorld) -> None:
    """AI chips in one topic, the supply chain in another: the alert and its card come to the first alone."""
    for thread in (7, 8):
        await world.ask("/start", **topic(thread))
        await _named_only(world, thread)
    await _follow(world, 8, "主题 产业链")
    await _follow(world, 7, "主题 ai")
    alert = await world.shown(lambda: world.move("2078", *STEPS), GROUP)
    await world.quiet()
    (card,) = world.cards(GROUP)
    assert (alert.thread, card.thread) == (7, 7)
    assert alert.reply_to == card.message_id
    assert world.preferences(f"{GROUP}/7")["themes"] == ["ai_chip"]
    assert world.preferences(f"{GROUP}/8")["themes"] == ["related"]


async def _named_only(world: BotWorld, thread: int) -> None:
    with world.app.database.write() as session:
        chat = find_chat(session, "telegram", f"{GROUP}/{thread}")
        assert chat is not None
        chat.preferences = {**chat.preferences, "relevance": "named"}
        session.add(chat)


async def _follow(world: BotWorld, thread: int, what: str) -> None:
    """Offer and agree; the newest button is that of this topic, and the tap comes from its message."""
    await world.ask(f"/watch {what}", **topic(thread))
    await world.tap("✅ 关注", chat=GROUP)
    await world.quiet()


async def test_a_group_that_moves_takes_its_topics_along(world: BotWorld) -> None:
    """Told of the move through one topic, every topic is found at the new address and keeps its choices."""
    with world.app.database.write() as session:
        for address, choice in (("-5", "all"), ("-5/7", "ai_chip"), ("-5/8", "related"), ("-55/7", "all")):
            session.add(ChatRow(channel="telegram", address=address, preferences={"relevance": choice}))
        session.flush()
        chat = find_chat(session, "telegram", "-5/7")
        assert chat is not None
        assert migrate_chat(session, chat, "-1005").address == "-1005/7"
        held = {
            row.address: row.preferences for row in session.exec(select(ChatRow)) if row.state == "active"
        }
        assert held == {
            "-1005": {"relevance": "all"},
            "-1005/7": {"relevance": "ai_chip"},
            "-1005/8": {"relevance": "related"},
            "-55/7": {"relevance": "all"},
        }
        again = find_chat(session, "telegram", "-5/8")
        assert again is not None
        assert again.address == "-1005/8"


async def test_next_shows_what_is_followed_and_everybody_on_request(world: BotWorld) -> None:
    """A chip maker's date at once; the bearing maker's behind the button, and back."""
    bearings = world.issuer("示例轴承股份有限公司")
    note = world.app.stores.calendar.note_day
    note(bearings, CalendarKind.SUBSCRIPTION, date(2026, 7, 14), source="x", event_id="", at=NOW)
    note(bearings, CalendarKind.PAYMENT, date(2026, 7, 16), source="x", event_id="", at=NOW)
    note(world.issuer(METAX), CalendarKind.LISTING, date(2026, 7, 20), source="x", event_id="", at=NOW)
    await world.ask("/start")
    mine = await world.ask("/next")
    assert [line[:10] for line in mine.splitlines()[1:]] == ["2026-07-10", "2026-07-20"]
    await world.tap("全部公司（另有 2 个日期）")
    await world.until(lambda: "关注的公司" not in world.told(OWNER)[-1].text)
    every = world.told(OWNER)[-1].text
    assert "2026-07-14: 示例轴承 · 网上申购" in every
    assert "2026-07-16: 示例轴承 · 缴款" in every
    assert "2026-07-20: 沐曦股份 · 上市" in every
    await world.tap("关注的公司")
    await world.until(lambda: world.told(OWNER)[-1].text == mine)
    assert await world.ask("/next all") == every
    await _only_bearings(world, bearings)
    assert [line[:10] for line in (await world.ask("/next")).splitlines()[1:]] == ["2026-07-14", "2026-07-16"]


async def _only_bearings(world: BotWorld, bearings: int) -> None:
    with world.app.database.write() as session:
        chat = find_chat(session, "telegram", str(OWNER))
        assert chat is not None
        chat.preferences = {"chosen": True, "issuers": {str(bearings): "示例轴承"}}
        session.add(chat)


async def test_following_a_company_brings_its_card_at_once_and_the_first_alert_replies_to_it(
    world: BotWorld,
) -> None:
    """The card is silent, and stands there before anything happens."""
    await world.ask("/start")
    await world.ask("/watch 沐曦")
    await world.tap("✅ 关注")
    await world.until(lambda: len(world.cards(OWNER)) == 1)
    await world.quiet()
    card = world.cards(OWNER)[0]
    assert card.silent
    assert "已问询 · 2026-06-26" in card.text
    alert = await world.shown(lambda: world.move("2078", *STEPS), OWNER)
    await world.quiet()
    assert alert.reply_to == card.message_id
    assert card.edits == 1
    assert len(world.read(lambda session: session.exec(select(LivingCardRow)).all())) == 1


async def test_status_tells_the_owner_who_is_let_in(world: BotWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts in private for the owner, none for a member; the same on the command line."""
    await world.ask("/start")
    code = (await world.ask("/invite")).split("邀请码 ")[1].split("，")[0]
    await world.ask(f"/start {code}", user=FRIEND)
    await world.ask("/allow -1009")
    world.api.say(1003, "/pipeline")
    await world.quiet()
    assert "邀请制 · 成员 1 · 频道 1 · 会话 2（话题 0） · 24 小时内拒绝 1 次" in await world.ask("/status")
    assert "邀请制" not in await world.ask("/status", user=FRIEND)
    for name, value in world.environ.items():
        monkeypatch.setenv(name, value)
    found = json.loads(CliRunner().invoke(cli, ["status", "--json"]).output)
    held = {key: found["bot"][key] for key in ("access", "members", "channels", "chats", "topics")}
    assert held == {"access": "invite", "members": 1, "channels": 1, "chats": 2, "topics": 0}


async def test_a_company_nobody_lists_yet_is_followed_by_its_name(world: BotWorld) -> None:
    """Known from the registry alone: agreed to, shown in /watching, told when the exchange first lists it."""
    await world.ask("/start")
    await _follow_only_named(world)
    assert "0 条" in await world.ask("/watch 燧原")
    await world.tap("✅ 关注")
    await world.quiet()
    assert "燧原" in await world.ask("/watching")
    made = record("2222", "上海燧原科技股份有限公司", "燧原科技", "1", planned="60")
    keep = world.app.stores.repository
    keep.projects_seen("sse_star", [("x", made)], sight(NOW), baseline=False)
    alert = await world.shown(lambda: world.move("2222", ("1", "", date(2026, 7, 6))), OWNER)
    assert "燧原科技 · 已受理" in alert.text
    assert "关注：燧原" in alert.text


async def _follow_only_named(world: BotWorld) -> None:
    with world.app.database.write() as session:
        chat = find_chat(session, "telegram", str(OWNER))
        assert chat is not None
        chat.preferences = {**chat.preferences, "relevance": "named"}
        session.add(chat)


async def test_a_member_put_out_sees_on_the_card_that_it_is_not_kept(world: BotWorld) -> None:
    """/revoke: one last edit, no alert, no further word."""
    await world.ask("/start")
    code = (await world.ask("/invite")).split("邀请码 ")[1].split("，")[0]
    await world.ask(f"/start {code}", user=FRIEND)
    await world.shown(lambda: world.move("2078", *STEPS), FRIEND)
    await world.quiet()
    (card,) = world.cards(FRIEND)
    await world.ask(f"/revoke {FRIEND}")
    await world.quiet()
    assert "不再更新" in card.text
    told = len(world.told(FRIEND))
    await world.shown(lambda: world.move("2078", *STEPS, ("4", "", date(2026, 7, 6))), OWNER)
    await world.quiet()
    assert len(world.told(FRIEND)) == told
    assert "提交注册" not in card.text

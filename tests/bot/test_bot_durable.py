"""Nothing asked is lost or done twice, whatever dies when; alerts go first; a silent poller is replaced."""

from __future__ import annotations

import asyncio
import time
from datetime import date

import pytest

import monitor.bot
from monitor.bot_budget import Budgets
from monitor.domain.errors import Unreachable
from tests.bot.kit import FRIEND, GROUP, OWNER, STRANGER, BotWorld
from tests.doubles.bot_faults import CONFLICT, UNAUTHORIZED, Break, Fault, broken

STEPS = (("1", "", date(2026, 6, 5)), ("2", "", date(2026, 6, 26)), ("3", "1", date(2026, 7, 6)))


async def _kill(world: BotWorld) -> None:
    """The process is gone: no task of it goes on."""
    await world.stop()


async def test_killed_between_fetch_and_handling_it_is_handled_once_after_the_restart(
    world: BotWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The update was stored and confirmed, never handled; after the restart it is answered, once."""
    await world.ask("/start")
    await world.quiet()
    bot = world.app.bot
    assert bot is not None

    async def never(number: int, body: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(bot, "_handle", never)
    world.api.say(OWNER, "/stop")
    await world.until(lambda: world.verdicts()[-1:] == [""])
    await world.until(lambda: not world.api.updates)  # confirmed: the server has forgotten it
    await _kill(world)
    before = len(world.api.chats[OWNER].shown)
    await world.restart()
    await world.until(lambda: len(world.api.chats[OWNER].shown) > before)
    await world.quiet()
    assert world.verdicts()[-1] == "handled"
    assert world.preferences(str(OWNER))["subscribed"] is False
    assert len(world.api.chats[OWNER].shown) == before + 1


async def test_killed_before_the_update_was_stored_the_server_sends_it_again(
    world: BotWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fetched, not stored: the offset never moved, so nothing is lost."""
    await world.ask("/start")
    await world.quiet()
    bot = world.app.bot
    assert bot is not None
    monkeypatch.setattr(bot, "_verdict", lambda update: (_ for _ in ()).throw(asyncio.CancelledError))
    world.api.say(OWNER, "/pipeline")
    await world.until(lambda: not bot_polls(world))
    await _kill(world)
    before = len(world.api.chats[OWNER].shown)
    await world.restart()
    await world.until(lambda: len(world.api.chats[OWNER].shown) > before)
    await world.quiet()
    assert len(world.api.chats[OWNER].shown) == before + 1


def bot_polls(world: BotWorld) -> bool:
    """Whether the bot's task still runs."""
    return not world._tasks[1].done()


async def test_an_update_delivered_twice_is_handled_once(world: BotWorld) -> None:
    """The server repeats what it believes unconfirmed; the id says it is the same."""
    await world.ask("/start")
    await world.quiet()
    repeated = world.api.say(OWNER, "/pipeline")
    await world.quiet()
    shown = len(world.api.chats[OWNER].shown)
    await _kill(world)
    world.api.updates.insert(0, {"update_id": repeated, "message": {"text": "/pipeline"}})
    await world.restart()
    world.api.say(OWNER, "/next")
    await world.until(lambda: len(world.api.chats[OWNER].shown) > shown)
    await world.quiet()
    assert len(world.api.chats[OWNER].shown) == shown + 1


async def test_a_handler_that_breaks_stops_nobody_else(
    world: BotWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken command is given up and reported; its changes are gone; the next is answered."""
    await world.ask("/start")

    def broken_view(*_: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr("monitor.store.bot_lists.pipeline", broken_view)
    world.api.say(OWNER, "/pipeline")
    assert "2026-07-10" in await world.ask("/next")
    assert "failed: ZeroDivisionError" in world.verdicts()


async def test_an_answer_that_is_not_the_bot_apis_ends_neither_poller_nor_handler(world: BotWorld) -> None:
    """A proxy's own JSON for "who are you" and "who administers" is trouble, and lets nobody in."""
    odd = Fault(name="odd", status=200, body=b'{"ok": true, "result": {}}')
    world.api.script(odd, method="getChatMember")
    world.api.say(STRANGER, "/start", chat=GROUP)
    await world.quiet()
    assert world.verdicts() == ["refused"]
    assert world.app.bot is not None
    world.api.script(odd, method="getMe")
    client = world.app.bot.new_client()
    with pytest.raises(Unreachable):
        await client.name()
    await client.close()


async def test_another_poller_stops_ours_and_the_operator_is_told(world: BotWorld) -> None:
    """Two 409 in a row: no further request, one trouble, and the alerts still leave."""
    bot = world.app.bot
    assert bot is not None
    told: list[str] = []
    bot.trouble = told.append
    await world.ask("/start")
    await world.quiet()
    bot._rest = lambda seconds: _rested(world, seconds)  # type: ignore[method-assign]
    world.api.script(*[CONFLICT] * 50, method="getUpdates")
    world.api.push_update(poll={"id": "1"})  # wakes the long poll that is under way
    await world.until(lambda: bool(told))
    polls = [call for call in world.api.calls if call.method == "getupdates"]
    shown = await world.shown(lambda: world.move("2078", *STEPS), OWNER)
    assert "上市委会议通过" in shown.text
    assert len([call for call in world.api.calls if call.method == "getupdates"]) == len(polls)
    assert len(told) == 1
    assert "another program" in told[0]


async def _rested(world: BotWorld, seconds: float) -> None:
    if seconds >= 900:
        await asyncio.Event().wait()


async def test_a_refused_token_is_told_once_and_not_asked_with_again_for_long(world: BotWorld) -> None:
    """401: the operator hears of it; the next try is 15 minutes away."""
    bot = world.app.bot
    assert bot is not None
    told: list[str] = []
    bot.trouble = told.append
    await world.ask("/start")
    await world.quiet()
    world.api.script(*[UNAUTHORIZED] * 50, method="getUpdates")
    world.api.push_update(poll={"id": "1"})
    await world.until(lambda: bool(told))
    assert len(told) == 1
    assert "token" in told[0]
    assert "AAcanary" not in told[0]


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for before the world: the probe looks often from its first look on."""
    monkeypatch.setattr(monitor.bot, "_LOOK", 0.05)


async def test_a_poller_nobody_answers_is_begun_anew(
    quick_looks: None, world: BotWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server swallows getUpdates in silence; the probe makes a new poller and commands work again."""
    await world.ask("/start")
    await world.quiet()
    bot = world.app.bot
    assert bot is not None
    monkeypatch.setattr(monitor.bot, "_SILENT", 0.3)
    world.api.script(broken(Break.SILENCE), method="getUpdates")
    world.api.push_update(poll={"id": "1"})
    await world.until(lambda: bot.rebuilt > 0)
    monkeypatch.setattr(monitor.bot, "_SILENT", 60.0)
    assert "2026-07-10" in await world.ask("/next")


def test_the_probe_acts_within_two_minutes() -> None:
    """90 s of silence, looked at every 15 s."""
    assert monitor.bot._SILENT + monitor.bot._LOOK <= 120


async def test_one_person_cannot_flood_us_and_alerts_leave_within_two_seconds(world: BotWorld) -> None:
    """2,000 commands at once from one person: 20 are answered, and the alert does not wait for them."""
    await world.ask("/start")
    await world.quiet()
    bot = world.app.bot
    assert bot is not None
    bot.budgets = Budgets(burst=20, every=60.0)
    for _ in range(2_000):
        world.api.say(OWNER, "/pipeline")
    await world.until(lambda: len(world.verdicts()) > 200)
    chat = world.api.chats[OWNER]
    begun = time.monotonic()
    world.move("2078", *STEPS)
    await world.until(lambda: any("上市委会议通过" in text and "🏁" not in text for text in chat.texts))
    took = time.monotonic() - begun
    await world.quiet()
    verdicts = world.verdicts()
    assert len(verdicts) == 2_001
    assert verdicts.count("handled") == 21
    assert verdicts.count("limited") == 1_980
    assert took < 2.0


def test_a_bucket_fills_again() -> None:
    """Two at once, then one every ten seconds, each person for themselves."""
    budgets = Budgets(burst=2, every=10.0)
    assert [budgets.take(1, 0.0) for _ in range(3)] == [True, True, False]
    assert budgets.take(2, 0.0)
    assert [budgets.take(1, 10.0), budgets.take(1, 10.0)] == [True, False]
    assert FRIEND != OWNER

"""A token the service refuses: commands are tried again ever more seldom, told once, and the end once."""

from __future__ import annotations

import pytest

import monitor.bot
from monitor.halts import FIRST, LONGEST
from tests.bot.kit import BotWorld
from tests.doubles.bot_faults import UNAUTHORIZED


async def test_a_refused_token_is_tried_again_and_told_once_with_its_end(
    world: BotWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three refusals, then the service knows us again: one word each way, and commands are answered."""
    bot = world.app.bot
    assert bot is not None
    told: list[str] = []
    bot.trouble = told.append
    monkeypatch.setattr(monitor.bot, "FIRST", 0.01)
    await world.stop()
    await world.restart()
    bot = world.app.bot
    assert bot is not None
    bot.trouble = told.append
    await world.ask("/start")
    await world.quiet()
    world.api.script(*[UNAUTHORIZED] * 3, method="getUpdates")
    world.api.push_update(poll={"id": "1"})
    await world.until(lambda: bool(told))
    world.api.push_update(poll={"id": "2"})
    await world.until(lambda: len(told) == 2)
    assert "the bot's token is refused since " in told[0]
    assert told[1].endswith("is accepted again")
    assert "2026-07-10" in await world.ask("/next")
    assert len(told) == 2


def test_it_is_asked_as_seldom_as_a_refused_channel() -> None:
    """15 minutes at first, six hours at most."""
    assert (FIRST, LONGEST) == (900, 6 * 3600)

"""A bot at work: the real application, without sources, against the strict Bot API stand-in."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

os.environ.setdefault("PTB_TIMEDELTA", "1")

from tests.bot.kit import TOKEN, BotWorld
from tests.doubles.bot_api import BotApi


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """The server, with an owner's private chat and a group the owner administers."""
    async with BotApi(token=TOKEN) as server:
        for user in (1001, 1002, 1003):
            server.add_chat(user)
        group = server.add_chat(-100200, "supergroup", "投资群")
        group.members = {1001: "creator", 1002: "administrator", 1003: "member"}
        yield server


@pytest.fixture
async def world(api: BotApi, tmp_path: Path) -> AsyncIterator[BotWorld]:
    """Two chip makers and their histories, and the bot running; 1001 is its owner."""
    made = BotWorld(api, tmp_path)
    await made.start()
    yield made
    await made.stop()

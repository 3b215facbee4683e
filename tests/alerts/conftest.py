"""Fixtures of the alert tests: the Bot API stand-in on loopback and a channel pointed at it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest

# python-telegram-bot reads it whenever a 429 arrives; the application sets it where it starts.
os.environ.setdefault("PTB_TIMEDELTA", "1")

from alerts.channels.telegram import TelegramChannel
from tests.doubles.bot_api import BotApi

TOKEN = "7654321:AAcanary-token_that-must-never-be-seen0"
CHAT = 1001


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A Bot API server with one private chat, one group and one channel."""
    async with BotApi(token=TOKEN) as server:
        server.add_chat(CHAT)
        server.add_chat(-100200, "supergroup", "投资群")
        server.add_chat(-100300, "channel", "公告", username="ipo_alerts")
        yield server


@pytest.fixture
async def telegram(api: BotApi) -> AsyncIterator[TelegramChannel]:
    """The channel under test, impatient so that a silent server is noticed at once."""
    channel = TelegramChannel(token=TOKEN, api_url=api.url, read_timeout=0.3, connect_timeout=0.3)
    yield channel
    await channel.close()

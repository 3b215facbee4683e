"""Prints an investor's first day with the bot, in both languages: `python -m tests.bot.transcript`."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("PTB_TIMEDELTA", "1")

from tests.bot.kit import OWNER, TOKEN, BotWorld
from tests.bot.script import first_day
from tests.doubles.bot_api import BotApi


async def talk(language: str) -> list[str]:
    """The conversation in one language."""
    with tempfile.TemporaryDirectory() as folder:
        async with BotApi(token=TOKEN) as api:
            api.add_chat(OWNER)
            world = BotWorld(api, Path(folder))
            await world.start()
            try:
                return (await first_day(world, language)).lines
            finally:
                await world.stop()


def main() -> None:
    """Both conversations, one after the other."""
    for language, title in (("zh", "中文"), ("en", "English")):
        sys.stdout.write(f"\n===== {title} =====\n" + "\n".join(asyncio.run(talk(language))) + "\n")


if __name__ == "__main__":
    main()

"""Prints an investor's first day with the bot and what other chats see, in both languages.

`python -m tests.bot.transcript`; ✎ is an edit in place, 🔕 a silent message, ↩ what it replies to.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

os.environ.setdefault("PTB_TIMEDELTA", "1")

from tests.bot.kit import OWNER, TOKEN, BotWorld
from tests.bot.script import Talk, elsewhere, first_day
from tests.doubles.bot_api import BotApi


async def talk(script: Callable[[BotWorld, str], Awaitable[Talk]], language: str) -> list[str]:
    """One conversation in one language."""
    with tempfile.TemporaryDirectory() as folder:
        async with BotApi(token=TOKEN) as api:
            api.add_chat(OWNER)
            world = BotWorld(api, Path(folder))
            await world.start()
            try:
                return (await script(world, language)).lines
            finally:
                await world.stop()


def main() -> None:
    """Both conversations, one after the other."""
    for language, title in (("zh", "中文"), ("en", "English")):
        for script in (first_day, elsewhere):
            sys.stdout.write(
                f"\n===== {title} =====\n" + "\n".join(asyncio.run(talk(script, language))) + "\n"
            )


if __name__ == "__main__":
    main()

"""An investor's chat with the bot over the demo's season: the daemon's real parts, and what the chat shows.

Rule: only public facts of MetaX (沐曦) and Moore Threads (摩尔线程), as `monitor/demo` holds them.
Rule: nothing sleeps and nothing leaves the machine; the same season gives the same messages.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from monitor.app import App, complete_pass
from monitor.demo.exchange import Exchange, serve
from monitor.demo.reading import PaperReader
from monitor.demo.season import load_season
from monitor.demo.world import World
from tests.bot.kit import OWNER, TOKEN, BotWorld, SetClock
from tests.doubles.bot_api import EPOCH, BotApi
from tests.doubles.bot_state import Shown

CST = timezone(timedelta(hours=8))
_PROJECTS = ("2078", "2098")
_DOCUMENTS = 50  # read after one look, at most


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One message of a chat, as its reader sees it; `shown` is None for what the reader typed."""

    at: datetime
    text: str
    shown: Shown | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """At an hour of Shanghai: something typed, a [button] tapped, else a look at the exchange."""

    at: str
    act: str = ""


class SeasonWorld(BotWorld):
    """The bot's application over the embedded exchange instead of a small market."""

    def __init__(self, api: BotApi, folder: Path, base: str, clock: SetClock) -> None:
        self._base = base
        super().__init__(api, folder, clock=clock)

    def _build(self) -> App:
        self.environ["IPO_MONITOR_DOCUMENTS__DIR"] = str(Path(self.environ["HOME"]) / "documents")
        for source in ("SSE_STAR", "SSE_ISSUE"):
            given = {
                "ENABLED": "true",
                "ALLOW_PRIVATE_HOSTS": "true",
                "QUERY_URL": self._base,
                "MIN_REQUEST_GAP": "0",
            }
            self.environ |= {f"IPO_MONITOR_SOURCES__{source}__{key}": text for key, text in given.items()}
        self.environ["IPO_MONITOR_SOURCES__SSE_STAR__STATIC_URL"] = self._base
        app = super()._build()
        assert app.reading is not None
        app.reading.read = PaperReader()
        return app

    def _fill(self) -> None:
        """Nothing: the exchange has it."""

    async def look(self) -> None:
        """One whole pass over the exchange, its documents, and everything owed for them."""
        for turn in self.app.turns:
            await complete_pass(turn, self.clock, thorough=True)
        assert self.app.reading is not None
        await self.app.reading.drain(_DOCUMENTS)
        self.app.owed()


async def play(turns: Sequence[Turn]) -> tuple[Said, ...]:
    """The chat after these turns, oldest first; what was known before the first is learned quietly.

    Raises TimeoutError when an answer does not come.
    """
    season = load_season()
    issues = [issue for issue in season.issues if issue.project in _PROJECTS]
    world = World([season.projects[key] for key in _PROJECTS], (), issues)
    clock = SetClock(_instant(turns[0].at) - timedelta(hours=1))

    def on_the_server() -> float:
        return clock.at.timestamp() - EPOCH

    with tempfile.TemporaryDirectory() as folder:
        async with BotApi(token=TOKEN, clock=on_the_server) as api, serve(Exchange(world, clock.now)) as base:
            api.add_chat(OWNER)
            chat = SeasonWorld(api, Path(folder), base, clock)
            await chat.app.prepare()
            await chat.look()
            await chat.start()
            try:
                return await _played(chat, turns)
            finally:
                await chat.stop()


async def _played(chat: SeasonWorld, turns: Sequence[Turn]) -> tuple[Said, ...]:
    typed: dict[int, Said] = {}
    held = chat.api.chats[OWNER]
    for turn in turns:
        chat.clock.at = _instant(turn.at)
        if not turn.act:
            await chat.look()
        elif turn.act.startswith("["):
            await chat.tap(turn.act.strip("[]"))
        else:
            typed[held.next_id] = Said(at=chat.clock.at, text=turn.act)
            await chat.ask(turn.act)
        await chat.quiet()
    told = {
        one.message_id: Said(
            at=datetime.fromtimestamp(round(one.at) + EPOCH, UTC).astimezone(CST), text=one.text, shown=one
        )
        for one in held.shown
        if not one.deleted
    }
    return tuple(said for _, said in sorted((typed | told).items()))


def _instant(shanghai: str) -> datetime:
    return datetime.fromisoformat(shanghai).replace(tzinfo=CST).astimezone(UTC)

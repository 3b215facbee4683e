"""One whole season through the real command, with two chats on a Bot API stand-in of our own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import select

from monitor.domain.events import Event
from monitor.store import eventlog
from monitor.store.database import Database
from monitor.store.tables import ChatRow, DeliveryRow, EventRow
from tests.cli.kit import environment
from tests.doubles.bot_api import BotApi
from tests.doubles.bot_state import Shown

PATIENCE = 280


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """What the season left behind: the chats as people saw them, and the demo's own folder."""

    folder: Path
    shown: dict[int, tuple[Shown, ...]]
    api: BotApi
    run: subprocess.CompletedProcess[str]

    def told(self) -> list[tuple[int, Event]]:
        """Every live event with its number, in order of commitment."""
        database = Database(f"sqlite:///{self.folder / 'demo.sqlite3'}")
        try:
            with database.read() as session:
                rows = session.exec(select(EventRow).order_by(EventRow.seq)).all()  # type: ignore[arg-type]
                return [(row.seq or 0, eventlog.to_event(row)) for row in rows if not row.baseline]
        finally:
            database.close()

    def deliveries(self) -> list[tuple[str, int, str]]:
        """Chat, event number and state of every delivery."""
        database = Database(f"sqlite:///{self.folder / 'demo.sqlite3'}")
        try:
            with database.read() as session:
                pairs = session.exec(
                    select(ChatRow.address, DeliveryRow.event_seq, DeliveryRow.state)
                    .join(DeliveryRow, DeliveryRow.chat_id == ChatRow.id)  # type: ignore[arg-type]
                    .where(ChatRow.channel == "telegram")
                ).all()
                return [(address, seq, state) for address, seq, state in pairs]
        finally:
            database.close()


def demo(folder: Path, url: str, *more: str) -> subprocess.CompletedProcess[str]:
    """`ipo-monitor demo` as fast as it goes, against a Bot API server."""
    command: Sequence[str] = (
        sys.executable, "-m", "monitor", "demo", "--speed", "1e9", "--keep", str(folder),
        "--telegram-api", url, *more,
    )  # fmt: skip
    return subprocess.run(
        command, env=environment(folder), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def bot_api() -> AbstractAsyncContextManager[BotApi]:
    """A strict Bot API server that knows every chat."""

    @asynccontextmanager
    async def serve() -> Any:
        async with BotApi(open_chats=True) as api:
            yield api

    return serve()

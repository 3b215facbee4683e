"""Draws stored alerts as the terminal shows them: `python tools/draw_alert.py URL FILE.svg EVENT_ID…`.

Rule: the picture is made by the program's own renderer from a stored event; nothing in it is typed by hand.
"""

from __future__ import annotations

import asyncio
import io
import re
import sys
from pathlib import Path

from rich.console import Console
from sqlmodel import select

from alerts.channels.console import ADDRESS, ConsoleChannel
from alerts.render import render
from monitor.store import eventlog
from monitor.store.database import Database
from monitor.store.tables import EventRow


async def draw(url: str, event_ids: list[str]) -> str:
    """The alerts of events in the database at `url`, in Chinese and then in English, as one SVG."""
    database = Database(url)
    console = Console(record=True, width=112, file=io.StringIO(), force_terminal=True, highlight=False)
    channel = ConsoleChannel(console=console)
    with database.read() as session:
        events = [
            eventlog.to_event(session.exec(select(EventRow).where(EventRow.id == wanted)).one())
            for wanted in event_ids
        ]
    for event in events:
        for payload in (*channel.format(render(event, "zh")), *channel.format(render(event, "en"))):
            await channel.send(ADDRESS, payload)
            console.print()
    database.close()
    # The picture must not make its reader's browser fetch fonts from somewhere.
    return re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="ipo-monitor"), flags=re.DOTALL)


if __name__ == "__main__":
    picture = asyncio.run(draw(sys.argv[1], sys.argv[3:]))
    Path(sys.argv[2]).write_text(picture, encoding="utf-8")

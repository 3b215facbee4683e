"""How long one event takes to be matched and queued for 2,000 chats: part of `python -m tests.bot.bench`.

Rule: a real SQLite file; timed is the whole transaction, from the exchange's rows to durable deliveries.
"""

from __future__ import annotations

import random
import time
from datetime import date
from pathlib import Path

from sqlmodel import func, select

from alerts.preferences import Preferences, to_stored
from monitor.store.tables import ChatRow, DeliveryRow, LivingCardRow
from tests.bot.kit import METAX, NOW, BotWorld, row
from tests.doubles.bot_api import BotApi
from tests.store.facts import sight

CHATS = 2_000


def mixed(rng: random.Random, issuer: int) -> Preferences:
    """What one chat of many may have chosen: companies, a sponsor, a board, a grade, quiet hours, a mute."""
    chosen = [
        Preferences(relevance="ai_chip"),
        Preferences(relevance="all", quiet="22:00-07:30"),
        Preferences(relevance="related", quiet="17:00-23:00", through=False),
        Preferences(issuers={str(issuer): "沐曦股份", "7": "别家", "8": "又一家"}),
        Preferences(issuers={str(n): f"示例{n}" for n in range(100, 140)}),
        Preferences(watch=(*(f"示例{n}" for n in range(20)), "沐曦")),
        Preferences(sponsors=("中金公司", "中信证券")),
        Preferences(boards=("科创板",), kinds={"review_step": True}),
        Preferences(boards=("主板",)),
        Preferences(min_planned_fen=200_000_000_000),
        Preferences(relevance="all", muted={str(issuer): "2026-08-01T00:00:00+00:00|沐曦股份"}),
        Preferences(subscribed=False),
    ]
    return rng.choice(chosen)


def queue_one(folder: Path, chats: int = CHATS, rounds: int = 7) -> tuple[list[float], int]:
    """Seconds of each of so many commits of one milestone, and how many chats were owed the last one."""
    world = BotWorld(BotApi(), folder)
    rng, issuer = random.Random(1), world.issuer(METAX)
    with world.app.database.write() as session:
        for n in range(chats):
            group = -(10_000 + n) if n % 3 == 0 else 10_000 + n
            session.add(
                ChatRow(
                    channel="telegram",
                    address=str(group),
                    language=rng.choice(["zh", "en", "both"]),
                    preferences=to_stored(mixed(rng, issuer)),
                )
            )
        session.flush()
        for number in session.exec(select(ChatRow.id)).all():  # each has a card of the company
            session.add(LivingCardRow(chat_id=number or 0, issuer_id=issuer, state="live", message_id="1"))
    keep = world.app.stores.repository
    path, took, owed = [("1", date(2026, 6, 5)), ("2", date(2026, 6, 26))], [], 0
    for n in range(rounds):
        path.append(("7" if n % 2 == 0 else "2", date(2026, 7, 6)))
        rows = [row("2078", i, code, day, "1" if code == "7" else "") for i, (code, day) in enumerate(path)]
        before = _owed(world)
        begun = time.perf_counter()
        keep.timeline_seen("sse_star", "2078", rows, sight(NOW))
        took.append(time.perf_counter() - begun)
        owed = _owed(world) - before
    world.app.thread.close()
    world.app.database.close()
    return took, owed


def _owed(world: BotWorld) -> int:
    return world.read(lambda session: session.exec(select(func.count()).select_from(DeliveryRow)).one())


def lines(folder: Path) -> list[str]:
    """The figure as a line."""
    took, owed = queue_one(folder)
    ordered = sorted(took)
    return [
        f"bot: one event matched with {CHATS} chats of mixed preferences, {owed} deliveries durable: "
        f"median {ordered[len(ordered) // 2] * 1000:.0f} ms, max {ordered[-1] * 1000:.0f} ms"
    ]

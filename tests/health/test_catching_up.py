"""After an outage of a source everything it shows is told: one digest to a chat, each event tracked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import col, select

from alerts.contract import Delivered, Outcome, Payload
from alerts.message import Message
from monitor.domain.events import EventKind
from monitor.store.chats import ensure_chat
from monitor.store.tables import ChatRow, DeliveryRow, EventRow
from tests.health.bench import Bench, bench


class Chat:
    """A channel that takes everything and remembers it."""

    name = "telegram"

    def __init__(self) -> None:
        self.sent: list[str] = []

    def format(self, message: Message) -> tuple[Payload, ...]:
        words = "\n".join([message.headline, *(f"{fact.label} {fact.value}" for fact in message.facts)])
        return (Payload(text=words, plain=words),)

    async def send(self, address: str, payload: Payload, *, plain: bool = False) -> Outcome:
        self.sent.append(payload.plain)
        return Delivered(receipt=str(len(self.sent)))

    async def close(self) -> None:
        return None


async def test_six_hours_down_then_eleven_events_come_as_a_digest_each_tracked(tmp_path: Path) -> None:
    begin = datetime(2025, 12, 1, 12, tzinfo=UTC)
    async with bench(tmp_path, as_of=begin) as day:
        chat = Chat()
        day.app.channels["telegram"] = chat
        day.app.channels["console"] = Chat()
        with day.app.database.write() as session:
            everything = {"kinds": {kind.value: True for kind in EventKind}}
            ensure_chat(session, "telegram", "7", now=day.clock.now(), operator=True, preferences=everything)
        await _caught_up(day)
        day.exchange.faults.on("reset")
        while day.clock.now() < begin + timedelta(hours=6):
            await day.quick()
            day.clock.advance(900)
        assert [verdict for _, source, verdict in day.told() if source == "sse_star"] == ["down"]
        day.seen[0] = later = day.exchange.world.moments[-1]
        day.exchange.faults.clear()
        day.clock.advance((later - day.clock.now()).total_seconds() + 3600)
        assert await day.quick() == "ok"
        await _caught_up(day)
        back = next(seq for seq, kind, _ in reversed(_owed(day)) if kind == EventKind.SOURCE_RECOVERED)
        owed = [row for row in _owed(day) if row[0] > back]  # what stood before is months old by now
        assert len(owed) > 5, "enough for a digest"
        assert EventKind.MILESTONE in {kind for _, kind, _ in owed}
        await day.app.once([])
        after = [row for row in _owed(day) if row[0] > back]
        assert after[: len(owed)] == [(seq, kind, "sent") for seq, kind, _ in owed], (
            "each event is tracked by itself"
        )
        digests = [int(words.split()[0]) for words in chat.sent if "条新动态" in words]
        assert digests, "what is late comes together"
        assert max(digests) > 5


async def _caught_up(day: Bench) -> None:
    for _ in range(500):
        verdict, more = await day.turn().poller.background()
        assert verdict == "ok"
        if not more:
            return


def _owed(day: Bench) -> list[tuple[int, str, str]]:
    with day.app.database.read() as session:
        rows = session.exec(
            select(EventRow.seq, EventRow.kind, DeliveryRow.state)
            .where(DeliveryRow.event_seq == EventRow.seq, DeliveryRow.chat_id == ChatRow.id)
            .where(ChatRow.address == "7")
            .order_by(col(EventRow.seq))
        )
        return [(seq or 0, kind, state) for seq, kind, state in rows]

"""The process that is killed: publishes milestones into its outbox and delivers them over a real socket.

Run by `tests.delivery.kills` only; everything it needs comes as arguments, nothing is shared but the file.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, func, select

from alerts.contract import Delivered, Outcome, Payload, RetryLater
from alerts.message import Message
from alerts.routing import wanted
from monitor import failpoints
from monitor.clock_system import SystemClock
from monitor.delivery import Delivery
from monitor.limiter import Limiter
from monitor.store import eventlog, outbox
from monitor.store.chats import ensure_chat, listening
from monitor.store.database import Database
from monitor.store.jobs import Rules
from monitor.store.tables import DeliveryRow, EventRow
from monitor.store.thread import StoreThread
from tests.delivery.kit import milestone, render, render_digest

SETTLE = 0.4  # longer than the channel's time limit, as in earnest
TIMEOUT = 0.25
CHATS = ("11", "12", "-13", "14")


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What one life of the victim is to do."""

    url: str
    port: int
    events: int  # publish until so many are in the log
    failpoint: str = ""
    bug: str = ""  # a known-bad design to play, so that the rig proves it can fail


class LineChannel:
    """One JSON line each way per connection; an answer that does not come is ambiguous."""

    name = "telegram"

    def __init__(self, port: int) -> None:
        self._port = port

    def format(self, message: Message) -> tuple[Payload, ...]:
        text = "\n".join([f"{message.alert_id} {message.headline}", *message.notes])
        return (Payload(text=text, plain=text),)

    async def send(self, address: str, payload: Payload, *, plain: bool = False) -> Outcome:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError as exc:
            return RetryLater(why=f"connect: {exc}")
        try:
            writer.write(json.dumps({"chat": address, "text": payload.text}).encode() + b"\n")
            line = await asyncio.wait_for(reader.readline(), TIMEOUT)
        except (TimeoutError, OSError) as exc:
            return RetryLater(why=f"no answer: {type(exc).__name__}", ambiguous=True)
        finally:
            writer.close()
        if not line:
            return RetryLater(why="closed without an answer", ambiguous=True)
        answer = json.loads(line)
        if "id" in answer:
            return Delivered(receipt=str(answer["id"]))
        return RetryLater(why="429", after=timedelta(seconds=answer["retry_after"]))

    async def close(self) -> None:
        """Every send closes its own connection."""


def _forget(session: Session, to: str) -> int:
    rows = session.exec(select(DeliveryRow).where(DeliveryRow.state == "sending")).all()
    for row in rows:
        row.state = to
        session.add(row)
    return len(rows)


_BUGS = {
    # mark, then send: what was under way at a crash counts as sent
    "mark-then-send": lambda session, now, settle, cards=None: _forget(session, "sent"),
    # send, then mark: what was under way at a crash counts as never sent
    "send-then-mark": lambda session, now, settle, cards=None: _forget(session, "pending"),
}


def live(orders: Orders) -> None:
    """One life: until killed, or until everything is published and delivered."""
    if orders.failpoint:
        failpoints.install(orders.failpoint)
    if orders.bug:
        outbox.recover_at_start = _BUGS[orders.bug]
    asyncio.run(_live(orders))


async def _live(orders: Orders) -> None:
    database, clock, store = Database(orders.url), SystemClock(), StoreThread()

    def greet() -> None:
        with database.write() as session:
            for address in CHATS:
                ensure_chat(session, "telegram", address, now=clock.now())

    await store(greet)
    delivery = Delivery(
        database=database,
        run_in_store=store,
        channels={"telegram": LineChannel(orders.port)},
        render=render,
        render_digest=render_digest,
        rule=wanted,
        clock=clock,
        limiter=Limiter(clock, {}),
        rules=Rules(settle=timedelta(seconds=SETTLE), resends=20, backoff_most=0.5),
    )
    running = asyncio.ensure_future(delivery.run())

    def publish() -> tuple[int, int]:
        with database.write() as session:
            known = session.exec(select(func.count()).select_from(EventRow)).one()
            owed = _owed(session)
            if known < orders.events and owed < 24:
                rows = eventlog.append(session, [milestone(known + 1, clock.now())])
                outbox.stage(session, rows, listening(session), clock.now(), wanted)
            return known, owed

    while not running.done():
        known, owed = await store(publish)
        delivery.poke()
        if known >= orders.events and owed == 0:
            await delivery.stop()
            break
        await clock.sleep(0.01)
    await running
    store.close()
    database.close()


def _owed(session: Session) -> int:
    states = ("pending", "sending", "unresolved", "suspended")
    query = select(func.count()).select_from(DeliveryRow).where(col(DeliveryRow.state).in_(states))
    return session.exec(query).one()

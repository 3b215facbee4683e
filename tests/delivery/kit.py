"""What the delivery tests stand on: a clock that jumps, a channel that follows a script, a real database.

Rule: nothing waits in real time; `World.until` lets the loop run dry, then jumps to the next wake-up.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import Session, select

from alerts.contract import Delivered, Outcome, Payload
from alerts.message import Fact, Message
from alerts.routing import wanted
from monitor.delivery import Delivery
from monitor.domain.events import Event, EventKind, alert_code, event_id
from monitor.domain.stages import State
from monitor.limiter import Budget, Limiter
from monitor.store import eventlog, outbox
from monitor.store.chats import ensure_chat, listening
from monitor.store.database import Database
from monitor.store.jobs import Rules
from monitor.store.tables import ChatRow, DeliveryRow, EventRow

_T = TypeVar("_T")
START = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)


class JumpClock:
    """Time stands still until a test moves it; sleepers wake when their instant has come."""

    def __init__(self, start: datetime = START) -> None:
        self._wall = start
        self._mono = 1_000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._wall

    def monotonic(self) -> float:
        self._mono += 1e-9  # as in earnest, no two readings are equal
        return self._mono

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._mono + seconds, future))
        await future

    def advance(self, seconds: float) -> None:
        self._mono += seconds
        self._wall += timedelta(seconds=seconds)
        for due, future in self._sleepers:
            if due <= self._mono + 1e-9 and not future.done():
                future.set_result(None)
        self._sleepers = [(due, future) for due, future in self._sleepers if not future.done()]

    def step_wall(self, seconds: float) -> None:
        self._wall += timedelta(seconds=seconds)

    def next_wake(self) -> float | None:
        """Seconds to the first sleeper's instant."""
        waiting = [due for due, future in self._sleepers if not future.done()]
        return max(min(waiting) - self._mono, 0.0) if waiting else None


@dataclass
class Sent:
    """One call of the channel: what the chat saw, if it saw it, and when."""

    at: float
    address: str
    text: str
    plain: bool
    outcome: Outcome
    seen: bool


@dataclass
class Answer:
    """One scripted answer; `seen` says whether the chat got the message whatever the answer was."""

    outcome: Outcome
    seen: bool
    takes: float = 0.0


@dataclass
class ScriptedChannel:
    """A channel that answers from a script per address, then says yes; keeps the ground truth."""

    clock: JumpClock
    name: str = "telegram"
    part_size: int = 10_000
    latency: float = 0.0
    sent: list[Sent] = field(default_factory=list)
    script: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    in_flight: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    most_in_flight: int = 0
    before_send: Callable[[str, Payload], None] | None = None

    def says(self, address: str, *answers: Outcome | Answer) -> None:
        for answer in answers:
            self.script[address].append(
                answer
                if isinstance(answer, Answer)
                else Answer(outcome=answer, seen=isinstance(answer, Delivered))
            )

    def format(self, message: Message) -> tuple[Payload, ...]:
        lines = [f"{message.alert_id} {message.headline}", *message.notes]
        lines += [f"{fact.label}={fact.value}" for fact in message.facts] + [f"why={message.why}"]
        parts: list[str] = [""]
        for line in lines:
            if parts[-1] and len(parts[-1]) + len(line) > self.part_size:
                parts.append(message.alert_id)
            parts[-1] += ("\n" if parts[-1] else "") + line
        return tuple(
            Payload(text=f"<{text}>", plain=text, part=number + 1, parts=len(parts))
            for number, text in enumerate(parts)
        )

    async def send(self, address: str, payload: Payload, *, plain: bool = False) -> Outcome:
        if self.before_send:
            self.before_send(address, payload)
        self.in_flight[address] += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight[address])
        at = self.clock.monotonic()
        script = self.script[address]
        answer = (
            script.popleft() if script else Answer(outcome=Delivered(receipt=str(len(self.sent))), seen=True)
        )
        try:
            await self.clock.sleep(answer.takes or self.latency)
        finally:
            self.in_flight[address] -= 1
            self.sent.append(
                Sent(
                    at, address, payload.plain if plain else payload.text, plain, answer.outcome, answer.seen
                )
            )
        return answer.outcome

    async def close(self) -> None:
        """Nothing to close."""

    def seen(self, address: str) -> list[str]:
        return [sent.text for sent in self.sent if sent.address == address and sent.seen]


def render(event: Event, language: str) -> Message:
    """A plain stand-in for the real renderer, which has tests of its own."""
    facts = tuple(Fact(label=f"f{n}", value=part) for n, part in enumerate(event.reason.split("|")) if part)
    return Message(alert_id=alert_code(event.id), icon="•", headline=event.title or event.id, facts=facts)


def render_digest(events: Sequence[Event], language: str) -> Message:
    """Every event by its own alert id."""
    return Message(
        alert_id=alert_code("+".join(event.id for event in events)),
        icon="∑",
        headline=f"digest of {len(events)}",
        facts=tuple(Fact(label=alert_code(event.id), value=event.title) for event in events),
    )


def milestone(number: int, now: datetime = START, **fields: Any) -> Event:
    """A milestone published and first seen now, unless told otherwise."""
    given: dict[str, Any] = {
        "kind": EventKind.MILESTONE,
        "published_at": now,
        "title": f"event {number}",
        **fields,
    }
    return Event(
        id=event_id("sse_star", str(number), given["kind"], "2", "2026-07-06"),
        source="sse_star",
        project_id=str(number),
        issuer=given.pop("issuer", "示例芯片股份有限公司"),
        state=State("2"),
        date=date(2026, 7, 6),
        first_seen_at=given.pop("first_seen_at", now),
        **given,
    )


class World:
    """One database, one channel, one clock, and a Delivery that may be killed and started again."""

    def __init__(
        self, database: Database, *, rules: Rules | None = None, budget: Budget | None = None
    ) -> None:
        self.clock = JumpClock()
        self.database = database
        self.channel = ScriptedChannel(self.clock)
        self.others: dict[str, ScriptedChannel] = {}
        self.rules = rules or Rules()
        self.budget = budget
        self.delivery: Delivery | None = None
        self.task: asyncio.Task[None] | None = None
        self.store_fails: Callable[[], None] | None = None
        self.seed = 1
        self.store_calls = 0

    async def run_in_store(self, fn: Callable[[], _T], /) -> _T:
        self.store_calls += 1
        await asyncio.sleep(0)
        if self.store_fails:
            self.store_fails()
        return fn()

    def start(self) -> Delivery:
        self.delivery = Delivery(
            database=self.database,
            run_in_store=self.run_in_store,
            channels={"telegram": self.channel, **self.others},
            render=render,
            render_digest=render_digest,
            rule=wanted,
            clock=self.clock,
            limiter=Limiter(self.clock, {"telegram": self.budget} if self.budget else {}),
            rules=self.rules,
            rng=random.Random(self.seed),
        )
        self.task = asyncio.ensure_future(self.delivery.run())
        return self.delivery

    async def stop(self) -> None:
        if self.delivery and self.task and not self.task.done():
            stopping = asyncio.ensure_future(self.delivery.stop())
            await self.until(stopping.done)
            await self.task

    async def kill(self) -> None:
        """The process is gone: nothing is written down any more."""
        if self.task and not self.task.done():
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def until(self, condition: Callable[[], bool], within: float = 7 * 86_400.0) -> None:
        """Let the loop run and time jump from wake-up to wake-up until the condition holds."""
        end = self.clock.monotonic() + within
        while True:
            await self._run_dry()
            if condition():
                return
            if self.task and self.task.done() and self.task.exception():
                raise self.task.exception() or AssertionError
            wake = self.clock.next_wake()
            assert wake is not None, "nothing will ever happen again, and the condition does not hold"
            assert self.clock.monotonic() + wake <= end, f"not within {within} s"
            self.clock.advance(wake)

    async def idle(self, seconds: float) -> None:
        """Live through so many seconds."""
        end = self.clock.monotonic() + seconds
        while True:
            await self._run_dry()
            wake = self.clock.next_wake()
            left = end - self.clock.monotonic()
            if wake is None or wake > left:
                self.clock.advance(max(left, 0.0))
                await self._run_dry()
                return
            self.clock.advance(wake)

    async def _run_dry(self) -> None:
        """Turn the loop until the delivery is asleep: no store call for many turns."""
        quiet = 0
        while quiet < 12:
            before = self.store_calls
            await asyncio.sleep(0)
            quiet = quiet + 1 if self.store_calls == before else 0

    def write(self, work: Callable[[Session], _T]) -> _T:
        with self.database.write() as session:
            return work(session)

    def chat(self, address: str, channel: str = "telegram", **fields: Any) -> int:
        def work(session: Session) -> int:
            chat = ensure_chat(session, channel, address, now=self.clock.now(), **fields)
            assert chat.id is not None
            return chat.id

        return self.write(work)

    def publish(self, *events: Event) -> None:
        """Commit events with what they owe, as the pipeline does, and poke."""

        def work(session: Session) -> None:
            rows = eventlog.append(session, events)
            outbox.stage(session, rows, listening(session), self.clock.now(), wanted)

        self.write(work)
        if self.delivery:
            self.delivery.poke()

    def rows(self, address: str | None = None) -> list[DeliveryRow]:
        def work(session: Session) -> list[DeliveryRow]:
            query = select(DeliveryRow).join(ChatRow).order_by(DeliveryRow.event_seq)  # type: ignore[arg-type]
            if address is not None:
                query = query.where(ChatRow.address == address)
            return list(session.exec(query))

        with self.database.read() as session:
            return work(session)

    def states(self, address: str | None = None) -> list[str]:
        return [row.state for row in self.rows(address)]

    def events(self, kind: EventKind) -> list[EventRow]:
        with self.database.read() as session:
            return list(session.exec(select(EventRow).where(EventRow.kind == kind.value)))

    def all_sent(self) -> bool:
        states = self.states()
        return bool(states) and set(states) == {"sent"}

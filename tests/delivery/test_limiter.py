"""The limiter against a strict server that counts arrivals in sliding windows."""

from __future__ import annotations

import heapq
import random
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.contract import Delivered, Outcome, Payload, RetryLater
from monitor.limiter import Budget, Limiter, Ticket, is_group
from tests.delivery.kit import JumpClock, ScriptedChannel, World, milestone


class StrictServer:
    """Counts every arrival: more than the limit in any sliding window is a 429."""

    def __init__(self) -> None:
        self.windows: list[tuple[int, float, Callable[[str], str]]] = [
            (30, 1.0, lambda chat: "all"),
            (1, 1.0, str),
            (20, 60.0, lambda chat: "g" + chat),
        ]
        self.arrivals: dict[tuple[int, str], deque[float]] = defaultdict(deque)
        self.refused = 0

    def arrive(self, chat: str, at: float) -> bool:
        fits = True
        for number, (limit, seconds, key) in enumerate(self.windows):
            if number == 2 and not is_group(chat):
                continue
            seen = self.arrivals[number, key(chat)]
            while seen and seen[0] <= at - seconds:
                seen.popleft()
            seen.append(at)
            fits = fits and len(seen) <= limit
        self.refused += not fits
        return fits


def simulate(queues: dict[str, int], seed: int, latency: float) -> tuple[StrictServer, float]:
    """Send everything as soon as the limiter lets it; each message arrives somewhere on its way."""
    clock, server, rng = JumpClock(), StrictServer(), random.Random(seed)
    limiter = Limiter(clock, {"telegram": Budget()})
    on_the_way: list[tuple[float, int, str, Ticket | None]] = []
    busy: set[str] = set()
    count, last = 0, clock.monotonic()
    start = last
    while any(queues.values()) or on_the_way:
        now = clock.monotonic()
        waiting = [chat for chat in queues if queues[chat] and chat not in busy]
        waits = {chat: limiter.ready_in("telegram", chat) for chat in waiting}
        for chat in sorted(waiting, key=lambda chat: -queues[chat]):
            if waits[chat] <= 0 and limiter.ready_in("telegram", chat) <= 0:
                ticket = limiter.take("telegram", chat)
                queues[chat] -= 1
                busy.add(chat)
                takes = rng.uniform(0, latency)
                count += 2
                heapq.heappush(on_the_way, (now + rng.uniform(0, takes), count, chat, None))
                heapq.heappush(on_the_way, (now + takes, count + 1, chat, ticket))
        steps = [limiter.ready_in("telegram", chat) for chat in waiting if chat not in busy]
        steps += [on_the_way[0][0] - now] if on_the_way else []
        clock.advance(max(min(steps), 1e-6))
        while on_the_way and on_the_way[0][0] <= clock.monotonic():
            at, _, chat, arrived = heapq.heappop(on_the_way)
            if arrived is None:
                server.arrive(chat, at)
                last = at
            else:
                limiter.done(arrived)
                busy.discard(chat)
    return server, last - start


@settings(max_examples=40, deadline=None)
@given(
    chats=st.lists(st.tuples(st.integers(-20, 20), st.integers(1, 25)), min_size=1, max_size=40),
    seed=st.integers(0, 2**32),
    latency=st.sampled_from([0.0, 0.01, 0.3, 0.9]),
)
def test_no_window_of_the_server_ever_holds_more_than_its_limit(
    chats: list[tuple[int, int]], seed: int, latency: float
) -> None:
    """Whatever the queues and however long messages travel: zero 429."""
    server, _ = simulate({str(chat): count for chat, count in chats}, seed, latency)
    assert server.refused == 0


@pytest.mark.parametrize(("chats", "latency", "most"), [(500, 0.0, 1.02), (100, 0.05, 1.10)])
def test_three_alerts_to_each_chat_arrive_within_ten_percent_of_the_best_time(
    chats: int, latency: float, most: float
) -> None:
    """1,500 sends at 30 a second cannot end before 49 s; we need at most a tenth more."""
    server, took = simulate({str(chat): 3 for chat in range(1, chats + 1)}, 7, latency)
    best = chats * 3 / 30 - 1
    assert server.refused == 0
    assert best <= took <= best * most


def test_a_group_gets_twenty_a_minute_and_one_a_second() -> None:
    """45 messages to one group: 20 at once a second apart, the rest in the next minutes."""
    server, took = simulate({"-1001": 45}, 1, 0.0)
    assert server.refused == 0
    assert 124 <= took <= 126


def test_a_silent_send_frees_its_place_for_others_within_two_seconds() -> None:
    """Thirty requests into a black hole do not keep the thirty-first chat waiting for their time limit."""
    clock = JumpClock()
    limiter = Limiter(clock, {"telegram": Budget()})
    for chat in range(30):
        limiter.take("telegram", str(chat))
    assert 1.0 < limiter.ready_in("telegram", "99") <= 2.02


def test_a_new_process_remembers_what_the_old_one_sent() -> None:
    """Twenty messages to a group before the restart: the next waits out the minute."""
    clock = JumpClock()
    limiter = Limiter(clock, {"telegram": Budget()})
    limiter.remember([("telegram", "-1", 40.0 - number) for number in range(20)])
    assert limiter.ready_in("telegram", "-1") == pytest.approx(20.01)
    assert limiter.ready_in("console", "-1") == 0


class _StrictChannel(ScriptedChannel):
    server: StrictServer

    async def send(self, address: str, payload: Payload, *, plain: bool = False) -> Outcome:
        if not self.server.arrive(address, self.clock.monotonic()):
            return RetryLater(why="429", after=timedelta(seconds=5))
        await self.clock.sleep(0.004)
        self.sent.append(_sent(self.clock.monotonic(), address, payload.text))
        return Delivered(receipt="1")


def _sent(at: float, address: str, text: str):  # type: ignore[no-untyped-def]
    from tests.delivery.kit import Sent

    return Sent(at, address, text, False, Delivered(receipt="1"), True)


async def test_the_whole_loop_keeps_the_limits_and_the_time_for_500_chats(world: World) -> None:
    """Through the outbox, the claims and the limiter: 1,500 alerts, zero 429, within 10 % of 49 s."""
    from monitor.store.tables import ChatRow

    channel = _StrictChannel(world.clock)
    channel.server = StrictServer()
    world.channel = channel
    world.budget = Budget()
    world.write(
        lambda session: session.add_all(
            ChatRow(channel="telegram", address=str(number)) for number in range(1, 501)
        )
    )
    world.publish(milestone(1), milestone(2), milestone(3))
    world.start()
    before = world.clock.monotonic()
    await world.until(lambda: len(channel.sent) == 1500)
    assert channel.server.refused == 0
    assert channel.sent[-1].at - before <= 49.0 * 1.10
    await world.until(world.all_sent)
    assert len({(sent.address, sent.text) for sent in channel.sent}) == 1500

"""Whose turn it is: urgent chats first, then whoever was served longest ago, within the limiter's windows.

Rule: chats are independent; what holds one back is never a reason to hold another.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from datetime import datetime

from monitor.domain.clock import Clock
from monitor.limiter import Limiter, Ticket
from monitor.store.jobs import Lane

Free = Callable[[Lane], bool]


class Lanes:
    """The lanes as last read from the store, and when each chat was last served."""

    def __init__(self, clock: Clock, limiter: Limiter) -> None:
        self._clock = clock
        self._limiter = limiter
        self._lanes: dict[int, Lane] = {}
        self._paused: dict[int, float] = {}  # chat → monotonic instant before which it is left alone
        self._served: dict[int, float] = {}

    def replace(self, lanes: Iterable[Lane]) -> None:
        """Every lane there is."""
        self._lanes = {lane.chat_id: lane for lane in lanes}
        self._served = {chat: at for chat, at in self._served.items() if chat in self._lanes}
        self._paused = {chat: at for chat, at in self._paused.items() if chat in self._lanes}

    def update(self, chat_ids: Iterable[int], lanes: Iterable[Lane]) -> None:
        """The lanes of these chats, as they are now."""
        for chat_id in chat_ids:
            self._lanes.pop(chat_id, None)
        self._lanes.update({lane.chat_id: lane for lane in lanes})

    def pause(self, chat_id: int, seconds: float) -> None:
        """A lane that looked due and was not: do not ask again at once."""
        self._paused[chat_id] = self._clock.monotonic() + seconds

    def take(self, free: Free, asked_once: Container[str] = ()) -> dict[int, Ticket]:
        """The chats to write to now, each with its place in the limiter's windows.

        Of a channel in `asked_once`, whose service refused us, one chat at most.
        """
        wall, now = self._clock.now(), self._clock.monotonic()
        ready = [
            lane
            for lane in self._lanes.values()
            if lane.due <= wall and self._paused.get(lane.chat_id, now) <= now and free(lane)
        ]
        ready.sort(
            key=lambda lane: (
                _only_card(lane, wall),
                not lane.urgent,
                self._served.get(lane.chat_id, -1.0),
                lane.oldest,
            )
        )
        chosen = {}
        asked: set[str] = set()
        for lane in ready:
            if lane.channel in asked:
                continue
            if self._limiter.ready_in(lane.channel, lane.address, spare=_only_card(lane, wall)) <= 0:
                chosen[lane.chat_id] = self._limiter.take(lane.channel, lane.address)
                self._served[lane.chat_id] = now
                if lane.channel in asked_once:
                    asked.add(lane.channel)
        return chosen

    def until_next(self, free: Free, most: float) -> float:
        """Seconds until some chat may be written to; more than 0, at most `most`."""
        wall, now = self._clock.now(), self._clock.monotonic()
        soonest = most
        for lane in self._lanes.values():
            if free(lane):
                paused = self._paused.get(lane.chat_id, now) - now
                for due in {lane.due, lane.alert_due or lane.due}:
                    limit = self._limiter.ready_in(
                        lane.channel, lane.address, spare=_only_card(lane, max(due, wall))
                    )
                    soonest = min(soonest, max((due - wall).total_seconds(), limit, paused))
        return max(soonest, 0.001)  # rounding must not make it a busy loop


def _only_card(lane: Lane, at: datetime) -> bool:
    """Whether nothing but a card may go to the chat at that instant."""
    return lane.alert_due is None or lane.alert_due > at

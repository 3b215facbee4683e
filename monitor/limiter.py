"""How fast a chat service may be written to: sliding windows over everything we send.

Rule: a send holds its place from its start until one window after its *end*, so that however long it was
on the way, no window of the server's ever holds more than the limit.
Rule: nothing waits here; the delivery loop asks when a place is free and takes it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from monitor.domain.clock import Clock

# A send nobody answers must not keep its place for ever: a dead connection would starve healthy chats.
_PATIENCE = 1.0
# Timers and two machines' clocks differ by less than this in one window.
_MARGIN = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """What one service allows; Telegram's working figures are the defaults."""

    overall: int = 30  # per second, all chats together
    chat: int = 1  # per second and chat
    group: int = 20  # per minute and group or channel
    minute: int | None = None  # per minute and chat of whatever kind; None for no such limit


@dataclass(eq=False, slots=True)
class Ticket:
    """One send's place in the windows it counts in."""

    started: float
    ended: float | None = None
    windows: list[_Window] = field(default_factory=list)

    def last_moment(self) -> float:
        """The latest instant the server can have counted this send at."""
        return self.started + _PATIENCE if self.ended is None else self.ended


class _Window:
    """At most `limit` sends within any `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds + _MARGIN
        self._tickets: list[Ticket] = []
        self._free: list[float] | None = []  # when each place becomes free, sorted; None: to be made anew

    def ready_in(self, now: float, *, spare: bool = False) -> float:
        """Seconds until a place is free, 0 when one is; with `spare`, one that leaves half of them free."""
        limit = self._limit - self._limit // 2 if spare else self._limit
        if self._free is None:
            self._free = sorted(ticket.last_moment() + self._seconds for ticket in self._tickets)
        if len(self._free) - bisect_right(self._free, now) < limit:
            return 0.0
        return self._free[len(self._free) - limit] - now

    def add(self, ticket: Ticket, now: float) -> None:
        """One more place is taken; those long free are forgotten."""
        self._tickets = [held for held in self._tickets if held.last_moment() + self._seconds > now]
        self._tickets.append(ticket)
        self._free = None

    def remove(self, ticket: Ticket) -> None:
        """The place was not used."""
        self._tickets = [held for held in self._tickets if held is not ticket]
        self._free = None

    def changed(self) -> None:
        """A ticket's end has become known."""
        self._free = None

    def idle(self, now: float) -> bool:
        """Whether no place is taken."""
        return all(held.last_moment() + self._seconds <= now for held in self._tickets)


class Limiter:
    """The windows of every channel; a channel without a budget is not limited."""

    def __init__(self, clock: Clock, budgets: Mapping[str, Budget]) -> None:
        self._clock = clock
        self._budgets = budgets
        self._overall = {name: _Window(budget.overall, 1.0) for name, budget in budgets.items()}
        self._chats: dict[tuple[str, str], list[_Window]] = {}

    def ready_in(self, channel: str, address: str, *, spare: bool = False) -> float:
        """Seconds until one send to this chat keeps every limit, 0 when it does now.

        With `spare` it keeps half of every limit: what can wait leaves room for what cannot.
        """
        now, windows = self._clock.monotonic(), self._windows(channel, address)
        return max((window.ready_in(now, spare=spare) for window in windows), default=0.0)

    def take(self, channel: str, address: str) -> Ticket:
        """Take a place now; the caller has just seen `ready_in` at 0."""
        windows = self._windows(channel, address)
        ticket = Ticket(started=self._clock.monotonic(), windows=windows)
        for window in windows:
            window.add(ticket, ticket.started)
        return ticket

    def done(self, ticket: Ticket) -> None:
        """The send has ended, well or badly: its place is free one window from now."""
        ticket.ended = self._clock.monotonic()
        for window in ticket.windows:
            window.changed()

    def give_back(self, ticket: Ticket) -> None:
        """No send happened."""
        for window in ticket.windows:
            window.remove(ticket)

    def remember(self, sends: Iterable[tuple[str, str, float]]) -> None:
        """Count sends made before this process began, as (channel, address, seconds ago)."""
        now = self._clock.monotonic()
        for channel, address, ago in sends:
            windows = self._windows(channel, address)
            ticket = Ticket(started=now - ago, ended=now - ago, windows=windows)
            for window in windows:
                window.add(ticket, now)

    def forget_idle(self) -> None:
        """Drop the windows of chats that have not been written to for longer than any window."""
        now = self._clock.monotonic()
        self._chats = {
            key: windows
            for key, windows in self._chats.items()
            if not all(window.idle(now) for window in windows)
        }

    def _windows(self, channel: str, address: str) -> list[_Window]:
        budget = self._budgets.get(channel)
        if budget is None:
            return []
        key = (channel, address)
        if key not in self._chats:
            self._chats[key] = [_Window(budget.chat, 1.0)]
            if is_group(address):
                self._chats[key].append(_Window(budget.group, 60.0))
            if budget.minute is not None:
                self._chats[key].append(_Window(budget.minute, 60.0))
        return [self._overall[channel], *self._chats[key]]


def is_group(address: str) -> bool:
    """A group or channel: Telegram gives them negative numbers or @names."""
    return address.startswith(("-", "@"))

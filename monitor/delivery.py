"""Drains the outbox: claim → compose → send → settle, one message in flight per chat.

Rule: no byte leaves before its intent is durable, and nothing of a chat is claimed before its last outcome
is written down; when the disk fails, outcomes wait in memory and nothing new is sent.
Rule: all database work runs in the store's thread through `run_in_store`, so the event loop never blocks.
Rule: an error of our own ends `run()`; a new Delivery over the same database takes up where it died.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TypeVar

from sqlmodel import Session

from alerts.contract import Channel, Outcome, Rejected, RetryLater
from alerts.routing import Rule
from monitor.backoff import Backoff
from monitor.composing import Buttons, Render, RenderDigest, compose
from monitor.domain.clock import Clock
from monitor.domain.errors import StoreError
from monitor.failpoints import AFTER_SEND, BEFORE_SEND, INTENT, RECOVERED, SETTLED, failpoint
from monitor.halts import Halts
from monitor.lanes import Free, Lanes
from monitor.limiter import Limiter, Ticket
from monitor.store import outbox, settling
from monitor.store.cards import Cards, release
from monitor.store.database import Database
from monitor.store.jobs import Job, Lane, Rules, Settlement, Trouble
from monitor.store.thread import RunInStore

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_STORE_RETRY = 1.0  # seconds between tries while the disk refuses
_IDLE = 3_600.0  # the longest sleep; the horizon and the limiter's memory are swept after each
_CLOCK_STEP = timedelta(seconds=30)


class Delivery:
    """The loop over the outbox; build one, `run()` it, `poke()` it after each commit, `stop()` it."""

    def __init__(
        self,
        *,
        database: Database,
        run_in_store: RunInStore,
        channels: Mapping[str, Channel],
        render: Render,
        render_digest: RenderDigest,
        rule: Rule,
        clock: Clock,
        limiter: Limiter,
        rules: Rules | None = None,
        rng: random.Random | None = None,
        buttons: Buttons | None = None,
        cards: Cards | None = None,
    ) -> None:
        self._database, self._run_in_store = database, run_in_store
        self._channels = channels
        self._render, self._render_digest = render, render_digest
        self._rule = rule
        self._clock = clock
        self._limiter = limiter
        self._rules = rules or Rules()
        self._backoff = Backoff(self._rules, rng or random.Random())
        self._halts = Halts(clock)
        self._buttons, self._cards = buttons, cards
        self._started_at = clock.now()
        self._offset = self._wall_minus_monotonic()
        self._swept = clock.monotonic()
        self._wake = asyncio.Event()
        self._stopping = False
        self._grace = 0.0
        self._ended = asyncio.Event()
        self._ended.set()
        self._stale = True  # the lanes must be read again
        self._doubt = False  # a claim's commit may have happened although it was reported as failed
        self._lanes = Lanes(clock, limiter)
        self._sends: dict[asyncio.Task[None], Job] = {}
        self._unsettled: list[Settlement] = []
        self.storage_trouble = ""  # the store's last complaint, "" when it works

    @property
    def stopped(self) -> Mapping[str, str]:
        """Channel → why nothing goes through it now; each is asked again ever more seldom."""
        return self._halts.refused

    def poke(self) -> None:
        """Something new was committed, or a chat came back; call it from the loop's thread."""
        self._stale = True
        self._wake.set()

    async def stop(self, grace: float = 5.0) -> None:
        """Claim nothing more, give sends under way `grace` seconds, write down what they did.

        What is still under way then stays `sending` and is taken as unanswered at the next start.
        """
        self._stopping, self._grace = True, grace
        self._wake.set()
        await self._ended.wait()

    async def run(self) -> None:
        """Send what is owed until `stop()`; raises only for an error of our own."""
        self._ended.clear()
        try:
            await self._recover()
            while not self._stopping:
                self._wake.clear()
                self._raise_broken_sends()
                try:
                    wait = await self._turn()
                    self._storage_works()
                except StoreError as exc:
                    self._storage_fails(exc)
                    await self._sleep_unless_stopping(_STORE_RETRY)
                    continue
                if wait > 0:
                    await self._sleep(wait)
            await self._drain()
        finally:
            for task in self._sends:
                task.cancel()
            await asyncio.gather(*self._sends, return_exceptions=True)
            self._ended.set()

    async def _drain(self) -> None:
        """Let sends under way end within the grace, then write down every outcome we hold."""
        until = self._clock.monotonic() + self._grace
        while self._sends and (left := until - self._clock.monotonic()) > 0:
            self._wake.clear()
            self._raise_broken_sends()
            if self._sends:
                await self._sleep(left)
        try:
            await self._settle()
        except StoreError as exc:
            self._storage_fails(exc)  # the rows stay `sending`: unanswered, at the next start

    async def _turn(self) -> float:
        """Settle, claim, send; return the seconds until there is more to do, 0 for at once."""
        if self._unsettled:
            await self._settle()
        await self._follow_wall_clock()
        if self._doubt:
            await self._release()
        await self._sweep()
        if self._stale:
            self._stale = False
            self._lanes.replace(await self._store(lambda session: outbox.lanes(session, cards=self._cards)))
        chosen = self._lanes.take(self._free(), asked_once=self._halts.refused)
        if chosen:
            await self._claim(chosen)
            return 0.0
        most = self._halts.until_next(_IDLE)
        return 0.0 if self._stale or self._unsettled else self._lanes.until_next(self._free(), most)

    def _free(self) -> Free:
        """Tells whether a chat's channel works and nothing of the chat is under way or to be settled."""
        busy = {job.chat_id for job in self._sends.values() if not job.edits}
        busy.update(settlement.job.chat_id for settlement in self._unsettled)
        usable = {name for name in self._channels if self._halts.takes(name)}
        return lambda lane: lane.chat_id not in busy and lane.channel in usable

    async def _claim(self, chosen: dict[int, Ticket]) -> None:
        now = self._clock.now()

        def work(session: Session) -> list[Job]:
            return outbox.claim(session, chosen, now, self._started_at, self._rules, self._cards)

        try:
            jobs = await self._store(work)
        except BaseException as exc:
            for ticket in chosen.values():
                self._limiter.give_back(ticket)
            self._doubt = isinstance(exc, StoreError)
            raise
        failpoint(INTENT)
        for job in jobs:
            self._halts.asks(job.channel)
            task = asyncio.ensure_future(self._send(job, chosen.pop(job.chat_id)))
            self._sends[task] = job
            task.add_done_callback(lambda _: self._wake.set())
        for chat_id, ticket in chosen.items():  # nothing due after all
            self._limiter.give_back(ticket)
            self._lanes.pause(chat_id, _STORE_RETRY)
            self._stale = True

    async def _send(self, job: Job, ticket: Ticket) -> None:
        channel = self._channels[job.channel]
        try:
            composed = compose(job, channel, self._render, self._render_digest, self._buttons)
        except Exception as exc:  # noqa: BLE001 -- one unspeakable event must not stop the others
            # Words that cannot be put together are a message nobody can be sent: poison, and reported.
            _log.exception("cannot compose the alert of %s", job.events[0].id if job.events else "a card")
            self._limiter.give_back(ticket)
            why = f"cannot be composed: {type(exc).__name__}"
            self._halts.hear(job.channel, RetryLater(why=why))  # it never asked the channel
            self._unsettled.append(Settlement(job=job, outcome=Rejected(why=why, scope="message")))
            return
        failpoint(BEFORE_SEND)
        try:
            outcome: Outcome = await channel.send(job.address, composed.payload, plain=job.plain)
        except Exception as exc:  # noqa: BLE001 -- a channel never raises; its bug must stop no other chat
            _log.exception("channel %s raised", job.channel)
            outcome = RetryLater(why=f"bug in the channel: {type(exc).__name__}", ambiguous=True)
        finally:
            self._limiter.done(ticket)
        failpoint(AFTER_SEND)
        self._unsettled.append(
            Settlement(
                job=job,
                outcome=outcome,
                part=composed.part,
                parts=composed.parts,
                notes=composed.notes,
                retry_in=self._backoff.after(job.chat_id, outcome),
                channel_news=self._halts.hear(job.channel, outcome),
            )
        )

    async def _settle(self) -> None:
        """Write down every outcome we hold, in one transaction; they stay with us until it is durable."""
        held = list(self._unsettled)
        if not held:
            return
        chats = {settlement.job.chat_id for settlement in held}
        now = self._clock.now()

        def work(session: Session) -> tuple[list[Trouble], list[Lane]]:
            troubles = settling.settle(session, held, now, self._rules, self._rule, self._cards)
            return troubles, outbox.lanes(session, chats, self._cards)

        troubles, lanes = await self._store(work)
        failpoint(SETTLED)
        del self._unsettled[: len(held)]
        self._lanes.update(chats, lanes)
        _log_all(troubles)
        if troubles or any(getattr(settlement.outcome, "new_address", None) for settlement in held):
            self._stale = True

    async def _release(self) -> None:
        jobs = [*self._sends.values(), *(settlement.job for settlement in self._unsettled)]
        now = self._clock.now()
        await self._store(lambda session: release(session, jobs, now, self._cards))
        self._doubt = False
        self._stale = True

    async def _recover(self) -> None:
        """Doubt what an earlier process left under way, and count its sends in the limiter."""
        now = self._clock.now()

        def work(session: Session) -> tuple[list[tuple[str, str, float]], dict[str, str]]:
            outbox.recover_at_start(session, now, self._rules.settle, self._cards)
            recent = outbox.recent_sends(session, now - timedelta(seconds=60), self._cards)
            ages = [(name, address, (now - at).total_seconds()) for name, address, at in recent]
            return ages, settling.refused_channels(session)

        while not self._stopping:
            try:
                ages, refused = await self._store(work)
                self._limiter.remember(ages)
                self._halts.remember(refused)
            except StoreError as exc:
                self._storage_fails(exc)
                await self._sleep_unless_stopping(_STORE_RETRY)
                continue
            failpoint(RECOVERED)
            return

    async def _sweep(self) -> None:
        """Once an hour, park what outlived the horizon, whatever state its chat is in."""
        now = self._clock.monotonic()
        if now < self._swept:
            return
        wall = self._clock.now()

        def work(session: Session) -> list[Trouble]:
            troubles = settling.expire(session, wall, self._rules)
            settling.tell(session, troubles, wall, self._rule)
            return troubles

        _log_all(await self._store(work))
        self._limiter.forget_idle()
        self._swept = now + _IDLE
        self._stale = True

    async def _follow_wall_clock(self) -> None:
        """When somebody steps the wall clock, what waits is moved along: waiting is monotonic."""
        offset = self._wall_minus_monotonic()
        step = offset - self._offset
        if abs(step) > _CLOCK_STEP:
            _log.warning("the wall clock was stepped by %s", step)
            now = self._clock.now()
            await self._store(lambda session: outbox.shift(session, step, now, self._cards))
            self._offset = offset
            self._stale = True

    def _wall_minus_monotonic(self) -> timedelta:
        return timedelta(seconds=self._clock.now().timestamp() - self._clock.monotonic())

    async def _store(self, work: Callable[[Session], _T]) -> _T:
        def transaction() -> _T:
            with self._database.write() as session:
                return work(session)

        return await self._run_in_store(transaction)

    async def _sleep(self, seconds: float) -> None:
        """Until woken, or for so long."""
        waits = [asyncio.ensure_future(wait) for wait in (self._wake.wait(), self._clock.sleep(seconds))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _sleep_unless_stopping(self, seconds: float) -> None:
        """Sleep through every wake but a stop: a refusing disk must not be asked without pause."""
        until = self._clock.monotonic() + seconds
        while not self._stopping and (left := until - self._clock.monotonic()) > 0:
            self._wake.clear()
            await self._sleep(left)

    def _raise_broken_sends(self) -> None:
        for task in [task for task in self._sends if task.done()]:
            del self._sends[task]
            task.result()

    def _storage_fails(self, exc: StoreError) -> None:
        self._stale = True
        if self.storage_trouble != str(exc):
            _log.error("nothing is sent while the store fails: %s", exc)
        self.storage_trouble = str(exc)

    def _storage_works(self) -> None:
        if self.storage_trouble:
            _log.warning("the store works again; sending goes on")
        self.storage_trouble = ""


def _log_all(troubles: Iterable[Trouble]) -> None:
    for trouble in troubles:
        _log.log(trouble.level, "%s: %s", trouble.title, trouble.reason)

"""The bot at work: reads updates, stores them, handles each exactly once, answers taps.

Rule: an update is committed here before the chat service is told that we have it.
Rule: the effects of an update and its mark are one transaction; what it answers is owed through the outbox.
Rule: alerts come first: what one person may have waiting is bounded, and updates are handled one by one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from alerts import stored_message
from alerts.bot.access import COMMANDS, Access, Mode
from alerts.bot.contract import Inbound, Reaction
from alerts.bot.port import Client
from alerts.bot.react import needs_admin, react
from alerts.bot.reading import person_of, read_update
from alerts.bot.signing import Signer
from alerts.contract import Payload
from alerts.message import Message
from alerts.routing import Rule
from monitor import failpoints
from monitor.bot_answers import Answers
from monitor.bot_budget import Budgets
from monitor.domain.clock import Clock
from monitor.domain.errors import (
    FetchError,
    OtherPoller,
    RateLimited,
    StoreError,
    StoreGone,
    TokenRefused,
)
from monitor.failpoints import failpoint
from monitor.halts import FIRST, LONGEST
from monitor.store import inbound
from monitor.store.bot_desk import StoreDesk
from monitor.store.bot_people import People
from monitor.store.bot_views import Views
from monitor.store.database import Database
from monitor.store.thread import RunInStore

log = logging.getLogger(__name__)

LIMITED = "limited"
_SILENT = 90.0  # seconds without an answer of the server before the poller is made anew
_LOOK = 15.0
_PAUSE = (1.0, 30.0)  # after trouble: first, at most
_CONFLICT_PAUSE = 900.0
_ADMIN_KEPT = 60.0  # seconds an answer about a group's admin counts
_ADMIN_PATIENCE = 8.0
_HANDLED_AT_ONCE = 50
_MOST_STUMBLES = 5  # times the store may refuse one update before the others go on without it
_WEEK = timedelta(days=6)  # of silence, after which the service numbers its updates anew


@dataclass(kw_only=True)
class BotLoop:
    """One bot; `run()` it for as long as the daemon lives."""

    database: Database
    run_in_store: RunInStore
    clock: Clock
    new_client: Callable[[], Client]
    format: Callable[[Message], tuple[Payload, ...]]
    signer: Signer
    people: People
    mode: Mode
    rule: Rule
    views: Views
    owed: Callable[[], None]  # something was committed that chats are owed
    trouble: Callable[[str], None]  # what an operator must hear of
    budgets: Budgets = field(default_factory=Budgets)
    rebuilt: int = 0  # pollers made anew because the old one fell silent
    _client: Client | None = None
    _name: str = ""
    _offset: int | None = None
    _last_update: datetime | None = None
    _answered: float = 0.0
    _expects_silence_until: float = 0.0
    _new: asyncio.Event = field(default_factory=asyncio.Event)
    _answers: Answers = field(default_factory=Answers)
    _admins: dict[tuple[int, int], tuple[float, bool]] = field(default_factory=dict)
    _stumbles: dict[int, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Poll and handle for ever; ends with StoreGone, or with a bug of ours, for the supervisor to see."""
        self._client = self.new_client()
        self._new.set()  # what an earlier process stored and did not handle
        parts = [asyncio.ensure_future(part) for part in (self._keep_polling(), self._keep_handling())]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            for part in (*parts, *self._answers.tasks):
                part.cancel()
            await asyncio.gather(*parts, *self._answers.tasks, return_exceptions=True)
            await self._client.close()

    # -- reading -------------------------------------------------------------------------------------

    async def _keep_polling(self) -> None:
        """Poll; when no answer of any kind comes for 90 s, throw the poller away and make another."""
        while True:
            self._answered = self.clock.monotonic()
            poller = asyncio.ensure_future(self._poll_for_ever())
            try:
                while not poller.done():
                    await self._pause(poller, _LOOK)
                    quiet_since = max(self._answered, self._expects_silence_until)
                    if self.clock.monotonic() - quiet_since > _SILENT:
                        break
                if poller.done():
                    poller.result()
                    return
            finally:
                poller.cancel()
                await asyncio.wait({poller}, timeout=5)
            self.rebuilt += 1
            log.error("no answer from the chat service for %.0f s: polling is begun anew", _SILENT)
            assert self._client is not None  # set by run()
            old, self._client = self._client, self.new_client()
            self._answers.run(old.close())

    async def _pause(self, poller: asyncio.Future[None], seconds: float) -> None:
        nap = asyncio.ensure_future(self.clock.sleep(seconds))
        try:
            await asyncio.wait({poller, nap}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            nap.cancel()

    async def _poll_for_ever(self) -> None:
        failures = conflicts = 0
        introduced, refused, pause = False, "", FIRST
        while True:
            try:
                if not introduced:
                    await self._introduce()
                    introduced = True
                await self._poll_once()
                failures = conflicts = 0
                if refused:
                    self.trouble(f"the bot's token, refused since {refused}, is accepted again")
                    refused, pause = "", FIRST
            except OtherPoller as error:
                conflicts += 1
                failures = 0
                if conflicts == 2:
                    self.trouble(
                        f"another program reads this bot's updates; commands are not answered: {error}"
                    )
                await self._rest(_CONFLICT_PAUSE if conflicts > 1 else _PAUSE[1])
            except TokenRefused as error:
                if not refused:
                    refused = f"{self.clock.now():%Y-%m-%d %H:%M}Z"
                    self.trouble(
                        f"the bot's token is refused since {refused}; commands are not answered: {error}"
                    )
                await self._rest(pause)
                pause = min(2 * pause, LONGEST)
            except RateLimited as error:
                after = error.retry_after or timedelta(seconds=_PAUSE[1])
                await self._rest(after.total_seconds())
            except FetchError as error:
                log.warning("reading updates: %s", error)
                await self._rest(min(_PAUSE[1], _PAUSE[0] * 2.0 ** min(failures, 10)))
                failures += 1
            except StoreGone:
                raise
            except StoreError as error:
                log.error("updates cannot be stored: %s", error)
                await self._rest(_PAUSE[0])

    async def _introduce(self) -> None:
        client = self._client
        assert client is not None  # set by run()
        self._name = await client.name()
        listed = [one for one in COMMANDS.items() if one[1].access is not Access.OWNER]
        await client.describe([(name, one.en) for name, one in listed])
        await client.describe([(name, one.zh) for name, one in listed], "zh")
        self._answered = self.clock.monotonic()

    async def _rest(self, seconds: float) -> None:
        """Wait on purpose: the probe must not take it for silence."""
        self._expects_silence_until = self.clock.monotonic() + seconds
        await self.clock.sleep(seconds)
        self._answered = self.clock.monotonic()

    async def _poll_once(self) -> None:
        client = self._client
        assert client is not None  # set by run()
        now = self.clock.now()
        if self._last_update is not None and now - self._last_update > _WEEK:
            self._offset = None  # it numbers them anew, perhaps lower
        updates = await client.updates(self._offset)
        self._answered = self.clock.monotonic()
        if self._offset is not None:
            failpoint(failpoints.CONFIRMED)
        if not updates:
            return
        failpoint(failpoints.UPDATES_FETCHED)
        numbers = [update["update_id"] for update in updates if isinstance(update.get("update_id"), int)]
        judged = [(update, self._verdict(update)) for update in updates]
        now = self.clock.now()

        def store() -> int:
            with self.database.write() as session:
                return inbound.keep(session, judged, now)

        waiting = await self.run_in_store(store)
        failpoint(failpoints.UPDATES_STORED)
        if numbers:
            self._offset = max(numbers) + 1
            self._last_update = now
            failpoint(failpoints.OFFSET_MOVED)
        if waiting:
            self._new.set()

    def _verdict(self, update: Mapping[str, Any]) -> str:
        if read_update(update, self._name) is None:
            return "ignored"
        person = person_of(update)
        membership = "my_chat_member" in update
        return "" if membership or self.budgets.take(person, self.clock.monotonic()) else LIMITED

    # -- handling ------------------------------------------------------------------------------------

    async def _keep_handling(self) -> None:
        await self._warm_up()
        while True:
            await self._new.wait()
            self._new.clear()
            try:
                more = True
                while more:
                    more = await self._handle_some()
            except StoreGone:
                raise
            except StoreError as error:
                log.error("updates cannot be handled: %s", error)
                await self.clock.sleep(_PAUSE[0])
                self._new.set()

    async def _warm_up(self) -> None:
        """Make the index of names before anybody waits for it."""

        def work() -> None:
            with self.database.read() as session:
                self.views.finder(session)

        try:
            await self.run_in_store(work)
        except StoreGone:
            raise
        except StoreError as error:
            log.warning("the index of names is not made yet: %s", error)

    async def _handle_some(self) -> bool:
        def read() -> list[tuple[int, dict[str, Any], datetime]]:
            with self.database.read() as session:
                return inbound.waiting(session, _HANDLED_AT_ONCE)

        rows = await self.run_in_store(read)
        for number, body, _ in rows:
            await self._handle(number, body)
        return bool(rows)

    async def _handle(self, number: int, body: Mapping[str, Any]) -> None:
        asked = read_update(body, self._name)
        admin = await self._group_admin(asked) if asked and needs_admin(asked) else False
        now = self.clock.now()

        def transaction() -> Reaction | None:
            with self.database.write() as session:
                if not inbound.is_new(session, number):
                    return None
                reaction = Reaction(verdict="ignored")
                if asked is not None:
                    reaction = self._react(session, asked, now, group_admin=admin)
                inbound.mark_done(session, number, reaction.verdict, now)
                return reaction

        try:
            reaction = await self.run_in_store(transaction)
        except StoreError as error:
            self._stumbles[number] = self._stumbles.get(number, 0) + 1
            if isinstance(error, StoreGone) or self._stumbles[number] < _MOST_STUMBLES:
                raise
            await self._give_up(number, "failed: the store refuses it", now)
            return
        except Exception as error:  # one update that breaks a handler must not stop the others
            log.exception("update %d cannot be handled", number)
            await self._give_up(number, f"failed: {type(error).__name__}", now)
            self.trouble(f"a command could not be handled ({type(error).__name__}); see the log")
            return
        failpoint(failpoints.HANDLED)
        if reaction is None or asked is None:
            return
        if reaction.verdict == "handled":
            self.owed()  # an answer, or a card that reads otherwise now
        assert self._client is not None  # set by run()
        self._answers.show(self._client, asked, reaction, self.format)
        failpoint(failpoints.SHOWN)

    def _react(self, session: Session, asked: Inbound, now: datetime, *, group_admin: bool) -> Reaction:
        desk = StoreDesk(session=session, now=now, people=self.people, rule=self.rule, views=self.views)
        reaction = react(asked, desk, self.signer, self.mode, group_admin=group_admin)
        failpoint(failpoints.REACTED)
        for place, message in enumerate(reaction.replies):
            chat = desk.chat(asked.address)
            identity = ("update", asked.update_id, place)
            inbound.owe(session, chat, identity, message.headline[:200], stored_message.to_text(message), now)
        return reaction

    async def _give_up(self, number: int, verdict: str, now: datetime) -> None:
        def transaction() -> None:
            with self.database.write() as session:
                if inbound.is_new(session, number):
                    inbound.mark_done(session, number, verdict, now)

        await self.run_in_store(transaction)

    async def _group_admin(self, asked: Inbound) -> bool:
        """Whether the person administers the group; when that cannot be learned, no."""
        key, now = (asked.chat, asked.user), self.clock.monotonic()
        held = self._admins.get(key)
        if held is not None and now - held[0] < _ADMIN_KEPT:
            return held[1]
        assert self._client is not None  # set by run()
        try:
            async with asyncio.timeout(_ADMIN_PATIENCE):
                answer = await self._client.is_admin(asked.chat, asked.user)
        except (FetchError, OtherPoller, TokenRefused, TimeoutError) as error:
            log.warning("cannot ask whether somebody administers a group: %s", error)
            return False
        if len(self._admins) > 10_000:
            self._admins.clear()
        self._admins[key] = (now, answer)
        return answer

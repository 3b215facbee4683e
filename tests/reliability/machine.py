"""The whole application in one process on a clock that jumps, for a state machine to shake.

Rule: real sources, store, diff, delivery; only the fetcher, the channel and the store's thread are stand-ins.
Rule: a crash is a BaseException out of the store or a failpoint; everything in memory is then thrown away.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from sqlmodel import func, select

from alerts.contract import Delivered
from alerts.preferences import from_stored, to_stored
from alerts.redact import RedactingFilter
from monitor import app as composition
from monitor import failpoints
from monitor.app import App
from monitor.domain.errors import StoreError
from monitor.domain.events import EventKind
from monitor.limiter import Budget
from monitor.settings import load
from monitor.store import chats
from monitor.store.jobs import Rules
from monitor.store.tables import DeliveryRow, EventRow
from tests.delivery.kit import JumpClock
from tests.reliability.machine_checks import over_budget, token_hits, untold_anomaly, visits, wrong_figures
from tests.reliability.machine_life import TOKEN, Crash, Disk, Inline, Service
from tests.reliability.machine_site import Site
from tests.reliability.oracle import Tally, reconcile
from tests.reliability.story import OPENING, write_story

_T = TypeVar("_T")
GROUP = "-1003"
CHATS = ("1001", "1002", GROUP)
OPERATOR, VISITOR = "1004", "1005"
SOURCE = "sse_star"
BUDGET = Budget()


class Machine:
    """The application, its site, its channel, and the truth about what was seen."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.loop = asyncio.new_event_loop()
        self.story = write_story(folder, seed=seed, milestones=16, every=60.0)
        self.clock = JumpClock(OPENING + timedelta(minutes=20))
        self.site = Site(self.story.world, self.clock)
        self.channel = Service(self.clock)
        self.folder = folder
        self.disk = Disk()
        self.live = list(self.story.live)
        self.homes = {chat: [chat] for chat in CHATS}  # every address a chat has had
        self.anomaly = ""  # what every list has suffered from since
        self.bad_polls = Counter[str]()  # … as polls by kind
        self.taken_back: list[str] = []
        self.stays: list[tuple[int, int]] = []  # of the visitor, as (after, up to) event numbers
        self._log = logging.FileHandler(folder / "machine.log")
        self._log.addFilter(RedactingFilter([TOKEN]))  # as the daemon's own handlers have it
        self._level = logging.getLogger().level
        logging.getLogger().addHandler(self._log)
        logging.getLogger().setLevel(logging.DEBUG)
        Inline.crash_in = 0
        self.app = self._build()
        self.sending: asyncio.Task[None] | None = None
        self._start()
        self.poll("sweep")

    def _build(self) -> App:
        telegram = {
            "ENABLED": "true",
            "TOKEN": TOKEN,
            "CHATS": ",".join(CHATS),
            "OPERATOR_CHAT": OPERATOR,
            "BOT": "false",
        }
        given = {f"IPO_MONITOR_CHANNELS__TELEGRAM__{name}": value for name, value in telegram.items()} | {
            "IPO_MONITOR_DATABASE__URL": f"sqlite:///{self.folder / 'machine.db'}",
            "HOME": str(self.folder),
            "IPO_MONITOR_ARCHIVE__DIR": str(self.folder / "archive"),
            "IPO_MONITOR_CHANNELS__CONSOLE__ENABLED": "false",
            "IPO_MONITOR_SOURCES__CSRC_TUTORING__ENABLED": "false",
            "IPO_MONITOR_SOURCES__SSE_ISSUE__ENABLED": "false",
            "IPO_MONITOR_RELEVANCE__MODE": "all",
        }
        with patch.object(composition, "StoreThread", Inline):
            app = composition.build(
                load(None, given), self.clock, budgets={"telegram": BUDGET}, rules=Rules(resends=50)
            )
        app.channels["telegram"] = self.channel
        for turn in app.turns:
            turn.poller._open_fetcher = lambda: self.site  # type: ignore[assignment,return-value]
        self.disk.under(app.database)
        return app

    def _start(self) -> None:
        self.run(self.app.prepare())
        self.sending = self.loop.create_task(self.app.delivery.run())

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run one piece of work on the loop."""
        return self.loop.run_until_complete(work)

    def restart(self) -> None:
        """Everything in memory is gone; the next life begins over the same files, once there is room."""
        Inline.crash_in = 0
        failpoints.disarm()
        self._end()
        self.disk.full = False
        self.app = self._build()
        self._start()

    def _end(self) -> None:
        if self.sending:
            self.sending.cancel()
            self.run(_ended(self.sending))
        self.app.database.close()

    def guarded(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Do it; a crash in it, or in the delivery beside it, is followed by the next life."""
        try:
            with patch.object(failpoints, "FailpointReached", Crash):
                self.run(work())
            if self.sending and self.sending.done():
                self.sending.result()
        except Crash:
            self.restart()

    def poll(self, kind: str) -> None:
        """One poll, then all waiting work; what the store refuses is tried again another time."""
        poller = self.app.turns[0].poller
        self.site.lists.clear()

        async def work() -> None:
            await getattr(poller, kind)()
            self._count_poll(kind)
            failures = 0
            for _ in range(200):
                verdict, more = await poller.background()
                failures += verdict != "ok"
                if not more or failures > 2:
                    return

        async def with_any_disk() -> None:
            try:
                await work()
            except StoreError:
                if not self.disk.full:
                    raise

        self.guarded(with_any_disk)

    def _count_poll(self, kind: str) -> None:
        """A poll has come to its end and was written down: did every list in it suffer from the same?"""
        if not self.site.lists:
            return
        suffered = set(self.site.lists)
        anomaly = suffered.pop() if len(suffered) == 1 else ""
        if anomaly != self.anomaly:
            self.anomaly, self.bad_polls = anomaly, Counter()
        self.bad_polls[kind] += bool(anomaly)

    def deliver(self, seconds: float) -> None:
        """Let the delivery work through so many seconds."""

        async def work() -> None:
            end = self.clock.monotonic() + seconds
            while self.sending and not self.sending.done():
                await self._run_dry()
                wake = self.clock.next_wake()
                left = end - self.clock.monotonic()
                if wake is None or wake > left:
                    self.clock.advance(max(left, 0.0))
                    await self._run_dry()
                    return
                self.clock.advance(wake)

        self.guarded(work)

    async def _run_dry(self) -> None:
        quiet = 0
        while quiet < 12:
            before = Inline.calls
            await asyncio.sleep(0)
            quiet = quiet + 1 if Inline.calls == before else 0

    # -- chats ---------------------------------------------------------------------------------------

    def come_back(self) -> None:
        """Every chat that had blocked us returns."""
        with self.app.database.write() as session:
            for chat in chats.listening(session):
                if chat.state == "suspended":
                    chats.resume(session, chat, self.clock.now())
        self.app.delivery.poke()

    def move_group(self) -> None:
        """The group becomes another one; whoever writes to the old address is told so."""
        old = self.homes[GROUP][-1]
        new = str(int(GROUP) - 1000 * len(self.homes[GROUP]))
        self.homes[GROUP].append(new)
        self.channel.moved[old] = new

    def subscribe(self, wanted: bool) -> None:
        """The visitor wants alerts, or no more."""
        with self.app.database.write() as session:
            chat = chats.find_chat(session, "telegram", VISITOR)
            if chat is None:
                if not wanted:
                    return
                chat = chats.ensure_chat(session, "telegram", VISITOR, now=self.clock.now())
            before = from_stored(chat.preferences)
            newest = session.exec(select(func.max(EventRow.seq))).one() or 0
            listening = bool(self.stays) and self.stays[-1][1] == _ALWAYS
            if wanted and not listening:
                self.stays.append((newest, _ALWAYS))
            elif not wanted and listening:
                self.stays[-1] = (self.stays[-1][0], newest)
            chat.preferences = to_stored(replace(before, subscribed=wanted))
            session.add(chat)

    def take_back(self, which: int) -> None:
        """The exchange withdraws a milestone it has shown and we have told."""
        with self.app.database.read() as session:
            known = {
                (row.project_id, row.published_at)
                for row in session.exec(select(EventRow).where(EventRow.kind == EventKind.MILESTONE.value))
            }
        told = [one for one in self.live if one.state and (one.project, one.at) in known]
        for one in told[which % len(told) :] if told else ():
            if self.site.take_back(one.project, one.at):
                self.taken_back.append(one.project)
                return

    # -- the truth -----------------------------------------------------------------------------------

    def rows(self) -> list[DeliveryRow]:
        """Every delivery."""
        with self.app.database.read() as session:
            return list(session.exec(select(DeliveryRow)))

    def doubled_events(self) -> list[Any]:
        """Milestones that stand in the log more than once."""
        with self.app.database.read() as session:
            rows = session.exec(select(EventRow).where(EventRow.kind == "milestone")).all()
        seen = Counter((row.project_id, row.code, row.outcome_code, row.published_at) for row in rows)
        return [key for key, count in seen.items() if count > 1]

    def sent_unseen(self) -> int:
        """Deliveries called `sent` beyond what the channel took."""
        sent = {row.receipt for row in self.rows() if row.state == "sent"}
        return len(sent - self.channel.taken())

    def seen(self, chat: str) -> list[str]:
        """What a chat was shown at all its addresses."""
        return [text for home in self.homes.get(chat, [chat]) for text in self.channel.seen(home)]

    def tally(self) -> Tally:
        """What was published so far against what the chats saw."""
        live = [told for told in self.live if told.at <= self.site.cut]
        seen = {chat: ("zh", self.seen(chat)) for chat in CHATS}
        doubtful = sum(1 for one in self.channel.sent if not isinstance(one.outcome, Delivered))
        return reconcile(live, self.story.quiet, seen, ambiguous=doubtful + 10_000)  # type: ignore[arg-type]

    def wrong(self) -> list[str]:
        """What breaks I3 of the visitor, I7, I8 or I10 now."""
        texts = [one.text for one in self.channel.sent if one.seen]
        with self.app.database.read() as session:
            return [
                *wrong_figures(texts, self.site.printed),
                *over_budget(self.channel.sent, BUDGET),
                *untold_anomaly(session, SOURCE, max(self.bad_polls.values(), default=0), OPERATOR),
                *visits(session, VISITOR, self.stays),
            ]

    def wrong_at_the_end(self) -> list[str]:
        """What breaks I9, or the promise that a withdrawal is told, once all is well again."""
        with self.app.database.read() as session:
            corrected = Counter(
                session.exec(select(EventRow.project_id).where(EventRow.kind == EventKind.CORRECTION.value))
            )
        untold = Counter(self.taken_back) - corrected
        texts = [one.text for one in self.channel.sent]
        self._log.flush()
        return [
            *(f"withdrawal in {project} never told" for project in untold),
            *token_hits(self.folder, texts, TOKEN),
        ]

    def heal(self) -> None:
        """All is well again: read everything, send everything."""
        Inline.crash_in = 0
        failpoints.disarm()
        self.disk.fills(False)
        self.site.trouble.clear()
        self.site.outage = ""
        self.channel.script.clear()
        self.channel.arrive()
        self.come_back()
        for kind in ("sweep", "documents", "quick", "sweep", "quick"):
            self.clock.advance(7200.0)  # past every pause that trouble left behind
            self.poll(kind)
        for seconds in (5.0,) * 10 + (60.0,) * 30 + (3600.0,) * 80:
            self.deliver(seconds)
            if not any(row.state in ("pending", "sending", "unresolved") for row in self.rows()):
                return

    def close(self) -> None:
        """End this life for good."""
        failpoints.disarm()
        logging.getLogger().removeHandler(self._log)
        logging.getLogger().setLevel(self._level)
        self._log.close()
        self._end()
        self.loop.close()


_ALWAYS = 2**62


async def _ended(task: asyncio.Task[None]) -> None:
    await asyncio.gather(task, return_exceptions=True)

"""What the bot's tests stand on: the application over a small market, and an investor who types and taps.

Rule: nothing sleeps; a test waits for what it expects, with a deadline for a busy machine.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlmodel import Session, col, func, select

from monitor.app import App, build
from monitor.bot_budget import Budgets
from monitor.domain.diff import Sight
from monitor.domain.issue_records import CalendarKind
from monitor.domain.records import DocumentRecord, DocumentType, Party, ProjectRecord, Role, StatusRow
from monitor.domain.stages import State
from monitor.limiter import Budget
from monitor.settings import load
from monitor.store.tables import BotAuditRow, ChatRow, DeliveryRow, InboundRow, IssuerRow, LivingCardRow
from tests.doubles.bot_api import BotApi
from tests.doubles.bot_state import Shown
from tests.store.facts import METAX, MOORE, project, sight

_T = TypeVar("_T")
TOKEN = "7654321:AAcanary-token_that-must-never-be-seen0"
OWNER, FRIEND, STRANGER, GROUP = 1001, 1002, 1003, -100200
NOW = datetime(2026, 7, 6, 10, 0, tzinfo=UTC)  # 18:00 in Shanghai, a Monday
PATIENCE = 20.0
PAGE = "https://www.sse.com.cn/listing/renewal/ipo/"


class SetClock:
    """The machine's stopwatch under a calendar the test sets."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return time.monotonic() + (self.at - NOW).total_seconds()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def record(key: str, issuer: str, short: str, code: str, outcome: str = "", **more: object) -> ProjectRecord:
    """A STAR application of 中信证券 with a page on the exchange's site."""
    parties = (Party(role=Role.SPONSOR, name="中信证券股份有限公司", short_name="中信证券"),)
    given = {
        "state": State(code, outcome),
        "issuer_short": short,
        "parties": parties,
        "url": f"{PAGE}?id={key}",
    }
    return project(key, issuer, **{**given, **more})


def row(key: str, number: int, code: str, day: date, outcome: str = "") -> StatusRow:
    """One row of a timeline."""
    at = datetime(day.year, day.month, day.day, 9, 50, tzinfo=UTC)
    return StatusRow(
        item_id=f"{key}-{number}", state=State(code, outcome), date=day, decided_at=at, published_at=at
    )


def _at(day: int) -> datetime:
    return datetime(2026, 6, day, 9, 0, tzinfo=UTC)


def is_card(shown: Shown) -> bool:
    """Whether the message is a living card: every one says when it was last changed."""
    return any(
        words in shown.text for words in ("动态卡片，", "Kept up to date;", "起不再更新", "No longer kept")
    )


_begun: dict[type, bytes] = {}  # the database every world of a kind begins with, once made


class BotWorld:
    """One application; `start` and `stop` may be called again over the same database."""

    def __init__(
        self, api: BotApi, folder: Path, *, access: str = "invite", clock: SetClock | None = None
    ) -> None:
        self.api = api
        self.clock = clock or SetClock()
        self.budgets = Budgets(burst=10_000)
        self.environ = {
            "HOME": str(folder),
            "IPO_MONITOR_DATABASE__URL": f"sqlite:///{folder / 'bot.db'}",
            "IPO_MONITOR_ARCHIVE__DIR": str(folder / "archive"),
            "IPO_MONITOR_CHANNELS__CONSOLE__ENABLED": "false",
            "IPO_MONITOR_CHANNELS__TELEGRAM__ENABLED": "true",
            "IPO_MONITOR_CHANNELS__TELEGRAM__TOKEN": TOKEN,
            "IPO_MONITOR_CHANNELS__TELEGRAM__API_URL": api.url,
            "IPO_MONITOR_CHANNELS__TELEGRAM__OWNER": str(OWNER),
            "IPO_MONITOR_CHANNELS__TELEGRAM__ACCESS": access,
        }
        for source in ("SSE_STAR", "CSRC_TUTORING", "SSE_ISSUE"):
            self.environ[f"IPO_MONITOR_SOURCES__{source}__ENABLED"] = "false"
        file = folder / "bot.db"
        kind = type(self)
        if kind in _begun:
            file.write_bytes(_begun[kind])
        self.app = self._build()
        if kind not in _begun:
            self.app.database.migrate()
            self._fill()
            with closing(sqlite3.connect(file)) as made:
                _begun[kind] = made.serialize()
        self._tasks: list[asyncio.Task[None]] = []

    def _build(self) -> App:
        generous = {"telegram": Budget(overall=1000, chat=1000, group=60_000)}
        return build(load(None, self.environ), self.clock, budgets=generous)

    def _fill(self) -> None:
        """A registered maker with a prospectus, one in inquiry, one that makes no chips."""
        keep = self.app.stores.repository
        seen = [
            ("a", record("2096", MOORE, "摩尔线程", "5", "1", planned="80", accepted_at=_at(1))),
            ("b", record("2078", METAX, "沐曦股份", "2", planned="39.04", accepted_at=_at(5))),
            ("c", record("2100", "示例轴承股份有限公司", "示例轴承", "2", planned="5")),
        ]
        keep.projects_seen("sse_star", seen, sight(NOW), baseline=True)
        steps = {
            "2096": [
                ("1", "", date(2026, 6, 1)),
                ("2", "", date(2026, 6, 10)),
                ("3", "1", date(2026, 6, 20)),
            ],
            "2078": [("1", "", date(2026, 6, 5)), ("2", "", date(2026, 6, 26))],
        }
        steps["2096"].append(("5", "1", date(2026, 7, 1)))
        for key, path in steps.items():
            rows = [row(key, n, code, day, outcome) for n, (code, outcome, day) in enumerate(path)]
            keep.timeline_seen("sse_star", key, rows, sight(NOW))
        paper = DocumentRecord(
            key="p1",
            project_key="2096",
            title="摩尔线程招股说明书（注册稿）",
            type=DocumentType.PROSPECTUS_REGISTRATION,
            type_code="30/3",
            date=date(2026, 7, 1),
            published_at=NOW - timedelta(days=5),
            url="https://static.sse.com.cn/stock/p1.pdf",
            path="/stock/p1.pdf",
        )
        keep.documents_seen("sse_star", [paper], sight(NOW))
        keep.baseline_done("sse_star", ["1"], NOW - timedelta(days=1))
        self.app.stores.calendar.note_day(
            self.issuer(METAX),
            CalendarKind.COMMITTEE,
            date(2026, 7, 10),
            source="sse_star",
            event_id="",
            at=NOW,
        )

    async def start(self) -> None:
        """The daemon's parts that matter here: delivery and bot."""
        assert self.app.bot is not None
        self.app.bot.budgets = self.budgets
        self._tasks = [
            asyncio.ensure_future(self.app.delivery.run()),
            asyncio.ensure_future(self.app.bot.run()),
        ]

    async def stop(self) -> None:
        """An end without a goodbye."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.app.close()

    async def restart(self) -> None:
        """A new process over the same database."""
        self.app = self._build()
        await self.start()

    # -- an investor ---------------------------------------------------------------------------------

    async def ask(self, text: str, *, user: int = OWNER, chat: int | None = None, **more: object) -> str:
        """Send a message and return the text of the first answer to it."""
        return (await self.shown(lambda: self.api.say(user, text, chat=chat, **more), chat or user)).text

    async def tap(self, label: str, *, user: int = OWNER, chat: int | None = None) -> str:
        """Tap a button and return the toast once the tap is answered."""
        query = self.api.tap(user, label, chat=chat)
        await self.until(lambda: self.api.taps[query] is not None)
        return self.api.taps[query] or ""

    async def shown(self, act: Callable[[], object], chat: int) -> Shown:
        """The next message of the chat after doing something; a living card is none, it comes beside."""
        before = len(self.told(chat))
        act()
        await self.until(lambda: len(self.told(chat)) > before)
        return self.told(chat)[before]

    def told(self, chat: int) -> list[Shown]:
        """The chat's messages but for its living cards."""
        return [one for one in self.api.chats[chat].shown if not is_card(one)]

    def cards(self, chat: int) -> list[Shown]:
        """The chat's living cards."""
        return [one for one in self.api.chats[chat].shown if is_card(one)]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for it, looking whenever the server was called."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                for task in self._tasks:
                    if task.done():
                        task.result()
                self.api.called.clear()
                waiter = asyncio.ensure_future(self.api.called.wait())
                await asyncio.wait({waiter}, timeout=0.02)
                waiter.cancel()

    async def quiet(self) -> None:
        """Everything said so far is handled and every answer is out."""
        await self.until(lambda: self.settled())

    def settled(self) -> bool:
        """Whether no update waits, unread or unhandled, and nothing is owed."""
        with self.app.database.read() as session:
            new = session.exec(
                select(func.count()).select_from(InboundRow).where(InboundRow.state == "new")
            ).one()
            owed = session.exec(
                select(func.count())
                .select_from(DeliveryRow)
                .where(col(DeliveryRow.state).in_(["pending", "sending"]))
            ).one()
            card = LivingCardRow
            owed += session.exec(
                select(func.count())
                .select_from(card)
                .where((card.state == "sending") | (col(card.due) <= self.clock.now()))
            ).one()
            last = session.exec(select(func.max(InboundRow.update_id))).one() or 0
        newest = max((update["update_id"] for update in self.api.updates), default=0)
        return new == 0 and owed == 0 and newest <= last

    # -- the store -----------------------------------------------------------------------------------

    def read(self, work: Callable[[Session], _T]) -> _T:
        with self.app.database.read() as session:
            return work(session)

    def issuer(self, name: str) -> int:
        return self.read(lambda s: s.exec(select(IssuerRow.id).where(IssuerRow.name == name)).one()) or 0

    def preferences(self, address: str) -> dict[str, object]:
        return self.read(
            lambda s: s.exec(select(ChatRow.preferences).where(ChatRow.address == address)).one()
        )

    def audits(self) -> list[tuple[int, str, bool]]:
        rows = self.read(lambda s: s.exec(select(BotAuditRow).order_by(col(BotAuditRow.id))).all())
        return [(one.user_id, one.action, one.allowed) for one in rows]

    def verdicts(self) -> list[str]:
        return list(
            self.read(lambda s: s.exec(select(InboundRow.verdict).order_by(col(InboundRow.update_id))).all())
        )

    def move(self, key: str, *path: tuple[str, str, date]) -> None:
        """The exchange posts these rows: alerts are owed."""
        rows = [row(key, n, code, day, outcome) for n, (code, outcome, day) in enumerate(path)]
        self.app.stores.repository.timeline_seen(
            "sse_star", key, rows, Sight(at=self.clock.now(), raw_sha256="cd" * 32)
        )
        self.app.delivery.poke()

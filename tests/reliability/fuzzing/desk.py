"""A desk that answers whatever the bytes decide: the bot's store as bad as it could be.

Rule: it answers only what the `Desk` protocol allows; what is kept goes through its stored form and back.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta

from alerts.bot.contract import (
    AccessView,
    Audit,
    Card,
    Company,
    Day,
    Found,
    Inbound,
    Lined,
    Paper,
    Raise,
    Read,
    Role,
    SourceView,
    Step,
    Told,
)
from alerts.bot.finding import Finder
from alerts.preferences import Preferences, from_stored, to_stored
from monitor.domain.events import Event
from monitor.domain.issue_records import CalendarKind
from monitor.domain.stages import State
from tests.reliability.fuzz_events import AT, amount, either, figure, hostile, made_event
from tests.reliability.fuzzing.target import Broken, Choices

MARKET = (
    Company(
        issuer_id=1,
        name="沐曦集成电路（上海）股份有限公司",
        short="沐曦股份",
        names=("MetaX",),
        codes=("688802",),
        grade="ai_chip",
        english="MetaX",
    ),
    Company(
        issuer_id=2,
        name="摩尔线程智能科技（北京）股份有限公司",
        short="摩尔线程",
        names=("Moore Threads",),
        codes=("688795",),
        grade="ai_chip",
        english="Moore Threads",
    ),
    Company(
        issuer_id=3, name="上海燧原科技股份有限公司", short="燧原科技", names=("Enflame",), grade="ai_chip"
    ),
    Company(issuer_id=0, name="示例芯片股份有限公司", short="示例芯片", grade="related"),
)
FINDER = Finder(MARKET)
_KINDS = list(CalendarKind)
_DAY = date(2026, 7, 6)


class FuzzDesk:
    """Answers by choice; `preferences` are kept between the calls of one input."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self.now = AT + timedelta(minutes=choices.number(0, 600_000))
        self._preferences: Preferences | None = None
        if choices.chance(160):
            self._preferences = Preferences(
                subscribed=choices.chance(200),
                issuers={"1": hostile(choices, 1)} if choices.chance(60) else {},
                watch=(hostile(choices, 1),) if choices.chance(60) else (),
                sponsors=("中信证券",) if choices.chance(60) else (),
                min_planned_fen=choices.number(0, 10**13) if choices.chance(60) else 0,
                quiet=choices.pick(("", "22:00-07:30", "00:00-23:59")),
                weekly=choices.pick(("", "1 08:30", "9 08:30", "x")),
                muted={"*": f"{AT.isoformat()}|{hostile(choices, 1)}"} if choices.chance(60) else {},
            )

    def _company(self) -> Company:
        choices = self._choices
        if choices.chance(128):
            return choices.pick(MARKET)
        return Company(
            issuer_id=choices.number(0, 99),
            name=hostile(choices, 1),
            short=hostile(choices, 1),
            grade=choices.pick(("ai_chip", "related", "no", "", "x")),
            english=hostile(choices, 1),
        )

    def _event(self) -> Event:
        return made_event(self._choices)

    def _state(self) -> State:
        choices = self._choices
        return State(choices.pick(("1", "2", "5", "8", "77", "tutoring-filed")), choices.pick(("", "1", "9")))

    def _day(self) -> date:
        return _DAY + timedelta(days=self._choices.number(-3000, 3000))

    def find(self, name: str) -> Found:
        return FINDER.find(name)

    def card(self, issuer_id: int) -> Card | None:
        choices = self._choices
        if choices.chance(40):
            return None
        company = self._company()
        return Card(
            company=company,
            grade_proof=hostile(choices, 1),
            board=choices.pick(("科创板", "", "x")),
            state=self._state() if choices.chance(200) else None,
            since=self._day() if choices.chance(200) else None,
            median=choices.pick((None, 0, 1, 300)),
            median_of=3,
            accepted=self._day(),
            planned=figure(choices) if choices.chance(128) else None,
            sponsors=tuple(hostile(choices, 1) for _ in range(choices.number(0, 2))),
            url=either(
                choices,
                (
                    "https://www.sse.com.cn/x",
                    "",
                ),
            ),
            steps=tuple(
                Step(day=self._day(), state=self._state(), reason=hostile(choices, 1))
                for _ in range(choices.number(0, 3))
            ),
            papers=tuple(
                Paper(
                    title=hostile(choices, 1),
                    type=choices.pick(("prospectus_draft", "x")),
                    day=self._day(),
                    url=either(
                        choices,
                        (
                            "https://static.sse.com.cn/a.pdf",
                            "",
                        ),
                    ),
                )
                for _ in range(choices.number(0, 2))
            ),
            read=tuple(
                Read(
                    figure=figure(choices),
                    url="https://static.sse.com.cn/a.pdf",
                    document=hostile(choices, 1),
                )
                for _ in range(choices.number(0, 2))
            ),
            days=tuple(
                Day(company=company, kind=choices.pick(_KINDS), day=self._day())
                for _ in range(choices.number(0, 2))
            ),
        )

    def pipeline(self) -> Sequence[Lined]:
        return [
            Lined(company=self._company(), state=self._state(), since=self._day())
            for _ in range(self._choices.number(0, 3))
        ]

    def days(self, first: date, last: date) -> Sequence[Day]:
        kinds = self._choices
        return [
            Day(company=self._company(), kind=kinds.pick(_KINDS), day=first)
            for _ in range(kinds.number(0, 3))
        ]

    def raised(self, year: int) -> Sequence[Raise]:
        return [
            Raise(company=self._company(), yuan=str(abs(amount(self._choices))), day=self._day())
            for _ in range(self._choices.number(0, 3))
        ]

    planned = raised

    def followed(self, address: str, issuers: Collection[int]) -> set[int]:
        return {issuer for issuer in issuers if self._choices.chance(128)}

    def keep_card(self, address: str, issuer_id: int) -> None:
        if issuer_id >= 2**63:
            raise Broken("a number that no database holds")

    def access(self) -> AccessView:
        members, channels, chats, topics, refused = (self._choices.byte() for _ in range(5))
        return AccessView(members=members, channels=channels, chats=chats, topics=topics, refused=refused)

    def allow(self, user: int, by: int) -> None:
        if abs(user) >= 2**63:
            raise Broken("a number that no database holds")

    def told(self, address: str, *, since: datetime | None = None, limit: int = 40) -> Sequence[Told]:
        return [self._told() for _ in range(self._choices.number(0, 2))]

    def _told(self) -> Told:
        choices = self._choices
        return Told(
            event=self._event(),
            seq=choices.byte(),
            issuer_id=choices.byte(),
            why=hostile(choices),
            state=choices.pick(("sent", "pending", "poison", "x")),
            sent_at=choices.pick((None, AT)),
        )

    def told_by_number(self, address: str, number: int) -> Told | None:
        return self._told() if self._choices.chance(200) else None

    def told_by_receipt(self, address: str, message_id: int) -> Told | None:
        return self._told() if self._choices.chance(200) else None

    def would_have_sent(self, address: str, preferences: Preferences, days: int) -> int:
        self._round_trip(preferences)
        return self._choices.byte()

    def language(self, address: str) -> str:
        return self._choices.pick(("zh", "en", "both", ""))

    def preferences(self, address: str) -> Preferences | None:
        return self._preferences

    def save(self, address: str, preferences: Preferences, language: str = "") -> None:
        self._round_trip(preferences)
        self._preferences = preferences

    def _round_trip(self, preferences: Preferences) -> None:
        stored = json.dumps(to_stored(preferences), ensure_ascii=False)
        stored.encode()
        again = from_stored(json.loads(stored))
        if to_stored(from_stored(to_stored(again))) != to_stored(again):
            raise Broken(f"choices change when they are stored twice: {stored[:200]}")
        if preferences.min_planned_fen >= 2**63:
            raise Broken("a minimum that no database holds")

    def resume(self, address: str) -> int:
        return 0

    def suspend(self, address: str, why: str) -> None:
        why.encode()

    def role(self, user: int) -> Role:
        return self._choices.pick((Role.OWNER, Role.OWNER, Role.ADMIN, Role.MEMBER, Role.STRANGER))

    def redeem(self, user: int, code: str) -> bool:
        code.encode()
        return self._choices.chance(128)

    def invite(self, user: int) -> tuple[str, datetime]:
        return "ABCDEFGH", AT.astimezone(UTC)

    def revoke(self, user: int) -> bool:
        if user >= 2**63:
            raise Broken("a number that no database holds")
        return self._choices.chance(128)

    def audit(self, inbound: Inbound, action: str, *, allowed: bool, detail: str = "") -> None:
        f"{action}{detail}".encode()

    def audits(self, limit: int) -> Sequence[Audit]:
        choices = self._choices
        return [
            Audit(
                at=AT,
                user=choices.byte(),
                address="1",
                action=hostile(choices, 1),
                allowed=True,
                detail=hostile(choices, 1),
            )
            for _ in range(choices.number(0, 3))
        ]

    def sources(self) -> Sequence[SourceView]:
        choices = self._choices
        return [
            SourceView(name="sse_star", last_ok_at=choices.pick((None, AT)), trouble=hostile(choices, 1))
            for _ in range(choices.number(0, 2))
        ]

    def queue(self) -> dict[str, int]:
        return {"pending": self._choices.byte(), "sent": self._choices.number(0, 10**6)}

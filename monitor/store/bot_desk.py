"""The bot's desk over the store: one instance serves one update, within that update's transaction.

Rule: nothing is committed here; whoever opened the session commits effects and mark together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select as sqlalchemy_select  # sqlmodel's own is typed for four columns at most
from sqlmodel import col, select

from alerts.bot.contract import (
    Card,
    Day,
    Found,
    Lined,
    Raise,
    SourceView,
    Told,
)
from alerts.preferences import Preferences, from_stored, to_stored
from alerts.routing import ChatView, Rule
from monitor.domain.events import Event, EventKind
from monitor.store import bot_lists, cards, chats, outbox, quiet
from monitor.store.bot_people import CHANNEL, PeopleDesk
from monitor.store.bot_told import ABOUT_US, alerts_of, told_from, told_of
from monitor.store.bot_views import Views
from monitor.store.tables import (
    ChatRow,
    DeliveryRow,
    EventRow,
    IssuerRow,
    SourceRow,
)


@dataclass(kw_only=True)
class StoreDesk(PeopleDesk):
    """`alerts.bot.contract.Desk` over one session."""

    rule: Rule
    views: Views
    _chats: dict[str, ChatRow | None] = field(default_factory=dict)

    # -- what is known -------------------------------------------------------------------------------

    def find(self, name: str) -> Found:
        """The company meant by a name or code."""
        return self.views.finder(self.session).find(name)

    def card(self, issuer_id: int) -> Card | None:
        """All that is known of one company."""
        return self.views.card(self.session, issuer_id, self.now)

    def pipeline(self) -> Sequence[Lined]:
        """The AI-chip issuers with their newest application."""
        return bot_lists.pipeline(self.session)

    def days(self, first: date, last: date) -> Sequence[Day]:
        """The calendar between two days."""
        return bot_lists.days(self.session, first, last)

    def raised(self, year: int) -> Sequence[Raise]:
        """Gross proceeds of the offerings subscribed in a year."""
        return bot_lists.raised(self.session, year)

    def planned(self, year: int) -> Sequence[Raise]:
        """Planned proceeds of the AI-chip applications accepted in a year."""
        return bot_lists.planned(self.session, year)

    def sources(self) -> Sequence[SourceView]:
        """How the sources fare."""
        rows = self.session.exec(select(SourceRow).order_by(SourceRow.name))
        return [SourceView(name=row.name, last_ok_at=row.last_ok_at, trouble=row.trouble) for row in rows]

    def queue(self) -> dict[str, int]:
        """Deliveries by state."""
        return outbox.counts(self.session)

    # -- what this chat was told ---------------------------------------------------------------------

    def told(self, address: str, *, since: datetime | None = None, limit: int = 40) -> Sequence[Told]:
        """The alerts of this chat, newest first."""
        chat = self._chat(address)
        return told_of(self.session, chat, since=since, limit=limit) if chat else []

    def told_by_number(self, address: str, number: int) -> Told | None:
        """The alert of that delivery, if it is this chat's."""
        chat = self._chat(address)
        if chat is None or number >= 2**31:
            return None
        found = self.session.exec(alerts_of(chat).where(DeliveryRow.id == number)).first()
        return told_from(*found) if found else None

    def told_by_receipt(self, address: str, message_id: int) -> Told | None:
        """The alert that is this message of the chat."""
        chat = self._chat(address)
        if chat is None:
            return None
        number = str(message_id)
        near = alerts_of(chat).where(col(DeliveryRow.receipt).contains(number)).limit(50)
        for row, event in self.session.exec(near):
            if number in row.receipt.split(","):
                return told_from(row, event)
        return None

    def would_have_sent(self, address: str, preferences: Preferences, days: int) -> int:
        """How many alerts these choices would have brought; what was learned quietly counts by its date."""
        first = self.now - timedelta(days=days)
        view = replace(self._view(address, preferences), kinds=preferences.kinds)
        dated = col(EventRow.date) >= first.date()
        fresh = (
            (col(EventRow.date).is_(None))
            & (col(EventRow.baseline).is_(False))
            & (col(EventRow.first_seen_at) >= first)
        )
        query = (
            sqlalchemy_select(
                col(EventRow.kind),
                col(EventRow.issuer_id),
                col(EventRow.issuer),
                col(EventRow.board),
                col(EventRow.title),
                col(EventRow.before),
                col(EventRow.after),
                col(EventRow.details),
            )
            .where(col(EventRow.kind).not_in(ABOUT_US))
            .where(dated | fresh)
        )
        found = self.session.execute(query).all()
        plain = self.views.routing_facts(self.session, {row[1] for row in found if row[1] is not None})
        count = 0
        for kind, issuer_id, issuer, board, title, before, after, details in found:
            event = Event(
                id="",
                kind=EventKind(kind),
                source="",
                issuer=issuer,
                board=board,
                title=title,
                before=before,
                after=after,
                first_seen_at=self.now,
                details={**details, **plain.get(issuer_id or 0, {})},
            )
            count += self.rule(event, view) is not None
        return count

    def followed(self, address: str, issuers: Collection[int]) -> set[int]:
        """Those of these issuers whose milestones the chat's choices would bring, muted or not."""
        wanted = set(issuers)
        view = self._view(address, self.preferences(address) or Preferences())
        names = dict(
            self.session.exec(select(IssuerRow.id, IssuerRow.name).where(col(IssuerRow.id).in_(wanted))).all()
        )
        found = set()
        for number, facts in self.views.routing_facts(self.session, wanted).items():
            event = Event(
                id="",
                kind=EventKind.MILESTONE,
                source="",
                issuer=names.get(number, ""),
                board=str(facts.get("board", "")),
                first_seen_at=self.now,
                details={"grade": "", **facts},
            )
            if self.rule(event, view) is not None:
                found.add(number)
        return found

    def _view(self, address: str, preferences: Preferences) -> ChatView:
        """What routing sees of these choices, without mutes."""
        chat = self._chat(address)
        return ChatView(
            language=chat.language if chat else "zh",
            watch=preferences.watch,
            choices=replace(preferences, muted={}, subscribed=True),
        )

    # -- the chat ------------------------------------------------------------------------------------

    def language(self, address: str) -> str:
        """zh, en or both; "" for a chat nobody knows."""
        chat = self._chat(address)
        return chat.language if chat else ""

    def preferences(self, address: str) -> Preferences | None:
        """The chat's choices; None for a chat nobody knows."""
        chat = self._chat(address)
        return from_stored(chat.preferences) if chat else None

    def save(self, address: str, preferences: Preferences, language: str = "") -> None:
        """Keep the chat's choices, making the chat when it is new."""
        chat = self.chat(address, language)
        chat.preferences = to_stored(preferences)
        if language:
            chat.language = language
        self.session.add(chat)
        self.session.flush()
        cards.chosen_anew(self.session, chat, self.now)
        quiet.chosen_anew(self.session, chat, self.now)
        if not preferences.subscribed:
            chats.hush(self.session, chat)

    def chat(self, address: str, language: str = "") -> ChatRow:
        """The chat's row, made when it is new; a chat made by asking is told nothing until it says so."""
        chat = self._chat(address)
        if chat is None:
            chat = chats.ensure_chat(
                self.session,
                CHANNEL,
                address,
                now=self.now,
                language=language or self.people.language,
                preferences=to_stored(Preferences(subscribed=False)),
            )
            self._chats[address] = chat
        return chat

    def keep_card(self, address: str, issuer_id: int) -> None:
        """Let the chat have a living card of this issuer, where it wants cards."""
        chat = self.chat(address)
        if from_stored(chat.preferences).cards:
            cards.begin(self.session, chat, issuer_id, self.now)

    def resume(self, address: str) -> int:
        """The chat is back; the topics of a group come with it."""
        chat = self._chat(address)
        back = {row.id: row for row in self._with_topics(address) if row.state != "active"}
        if chat is not None:
            back[chat.id] = chat
        owed = sum(chats.resume(self.session, row, self.now) for row in back.values())
        for row in back.values():
            if not from_stored(row.preferences).subscribed:
                chats.hush(self.session, row)  # back, and still without alerts
        return owed

    def suspend(self, address: str, why: str) -> None:
        """We were removed; the topics of a group go with it."""
        for row in self._with_topics(address):
            if row.state == "active":
                chats.suspend(self.session, row, why)

    def _with_topics(self, address: str) -> Sequence[ChatRow]:
        return self.session.exec(
            select(ChatRow).where(
                ChatRow.channel == CHANNEL,
                (col(ChatRow.address) == address) | col(ChatRow.address).startswith(f"{address}/"),
            )
        ).all()

    def _chat(self, address: str) -> ChatRow | None:
        if address not in self._chats:
            self._chats[address] = chats.find_chat(self.session, CHANNEL, address)
        return self._chats[address]

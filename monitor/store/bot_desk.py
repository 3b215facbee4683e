"""The bot's desk over the store: one instance serves one update, within that update's transaction.

Rule: nothing is committed here; whoever opened the session commits effects and mark together.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select as sqlalchemy_select  # sqlmodel's own is typed for four columns at most
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from alerts.bot.contract import Audit, Card, Day, Found, Inbound, Lined, Raise, Role, SourceView, Told
from alerts.preferences import Preferences, from_stored, to_stored
from alerts.routing import ChatView, Rule
from monitor.domain.events import Event, EventKind
from monitor.store import bot_lists, chats, eventlog, outbox
from monitor.store.bot_views import Views
from monitor.store.tables import (
    BotAuditRow,
    BotInvitationRow,
    BotMemberRow,
    ChatRow,
    DeliveryRow,
    EventRow,
    SourceRow,
)

CHANNEL = "telegram"
_INVITATION = timedelta(days=7)
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # read aloud without doubt
_ABOUT_US = (
    EventKind.BOT_REPLY.value,
    EventKind.CHAT_WELCOME.value,
    EventKind.OPERATOR_NOTICE.value,
    EventKind.SOURCE_TROUBLE.value,
    EventKind.SOURCE_RECOVERED.value,
)


@dataclass(frozen=True, kw_only=True)
class People:
    """Whom the configuration names, by numeric id."""

    owner: int = 0
    admins: frozenset[int] = frozenset()
    members: frozenset[int] = frozenset()  # the private chats that get alerts by configuration
    language: str = "zh"


@dataclass(kw_only=True)
class StoreDesk:
    """`alerts.bot.contract.Desk` over one session."""

    session: Session
    now: datetime
    people: People
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
        found = self.session.exec(_alerts(chat).where(DeliveryRow.id == number)).first()
        return _told(*found) if found else None

    def told_by_receipt(self, address: str, message_id: int) -> Told | None:
        """The alert that is this message of the chat."""
        chat = self._chat(address)
        if chat is None:
            return None
        number = str(message_id)
        near = _alerts(chat).where(col(DeliveryRow.receipt).contains(number)).limit(50)
        for row, event in self.session.exec(near):
            if number in row.receipt.split(","):
                return _told(row, event)
        return None

    def would_have_sent(self, address: str, preferences: Preferences, days: int) -> int:
        """How many alerts these choices would have brought; what was learned quietly counts by its date."""
        first = self.now - timedelta(days=days)
        chat = self._chat(address)
        view = ChatView(
            language=chat.language if chat else "zh",
            watch=preferences.watch,
            kinds=preferences.kinds,
            choices=replace(preferences, muted={}, subscribed=True),
        )
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
            .where(col(EventRow.kind).not_in(_ABOUT_US))
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

    def resume(self, address: str) -> int:
        """The chat is back."""
        chat = self._chat(address)
        return chats.resume(self.session, chat, self.now) if chat else 0

    def suspend(self, address: str, why: str) -> None:
        """We were removed; the topics of a group go with it."""
        rows = self.session.exec(
            select(ChatRow).where(
                ChatRow.channel == CHANNEL,
                (col(ChatRow.address) == address) | col(ChatRow.address).startswith(f"{address}/"),
            )
        ).all()
        for row in rows:
            if row.state == "active":
                chats.suspend(self.session, row, why)

    def _chat(self, address: str) -> ChatRow | None:
        if address not in self._chats:
            self._chats[address] = chats.find_chat(self.session, CHANNEL, address)
        return self._chats[address]

    # -- people --------------------------------------------------------------------------------------

    def role(self, user: int) -> Role:
        """What the person is to the bot."""
        if user <= 0:
            return Role.STRANGER
        if user == self.people.owner:
            return Role.OWNER
        if user in self.people.admins:
            return Role.ADMIN
        member = self.session.get(BotMemberRow, user)
        if user in self.people.members or (member is not None and member.active):
            return Role.MEMBER
        return Role.STRANGER

    def redeem(self, user: int, code: str) -> bool:
        """Use an invitation, once."""
        invitation = self.session.get(BotInvitationRow, _hash(code))
        if invitation is None or invitation.used_by is not None or invitation.expires_at <= self.now:
            return False
        invitation.used_by, invitation.used_at = user, self.now
        self.session.add(invitation)
        self.session.merge(
            BotMemberRow(user_id=user, invited_by=invitation.made_by, since=self.now, active=True)
        )
        self.session.flush()
        return True

    def invite(self, user: int) -> tuple[str, datetime]:
        """A new invitation's code and when it ends."""
        code = "".join(secrets.choice(_ALPHABET) for _ in range(16))
        until = self.now + _INVITATION
        self.session.add(
            BotInvitationRow(code_sha256=_hash(code), made_by=user, made_at=self.now, expires_at=until)
        )
        self.session.flush()
        return code, until

    def revoke(self, user: int) -> bool:
        """Put a member out; the private chat hears nothing more."""
        member = self.session.get(BotMemberRow, user)
        if member is None or not member.active:
            return False
        member.active = False
        self.session.add(member)
        chat = self._chat(str(user))
        if chat is not None:
            held = from_stored(chat.preferences)
            chat.preferences = to_stored(replace(held, subscribed=False))
            self.session.add(chat)
        self.session.flush()
        return True

    def audit(self, inbound: Inbound, action: str, *, allowed: bool, detail: str = "") -> None:
        """Write down who did what."""
        self.session.add(
            BotAuditRow(
                at=self.now,
                user_id=inbound.user,
                address=inbound.address,
                action=action[:100],
                detail=detail[:200],
                allowed=allowed,
            )
        )

    def audits(self, limit: int) -> Sequence[Audit]:
        """The newest lines of the audit log."""
        rows = self.session.exec(select(BotAuditRow).order_by(col(BotAuditRow.id).desc()).limit(limit))
        return [
            Audit(
                at=row.at,
                user=row.user_id,
                address=row.address,
                action=row.action,
                allowed=row.allowed,
                detail=row.detail,
            )
            for row in rows
        ]


def told_of(session: Session, chat: ChatRow, *, since: datetime | None, limit: int) -> list[Told]:
    """The alerts of a chat, newest first."""
    query = _alerts(chat).order_by(col(EventRow.seq).desc()).limit(limit)
    if since is not None:
        query = query.where(col(DeliveryRow.created_at) >= since)
    return [_told(row, event) for row, event in session.exec(query)]


def _alerts(chat: ChatRow) -> Select[DeliveryRow, EventRow]:
    return (
        select(DeliveryRow, EventRow)
        .join(EventRow, col(EventRow.seq) == col(DeliveryRow.event_seq))
        .where(DeliveryRow.chat_id == chat.id, col(EventRow.kind).not_in(_ABOUT_US))
    )


def _told(row: DeliveryRow, event: EventRow) -> Told:
    assert event.seq is not None  # read from the database
    return Told(
        event=eventlog.to_event(event),
        seq=event.seq,
        issuer_id=event.issuer_id or 0,
        why=row.why,
        state=row.state,
        sent_at=row.sent_at,
    )


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()

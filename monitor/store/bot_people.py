"""Who may use the bot: those the configuration names, people and channels let in; and the audit log."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from alerts.bot.contract import AccessView, Audit, Inbound, Role
from alerts.preferences import from_stored, to_stored
from monitor.store import cards, chats
from monitor.store.bot_access import describe
from monitor.store.tables import BotAuditRow, BotInvitationRow, BotMemberRow

CHANNEL = "telegram"
_INVITATION = timedelta(days=7)
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # read aloud without doubt


@dataclass(frozen=True, kw_only=True)
class People:
    """Whom the configuration names, by numeric id."""

    owner: int = 0
    admins: frozenset[int] = frozenset()
    members: frozenset[int] = frozenset()  # the chats that get alerts by configuration
    language: str = "zh"


@dataclass(kw_only=True)
class PeopleDesk:
    """The part of the bot's desk that is about people; within one update's transaction."""

    session: Session
    now: datetime
    people: People

    def access(self) -> AccessView:
        """Who is let in, counted."""
        return describe(self.session, CHANNEL, self.now)

    def role(self, user: int) -> Role:
        """What the person is to the bot."""
        if user == 0:
            return Role.STRANGER
        if user == self.people.owner:
            return Role.OWNER
        if user in self.people.admins:
            return Role.ADMIN
        member = self.session.get(BotMemberRow, user)
        if user in self.people.members or (member is not None and member.active):
            return Role.MEMBER
        return Role.STRANGER

    def allow(self, user: int, by: int) -> None:
        """Let a person or a channel in."""
        self.session.merge(BotMemberRow(user_id=user, invited_by=by, since=self.now, active=True))
        self.session.flush()

    def redeem(self, user: int, code: str) -> bool:
        """Use an invitation, once."""
        invitation = self.session.get(BotInvitationRow, _hash(code))
        if invitation is None or invitation.used_by is not None or invitation.expires_at <= self.now:
            return False
        invitation.used_by, invitation.used_at = user, self.now
        self.session.add(invitation)
        self.allow(user, invitation.made_by)
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
        chat = chats.find_chat(self.session, CHANNEL, str(user))
        if chat is not None:
            held = from_stored(chat.preferences)
            chat.preferences = to_stored(replace(held, subscribed=False))
            self.session.add(chat)
            self.session.flush()
            cards.chosen_anew(self.session, chat, self.now)
            chats.hush(self.session, chat)
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


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()

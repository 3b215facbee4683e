"""Whom the bot knows, counted: for `status` in the chat and on the command line."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from alerts.bot.contract import AccessView
from alerts.preferences import from_stored
from monitor.store.tables import BotAuditRow, BotMemberRow, ChatRow

_DAY = timedelta(days=1)


def describe(session: Session, channel: str, now: datetime) -> AccessView:
    """How many people, channels and chats of this service are let in, and how often somebody was refused."""
    members = session.exec(select(BotMemberRow.user_id).where(col(BotMemberRow.active).is_(True))).all()
    chats = session.exec(
        select(ChatRow.address, ChatRow.preferences).where(
            ChatRow.channel == channel, ChatRow.state == "active"
        )
    ).all()
    told = [address for address, stored in chats if from_stored(stored).subscribed]
    refused = select(func.count()).where(col(BotAuditRow.allowed).is_(False), BotAuditRow.at > now - _DAY)
    return AccessView(
        members=sum(number > 0 for number in members),
        channels=sum(number < 0 for number in members),
        chats=len(told),
        topics=sum("/" in address for address in told),
        refused=session.exec(refused).one(),
    )

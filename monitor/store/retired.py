"""Chats whose channel is no longer configured: put aside with what they wait for, taken back with it.

Rule: what such a chat was owed waits for its return, as long as anything waits; nothing new is owed to it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from monitor.store.chats import RETIRED, listening, resume, suspend
from monitor.store.tables import ChatRow, DeliveryRow

_WAITING = ("pending", "unresolved", "suspended", "sending")


@dataclass(frozen=True, kw_only=True, slots=True)
class Retired:
    """One channel whose chats were put aside just now."""

    channel: str
    chats: int
    waiting: int  # deliveries


def retire(session: Session, configured: Collection[str], now: datetime) -> list[Retired]:
    """Put aside the chats of channels that are not configured, take back those that are again."""
    for chat in session.exec(select(ChatRow).where(ChatRow.why == RETIRED)).all():
        if chat.channel in configured:
            resume(session, chat, now)
    gone: dict[str, list[ChatRow]] = {}
    for chat in listening(session):
        if chat.channel not in configured:
            gone.setdefault(chat.channel, []).append(chat)
    told = []
    for channel, chats in gone.items():
        waiting = session.exec(
            select(func.count())
            .select_from(DeliveryRow)
            .where(
                col(DeliveryRow.chat_id).in_([chat.id for chat in chats]),
                col(DeliveryRow.state).in_(_WAITING),
            )
        ).one()
        for chat in chats:
            suspend(session, chat, RETIRED)
        told.append(Retired(channel=channel, chats=len(chats), waiting=waiting))
    return told

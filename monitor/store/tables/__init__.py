"""SQLModel tables, by what they are about; no behaviour. Importing any one makes the metadata complete.

Rule: rows are built only in `monitor.store` from frozen records, because `table=True` validates nothing.
Rule: money is integer fen with its currency; instants are aware UTC; exchange dates are dates.
"""

from __future__ import annotations

from monitor.store.tables.bot import BotAuditRow, BotInvitationRow, BotMemberRow, InboundRow
from monitor.store.tables.cards import CancelledDayRow, LivingCardRow
from monitor.store.tables.documents import FigureRow, ReadingRow
from monitor.store.tables.issuers import IssuerBusinessRow, IssuerNameRow, IssuerRow, RelevancePinRow
from monitor.store.tables.issues import BulletinRow, CalendarFactRow, NewShareRow
from monitor.store.tables.outbox import ChatRow, DeliveryRow, EventRow
from monitor.store.tables.projects import DocumentRow, ProjectRow, StatusRowRow, TutoringRowRow
from monitor.store.tables.sources import PollRow, SourceRow

__all__ = [
    "SourceRow",
    "PollRow",
    "IssuerRow",
    "IssuerNameRow",
    "IssuerBusinessRow",
    "RelevancePinRow",
    "ProjectRow",
    "StatusRowRow",
    "DocumentRow",
    "TutoringRowRow",
    "EventRow",
    "ChatRow",
    "DeliveryRow",
    "NewShareRow",
    "BulletinRow",
    "CalendarFactRow",
    "ReadingRow",
    "FigureRow",
    "InboundRow",
    "BotMemberRow",
    "BotInvitationRow",
    "BotAuditRow",
    "LivingCardRow",
    "CancelledDayRow",
]

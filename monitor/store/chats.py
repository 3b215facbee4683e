"""Chats as rows: greeting a new one quietly, putting one aside and back, following one that moved.

Rule: a chat that left keeps its queue; only the 72-hour horizon takes anything from it.
Rule: an address that moved stays as a signpost, so that a configuration naming it still finds the chat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, func, select, update

from alerts.preferences import CHOSEN, from_stored
from alerts.routing import ChatView
from monitor.domain.events import Event, EventKind, event_id
from monitor.store import eventlog
from monitor.store.tables import ChatRow, DeliveryRow, EventRow, LivingCardRow

_MOVED = "moved to "
# When two rows of one event meet in a merged chat, the one that may have been seen already stays.
_RANK = {"sending": 5, "sent": 4, "unresolved": 3, "pending": 2, "suspended": 1}
RETIRED = "its channel is no longer configured"
_NO_ALERTS = tuple(
    kind.value
    for kind in (
        EventKind.BOT_REPLY,
        EventKind.CHAT_WELCOME,
        EventKind.OPERATOR_NOTICE,
        EventKind.SOURCE_TROUBLE,
        EventKind.SOURCE_RECOVERED,
    )
)
AWAY = "away: "  # why a delivery waited, as its last error begins


def chat_view(chat: ChatRow) -> ChatView:
    """What routing needs of a chat; preferences of a wrong type count as not given."""
    choices = from_stored(chat.preferences)
    watch = chat.preferences.get("watch", [])
    kinds = chat.preferences.get("kinds", {})
    return ChatView(
        language=chat.language,
        operator=chat.operator,
        watch=tuple(name for name in watch if isinstance(name, str)) if isinstance(watch, list) else (),
        kinds={kind: choice for kind, choice in kinds.items() if isinstance(choice, bool)}
        if isinstance(kinds, dict)
        else {},
        choices=choices,
    )


def listening(session: Session) -> Sequence[ChatRow]:
    """Every chat that events are staged for: the suspended ones too, as their queue is kept."""
    chats = session.exec(select(ChatRow).order_by(col(ChatRow.id)))
    return [chat for chat in chats if not _moved_to(chat) and chat.why != RETIRED]


def find_chat(session: Session, channel: str, address: str) -> ChatRow | None:
    """The chat at this address, or where it moved to."""
    for _ in range(5):  # a group moves once in its life; more than five signposts would be a circle
        chat = session.exec(
            select(ChatRow).where(ChatRow.channel == channel, ChatRow.address == address)
        ).one_or_none()
        if chat is None or not _moved_to(chat):
            return chat
        address = _moved_to(chat)
    return None


def ensure_chat(
    session: Session,
    channel: str,
    address: str,
    *,
    now: datetime,
    language: str = "zh",
    operator: bool = False,
    preferences: Mapping[str, Any] | None = None,
    summary: Mapping[str, str | int | float | bool] | None = None,
) -> ChatRow:
    """Know this chat: a new one hears only of what is committed after now, and gets one summary if given.

    A known one takes over language, operator and, when given, preferences; its queue and state stay.
    """
    chat = find_chat(session, channel, address)
    if chat is None:
        newest = session.exec(select(func.max(EventRow.seq))).one()
        chat = ChatRow(channel=channel, address=address, since_seq=newest or 0)
    chat.operator = operator
    if not chat.preferences.get(CHOSEN):  # what people chose in the chat outlives the configuration
        chat.language = language
        if preferences is not None:
            chat.preferences = dict(preferences)
    session.add(chat)
    session.flush()
    if summary is not None:
        welcome(session, chat, summary, now)
    return chat


def welcome(
    session: Session, chat: ChatRow, summary: Mapping[str, str | int | float | bool], now: datetime
) -> None:
    """Owe this chat its one summary of what was learned quietly; a second call adds nothing."""
    event = Event(
        id=event_id("monitor", f"chat-{chat.id}", EventKind.CHAT_WELCOME),
        kind=EventKind.CHAT_WELCOME,
        source="monitor",
        first_seen_at=now,
        details=summary,
    )
    for row in eventlog.append(session, [event]):
        why = "new chat" if chat.language == "en" else "新会话"
        session.add(
            DeliveryRow(event_seq=_id(row.seq), chat_id=_id(chat.id), why=why, created_at=now, not_before=now)
        )
    session.flush()


def suspend(session: Session, chat: ChatRow, why: str) -> None:
    """Stop writing to a chat that blocked us or is gone; everything it is owed waits for its return."""
    chat.state = "suspended"
    chat.why = why[:300]
    session.add(chat)
    session.exec(
        update(DeliveryRow)
        .where(
            col(DeliveryRow.chat_id) == chat.id,
            col(DeliveryRow.state).in_(["pending", "unresolved"]),
        )
        .values(state="suspended", last_error=AWAY + why[:300])
    )
    session.flush()


def hush(session: Session, chat: ChatRow) -> None:
    """The chat wants no alerts any more: those not begun wait for its return, answers still come."""
    of_it = (EventRow.seq == DeliveryRow.event_seq, col(EventRow.kind).in_(_NO_ALERTS))
    session.exec(
        update(DeliveryRow)
        .where(col(DeliveryRow.chat_id) == chat.id, col(DeliveryRow.state) == "pending")
        .where(col(DeliveryRow.parts_sent) == 0, ~select(EventRow.seq).where(*of_it).exists())
        .values(state="suspended", last_error=AWAY + "it stopped its alerts")
    )
    session.flush()


def resume(session: Session, chat: ChatRow, now: datetime) -> int:
    """The chat is back: what it is owed is due again; return how many. A signpost is never resumed."""
    if _moved_to(chat):
        return 0
    chat.state, chat.why = "active", ""
    session.add(chat)
    waiting = session.exec(
        select(DeliveryRow).where(DeliveryRow.chat_id == chat.id, DeliveryRow.state == "suspended")
    ).all()
    for row in waiting:
        row.state, row.not_before = "pending", now
        session.add(row)
    session.flush()
    return len(waiting)


def migrate_chat(session: Session, chat: ChatRow, new_address: str) -> ChatRow:
    """Move a chat and its queue to its new address; merge when that address is a chat already.

    A topic stays the topic it was, and the other topics of the group move with it.
    """
    group, _, topic = chat.address.partition("/")
    new_group = new_address.partition("/")[0]
    siblings = session.exec(
        select(ChatRow).where(
            ChatRow.channel == chat.channel,
            (col(ChatRow.address) == group) | col(ChatRow.address).startswith(f"{group}/", autoescape=True),
        )
    ).all()
    for other in siblings:
        if other is not chat and not _moved_to(other):
            thread = other.address.partition("/")[2]
            _move(session, other, f"{new_group}/{thread}" if thread else new_group)
    return _move(session, chat, f"{new_group}/{topic}" if topic else new_group)


def _move(session: Session, chat: ChatRow, new_address: str) -> ChatRow:
    old_address = chat.address
    other = session.exec(
        select(ChatRow).where(ChatRow.channel == chat.channel, ChatRow.address == new_address)
    ).one_or_none()
    if old_address == new_address or other is chat:
        return chat
    # Messages stay behind: in the new chat a card's number may be that of any other message of ours.
    session.exec(delete(LivingCardRow).where(col(LivingCardRow.chat_id) == chat.id))
    if other is None:
        chat.address = new_address
        session.add(chat)
        session.flush()
        session.add(
            ChatRow(
                channel=chat.channel,
                address=old_address,
                state="suspended",
                why=_MOVED + new_address,
                language=chat.language,
            )
        )
        session.flush()
        return chat
    _merge(session, chat, other)
    if _moved_to(other) == old_address:  # it came back: the signpost turns round
        other.state, other.why = "active", ""
    other.operator = other.operator or chat.operator
    other.since_seq = min(other.since_seq, chat.since_seq)
    other.preferences = other.preferences or chat.preferences
    chat.state, chat.why = "suspended", _MOVED + new_address
    session.add_all([chat, other])
    session.flush()
    return other


def _merge(session: Session, old: ChatRow, new: ChatRow) -> None:
    """Give `new` every delivery of `old`, one per event."""
    there = _by_event(session.exec(select(DeliveryRow).where(DeliveryRow.chat_id == new.id)))
    for event_seq, row in _by_event(
        session.exec(select(DeliveryRow).where(DeliveryRow.chat_id == old.id))
    ).items():
        twin = there.get(event_seq)
        if twin is not None:
            if _RANK.get(row.state, 0) <= _RANK.get(twin.state, 0):
                session.delete(row)
                continue
            session.delete(twin)
            session.flush()
        row.chat_id = _id(new.id)
        session.add(row)
        session.flush()
    session.flush()


def _by_event(rows: Iterable[DeliveryRow]) -> dict[int, DeliveryRow]:
    return {row.event_seq: row for row in rows}


def _moved_to(chat: ChatRow) -> str:
    return chat.why.removeprefix(_MOVED) if chat.why.startswith(_MOVED) else ""


def _id(number: int | None) -> int:
    assert number is not None  # flushed rows have one
    return number

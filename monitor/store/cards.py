"""Living cards: one message per company and chat, sent once and edited whenever more is known.

Rule: a card is never in an alert's way: it has a table of its own, waits for nobody and nobody for it,
but for the one silent card just before a company's first alert in a chat, which is tried once.
Rule: an edit may be repeated at will; a creation nobody confirmed is marked, as a doubtful alert is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import case, update
from sqlmodel import Session, col, func, select

from alerts import stored_message
from alerts.contract import Delivered, Rejected, RetryLater
from alerts.message import Message
from alerts.preferences import from_stored
from monitor.store import outbox, settling
from monitor.store.chats import migrate_chat
from monitor.store.jobs import CardWork, Job, Lane, Progress, Rules, Settlement, Trouble
from monitor.store.lateness import LIMITED
from monitor.store.tables import ChatRow, DeliveryRow, EventRow, LivingCardRow

CHANNEL = "telegram"  # the one service whose messages can be edited and replied to
IN_FRONT = 20  # an event owed to more chats than this is told first; its cards come after
_LAST = 2**62  # behind every alert
_EVER = datetime(1970, 1, 1, tzinfo=UTC)  # SQLite takes no index for "not null"
_CLOSED, _PARKED = "closed", "parked"
# What the service says of a message that cannot be edited any more (telegram-bot-api `Client.cpp`).
_GONE = ("message to edit not found", "message_id_invalid", "message can't be edited")


class Face(Protocol):
    """Makes the words of a card."""

    def __call__(
        self, session: Session, chat: ChatRow, issuer_id: int, now: datetime, *, kept: bool, marked: bool
    ) -> Message | None:
        """The card as it must read now; None when nothing is known of the company."""
        ...


class Cards:
    """The cards of every chat; used in the store's thread, in transactions of its callers."""

    def __init__(self, face: Face) -> None:
        self._face = face

    def touch(self, session: Session, event_rows: Iterable[EventRow], now: datetime) -> None:
        """More is known of these events' issuers: their cards are due."""
        issuers = {row.issuer_id for row in event_rows if row.issuer_id is not None}
        if issuers:
            mine = col(LivingCardRow.issuer_id).in_(issuers)
            _due(session, mine & (col(LivingCardRow.state) != _CLOSED), now)

    def lanes(self, session: Session, found: list[Lane], chat_ids: Collection[int] | None) -> list[Lane]:
        """`found`, and the chats that have a card to be sent or edited."""
        card = LivingCardRow
        # Few cards are due at a time: asked for by themselves, so that no chat's other cards are looked at.
        waiting = select(card.chat_id, card.due).where(col(card.due) > _EVER, card.state != "sending")
        if chat_ids is not None:
            waiting = waiting.where(col(card.chat_id).in_(chat_ids))
        soonest: dict[int, datetime] = {}
        for chat_id, due in session.exec(waiting):
            assert due is not None  # by the query
            soonest[chat_id] = min(due, soonest.get(chat_id, due))
        chats = select(ChatRow.id, ChatRow.channel, ChatRow.address).where(
            ChatRow.state == "active", ChatRow.channel == CHANNEL
        )
        lanes = {lane.chat_id: lane for lane in found}
        for number, channel, address in session.exec(chats) if soonest else ():
            if number is None or number not in soonest:
                continue
            chat_id, due = number, soonest[number]
            held = lanes.get(chat_id)
            lanes[chat_id] = (
                replace(held, due=min(held.due, due))  # its `alert_due` stays
                if held
                else Lane(
                    chat_id=chat_id,
                    channel=channel,
                    address=address,
                    due=due,
                    urgent=False,
                    oldest=_LAST,
                )
            )
        return list(lanes.values())

    def claim(
        self, session: Session, chat: ChatRow, owed: Sequence[tuple[DeliveryRow, EventRow]], now: datetime
    ) -> Job | None:
        """The card to send instead of the alert owed, or because nothing is; None where there is none."""
        if chat.channel != CHANNEL:
            return None
        if owed:
            return self._before(session, chat, owed, now)
        if _held(session, chat, now):
            return None
        card = LivingCardRow
        query = (
            select(card)
            .where(card.chat_id == chat.id, card.state != "sending", col(card.due) <= now)
            .order_by(col(card.due))
            .limit(50)
        )
        for row in session.exec(query).all():
            if (job := self._intend(session, chat, row, now)) is not None:
                return job
        return None

    def _before(
        self, session: Session, chat: ChatRow, owed: Sequence[tuple[DeliveryRow, EventRow]], now: datetime
    ) -> Job | None:
        """The new card just before a company's first alert; later, where many chats wait for that alert."""
        delivery, event = owed[0]
        fresh = delivery.state == "pending" and not (delivery.attempt or delivery.parts_sent)
        if len(owed) > 1 or not fresh or event.issuer_id is None or not _keeps(chat):
            return None
        if session.get(LivingCardRow, (chat.id, event.issuer_id)) is not None:
            return None
        row = begin(session, chat, event.issuer_id, now)
        waiting = session.exec(
            select(func.count())
            .select_from(DeliveryRow)
            .where(DeliveryRow.event_seq == event.seq, DeliveryRow.state == "pending")
        ).one()
        return self._intend(session, chat, row, now) if waiting <= IN_FRONT else None

    def _intend(self, session: Session, chat: ChatRow, row: LivingCardRow, now: datetime) -> Job | None:
        kept = _keeps(chat)
        message = None
        if kept or row.message_id:
            message = self._face(session, chat, row.issuer_id, now, kept=kept, marked=row.marked)
        face = _digest(message, kept) if message else ""
        session.add(row)
        if message is None or (row.message_id and face == row.face):
            row.shown, row.due = row.wanted, None
            row.state = row.state if row.message_id else _PARKED
            return None
        row.state, row.intent_at = "sending", now
        assert chat.id is not None  # read from the database
        return Job(
            chat_id=chat.id,
            channel=chat.channel,
            address=chat.address,
            language=chat.language,
            ids=(),
            events=(),
            whys=(),
            marked=row.marked,
            attempt=row.attempt,
            plain=row.plain,
            parts_sent=0,
            progress=Progress(),
            late=None,
            card=CardWork(
                issuer_id=row.issuer_id,
                message=message,
                message_id=row.message_id,
                wanted=row.wanted,
                face=face,
                closes=not kept,
            ),
        )

    def threaded(self, session: Session, job: Job) -> Job:
        """The alert of one company, as a reply to its card where one stands in the chat."""
        if job.channel != CHANNEL or len(job.events) != 1 or not job.events[0].issuer:
            return job
        found = session.exec(
            select(LivingCardRow.message_id)
            .join(EventRow, col(EventRow.issuer_id) == col(LivingCardRow.issuer_id))
            .join(DeliveryRow, col(DeliveryRow.event_seq) == col(EventRow.seq))
            .where(DeliveryRow.id == job.ids[0], LivingCardRow.chat_id == job.chat_id)
        ).first()
        return replace(job, reply_to=found) if found else job

    def settle(self, session: Session, settlement: Settlement, now: datetime, rules: Rules) -> list[Trouble]:
        """What became of one card; whatever it is, alerts go on."""
        work = settlement.job.card
        assert work is not None  # asked by the caller
        row = session.get(LivingCardRow, (settlement.job.chat_id, work.issuer_id))
        if row is None or row.state != "sending":
            return []  # settled already, by a commit that was reported as failed
        session.add(row)
        row.state = "live" if row.message_id else "new"
        news = settling.channel_news(settlement, now)
        match settlement.outcome:
            case Delivered(receipt=receipt):
                row.message_id, row.shown, row.face = receipt, work.wanted, work.face
                row.attempt, row.last_error = 0, ""
                # The chat may have chosen otherwise while the last words were on their way.
                closes = work.closes and not _keeps(session.get_one(ChatRow, row.chat_id))
                row.state = _CLOSED if closes else "live"
                row.due = now if not closes and (work.closes or row.wanted > row.shown) else None
            case RetryLater() as later:
                self._later(session, row, settlement, later, now, rules)
            case Rejected() as rejected:
                return news + self._rejected(session, row, settlement, rejected, now, rules)
        return news

    def _later(
        self,
        session: Session,
        row: LivingCardRow,
        settlement: Settlement,
        outcome: RetryLater,
        now: datetime,
        rules: Rules,
    ) -> None:
        row.last_error = outcome.why[:300]
        row.due = now + (rules.settle if outcome.ambiguous else settlement.retry_in)
        if outcome.new_address is not None:
            issuer_id, chat = row.issuer_id, session.get_one(ChatRow, row.chat_id)
            begin(session, migrate_chat(session, chat, outcome.new_address), issuer_id, now)
        elif outcome.ambiguous and not row.message_id:
            row.state, row.marked = "unresolved", True
            row.attempt += 1
            if row.attempt > rules.resends:
                row.state, row.due = _PARKED, None  # until something new is known
        elif outcome.after is not None:
            settling.hold(session, settlement, outcome, now)  # the service's wish is about the chat

    def _rejected(
        self,
        session: Session,
        row: LivingCardRow,
        settlement: Settlement,
        outcome: Rejected,
        now: datetime,
        rules: Rules,
    ) -> list[Trouble]:
        row.last_error, row.due = outcome.why[:300], now
        if outcome.scope != "message":
            if outcome.scope == "channel":
                row.due = now + rules.settle
            session.flush()
            return settling.rejected(session, settlement, outcome, [], now)
        if row.message_id and any(words in outcome.why.lower() for words in _GONE):
            # Deleted, or too old: a new one. What cannot be edited still stands there.
            row.marked = row.marked or "can't be edited" in outcome.why.lower()
            row.message_id, row.state, row.face = "", "new", ""
        elif not row.plain:
            row.plain = True
        else:
            row.state, row.due = (_CLOSED if row.message_id else _PARKED), None
        return []

    def recover(self, session: Session, now: datetime, settle: timedelta) -> None:
        """What was under way when we died: an edit is made again, a creation is in doubt."""
        for row in session.exec(select(LivingCardRow).where(LivingCardRow.state == "sending")).all():
            if row.message_id:
                row.state, row.due = "live", now
            else:
                row.state, row.marked = "unresolved", True
                row.attempt += 1
                row.due = min(now, row.intent_at or now) + settle
            session.add(row)
        session.flush()

    def release(self, session: Session, under_way: Collection[tuple[int, int]], now: datetime) -> None:
        """`sending` cards no send of this process stands for: nothing left, as their intent was not kept."""
        for row in session.exec(select(LivingCardRow).where(LivingCardRow.state == "sending")).all():
            if (row.chat_id, row.issuer_id) not in under_way:
                row.state, row.due = ("live" if row.message_id else "new"), now
                session.add(row)
        session.flush()

    def shift(self, session: Session, by: timedelta, now: datetime) -> None:
        """The wall clock was stepped to `now`: what waits is moved with it, no card is put off by it."""
        for row in session.exec(select(LivingCardRow).where(col(LivingCardRow.due).is_not(None))).all():
            assert row.due is not None  # by the query
            row.due = min(row.due + by, max(row.due, now))
            session.add(row)
        session.flush()

    def recent_sends(self, session: Session, since: datetime) -> list[tuple[str, str, datetime]]:
        """(channel, address, instant) of what left since then, for the limiter of a new process."""
        query = (
            select(ChatRow.channel, ChatRow.address, LivingCardRow.intent_at)
            .join(LivingCardRow, col(LivingCardRow.chat_id) == col(ChatRow.id))
            .where(col(LivingCardRow.intent_at) >= since)
        )
        return [(channel, address, at) for channel, address, at in session.exec(query) if at is not None]


def release(session: Session, jobs: Iterable[Job], now: datetime, cards: Cards | None) -> None:
    """What stands as under way and is none of these jobs never left: it is owed again."""
    held = list(jobs)
    outbox.release(session, [number for job in held for number in job.ids])
    if cards:
        cards.release(session, {(job.chat_id, job.card.issuer_id) for job in held if job.card}, now)


def begin(session: Session, chat: ChatRow, issuer_id: int, now: datetime) -> LivingCardRow:
    """The chat's card of this company, made and due when there was none."""
    row = session.get(LivingCardRow, (chat.id, issuer_id))
    if row is None:
        assert chat.id is not None  # flushed
        row = LivingCardRow(chat_id=chat.id, issuer_id=issuer_id, due=now)
        session.add(row)
        session.flush()
    return row


def chosen_anew(session: Session, chat: ChatRow, now: datetime) -> None:
    """The chat's choices changed: its cards say whether they are still kept, and in which language."""
    _due(session, (col(LivingCardRow.chat_id) == chat.id) & (col(LivingCardRow.message_id) != ""), now)
    if _keeps(chat):
        session.exec(
            update(LivingCardRow)
            .where(col(LivingCardRow.chat_id) == chat.id, col(LivingCardRow.state) == _CLOSED)
            .values(state="live")
        )
    session.flush()


def _due(session: Session, which: object, now: datetime) -> None:
    card = LivingCardRow
    later = case((col(card.state) == "sending", col(card.due)), else_=func.coalesce(card.due, now))
    session.exec(update(card).where(which).values(wanted=card.wanted + 1, due=later))  # type: ignore[arg-type]


def _keeps(chat: ChatRow) -> bool:
    chosen = from_stored(chat.preferences)
    return chosen.cards and chosen.subscribed


def _held(session: Session, chat: ChatRow, now: datetime) -> bool:
    """Whether the service asked us to leave the chat alone for a while."""
    limited = col(DeliveryRow.last_error).startswith(LIMITED)
    mine = (DeliveryRow.chat_id == chat.id, DeliveryRow.state == "pending", limited)
    # Compared here: in the query, the index of what is due would be taken, over every chat's deliveries.
    return any(until > now for until in session.exec(select(DeliveryRow.not_before).where(*mine)))


def _digest(message: Message, kept: bool) -> str:
    """Of the words but for the notes, which hold the hour of the edit."""
    words = stored_message.to_text(replace(message, notes=()))
    return hashlib.sha256(f"{kept} {words}".encode()).hexdigest()[:32]

"""The outbox: every (event, chat) pair owed, from `pending` to `sent`.

Rule: a delivery is staged in the transaction of its event and claimed in one of its own, before any byte.
Rule: `sending` returns to `pending` only when the service surely did not take it; else it is `unresolved`,
and every later copy is marked. One in flight per chat; an unresolved delivery blocks its own chat only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert
from sqlalchemy import select as sqlalchemy_select  # sqlmodel's own is typed for four columns at most
from sqlmodel import Session, and_, case, col, func, select

from alerts.routing import Rule, breaks_through, urgent
from monitor.domain.events import EventKind
from monitor.domain.records import Role
from monitor.failpoints import BEFORE_INTENT, STAGED, failpoint
from monitor.store import eventlog, quiet
from monitor.store.chats import chat_view
from monitor.store.jobs import Job, Lane, Progress, Rules
from monitor.store.lateness import HELD, INTERRUPTED, LIMITED, began, why_late
from monitor.store.tables import ChatRow, DeliveryRow, EventRow, ProjectRow

if TYPE_CHECKING:
    from monitor.store.cards import Cards

_OPEN = ("pending", "unresolved", "sending")
_ABOUT_US = {EventKind.CHAT_WELCOME.value, EventKind.OPERATOR_NOTICE.value, EventKind.BOT_REPLY.value}
_UNCUT = _ABOUT_US | {EventKind.DAILY_RELATED.value}  # one line of a digest would leave out what it lists

_UNTOUCHED = {"attempt": 0, "marked": False, "plain": False, "parts_sent": 0, "receipt": ""}

_Owed = tuple[DeliveryRow, EventRow]


def stage(
    session: Session, event_rows: Sequence[EventRow], chats: Iterable[ChatRow], now: datetime, rule: Rule
) -> int:
    """Owe each chat the events it wants, in the caller's transaction; `event_rows` are those just appended.

    A chat hears only of events after its `since_seq`; a suspended chat's are kept for its return. How many
    are owed: thousands of chats are one statement, not as many objects.
    """
    rows: list[dict[str, object]] = []
    views = [(chat, chat_view(chat)) for chat in chats]
    for event_row in event_rows:
        event = eventlog.to_event(event_row)
        event = replace(event, details={**event.details, **routing_facts(session, event_row)})
        seq = event_row.seq
        assert seq is not None  # append() flushes
        same = {"event_seq": seq, "urgent": urgent(event), "created_at": now, **_UNTOUCHED}
        for chat, view in views:
            why = rule(event, view) if seq > chat.since_seq else None
            if why is not None:
                held = None if breaks_through(event, view) else view.choices.held_until(now)
                rows.append(
                    {
                        **same,
                        "chat_id": chat.id,
                        "state": "pending" if chat.state == "active" else "suspended",
                        "why": why,
                        "not_before": held or now,
                        "last_error": HELD if held else "",
                    }
                )
    session.flush()
    if rows:
        session.connection().execute(insert(DeliveryRow), rows)
    failpoint(STAGED)
    return len(rows)


def routing_facts(session: Session, row: EventRow) -> dict[str, str | int]:
    """What a chat may follow beside the name: the issuer's number, its sponsors (保荐机构) and its plan."""
    if row.issuer_id is None or row.baseline:
        return {}
    facts: dict[str, str | int] = {"issuer_id": row.issuer_id}
    found = session.exec(
        select(ProjectRow.parties, ProjectRow.planned_fen, ProjectRow.planned_currency)
        .where(ProjectRow.issuer_id == row.issuer_id)
        .order_by(col(ProjectRow.updated_at).desc())
        .limit(1)
    ).first()
    if found is not None:
        parties, planned, currency = found
        facts["sponsors"] = "、".join(
            " ".join(words[1:]) for words in parties if words and words[0] == Role.SPONSOR.value
        )
        if planned is not None and currency == "CNY":
            facts["planned_fen"] = planned
    return facts


def lanes(
    session: Session, chat_ids: Collection[int] | None = None, cards: Cards | None = None
) -> list[Lane]:
    """The active chats that are owed something, each with the instant it may next be tried."""
    row = DeliveryRow
    held = and_(col(row.state) == "pending", col(row.last_error).startswith(LIMITED))
    query = (
        sqlalchemy_select(
            col(ChatRow.id),
            col(ChatRow.channel),
            col(ChatRow.address),
            func.min(case((col(row.state) == "unresolved", col(row.not_before)))),
            func.max(case((held, col(row.not_before)))),
            func.min(col(row.not_before)),
            func.max(case((col(row.urgent), 1), else_=0)),
            func.min(col(row.event_seq)),
            func.max(case((col(row.state) == "sending", 1), else_=0)),
        )
        .join(row, col(row.chat_id) == col(ChatRow.id))
        .where(col(ChatRow.state) == "active", col(row.state).in_(_OPEN))
        .group_by(col(ChatRow.id), col(ChatRow.channel), col(ChatRow.address))
    )
    if chat_ids is not None:
        query = query.where(col(ChatRow.id).in_(chat_ids))
    found = []
    found_rows = session.exec(query)  # type: ignore[call-overload]  # the overloads end before nine columns
    for chat_id, channel, address, unresolved, hold, earliest, is_urgent, oldest, sending in found_rows:
        if not sending:
            due = unresolved or max(hold or earliest, earliest)
            found.append(
                Lane(
                    chat_id=chat_id,
                    channel=channel,
                    address=address,
                    due=due,
                    alert_due=due,
                    urgent=bool(is_urgent),
                    oldest=oldest,
                )
            )
    return cards.lanes(session, found, chat_ids) if cards else found


def claim(
    session: Session,
    chat_ids: Iterable[int],
    now: datetime,
    started_at: datetime,
    rules: Rules,
    cards: Cards | None = None,
) -> list[Job]:
    """Write down the intent to send each chat its next message; nothing may leave before this commits.

    A chat with nothing due, suspended meanwhile, or with a message under way gives no job.
    """
    jobs = []
    for chat_id in chat_ids:
        chat = session.get(ChatRow, chat_id)
        if chat is None or chat.state != "active":
            continue
        every = _owed(session, chat_id, now)
        quiet.hold(session, chat, every, now)
        owed = _pick(every, now, rules)
        job = cards.claim(session, chat, owed, now) if cards else None
        if job is None and owed:
            job = _intend(session, chat, owed, now, started_at, rules)
            job = cards.threaded(session, job) if cards else job
        if job is not None:
            jobs.append(job)
    session.flush()
    failpoint(BEFORE_INTENT)
    return jobs


def _owed(session: Session, chat_id: int, now: datetime) -> list[_Owed]:
    """The open deliveries of a chat with their events, the most pressing first, what is put off last."""
    query = (
        select(DeliveryRow, EventRow)
        .join(EventRow, col(EventRow.seq) == col(DeliveryRow.event_seq))
        .where(DeliveryRow.chat_id == chat_id, col(DeliveryRow.state).in_(_OPEN))
        .order_by(
            case((col(DeliveryRow.state) == "pending", 1), else_=0),
            case((col(DeliveryRow.parts_sent) > 0, 0), else_=1),
            case((col(DeliveryRow.not_before) <= now, 0), else_=1),
            col(DeliveryRow.urgent).desc(),
            col(DeliveryRow.event_seq),
        )
        .limit(200)
    )
    return [(row, event) for row, event in session.exec(query)]


def _pick(owed: list[_Owed], now: datetime, rules: Rules) -> list[_Owed]:
    """The deliveries that make the chat's next message: one, or a digest's."""
    if not owed or any(row.state == "sending" for row, _ in owed):
        return []
    first = owed[0][0]
    if first.state == "unresolved":
        # What left as one message is sent again as that message.
        together = [p for p in owed if p[0].state == "unresolved" and p[0].intent_at == first.intent_at]
        return [] if any(row.not_before > now for row, _ in together) else together
    if any(row.not_before > now and row.last_error.startswith(LIMITED) for row, _ in owed):
        return []
    if first.parts_sent:
        together = [pair for pair in owed if pair[0].receipt == first.receipt]
        return [] if first.not_before > now else together
    due = [pair for pair in owed if pair[0].not_before <= now]
    backlog = [pair for pair in due if _digestible(pair, now, rules)]
    if len(backlog) > rules.digest_over:
        pressing = [pair for pair in due if pair[0].urgent and not _is_late(pair[1], now, rules)]
        backlog.sort(key=lambda pair: pair[0].event_seq)
        return pressing[:1] or backlog[: rules.digest_most]
    return due[:1]


def _digestible(pair: _Owed, now: datetime, rules: Rules) -> bool:
    row, event = pair
    return not (row.plain or row.marked or event.kind in _UNCUT) and _is_late(event, now, rules)


def _is_late(event: EventRow, now: datetime, rules: Rules) -> bool:
    return event.kind not in _ABOUT_US and now - began(event) > rules.late_after


def _intend(
    session: Session, chat: ChatRow, owed: list[_Owed], now: datetime, started_at: datetime, rules: Rules
) -> Job:
    assert chat.id is not None
    for row, _ in owed:
        row.state, row.intent_at = "sending", now
        session.add(row)
    first, event = min(owed, key=lambda pair: began(pair[1]))
    late = None
    if _is_late(event, now, rules):
        late = (now - began(event), why_late(session, event, first, started_at, rules.late_after))
    return Job(
        chat_id=chat.id,
        channel=chat.channel,
        address=chat.address,
        language=chat.language,
        ids=tuple(_id(row) for row, _ in owed),
        events=tuple(eventlog.to_event(event) for _, event in owed),
        whys=tuple(row.why for row, _ in owed),
        marked=any(row.marked for row, _ in owed),
        attempt=max(row.attempt for row, _ in owed),
        plain=any(row.plain for row, _ in owed),
        parts_sent=first.parts_sent,
        progress=Progress.from_text(first.receipt),
        late=late,
    )


def recover_at_start(session: Session, now: datetime, settle: timedelta, cards: Cards | None = None) -> int:
    """What was under way when we died may have arrived: `sending` → `unresolved`, marked; return how many."""
    rows = session.exec(select(DeliveryRow).where(DeliveryRow.state == "sending")).all()
    for row in rows:
        row.state, row.marked = "unresolved", True
        row.not_before = min(now, row.intent_at or now) + settle
        row.last_error = row.last_error or INTERRUPTED + "found under way at start"
        session.add(row)
    session.flush()
    if cards:
        cards.recover(session, now, settle)
    return len(rows)


def release(session: Session, under_way: Iterable[int]) -> int:
    """`sending` rows that no send of this process stands for go back to `pending`: their intent's commit
    was reported as failed, so nothing left. Return how many."""
    rows = session.exec(select(DeliveryRow).where(DeliveryRow.state == "sending")).all()
    mine = set(under_way)
    lost = [row for row in rows if row.id not in mine]
    for row in lost:
        # A marked one was unresolved before; its mark stays with it.
        row.state = "pending"
        session.add(row)
    session.flush()
    return len(lost)


def shift(session: Session, by: timedelta, now: datetime, cards: Cards | None = None) -> int:
    """The wall clock was stepped to `now`: what waits is moved with it, so that it waits no longer or
    shorter; what was staged after the step is in the new time already. Return how many were looked at."""
    rows = session.exec(select(DeliveryRow).where(col(DeliveryRow.state).in_(_OPEN))).all()
    for row in rows:
        if row.last_error == HELD:
            continue  # quiet hours end by the clock on the wall, whatever it was before
        if not (by > timedelta(0) and row.created_at > now - by):
            row.not_before += by
            session.add(row)
    session.flush()
    if cards:
        cards.shift(session, by, now)
    return len(rows)


def recent_sends(
    session: Session, since: datetime, cards: Cards | None = None
) -> list[tuple[str, str, datetime]]:
    """(channel, address, instant) of what left since then, for the limiter of a new process."""
    query = (
        select(ChatRow.channel, ChatRow.address, DeliveryRow.intent_at)
        .join(DeliveryRow, col(DeliveryRow.chat_id) == col(ChatRow.id))
        .where(col(DeliveryRow.intent_at) >= since)
        .distinct()
    )
    found = [(channel, address, at) for channel, address, at in session.exec(query) if at is not None]
    return [*found, *cards.recent_sends(session, since)] if cards else found


def counts(session: Session) -> dict[str, int]:
    """How many deliveries stand in each state, for `status`."""
    query = select(DeliveryRow.state, func.count()).group_by(col(DeliveryRow.state))
    return {state: number for state, number in session.exec(query)}  # noqa: C416 -- rows are no pairs


def _id(row: DeliveryRow) -> int:
    assert row.id is not None  # read from the database
    return row.id

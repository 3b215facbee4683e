"""What became of a send, written down: the second half of the outbox's state machine.

Rule: `Delivered` is the only way to `sent`; an outcome in doubt never returns to `pending`.
Rule: what the operator must hear (parked, poison, suspended, stopped) is an event in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from sqlmodel import Session, col, select

from alerts.contract import Delivered, Rejected, RetryLater
from alerts.routing import Rule
from monitor.domain.events import Event, EventKind, event_id
from monitor.failpoints import BEFORE_SETTLE, failpoint
from monitor.store import eventlog, outbox
from monitor.store.chats import listening, migrate_chat, suspend
from monitor.store.jobs import (
    PARKED,
    POISON,
    STOPPED,
    SUSPENDED,
    WORKS,
    Progress,
    Rules,
    Settlement,
    Trouble,
)
from monitor.store.lateness import HELD, LIMITED
from monitor.store.tables import ChatRow, DeliveryRow, EventRow

if TYPE_CHECKING:
    from monitor.store.cards import Cards

_ONE_BY_ONE = 3  # more alerts given up at once than this are told in one notice
_WAITING = ("pending", "unresolved", "suspended")


def settle(
    session: Session,
    settlements: Iterable[Settlement],
    now: datetime,
    rules: Rules,
    rule: Rule,
    cards: Cards | None = None,
) -> list[Trouble]:
    """Record every outcome; the operator's notices are staged here and returned for the log."""
    troubles: list[Trouble] = []
    for settlement in settlements:
        if settlement.job.card is not None:
            troubles += cards.settle(session, settlement, now, rules) if cards else []
        elif rows := _rows(session, settlement):
            troubles += _settle_one(session, settlement, rows, now, rules)
            troubles += channel_news(settlement, now)
    tell(session, troubles, now, rule)
    failpoint(BEFORE_SETTLE)
    return troubles


def _rows(session: Session, settlement: Settlement) -> list[DeliveryRow]:
    """The rows this outcome is about; one settled already by an earlier, doubtful commit is left alone."""
    query = select(DeliveryRow).where(col(DeliveryRow.id).in_(settlement.job.ids))
    return [row for row in session.exec(query) if row.state == "sending"]


def _settle_one(
    session: Session, settlement: Settlement, rows: list[DeliveryRow], now: datetime, rules: Rules
) -> list[Trouble]:
    session.add_all(rows)
    outcome = settlement.outcome
    match outcome:
        case Delivered():
            _delivered(settlement, outcome, rows, now)
            return []
        case RetryLater():
            return _retry(session, settlement, outcome, rows, now, rules)
        case Rejected():
            return rejected(session, settlement, outcome, rows, now)
    assert_never(outcome)


def channel_news(settlement: Settlement, now: datetime) -> list[Trouble]:
    """A channel refused, or working again; empty where the operator has heard of it."""
    channel, outcome = settlement.job.channel, settlement.outcome
    if settlement.channel_news == "refused" and isinstance(outcome, Rejected):
        return [
            Trouble(
                what=f"{STOPPED}{channel}/{now.isoformat()}",
                title=f"channel {channel} stopped: tried again in 15 min, then more and more seldom",
                reason=outcome.why,
            )
        ]
    if settlement.channel_news == "works":
        return [
            Trouble(
                what=f"{WORKS}{channel}/{now.isoformat()}",
                title=f"channel {channel} works again",
                reason="the service takes messages again; what waited is sent now",
            )
        ]
    return []


def refused_channels(session: Session) -> dict[str, str]:
    """Channel → why, for each whose refusal was told and whose end was not."""
    rows = session.exec(
        select(EventRow.id, EventRow.reason)
        .where(EventRow.kind == EventKind.OPERATOR_NOTICE.value, EventRow.source == "monitor")
        .order_by(col(EventRow.seq))
    ).all()
    refused: dict[str, str] = {}
    for identity, reason in rows:
        what = identity.rpartition("/")[2].replace("∕", "/")  # as event_id wrote it
        channel = what.partition("/")[2].rpartition("/")[0]
        if what.startswith(STOPPED):
            refused[channel] = reason
        elif what.startswith(WORKS):
            refused.pop(channel, None)
    return refused


def _delivered(settlement: Settlement, outcome: Delivered, rows: list[DeliveryRow], now: datetime) -> None:
    receipts = (*settlement.job.progress.receipts[: settlement.part - 1], outcome.receipt)
    for row in rows:
        row.attempt, row.parts_sent = 0, settlement.part
        if settlement.part < settlement.parts:
            # The next part is a message of its own, of which no copy can have arrived.
            row.state, row.not_before, row.marked = "pending", now, False
            row.receipt = Progress(
                receipts=receipts, notes=settlement.notes, parts=settlement.parts
            ).to_text()
        else:
            row.state, row.sent_at, row.receipt = "sent", now, ",".join(receipts)


def _retry(
    session: Session,
    settlement: Settlement,
    outcome: RetryLater,
    rows: list[DeliveryRow],
    now: datetime,
    rules: Rules,
) -> list[Trouble]:
    chat = session.get(ChatRow, settlement.job.chat_id)
    assert chat is not None  # chats are never deleted
    for row in rows:
        row.last_error = outcome.why[:300]
        if outcome.ambiguous:
            row.state, row.marked = "unresolved", True
            row.attempt += 1
            row.not_before = now + max(rules.settle, outcome.after or rules.settle)
        else:
            row.state, row.not_before = "pending", now + settlement.retry_in
    session.flush()
    if outcome.new_address is not None:
        migrate_chat(session, chat, outcome.new_address)
        return []
    if not outcome.ambiguous:
        hold(session, settlement, outcome, now)
    exhausted = [row for row in rows if row.attempt > rules.resends]
    return [
        _park(row, f"{row.attempt} sends without an answer: {row.last_error}") for row in exhausted
    ] + expire(session, now, rules, rows)


def hold(session: Session, settlement: Settlement, outcome: RetryLater, now: datetime) -> None:
    """Keep the chat's other deliveries back as long; a service's own wish is remembered as such."""
    others = session.exec(
        select(DeliveryRow).where(
            DeliveryRow.chat_id == settlement.job.chat_id, DeliveryRow.state == "pending"
        )
    ).all()
    until = now + settlement.retry_in
    for row in others:
        if row.last_error.startswith(HELD) and row.not_before >= until:
            continue  # it waits longer, by the chat's own wish
        row.not_before = max(row.not_before, until)
        why = outcome.why if outcome.after is None else LIMITED + outcome.why
        row.last_error = why[:300]
        session.add(row)


def rejected(
    session: Session, settlement: Settlement, outcome: Rejected, rows: list[DeliveryRow], now: datetime
) -> list[Trouble]:
    """A refusal, written down: of one message, of a chat, or of a whole channel."""
    job = settlement.job
    for row in rows:
        row.last_error = outcome.why[:300]
        row.state, row.not_before = "pending", now
    match outcome.scope:
        case "message":
            if not job.plain:
                for row in rows:
                    row.plain = True
                return []
            if len(rows) > 1:  # a digest refused even as plain text: each item is tried by itself
                for row in rows:
                    row.parts_sent, row.receipt = 0, ""
                return []
            return [_stop(row, "poison", outcome.why) for row in rows]
        case "chat":
            chat = session.get(ChatRow, job.chat_id)
            assert chat is not None  # chats are never deleted
            session.flush()
            suspend(session, chat, outcome.why)
            place = f"{job.channel}:{job.address}"
            return [
                Trouble(
                    what=f"{SUSPENDED}{job.chat_id}/{now.isoformat()}",
                    title=f"chat {place} suspended, its queue is kept",
                    reason=outcome.why,
                )
            ]
        case "channel":
            for row in rows:
                row.not_before = now + settlement.retry_in
            return []  # told as the channel's, once
    assert_never(outcome.scope)


def expire(
    session: Session, now: datetime, rules: Rules, rows: Sequence[DeliveryRow] | None = None
) -> list[Trouble]:
    """Park what has waited longer than the horizon; of `rows` only, when given."""
    if rows is None:
        rows = session.exec(
            select(DeliveryRow).where(
                col(DeliveryRow.state).in_(_WAITING), col(DeliveryRow.created_at) < now - rules.horizon
            )
        ).all()
    old = [row for row in rows if row.state in _WAITING and now - row.created_at > rules.horizon]
    session.add_all(old)
    return [_park(row, f"not delivered within {rules.horizon}: {row.last_error}") for row in old]


def _park(row: DeliveryRow, why: str) -> Trouble:
    return _stop(row, "parked", why)


def _stop(row: DeliveryRow, state: str, why: str) -> Trouble:
    row.state = state
    row.last_error = why[:300]
    words = {
        "parked": f"alert of event {row.event_seq} to chat {row.chat_id} given up",
        "poison": f"alert of event {row.event_seq} refused by chat {row.chat_id}, as plain text too",
    }
    return Trouble(what=f"{state}/{row.id}", title=words[state], reason=why)


def tell(session: Session, troubles: Sequence[Trouble], now: datetime, rule: Rule) -> None:
    """Owe the operator's chats a notice of each trouble, one for all when they are many of a kind.

    Trouble with a notice makes no further one.
    """
    session.flush()
    troubles = _together([trouble for trouble in troubles if not _about_notice(session, trouble)])
    notices = [
        Event(
            id=event_id("monitor", "delivery", EventKind.OPERATOR_NOTICE, trouble.what),
            kind=EventKind.OPERATOR_NOTICE,
            source="monitor",
            title=trouble.title,
            reason=trouble.reason,
            first_seen_at=now,
        )
        for trouble in troubles
    ]
    if notices:
        outbox.stage(session, eventlog.append(session, notices), listening(session), now, rule)


def _together(troubles: Sequence[Trouble]) -> list[Trouble]:
    given_up = [trouble for trouble in troubles if trouble.what.startswith((PARKED, POISON))]
    if len(given_up) <= _ONE_BY_ONE:
        return list(troubles)
    first = given_up[0]
    summary = Trouble(
        what=f"{first.what}+{len(given_up) - 1}",
        title=f"{len(given_up)} alerts given up at once",
        reason=f"{first.title}: {first.reason}; and {len(given_up) - 1} more, see `status`",
    )
    return [trouble for trouble in troubles if trouble not in given_up] + [summary]


def _about_notice(session: Session, trouble: Trouble) -> bool:
    state, _, number = trouble.what.partition("/")
    if state not in ("parked", "poison"):
        return False
    kind = session.exec(
        select(EventRow.kind)
        .join(DeliveryRow, col(DeliveryRow.event_seq) == col(EventRow.seq))
        .where(DeliveryRow.id == int(number))
    ).one()
    return kind == EventKind.OPERATOR_NOTICE.value

"""What must hold of the machine at any moment beyond the counting of alerts: I7 to I10.

Rule: each check returns what is wrong in words; [] when it holds. The ground truth is the site and the chats.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from pathlib import Path

from sqlmodel import Session, col, func, select

from monitor.domain.events import EventKind
from monitor.limiter import Budget, is_group
from monitor.store.tables import ChatRow, DeliveryRow, EventRow
from tests.delivery.kit import Sent
from tests.reliability import canary

_COMPANY = re.compile(r"示例\d{4}(?!号)")
_AMOUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*亿元")
_UNSURE = ("未核实", "待核实", "unverified")
PATIENCE = 3  # polls of an anomaly before the operator must have been told
_SLACK = 1  # messages beyond a budget that are forgiven


def wrong_figures(texts: Iterable[str], printed: Mapping[str, AbstractSet[Decimal]]) -> list[str]:
    """I7: an amount a chat was shown was printed for that company, or is labelled as not verified."""
    wrong = []
    for text in texts:
        companies = set(_COMPANY.findall(text))
        if len(companies) != 1 or any(word in text for word in _UNSURE):
            continue
        allowed = printed.get(companies.pop(), frozenset())
        shown = {Decimal(found.replace(",", "")) for found in _AMOUNT.findall(text)}
        wrong += [f"{amount} 亿元 was never printed: {text[:80]}" for amount in shown - allowed]
    return wrong


def over_budget(sent: Sequence[Sent], budget: Budget) -> list[str]:
    """I8: no window of the service's ever holds more than its limit and one; its own count of the calls."""
    by_chat: dict[str, list[float]] = defaultdict(list)
    for one in sent:
        by_chat[one.address].append(one.at)
    windows = [("all chats", [one.at for one in sent], 1.0, budget.overall)]
    windows += [(chat, times, 1.0, budget.chat) for chat, times in by_chat.items()]
    windows += [(chat, times, 60.0, budget.group) for chat, times in by_chat.items() if is_group(chat)]
    return [
        f"{most} within {seconds:.0f} s to {name}, {limit} allowed"
        for name, times, seconds, limit in windows
        if (most := _most_within(sorted(times), seconds)) > limit + _SLACK
    ]


def _most_within(times: Sequence[float], seconds: float) -> int:
    most = first = 0
    for last, at in enumerate(times):
        while at - times[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def token_hits(folder: Path, texts: Iterable[str], token: str) -> list[str]:
    """I9: the token, whole or its secret half, stands in no file of ours and in no message."""
    secret = token.partition(":")[2]
    found = [f"in a message: {text[:60]}" for text in texts if secret in text]
    in_files = canary.hits(folder, token)
    return [*found, f"{in_files} times in files"] if in_files else found


def untold_anomaly(session: Session, source: str, bad_polls: int, operator: str) -> list[str]:
    """I10: after so many bad polls in a row, trouble is open in the log and owed to the operator."""
    if bad_polls < PATIENCE:
        return []

    def newest(kind: EventKind) -> int:
        query = select(func.max(EventRow.seq)).where(EventRow.kind == kind.value, EventRow.source == source)
        return session.exec(query).one() or 0

    trouble = newest(EventKind.SOURCE_TROUBLE)
    if trouble <= newest(EventKind.SOURCE_RECOVERED):
        return [f"{bad_polls} bad polls of {source}, and no trouble is open"]
    owed = session.exec(
        select(func.count())
        .select_from(DeliveryRow)
        .join(ChatRow, col(ChatRow.id) == col(DeliveryRow.chat_id))
        .where(DeliveryRow.event_seq == trouble, ChatRow.address == operator)
    ).one()
    return [] if owed else [f"trouble of {source} is not owed to the operator"]


def visits(session: Session, address: str, stays: Sequence[tuple[int, int]]) -> list[str]:
    """I3 for a chat that comes and goes: it is owed every milestone of its stays, and no other."""
    milestones = session.exec(
        select(EventRow.seq).where(
            EventRow.kind == EventKind.MILESTONE.value, col(EventRow.baseline).is_(False)
        )
    ).all()
    owed = set(
        session.exec(
            select(DeliveryRow.event_seq)
            .join(ChatRow, col(ChatRow.id) == col(DeliveryRow.chat_id))
            .where(ChatRow.address == address)
        )
    )
    due = {seq for seq in milestones if seq and any(first < seq <= last for first, last in stays)}
    return [f"visitor: not owed {seq}" for seq in due - owed] + [
        f"visitor: owed {seq} while away" for seq in (owed & set(milestones)) - due
    ]

"""Projects and timelines for the tests of the diff, with the times written out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from monitor.domain.diff import Sight
from monitor.domain.events import Event, EventKind
from monitor.domain.records import Figure, Party, ProjectRecord, Role, StatusRow
from monitor.domain.stages import State
from monitor.domain.timeline import KnownStatus, TimelineDiff, diff_timeline

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SIGHT = Sight(at=datetime(2026, 7, 10, 12, 0, tzinfo=UTC), raw_sha256="ab" * 32)


def yi(amount: str) -> Figure:
    """Planned proceeds in 亿元."""
    yuan = (Decimal(amount) * 100_000_000).quantize(Decimal("0.01"))
    return Figure(kind="planned_proceeds", amount=yuan, currency="CNY", as_printed=f"{amount}亿元")


PROJECT = ProjectRecord(
    source="sse_star",
    key="990001",
    issuer="示例芯片股份有限公司",
    issuer_short="示例芯片",
    title="示例芯片股份有限公司科创板IPO项目",
    board="科创板",
    state=State("2"),
    planned=yi("18"),
    updated_at=datetime(2026, 7, 10, 11, 9, 5, tzinfo=UTC),
    accepted_at=datetime(2026, 6, 28, 16, 30, tzinfo=UTC),  # 00:30 of the next day in Shanghai
    industry_code="C39",
    industry="计算机、通信和其他电子设备制造业",
    province="上海",
    parties=(
        Party(role=Role.ACCOUNTANT, name="示例会计师事务所", short_name="示例会计"),
        Party(role=Role.SPONSOR, name="示例证券股份有限公司", short_name="示例证券"),
    ),
)


def row(
    item: str,
    state: str,
    day: int,
    *,
    reason: str = "",
    dated: date | None = None,
    decided: int | None = None,
) -> StatusRow:
    """A row posted `day` days after START; `state` is "3" or "3/1"."""
    code, _, outcome = state.partition("/")
    posted = START + timedelta(days=day)
    return StatusRow(
        item_id=item,
        state=State(code, outcome),
        date=dated or posted.date(),
        decided_at=posted if decided is None else START + timedelta(days=decided),
        published_at=posted,
        reason=reason,
    )


@dataclass(kw_only=True)
class Log:
    """What a store does with a diff: rows kept, events kept once by id, reasons added to milestones."""

    known: list[KnownStatus] = field(default_factory=list)
    events: dict[str, Event] = field(default_factory=dict)

    def read(
        self, rows: Sequence[StatusRow], *, live_after: int | None = None, extra: Mapping[str, str | int] = {}
    ) -> list[Event]:
        """One reading; the events it added."""
        diff: TimelineDiff = diff_timeline(
            PROJECT, self.known, rows, SIGHT, live_after=live_after, paces={}, extra=extra
        )
        self.known = list(diff.rows)
        for identity, reason in diff.reasons.items():
            self.events[identity] = replace(self.events[identity], reason=reason)
        added = [event for event in diff.events if event.id not in self.events]
        self.events |= {event.id: event for event in added}
        return added

    def of(self, *kinds: EventKind) -> list[Event]:
        """Events of these kinds, in order."""
        return [event for event in self.events.values() if event.kind in kinds]


def told(events: Iterable[Event]) -> list[tuple[str, str, str]]:
    """Kind, state and date of each event."""
    return [
        (
            event.kind.value,
            f"{event.state.code}/{event.state.outcome_code}".rstrip("/") if event.state else "",
            str(event.date),
        )
        for event in events
    ]

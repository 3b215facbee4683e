"""The table that ends a demo: each application's stage dates, with the days from acceptance."""

from __future__ import annotations

from rich.box import SIMPLE
from rich.table import Table
from sqlmodel import col, func, select

from monitor.app import App
from monitor.domain.stages import Stage, State
from monitor.store.tables import ChatRow, DeliveryRow, EventRow


def sent_lines(app: App) -> list[str]:
    """How many messages each Telegram chat got, and how many it did not get."""
    with app.database.read() as session:
        counted = session.exec(
            select(ChatRow.address, DeliveryRow.state, func.count())
            .join(DeliveryRow, col(DeliveryRow.chat_id) == col(ChatRow.id))
            .where(ChatRow.channel == "telegram")
            .group_by(col(ChatRow.address), col(DeliveryRow.state))
        ).all()
    lines = []
    for address in dict.fromkeys(address for address, _, _ in counted):
        sent = sum(number for chat, state, number in counted if chat == address and state == "sent")
        others = [
            f"{number} {state}" for chat, state, number in counted if chat == address and state != "sent"
        ]
        lines.append(f"telegram {address}: {sent} messages" + (f"; {', '.join(others)}" if others else ""))
    return lines


_COLUMNS = (
    ("受理", State("1")),
    ("问询", State("2")),
    ("上市委", State("3", "1")),
    ("提交注册", State("4")),
    ("注册生效", State("5", "1")),
)


def closing_table(app: App) -> Table:
    """Every application with a milestone, in the order they were first told."""
    table = Table(title="stage dates, + days from acceptance", box=SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("id", justify="right")
    table.add_column("issuer")
    for name, _ in _COLUMNS:
        table.add_column(name)
    table.add_column("last stage")
    with app.database.read() as session:
        rows = session.exec(
            select(EventRow)
            .where(EventRow.kind == "milestone", EventRow.source == "sse_star")
            .order_by(col(EventRow.seq))
        ).all()
    projects: dict[str, list[EventRow]] = {}
    for row in rows:
        projects.setdefault(row.project_id, []).append(row)
    for key, events in projects.items():
        first = events[0].date if events[0].code == "1" else None
        cells = []
        for _, state in _COLUMNS:
            found = next((row for row in events if (row.code, row.outcome_code) == _pair(state)), None)
            after = (found.date - first).days if found and found.date and first else 0
            cells.append(
                f"{found.date:%y-%m-%d}" + (f" +{after}" if after else "") if found and found.date else ""
            )
        last = State(events[-1].code, events[-1].outcome_code)
        fictional = "（虚构）" if events[-1].issuer.startswith("示例") else ""
        short = str(events[-1].details.get("issuer_short") or events[-1].issuer)
        shown = last.outcome_text or last.stage_text
        if last.stage is Stage.SUSPENDED and last.outcome_text:
            shown = f"{last.stage_text}：{last.outcome_text}"
        table.add_row(key, short + fictional, *cells, shown)
    return table


def _pair(state: State) -> tuple[str, str]:
    return state.code, state.outcome_code

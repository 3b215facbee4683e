"""Invented facts to draw: for the bench, the tests and the pictures in the documents.

Rule: every issuer in it is made up and called 示例…, every day and amount too.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from alerts.pictures.facts import (
    Board,
    Chip,
    Facts,
    League,
    Name,
    Origin,
    Proceeds,
    Project,
    Ranked,
    Ranking,
    Stop,
    Timeline,
)
from monitor.domain.stages import State

ORIGIN = Origin(sources=("sse_star", "sse_issue"), as_of=datetime(2026, 7, 13, 4, 30, tzinfo=UTC))
_NAMES = (
    ("示例芯片", "Example Chips"),
    ("示例算力", "Example Compute"),
    ("示例图形", "Example Graphics"),
    ("示例智芯", "Example Cores"),
    ("示例互连", "Example Interconnect"),
    ("示例云芯", "Example Cloud Silicon"),
    ("示例类脑", "Example Neuromorphic"),
    ("示例推理", ""),
    ("示例存算", "Example In-Memory"),
    ("示例边缘", "Example Edge"),
)
NAMES = tuple(Name(zh=zh, en=en) for zh, en in _NAMES)
_STATES = (
    State("2"),
    State("1"),
    State("2"),
    State("3", "1"),
    State("4"),
    State("2"),
    State("5", "1"),
    State("6"),
    State("7", "1"),
    State("tutoring-filed"),
    State("8"),
)


def timeline() -> Timeline:
    """A road of seven stages, the last one still going on."""
    road = (
        (State("tutoring-filed"), date(2025, 1, 15), None, 0),
        (State("1"), date(2025, 6, 30), 27, 402),
        (State("2"), date(2025, 7, 17), 176, 391),
        (State("7", "1"), date(2025, 9, 30), 82, 214),
        (State("2"), date(2025, 12, 24), 176, 391),
        (State("3", "1"), date(2026, 5, 22), 18, 355),
        (State("4"), date(2026, 6, 3), 41, 347),
    )
    ends = [day for _, day, _, _ in road[1:]] + [date(2026, 7, 13)]
    return Timeline(
        name=NAMES[0],
        board="科创板",
        stops=tuple(
            Stop(state=state, day=day, days=(end - day).days, median=median, pack=pack)
            for (state, day, median, pack), end in zip(road, ends, strict=True)
        ),
        running=True,
        origin=ORIGIN,
    )


def proceeds() -> Proceeds:
    """Four projects and the sums."""
    return Proceeds(
        name=NAMES[0],
        projects=(
            Project(
                title="新一代训练与推理一体芯片研发项目",
                total=Decimal("2509578000"),
                proceeds=Decimal("2100000000"),
            ),
            Project(title="图形处理器研发项目", total=Decimal("1402310500"), proceeds=Decimal("1402310500")),
            Project(
                title="面向异构集群的高速互连技术研发与产业化项目",
                total=Decimal("936000000"),
                proceeds=Decimal("720000000"),
            ),
            Project(title="补充流动资金", total=None, proceeds=Decimal("777689500")),
        ),
        planned=Decimal("5000000000"),
        gross=Decimal("5312500000"),
        net=Decimal("5021873416.25"),
        document="招股说明书（注册稿）",
        page=318,
        origin=ORIGIN,
    )


def league(rows: int = 8) -> League:
    """Raises of a year by both measures."""
    return League(
        year=2026,
        rankings=(
            Ranking(
                measure="gross_proceeds",
                rows=tuple(
                    Ranked(
                        name=NAMES[number % 10],
                        yuan=Decimal(5_312_500_000) * 10 // (10 + 6 * number) // 100_000 * 100_000,
                        day=date(2026, 1, 12) + timedelta(days=17 * number),
                        marked=number == 2,
                    )
                    for number in range(rows)
                ),
            ),
            Ranking(
                measure="planned_proceeds",
                rows=tuple(
                    Ranked(
                        name=NAMES[number + 3],
                        yuan=Decimal(4_800_000_000) - 731_000_000 * number,
                        day=date(2026, 3, 2) + timedelta(days=23 * number),
                    )
                    for number in range(5)
                ),
            ),
        ),
        origin=ORIGIN,
    )


def board(issuers: int = 11) -> Board:
    """So many issuers over all stages."""
    return Board(
        chips=tuple(
            Chip(
                name=NAMES[number % 10],
                state=_STATES[number % len(_STATES)],
                days=None if _STATES[number % len(_STATES)].code in ("6", "8") else 17 + number * 37 % 400,
            )
            for number in range(issuers)
        ),
        origin=ORIGIN,
    )


SAMPLES: dict[str, Facts] = {
    "timeline": timeline(),
    "proceeds": proceeds(),
    "league": league(),
    "board": board(),
}

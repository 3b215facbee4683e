"""Facts that are hard to lay out: long names, many rows, unknown codes, figures that are not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from alerts.pictures.facts import (
    Board,
    Chip,
    Facts,
    Language,
    League,
    Name,
    Proceeds,
    Project,
    Ranked,
    Ranking,
    Stop,
    Timeline,
)
from alerts.pictures.samples import ORIGIN, SAMPLES, board, league
from monitor.domain.stages import OUTCOMES, STAGES, State

LANGUAGES: tuple[Language, ...] = ("zh", "en", "both")
LONG = Name(
    zh="示例人工智能集成电路设计与先进封装技术（上海）股份有限公司",
    en="Example Artificial Intelligence Integrated Circuits and Packaging (Shanghai) Co., Ltd.",
)
EVERY_STATE = (*(State(code) for code in STAGES), *(State(*pair) for pair in OUTCOMES), State("77", "5"))


def long_road(stops: int) -> Timeline:
    """So many stages of every kind, every second one with a median."""
    return Timeline(
        name=LONG,
        board="科创板",
        stops=tuple(
            Stop(
                state=EVERY_STATE[number % len(EVERY_STATE)],
                day=date(2023, 1, 1) + timedelta(days=29 * number),
                days=1200 if number == 3 else 29,
                median=number if number % 2 else None,
                pack=1234,
            )
            for number in range(stops)
        ),
        running=True,
        origin=ORIGIN,
    )


def many_projects(projects: int) -> Proceeds:
    """So many projects with long titles and amounts to the fen, one without any amount."""
    return Proceeds(
        name=LONG,
        projects=tuple(
            Project(
                title=f"面向第 {number} 代大规模异构智能计算集群的高性能处理器及配套软件生态研发与产业化项目",
                total=Decimal("98765432109.87") / (number + 1) // Decimal("0.01") / 100 if number else None,
                proceeds=Decimal("123456789.01") * number if number else None,
            )
            for number in range(projects)
        ),
        gross=Decimal("98765432109.87"),
        document="示例人工智能集成电路设计与先进封装技术（上海）股份有限公司科创板首次公开发行股票招股说明书（注册稿）",
        page=1023,
        origin=ORIGIN,
    )


def crowded_board(issuers: int) -> Board:
    """So many issuers, each under another name, in every state there is."""
    parts = "智芯算力图形互连云端推理存储光电射频安全"
    names = [
        Name(
            zh=f"示例{parts[number % 19]}{parts[number * 7 % 20]}" + "科技股份有限公司" * (number % 3 == 0),
            en=f"Example {chr(65 + number % 26)}{number} Semiconductor" if number % 4 else "",
        )
        for number in range(issuers)
    ]
    return Board(
        chips=tuple(
            Chip(
                name=names[number],
                state=EVERY_STATE[number % len(EVERY_STATE)],
                days=None if number % 7 == 0 else number * 31,
            )
            for number in range(issuers)
        ),
        origin=ORIGIN,
    )


def long_league(rows: int) -> League:
    """So many raises by each measure, long names, the last one marked."""
    ranked = tuple(
        Ranked(
            name=LONG,
            yuan=Decimal("98765432109.87") - 1_000_000_007 * number,
            day=date(2026, 1, 1),
            marked=number == rows - 1,
        )
        for number in range(rows)
    )
    return League(
        year=2026,
        rankings=(
            Ranking(measure="gross_proceeds", rows=ranked),
            Ranking(measure="planned_proceeds", rows=ranked),
        ),
        origin=ORIGIN,
    )


HARD: dict[str, Facts] = {
    **SAMPLES,
    "no stage": replace(long_road(0), running=False),
    "one stage": long_road(1),
    "thirty stages": long_road(30),
    "no project": many_projects(0),
    "fifteen projects": many_projects(15),
    "no raise": league(0),
    "sixty raises": long_league(60),
    "no issuer": board(0),
    "sixteen issuers": crowded_board(16),
    "thirty issuers": crowded_board(30),
    "sixty issuers": crowded_board(60),
    "ninety issuers": crowded_board(90),
}

"""A seeded season played live: who publishes what, when, and the words a chat must see for it.

Rule: the story is the ground truth; it knows nothing of the program's database or its event ids.
Rule: every alert of one story has words of its own, so a message tells which fact it speaks of.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from alerts.glossary import Language, state_words
from monitor.demo.season import load_season
from monitor.demo.world import World
from monitor.domain.stages import State

_CST = timezone(timedelta(hours=8))
# A Monday of trading, at the opening of the quick window.
OPENING = datetime(2026, 7, 6, 15, 0, tzinfo=_CST)
# Before anything is published live; the stage skips what is left of it once the quiet reading is done.
LEAD = timedelta(minutes=90)
_ROADS: tuple[tuple[tuple[int, int | None], ...], ...] = (
    ((1, None), (2, None), (3, 1), (4, None), (5, 1)),
    ((1, None), (2, None), (7, 1), (2, None), (3, 2), (4, None), (5, 1)),
    ((1, None), (2, None), (3, 3), (8, None)),
    ((1, None), (2, None), (3, 6), (3, 1), (4, None), (5, 2)),
    ((1, None), (2, None), (7, 2), (8, None)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One thing the exchange publishes; `title` is set for a document, `state` for a milestone."""

    project: str
    short: str
    at: datetime
    state: State | None = None
    resumed: bool = False
    title: str = ""

    def words(self, language: Language) -> str:
        """What the alert's headline, or the document's line, must contain."""
        if self.state is None:
            return self.title
        what = state_words(self.state, language)
        if self.resumed:
            what = f"恢复审核：{what}" if language == "zh" else f"review resumed: {what}"
        return f"{self.short} · {what}"


@dataclass(frozen=True, slots=True)
class Story:
    """The world, what a chat must hear of, and what it must never hear of (learned quietly)."""

    world: World
    live: tuple[Told, ...]
    quiet: tuple[Told, ...]

    @property
    def end(self) -> datetime:
        """The last publication, aware UTC."""
        return self.live[-1].at


def write_story(folder: Path, *, seed: int, milestones: int, every: float, evenly: bool = False) -> Story:
    """Publish so many milestones from an hour after the opening on, `every` seconds apart on average.

    `evenly` leaves no chance in the distances.
    """
    rng = random.Random(seed)
    projects = [_project(n) for n in range(max(4, milestones // 4))]
    roads = [rng.choice(_ROADS) for _ in projects]
    at = OPENING.replace(tzinfo=None) - timedelta(days=30)
    quiet: list[Told] = []
    step = [0] * len(projects)
    for n in range(len(projects) // 2):
        # Half the projects are known from before: their first rows are learned quietly.
        for _ in range(rng.randint(1, 2)):
            at += timedelta(minutes=rng.randint(7, 90))
            quiet.append(_next(projects[n], roads[n], step, n, at))
    at = OPENING.replace(tzinfo=None) + LEAD
    live: list[Told] = []
    papers = 0
    while sum(told.state is not None for told in live) < milestones:
        open_ones = [n for n in range(len(projects)) if step[n] < len(roads[n])]
        if not open_ones:
            number = len(projects)
            projects.append(_project(number))
            roads.append(rng.choice(_ROADS))
            step.append(0)
            open_ones = [number]
        at += timedelta(seconds=max(1, round(every if evenly else rng.expovariate(1 / every))))
        n = rng.choice(open_ones)
        live.append(_next(projects[n], roads[n], step, n, at))
        if rng.random() < 0.2:
            papers += 1
            live.append(_paper(projects[n], papers, at))
    path = folder / "story.json"
    known = [project for project in projects if project["events"]]
    path.write_text(json.dumps({"note": [], "projects": known, "tutoring": [_FILING]}), encoding="utf-8")
    return Story(load_season(path), tuple(live), tuple(quiet))


_FILING = {
    "date": "2026-06-01",
    "company": "示例辅导科技股份有限公司",
    "tutor": "样例证券",
    "state": "辅导备案",
    "report": "辅导备案报告",
    "sources": "invented",
    "fictional": True,
}


def _project(number: int) -> dict[str, Any]:
    return {
        "id": str(800_000 + number),
        "issuer": f"示例芯片{number:04}号股份有限公司",
        "short": f"示例{number:04}",
        "fictional": True,
        "sources": "invented",
        "planned": 10 + number / 100,
        "sponsors": ["样例证券"],
        "events": [],
        "documents": [],
    }


def _next(
    project: dict[str, Any], road: tuple[tuple[int, int | None], ...], step: list[int], n: int, at: datetime
) -> Told:
    status, outcome = road[step[n]]
    before = road[step[n] - 1][0] if step[n] else 0
    step[n] += 1
    event: dict[str, Any] = {
        "date": at.date().isoformat(),
        "time": at.time().isoformat(),
        "status": status,
        "published": at.isoformat(),
    }
    if outcome is not None:
        event["outcome"] = outcome
    project["events"].append(event)
    return Told(
        project=project["id"],
        short=project["short"],
        at=at.replace(tzinfo=_CST).astimezone(UTC),
        state=State(str(status), "" if outcome is None else str(outcome)),
        resumed=before == 7 and status not in (7, 8),
    )


def _paper(project: dict[str, Any], number: int, at: datetime) -> Told:
    title = f"{project['issuer']}招股说明书第{number:04}稿"
    project["documents"].append(
        {"date": at.date().isoformat(), "time": at.time().isoformat(), "code": "I0011", "title": title}
    )
    return Told(
        project=project["id"],
        short=project["short"],
        at=at.replace(tzinfo=_CST).astimezone(UTC),
        title=title,
    )

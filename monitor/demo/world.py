"""What the exchange's review site shows at an instant, from rows that carry their own times.

Rule: pure. The rows are the exchange's own (wire names and types); nothing here knows HTTP.
Rule: a row is visible from its publication time on; the list row follows the newest visible event in
wire order (decision time), so a late publication can enter below rows already seen, as on the real list.
"""

from __future__ import annotations

import gzip
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from monitor.demo.documents import file_from_document, file_from_meeting
from monitor.demo.issues import Issue
from monitor.domain.errors import DecodeError, LayoutChanged

Row: TypeAlias = dict[str, Any]

# China has kept one offset since 1991; a fixed offset parses 30,000 times faster than a zone file allows.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

STATE_KEYS = ("commitiResult", "registeResult", "suspendStatus")


@lru_cache(maxsize=65536)
def instant(wire: str) -> datetime:
    """Reads `YYYYMMDDHHMMSS` or `YYYY-MM-DD HH:MM:SS`, Shanghai time, into an aware UTC instant.

    Raises DecodeError for any other text.
    """
    digits = "".join(c for c in wire if c.isdigit())
    try:
        local = datetime(
            int(digits[:4]),
            int(digits[4:6]),
            int(digits[6:8]),
            int(digits[8:10]),
            int(digits[10:12]),
            int(digits[12:14]),
            tzinfo=SHANGHAI,
        )
    except ValueError as exc:
        raise DecodeError("a time of the exchange that is neither of its two forms", seen=wire) from exc
    return local.astimezone(UTC)


def digits(wire: str) -> str:
    """Turns `YYYY-MM-DD HH:MM:SS` into the list's `YYYYMMDDHHMMSS`."""
    return "".join(c for c in wire if c.isdigit())


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One row of the tutoring register (辅导备案); known by day, so visible from that day's morning."""

    company: str
    tutor: str
    on: date
    state: str
    office: str
    report: str
    title: str
    pdf: str
    fictional: bool = False

    @property
    def visible_from(self) -> datetime:
        """09:00 Shanghai of its day: the register prints no time, this hour is the demo's."""
        return datetime.combine(self.on, time(9), SHANGHAI).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One application with everything the exchange ever publishes about it, in wire order.

    `events` newest decision first; `stages` oldest first; `documents`, `files`, `meetings` newest first.
    `sightings` are states of the list row known without a dated event: {updateDate, currStatus, results}.
    """

    info: Row
    events: tuple[Row, ...] = ()
    stages: tuple[Row, ...] = ()
    documents: tuple[Row, ...] = ()
    files: tuple[Row, ...] = ()
    meetings: tuple[Row, ...] = ()
    sightings: tuple[Row, ...] = ()
    fictional: bool = False

    @property
    def id(self) -> str:
        """The exchange's project number (`stockAuditNum`, elsewhere `auditId`)."""
        return str(self.info["stockAuditNum"])

    def times(self) -> Iterable[datetime]:
        """Every instant at which something of this project appears."""
        yield from (instant(row["timesave"]) for row in (*self.events, *self.stages))
        yield from (instant(row["fileUpdateTime"]) for row in self.documents)
        yield from (instant(row["fileUpdTime"]) for row in (*self.files, *self.meetings))
        yield from (instant(row["updateDate"]) for row in self.sightings)


class World:
    """All projects, filings and issues; `as_of(now)` is what a visitor sees at `now`."""

    def __init__(
        self, projects: Iterable[Project], filings: Iterable[Filing] = (), issues: Iterable[Issue] = ()
    ) -> None:
        self.projects: Mapping[str, Project] = {p.id: p for p in projects}
        self.filings = tuple(sorted(filings, key=lambda f: f.on, reverse=True))
        seen = {at for p in self.projects.values() for at in p.times()}
        seen.update(f.visible_from for f in self.filings)
        self.issues = tuple(issues)
        seen.update(at for issue in self.issues for at in issue.times())
        self.moments: tuple[datetime, ...] = tuple(sorted(seen))
        """Every instant at which anything changes, oldest first, UTC."""
        self._complete = {p.id: max(p.times(), default=datetime.min.replace(tzinfo=UTC)) for p in self}
        self._paths = {
            row["filePath"]: (row["fileTitle"], instant(row.get("fileUpdTime") or row["fileUpdateTime"]))
            for p in self
            for row in (*p.documents, *p.files, *p.meetings)
        }
        self._paths.update({f.pdf: (f.title, f.visible_from) for f in self.filings})
        self._paths.update({row["URL"]: (row["TITLE"], at) for i in self.issues for at, row in i.bulletins})
        self._last: Snapshot | None = None

    def __iter__(self) -> Any:
        return iter(self.projects.values())

    def __len__(self) -> int:
        return len(self.projects)

    def __add__(self, other: World) -> World:
        """Both worlds' projects and filings; a project id of the right side wins."""
        merged = {**self.projects, **other.projects}
        return World(merged.values(), (*self.filings, *other.filings), (*self.issues, *other.issues))

    def as_of(self, now: datetime | None) -> Snapshot:
        """What is visible at the aware instant `now`; None shows everything."""
        if now is not None and now.tzinfo is None:
            raise ValueError("as_of needs an aware datetime")
        count = len(self.moments) if now is None else bisect_right(self.moments, now)
        if self._last is None or self._last.generation != count:
            self._last = Snapshot(self, count)
        return self._last

    def is_fictional(self, project_id: str) -> bool:
        """Whether the project is one of the demo's own, and its alerts must say so."""
        project = self.projects.get(project_id)
        return project is not None and project.fictional

    def complete_at(self, project_id: str) -> datetime:
        """The instant from which everything of the project is visible."""
        return self._complete[project_id]

    def title_of(self, path: str, now: datetime) -> str | None:
        """The title of the PDF at a file path, or None while it is not published."""
        title, since = self._paths.get(path, ("", None))
        return title if since is not None and since <= now else None


@dataclass(eq=False, kw_only=False)
class Snapshot:
    """The rows visible once the first `generation` moments have passed; every list in wire order."""

    world: World
    generation: int
    _memo: dict[str, Any] = field(default_factory=dict)

    @property
    def cut(self) -> datetime:
        """The last instant whose change is visible, UTC."""
        if self.generation == 0:
            return datetime.min.replace(tzinfo=UTC)
        return self.world.moments[self.generation - 1]

    def projects(self) -> list[Row]:
        """The list rows, `updateDate` descending, then id descending."""
        return list(self._once("projects", self._projects))

    def events(self, project_id: str) -> list[Row]:
        """All visible status events of a project, newest decision first, with reasons."""
        project = self.world.projects.get(project_id)
        return [] if project is None else self._visible(project.events, "timesave")

    def stages(self, project_id: str) -> list[Row]:
        """The progress diagram, oldest first; a suspension stands last and only while it lasts."""
        project = self.world.projects.get(project_id)
        if project is None:
            return []
        shown = self._visible(project.stages, "timesave")
        events = self.events(project_id)
        if events and events[0]["auditStatus"] == 7 and (not shown or shown[-1]["auditStatus"] != 7):
            shown.append({k: v for k, v in events[0].items() if k != "reasonDesc"})
        return shown

    def documents(self, project_id: str | None = None) -> list[Row]:
        """Old-generation document rows, newest first; None lists every project's."""
        return self._files("documents", "fileUpdateTime", project_id)

    def files(self, project_id: str | None = None) -> list[Row]:
        """New-generation document rows, newest first; None lists every project's."""
        return self._files("files", "fileUpdTime", project_id)

    def meetings(self, project_id: str | None = None) -> list[Row]:
        """Committee notices and results, newest first; a file shared by projects is listed once."""
        rows = self._files("meetings", "fileUpdTime", project_id)
        return list({row["fileId"]: row for row in rows}.values())

    def filings(self) -> list[Filing]:
        """The tutoring register, newest first."""
        return [f for f in self.world.filings if f.visible_from <= self.cut]

    def new_shares(self) -> list[Row]:
        """The new-share list, latest subscription first, numbered from 1."""

        def everything() -> list[Row]:
            rows = [row for issue in self.world.issues if (row := issue.row(self.cut)) is not None]
            rows.sort(key=lambda row: (str(row["ONLINE_ISSUANCE_DATE"]), str(row["SECURITY_CODE"])))
            return [{**row, "NUM": str(number)} for number, row in enumerate(reversed(rows), start=1)]

        return list(self._once("new_shares", everything))

    def bulletins(self, code: str) -> list[Row]:
        """Bulletins of one company, newest first."""
        found = [entry for issue in self.world.issues if issue.code == code for entry in issue.bulletins]
        return [row for at, row in reversed(found) if at <= self.cut]

    def title_of(self, path: str) -> str | None:
        """The title of a published PDF, or None."""
        return self.world.title_of(path, self.cut)

    def _once(self, key: str, make: Callable[[], list[Row]]) -> list[Row]:
        if key not in self._memo:
            self._memo[key] = make()
        rows: list[Row] = self._memo[key]
        return rows

    def _visible(self, rows: Iterable[Row], time_key: str) -> list[Row]:
        return [row for row in rows if instant(row[time_key]) <= self.cut]

    def _files(self, kind: str, time_key: str, project_id: str | None) -> list[Row]:
        if project_id is not None:
            project = self.world.projects.get(project_id)
            return [] if project is None else self._visible(getattr(project, kind), time_key)

        def everything() -> list[Row]:
            rows = [row for p in self.world for row in self._visible(getattr(p, kind), time_key)]
            return sorted(rows, key=lambda row: str(row[time_key]), reverse=True)

        return list(self._once(kind, everything))

    def _projects(self) -> list[Row]:
        rows = [row for p in self.world if (row := self._list_row(p)) is not None]
        return sorted(rows, key=lambda r: (str(r["updateDate"]), int(r["stockAuditNum"])), reverse=True)

    def _list_row(self, project: Project) -> Row | None:
        events = self.events(project.id)
        sightings = self._visible(project.sightings, "updateDate")
        if not events and not sightings:
            return None
        if self.world.complete_at(project.id) <= self.cut:
            return project.info
        return {**project.info, **list_state(events, sightings)}


def list_state(events: list[Row], sightings: list[Row]) -> Row:
    """Status, results and updateDate of a list row: the newest event in wire order, or a later sighting."""
    state: Row = {"updateDate": ""}
    if events:
        newest = events[0]
        state = {"currStatus": newest["auditStatus"], "updateDate": digits(newest["qianDate"])}
        state |= {key: newest[key] for key in STATE_KEYS}
    last = max(sightings, key=lambda row: str(row["updateDate"]), default=None)
    if last is not None and last["updateDate"] > state["updateDate"]:
        state = dict(last)
    return state


def load_captured(path: Path) -> World:
    """Reads captured rows: {company: {info, status, release, result, res}}, JSON or gzipped JSON.

    Old documents and committee files are also given in the current row form.
    Raises DecodeError for bytes that are no such JSON, LayoutChanged for a project without its five lists.
    """
    raw = path.read_bytes()
    try:
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
        captured = msgspec.json.decode(raw, type=dict[str, dict[str, list[Row]]])
    except (msgspec.MsgspecError, OSError, EOFError) as exc:
        raise DecodeError("captured projects that are no JSON of rows", seen=path.name) from exc
    return World(_captured_project(company, lists) for company, lists in captured.items())


def _captured_project(company: str, lists: dict[str, list[Row]]) -> Project:
    missing = {"info", "status", "release", "result", "res"} - lists.keys()
    if missing or len(lists["info"]) != 1:
        raise LayoutChanged(f"captured project lacks {sorted(missing) or 'its one list row'}", seen=company)
    info = lists["info"][0]
    files = [file_from_document(row, info) for row in lists["release"]]
    files += [file_from_meeting(row, info) for row in lists["result"]]
    return Project(
        info=info,
        events=tuple(lists["res"]),
        stages=tuple(lists["status"]),
        documents=tuple(lists["release"]),
        files=tuple(sorted(files, key=lambda row: str(row["fileUpdTime"]), reverse=True)),
        meetings=tuple(lists["result"]),
    )

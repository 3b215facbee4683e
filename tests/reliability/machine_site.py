"""The exchange of the state machine, without a network: it publishes, revises, takes back, and has bad days.

Rule: it is the ground truth of what was printed; it knows nothing of the program's database.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Self

from monitor.demo.answers import DOCUMENT_QUERIES, QUERIES, encode_rows, envelope, page_of
from monitor.demo.world import Project, World, instant, list_state
from monitor.domain.errors import DecodeError, ServerTrouble
from scrapers.contract import Document, Request
from tests.delivery.kit import JumpClock
from tests.reliability.story import OPENING

_LIST = "SH_XM_LB"
_SUSPENDED = 7


class Site:
    """Answers from the world up to `cut`; `trouble` spoils the next answers, `outage` every one."""

    def __init__(self, world: World, clock: JumpClock) -> None:
        self.world = world
        self.clock = clock
        self.cut: datetime = OPENING
        self.trouble: list[str] = []
        self.outage = ""
        self.lists: list[str] = []  # of the poll under way: how each list was spoilt, "" for an honest one
        self.requests = 0
        self.received_bytes = 0
        # Short name → every planned amount ever printed for it, in 亿元.
        self.printed: dict[str, set[Decimal]] = defaultdict(set)
        for project in world:
            self._print(project)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close."""

    async def get(self, request: Request) -> Document:
        """One honest answer, or the next trouble in the row."""
        self.requests += 1
        await asyncio.sleep(0)
        params = dict(request.params)
        query = params["sqlId"]
        how = self.trouble.pop(0) if self.trouble else self.outage
        if query == _LIST:
            self.lists.append(how)
        if how == "busy":
            raise ServerTrouble(f"{request.label}: the exchange says busy")
        if how == "garbled":
            raise DecodeError(f"{request.label}: neither JSON nor JSONP", seen=b"<html>")
        rows = QUERIES[query](self.world.as_of(self.cut), params)
        page = page_of([] if how == "empty" and query == _LIST else rows, params)
        body = envelope(page, encode_rows(page.rows, escape=query in DOCUMENT_QUERIES), params)
        return Document(
            request=request, body=body, content_type="application/json", fetched_at=self.clock.now()
        )

    # -- what happens there --------------------------------------------------------------------------

    def publish(self, count: int) -> None:
        """The next rows are shown."""
        moments = [moment for moment in self.world.moments if moment > self.cut]
        self.cut = (moments[:count] or [self.cut])[-1]

    def revise(self, which: int, amount: Decimal) -> None:
        """Another planned amount is printed for a company."""
        project = self._listed(which)
        self._put(replace(project, info={**project.info, "planIssueCapital": float(amount)}))

    def rename(self, which: int) -> None:
        """A company has another full name; what people call it stays."""
        project = self._listed(which)
        info = deepcopy(project.info)
        old = info["stockIssuer"][0]["s_issueCompanyFullName"]
        new = old.replace("股份", "科技股份", 1)
        for row in info["stockIssuer"]:
            row["s_issueCompanyFullName"] = new
        info["stockAuditName"] = new
        self._put(replace(project, info=info))

    def take_back(self, key: str, published: datetime) -> bool:
        """The newest row of a project vanishes, if it is the one of that instant and nothing hangs on it."""
        project = self.world.projects[key]
        shown = [row for row in project.events if instant(row["timesave"]) <= self.cut]
        if len(shown) < 2 or instant(shown[0]["timesave"]) != published:
            return False
        if _SUSPENDED in (shown[0]["auditStatus"], shown[1]["auditStatus"]):
            return False  # what follows would no longer be "resumed"
        gone = shown[0]["timesave"]
        events = tuple(row for row in project.events if row["timesave"] != gone)
        stages = tuple(row for row in project.stages if row["timesave"] != gone)
        info = {**project.info, **list_state(list(events), list(project.sightings))}
        self._put(replace(project, info=info, events=events, stages=stages))
        return True

    def _listed(self, which: int) -> Project:
        shown = [
            self.world.projects[str(row["stockAuditNum"])] for row in self.world.as_of(self.cut).projects()
        ]
        return shown[which % len(shown)]

    def _put(self, project: Project) -> None:
        self.world = World(
            [project if one.id == project.id else one for one in self.world], self.world.filings
        )
        self._print(project)

    def _print(self, project: Project) -> None:
        amount = project.info["planIssueCapital"]
        short = project.info["stockIssuer"][0]["s_issueCompanyAbbrName"]
        if amount != "":
            self.printed[str(short)].add(Decimal(str(amount)))

"""The demo's web server: query host, file host and tutoring register behind one loopback port.

Rule: answers come from World.as_of(clock()); encoded rows are kept until the next change of the world.
Rule: every request passes the fault switchboard, which POST /__faults__ sets on a running server.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from monitor.demo.answers import (
    BUSY,
    COMMON_QUERIES,
    DOCUMENT_QUERIES,
    QUERIES,
    Page,
    bulletins,
    encode_rows,
    envelope,
    page_of,
    statistics,
)
from monitor.demo.faults import FAULTS, JSON_TYPE, Edit, Faults
from monitor.demo.issues import BULLETIN_PATH
from monitor.demo.pages import page_count, pdf_of, register_page
from monitor.demo.papers import season_papers
from monitor.demo.world import Row, Snapshot, World

Clock: TypeAlias = Callable[[], datetime | None]

Query: TypeAlias = Callable[[Snapshot, Mapping[str, str]], list[Row]]
Queries: TypeAlias = Mapping[str, Query]

_COMMON_PATHS = ("/commonQuery.do", "/sseQuery/commonQuery.do")
_QUERY_PATHS = frozenset(
    {"/commonSoaQuery.do", "/sseQuery/commonSoaQuery.do", "/statusAction.do", *_COMMON_PATHS, BULLETIN_PATH}
)
_STATUS_ACTION_KEYS = ("downloadFileName", "execlStream", "fileId", "mergeSize", "mergeType")
_REGISTER_PAGE = re.compile(r"/csrcfd/index(?:_(\d+))?\.html")
_KEPT_ANSWERS = 256


class FaultOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, rename={"sql_id": "sqlId"}):
    """What POST /__faults__ takes: a fault to switch on, or clear."""

    name: str = ""
    sql_id: str = ""
    path: str = ""
    times: int | None = None
    skip: int = 0
    value: Any = None
    clear: bool = False


class Exchange:
    """The copied exchange over a world and a clock; `app()` gives the aiohttp application.

    `old_documents` / `new_documents` False: that generation of the document list answers zero rows.
    `refuse_with` is the HTTP status of the Referer gate (200 with the error body, or 403).
    """

    def __init__(
        self,
        world: World,
        clock: Clock = lambda: None,
        faults: Faults | None = None,
        *,
        old_documents: bool = True,
        new_documents: bool = True,
        refuse_with: int = 200,
    ) -> None:
        self.world = world
        self.clock = clock
        self.faults = Faults() if faults is None else faults
        self.refuse_with = refuse_with
        self.requests: deque[tuple[str, dict[str, str]]] = deque(maxlen=10_000)
        """Path and parameters of the latest requests, oldest first."""
        self._mute = {"GP_GPZCZ_SHXXPL"} if not old_documents else set()
        self._mute |= {"GP_COMMON_FILE_SEARCH"} if not new_documents else set()
        self._kept: dict[tuple[object, ...], tuple[Page, bytes]] = {}
        self._kept_for = -1

    def app(self) -> web.Application:
        """A fresh aiohttp application serving this exchange."""
        app = web.Application()
        app.router.add_route("*", "/__faults__", self._switch)
        app.router.add_route("*", "/{path:.*}", self._serve)
        app.on_response_prepare.append(self._date)
        return app

    async def _date(self, request: web.Request, response: web.StreamResponse) -> None:
        """Say the exchange's own time, as its hosts do."""
        now = self.clock()
        if now is not None:
            response.headers["Date"] = format_datetime(now.astimezone(UTC), usegmt=True)

    def snapshot(self) -> Snapshot:
        """The world at the clock's present instant."""
        return self.world.as_of(self.clock())

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        params: dict[str, str] = dict(request.query)
        if request.method == "POST":
            params.update({key: str(value) for key, value in (await request.post()).items()})
        self.requests.append((request.path, params))

        def answer(edit: Edit | None = None) -> web.Response:
            return self._answer(request, params, edit)

        fault = self.faults.take(request, params)
        if fault is not None:
            return await FAULTS[fault.name](request, params, answer, fault.value)
        return answer()

    def _answer(self, request: web.Request, params: Mapping[str, str], edit: Edit | None) -> web.Response:
        path = request.path
        if path in _QUERY_PATHS:
            if not _from_the_exchange(request.headers.get("Referer", "")):
                return _json(BUSY, self.refuse_with)
            return self._query(path, params, edit)
        return self._static(path)

    def _query(self, path: str, params: Mapping[str, str], edit: Edit | None) -> web.Response:
        old = path == "/statusAction.do"
        known: Queries = COMMON_QUERIES if path in _COMMON_PATHS else QUERIES
        if path == BULLETIN_PATH:
            sql_id, known = path, {path: bulletins}
        else:
            sql_id = params.get("sqlId", "")
        # What the exchange says to an unknown sqlId or to paging that is no number was never captured.
        if sql_id not in known or (old and sql_id != "SH_XM_LB"):
            return _json(BUSY)
        if old:
            params = {**params, "issueMarketType": "1"}
        snapshot = self.snapshot()
        extra: dict[str, Any] | None = None
        if old:
            board = QUERIES["SH_XM_LB"](snapshot, {"issueMarketType": "1"})
            extra = dict.fromkeys(_STATUS_ACTION_KEYS) | {"statistics": statistics(board)}
        try:
            page, data = self._rows(snapshot, (path, sql_id), known[sql_id], params, edit)
        except ValueError:
            return _json(BUSY)
        return _json(envelope(page, data, params, extra))

    def _rows(
        self,
        snapshot: Snapshot,
        asked: tuple[str, str],
        query: Query,
        params: Mapping[str, str],
        edit: Edit | None,
    ) -> tuple[Page, bytes]:
        if self._kept_for != snapshot.generation or len(self._kept) > _KEPT_ANSWERS:
            self._kept.clear()
            self._kept_for = snapshot.generation
        sql_id = asked[1]
        wanted = sorted((k, v) for k, v in params.items() if k not in ("_", "jsonCallBack"))
        key = (asked[0] in _COMMON_PATHS, sql_id, *wanted)
        if edit is None and key in self._kept:
            return self._kept[key]
        rows = [] if sql_id in self._mute else query(snapshot, params)
        page = page_of(rows if edit is None else edit(rows), params)
        made = page, encode_rows(page.rows, escape=sql_id in DOCUMENT_QUERIES)
        if edit is None:
            self._kept[key] = made
        return made

    def _static(self, path: str) -> web.Response:
        snapshot = self.snapshot()
        if found := _REGISTER_PAGE.fullmatch(path):
            filings = snapshot.filings()
            number = int(found[1] or 1)
            if 1 <= number <= page_count(filings):
                return _html(register_page(filings, number))
            return _html("<html><body>404</body></html>", 404)
        inside = path.startswith(("/stock/", "/csrcfd/", "/disclosure/listedinfo/"))
        title = snapshot.title_of(path.removeprefix("/stock")) if inside else None
        if title is not None:
            body = season_papers().get(title) or pdf_of(title)
            return web.Response(body=body, content_type="application/pdf")
        if inside or path == "/404":
            return _html("<html><head><title>404</title></head><body>您访问的页面不存在</body></html>", 404)
        return web.Response(status=302, headers={"Location": "/404"})

    async def _switch(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            try:
                order = msgspec.json.decode(await request.read(), type=FaultOrder)
                if order.clear:
                    self.faults.clear()
                if order.name:
                    scope = {k: getattr(order, k) for k in ("sql_id", "path", "times", "skip", "value")}
                    self.faults.on(order.name, **scope)
            except ValueError as exc:  # msgspec's errors and an unknown name alike
                return _json(msgspec.json.encode({"error": str(exc)}), 400)
        active = [{k: getattr(f, k) for k in f.__slots__} for f in self.faults.active]
        return _json(msgspec.json.encode({"active": active, "known": sorted(FAULTS)}))


def _from_the_exchange(referer: str) -> bool:
    host = urlsplit(referer).hostname or ""
    return host == "sse.com.cn" or host.endswith(".sse.com.cn")


def _json(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type=JSON_TYPE, charset="utf-8")


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


@asynccontextmanager
async def serve(exchange: Exchange, port: int = 0) -> AsyncIterator[str]:
    """Serves on 127.0.0.1 and yields the base address `http://127.0.0.1:<port>`, no slash at its end.

    Port 0 takes a free one. On leaving, requests still hanging (a stalled fault) are cancelled.
    """
    runner = web.AppRunner(exchange.app(), handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        bound = runner.addresses[0][1]
        yield f"http://127.0.0.1:{bound}"
    finally:
        await runner.cleanup()

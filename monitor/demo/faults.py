"""Bad days on demand: one table of fault name → how the answer goes wrong.

Rule: a fault is switched by name, scoped by sqlId or path, counted, and can be switched on a running server.
Rule: a new fault is one function and one line in FAULTS.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

from aiohttp import web

from monitor.demo.answers import BUSY
from monitor.demo.world import Row

Edit: TypeAlias = Callable[[list[Row]], list[Row]]
JSON_TYPE = "application/json"
CHALLENGE = (
    "<html><script>var arg1='0A1B2C3D4E5F60718293A4B5C6D7E8F901234567';"
    "document.cookie='acw_sc__v2='+arg1+';expires='+new Date(0)+';path=/';"
    "document.location.reload();</script></html>"
)


class Answer(Protocol):
    """The honest answer of this request, its rows edited before paging if asked."""

    def __call__(self, edit: Edit | None = None) -> web.Response: ...


@dataclass(slots=True, kw_only=True)
class Fault:
    """One switched-on fault: where it strikes, how often, and its own number or word.

    `times` None strikes until cleared; `skip` lets the first matching requests pass.
    """

    name: str
    sql_id: str = ""
    path: str = ""
    times: int | None = None
    skip: int = 0
    value: Any = None

    def matches(self, request: web.Request, params: Mapping[str, str]) -> bool:
        """Whether the request lies in this fault's scope."""
        return self.path in request.path and self.sql_id in ("", params.get("sqlId"))


Strike: TypeAlias = Callable[[web.Request, Mapping[str, str], Answer, Any], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Faults:
    """The switchboard of one server."""

    active: list[Fault] = field(default_factory=list)

    def on(self, name: str, **scope: Any) -> Fault:
        """Switches a fault on within its scope (fields of Fault); ValueError for an unknown name."""
        if name not in FAULTS:
            raise ValueError(f"no fault named {name!r}; there are {', '.join(sorted(FAULTS))}")
        fault = Fault(name=name, **scope)
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        """Switches everything off."""
        self.active.clear()

    def take(self, request: web.Request, params: Mapping[str, str]) -> Fault | None:
        """The first fault that strikes this request, its counters moved on; None when all is well."""
        for fault in self.active:
            if not fault.matches(request, params):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.times is None:
                return fault
            if fault.times > 0:
                fault.times -= 1
                return fault
        return None


def _html(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=headers)


async def _busy(_r: web.Request, _p: Mapping[str, str], _a: Answer, _v: Any) -> web.StreamResponse:
    return web.Response(body=BUSY, content_type=JSON_TYPE, charset="utf-8")


async def _forbidden(_r: web.Request, _p: Mapping[str, str], _a: Answer, _v: Any) -> web.StreamResponse:
    return _html("<html><body><h1>403 Forbidden</h1></body></html>", 403)


async def _rate_limited(_r: web.Request, _p: Mapping[str, str], _a: Answer, v: Any) -> web.StreamResponse:
    return _html(
        "<html><body>Too Many Requests</body></html>", 429, {"Retry-After": str(30 if v is None else v)}
    )


async def _server_error(_r: web.Request, _p: Mapping[str, str], _a: Answer, v: Any) -> web.StreamResponse:
    status = int(v or 502)
    return _html(f"<html><head><title>{status}</title></head><body>nginx</body></html>", status)


async def _challenge(_r: web.Request, _p: Mapping[str, str], _a: Answer, v: Any) -> web.StreamResponse:
    return _html(CHALLENGE, int(v or 200))


async def _html_page(_r: web.Request, _p: Mapping[str, str], _a: Answer, _v: Any) -> web.StreamResponse:
    return _html("<!DOCTYPE html><html><body>网站维护中</body></html>")


def _bytes_of(answer: Answer) -> bytes:
    body = answer().body
    return body if isinstance(body, bytes) else b""


def _remade(answer: Answer, body: bytes) -> web.Response:
    honest = answer()
    return web.Response(body=body, content_type=honest.content_type, charset=honest.charset)


async def _cut(_r: web.Request, _p: Mapping[str, str], answer: Answer, v: Any) -> web.StreamResponse:
    body = _bytes_of(answer)
    return _remade(answer, body[: len(body) // 2 if v is None else int(v)])


async def _gbk(_r: web.Request, _p: Mapping[str, str], answer: Answer, _v: Any) -> web.StreamResponse:
    # The declared charset stays UTF-8: the header lies too.
    return _remade(answer, _bytes_of(answer).decode().encode("gb18030"))


async def _wrong_callback(
    _r: web.Request, params: Mapping[str, str], answer: Answer, v: Any
) -> web.StreamResponse:
    asked = params.get("jsonCallBack", "").encode()
    body = _bytes_of(answer)
    inner = body.removeprefix(asked + b"(").removesuffix(b")") if asked else body
    return _remade(answer, str(v or "jsonpCallback0").encode() + b"(" + inner + b")")


def _stream() -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json;charset=UTF-8"})
    response.force_close()
    return response


async def _wrong_length(request: web.Request, _p: Mapping[str, str], answer: Answer, v: Any) -> Any:
    body = _bytes_of(answer)
    response = _stream()
    response.content_length = len(body) + int(v or 100)
    await response.prepare(request)
    await response.write(body)
    if request.transport is not None:
        request.transport.close()
    return response


async def _reset(request: web.Request, _p: Mapping[str, str], _a: Answer, _v: Any) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        # Linger zero turns the close into a reset the client sees as one.
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        transport.abort()
    return web.Response()


async def _stall(_r: web.Request, _p: Mapping[str, str], _a: Answer, _v: Any) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


async def _slow(request: web.Request, _p: Mapping[str, str], answer: Answer, v: Any) -> web.StreamResponse:
    body = _bytes_of(answer)
    response = _stream()
    response.content_length = len(body)
    await response.prepare(request)
    for byte in body:
        await response.write(bytes([byte]))
        await asyncio.sleep(0.8 if v is None else float(v))
    return response


async def _endless(request: web.Request, _p: Mapping[str, str], _a: Answer, _v: Any) -> web.StreamResponse:
    response = _stream()
    response.enable_chunked_encoding()
    await response.prepare(request)
    await response.write(b'{"result":[')
    while True:
        await response.write(b'{"stockAuditNum":"1"},' * 4096)


@lru_cache(maxsize=2)
def _bomb_bytes(mebibytes: int) -> bytes:
    packer = zlib.compressobj(level=1, wbits=31)
    block = b" " * (1 << 20)
    return b"".join([packer.compress(block) for _ in range(mebibytes)]) + packer.flush()


async def _bomb(_r: web.Request, _p: Mapping[str, str], _a: Answer, v: Any) -> web.StreamResponse:
    return web.Response(
        body=_bomb_bytes(int(v or 64)), content_type=JSON_TYPE, headers={"Content-Encoding": "gzip"}
    )


async def _redirect(_r: web.Request, _p: Mapping[str, str], _a: Answer, v: Any) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": str(v or "https://elsewhere.invalid/")})


async def _empty(_r: web.Request, _p: Mapping[str, str], answer: Answer, _v: Any) -> web.StreamResponse:
    return answer(lambda rows: [])


async def _shrunk(_r: web.Request, _p: Mapping[str, str], answer: Answer, v: Any) -> web.StreamResponse:
    return answer(lambda rows: rows[: len(rows) // 2 if v is None else int(v)])


async def _moved(_r: web.Request, params: Mapping[str, str], answer: Answer, _v: Any) -> web.StreamResponse:
    """From page 2 on, the row that headed page 2 has been lifted to the top: one row twice, one never."""
    at = int(params.get("pageHelp.pageSize") or 10)
    if params.get("pageHelp.pageNo", "1") == "1":
        return answer()
    return answer(lambda rows: rows[at : at + 1] + rows[:at] + rows[at + 1 :])


def _touch(rows: list[Row], project_id: str | None) -> list[Row]:
    """Lifts one row (by default the last) to the top with a newer updateDate and nothing else changed."""
    if not rows:
        return rows
    index = next((n for n, row in enumerate(rows) if row.get("stockAuditNum") == project_id), len(rows) - 1)
    newest = max(str(row["updateDate"]) for row in rows)
    lifted = {**rows[index], "updateDate": str(int(newest) + 1)}
    return [lifted, *rows[:index], *rows[index + 1 :]]


async def _touched(_r: web.Request, _p: Mapping[str, str], answer: Answer, v: Any) -> web.StreamResponse:
    return answer(lambda rows: _touch(rows, v))


def _status_key(row: Row) -> str:
    return "currStatus" if "currStatus" in row else "auditStatus"


async def _unknown_status(
    _r: web.Request, _p: Mapping[str, str], answer: Answer, v: Any
) -> web.StreamResponse:
    code = 77 if v is None else v
    return answer(lambda rows: [{**row, _status_key(row): code} for row in rows[:1]] + rows[1:])


async def _key_renamed(_r: web.Request, _p: Mapping[str, str], answer: Answer, v: Any) -> web.StreamResponse:
    key = str(v or "stockAuditNum")
    return answer(lambda rows: [{(k + "_" if k == key else k): x for k, x in r.items()} for r in rows])


async def _key_retyped(_r: web.Request, _p: Mapping[str, str], answer: Answer, v: Any) -> web.StreamResponse:
    key = str(v or "stockAuditNum")
    return answer(lambda rows: [{k: ({"value": x} if k == key else x) for k, x in r.items()} for r in rows])


FAULTS: Mapping[str, Strike] = {
    "busy": _busy,  # 系统繁忙 with HTTP 200
    "forbidden": _forbidden,
    "rate_limited": _rate_limited,  # value: Retry-After
    "server_error": _server_error,  # value: status, 502
    "challenge": _challenge,  # value: status, 200 or 521
    "html": _html_page,
    "cut": _cut,  # value: bytes kept, half
    "wrong_length": _wrong_length,  # value: bytes promised too many
    "reset": _reset,
    "stall": _stall,
    "slow": _slow,  # value: seconds per byte, 0.8
    "endless": _endless,
    "bomb": _bomb,  # value: MiB unpacked, 64
    "redirect": _redirect,  # value: Location
    "empty": _empty,
    "shrunk": _shrunk,  # value: rows kept, half
    "moved": _moved,
    "touched": _touched,  # value: project id, the last row
    "unknown_status": _unknown_status,  # value: code, 77
    "key_renamed": _key_renamed,  # value: key
    "key_retyped": _key_retyped,  # value: key
    "gbk": _gbk,
    "wrong_callback": _wrong_callback,  # value: the name sent
}

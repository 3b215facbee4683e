"""Strict stand-ins for the services behind secret addresses: real HTTP on loopback, each in its own words.

Rule: what is wrong in a request is refused as the service refuses it; signatures are computed here anew.
Rule: `shown` is the ground truth of what a person would have seen.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SECRET = "SECcanary-signing-key-0123456789"
KEY = "canary0key1that2must3never4show5"
TOPIC = "canary-topic-77"
PATHS = {
    "wecom": f"/cgi-bin/webhook/send?key={KEY}",
    "dingtalk": f"/robot/send?access_token={KEY}",
    "feishu": f"/open-apis/bot/v2/hook/{KEY}",
    "slack": f"/services/T0CANARY/B0CANARY/{KEY}",
    "discord": f"/api/webhooks/4711/{KEY}",
    "ntfy": f"/{TOPIC}",
    "bark": f"/{KEY}",
    "webhook": f"/ipo/{KEY}",
}
SIGNED = frozenset({"dingtalk", "feishu", "webhook", "ntfy"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One scripted answer, or a way to break the connection: "silence", "reset", "half"."""

    status: int = 200
    body: object = ""
    headers: dict[str, str] = field(default_factory=dict)
    broken: str = ""


class Refused(Exception):
    """The service's own no: HTTP status and body."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(str(body))
        self.status, self.body = status, body


class HookService:
    """One service; use it as `async with HookService(kind, now) as service` and post to `service.url`."""

    def __init__(self, kind: str, now: float) -> None:
        self.kind = kind
        self.now = now  # what its clock says, seconds
        self.shown: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.requests: list[web.BaseRequest] = []
        self.url = ""
        self._faults: deque[Fault] = deque()
        self._closing = asyncio.Event()

    def script(self, *faults: Fault) -> None:
        """Queue faults, one per coming request."""
        self._faults.extend(faults)

    async def __aenter__(self) -> HookService:
        self._runner = web.ServerRunner(web.Server(self._answer), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}{PATHS[self.kind]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        raw = await request.read()
        self.requests.append(request)
        if self._faults:
            return await self._faulty(request, self._faults.popleft())
        try:
            assert request.method == "POST"
            body = json.loads(raw.decode())
            self.bodies.append(body)
            answer = getattr(self, f"_{self.kind}")(request, body, raw)
        except Refused as no:
            return _response(no.status, no.body)
        return _response(200, answer)

    async def _faulty(self, request: web.BaseRequest, fault: Fault) -> web.StreamResponse:
        match fault.broken:
            case "silence":
                await self._closing.wait()
            case "reset":
                assert request.transport is not None
                request.transport.abort()
            case "half":
                response = web.StreamResponse(headers={"Content-Length": "1000"})
                await response.prepare(request)
                await response.write(b'{"errcode":0,')
                assert request.transport is not None
                request.transport.abort()
                return response
        return _response(fault.status, fault.body, fault.headers)

    def _wecom(self, request: web.BaseRequest, body: dict[str, Any], raw: bytes) -> object:
        if request.query.get("key") != KEY:
            raise Refused(
                200, {"errcode": 93000, "errmsg": "invalid webhook url, hint: [1], from ip: 192.0.2.1"}
            )
        kind = body["msgtype"]
        content = body[kind]["content"]
        if len(content.encode()) > {"markdown": 4096, "text": 2048}[kind]:
            raise Refused(
                200, {"errcode": 40058, "errmsg": "content exceed max length. invalid Request Parameter"}
            )
        self.shown.append(content)
        return {"errcode": 0, "errmsg": "ok"}

    def _dingtalk(self, request: web.BaseRequest, body: dict[str, Any], raw: bytes) -> object:
        if request.query.get("access_token") != KEY:
            raise Refused(200, {"errcode": 300001, "errmsg": "token is not exist"})
        stamp = request.query["timestamp"]
        key = SECRET.encode()
        good = base64.b64encode(hmac.digest(key, stamp.encode() + b"\n" + key, "sha256")).decode()
        if request.query["sign"] != good or abs(int(stamp) / 1000 - self.now) > 3600:
            raise Refused(200, {"errcode": 310000, "errmsg": "sign not match"})
        assert body["at"] == {"isAtAll": False}
        if body["msgtype"] == "markdown":
            assert body["markdown"]["title"]
            content = body["markdown"]["text"]
        else:
            content = body["text"]["content"]
        if len(content.encode()) > 20_000:
            raise Refused(200, {"errcode": 40035, "errmsg": "content is too long"})
        self.shown.append(content)
        return {"errcode": 0, "errmsg": "ok"}

    def _feishu(self, request: web.BaseRequest, body: dict[str, Any], raw: bytes) -> object:
        if request.path != PATHS["feishu"]:
            raise Refused(400, {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"})
        digest = hashlib.sha256
        sign = hmac.new((body["timestamp"] + "\n" + SECRET).encode(), digestmod=digest).digest()
        if body["sign"] != base64.b64encode(sign).decode() or abs(int(body["timestamp"]) - self.now) > 3600:
            raise Refused(200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"})
        if len(raw) > 20 * 1024:
            raise Refused(400, {"code": 9499, "msg": "Bad Request"})
        if body["msg_type"] == "text":
            self.shown.append(body["content"]["text"])
        else:
            post = body["content"]["post"]["zh_cn"]
            assert post["title"]
            lines = [post["title"]]
            for line in post["content"]:
                assert line
                lines.append("".join(_element(one) for one in line))
            self.shown.append("\n".join(lines))
        return {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}

    def _slack(self, request: web.BaseRequest, body: dict[str, Any], raw: bytes) -> object:
        if request.path != PATHS["slack"]:
            raise Refused(404, "no_service")
        if not body.get("text"):
            raise Refused(400, "no_text")
        assert len(body["text"]) <= 3000
        assert (body["parse"], body["link_names"], body["unfurl_links"]) == ("none", False, False)
        self.shown.append(body["text"])
        return "ok"

    def _discord(self, request: web.BaseRequest, body: dict[str, Any], raw: bytes) -> object:
        if request.path != PATHS["discord"]:
            raise Refused(404, {"message": "Unknown Webhook", "code": 10015})
        if not 0 < len(body["content"].encode("utf-16-le")) // 2 <= 2000:
            raise Refused(400, {"message": "Invalid Form Body", "code": 50035})
        assert body["allowed_mentions"] == {"parse": []}
        assert body["flags"] & 4
        assert request.query["wait"] == "true"
        self.shown.append(body["content"])
        return {"id": str(1_100_000_000_000_000_000 + len(self.shown)), "content": body["content"]}

    def _ntfy(self, request: web.BaseRequest, body: dict[str, Any], raw: bytes) -> object:
        assert request.path == "/"
        if request.headers.get("Authorization") != f"Bearer {SECRET}":
            raise Refused(401, {"code": 40101, "http": 401, "error": "unauthorized"})
        assert body["topic"] == TOPIC
        if len(body["message"].encode()) > 4096:
            raise Refused(413, {"code": 41301, "http": 413, "error": "message too large"})
        self.shown.append(f"{body['title']}\n{body['message']}")
        return {"id": "sPs71M8A2T", "time": 1, "event": "message", "topic": body["topic"]}

    def _bark(self, request: web.BaseRequest, body: dict[str, Any], raw: bytes) -> object:
        assert request.path == "/push"
        if body["device_key"] != KEY:
            words = "failed to get device token: failed to get [x] device token from database"
            raise Refused(400, {"code": 400, "message": words, "timestamp": 1})
        if len(raw) > 4096:
            raise Refused(500, {"code": 500, "message": "push failed: PayloadTooLarge", "timestamp": 1})
        self.shown.append(f"{body['title']}\n{body['body']}")
        return {"code": 200, "message": "success", "timestamp": 1_760_000_000}

    def _webhook(self, request: web.BaseRequest, body: dict[str, Any], raw: bytes) -> object:
        if request.path != PATHS["webhook"]:
            raise Refused(404, {"error": "not here"})
        number, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        assert number == request.headers["Idempotency-Key"] == body["id"]
        told = b".".join((number.encode(), stamp.encode(), raw))
        good = "v1," + base64.b64encode(hmac.digest(SECRET.encode(), told, "sha256")).decode()
        if not hmac.compare_digest(request.headers["webhook-signature"], good):
            raise Refused(401, {"error": "wrong signature"})
        if abs(int(stamp) - self.now) > 300:
            raise Refused(401, {"error": "too old"})
        self.shown.append(body["headline"])
        return {"id": f"r-{len(self.shown)}"}


def _element(one: dict[str, str]) -> str:
    if one["tag"] == "a":
        return f"{one['text']}: {one['href']}"
    assert one["tag"] == "text"
    assert one["text"] != "" or len(one) == 2
    return one["text"]


def _response(status: int, body: object, headers: dict[str, str] | None = None) -> web.Response:
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/html" if isinstance(body, str) else "application/json"
    return web.Response(status=status, text=text, content_type=kind, headers=headers or {})

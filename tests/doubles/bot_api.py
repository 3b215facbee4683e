"""A strict stand-in for the Bot API server: real HTTP on loopback, Telegram's own parser, scripted faults.

Rule: it refuses what Telegram refuses, in Telegram's words; the chats hold the ground truth of who saw what.
Rule: a method is one function in METHODS; a method it does not know is a 404, as on the real server.
By hand: `python -m tests.doubles.bot_api --port 8081`, any token, any chat.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from math import ceil
from typing import Any

from aiohttp import web

from tests.doubles.bot_faults import Break, Fault
from tests.doubles.bot_methods import METHODS
from tests.doubles.bot_state import ME, Call, Chat, Limits, Refused, Shown

EPOCH = 1_760_000_000  # the server's date at clock 0


class BotApi:
    """The server; use it as `async with BotApi() as api` and point the client at `api.url`."""

    def __init__(
        self,
        *,
        token: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        limits: Limits | None = None,
        open_chats: bool = False,
    ) -> None:
        self.token = token  # None: any well-formed token will do
        self.clock = clock
        self.limits = limits
        self.open_chats = open_chats
        self.chats: dict[int, Chat] = {}
        self.calls: list[Call] = []
        self.updates: list[dict[str, Any]] = []
        self._next_update = 1000  # never given twice, confirmed or not
        self.taps: dict[str, str | None] = {}  # callback query id → the toast it was answered with
        self.questions: dict[str, list[dict[str, Any]] | None] = {}  # inline query id → its answer
        self.menu: dict[str, list[dict[str, str]]] = {}  # language → commands
        self.url = ""
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._sent: deque[tuple[float, int]] = deque()
        self.update_came = asyncio.Event()
        self._released = asyncio.Event()
        self.closing = asyncio.Event()
        self.called = asyncio.Event()  # some call has arrived
        self._late: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None

    # -- for tests -----------------------------------------------------------------------------------

    def add_chat(self, chat_id: int, type: str = "private", title: str = "", username: str = "") -> Chat:
        """Make a chat the bot may write to; `type` is private, group, supergroup or channel."""
        self.chats[chat_id] = Chat(chat_id, type, title, username)
        return self.chats[chat_id]

    def script(self, *faults: Fault, method: str = "sendMessage") -> None:
        """Queue faults: one per coming call of the method, in order; later calls are well again."""
        self._faults[method.lower()].extend(faults)

    def push_update(self, **update: Any) -> int:
        """Queue an update for getUpdates and return its update_id."""
        update_id, self._next_update = self._next_update, self._next_update + 1
        self.updates.append({"update_id": update_id, **update})
        self.update_came.set()
        return update_id

    def say(
        self, user: int, text: str, *, chat: int | None = None, language: str = "zh-hans", **more: Any
    ) -> int:
        """A person writes into a chat, their own by default; return the update_id."""
        held = self.find_chat(str(chat if chat is not None else user))
        message = {
            "message_id": held.next_id,
            "from": person(user, language),
            "chat": held.as_json(),
            "date": EPOCH + int(self.clock()),
            "text": text,
            **more,
        }
        held.next_id += 1
        return self.push_update(message=message)

    def tap(self, user: int, label: str, *, chat: int | None = None, data: str = "") -> str:
        """A person taps the newest button whose label contains `label`; return the query's id.

        `data` replaces what the button carries, as a forger would.
        """
        held = self.find_chat(str(chat if chat is not None else user))
        for shown in reversed(held.shown):
            for button in (button for row in shown.keyboard for button in row):
                if label in button["text"]:
                    query_id = str(7_000_000 + len(self.taps))
                    self.taps[query_id] = None
                    query = {
                        "id": query_id,
                        "from": person(user),
                        "chat_instance": "1",
                        "data": data or button["callback_data"],
                        "message": self.as_message(held, shown),
                    }
                    self.push_update(callback_query=query)
                    return query_id
        raise AssertionError(f"no button {label!r} in chat {held.id}")

    def ask_inline(self, user: int, query: str) -> str:
        """A person types `@bot query` in some chat; return the query's id."""
        query_id = str(9_000_000 + len(self.questions))
        self.questions[query_id] = None
        self.push_update(inline_query={"id": query_id, "from": person(user), "query": query, "offset": ""})
        return query_id

    async def release(self) -> None:
        """Let every late call take effect now."""
        self._released.set()
        await asyncio.gather(*self._late)

    async def __aenter__(self) -> BotApi:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        app = web.Application(client_max_size=50 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, bound = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{bound}"

    async def stop(self) -> None:
        """End, waking every call left in silence."""
        self.closing.set()
        for task in self._late:
            task.cancel()
        if self._runner:
            await self._runner.cleanup()

    # -- one request ---------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        queue = self._faults[method]
        fault = queue.popleft() if queue else None
        if fault and fault.how is Break.CLOSE_BEFORE_READING:
            self.calls.append(Call(method, {}, self.clock(), fault.name))
            return self._cut(request)
        params = await _read_params(request)
        self.calls.append(Call(method, params, self.clock(), fault.name if fault else ""))
        self.called.set()
        if fault is None:
            return await self._answer(request.match_info["token"], method, params)
        if fault.how is Break.LATE:
            self._late.add(asyncio.create_task(self._apply_late(method, params)))
        elif fault.applied:
            await METHODS[method](self, params)
        if fault.how is None:
            return web.Response(status=fault.status, body=fault.body, content_type=fault.content_type)
        return await self._break(request, fault.how)

    async def _answer(self, token: str, method: str, params: dict[str, str]) -> web.Response:
        try:
            self._check_token(token)
            if method not in METHODS:
                raise Refused(404, "Not Found: method not found")
            result = await METHODS[method](self, params)
        except Refused as refused:
            body = {"ok": False, "error_code": refused.code, "description": refused.description}
            if refused.parameters:
                body["parameters"] = refused.parameters
            return web.json_response(body, status=refused.code)
        return web.json_response({"ok": True, "result": result})

    def _check_token(self, token: str) -> None:
        number, colon, secret = token.partition(":")
        if not (number.isdecimal() and colon and secret):
            raise Refused(404, "Not Found")
        if self.token is not None and token != self.token:
            raise Refused(401, "Unauthorized")

    async def _apply_late(self, method: str, params: dict[str, str]) -> None:
        await self._released.wait()
        await METHODS[method](self, params)

    def _cut(self, request: web.Request) -> web.Response:
        if request.transport:
            request.transport.abort()
        return web.Response()

    async def _break(self, request: web.Request, how: Break) -> web.StreamResponse:
        transport = request.transport
        if how in (Break.SILENCE, Break.LATE, Break.DROP):
            await self.closing.wait()
        elif transport and how is Break.HALF_HEADERS:
            transport.write(b"HTTP/1.1 200 OK\r\nContent-Ty")
            transport.close()
        elif transport and how is Break.HALF_BODY:
            transport.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ok":true,"result":{"mess')
            transport.close()
        elif transport and how is Break.CLOSE_AFTER_READING:
            transport.close()
        return self._cut(request)

    # -- rules ---------------------------------------------------------------------------------------

    def find_chat(self, chat_id: str) -> Chat:
        """The chat an address means; raises Refused as the server does."""
        if not chat_id:
            raise Refused(400, "Bad Request: chat_id is empty")
        for chat in self.chats.values():
            if chat_id in (str(chat.id), f"@{chat.username}"):
                return chat
        if self.open_chats and chat_id.lstrip("-").isdecimal():
            return self.add_chat(int(chat_id), "private" if int(chat_id) > 0 else "supergroup")
        raise Refused(400, "Bad Request: chat not found")

    def check_rate(self, chat: Chat) -> None:
        """Count a send against the windows; raises Refused 429 with the seconds to wait."""
        if self.limits is None:
            return
        now = self.clock()
        while self._sent and now - self._sent[0][0] >= 60:
            self._sent.popleft()
        here = [at for at, chat_id in self._sent if chat_id == chat.id]
        windows = [
            ([at for at, _ in self._sent], 1.0, self.limits.per_second),
            (here, 1.0, self.limits.per_chat_second),
        ]
        if chat.type in ("group", "supergroup"):
            windows.append((here, 60.0, self.limits.per_group_minute))
        for times, length, most in windows:
            recent = [at for at in times if now - at < length]
            if len(recent) >= most:
                wait = max(1, ceil(recent[-most] + length - now))
                raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        self._sent.append((now, chat.id))

    def as_message(self, chat: Chat, shown: Shown) -> dict[str, Any]:
        """The Message object of the Bot API."""
        message: dict[str, Any] = {
            "message_id": shown.message_id,
            "from": ME,
            "chat": chat.as_json(),
            "date": EPOCH + int(shown.at),
            "text": shown.text,
        }
        if shown.entities:
            message["entities"] = shown.entities
        if shown.keyboard:
            message["reply_markup"] = {"inline_keyboard": shown.keyboard}
        if shown.thread is not None:
            message |= {"message_thread_id": shown.thread, "is_topic_message": True}
        return message


def person(user: int, language: str = "zh-hans") -> dict[str, Any]:
    """The User object of somebody."""
    return {"id": user, "is_bot": False, "first_name": f"U{user}", "language_code": language}


async def _read_params(request: web.Request) -> dict[str, str]:
    params = dict(request.query)
    if request.content_type == "application/json":
        body = await request.json()
        return params | {
            key: value if isinstance(value, str) else json.dumps(value) for key, value in body.items()
        }
    form = await request.post()
    fields = {key: value for key, value in form.items() if isinstance(value, str)}
    uploads = {key: value for key, value in form.items() if not isinstance(value, str)}
    # A file is either the parameter itself or named by it ("attach://name").
    files = {key: base64.b64encode(upload.file.read()).decode() for key, upload in uploads.items()}
    named = {
        key: files[value.removeprefix("attach://")]
        for key, value in fields.items()
        if value.startswith("attach://") and value.removeprefix("attach://") in files
    }
    return params | fields | files | named


async def _run(port: int) -> None:
    api = BotApi(open_chats=True)
    await api.start(port)
    print(f"Bot API stand-in on {api.url}, any token, any chat; Ctrl-C ends it", flush=True)  # noqa: T201 (a command)
    seen = 0
    while True:
        await asyncio.sleep(0.2)
        shown = [(chat.id, one) for chat in api.chats.values() for one in chat.shown]
        for chat_id, one in sorted(shown, key=lambda pair: pair[1].at)[seen:]:
            print(f"— {chat_id} #{one.message_id}\n{one.text}\n", flush=True)  # noqa: T201 (a command)
        seen = len(shown)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A strict Bot API stand-in on loopback.")
    parser.add_argument("--port", type=int, default=8081)
    try:
        asyncio.run(_run(parser.parse_args().port))
    except KeyboardInterrupt:
        pass

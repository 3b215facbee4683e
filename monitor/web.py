"""Serves each chat's feeds over HTTP: Atom, JSON Feed and calendar, behind addresses nobody can guess.

Rule: only GET and HEAD, no cookies, no logs of addresses; whoever does not know an address gets 404.
Rule: an address is made from the secret and the chat, so that a new secret closes all old addresses.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta, timezone

from aiohttp import web
from sqlmodel import Session

from alerts.feeds.atom import render_atom
from alerts.feeds.entries import Entry, Feed
from alerts.feeds.ics import render_ics
from alerts.feeds.json_feed import render_json_feed
from monitor.composing import Render
from monitor.domain.clock import Clock
from monitor.domain.errors import StoreError
from monitor.store.database import Database
from monitor.store.feeds import FeedChat, days_of, events_of, feed_chats
from monitor.store.thread import RunInStore

_log = logging.getLogger(__name__)
_TRY_AGAIN = 60.0  # seconds
_CST = timezone(timedelta(hours=8))
_PAST = timedelta(days=90)  # how far back the calendar reaches
FILES = {
    "feed.atom": "application/atom+xml",
    "feed.json": "application/feed+json",
    "calendar.ics": "text/calendar",
}
_HEADERS = {
    "Cache-Control": "private, max-age=60",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Server": "ipo-monitor",
}


def feed_token(secret: str, key: str) -> str:
    """The part of a chat's addresses that cannot be guessed: 32 characters, of this chat and secret alone."""
    told = hmac.digest(secret.encode(), f"feed/{key}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(told[:24]).decode()


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedServer:
    """The server over one database; `render` is the one alerts are rendered with."""

    database: Database
    run_in_store: RunInStore
    render: Render
    clock: Clock
    secret: str

    def __repr__(self) -> str:
        return "FeedServer()"

    async def run(self, host: str, port: int) -> None:
        """Serve until cancelled; an address that is taken is named once and tried again."""
        trouble = ""
        while True:
            try:
                runner = await self.serve(host, port)
            except OSError as exc:
                if trouble != str(exc):
                    trouble = str(exc)
                    _log.error("feeds cannot be served on %s:%d: %s", host, port, exc)
                await self.clock.sleep(_TRY_AGAIN)
                continue
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                await runner.cleanup()

    async def serve(
        self, host: str, port: int, ready: Callable[[int], None] = lambda _: None
    ) -> web.ServerRunner:
        """Listen; the runner returned ends it with `cleanup()`. `ready` hears the port taken.

        Raises OSError where the address is taken or not ours.
        """
        runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        ready(runner.addresses[0][1])
        return runner

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method not in ("GET", "HEAD"):
            return web.Response(status=405, text="only GET\n", headers={**_HEADERS, "Allow": "GET, HEAD"})
        _, _, rest = request.path.partition("/")
        token, _, name = rest.partition("/")
        try:
            body = await self.run_in_store(lambda: self._found(token, name))
        except StoreError:
            return web.Response(status=503, text="the store is busy\n", headers=_HEADERS)
        if body is None:
            return web.Response(status=404, text="nothing here\n", headers=_HEADERS)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {**_HEADERS, "ETag": tag}
        if tag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=FILES[name], charset="utf-8", headers=headers)

    def _found(self, token: str, name: str) -> bytes | None:
        chat = self._chat(token)
        return None if chat is None or name not in FILES else self._body(chat, name)

    def _chat(self, token: str) -> FeedChat | None:
        with self.database.read() as session:
            known = feed_chats(session)
        found = None
        for chat in known:  # every one is compared, so that the time tells nothing
            if hmac.compare_digest(feed_token(self.secret, chat.key).encode(), token.encode()):
                found = chat
        return found

    def _body(self, chat: FeedChat, name: str) -> bytes:
        feed = Feed(
            key=chat.key,
            title="科创板 IPO 监控" if chat.language == "zh" else "STAR Market IPO monitor",
            language=chat.language,
            began=self.clock.now().replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0),
        )
        with self.database.read() as session:
            if name == "calendar.ics":
                first = self.clock.now().astimezone(_CST).date() - _PAST
                return render_ics(feed, days_of(session, chat.chat_id, first, chat.language))
            entries = self._entries(session, chat)
        return render_atom(feed, entries) if name == "feed.atom" else render_json_feed(feed, entries)

    def _entries(self, session: Session, chat: FeedChat) -> list[Entry]:
        return [
            Entry(
                event_id=event.id,
                message=self.render(event, chat.language),
                seen_at=event.first_seen_at,
                published_at=event.published_at,
            )
            for event in events_of(session, chat.chat_id)
        ]

"""Bark: a push to one iPhone, `https://api.day.app/KEY` or your own server.

Rule: plain text with a title; a tap opens the first link.
Limits: Apple's 4,096 bytes for the whole push, of which we use 3,000.
"""

from __future__ import annotations

from urllib.parse import unquote

from alerts.channels.posting import JSON_HEADERS, Answer, HookChannel, Post, as_json, refused
from alerts.channels.posting_text import push_parts, push_style
from alerts.contract import Delivered, Outcome, Payload, Rejected

_LOST = ("device token", "device key", "baddevicetoken", "unregistered", "expiredtoken")


class BarkChannel(HookChannel):
    """One device; Bark gives no message ids, so its receipt is its own time stamp."""

    service = "Bark"
    style = push_style(3_000)

    def request(self, payload: Payload, *, plain: bool) -> Post:
        """The key travels in the body, not in the address."""
        server, _, key = self._target.url.rpartition("/")
        title, rest, link = push_parts(payload.plain)
        body: dict[str, object] = {
            "device_key": unquote(key),
            "title": title,
            "body": rest,
            "group": "IPO",
            "level": "active" if payload.silent else "timeSensitive",
        }
        if link:
            body["url"] = link
        return Post(url=f"{server}/push", body=as_json(body), headers=JSON_HEADERS)

    def verdict(self, answer: Answer) -> Outcome | None:
        """`code` 200 is the only yes."""
        code = answer.number("code")
        words = answer.words("message")
        why = f"code {code}: {words}"
        if code is None:
            return None
        if code == 200:
            return Delivered(receipt=str(answer.number("timestamp") or words or "success"))
        if any(lost in words.lower() for lost in _LOST):
            return Rejected(why=why, scope="channel")
        return refused(answer, why)

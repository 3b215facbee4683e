"""Bark: a push to one iPhone, `https://api.day.app/KEY` or your own server.

Rule: plain text with a title; a tap opens the first link.
Limits: Apple's 4,096 bytes for the whole push, of which we use 3,000.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from alerts.channels.posting import JSON_HEADERS, Answer, HookChannel, Post, as_json, refused
from alerts.channels.posting_text import Style, as_is, utf8
from alerts.contract import Delivered, Outcome, Payload, Rejected

_URL = re.compile(r"https?://\S+")
_LOST = ("device token", "device key", "baddevicetoken", "unregistered", "expiredtoken")


class BarkChannel(HookChannel):
    """One device; Bark gives no message ids, so its receipt is its own time stamp."""

    service = "Bark"
    style = Style(
        limit=3_000,
        plain_limit=3_000,
        measure=utf8,
        escape=as_is,
        bold=as_is,  # the first line is the title
        link=lambda label, url: f"{label}: {url}",
    )

    def request(self, payload: Payload, *, plain: bool) -> Post:
        """The key travels in the body, not in the address."""
        server, _, key = self._target.url.rpartition("/")
        title, _, rest = payload.plain.partition("\n")
        body: dict[str, object] = {
            "device_key": unquote(key),
            "title": title,
            "body": rest or title,
            "group": "IPO",
            "level": "active" if payload.silent else "timeSensitive",
        }
        if link := _URL.search(rest):
            body["url"] = link[0]
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

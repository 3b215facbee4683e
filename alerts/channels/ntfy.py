"""ntfy: a push to one topic, `https://ntfy.sh/topic` or your own server; `secret` is an access token.

Rule: plain text, as not every client of it shows Markdown; a tap opens the first link.
Limits: 4,096 bytes, above which a message becomes a file; the public server lets 12 a minute pass for long.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from alerts.channels.posting import JSON_HEADERS, Answer, HookChannel, Post, as_json, refused
from alerts.channels.posting_text import Style, as_is, utf8
from alerts.contract import Delivered, Outcome, Payload

_URL = re.compile(r"https?://\S+")


class NtfyChannel(HookChannel):
    """One topic; the receipt is the message's id."""

    service = "ntfy"
    style = Style(
        limit=4_000,
        plain_limit=4_000,
        measure=utf8,
        escape=as_is,
        bold=as_is,  # the first line is the title
        link=lambda label, url: f"{label}: {url}",
    )

    def request(self, payload: Payload, *, plain: bool) -> Post:
        """Posted as JSON to the server's root, as a header could not hold Chinese."""
        server, _, topic = self._target.url.rpartition("/")
        title, _, rest = payload.plain.partition("\n")
        body: dict[str, object] = {
            "topic": unquote(topic),
            "title": title,
            "message": rest or title,
            "priority": 3 if payload.silent else 4,
        }
        if link := _URL.search(rest):
            body["click"] = link[0]
        token = self._target.secret
        headers = {**JSON_HEADERS, **({"Authorization": f"Bearer {token}"} if token else {})}
        return Post(url=server + "/", body=as_json(body), headers=headers)

    def verdict(self, answer: Answer) -> Outcome | None:
        """A message with an id is the only yes."""
        if answer.well and answer.words("id") and answer.words("event") in ("", "message"):
            return Delivered(receipt=answer.words("id"))
        code = answer.number("code")
        if code is None or not answer.words("error"):
            return None
        return refused(answer, f"code {code}: {answer.words('error')}")

"""ntfy: a push to one topic, `https://ntfy.sh/topic` or your own server; `secret` is an access token.

Rule: plain text, as not every client of it shows Markdown; a tap opens the first link.
Limits: 4,096 bytes, above which a message becomes a file; the public server lets 12 a minute pass for long.
"""

from __future__ import annotations

from urllib.parse import unquote

from alerts.channels.posting import JSON_HEADERS, Answer, HookChannel, Post, as_json, refused
from alerts.channels.posting_text import push_parts, push_style
from alerts.contract import Delivered, Outcome, Payload


class NtfyChannel(HookChannel):
    """One topic; the receipt is the message's id."""

    service = "ntfy"
    style = push_style(4_000)

    def request(self, payload: Payload, *, plain: bool) -> Post:
        """Posted as JSON to the server's root, as a header could not hold Chinese."""
        server, _, topic = self._target.url.rpartition("/")
        title, rest, link = push_parts(payload.plain)
        body: dict[str, object] = {
            "topic": unquote(topic),
            "title": title,
            "message": rest,
            "priority": 3 if payload.silent else 4,
        }
        if link:
            body["click"] = link
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

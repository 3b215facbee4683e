"""WeCom (企业微信) group robot: Markdown to `…/cgi-bin/webhook/send?key=…`.

Rule: its Markdown has no escape, so what would be mark-up is shown full-width.
Limits: 4,096 bytes of Markdown, 2,048 of text, 20 messages a minute. Codes: its global error list.
"""

from __future__ import annotations

from datetime import timedelta

from alerts.channels.posting import JSON_HEADERS, Answer, HookChannel, Post, as_json, refused
from alerts.channels.posting_text import Style, markdown_link, utf8, wide
from alerts.contract import Delivered, Outcome, Payload, Rejected, RetryLater

_BUSY = -1
_TOO_OFTEN = frozenset({45009, 45033})  # over the minute's calls; over its concurrent ones
_MINUTE = timedelta(seconds=60)
# The key is wrong, expired or misses, the robot is gone, or this address may not call.
_LOST = frozenset({40001, 40014, 41001, 42001, 60020, 93000, 93004, 93008})


class WeComChannel(HookChannel):
    """One group robot; it gives no message ids, so its receipt is its own word."""

    service = "WeCom"
    style = Style(
        limit=4_096,
        plain_limit=2_048,
        measure=utf8,
        escape=wide("<>[]*`#~|!\\_&"),
        bold=lambda text: f"**{text}**",
        link=markdown_link,
    )

    def request(self, payload: Payload, *, plain: bool) -> Post:
        """Markdown, or a text message without mentions."""
        if plain:
            body: dict[str, object] = {"msgtype": "text", "text": {"content": payload.plain}}
        else:
            body = {"msgtype": "markdown", "markdown": {"content": payload.text}}
        return Post(url=self._target.url, body=as_json(body), headers=JSON_HEADERS)

    def verdict(self, answer: Answer) -> Outcome | None:
        """`errcode` 0 is the only yes."""
        code = answer.number("errcode")
        why = f"errcode {code}: {answer.words('errmsg')}"
        if code is None:
            return None
        if code == 0:
            return Delivered(receipt=answer.words("errmsg") or "ok")
        if code == _BUSY:
            return RetryLater(why=why, ambiguous=True)
        if code in _TOO_OFTEN:
            return RetryLater(why=why, after=answer.delay or _MINUTE)
        return Rejected(why=why, scope="channel") if code in _LOST else refused(answer, why)

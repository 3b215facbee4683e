"""Feishu (飞书) and Lark custom bot: rich text to `…/open-apis/bot/v2/hook/…`, signed when it has a secret.

Rule: rich text is sent as elements, so nothing in a title is mark-up; only our own links become links.
Limits: 20 KB a request, 5 messages a second, 100 a minute. Codes: its page on custom bots.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import timedelta

from alerts.channels.posting import JSON_HEADERS, Answer, HookChannel, Post, as_json, refused
from alerts.channels.posting_text import Style, as_is, markdown_link, utf8, wide
from alerts.contract import Delivered, Outcome, Payload, Rejected, RetryLater

_LOST = frozenset({19001, 19021, 19022, 19024})  # address, signature, sender's address, demanded word
_TOO_OFTEN = frozenset({11232, 11233, 11247})
_BAD_REQUEST = 9499  # also its word for "too many requests"
_MINUTE = timedelta(seconds=60)
_LINK = re.compile(r"\[([^\[\]]*)\]\((https?://[^\s()]+)\)")


class FeishuChannel(HookChannel):
    """One custom bot of Feishu or Lark; it gives no message ids, so its receipt is its own word."""

    service = "Feishu"
    style = Style(
        limit=12_000,  # bytes, as every element costs about as much again
        plain_limit=12_000,
        measure=utf8,
        escape=wide("[]<>"),
        bold=as_is,  # the first line is the title
        link=markdown_link,
    )

    def request(self, payload: Payload, *, plain: bool) -> Post:
        """A post with its title, or a text in which no mention can be written."""
        if plain:
            body: dict[str, object] = {
                "msg_type": "text",
                "content": {"text": payload.plain.replace("<", "＜").replace(">", "＞")},
            }
        else:
            title, *lines = payload.text.split("\n")
            post = {"title": title, "content": [_elements(line) for line in lines]}
            body = {"msg_type": "post", "content": {"post": {"zh_cn": post}}}
        return Post(url=self._target.url, body=as_json({**self._signature(), **body}), headers=JSON_HEADERS)

    def _signature(self) -> dict[str, str]:
        if not self._target.secret:
            return {}
        seconds = str(int(self._target.now().timestamp()))
        key = (
            f"{seconds}\n{self._target.secret}".encode()
        )  # the text to sign is the key; what is signed is empty
        sign = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        return {"timestamp": seconds, "sign": sign}

    def verdict(self, answer: Answer) -> Outcome | None:
        """`code` 0 is the only yes; robots of the first generation say `StatusCode`."""
        code = answer.number("code")
        if code is None:
            code = answer.number("StatusCode")
        words = answer.words("msg") or answer.words("StatusMessage")
        why = f"code {code}: {words}"
        if code is None:
            return None
        if code == 0:
            return Delivered(receipt=words or "success")
        if code in _TOO_OFTEN or (code == _BAD_REQUEST and "too many" in words.lower()):
            return RetryLater(why=why, after=answer.delay or _MINUTE)
        return Rejected(why=why, scope="channel") if code in _LOST else refused(answer, why)


def _elements(line: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    end = 0
    for match in _LINK.finditer(line):
        found += [{"tag": "text", "text": line[end : match.start()]}] if match.start() > end else []
        found.append({"tag": "a", "text": match[1], "href": match[2]})
        end = match.end()
    return [*found, {"tag": "text", "text": line[end:]}] if line[end:] or not found else found

"""DingTalk (钉钉) group robot: Markdown to `…/robot/send?access_token=…`, signed when it has a secret.

Rule: its Markdown has no escape that all its clients know, so what would be mark-up is shown full-width.
Limits: 20,000 characters; 20 messages a minute, above which the robot is mute for ten minutes.
Codes: its table of robot errors; a wrong signature, word or address is 310000 with words that tell.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from urllib.parse import quote

from alerts.channels.posting import JSON_HEADERS, Answer, HookChannel, Post, as_json, refused
from alerts.channels.posting_text import Style, markdown_link, utf8, wide
from alerts.contract import Delivered, Outcome, Payload, Rejected, RetryLater

_BUSY = -1
_TOO_OFTEN = frozenset({130101, 130102, 410100})
_MUTE = timedelta(minutes=10)
# Token or signature wrong, group or robot gone or stopped.
_LOST = frozenset({300001, 310000, 400013, 400101, 400102, 400106})


class DingTalkChannel(HookChannel):
    """One group robot; it gives no message ids, so its receipt is its own word."""

    service = "DingTalk"
    style = Style(
        limit=18_000,  # bytes, for a limit whose unit is not said
        plain_limit=18_000,
        measure=utf8,
        escape=wide("<>[]*_`#~|!\\&"),
        bold=lambda text: f"**{text}**",
        link=markdown_link,
    )

    def request(self, payload: Payload, *, plain: bool) -> Post:
        """Markdown whose lines stay lines, or a text message; both mention nobody."""
        if plain:
            body: dict[str, object] = {"msgtype": "text", "text": {"content": payload.plain}}
        else:
            title = payload.plain.partition("\n")[0][:100]
            text = payload.text.replace("\n", "  \n")
            body = {"msgtype": "markdown", "markdown": {"title": title, "text": text}}
        body["at"] = {"isAtAll": False}
        return Post(url=self._signed(), body=as_json(body), headers=JSON_HEADERS)

    def _signed(self) -> str:
        secret = self._target.secret
        if not secret:
            return self._target.url
        milliseconds = int(self._target.now().timestamp() * 1000)
        told = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
        sign = quote(base64.b64encode(told), safe="")
        return f"{self._target.url}&timestamp={milliseconds}&sign={sign}"

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
            return RetryLater(why=why, after=_MUTE)
        return Rejected(why=why, scope="channel") if code in _LOST else refused(answer, why)

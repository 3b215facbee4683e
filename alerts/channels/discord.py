"""Discord webhook: Markdown to `https://discord.com/api/webhooks/…?wait=true`.

Rule: every mark of its Markdown is escaped with a backslash, and no mention is ever parsed.
Limits: 2,000 characters, 30 messages a minute and channel; a 429 names its delay in the body.
"""

from __future__ import annotations

import re

from alerts.channels.posting import (
    JSON_HEADERS,
    UNSAID_DELAY,
    Answer,
    HookChannel,
    Post,
    as_json,
    delay_of,
    refused,
)
from alerts.channels.posting_text import Style, markdown_link, utf16
from alerts.contract import Delivered, Outcome, Payload, Rejected, RetryLater

_MARKS = re.compile(r"([\\*_~`|<>\[\]()#])")
_LOST = frozenset({10015, 50027})  # unknown webhook, invalid webhook token
_QUIET = 1 << 2 | 1 << 12  # no previews of links, no ringing
_NO_PREVIEWS = 1 << 2


class DiscordChannel(HookChannel):
    """One webhook; with `wait` Discord answers with the message, whose id is the receipt."""

    service = "Discord"
    style = Style(
        limit=2_000,
        plain_limit=2_000,
        measure=utf16,
        escape=lambda text: _MARKS.sub(r"\\\1", text),
        bold=lambda text: f"**{text}**",
        link=markdown_link,
    )

    def request(self, payload: Payload, *, plain: bool) -> Post:
        """The message, pinging nobody; silent unless the alert is urgent."""
        url = self._target.url
        body = {
            "content": payload.plain if plain else payload.text,
            "allowed_mentions": {"parse": []},
            "flags": _QUIET if payload.silent else _NO_PREVIEWS,
        }
        joint = "&" if "?" in url else "?"
        return Post(url=f"{url}{joint}wait=true", body=as_json(body), headers=JSON_HEADERS)

    def verdict(self, answer: Answer) -> Outcome | None:
        """A message with an id is the only yes."""
        if answer.well:
            receipt = answer.words("id")
            return Delivered(receipt=receipt) if receipt.isdecimal() else self._no(answer)
        return self._no(answer)

    def _no(self, answer: Answer) -> Outcome | None:
        said, code = answer.said, answer.number("code")
        if said is None or not answer.words("message"):
            return None
        why = f"code {code}: {answer.words('message')}"
        if answer.status == 429:
            after = delay_of(said.get("retry_after")) or answer.delay or UNSAID_DELAY
            return RetryLater(why=why, after=after)
        return Rejected(why=why, scope="channel") if code in _LOST else refused(answer, why)

"""Slack incoming webhook: mrkdwn to `https://hooks.slack.com/services/…`.

Rule: `&`, `<`, `>` are escaped as Slack asks; its other mark-up has no escape and is shown full-width.
Limits: 40,000 characters, split at 3,000; one message a second.
"""

from __future__ import annotations

import html
import re

from alerts.channels.posting import JSON_HEADERS, Answer, HookChannel, Post, as_json, refused
from alerts.channels.posting_text import Style, utf16, wide
from alerts.contract import Delivered, Outcome, Payload, Rejected, RetryLater

_WORD = re.compile(r"[a-z]+(_[a-z]+)*")
_LOST = frozenset(
    {
        "action_prohibited",
        "channel_is_archived",
        "channel_not_found",
        "invalid_token",
        "no_active_hooks",
        "no_service",
        "no_service_id",
        "no_team",
        "posting_to_general_channel_denied",
        "team_disabled",
        "token_revoked",
    }
)
_wide = wide("*_~`")


def _escape(text: str) -> str:
    return html.escape(_wide(text), quote=False)


def _measured(text: str) -> int:
    """UTF-16 units once escaped, counted without escaping: `&amp;` is four more than `&`, `&lt;` three."""
    return utf16(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


class SlackChannel(HookChannel):
    """One webhook of one channel; Slack's whole yes is the word "ok"."""

    service = "Slack"
    style = Style(
        limit=3_000,
        plain_limit=3_000,
        measure=_measured,
        escape=_escape,
        bold=lambda text: f"*{text}*",
        link=lambda label, url: f"<{html.escape(url, quote=False)}|{label}>",
    )

    def request(self, payload: Payload, *, plain: bool) -> Post:
        """Text with or without mrkdwn; names and addresses in it are not looked for."""
        body = {
            "text": html.escape(payload.plain, quote=False) if plain else payload.text,
            "mrkdwn": not plain,
            "parse": "none",
            "link_names": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        return Post(url=self._target.url, body=as_json(body), headers=JSON_HEADERS)

    def verdict(self, answer: Answer) -> Outcome | None:
        """The body "ok" is the only yes; every no is one word too."""
        word = answer.text
        if word == "ok":
            return Delivered(receipt="ok")
        if not _WORD.fullmatch(word) or len(word) > 60:
            return None
        if word == "rollup_error":
            return RetryLater(why=word, ambiguous=True)
        return Rejected(why=word, scope="channel") if word in _LOST else refused(answer, word)

"""Your own receiver: each alert as one JSON object, signed as the Standard Webhooks convention asks.

Rule: `webhook-id` is the same on every copy of an alert, so that a receiver can drop what it has.
Rule: `webhook-signature` is `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; the time is part of it.
Rule: an empty answer, "ok" or a JSON object that names no error is a yes; a web page is not.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re

from alerts.channels.posting import JSON_HEADERS, Answer, HookChannel, Post, as_json, refused
from alerts.channels.posting_text import Style, as_is, message_key, utf8
from alerts.contract import Delivered, Outcome, Payload
from alerts.message import Message
from alerts.text import inert, safe_url

_WORDS = re.compile(r"[^<>]{0,200}")


class WebhookChannel(HookChannel):
    """One receiver; the receipt is the `id` it answers with, else our own."""

    service = "the receiver"
    style = Style(
        limit=1_000_000,
        plain_limit=1_000_000,
        measure=utf8,
        escape=as_is,
        bold=as_is,
        link=lambda _, url: url,
    )

    def format(self, message: Message) -> tuple[Payload, ...]:
        """One payload, always: the message's parts by name, as text that nothing needs to escape."""
        key = message_key(message)
        told = {
            "type": "ipo.alert",
            "id": key,
            "alert": inert(message.alert_id),
            "urgent": message.urgent,
            "icon": inert(message.icon),
            "headline": inert(message.headline),
            "facts": [{"label": inert(fact.label), "value": inert(fact.value)} for fact in message.facts],
            "links": [
                {"label": inert(link.label), "url": url}
                for link in message.links
                if (url := safe_url(link.url))
            ],
            "why": inert(message.why),
            "notes": [inert(note) for note in message.notes],
        }
        text = as_json(told).decode()
        return (Payload(text=text, plain=text, key=key),)

    def request(self, payload: Payload, *, plain: bool) -> Post:
        """The JSON as formatted, with its id, its time and, where there is a secret, its signature."""
        body = payload.text.encode()
        seconds = str(int(self._target.now().timestamp()))
        headers = {
            **JSON_HEADERS,
            "Idempotency-Key": payload.key,
            "webhook-id": payload.key,
            "webhook-timestamp": seconds,
        }
        if self._target.secret:
            told = f"{payload.key}.{seconds}.".encode() + body
            sign = hmac.new(signing_key(self._target.secret), told, hashlib.sha256).digest()
            headers["webhook-signature"] = "v1," + base64.b64encode(sign).decode()
        return Post(url=self._target.url, body=body, headers=headers)

    def verdict(self, answer: Answer) -> Outcome | None:
        """A JSON object that says `ok: false` or names an `error` is a no in any status."""
        said = answer.said
        if said is None and (not _WORDS.fullmatch(answer.text) or _is_json(answer.text)):
            return None
        error = (said or {}).get("error")
        if not answer.well or error or (said or {}).get("ok") is False:
            return refused(answer, f"refused: {str(error or answer.text)[:200]}")
        if said is None and answer.text.lower() not in ("", "ok"):
            return None
        receipt = (said or {}).get("id")
        own = isinstance(receipt, str | int) and not isinstance(receipt, bool)
        return Delivered(receipt=str(receipt) if own and receipt else "ok")


def signing_key(secret: str) -> bytes:
    """The bytes a secret stands for: base64 after `whsec_`, as the convention writes it, else as they are."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            return secret.encode()
    return secret.encode()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True

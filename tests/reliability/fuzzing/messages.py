"""Targets of what goes out: alerts, digests, every channel's form of them, feeds; and the services' answers.

Rule: what a service or a reader of feeds would refuse, or read otherwise than meant, is a breach.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar, cast
from xml.etree import ElementTree

import httpx
from telegram.error import TelegramError

from alerts.bilingual import both
from alerts.channels import posting
from alerts.channels.apprise import _STYLE as APPRISE
from alerts.channels.bark import BarkChannel
from alerts.channels.console import ConsoleChannel
from alerts.channels.dingtalk import DingTalkChannel
from alerts.channels.discord import DiscordChannel
from alerts.channels.email import EmailChannel
from alerts.channels.feishu import FeishuChannel
from alerts.channels.ntfy import NtfyChannel
from alerts.channels.posting_text import Style, cut
from alerts.channels.slack import SlackChannel
from alerts.channels.telegram import judge_answer
from alerts.channels.telegram_text import format_telegram
from alerts.channels.webhook import WebhookChannel
from alerts.channels.wecom import WeComChannel
from alerts.feeds.atom import render_atom
from alerts.feeds.entries import CalendarEntry, Entry, Feed
from alerts.feeds.ics import render_ics
from alerts.feeds.json_feed import render_json_feed
from alerts.glossary import Language
from alerts.message import Message
from alerts.notes import Delay, late, possible_repeat
from alerts.render import render
from alerts.routing import ChatView, breaks_through, urgent, wanted
from alerts.stored_message import from_text, to_text
from alerts.summaries import render_baseline_summary, render_digest, render_operator_notice
from tests.doubles.telegram_parser import parse_html
from tests.reliability.fuzz_events import AT, either, hostile, made_event, made_message
from tests.reliability.fuzzing import seeds
from tests.reliability.fuzzing.target import Broken, Choices, Target
from tests.reliability.fuzzing.words import JSON_WORDS

_T = TypeVar("_T")
_LANGUAGES: tuple[Language, ...] = ("zh", "en")
_HOOKS = (
    WeComChannel,
    FeishuChannel,
    DingTalkChannel,
    SlackChannel,
    DiscordChannel,
    NtfyChannel,
    BarkChannel,
    WebhookChannel,
)


def _target(kind: str) -> posting.Target:
    url = f"https://{kind}.example/hook/send?key=abcdefgh12345678&access_token=abcdefgh12345678"
    secret = "c2VjcmV0c2VjcmV0" if kind in ("feishu", "dingtalk", "webhook") else ""
    return posting.Target(
        name=kind, url=url, now=lambda: AT, secret=secret, to=("a@b.example",), sender="c@d.example"
    )


_BUILT = [hook(_target(hook.__name__.removesuffix("Channel").lower())) for hook in _HOOKS]
_MAIL = EmailChannel(
    posting.Target(
        name="email", url="smtps://h.example:465", now=lambda: AT, to=("a@b.example",), sender="c@d.example"
    )
)


def accepted(marked: str, plain: str) -> None:
    """The chat service's own limits and its own parser: a part it refuses would be a poison message."""
    text, entities = parse_html(marked)
    if len(text) > 4096 or len(marked.encode()) > 32_768 or not text.strip():
        raise Broken(f"a part of {len(text)} code points, {len(marked.encode())} bytes")
    if len(plain) > 4096:
        raise Broken(f"a plain part of {len(plain)} code points")
    for entity in entities:
        url = str(entity.get("url", ""))
        if url and not url.startswith(("https://", "http://")):
            raise Broken(f"a link to {url[:80]!r}")


def through_telegram(message: Message) -> None:
    """The message as Telegram would take it."""
    for payload in format_telegram(message):
        accepted(payload.text, payload.plain)


def _rendered(data: bytes) -> None:
    choices = Choices(data)
    language = choices.pick(_LANGUAGES)
    event = made_event(choices)
    message = render(event, language)
    if choices.chance(40):
        message = both(message, render(event, "en"))
    through_telegram(message)
    view = ChatView(language=language, watch=(hostile(choices, 1),))
    wanted(event, view), urgent(event), breaks_through(event, view)


def _digest(data: bytes) -> None:
    choices = Choices(data)
    language = choices.pick(_LANGUAGES)
    events = [made_event(choices) for _ in range(choices.pick((1, 1, 1, 2, 2, 2, 3, 19)))]
    through_telegram(render_digest(events, language))


def _notices(data: bytes) -> None:
    choices = Choices(data)
    language = choices.pick(_LANGUAGES)
    stages = {hostile(choices, 1): choices.number(0, 10**6) for _ in range(choices.number(0, 4))}
    summary = render_baseline_summary(
        hostile(choices), language, projects=choices.number(0, 10**6), events=1, by_stage=stages
    )
    through_telegram(summary)
    notice = render_operator_notice(
        hostile(choices), hostile(choices, 9), language, identity=hostile(choices)
    )
    through_telegram(notice)
    possible_repeat(hostile(choices), choices.number(0, 99), language)
    late(timedelta(seconds=choices.number(0, 10**7)), choices.pick(list(Delay)), language)


def _telegram(data: bytes) -> None:
    through_telegram(made_message(Choices(data)))


def _console(data: bytes) -> None:
    for payload in ConsoleChannel().format(made_message(Choices(data))):
        if any(character < " " and character != "\n" for character in payload.plain):
            raise Broken("a control character reaches the terminal")


def _within(style: Style, message: Message) -> tuple[Any, ...]:
    payloads = cut(message, style)
    for payload in payloads:
        if style.measure(payload.text) > style.limit or style.measure(payload.plain) > style.plain_limit:
            raise Broken(f"a part of {style.measure(payload.text)}, {style.measure(payload.plain)} plain")
    if len({payload.key for payload in payloads}) != len(payloads):
        raise Broken("two parts of one key")
    return payloads


def _hook(channel: Any) -> Callable[[bytes], None]:
    def one(data: bytes) -> None:
        message = made_message(Choices(data))
        webhook = isinstance(channel, WebhookChannel)
        payloads = channel.format(message) if webhook else _within(channel.style, message)
        for payload in payloads:
            for plain in (False, True):
                post = channel.request(payload, plain=plain)
                json.loads(post.body)
                for name, value in post.headers.items():
                    f"{name}: {value}".encode("ascii")

    return one


def _mail(data: bytes) -> None:
    for payload in _MAIL.format(made_message(Choices(data)))[:1]:
        if data[1:2] > b"\x30":  # the library's own folding is slow: one in five is written out
            return
        mail = _MAIL._mail(payload, plain=data[:1] > b"\x80").as_bytes()
        if any(len(line) > 998 for line in mail.split(b"\r\n")):
            raise Broken("a line longer than RFC 5321 allows")


def _apprise(data: bytes) -> None:
    _within(APPRISE, made_message(Choices(data)))


def _stored(data: bytes) -> None:
    message = made_message(Choices(data))
    text = to_text(message)
    text.encode()
    if from_text(text) != message:
        raise Broken("a stored message came back otherwise")


def _entries(choices: Choices) -> list[Entry]:
    return [
        Entry(
            event_id=hostile(choices),
            message=made_message(choices),
            seen_at=AT + timedelta(minutes=choices.number(0, 99)),
            published_at=AT - timedelta(days=choices.number(-9000, 90_000)) if choices.chance(128) else None,
        )
        for _ in range(choices.number(0, 3))
    ]


def _feed(choices: Choices) -> Feed:
    return Feed(
        key=hostile(choices),
        title=hostile(choices),
        language=choices.pick(("zh", "en", "both")),
        began=datetime(2026, 1, 1, tzinfo=UTC),
    )


def _atom(data: bytes) -> None:
    choices = Choices(data)
    feed, entries = _feed(choices), _entries(choices)
    root = ElementTree.fromstring(render_atom(feed, entries))
    if len(root.findall("{http://www.w3.org/2005/Atom}entry")) != len(entries):
        raise Broken("an entry is lost")


def _json_feed(data: bytes) -> None:
    choices = Choices(data)
    feed, entries = _feed(choices), _entries(choices)
    if len(json.loads(render_json_feed(feed, entries))["items"]) != len(entries):
        raise Broken("an entry is lost")


def _ics(data: bytes) -> None:
    choices = Choices(data)
    days = [
        CalendarEntry(
            issuer_id=choices.number(0, 999),
            kind=either(choices, ("listing",)),
            number=n,
            day=date(2026, 1, 1) + timedelta(days=choices.number(0, 3000)),
            title=hostile(choices, 2),
            learned_at=AT - timedelta(days=choices.number(0, 9000)),
        )
        for n in range(choices.number(0, 3))
    ]
    told = render_ics(_feed(choices), days)
    lines = told.split(b"\r\n")
    if any(len(line) > 75 or b"\n" in line or b"\r" in line for line in lines):
        raise Broken("a line that is not folded, or broken")
    whole = told.replace(b"\r\n ", b"").split(b"\r\n")
    if whole.count(b"BEGIN:VEVENT") != len(days) or any(b":" not in line for line in whole if line):
        raise Broken("a title became a line of its own")


def at_once(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """The result of a coroutine that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return cast(_T, done.value)
    raise Broken("it waits for something")


def _answers(data: bytes) -> None:
    choices = Choices(data[:2])
    channel = choices.pick(_BUILT)
    status = choices.pick((200, 200, 200, 201, 204, 301, 302, 400, 401, 404, 429, 500, 503))
    delay = data[2:12].decode("latin-1").strip()
    response = httpx.Response(status, content=data[12:], headers=[(b"Retry-After", delay.encode("latin-1"))])
    channel._hidden(channel._judged(at_once(posting._read(response))))


def _judge(data: bytes) -> None:
    judge_answer((200, 200, 400, 403, 429, 500)[data[0] % 6 if data else 0], data[1:])


def targets() -> list[Target]:
    """Every renderer, every channel's form, every feed, and the readers of the services' answers."""

    def renderer(name: str, one: Callable[[bytes], None], usual: int = 512) -> Target:
        return Target(name=name, one=one, samples=seeds.choices(), usual=usual, most=4096, binary=True)

    good = (
        b'{"errcode":0,"errmsg":"ok"}',
        b'{"code":0,"msg":"success"}',
        b"ok",
        b'{"id":"12"}',
        b'{"code":200,"message":"success"}',
        b'{"ok":false,"error":{"a":1}}',
        b"no_service",
    )
    told = (
        b'{"ok":true,"result":{"message_id":7}}',
        b'{"ok":false,"error_code":400,"description":"x"}',
        b'{"ok":false,"error_code":429,"parameters":{"retry_after":3}}',
    )
    hooks = [renderer(f"channel-{channel.name}", _hook(channel)) for channel in _BUILT]
    return [
        renderer("render", _rendered),
        renderer("digest", _digest),
        renderer("notices", _notices),
        renderer("channel-telegram", _telegram),
        renderer("channel-console", _console),
        *hooks,
        renderer("channel-email", _mail, 64),
        renderer("channel-apprise", _apprise),
        renderer("stored-message", _stored),
        renderer("feed-atom", _atom),
        renderer("feed-json", _json_feed),
        renderer("feed-ics", _ics),
        Target(
            name="hook-answers",
            one=_answers,
            words=JSON_WORDS,
            usual=1024,
            samples=tuple(bytes((n, 0)) + b"3         " + body for n in range(8) for body in good),
        ),
        Target(
            name="telegram-answer",
            one=_judge,
            words=JSON_WORDS,
            usual=4096,
            refusals=(TelegramError,),
            samples=tuple(bytes((n,)) + body for n in range(3) for body in told),
        ),
    ]

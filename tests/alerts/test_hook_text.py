"""What the services make of our texts, judged by a Markdown parser of others where they speak Markdown."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from importlib import import_module
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from alerts.channels.posting import HookChannel
from alerts.channels.posting_text import Style
from alerts.contract import Payload
from alerts.glossary import Language
from alerts.message import Fact, Link, Message
from alerts.registry import HOOKS
from alerts.render import render
from monitor.composing import _mark_part
from monitor.domain.events import EventKind
from tests.alerts import kit
from tests.alerts.events import EVERY_KIND
from tests.alerts.test_hook_outcomes import built
from tests.alerts.test_telegram_text import hostile_text, long_text

CUT = ["wecom", "dingtalk", "feishu", "slack", "discord", "ntfy", "bark"]
LIMITS = {  # as the services publish them: (marked, plain, measured in)
    "wecom": (4096, 2048, "utf-8"),
    "dingtalk": (20_000, 20_000, "utf-8"),
    "feishu": (20_480, 20_480, "utf-8"),
    "slack": (3_000, 3_000, "utf-16-le"),
    "discord": (2_000, 2_000, "utf-16-le"),
    "ntfy": (4_096, 4_096, "utf-8"),
    "bark": (4_096, 4_096, "utf-8"),
}
ADDRESS = dict.fromkeys(CUT, "https://example.org/hook/1234567890abcdef?key=k&access_token=t") | {
    "ntfy": "https://example.org/topic",
    "bark": "https://example.org/key",
}
URL = "https://www.sse.com.cn/listing/renewal/ipo/detail.shtml?auditId=1"


def channel(kind: str) -> HookChannel:
    return built(kind, ADDRESS[kind])


def visible(kind: str, text: str) -> str:
    """What a person reads, by a parser that is not ours; raises where text of others became mark-up."""
    match kind:
        case "wecom" | "dingtalk" | "discord":
            # Discord does not know HTML's entities.
            return _markdown("\n".join(line + "  " for line in text.split("\n")), entities=kind != "discord")
        case "slack":
            bare = re.sub(r"<(https?://[^|>]+)\|([^>]+)>", r"\2: \1", text)
            assert not re.search(r"[<>`~]", bare)
            head, _, rest = bare.partition("\n")
            assert head.count("*") == 2
            assert "*" not in rest
            return html.unescape(head.replace("*", "") + "\n" + rest)
        case "feishu":
            return re.sub(r"\[([^\[\]]*)\]\((https?://[^\s()]+)\)", r"\1: \2", text)
        case _:
            return text


def _markdown(text: str, *, entities: bool) -> str:
    """CommonMark with tables and strike-through; only the bold headline and our own links are mark-up."""
    shown = ""
    parser = MarkdownIt("commonmark").enable(["strikethrough", "table"])
    for block in (parser if entities else parser.disable("entity")).parse(text):
        assert block.type in ("paragraph_open", "inline", "paragraph_close"), block.type
        link = ""
        for token in block.children or ():
            match token.type:
                case "text":
                    shown += token.content
                case "softbreak" | "hardbreak":
                    shown += "\n"
                case "link_open":
                    link = str(token.attrGet("href"))
                case "link_close":
                    shown += f": {link}"
                case "strong_open" | "strong_close":
                    pass
                case "text_special":
                    shown += token.content
                case other:
                    raise AssertionError(f"mark-up of others: {other} {token.content}")
    return shown


def norm(text: str) -> str:
    return unicodedata.normalize("NFKC", text).rstrip().replace("  \n", "\n").replace(" \n", "\n")


def check_part(kind: str, payload: Payload) -> None:
    """The part is within the published limits, and shows exactly its plain twin."""
    marked, plain, code = LIMITS[kind]
    width = 2 if code == "utf-16-le" else 1
    assert len(payload.text.encode(code)) // width <= marked
    assert len(payload.plain.encode(code)) // width <= plain
    assert norm(visible(kind, payload.text)) == norm(payload.plain)


@pytest.mark.parametrize("kind", CUT)
@pytest.mark.parametrize("hostile", kit.HOSTILE, ids=lambda hostile: hostile.name)
def test_hostile_titles_are_inert_and_readable(hostile: kit.Hostile, kind: str) -> None:
    """A title that tries something is shown as the words it is made of, in every service."""
    parts = channel(kind).format(kit.message(hostile.text))
    for part in parts:
        check_part(kind, part)
    assert norm(hostile.readable) in norm(parts[0].plain)


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("event_kind", list(EVERY_KIND), ids=str)
def test_every_kind_in_both_languages_fits(event_kind: EventKind, language: Language) -> None:
    """Every rendered alert is within each service's limits and shows as its plain twin; most in one part."""
    for kind in CUT:
        parts = channel(kind).format(render(EVERY_KIND[event_kind], language))
        for part in parts:
            check_part(kind, part)
        assert len(parts) <= 2, kind


@given(st.lists(long_text, max_size=6), long_text, st.integers(0, 5), st.sampled_from(CUT))
@settings(max_examples=40, deadline=None)
def test_splitting_loses_nothing_and_keeps_order(
    values: list[str], headline: str, links: int, kind: str
) -> None:
    """Every part is within limits with headline, link and alert id; joined, the facts are whole, in order."""
    parts = channel(kind).format(kit.long_message(headline, values, links))
    for part in parts:
        check_part(kind, part)
    kit.check_told_once(parts, values, links)


@given(hostile_text, st.sampled_from(CUT))
@settings(max_examples=60, deadline=None)
def test_no_title_is_mark_up(text: str, kind: str) -> None:
    """Whatever stands in a title, what is shown is its words."""
    for part in channel(kind).format(kit.message(text)):
        check_part(kind, part)


@pytest.mark.parametrize("kind", CUT)
def test_a_part_has_room_for_the_mark_of_a_repeat(kind: str) -> None:
    """The delivery puts headline, mark and alert id above a part of many: still within the limit."""
    message = kit.message("芯<&>*_片" * 4_000)
    mark = "⟳ 可能重复：#A1B2（第 12 次发送）"
    parts = channel(kind).format(message)
    assert len(parts) > 1
    marked, plain, code = LIMITS[kind]
    width = 2 if code == "utf-16-le" else 1
    for part in parts:
        repeat = _mark_part(channel(kind), message, mark, part)
        assert mark in repeat.plain
        assert repeat.key == part.key
        assert len(repeat.text.encode(code)) // width <= marked
        assert len(repeat.plain.encode(code)) // width <= plain


def test_native_mark_up_is_each_services_own() -> None:
    """Bold headlines, links and escapes as the service writes them."""
    message = kit.message("<b>_A*</b> & @all", facts=1)
    assert channel("slack").format(message)[0].text.split("\n")[:2] == [
        "*✅ 示例 · &lt;b&gt;＿A＊&lt;/b&gt; &amp; ＠all*",
        "Title: &lt;b&gt;＿A＊&lt;/b&gt; &amp; ＠all",
    ]
    assert channel("discord").format(message)[0].text.split("\n")[0] == (
        "**✅ 示例 · \\<b\\>\\_A\\*\\</b\\> & ＠all**"
    )
    assert channel("wecom").format(message)[0].text.split("\n")[0] == (
        "**✅ 示例 · ＜b＞＿A＊＜/b＞ ＆ ＠all**"
    )
    assert f"🔗 [项目页面]({URL})" in channel("dingtalk").format(message)[0].text
    assert f"🔗 <{URL}|项目页面>" in channel("slack").format(message)[0].text
    body = channel("feishu").request(channel("feishu").format(message)[0], plain=False).body
    post = json.loads(body)["content"]["post"]["zh_cn"]
    assert post["title"] == "✅ 示例 · ＜b＞_A*＜/b＞ & ＠all"
    assert [{"tag": "text", "text": "🔗 "}, {"tag": "a", "text": "项目页面", "href": URL}] in post["content"]
    push = json.loads(channel("bark").request(channel("bark").format(message)[0], plain=False).body)
    assert (push["device_key"], push["url"]) == ("key", URL)


def test_an_urgent_alert_rings_where_a_service_can() -> None:
    """Silence is for what is not urgent: Discord, ntfy and Bark tell the two apart."""
    calm = Message(alert_id="#A1B2", icon="✅", headline="示例")
    urgent = Message(alert_id="#A1B2", icon="✅", headline="示例", urgent=True)
    heard = {}
    for kind, key in (("discord", "flags"), ("ntfy", "priority"), ("bark", "level")):
        one = channel(kind)
        heard[kind] = [
            json.loads(one.request(one.format(message)[0], plain=False).body)[key]
            for message in (calm, urgent)
        ]
    assert heard == {"discord": [4100, 4], "ntfy": [3, 4], "bark": ["active", "timeSensitive"]}


def test_the_webhook_carries_the_alert_by_its_parts() -> None:
    """Facts, links and notes arrive by name, hostile text as plain text, a link that is none left out."""
    message = Message(
        alert_id="#A1B2",
        icon="✅",
        headline='示例 "\u202e<b>',
        facts=(Fact(label="拟募集", value="39.04亿元"),),
        links=(Link(label="页", url="javascript:alert(1)"), Link(label="页", url=URL)),
        why="rule",
        notes=("LATE 3 h",),
        urgent=True,
    )
    (payload,) = built("webhook", "https://example.org/x").format(message)
    told = json.loads(payload.text)
    assert told.pop("id") == payload.key
    assert told == {
        "type": "ipo.alert",
        "alert": "#A1B2",
        "urgent": True,
        "icon": "✅",
        "headline": '示例 "<b>',
        "facts": [{"label": "拟募集", "value": "39.04亿元"}],
        "links": [{"label": "页", "url": URL}],
        "why": "rule",
        "notes": ["LATE 3 h"],
    }


def test_every_hook_has_its_class_and_its_style() -> None:
    """The registry names a class of the file of its kind."""
    for kind, hook in HOOKS.items():
        assert hasattr(import_module(f"alerts.channels.{kind}"), hook.built_by), kind
    assert isinstance(channel("wecom").style, Style)

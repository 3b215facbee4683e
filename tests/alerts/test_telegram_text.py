"""What Telegram itself makes of our texts: its own parser is the judge, offline."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.telegram_text import BYTES, POINTS, format_telegram
from alerts.contract import Payload
from alerts.facts import LONGEST_NAME
from alerts.glossary import Language
from alerts.message import Fact, Link, Message
from alerts.render import render
from alerts.text import unlinkable
from monitor.domain.events import EventKind
from tests.alerts import kit
from tests.alerts.events import EVERY_KIND, event
from tests.doubles.telegram_parser import expand_links, parse_html, tappable

LANGUAGES = get_args(Language)
PIECES = ["<b>", "</b>", "</a>", "<a href='x'>", "&", "&amp;", "&#0;", "_*", "`", "@user", "/cmd",
          "evil.com", "https://evil.cn/x", "1.2.3.4", "\u202e", "\u200b", "\u0335", "\x00", "\x1b[0m", "\n",
          "\r", "\u2028", "\ud800", "𠮷", "芯片", "39.04亿元", " ", "tg://resolve?domain=x", "$A", "\u3164",
          '"', "'"]  # fmt: skip
hostile_text = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=30).map("".join)


def check_part(payload: Payload) -> None:
    """Telegram takes the part, shows exactly its plain twin, and makes nothing of it that can be tapped."""
    visible, entities = parse_html(payload.text)
    assert expand_links(visible, entities) == payload.plain
    assert len(payload.plain) <= POINTS
    assert len(payload.text.encode()) <= BYTES
    assert [one["type"] for one in entities if one["type"] != "text_link"] == ["bold"]
    loud = {"Mention", "BotCommand", "Url", "EmailAddress"}
    assert [found for found in tappable(visible) if found[0] in loud] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", EventKind, ids=str)
def test_every_kind_in_both_languages_is_taken(kind: EventKind, language: Language) -> None:
    """No rendered alert is refused by Telegram's parser, and an ordinary one is a single part."""
    parts = format_telegram(render(EVERY_KIND[kind], language))
    assert len(parts) == 1
    check_part(parts[0])


@pytest.mark.parametrize("hostile", kit.HOSTILE, ids=lambda hostile: hostile.name)
def test_hostile_titles_are_inert_and_readable(hostile: kit.Hostile) -> None:
    """A title that tries something is shown as the words it is made of."""
    parts = format_telegram(kit.message(hostile.text))
    for part in parts:
        check_part(part)
    assert hostile.readable in parts[0].plain


@given(hostile_text, st.sampled_from(EventKind), st.sampled_from(LANGUAGES))
@settings(max_examples=150, deadline=None)
def test_no_title_breaks_a_rendered_alert(text: str, kind: EventKind, language: Language) -> None:
    """Whatever stands in issuer, title, reason, before, after or details, Telegram takes every part."""
    bad = event(kind, issuer=text, title=text, reason=text, before=text, after=text,
                url="https://x.sse.com.cn/" + text,
                details={"issuer_short": text, "sponsors": text, "report_type": text, "why": text,
                         "document_url": text, "previous_stage": text, "correction": text})  # fmt: skip
    for part in format_telegram(render(bad, language)):
        check_part(part)


long_text = st.one_of(
    hostile_text,
    st.builds(
        lambda unit, times: unit * times,
        st.sampled_from(["芯", "<&>", "𠮷 ", "a\"'", "x"]),
        st.integers(0, 9000),
    ),
)


@given(st.lists(long_text, max_size=12), long_text, st.integers(0, 6))
@settings(max_examples=120, deadline=None)
def test_splitting_loses_nothing_and_keeps_order(values: list[str], headline: str, links: int) -> None:
    """Every part is within limits with headline, link and alert id; joined, the facts are whole, in order."""
    parts = format_telegram(kit.long_message(headline, values, links))
    for part in parts:
        check_part(part)
    kit.check_told_once(parts, values, links)


def test_a_fact_is_never_cut_while_it_fits_a_part() -> None:
    """Split happens between facts: three facts of 2,000 characters are three parts with whole facts."""
    facts = tuple(Fact(label="事实", value=character * 2000) for character in "甲乙丙")
    parts = format_telegram(Message(alert_id="#A1B2", icon="✅", headline="示例", facts=facts))
    assert [part.plain.split("\n")[1] for part in parts] == [f"事实：{one * 2000}" for one in "甲乙丙"]
    assert [part.plain.split("\n")[0] for part in parts] == [f"✅ 示例 ({n}/3)" for n in (1, 2, 3)]


def test_figures_stay_as_printed_and_hosts_do_not() -> None:
    """An amount keeps its decimal point; only what Telegram would link is rewritten."""
    assert (
        unlinkable("39.04亿元 390,417.00万元 2026.07.13 12.5%") == "39.04亿元 390,417.00万元 2026.07.13 12.5%"
    )
    assert unlinkable("见 evil.com 和 1.2.3.4") == "见 evil．com 和 1．2．3．4"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "tg://resolve?domain=x", "https://", "x", "http://[bad"]
)
def test_a_link_that_is_no_web_address_is_left_out(url: str) -> None:
    """Only http and https addresses become links."""
    message = Message(alert_id="#A1B2", icon="✅", headline="示例", links=(Link(label="页", url=url),))
    assert format_telegram(message)[0].plain == "✅ 示例\n#A1B2"


def test_silence_is_for_what_is_not_urgent() -> None:
    """A silent channel still rings for an urgent alert when the channel says so."""
    calm = Message(alert_id="#A1B2", icon="✅", headline="示例")
    assert [part.silent for part in format_telegram(calm, silent=True)] == [True]


def test_a_long_name_is_whole_in_the_facts() -> None:
    """A headline is cut at 80 characters a half; the legal name is then told in full below."""
    name = "甲" * (LONGEST_NAME + 1)
    told = render(event(issuer=name, details={"issuer_short": ""}, state=None), "zh")
    assert told.headline.startswith("甲" * (LONGEST_NAME - 1) + "… · ")
    assert told.facts[0] == Fact(label="发行人", value=name)
    assert re.search(r"\S", told.why)

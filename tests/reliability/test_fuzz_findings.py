"""What the fuzzers found, each once more with its value: the input that broke, and what it gives now."""

from __future__ import annotations

import html
import json
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from alerts.bot.criteria import criterion_of
from alerts.bot.following import choices_message
from alerts.bot.reading import read_update
from alerts.channels.email import EmailChannel
from alerts.channels.posting import Target
from alerts.channels.posting_text import utf16, wide
from alerts.channels.slack import SlackChannel
from alerts.channels.telegram import _NotTheBotApi, judge_answer
from alerts.feeds.atom import render_atom
from alerts.feeds.entries import Feed
from alerts.feeds.json_feed import render_json_feed
from alerts.message import Message
from alerts.preferences import Preferences
from alerts.redact import HIDDEN, redact
from alerts.text import unlinkable
from monitor.documents.reader import _unpacked
from monitor.documents.sandbox import _unpack, named_error
from monitor.domain.errors import ConfigError, DecodeError, SourceEmpty, StoreError
from monitor.domain.figures.names import _cells
from monitor.domain.figures.pages import Page, Run
from monitor.domain.figures.proceeds import _fit, _Token
from monitor.domain.registry import parse_registry
from monitor.domain.relevance import Facts, Grade, grade
from monitor.domain.relevance.vocabulary import Kind, scanner
from monitor.domain.script import close_up, fold_name
from scrapers.archive import entries

_DEEP = b"[" * 5000


def _cpu(begun: float) -> float:
    return time.thread_time() - begun


def test_a_long_word_costs_its_length_to_look_for_hosts_in() -> None:
    """Four thousand digits and more, before a host and after it: the host alone is broken up."""
    begun = time.thread_time()
    assert unlinkable("9" * 40_000 + " a.example.cn " + "-" * 40_000) == (
        "9" * 40_000 + " a．example．cn " + "-" * 40_000
    )
    assert _cpu(begun) < 0.5  # it was the square of the length: ten seconds


def test_brackets_that_never_close_cost_a_name_its_length() -> None:
    """What stands in brackets falls away; an open bracket is only punctuation."""
    begun = time.thread_time()
    assert fold_name("甲芯(北京)股份有限公司" + "[" * 40_000) == "甲芯"
    assert fold_name("【曾用名】甲芯（北京") == "甲芯北京"
    assert _cpu(begun) < 0.5


def test_a_chip_with_a_long_tail_is_judged_at_once() -> None:
    """Words behind a chip that can be parted in two ways each: 训练卡 is 训练 and 卡 as well."""
    begun = time.thread_time()
    verdict = grade(Facts(name="甲", description="公司主要从事AI芯片" + "训练卡" * 60 + "餐饮"))
    digits = grade(Facts(name="甲", description="公司主要从事GPU" + "12" * 60 + "餐饮"))
    assert _cpu(begun) < 1.0  # two to the power of sixty steps
    short = grade(Facts(name="甲", description="公司主要从事AI芯片训练卡餐饮"))
    assert (verdict.grade, digits.grade) == (short.grade, short.grade) != (Grade.AI_CHIP, Grade.AI_CHIP)
    assert grade(Facts(name="甲", description="公司主要从事AI芯片训练卡研发")).grade is Grade.AI_CHIP


def test_an_index_line_nested_too_deep_is_a_damaged_line(tmp_path: Path) -> None:
    """A line that a reader by recursion cannot read is told of like any other damage."""
    (tmp_path / "index.jsonl").write_bytes(_DEEP + b"\n")
    with pytest.raises(StoreError, match=r"index\.jsonl line 1 is damaged"):
        list(entries(tmp_path))


def test_a_registry_nested_too_deep_is_a_problem_of_the_file() -> None:
    """TOML's own reader ends by recursion; the operator is told which file it is."""
    with pytest.raises(ConfigError, match=r"companies\.toml"):
        parse_registry("a = " + "[" * 5000)


@pytest.mark.parametrize(
    "answer",
    [
        b"[]", b"{}", b'{"pages":1}', b'{"pages":[[1,"a"]]}', b'{"pages":[["1","a",[]]],"unreadable":[]}',
        b'{"error":"x"}', b'{"error":["DecodeError"]}', b'{"pages":"\xff"}', b'{"pages":' + _DEEP, b"",
    ],
)  # fmt: skip
def test_a_reader_child_that_answers_anything_else_is_not_believed(answer: bytes) -> None:
    """Whatever a broken child prints is a DecodeError, never a fault of the parent."""
    with pytest.raises(DecodeError):
        _unpack(answer)
    with pytest.raises(DecodeError):
        _unpacked(b'{"parcel":' + answer + b"}")


def test_a_child_names_only_errors_of_reading() -> None:
    """Names of other things in the module of errors, or of other errors, are a DecodeError."""
    assert type(named_error("SourceEmpty", "no text")) is SourceEmpty
    for name in ("annotations", "StoreError", "timedelta", "", "__name__"):
        assert type(named_error(name, "m")) is DecodeError


def test_a_chat_service_that_answers_nonsense_without_end_is_not_the_bot_api() -> None:
    """Nested so deep that no reader takes it: ambiguous, like every answer that is not the service's own."""
    with pytest.raises(_NotTheBotApi):
        judge_answer(200, _DEEP)
    assert judge_answer(502, _DEEP) == 502


def test_a_feed_title_with_control_characters_is_still_xml() -> None:
    """What XML cannot hold is left out of the title, in both feeds alike."""
    feed = Feed(key="k", title="科创板\x00\x0b监控", language="zh", began=datetime(2026, 1, 1, tzinfo=UTC))
    title = ElementTree.fromstring(render_atom(feed, [])).findtext("{http://www.w3.org/2005/Atom}title")
    assert title == "科创板 监控"
    assert json.loads(render_json_feed(feed, []))["title"] == "科创板 监控"


def test_a_stored_weekday_that_does_not_exist_is_not_shown() -> None:
    """The eighth day of a week was an IndexError; Sunday is the seventh."""
    assert "每周日 08:30" in str(choices_message(Preferences(weekly="7 08:30"), "zh"))
    for weekly in ("8 08:30", "0 08:30", "² 08:30", "x"):
        assert "每周" not in str(choices_message(Preferences(weekly=weekly), "zh"))


def test_a_minimum_larger_than_any_database_holds_is_no_minimum() -> None:
    """Seven digits of 亿元 are more than any market raises; longer ones are taken for a name."""
    held = criterion_of("min 9999999")
    assert held is not None
    assert 0 < int(held.value) < 2**63
    assert criterion_of("min 20202020209999999") is None


def test_half_a_character_and_a_huge_number_of_an_update_reach_no_store() -> None:
    """A lone surrogate becomes a question mark; an update with a number beyond 64 bits is nothing."""
    message = {
        "message_id": 5, "from": {"id": 7, "is_bot": False}, "chat": {"id": 7, "type": "private"},
        "text": "/company 甲\ud800芯",
    }  # fmt: skip
    inbound = read_update({"update_id": 1, "message": message})
    assert inbound is not None
    assert inbound.text == "甲?芯"
    assert (
        read_update({"update_id": 1, "message": {**message, "chat": {"id": 2**63, "type": "private"}}})
        is None
    )
    assert read_update({"update_id": 2**70, "message": message}) is None


def test_a_ruled_row_of_fewer_cells_than_its_head_gives_no_name_from_beyond_its_end() -> None:
    """The head names the third column; the row, torn by a page break, has two cells."""
    head, torn = ("序号", "投资总额", "项目名称"), ("1.00", "2.00")
    assert _cells(Run.of([Page(number=1, text="", tables=((head, torn),))]), "1.00", "2.00") is None


def test_a_long_number_costs_its_length_to_look_for_tokens_in() -> None:
    """Digits without end are no token; the tokens around them are still hidden, whichever way written."""
    token = "123456:" + "A" * 30
    digits = "9" * 60_000
    begun = time.thread_time()
    assert redact(f"{token} {digits} bot{token}") == f"{HIDDEN} {digits} bot{HIDDEN}"
    assert _cpu(begun) < 0.5  # it was the square of the length: twenty seconds
    assert redact(digits + "%3a" + "b" * 30) == HIDDEN
    assert redact(f"12345:{'A' * 30}7654321:{'_' * 30}") == f"12345:{'A' * 30}{HIDDEN}"
    for short in ("12345:" + "A" * 30, "123456:" + "A" * 29):
        assert redact(short) == short


def test_a_long_number_costs_its_length_to_look_for_wafers_in() -> None:
    """Only a number with its unit before 硅片 belongs to the word, and no wafer has more than four digits."""
    begun = time.thread_time()
    words = [
        (match.lastgroup, match.group())
        for match in scanner().finditer("9" * 20_000 + "、12英寸硅片、300mm硅片、硅片")
    ]
    assert _cpu(begun) < 1.0  # it was the square of the length: two seconds
    assert [word for kind, word in words if kind == Kind.RELATED] == ["12英寸硅片", "300mm硅片", "硅片"]


def test_a_total_below_many_numbers_adds_each_of_them_once() -> None:
    """The longest table that adds up is taken, whatever number of rows it was tried with."""

    def tokens(*values: int) -> list[_Token]:
        return [_Token(value=Decimal(value), start=at, end=at + 1) for at, value in enumerate(values)]

    many = tokens(*[1, 2] * 4000)
    begun = time.thread_time()
    rows = _fit(many, (Decimal(4000), Decimal(8000)))
    assert _fit(many, (Decimal(-1000), Decimal(-1000))) is None
    assert _cpu(begun) < 0.5  # every number of rows added up anew: two seconds
    assert rows is not None
    assert len(rows) == 4000
    assert [token.value for token in rows[0]] == [1, 2]
    longest = _fit(tokens(9, 5, -5, 3, 4), (Decimal(7),))  # 3 + 4, and 5 - 5 + 3 + 4 as well
    assert longest is not None
    assert [row[0].value for row in longest] == [5, -5, 3, 4]
    assert _fit(tokens(5, 3, 4), (Decimal(8),)) is None


def test_a_slack_text_of_mark_up_is_measured_as_it_will_be_escaped() -> None:
    """Counted, not escaped: the same length, in UTF-16 units, as of what Slack gets."""
    for text in ("&&&<a href='x'>", "&amp;", "𝔘<𝔘>&", "示例·芯片", ""):
        assert SlackChannel.style.measure(text) == utf16(html.escape(text, quote=False))
    assert wide("*_~`")("*芯_片~`*") == "＊芯＿片～｀＊"
    assert SlackChannel.style.escape("<*芯*>&") == "&lt;＊芯＊&gt;&amp;"


def test_a_headline_without_end_is_a_subject_of_bounded_length() -> None:
    """The subject of a mail ends in an ellipsis after 250 characters; the text has the whole headline."""
    target = Target(
        name="mail", url="smtps://mail.example.org", now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
        sender="a@example.org", to=("b@example.org",),
    )  # fmt: skip
    channel = EmailChannel(target)
    begun = time.thread_time()
    for headline, subject in (("𝔘" * 40_000, "𝔘" * 249 + "…"), ("芯" * 250, "芯" * 250)):
        message = Message(alert_id="1", icon="", headline=headline)
        (payload,) = channel.format(message)
        mail = channel._mail(payload, plain=True)
        assert mail["Subject"] == subject
        assert b"Subject: =?utf-8?" in mail.as_bytes()
        assert headline in mail.get_content()
    assert _cpu(begun) < 1.0  # thirty foldings for each line of the subject: two seconds


def test_a_long_run_of_blanks_before_no_chinese_word_costs_its_length() -> None:
    """Blanks beside Chinese fall away, between Latin words one stays; each run is looked at once."""
    begun = time.thread_time()
    assert close_up("主营 GPU" + " " * 40_000 + "AI  芯片") == "主营GPU AI芯片"
    assert _cpu(begun) < 0.5  # it was the square of the length

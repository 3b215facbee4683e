"""An alert says what the event says: nothing more, nothing guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest

from alerts import glossary
from alerts.channels.console import ConsoleChannel
from alerts.channels.telegram_text import format_telegram
from alerts.facts import money_words, shanghai
from alerts.footers import FICTIONAL, UNKNOWN_CODE, UNUSUAL_MOVE
from alerts.glossary import Language, Word
from alerts.message import Fact, Link, Message
from alerts.render import render
from alerts.summaries import render_baseline_summary, render_digest, render_operator_notice
from monitor.domain.events import EventKind, alert_code
from monitor.domain.records import DocumentType, Figure, Role
from monitor.domain.stages import OUTCOMES, STAGES, Outcome, Stage, State
from tests.alerts.events import (
    ACCEPTED,
    COMMITTEE_PASSED,
    DOCUMENT,
    EVERY_KIND,
    GOLDEN,
    PDF,
    SUSPENDED,
    event,
)

GOLDEN_TEXTS = Path(__file__).parent / "golden"
LANGUAGES = get_args(Language)


def values(message: Message) -> dict[str, str]:
    return {fact.label: fact.value for fact in message.facts}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str, language: Language) -> None:
    """A representative alert reads, word for word, as the text a person has read and kept."""
    told = format_telegram(render(GOLDEN[name], language))[0].plain + "\n"
    kept = GOLDEN_TEXTS / f"{name}.{language}.txt"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(told, encoding="utf-8")
        pytest.fail(f"wrote {kept.name}: read it, then run again")
    assert told == kept.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("enum", "table"),
    [
        (Stage, glossary.STAGE),
        (Outcome, glossary.OUTCOME),
        (EventKind, glossary.KIND),
        (DocumentType, glossary.DOCUMENT),
        (Role, glossary.ROLE),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_member_has_both_words(enum: type[StrEnum], table: dict[StrEnum, Word]) -> None:
    """The glossary holds one Chinese and one English word for each member, and none for others."""
    assert set(table) == set(enum)
    for word in table.values():
        assert word.zh.strip()
        assert word.en.strip()
        assert word.en.isascii()
    assert len({word.zh for word in table.values()}) == len(table)


@pytest.mark.parametrize("table", [glossary.STAGE, glossary.OUTCOME], ids=["stages", "outcomes"])
def test_chinese_words_are_the_exchange_s_own(table: dict[StrEnum, Word]) -> None:
    """In Chinese a stage and an outcome are called exactly what the exchange calls them."""
    assert {member.value: word.zh for member, word in table.items()} == {m.value: m.value for m in table}


@pytest.mark.parametrize("pair", [*OUTCOMES, *((code, "") for code in STAGES)], ids=str)
def test_every_known_state_has_a_headline_without_raw_codes(pair: tuple[str, str]) -> None:
    """A known state is told in words, and the same words lead back to it where they name only it."""
    state = State(*pair)
    for language in LANGUAGES:
        assert "unknown" not in glossary.state_words(state, language)
        assert "未知" not in glossary.state_words(state, language)
    found = glossary.state_from_text(state.outcome_text or state.stage_text)
    assert found in ((None,) if state.outcome is Outcome.NOT_PASSED else (state,))


@pytest.mark.parametrize(
    ("state", "zh", "en"),
    [
        (State("3", "1"), "上市委会议通过", "listing committee: passed"),
        (State("3", "6"), "上市委会议：暂缓审议", "listing committee: decision deferred"),
        (State("9", "5"), "复审委会议：未通过", "re-examination committee: not passed"),
        (State("5", "1"), "注册生效", "registration effective"),
        (State("7", "1"), "中止：财报更新", "review suspended: financial statements to be updated"),
        (State("3", "8"), "上市委会议：未知结果码 8", "listing committee: unknown outcome code 8"),
        (State("42"), "未知状态码 42", "unknown status code 42"),
    ],
)
def test_headline_words(state: State, zh: str, en: str) -> None:
    """The headline names issuer and state, in the exchange's words and in standard English."""
    assert render(event(state=state), "zh").headline == f"沐曦股份 · {zh}"
    assert render(event(state=state), "en").headline == f"沐曦股份 · {en}"


def test_an_english_name_leads_and_the_legal_name_stands_once() -> None:
    """English alerts lead with the English and the Chinese short name; the legal name stands once."""
    told = render(event(state=State("3", "1"), details={"issuer_en": "MetaX"}), "en")
    assert told.headline == "MetaX 沐曦股份 · listing committee: passed"
    assert str(told).count("沐曦集成电路（上海）股份有限公司") == 1


def test_unknown_codes_are_shown_and_flagged() -> None:
    """An unknown code is raw in the headline, urgent, and the note says the operator knows."""
    told = render(event(state=State("12")), "zh")
    assert "未知状态码 12" in told.headline
    assert told.urgent
    assert UNKNOWN_CODE.zh in told.notes


def test_resumption_is_named() -> None:
    """From 中止 back to a stage is 恢复审核; from 中止 to 终止 is not."""
    for previous in ("中止", "财报更新", "7-2"):
        resumed = render(event(state=State("2"), details={"previous_stage": previous}), "zh")
        assert resumed.headline == "沐曦股份 · 恢复审核：已问询"
    ended = render(event(state=State("8"), details={"previous_stage": "中止"}), "zh")
    assert ended.headline == "沐曦股份 · 终止"


@pytest.mark.parametrize(
    ("details", "zh"),
    [
        ({"days_since_acceptance": 88}, "受理到上市委会议 88 天"),
        (
            {"days_since_acceptance": 88, "percentile_faster": 93, "percentile_sample": 317},
            "受理到上市委会议 88 天，快于 93% 的项目（样本 317 个）",
        ),
        (
            {"days_since_acceptance": 88, "days_since_previous": 40, "previous_stage": "已问询"},
            "受理到上市委会议 88 天；距上一阶段（已问询）40 天",
        ),
        (
            {"days_since_acceptance": 9, "days_since_previous": 9, "previous_stage": "已受理"},
            "受理到上市委会议 9 天",
        ),
        ({"days_since_acceptance": -2, "days_since_previous": -3, "previous_stage": "已问询"}, None),
        ({"percentile_faster": 93}, None),
        ({"days_since_acceptance": "88"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_pace(details: dict[str, str | int], zh: str | None) -> None:
    """The pace line says only what was counted: no days, no sentence; a negative gap is not a pace."""
    assert values(render(event(state=State("3", "1"), details=details), "zh")).get("用时") == zh


@pytest.mark.parametrize(
    ("amount", "currency", "printed", "zh", "en"),
    [
        ("3904170000", "CNY", "39.0417亿元", "39.0417亿元", "39.0417亿元 (= RMB 3,904.17 million)"),
        ("8000000000", "CNY", "80.0万万元", "80.0万万元（= 80 亿元）", "80.0万万元 (= RMB 8,000 million)"),
        ("7576052300.55", "CNY", "757,605.230055万元", "757,605.230055万元", "757,605.230055万元"),
        ("0", "CNY", "-", "-", "-"),
        ("4280000000", "HKD", "HK$4.28bn", "HK$4.28bn（= 42.8 亿港元）", "HK$4.28bn (= HKD 4,280 million)"),
        ("5", "JPY", "5", "5 JPY", "5 JPY"),
    ],
)  # fmt: skip
def test_money_is_as_printed_and_normalised_only_when_exact(
    amount: str, currency: str, printed: str, zh: str, en: str
) -> None:
    """The printed words always stand; another form only when no digit is lost."""
    figure = Figure(kind="gross_proceeds", amount=Decimal(amount), currency=currency, as_printed=printed)
    assert money_words(figure, "zh") == zh
    assert money_words(figure, "en") == en


def test_an_offer_price_is_never_turned_into_yi() -> None:
    """A price per share is shown as printed."""
    price = Figure(kind="offer_price", amount=Decimal(10000), currency="CNY", as_printed="10,000.00元/股")
    assert money_words(price, "zh") == "10,000.00元/股"


def test_times_are_shanghai_s_and_dates_are_the_exchange_s() -> None:
    """17:30 UTC is the next day in Shanghai, while the milestone keeps the date the exchange gave it."""
    told = render(
        event(
            state=State("2"), date=date(2026, 3, 31), published_at=datetime(2026, 3, 31, 17, 30, tzinfo=UTC)
        ),
        "zh",
    )
    assert values(told)["日期"] == "2026-03-31"
    assert values(told)["发布时间"] == "2026-04-01 01:30（北京时间）"
    with pytest.raises(ValueError, match="without a time zone"):
        shanghai(datetime(2026, 1, 1), "zh")


def test_notes_for_example_late_posting_and_unusual_move() -> None:
    """A fictional issuer, a late posting and a move outside the table are each said aloud."""
    assert render(SUSPENDED, "zh").notes == (FICTIONAL.zh, "交易所迟发：晚于该日期 2 天")
    late = event(
        state=State("2"), date=date(2025, 10, 30), details={"posted_late": True, "unusual_move": True}
    )
    assert render(late, "en").notes == (UNUSUAL_MOVE.en, "posted late by the exchange")


def test_tutoring_length_is_filed_to_accepted_with_its_dates() -> None:
    """`tutoring_days` runs from 备案 to 验收, and one date alone is no length."""
    assert values(render(ACCEPTED, "zh"))["辅导"] == "历时 166 天（2025-01-15 备案，2025-06-30 验收）"
    filed = event(state=State("1"), details={"tutoring_filed": "2025-01-15"})
    assert values(render(filed, "en"))["Tutoring"] == "filed 2025-01-15"


def test_links_lead_only_to_trusted_hosts() -> None:
    """A link elsewhere, with a look-alike host or a user name, is left out and that is noted."""
    assert render(DOCUMENT, "en").links[1] == Link(label="document", url=PDF)
    for url in (
        "https://evil.cn/x",
        "https://sse.com.cn.evil.cn/",
        "https://sse.com.cn@evil.cn/",
        "ftp://sse.com.cn",
    ):
        told = render(event(url=url, state=State("2")), "en")
        assert told.links == ()
        assert told.notes == ("A link outside the trusted hosts was left out.",)
    local = render(event(url="http://127.0.0.1:8000/p", state=State("2")), "en", trusted_hosts=("127.0.0.1",))
    assert local.links == (Link(label="project page", url="http://127.0.0.1:8000/p"),)


def test_related_facts_yield_to_the_event_s_own() -> None:
    """What the event carries wins over what is known of its project."""
    related = {"issuer_short": "旧简称", "sponsors": "甲证券"}
    told = render(event(state=State("2")), "zh", related=related)
    assert told.headline == "沐曦股份 · 已问询"
    assert values(told)["保荐机构"] == "甲证券"


def test_why_is_the_rule_then_the_event_s_own_then_the_kind() -> None:
    """Every alert answers "why did I get this?"."""
    assert render(COMMITTEE_PASSED, "zh", why="规则甲").why == "规则甲"
    assert render(COMMITTEE_PASSED, "zh").why == "关注名单：沐曦"
    assert render(ACCEPTED, "en").why == "review milestone"


@pytest.mark.parametrize("language", LANGUAGES)
def test_alert_ids_are_the_event_s(language: Language) -> None:
    """Every copy of an alert, in either language, carries the same short id."""
    for told in EVERY_KIND.values():
        assert render(told, language).alert_id == alert_code(told.id)


def test_a_digest_names_every_event_in_order() -> None:
    """One line per event with its date, its headline and its own alert id."""
    told = render_digest([ACCEPTED, COMMITTEE_PASSED], "zh")
    assert told.headline == "2 条新动态"
    assert told.facts == (
        Fact(label="2025-06-30", value=f"📥 沐曦股份 · 已受理 {alert_code(ACCEPTED.id)}"),
        Fact(label="2025-10-24", value=f"✅ 沐曦股份 · 上市委会议通过 {alert_code(COMMITTEE_PASSED.id)}"),
    )
    assert told.urgent
    with pytest.raises(ValueError, match="no events"):
        render_digest([], "zh")


def test_a_first_start_is_one_summary() -> None:
    """The summary counts projects, events and stages, in the reader's language."""
    day = date(2026, 8, 21)
    told = render_baseline_summary(
        "sse_star", "en", projects=1282, events=3349, by_stage={"已问询": 98}, latest=day
    )
    assert values(told) == {
        "Projects": "1,282",
        "Past events stored": "3,349",
        "Latest update": "2026-08-21",
        "inquiry": "98",
    }


def test_an_operator_notice_carries_the_evidence() -> None:
    """The operator sees what happened and the detail, under an id of its own."""
    told = render_operator_notice("消息被拒绝", "can't parse entities", "zh", identity="reject/1")
    assert (told.headline, values(told)["详情"]) == ("消息被拒绝", "can't parse entities")
    assert told.alert_id == alert_code("reject/1")


def test_console_and_telegram_tell_the_same_facts() -> None:
    """Two channels, one message: the console prints each fact of it."""
    text = ConsoleChannel().format(render(COMMITTEE_PASSED, "zh"))[0].plain
    for fact in render(COMMITTEE_PASSED, "zh").facts:
        assert f"{fact.label}：{fact.value}" in text

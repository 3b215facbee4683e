"""The season on two Telegram chats of different preferences: exactly these messages, in this order, once.

The server is a strict stand-in: Telegram's own parser judges each message's HTML, bad markup is refused.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest

from alerts.render import render
from alerts.routing import ChatView, wanted
from monitor.commands.demo_chats import PAIR, demo_chat
from monitor.domain.errors import ConfigError
from monitor.domain.events import EventKind
from tests.demo.played import Played, demo

ALL, CHOSEN = 1001, 1002
CST = timezone(timedelta(hours=8))
OURS = ("摩尔线程", "沐曦", "燧原")

# What the chat that is told everything reads of the three real issuers.
EVERYTHING = [
    "🎓 上海燧原科技股份有限公司 · 辅导备案",
    "🎓 摩尔线程智能科技（北京）股份有限公司 · 辅导备案",
    "📥 沐曦股份 · 已受理",
    "📥 摩尔线程 · 已受理",
    "✅ 摩尔线程 · 上市委会议通过",
    "✅ 沐曦股份 · 上市委会议通过",
    "✅ 摩尔线程 · 注册生效",
    "📄 摩尔线程 · 披露文件：注册结果文件",
    "🔖 摩尔线程 · 注册批复文号：证监许可〔2025〕2423号",
    "✅ 沐曦股份 · 注册生效",
    "📄 沐曦股份 · 披露文件：注册结果文件",
    "🔖 沐曦股份 · 注册批复文号：证监许可〔2025〕2507号",
    "📝 摩尔线程 · 网上申购日期：2025-11-24",
    "📄 摩尔线程 · 发行上市公告：招股意向书",
    "📄 摩尔线程 · 发行上市公告：发行安排及初步询价公告",
    "💰 摩尔线程 · 发行价格确定：114.28元/股",
    "📄 摩尔线程 · 发行上市公告：发行公告",
    "📑 摩尔线程 · 发行公告：募集资金总额 预计79.996 亿元，募集资金净额 预计约75.760523 亿元",
    "⏰ 摩尔线程 · 明天 2025-11-24 网上申购",
    "⏰ 摩尔线程 · 今天 2025-11-24 网上申购",
    "⏰ 摩尔线程 · 明天 2025-11-26 中签缴款",
    "📝 沐曦股份 · 网上申购日期：2025-12-05",
    "🎲 摩尔线程 · 网上中签率：0.03635054（列表未印单位，推断为 %）",
    "📄 摩尔线程 · 发行上市公告：中签率公告",
    "📄 沐曦股份 · 发行上市公告：招股意向书",
    "📄 沐曦股份 · 发行上市公告：发行安排及初步询价公告",
    "📑 摩尔线程 · 中签率公告：初步中签率 0.02423369%",
    "⏰ 摩尔线程 · 今天 2025-11-26 中签缴款",
    "📊 摩尔线程 · 发行结果：79.996 亿元",
    "📄 摩尔线程 · 发行上市公告：发行结果公告",
    "📄 摩尔线程 · 发行上市公告：招股说明书",
    "📑 摩尔线程 · 招股说明书：募集资金净额 75.760523 亿元",
    "💰 沐曦股份 · 发行价格确定：104.66元/股",
    "📅 摩尔线程 · 上市日期：2025-12-05",
    "📄 摩尔线程 · 发行上市公告：上市公告书",
    "📄 沐曦股份 · 发行上市公告：发行公告",
    "📑 沐曦股份 · 发行公告：募集资金总额 预计41.96866 亿元，募集资金净额 预计约38.99311 亿元",
    "⏰ 沐曦股份 · 明天 2025-12-05 网上申购",
    "⏰ 摩尔线程 · 明天 2025-12-05 上市首日",
    "⏰ 沐曦股份 · 今天 2025-12-05 网上申购",
    "⏰ 摩尔线程 · 今天 2025-12-05 上市首日",
    "🔔 摩尔线程 · 上市：2025-12-05",
    "🎲 沐曦股份 · 网上中签率：0.03348913（列表未印单位，推断为 %）",
    "📄 沐曦股份 · 发行上市公告：中签率公告",
    "📑 沐曦股份 · 中签率公告：初步中签率 0.02223023%",
    "📊 沐曦股份 · 发行结果：41.96866 亿元",
    "📄 沐曦股份 · 发行上市公告：发行结果公告",
    "📅 沐曦股份 · 上市日期：2025-12-17",
    "📄 沐曦股份 · 发行上市公告：上市公告书",
    "📑 沐曦股份 · 上市公告书：募集资金净额 38.99311 亿元",
    "⏰ 沐曦股份 · 明天 2025-12-17 上市首日",
    "⏰ 沐曦股份 · 今天 2025-12-17 上市首日",
    "🔔 沐曦股份 · 上市：2025-12-17",
    "📥 燧原科技 · 已受理",
    "📄 燧原科技 · 披露文件：招股说明书（申报稿）",
    "📑 燧原科技 · 招股说明书（申报稿）：拟募集资金 60 亿元",
    "💬 燧原科技 · 已问询",
    "✅ 燧原科技 · 上市委会议通过",
    "✅ 燧原科技 · 注册生效",
    "💰 燧原科技 · 发行价格确定：142.18元/股",
    "📝 燧原科技 · 网上申购日期：2026-09-02",
    "📄 燧原科技 · 发行上市公告：发行公告",
    "📑 燧原科技 · 发行公告：募集资金总额 预计61.19 亿元",
    "⏰ 燧原科技 · 明天 2026-09-02 网上申购",
    "⏰ 燧原科技 · 今天 2026-09-02 网上申购",
    "📅 燧原科技 · 上市日期：2026-09-11",
    "📄 燧原科技 · 发行上市公告：上市公告书",
    "⏰ 燧原科技 · 今天 2026-09-11 上市首日",
    "🔔 燧原科技 · 上市：2026-09-11",
]

# All that the chat that chose reads: registration, pricing, figures and listing of AI-chip issuers, and
# on Mondays the week ahead.
WEEK = "📅 The week ahead"
ENGLISH = [
    "👋 monitor · learned quietly; only what is new is alerted from now on",
    WEEK,
    WEEK,
    WEEK,
    "❌ 示例图形 · registration refused",
    WEEK,
    WEEK,
    "✅ Moore Threads 摩尔线程 · registration effective",
    "🔖 Moore Threads 摩尔线程 · registration decision number: 证监许可〔2025〕2423号",
    "✅ MetaX 沐曦股份 · registration effective",
    "🔖 MetaX 沐曦股份 · registration decision number: 证监许可〔2025〕2507号",
    WEEK,
    "💰 Moore Threads 摩尔线程 · offer price set: RMB 114.28",
    "📑 Moore Threads 摩尔线程 · offering notice: gross proceeds expected RMB 7,999.6 million",
    "📑 Moore Threads 摩尔线程 · lottery rate notice: initial online lottery rate 0.02423369%",
    "📑 Moore Threads 摩尔线程 · prospectus: net proceeds RMB 7,576.0523 million",
    WEEK,
    "💰 MetaX 沐曦股份 · offer price set: RMB 104.66",
    "📅 Moore Threads 摩尔线程 · listing scheduled: 2025-12-05",
    "📑 MetaX 沐曦股份 · offering notice: gross proceeds expected RMB 4,196.866 million",
    "🔔 Moore Threads 摩尔线程 · listed: 2025-12-05",
    WEEK,
    "📑 MetaX 沐曦股份 · lottery rate notice: initial online lottery rate 0.02223023%",
    WEEK,
    "📅 MetaX 沐曦股份 · listing scheduled: 2025-12-17",
    "📑 MetaX 沐曦股份 · listing announcement: net proceeds RMB 3,899.311 million",
    "🔔 MetaX 沐曦股份 · listed: 2025-12-17",
    "📑 Enflame 燧原科技 · prospectus, application version: planned proceeds RMB 6,000 million",
    WEEK,
    WEEK,
    WEEK,
    WEEK,
    WEEK,
    WEEK,
    WEEK,
    WEEK,
    WEEK,
    "✅ Enflame 燧原科技 · registration effective",
    WEEK,
    "💰 Enflame 燧原科技 · offer price set: RMB 142.18",
    WEEK,
    "📑 Enflame 燧原科技 · offering notice: gross proceeds expected RMB 6,119 million",
    "📅 Enflame 燧原科技 · listing scheduled: 2026-09-11",
    "🔔 Enflame 燧原科技 · listed: 2026-09-11",
    WEEK,
]


def headlines(played: Played, chat: int) -> list[str]:
    """The first line of each message a chat holds, oldest first."""
    return [shown.text.partition("\n")[0] for shown in played.shown[chat]]


def test_the_season_ends_well_and_says_what_it_sent(played: Played) -> None:
    """Exit code 0, no trouble, and the closing lines count what each chat got."""
    assert played.run.returncode == 0, played.run.stdout[-2000:] + played.run.stderr
    assert "trouble" not in played.run.stdout.splitlines()[-1]
    assert f"telegram {ALL}: {len(played.shown[ALL])} messages" in played.run.stdout
    assert f"telegram {CHOSEN}: {len(played.shown[CHOSEN])} messages" in played.run.stdout


def test_the_chat_that_chose_gets_exactly_these_messages_in_this_order(played: Played) -> None:
    """English; AI-chip issuers alone; registration, pricing, figures, listing; a weekly look ahead."""
    assert headlines(played, CHOSEN) == ENGLISH


def test_the_chat_that_is_told_everything_gets_exactly_these_of_the_real_issuers(played: Played) -> None:
    """Chinese; every milestone, document, figure and date, once each, in the order of the season."""
    assert [line for line in headlines(played, ALL) if any(name in line for name in OURS)] == EVERYTHING


def test_the_chat_that_is_told_everything_gets_each_alert_once_and_no_other(played: Played) -> None:
    """Its messages are those the rule gives it, in the order they were committed, after one welcome."""
    view = ChatView(language="zh")
    owed = [
        f"{message.icon} {message.headline}"
        for _, event in played.told()
        if wanted(event, view) is not None
        for message in [render(event, "zh")]
    ]
    welcome, *rest = headlines(played, ALL)
    assert welcome.startswith("👋")
    assert Counter(rest) == Counter(owed)
    assert {state for _, _, state in played.deliveries()} == {"sent"}


def test_every_message_is_html_that_the_parser_took(played: Played) -> None:
    """Telegram's own parser read each text, and every headline is bold."""
    for shown in (*played.shown[ALL], *played.shown[CHOSEN]):
        assert shown.parse_mode == "HTML"
        assert any(entity["type"] == "bold" for entity in shown.entities), shown.text
    refused = [call for call in played.api.calls if call.fault]
    assert refused == []


def test_quiet_hours_hold_what_is_not_urgent_and_say_so(played: Played) -> None:
    """The offering notice of an evening comes in the morning; the price itself breaks through at once."""
    texts = [shown.text for shown in played.shown[CHOSEN]]
    (price,) = [text for text in texts if text.startswith("💰 MetaX 沐曦股份")]
    (notice,) = [text for text in texts if text.startswith("📑 MetaX 沐曦股份 · offering notice")]
    assert "held by this chat's quiet hours" in notice
    assert "LATE" not in price
    everything = [shown.text for shown in played.shown[ALL]]
    assert not any("LATE" in text or "迟" in text.partition("※")[2] for text in everything if "沐曦" in text)


def test_fictional_issuers_are_marked_in_both_chats(played: Played) -> None:
    """No invented issuer is told without saying so; no real one is marked."""
    for chat, mark in ((ALL, "虚构示例"), (CHOSEN, "fictional example")):
        for shown in played.shown[chat]:
            head = shown.text.partition("\n")[0]
            if "示例" in head:
                assert mark in shown.text
            elif any(name in head for name in OURS):
                assert mark not in shown.text


def test_a_second_run_on_the_same_database_sends_nothing_anew(played: Played) -> None:
    """The season is over for this database: the demo looks once more and ends."""
    before = {number: len(chat.shown) for number, chat in played.api.chats.items()}
    again = demo(played.folder, played.api.url)
    assert again.returncode == 0, again.stdout[-2000:] + again.stderr
    assert {number: len(chat.shown) for number, chat in played.api.chats.items()} == before


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "nonsense", "ftp://127.0.0.1"])
def test_a_wrong_address_is_a_clear_error_before_anything_is_played(played: Played, url: str) -> None:
    """Exit code 2, one line that names the option and the address, and no traceback."""
    run = demo(played.folder / "nothing", url)
    assert run.returncode == 2
    assert run.stderr.startswith(f"configuration: --telegram-api {url}: no Bot API server answers there")
    assert run.stdout == ""


def test_a_refused_token_is_named_without_being_shown(played: Played) -> None:
    """A server that refuses getMe: exit code 2, and the token stands nowhere."""
    played.api.token = "1:another"
    try:
        run = demo(played.folder / "nothing", played.api.url)
    finally:
        played.api.token = None
    assert run.returncode == 2
    assert "getMe was refused with HTTP 401" in run.stderr
    assert "demo-token" not in run.stderr + run.stdout


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x:en", "'x' is no chat id"),
        ("0:en", "'0' is no chat id"),
        ("5:fr", "the language is one of zh, en, both, not 'fr'"),
        ("5:en:tell=prices", "tell knows no 'prices'"),
        ("5:en:about=gpu", "about is one of all, related, ai_chips, not 'gpu'"),
        ("5:en:quiet=25:00-07:00", "quiet cannot be '25:00-07:00'"),
        ("5:en:daily=noon", "daily cannot be 'noon'"),
        ("5:en:weekly=8@08:30", "weekly cannot be '8@08:30'"),
        ("5:en:colour=red", "'colour' is none of"),
    ],
)
def test_a_chat_that_cannot_be_read_is_named(text: str, what: str) -> None:
    """The error names the option, the chat as given and the word that is wrong."""
    with pytest.raises(ConfigError) as raised:
        demo_chat(text)
    assert raised.value.problems[0].startswith(f"--telegram-chat {text}: ")
    assert what in raised.value.problems[0]


def test_a_chat_is_read_as_it_is_written() -> None:
    """Every key, and the built-in pair."""
    chat = demo_chat(
        "-1007:both:about=related,tell=pricing,watch=沐曦+摩尔,quiet=22:00-07:30,daily=08:30,cards=yes"
    )
    chosen = chat.choices
    assert (chat.id, chat.language, chosen.relevance, chosen.watch) == (
        -1007,
        "both",
        "related",
        ("沐曦", "摩尔"),
    )
    assert (chosen.quiet, chosen.daily, chosen.cards) == ("22:00-07:30", "08:30", True)
    assert {kind for kind, on in chosen.kinds.items() if on} == {"offer_price_set", "figure_revised"}
    assert chosen.kinds[EventKind.LISTED.value] is False
    everything, some = (demo_chat(text) for text in PAIR)
    assert (everything.id, everything.language, dict(everything.choices.kinds)) == (ALL, "zh", {})
    assert (some.id, some.language, some.choices.weekly) == (CHOSEN, "en", "1 08:30")
    assert some.choices.held_until(datetime(2025, 12, 3, 19, tzinfo=CST)) == datetime(
        2025, 12, 4, 7, 30, tzinfo=CST
    )

"""What a chat chose is what it gets: who, what, when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.preferences import Preferences, from_stored, quiet_span, time_of, to_stored
from alerts.routing import ChatView, wanted
from monitor.domain.events import Event, EventKind
from monitor.domain.stages import State
from monitor.store.digests import Digests
from monitor.store.tables import ChatRow
from tests.bot.kit import FRIEND, NOW, OWNER, BotWorld, is_card

STEPS = (("1", "", date(2026, 6, 5)), ("2", "", date(2026, 6, 26)), ("3", "1", date(2026, 7, 6)))
NIGHT = datetime(2026, 7, 6, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai

MORNING = datetime(2026, 7, 6, 23, 30, tzinfo=UTC)  # 07:30


def event(**details: object) -> Event:
    """A milestone of a STAR issuer, number 7, sponsored by 中信证券, planning 20 亿元."""
    facts = {
        "issuer_id": 7,
        "sponsors": "中信证券股份有限公司 中信证券",
        "planned_fen": 200_000_000_000,
        "grade": "no",
    }
    return Event(
        id="e",
        kind=EventKind.MILESTONE,
        source="sse_star",
        issuer="示例股份有限公司",
        board="科创板",
        state=State("3", "1"),
        first_seen_at=NOW,
        details={**facts, **details},  # type: ignore[dict-item]
    )


NOTHING = Preferences()
CASES = [
    (NOTHING, None),  # AI chips alone by the operator's choice, and this is none
    (replace(NOTHING, relevance="all"), "审核里程碑"),
    (replace(NOTHING, relevance="related"), None),
    (replace(NOTHING, issuers={"7": "示例"}), "关注：示例"),
    (replace(NOTHING, issuers={"8": "别家"}), None),
    (replace(NOTHING, sponsors=("中信证券",)), "关注：中信证券"),
    (replace(NOTHING, sponsors=("中金公司",)), None),
    (replace(NOTHING, boards=("科创板",)), "关注：科创板"),
    (replace(NOTHING, boards=("主板",)), None),
    (replace(NOTHING, boards=("主板",), relevance="all"), "审核里程碑"),  # beside what is named
    (replace(NOTHING, boards=("主板",), relevance="ai_chip"), None),
    (replace(NOTHING, boards=("科创板",), relevance="named"), "关注：科创板"),
    (replace(NOTHING, relevance="named"), None),
    (replace(NOTHING, themes=("ai_chip",)), None),
    (replace(NOTHING, min_planned_fen=200_000_000_000), "≥ 20 亿元"),
    (replace(NOTHING, min_planned_fen=200_000_000_001), None),
    (replace(NOTHING, boards=("主板",), sponsors=("中信证券",)), "关注：中信证券"),
    (replace(NOTHING, issuers={"7": "示例"}, subscribed=False), None),
    (replace(NOTHING, issuers={"7": "示例"}, muted={"7": (NOW + timedelta(seconds=1)).isoformat()}), None),
    (replace(NOTHING, issuers={"7": "示例"}, muted={"7": NOW.isoformat() + "|示例"}), "关注：示例"),
    (replace(NOTHING, issuers={"7": "示例"}, muted={"*": (NOW + timedelta(days=1)).isoformat()}), None),
]


@pytest.mark.parametrize(("chosen", "words"), CASES)
def test_what_is_followed_is_a_union_and_a_mute_or_stop_goes_before_it(
    chosen: Preferences, words: str | None
) -> None:
    """Any one thing followed is enough, whatever the issuer's grade; the reason names it."""
    why = wanted(event(), ChatView(choices=chosen), only_ai_chips=True)
    assert (why is None) == (words is None)
    assert words is None or words in (why or "")


def test_naming_a_company_takes_nothing_away_from_the_grade_chosen_before() -> None:
    """AI chips chosen in the set-up and one other company followed: an AI-chip issuer is still told."""
    choices = replace(NOTHING, relevance="ai_chip", issuers={"8": "别家"})
    assert wanted(event(grade="ai_chip"), ChatView(choices=choices), only_ai_chips=True)
    assert wanted(event(), ChatView(choices=choices), only_ai_chips=True) is None
    narrow = replace(choices, relevance="named")
    assert wanted(event(grade="ai_chip"), ChatView(choices=narrow), only_ai_chips=True) is None


def test_an_issuer_of_the_theme_is_told() -> None:
    """A theme is a grade."""
    view = ChatView(choices=replace(NOTHING, themes=("related",)))
    assert wanted(event(grade="related"), view, only_ai_chips=True)
    assert wanted(
        event(grade="related"), ChatView(choices=replace(NOTHING, relevance="related")), only_ai_chips=True
    )


@pytest.mark.parametrize(
    ("span", "at", "until"),
    [
        ("22:00-07:30", (6, 15, 30), (6, 23, 30)),  # 23:30 → 07:30 the next morning
        ("22:00-07:30", (6, 23, 0), (6, 23, 30)),  # 07:00
        ("22:00-07:30", (6, 23, 30), None),  # 07:30 sharp
        ("22:00-07:30", (6, 13, 59), None),  # 21:59
        ("12:00-13:30", (6, 4, 30), (6, 5, 30)),  # 12:30
        ("12:00-13:30", (6, 5, 30), None),
        ("", (6, 15, 30), None),
    ],
)
def test_quiet_hours_are_shanghai_hours_over_midnight(
    span: str, at: tuple[int, int, int], until: tuple[int, int, int] | None
) -> None:
    """Held until the end of the span, not a minute longer."""
    instant = datetime(2026, 7, at[0], at[1], at[2], tzinfo=UTC)
    expected = datetime(2026, 7, until[0], until[1], until[2], tzinfo=UTC) if until else None
    assert replace(NOTHING, quiet=span).held_until(instant) == expected


@given(st.text(max_size=12))
def test_no_text_breaks_the_readers_of_hours(text: str) -> None:
    """Whatever is typed is a time, a span, or nothing."""
    assert time_of(text) is None or ":" in text
    assert quiet_span(text) is None or "-" in text


def test_a_minimum_of_hundreds_of_digits_counts_as_not_chosen() -> None:
    """It would filter everything, and no division prints it."""
    assert from_stored({"subscribed": True, "min_planned_fen": 10**600}) == Preferences(subscribed=True)
    assert from_stored({"min_planned_fen": 10**17}).min_planned_fen == 10**17


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(Preferences.__slots__)), _json))
def test_no_stored_value_breaks_a_chat_and_what_is_read_is_written_back(stored: dict[str, object]) -> None:
    """A bad value counts as not chosen; what is left survives the round trip."""
    read = from_stored(stored)
    assert from_stored(to_stored(read)) == read
    assert wanted(event(), ChatView(choices=replace(read, muted={}))) is None or read.subscribed


async def test_a_quiet_chat_gets_its_alert_in_the_morning_and_it_is_not_called_late_by_us(
    world: BotWorld,
) -> None:
    """Held at 18:00, delivered at 07:30, saying that the chat's own quiet hours held it."""
    await world.ask("/start")
    await world.ask("/quiet 17:30-07:30")
    await world.ask("/quiet urgent off")
    await world.ask("/start", user=OWNER, chat=-100200)
    before, told = len(world.api.chats[OWNER].shown), len(world.told(-100200))
    world.move("2078", *STEPS)
    await world.until(lambda: len(world.told(-100200)) > told)  # a chat without quiet hours hears it at once
    assert len(world.api.chats[OWNER].shown) == before
    world.clock.at = MORNING - timedelta(minutes=1)
    world.app.delivery.poke()
    assert "2026-07-10" in await world.ask("/next", user=OWNER, chat=-100200)
    assert len(world.api.chats[OWNER].shown) == before
    world.clock.at = MORNING
    world.app.delivery.poke()
    await world.until(lambda: len(world.api.chats[OWNER].shown) == before + 2)
    card, alert = world.api.chats[OWNER].shown[before:]
    assert is_card(card), "the card of a quiet chat waits with its alert"
    text = alert.text
    assert "上市委会议通过" in text
    assert "本会话的免打扰时段" in text


@pytest.mark.parametrize("choice", ["/quiet off", "/quiet 23:00-07:30"])
async def test_quiet_hours_that_end_by_choice_release_what_they_held(world: BotWorld, choice: str) -> None:
    """At 18:00 the hours are switched off, or moved to the night: the alert comes now, not at 07:30."""
    await world.ask("/start")
    await world.ask("/quiet 17:30-07:30")
    await world.ask("/quiet urgent off")
    world.move("2078", *STEPS)
    before = len(world.told(OWNER))
    assert "2026-07-10" in await world.ask("/next all")
    assert len(world.told(OWNER)) == before + 1, "the answer and no alert"
    world.api.say(OWNER, choice)
    await world.until(lambda: any("上市委会议通过" in one.text for one in world.told(OWNER)[before + 1 :]))


async def test_quiet_hours_made_longer_keep_what_they_held(world: BotWorld) -> None:
    """Until 07:30 becomes until 09:00: nothing at 07:30, the alert at 09:00."""
    await world.ask("/start")
    await world.ask("/quiet 17:30-07:30")
    await world.ask("/quiet urgent off")
    world.move("2078", *STEPS)
    await world.ask("/quiet 17:30-09:00")
    before = len(world.told(OWNER))
    world.clock.at = MORNING
    world.app.delivery.poke()
    assert "2026-07-10" in await world.ask("/next all")
    assert len(world.told(OWNER)) == before + 1, "the answer and no alert"
    world.clock.at = MORNING + timedelta(minutes=90)
    world.app.delivery.poke()
    await world.until(lambda: any("上市委会议通过" in one.text for one in world.told(OWNER)[before + 1 :]))


async def test_after_stop_nothing_held_comes_in_the_morning_and_start_brings_it(world: BotWorld) -> None:
    """/stop in the evening takes the night's alerts back, its own answer comes; /start has them sent."""
    await world.ask("/start")
    await world.ask("/quiet 17:30-07:30")
    await world.ask("/quiet urgent off")
    world.move("2078", *STEPS)
    assert "已停止提醒" in await world.ask("/stop")
    before = len(world.told(OWNER))
    world.clock.at = MORNING
    world.app.delivery.poke()
    assert "2026-07-10" in await world.ask("/next all")
    assert len(world.told(OWNER)) == before + 1, "the answer and no alert"
    world.api.say(OWNER, "/start")
    await world.until(lambda: any("上市委会议通过" in one.text for one in world.told(OWNER)[before + 1 :]))


async def test_an_urgent_alert_breaks_through_where_the_chat_lets_it(world: BotWorld) -> None:
    """A milestone at 23:30, urgent alerts on as they are by default."""
    await world.ask("/start")
    await world.ask("/quiet 22:00-07:30")
    world.clock.at = NIGHT
    shown = await world.shown(lambda: world.move("2078", *STEPS), OWNER)
    assert "上市委会议通过" in shown.text


async def test_digests_come_once_at_their_hour_and_an_empty_one_says_so(world: BotWorld) -> None:
    """Daily with what was told and the dates ahead; weekly on its weekday; a restart repeats neither."""
    await world.ask("/start")
    await world.ask("/digest daily 08:30")
    await world.ask("/digest weekly 周二 08:30")
    digests = world.app.chores.digests
    assert digests is not None
    chat = world.api.chats[OWNER]
    await world.quiet()
    before = len(chat.shown)
    world.clock.at = datetime(2026, 7, 7, 0, 29, tzinfo=UTC)  # Tuesday, 08:29 in Shanghai
    assert digests.owe(world.clock.now()) == 0
    world.clock.at += timedelta(minutes=1)
    assert digests.owe(world.clock.now()) == 2
    assert digests.owe(world.clock.now()) == 0
    assert Digests(world.app.database).owe(world.clock.now()) == 0, "a new process owes nothing twice"
    world.app.delivery.poke()
    await world.until(lambda: len(chat.shown) == before + 2)
    daily, weekly = sorted((one.text for one in chat.shown[before:]), key=lambda text: "一周" in text)
    assert "没有错过任何提醒" in daily
    assert "2026-07-10" in daily
    assert "沐曦股份 · 上市委会议" in weekly
    world.clock.at += timedelta(days=1)
    assert digests.owe(world.clock.now()) == 1  # Wednesday: the daily one alone


async def test_the_digests_of_many_chats_are_owed_a_few_at_a_time(world: BotWorld) -> None:
    """Every chat asked for the same hour: no transaction makes all of them while alerts wait."""
    with world.app.database.write() as session:
        for number in range(50):
            chosen = to_stored(Preferences(daily="08:30"))
            session.add(ChatRow(channel="telegram", address=str(5000 + number), preferences=chosen))
    now, digests = datetime(2026, 7, 7, 0, 30, tzinfo=UTC), Digests(world.app.database)
    assert [digests.owe(now) for _ in range(4)] == [20, 20, 10, 0]
    assert Digests(world.app.database).owe(now) == 0, "a new process owes nothing twice"


async def test_a_day_we_were_down_at_the_hour_is_made_up_for_within_half_a_day(world: BotWorld) -> None:
    """Up again at 12:00: the digest comes; up again at 21:00: it does not."""
    await world.ask("/start")
    await world.ask("/digest daily 08:30")
    assert Digests(world.app.database).owe(datetime(2026, 7, 7, 4, 0, tzinfo=UTC)) == 1
    assert Digests(world.app.database).owe(datetime(2026, 7, 8, 13, 0, tzinfo=UTC)) == 0


async def test_what_was_chosen_outlives_a_restart_and_the_configuration(world: BotWorld) -> None:
    """A chat of the configuration that chose English keeps it when the daemon starts again."""
    await world.ask("/start")
    await world.ask("/language en")
    await world.ask("/watch MetaX")
    await world.tap("Follow")
    await world.quiet()
    await world.stop()
    world.environ["IPO_MONITOR_CHANNELS__TELEGRAM__CHATS"] = f"[{OWNER}]"
    await world.restart()
    await world.app.prepare()
    assert "MetaX" in await world.ask("/watching") or "沐曦" in world.api.chats[OWNER].texts[-1]
    assert "What this chat chose" in world.api.chats[OWNER].texts[-1]


async def test_a_person_who_only_asks_gets_no_alerts(world: BotWorld) -> None:
    """A card before /start is answered; alerts begin with /start."""
    await world.ask("/company 沐曦")
    await world.quiet()
    before = len(world.api.chats[OWNER].shown)
    world.move("2078", *STEPS)
    assert "2026-07-10" in await world.ask("/next")
    await world.quiet()
    assert len(world.api.chats[OWNER].shown) == before + 1
    assert FRIEND not in [call.params.get("chat_id") for call in world.api.calls]


async def test_a_chat_that_blocked_us_and_starts_again_gets_what_it_was_owed(world: BotWorld) -> None:
    """Blocked: the queue waits; /start: it is delivered."""
    await world.ask("/start")
    member = {
        "chat": world.api.chats[OWNER].as_json(),
        "from": {"id": OWNER, "is_bot": False, "first_name": "U"},
    }
    world.api.push_update(my_chat_member={**member, "date": 1, "new_chat_member": {"status": "kicked"}})
    await world.quiet()
    before = len(world.api.chats[OWNER].shown)
    world.move("2078", *STEPS)
    await world.quiet()
    assert len(world.api.chats[OWNER].shown) == before
    world.api.say(OWNER, "/start")
    await world.until(lambda: len(world.api.chats[OWNER].shown) >= before + 2)
    assert any("上市委会议通过" in text for text in world.api.chats[OWNER].texts[before:])

"""Once a day, one message on the milestones of related issuers: none lost, none twice, none of others."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from alerts.related import items_of
from alerts.render import render
from monitor.domain.grades import Grade
from monitor.store.daily import DailyLine
from tests.store.facts import MEMORY, MOORE, NOW, Store, project, sight, step

EVENING = datetime(2026, 7, 6, 13, 0, tzinfo=UTC)  # 21:00 in Shanghai
UNRELATED = "示例食品股份有限公司"


def line(store: Store) -> DailyLine:
    return DailyLine(store.database, store.owe, time(21, 0))


def seen(store: Store) -> None:
    store.see(project("1", MEMORY, issuer_short="示例存储"), project("2", MOORE), project("3", UNRELATED))
    for key in ("1", "2", "3"):
        store.move(key, "1", "1", date(2026, 7, 6), NOW)


def test_the_line_comes_after_its_hour_with_related_issuers_only(store: Store) -> None:
    """Before 21:00 in Shanghai nothing; then one message without AI-chip makers and the unrelated."""
    seen(store)
    assert line(store).tell(EVENING - timedelta(seconds=1)) is None
    event = line(store).tell(EVENING)
    assert event is not None
    assert event.id == "monitor/related/daily_related/2026-07-06"
    assert [(i.date, i.issuer, i.words("zh")) for i in items_of(event.details)] == [
        ("2026-07-06", "示例存储", "已受理")
    ]
    assert (event.details["count"], "more" in event.details) == (1, False)
    assert store.whys()[-1] == "每日相关公司动态"
    assert render(event, "en").headline == "related issuers, daily · 1 milestone"


def test_a_day_has_one_line_whatever_comes_after_it(store: Store) -> None:
    """A second look and a new process say nothing; what came later stands in the next day's line."""
    seen(store)
    first = line(store)
    assert first.tell(EVENING) is not None
    store.move("1", "2", "2", date(2026, 7, 6), EVENING + timedelta(minutes=5))
    assert first.tell(EVENING + timedelta(minutes=10)) is None
    assert line(store).tell(EVENING + timedelta(minutes=10)) is None
    event = line(store).tell(EVENING + timedelta(days=1))
    assert event is not None
    assert [item.words("zh") for item in items_of(event.details)] == ["已问询"]
    assert len(store.events("daily_related")) == 2


def test_a_quiet_day_has_no_line_and_the_first_news_after_the_hour_is_told_at_once(store: Store) -> None:
    """Nothing to tell at 21:00; a milestone at 21:30 is told at the next look."""
    store.see(project("1", MEMORY))
    daily = line(store)
    assert daily.tell(EVENING) is None
    store.move("1", "1", "1", date(2026, 7, 6), EVENING + timedelta(minutes=30))
    assert daily.tell(EVENING + timedelta(minutes=31)) is not None


def test_days_without_the_daemon_are_made_good(store: Store) -> None:
    """After three days away the line holds everything since the last one."""
    seen(store)
    assert line(store).tell(EVENING) is not None
    for number, code in (("2", "2"), ("3", "3")):
        at = EVENING + timedelta(days=int(number) - 1)
        store.move("1", number, code, date(2026, 7, 5 + int(number)), at)
    event = line(store).tell(EVENING + timedelta(days=4))
    assert event is not None
    assert [item.date for item in items_of(event.details)] == ["2026-07-07", "2026-07-08"]


def test_the_very_first_line_reaches_one_day_back(store: Store) -> None:
    """A database of long standing does not tell its whole past at the first line."""
    seen(store)
    assert line(store).tell(EVENING + timedelta(days=1)) is None


def test_what_was_learned_quietly_is_in_no_line(store: Store) -> None:
    """A baseline milestone is history."""
    store.see(project("1", MEMORY), baseline=True)
    store.repository.timeline_seen("sse_star", "1", [step()], sight())
    assert [event.baseline for event in store.events("milestone")] == [True]
    assert line(store).tell(EVENING) is None


def test_a_long_day_is_cut_and_says_by_how_much(store: Store) -> None:
    """Forty lines, and the number of those left out."""
    names = [f"示例第{number}半导体股份有限公司" for number in range(1, 44)]
    store.see(*(project(str(n), name, planned="") for n, name in enumerate(names, 1)))
    for n in range(1, 44):
        store.move(str(n), "1", "1", date(2026, 7, 6), NOW)
    event = line(store).tell(EVENING)
    assert event is not None
    assert (len(items_of(event.details)), event.details["more"], event.details["count"]) == (40, 3, 43)
    assert render(event, "zh").facts[40].value == "另有 3 条，见 ipo-monitor events"


def test_a_watching_chat_and_one_that_declined_hear_no_line(store: Store) -> None:
    """A watchlist names what its chat wants; the milestone of a watched related issuer is told at once."""
    watching = Store(store.database, watch=[MEMORY[:4]])
    seen(watching)
    assert line(watching).tell(EVENING) is not None
    assert watching.whys() == ["审核里程碑 · 产业链相关：存储（示例存储） · 关注：示例存储"]


def test_the_grade_at_the_time_of_the_milestone_decides(store: Store) -> None:
    """Pinned as unrelated afterwards, the milestone seen before still belongs in the line."""
    seen(store)
    store.relevance.begin([(MEMORY, Grade.NO)], NOW)
    assert line(store).tell(EVENING) is not None

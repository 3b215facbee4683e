"""Trading days of the Shanghai exchange and the quick window."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from monitor.domain.calendar import builtin_calendar, load_calendar
from monitor.domain.errors import ConfigError

START, END = time(15), time(23)


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [day for day in (first + timedelta(days=n) for n in range(366)) if day.year == year]


@pytest.mark.parametrize(("year", "trading"), [(2024, 242), (2025, 243), (2026, 242)])
def test_each_year_has_as_many_trading_days_as_the_exchange_counted(year: int, trading: int) -> None:
    """The exchange's years have 242, 243 and 242 trading days."""
    calendar = builtin_calendar()
    assert sum(calendar.is_trading_day(day) for day in days_of(year)) == trading


@pytest.mark.parametrize(
    ("day", "trades"),
    [
        (date(2024, 2, 9), False),  # New Year's Eve 2024: offices worked, the exchange did not
        (date(2024, 2, 18), False),  # a Sunday on which offices worked
        (date(2024, 2, 19), True),
        (date(2025, 10, 8), False),
        (date(2025, 10, 9), True),
        (date(2026, 2, 13), True),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
    ],
)
def test_known_days(day: date, trades: bool) -> None:
    """Days around the long holidays are as the exchange announced them."""
    assert builtin_calendar().is_trading_day(day) is trades


def test_no_listed_closure_falls_on_a_weekend() -> None:
    """A closure that is a weekend anyway would be a typing error in the table."""
    calendar = builtin_calendar()
    assert [day for day in calendar.closed if day.weekday() >= 5] == []
    assert all(calendar.first <= day <= calendar.through for day in calendar.closed)


def test_a_weekday_after_the_table_counts_as_open_and_as_unknown() -> None:
    """After `through` every weekday is presumed open, weekends stay closed."""
    calendar = builtin_calendar()
    assert calendar.is_trading_day(date(2027, 1, 1))
    assert not calendar.is_known(date(2027, 1, 1))
    assert not calendar.is_trading_day(date(2027, 1, 2))
    assert calendar.is_known(date(2026, 12, 31))


def test_the_next_trading_day_lies_after_the_holiday() -> None:
    """From the last day before the National Day week the next is the first after it."""
    assert builtin_calendar().next_trading_day(date(2026, 9, 30)) == date(2026, 10, 8)
    assert builtin_calendar().next_trading_day(date(2026, 7, 10)) == date(2026, 7, 13)


@pytest.mark.parametrize(
    ("instant", "inside"),
    [
        (datetime(2026, 7, 6, 6, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 7, 6, 7, 0, tzinfo=UTC), True),  # 15:00 in Shanghai
        (datetime(2026, 7, 6, 14, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 7, 6, 15, 0, tzinfo=UTC), False),  # 23:00: the end is outside
        (datetime(2026, 7, 5, 8, 0, tzinfo=UTC), False),  # a Sunday
        (datetime(2026, 10, 1, 8, 0, tzinfo=UTC), False),  # National Day
    ],
)
def test_the_quick_window_is_shanghai_time_on_trading_days(instant: datetime, inside: bool) -> None:
    """15:00 to 23:00 in Shanghai is 07:00 to 15:00 UTC all year."""
    assert builtin_calendar().in_quick_window(instant, START, END) is inside


def test_a_window_over_midnight_belongs_to_the_day_it_began_on() -> None:
    """22:00 to 02:00 runs from Friday into Saturday, not from Sunday into Monday."""
    calendar = builtin_calendar()
    saturday_one = datetime(2026, 7, 10, 17, 0, tzinfo=UTC)  # 01:00 on Saturday the 11th
    monday_one = datetime(2026, 7, 12, 17, 0, tzinfo=UTC)
    assert calendar.in_quick_window(saturday_one, time(22), time(2))
    assert not calendar.in_quick_window(monday_one, time(22), time(2))


def test_equal_times_are_the_whole_trading_day() -> None:
    """A window from 00:00 to 00:00 never ends on a trading day and never begins on a Sunday."""
    calendar = builtin_calendar()
    assert calendar.in_quick_window(datetime(2026, 7, 6, 0, 30, tzinfo=UTC), time(0), time(0))
    assert not calendar.in_quick_window(datetime(2026, 7, 5, 0, 30, tzinfo=UTC), time(0), time(0))


def test_the_override_file_has_the_last_word(tmp_path: Path) -> None:
    """The operator can close a weekday, open a weekend, and reopen a day our table closes."""
    file = tmp_path / "days.toml"
    file.write_text("closed = [2027-01-01]\nopen = [2026-10-01, 2026-07-11]\n")
    calendar = load_calendar(file)
    assert not calendar.is_trading_day(date(2027, 1, 1))
    assert calendar.is_known(date(2027, 1, 1))
    assert calendar.is_trading_day(date(2026, 10, 1))
    assert calendar.is_trading_day(date(2026, 7, 11))
    assert not calendar.is_trading_day(date(2026, 10, 2))


def test_every_problem_of_an_override_file_is_reported_at_once(tmp_path: Path) -> None:
    """An unknown key, a value that is no date and a contradiction are three problems."""
    file = tmp_path / "days.toml"
    file.write_text('shut = []\nclosed = ["2027-01-01"]\nopen = [2027-01-01]\n')
    with pytest.raises(ConfigError) as caught:
        load_calendar(file)
    assert len(caught.value.problems) == 2
    file.write_text("closed = [2027-01-04]\nopen = [2027-01-04]\n")
    with pytest.raises(ConfigError, match="2027-01-04 is both closed and open"):
        load_calendar(file)


@pytest.mark.parametrize("content", [b"closed = [", b"\xff\xfe", b"closed = [2027-01-01T00:00:00]"])
def test_an_unreadable_override_file_stops_the_start(tmp_path: Path, content: bytes) -> None:
    """A file that is no TOML, no UTF-8 or holds instants for dates is a ConfigError that names it."""
    file = tmp_path / "days.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"days\.toml"):
        load_calendar(file)
    with pytest.raises(ConfigError, match="No such file"):
        load_calendar(tmp_path / "none.toml")


def test_a_table_that_closes_everything_is_refused_when_a_next_day_is_asked() -> None:
    """Two months without a trading day cannot be right."""
    shut = builtin_calendar().merged(
        closed=(date(2027, 1, 1) + timedelta(days=n) for n in range(90)), opened=[]
    )
    with pytest.raises(ConfigError, match="closes every day"):
        shut.next_trading_day(date(2027, 1, 1))

"""Trading days of the Shanghai exchange, and the evening window in which it publishes most.

Rule: a weekday we know nothing about counts as open, so that an old table polls too often, never too little.
Rule: publications also appear on closed days; the calendar only chooses the pace, it never stops polling.
Rule: standard library only; the table is data (`trading_days.toml`), the operator's file is laid over it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.domain.errors import ConfigError

SHANGHAI = ZoneInfo("Asia/Shanghai")
_SATURDAY = 5
_LONGEST_CLOSURE = 60  # days; the longest ever was under two weeks


@dataclass(frozen=True, kw_only=True, slots=True)
class TradingCalendar:
    """Known closures between `first` and `through`; `opened` holds days that trade against the rule."""

    first: date
    through: date
    closed: frozenset[date]
    opened: frozenset[date] = frozenset()

    def is_trading_day(self, day: date) -> bool:
        """A day trades unless it is a weekend or a known closure; the override file has the last word."""
        if day in self.opened:
            return True
        return day.weekday() < _SATURDAY and day not in self.closed

    def is_known(self, day: date) -> bool:
        """Whether the table covers the day; outside it weekdays are only presumed open."""
        return self.first <= day <= self.through or day in self.opened or day in self.closed

    def next_trading_day(self, day: date) -> date:
        """The first trading day after `day`."""
        for distance in range(1, _LONGEST_CLOSURE):
            if self.is_trading_day(day + timedelta(days=distance)):
                return day + timedelta(days=distance)
        raise ConfigError([f"calendar.override_file: closes every day of two months after {day}"])

    def in_quick_window(self, instant_utc: datetime, start: time, end: time) -> bool:
        """Whether an aware instant lies in `[start, end)` Shanghai time of a trading day.

        A window whose end is not after its start runs over midnight and belongs to the day it began on;
        equal times mean the whole day.
        """
        local = instant_utc.astimezone(SHANGHAI)
        day, now = local.date(), local.time()
        if start < end:
            return start <= now < end and self.is_trading_day(day)
        if start == end:
            return self.is_trading_day(day)
        if now >= start:
            return self.is_trading_day(day)
        return now < end and self.is_trading_day(day - timedelta(days=1))

    def merged(self, *, closed: Iterable[date], opened: Iterable[date]) -> TradingCalendar:
        """This calendar with the operator's days laid over it."""
        shut, extra = frozenset(closed), frozenset(opened)
        return TradingCalendar(
            first=self.first,
            through=self.through,
            closed=(self.closed | shut) - extra,
            opened=(self.opened | extra) - shut,
        )


@cache
def builtin_calendar() -> TradingCalendar:
    """The table that comes with the program."""
    text = files("monitor.domain").joinpath("trading_days.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    return TradingCalendar(first=table["from"], through=table["through"], closed=frozenset(table["closed"]))


def load_calendar(override_file: Path | None) -> TradingCalendar:
    """The built-in table with the operator's file over it: TOML with `closed = [dates]` and `open = [dates]`.

    Raises ConfigError with every problem of that file.
    """
    if override_file is None:
        return builtin_calendar()
    at = f"calendar.override_file {override_file}"
    try:
        table = tomllib.loads(override_file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([f"{at}: {error.strerror}"]) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError([f"{at}: not TOML in UTF-8: {error}"]) from error
    problems = [f"{at}: unknown key {key}; use closed and open" for key in table.keys() - {"closed", "open"}]
    days: dict[str, list[date]] = {"closed": [], "open": []}
    for key, found in days.items():
        listed = table.get(key, [])
        if isinstance(listed, list) and all(type(day) is date for day in listed):
            found.extend(listed)
        else:
            problems.append(f"{at}: {key} must be a list of dates, like [2027-01-01]")
    problems.extend(
        f"{at}: {day} is both closed and open" for day in sorted({*days["closed"]} & {*days["open"]})
    )
    if problems:
        raise ConfigError(problems)
    return builtin_calendar().merged(closed=days["closed"], opened=days["open"])

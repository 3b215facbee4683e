"""A wrong wall clock of this machine is told once, and its end once; one host proves nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.host_clocks import HostClocks
from tests.frozen_clock import FrozenClock

_TRUE = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)
_QUERY, _CSRC, _STATIC = "query.example", "csrc.example", "static.example"


def _at(off: timedelta) -> HostClocks:
    return HostClocks(clock=FrozenClock(_TRUE + off))


@pytest.mark.parametrize(
    ("off", "words"),
    [
        (timedelta(minutes=3), "3 min ahead of"),
        (timedelta(minutes=-5), "5 min behind"),
        (timedelta(hours=-24), "24 h behind"),
        (timedelta(days=-20_000), "20000 days behind"),
    ],
)
def test_two_hosts_that_agree_prove_our_clock_wrong(off: timedelta, words: str) -> None:
    """The notice says by how much, in which direction, and who says so."""
    hosts = _at(off)
    hosts.note(_QUERY, (_TRUE))
    assert hosts.news() == ""
    hosts.note(_CSRC, (_TRUE + timedelta(seconds=20)))
    assert words in hosts.news()
    assert f"{_QUERY} and {_CSRC}" in hosts.news() or f"{_CSRC} and {_QUERY}" in hosts.news()


def test_it_is_told_once_and_its_end_once() -> None:
    """What was not written down is offered again."""
    clock = FrozenClock(_TRUE + timedelta(hours=1))
    hosts = HostClocks(clock=clock)
    for host in (_QUERY, _CSRC):
        hosts.note(host, (_TRUE))
    first = hosts.news()
    assert hosts.news() == first != ""
    hosts.told()
    assert hosts.news() == ""
    for host in (_QUERY, _CSRC):
        hosts.note(host, (clock.now()))
    assert "agrees again" in hosts.news()
    hosts.told()
    assert hosts.news() == ""


@pytest.mark.parametrize(
    ("query", "csrc"),
    [
        (_TRUE + timedelta(hours=1), _TRUE),  # one host alone differs
        (_TRUE + timedelta(hours=3), _TRUE),  # both differ, but not alike
        (_TRUE + timedelta(minutes=59), _TRUE + timedelta(minutes=61)),  # no more than clocks do
    ],
)
def test_what_proves_nothing(query: datetime, csrc: datetime) -> None:
    """A single host, two that contradict each other, a minute or two."""
    hosts = _at(timedelta(hours=1))
    hosts.note(_QUERY, query)
    hosts.note(_CSRC, csrc)
    hosts.note(_STATIC, _TRUE + timedelta(hours=1))
    assert hosts.news() == ""

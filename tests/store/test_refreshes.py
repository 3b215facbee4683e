"""Which project is read next, how long one that failed waits, and what a daily round adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.records import ProjectRecord
from monitor.domain.stages import State
from monitor.store.database import Database
from monitor.store.refreshes import Refreshes
from monitor.store.repository import Repository
from tests.domain.timelines import PROJECT, SIGHT, row

NOW = SIGHT.at


@pytest.fixture
def store(database: Database) -> Repository:
    return Repository(database, lambda session, rows: None, lambda issuer: "关注" in issuer)


@pytest.fixture
def queue(database: Database) -> Refreshes:
    return Refreshes(database)


def _see(store: Repository, *projects: ProjectRecord, baseline: bool = False) -> None:
    rows = [(f"digest of {project}", project) for project in projects]
    store.projects_seen("sse_star", rows, SIGHT, baseline=baseline)


def test_a_changed_project_is_read_before_a_followed_one_before_the_rest(
    store: Repository, queue: Refreshes
) -> None:
    """Then the newest change first."""
    rest = replace(PROJECT, key="1", issuer="甲股份有限公司")
    older = replace(PROJECT, key="2", issuer="乙股份有限公司", updated_at=PROJECT.updated_at - timedelta(9))
    followed = replace(
        PROJECT, key="3", issuer="关注股份有限公司", updated_at=PROJECT.updated_at - timedelta(days=99)
    )
    _see(store, rest, older, followed, baseline=True)
    changed = replace(
        PROJECT, key="4", issuer="丁股份有限公司", updated_at=PROJECT.updated_at - timedelta(50)
    )
    _see(store, changed)
    order = []
    while (key := queue.due("sse_star", NOW)) is not None:
        order.append(key)
        queue.read("sse_star", key, NOW, failed=False)
    assert order == ["4", "3", "1", "2"]
    assert queue.waiting("sse_star") == (0, 4)


def test_a_reading_that_failed_is_tried_again_each_time_later(store: Repository, queue: Refreshes) -> None:
    """Five minutes, then ten; nobody else waits for it."""
    _see(store, PROJECT, replace(PROJECT, key="2", updated_at=PROJECT.updated_at - timedelta(days=1)))
    for wait in (5, 10, 20):
        queue.read("sse_star", "990001", NOW, failed=True)
        assert queue.due("sse_star", NOW + timedelta(minutes=wait, seconds=-1)) == "2"
        assert queue.due("sse_star", NOW + timedelta(minutes=wait)) == "990001"


def test_a_list_ahead_of_its_timeline_is_read_again_until_it_shows(
    store: Repository, queue: Refreshes
) -> None:
    """The list says committee, the timeline does not yet: it stays due, after a minute, two, four …"""
    _see(store, replace(PROJECT, state=State("3", "1")))
    rows = [row("a", "1", 0), row("b", "2", 5)]
    store.timeline_seen("sse_star", "990001", rows, SIGHT)
    assert queue.read("sse_star", "990001", NOW, failed=False) == 1
    assert queue.due("sse_star", NOW) is None
    assert queue.due("sse_star", NOW + timedelta(minutes=1)) == "990001"
    store.timeline_seen("sse_star", "990001", [*rows, row("c", "3/1", 20)], SIGHT)
    assert queue.read("sse_star", "990001", NOW, failed=False) == 0
    assert queue.due("sse_star", NOW + timedelta(days=1)) is None


def test_the_round_queues_the_living_and_the_lately_finished_and_some_others(
    store: Repository, queue: Refreshes
) -> None:
    """Counted back from the newest change of the list, not from our clock."""
    now = PROJECT.updated_at
    made = [
        replace(PROJECT, key="1", state=State("2"), updated_at=now - timedelta(days=900)),
        replace(PROJECT, key="2", state=State("5", "1"), updated_at=now - timedelta(days=30)),
        replace(PROJECT, key="3", state=State("5", "1"), updated_at=now - timedelta(days=300)),
        replace(PROJECT, key="4", state=State("8"), updated_at=now - timedelta(days=400)),
        replace(PROJECT, key="5", state=State("4"), updated_at=now),
    ]
    _see(store, *made)
    for place, project in enumerate(made):
        queue.read("sse_star", project.key, NOW + timedelta(minutes=place), failed=False)
    queued = queue.queue("sse_star", terminal=("5", "6", "8"), recent=timedelta(days=120), others=2)
    assert queued == 4
    order = []
    while (key := queue.due("sse_star", NOW)) is not None:
        order.append(key)
        queue.read("sse_star", key, NOW, failed=False)
    assert sorted(order) in (["1", "2", "3", "5"], ["1", "2", "4", "5"])
    assert "3" in order, "the longest unread of the finished ones"


def test_a_clock_set_back_keeps_no_project_waiting_for_what_it_was_ahead(
    store: Repository, queue: Refreshes
) -> None:
    """Put off by a clock a day ahead, it is read at once after the step, not a day later."""
    _see(store, PROJECT)
    assert queue.due("sse_star", NOW) == PROJECT.key
    queue.read("sse_star", PROJECT.key, NOW + timedelta(days=1), failed=True)
    assert queue.due("sse_star", NOW + timedelta(days=1)) is None
    assert queue.due("sse_star", NOW) == PROJECT.key

"""Where the first, quiet reading ends when a clock is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.domain.records import ProjectRecord
from monitor.store.baseline import boundary_of, end_baseline
from monitor.store.database import Database
from monitor.store.repository import Repository
from tests.store.facts import METAX, NOW, project, sight


@pytest.mark.parametrize("years", [0, 56])
def test_a_host_whose_clock_stands_years_back_makes_no_news_of_history(fresh: Database, years: int) -> None:
    """Its rows prove its clock wrong: what they show is history, as of their newest change."""
    repository = Repository(fresh, lambda *_: None, lambda _: False)
    known: ProjectRecord = project("2078", METAX)
    repository.projects_seen("sse_star", [("a", known)], sight(NOW), baseline=True)
    told: datetime = known.updated_at - timedelta(days=365 * years)
    with fresh.write() as session:
        end_baseline(session, "sse_star", ["1"], told)
    with fresh.read() as session:
        assert boundary_of(session, "sse_star") == known.updated_at

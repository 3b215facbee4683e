"""How fast a project moves among those we know."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.pace import SMALLEST_SAMPLE, pace_facts
from monitor.domain.stages import State

PASSED = State("3", "1")


def test_the_percentile_is_the_share_that_took_longer_rounded_down() -> None:
    """88 days where 5 of 12 others took longer: faster than 41 %."""
    sample = [60, 70, 80, 85, 86, 88, 88, 90, 100, 120, 150, 200]
    assert pace_facts({PASSED: sample}, PASSED, 88) == {"percentile_faster": 41, "percentile_sample": 12}
    assert pace_facts({PASSED: sample}, PASSED, 59)["percentile_faster"] == 100
    assert pace_facts({PASSED: sample}, PASSED, 200)["percentile_faster"] == 0


def test_a_small_sample_says_nothing() -> None:
    """Nine others prove no pace; another state's sample does not count."""
    assert pace_facts({PASSED: [1] * (SMALLEST_SAMPLE - 1)}, PASSED, 1) == {}
    assert pace_facts({PASSED: [1] * SMALLEST_SAMPLE}, State("3", "6"), 1) == {}
    assert pace_facts({PASSED: [1] * SMALLEST_SAMPLE}, PASSED, 1) == {
        "percentile_faster": 0,
        "percentile_sample": 10,
    }


@given(st.lists(st.integers(-5, 900), min_size=SMALLEST_SAMPLE).map(sorted), st.integers(-5, 900))
def test_it_is_never_more_than_was_proven(sample: list[int], days: int) -> None:
    """At least that share of the sample took longer, and one per cent more would be untrue."""
    facts = pace_facts({PASSED: sample}, PASSED, days)
    slower = sum(other > days for other in sample)
    said = int(facts["percentile_faster"])
    assert said * len(sample) <= slower * 100 < (said + 1) * len(sample)

"""The hand-read figures of the corpus: nothing wrong, and what there is found (needs IPO_MONITOR_CORPUS)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.accuracy_figures import measure

CORPUS = os.environ.get("IPO_MONITOR_CORPUS")


@pytest.mark.skipif(CORPUS is None, reason="IPO_MONITOR_CORPUS names no corpus folder")
def test_no_figure_is_wrong_and_few_are_missing() -> None:
    """Wrong 0 everywhere; found at least 95 % on prospectuses and 90 % on announcement texts."""
    assert CORPUS is not None
    whole, excerpts, snippets = measure(Path(CORPUS))
    assert [score.errors for score in (whole, excerpts, snippets) if score.total()[1]] == []
    for score, aim in ((whole, 0.95), (snippets, 0.90)):
        right, _, missing = score.total()
        assert right / (right + missing) >= aim

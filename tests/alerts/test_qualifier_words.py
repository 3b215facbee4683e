"""What qualifies a figure, in English as in Chinese: never dropped, never another bound than printed."""

from __future__ import annotations

import pytest

from alerts.document_facts import qualifier_words


@pytest.mark.parametrize(
    ("printed", "english"),
    [
        ("预计约", "expected about "),
        ("估计约", "estimated about "),
        ("不高于", "up to "),
        ("不超过", "up to "),
        ("超过", "more than "),
        ("逾", "more than "),
        ("至少", "at least "),
        ("大约", "about "),
        ("合计约", "in total about "),
        ("", ""),
    ],
)
def test_a_qualifier_says_the_same_bound_in_english(printed: str, english: str) -> None:
    """不超过 is an upper bound and 超过 a lower one, though one word ends in the other."""
    assert (qualifier_words(printed, "en"), qualifier_words(printed, "zh")) == (english, printed)

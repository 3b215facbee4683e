"""Descriptions, in six sets each written before the rules met it, get the label rule's grade."""

from __future__ import annotations

import pytest

from monitor.domain.relevance import Facts, grade
from tests.domain import (
    relevance_cases,
    relevance_cases_2,
    relevance_cases_3,
    relevance_cases_4,
    relevance_cases_5,
    relevance_cases_6,
)

_CASES = (
    *relevance_cases.CASES,
    *relevance_cases_2.CASES,
    *relevance_cases_3.CASES,
    *relevance_cases_4.CASES,
    *relevance_cases_5.CASES,
    *relevance_cases_6.CASES,
)


@pytest.mark.parametrize(("description", "expected"), _CASES)
def test_a_description_gets_the_grade_of_what_the_issuer_makes(description: str, expected: str) -> None:
    """The head noun of what is made decides, whatever it is for, made of or compared with."""
    verdict = grade(Facts(name="", description=description))
    assert verdict.grade.value == expected, verdict.evidence


@pytest.mark.parametrize(("description", "expected"), [c for c in _CASES if c[1] != "no"])
def test_every_positive_verdict_quotes_its_word_as_printed(description: str, expected: str) -> None:
    """A verdict above `no` names a word of the sentence it quotes, and a sentence of the text."""
    proof = grade(Facts(name="", description=description)).evidence[0]
    assert proof.grade.value == expected
    assert proof.sentence in description
    assert proof.word
    assert proof.word in proof.sentence


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("全功能ＧＰＵ", "ai_chip"),
        ("AI 芯片 设计", "ai_chip"),
        ("GPU\n芯片", "ai_chip"),
        ("圖形處理器", "ai_chip"),
        ("人工智慧晶片", "ai_chip"),
        ("ＧＰＵ伺服器租賃", "no"),
        ("", "no"),
        ("   ", "no"),
        ("、、、", "no"),
        ("(((GPU", "ai_chip"),
    ],
)
def test_width_script_and_layout_do_not_change_the_grade(description: str, expected: str) -> None:
    """Full width, traditional characters, blanks and line breaks are spellings, not meanings."""
    assert grade(Facts(name="", description=description)).grade.value == expected


def test_an_unknown_word_behind_an_ai_chip_lowers_the_verdict() -> None:
    """What follows the chip is the head of the phrase; one we do not know is not taken for a chip."""
    verdict = grade(Facts(name="", description="GPU纪念邮票"))
    assert (verdict.grade.value, verdict.score) == ("related", 0.45)


def test_words_inside_other_words_are_not_ai() -> None:
    """AIoT, OpenAI and retail contain the letters AI and name no AI chip."""
    for text in ("AIoT芯片模组", "OpenAI芯片代理", "retail chips", "email processors"):
        assert grade(Facts(name="", description=text)).grade.value != "ai_chip", text

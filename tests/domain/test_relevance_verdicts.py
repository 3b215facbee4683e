"""Pins, long texts, and the reason a changed grade gives."""

from __future__ import annotations

import time

import pytest

from monitor.domain.relevance import EvidenceKind, Facts, Grade, Pin, grade, grade_change

_MARKET = "人工智能行业快速发展,GPU和AI芯片需求旺盛,英伟达占据主要份额。寒武纪主要从事人工智能芯片的研发。"
_PADDING = "报告期内,本节所述事项未发生重大变化,投资者应当阅读财务报表附注并注意相关风险。"


def _prospectus(*own: str, market: str = _MARKET, characters: int = 60_000) -> str:
    filler = (market + _PADDING * 6) * (characters // len(market + _PADDING * 6))
    parts = [
        f"\n## 第{i}页\n{sentence}\n{filler[: len(filler) // max(len(own), 1)]}"
        for i, sentence in enumerate(own, 1)
    ]
    return "".join(parts)


def test_a_pin_wins_over_everything_and_is_shown() -> None:
    """An operator's verdict stands against the registry, says who pinned it and why, and keeps the proof."""
    pin = Pin(grade=Grade.NO, by="li", reason="withdrew from chips")
    verdict = grade(Facts(name="沐曦股份", description="GPU"), pin=pin)
    assert (verdict.grade, verdict.score, verdict.pinned) == (Grade.NO, 0.0, True)
    assert verdict.evidence[0].kind is EvidenceKind.PIN
    assert verdict.evidence[0].sentence == "li: withdrew from chips"
    assert [e.kind for e in verdict.evidence[1:]] == [EvidenceKind.REGISTRY, EvidenceKind.DESCRIPTION]


def test_a_prospectus_of_a_gpu_maker_is_known_by_its_own_sentences() -> None:
    """Two sentences of its own and the words throughout make an AI-chip issuer; they are quoted whole."""
    text = _prospectus(
        "公司主要从事GPU及相关产品的研发、\n设计和销售。",
        "发行人是国内领先的通用GPU芯片设计企业。",
        "公司主要产品包括AI智算加速卡和图形加速产品。",
    )
    verdict = grade(Facts(name="某某科技股份有限公司", business_text=text))
    assert verdict.grade is Grade.AI_CHIP
    assert verdict.evidence[0].kind is EvidenceKind.MAIN_BUSINESS
    assert verdict.evidence[0].sentence == "公司主要从事GPU及相关产品的研发、设计和销售"


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        (("公司主要从事GPU服务器租赁。", "公司是一家算力租赁服务商。"), Grade.NO),
        (("公司主要从事半导体刻蚀设备的研发。", "发行人是国内领先的半导体设备企业。"), Grade.RELATED),
        (("公司主要从事汽车零部件的研发。", "公司是一家汽车零部件企业。"), Grade.NO),
        (("公司主要从事电子元器件分销。", "公司是一家GPU芯片企业。"), Grade.NO),
        (("子公司主要从事GPU芯片的研发。", "该公司是一家AI芯片企业。"), Grade.NO),
        (("本节无相关内容。",), Grade.NO),
    ],
)
def test_chapters_on_the_market_do_not_make_an_ai_chip_issuer(
    sentences: tuple[str, ...], expected: Grade
) -> None:
    """GPU on every page proves nothing if the issuer's own sentences name another business."""
    assert grade(Facts(name="某某股份", business_text=_prospectus(*sentences))).grade is expected


def test_an_english_prospectus_is_read_too() -> None:
    """“We are a …” and “The Company designs …” are the issuer's own sentences."""
    text = "We are a leading fabless GPU designer. " + "The market for GPUs and accelerators grows. " * 90
    text += "Our company develops AI chips for data centers. Risk factors follow."
    assert grade(Facts(name="Some Ltd", business_text=text)).grade is Grade.AI_CHIP


def test_half_a_million_characters_are_graded_at_once() -> None:
    """A prospectus of 500,000 characters takes well under a second even on a busy machine."""
    text = _prospectus("公司主要从事GPU芯片的研发。", "公司是一家GPU芯片企业。", characters=500_000)
    grade(Facts(name="甲", description="GPU"))
    began = time.process_time()
    verdict = grade(Facts(name="甲", business_text=text))
    assert verdict.grade is Grade.AI_CHIP
    assert time.process_time() - began < 1.0


def test_a_risen_grade_says_which_words_lifted_it() -> None:
    """The reason of a change names both grades, the kind of proof, the word and its sentence."""
    before = grade(Facts(name="某某集成电路股份有限公司"))
    after = grade(Facts(name="某某集成电路股份有限公司", description="云端AI训练芯片"))
    change = grade_change(before, after)
    assert change is not None
    assert (change.before, change.after, change.rose) == (Grade.RELATED, Grade.AI_CHIP, True)
    assert change.reason == "related → ai_chip: description says “AI训练芯片” in “云端AI训练芯片”"


def test_an_unchanged_grade_is_no_change() -> None:
    """More evidence for the same grade is not news; a first verdict counts from `no`."""
    name, told = Facts(name="沐曦股份"), Facts(name="沐曦股份", description="GPU")
    assert grade_change(grade(name), grade(told)) is None
    assert grade_change(None, grade(Facts(name="某面包店"))) is None
    first = grade_change(None, grade(name))
    assert first is not None
    assert first.rose


def test_pinning_and_unpinning_are_changes_with_reasons() -> None:
    """A pin that agrees with the computed grade is still told, and so is its removal."""
    facts = Facts(name="沐曦股份")
    free, pinned = grade(facts), grade(facts, pin=Pin(grade=Grade.AI_CHIP, by="li"))
    to_pin, from_pin = grade_change(free, pinned), grade_change(pinned, free)
    assert to_pin is not None
    assert to_pin.reason == "ai_chip → ai_chip: pinned by the operator (li)"
    assert from_pin is not None
    assert from_pin.reason.startswith("ai_chip → ai_chip: pin removed; registry says “沐曦股份”")
    assert not from_pin.rose


def test_a_grade_that_falls_without_proof_says_so() -> None:
    """When the text that proved a grade is gone, the reason is that nothing proves it any more."""
    change = grade_change(grade(Facts(name="甲", description="GPU")), grade(Facts(name="甲")))
    assert change is not None
    assert (change.reason, change.rose) == ("ai_chip → no: the earlier proof no longer holds", False)

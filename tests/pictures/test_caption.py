"""The words below a picture: whoever does not see it is told the same."""

from __future__ import annotations

from dataclasses import replace

from alerts.glossary import Language
from alerts.message import Message
from alerts.pictures.caption import caption
from alerts.pictures.samples import SAMPLES, league
from monitor.domain.stages import STAGES
from tests.pictures.hard import HARD, LONG, crowded_board


def said(name: str, language: Language) -> str:
    """The caption as one text."""
    return whole(caption(HARD[name], language))


def whole(message: Message) -> str:
    """Headline and lines."""
    return "\n".join([message.headline, *(f"{fact.label}: {fact.value}" for fact in message.facts)])


def test_the_timeline_names_every_stage_its_date_its_days_and_the_median() -> None:
    """The Chinese and the English caption of the same road."""
    chinese, english = said("timeline", "zh"), said("timeline", "en")
    assert "示例芯片 · 审核时间线" in chinese
    assert "2025-07-17: 已问询 · 75 天（同板块 391 家中位数 176 天）" in chinese
    assert "2026-06-03: 提交注册 · 40 天 至今（同板块 347 家中位数 41 天）" in chinese
    assert "Example Chips (示例芯片) · Review timeline" in english
    assert "2025-07-17: Inquiry · 75 days (median of 391 on the board: 176 days)" in english
    assert "As of: 2026-07-13 12:30 (Shanghai time)" in english


def test_the_use_of_proceeds_names_every_project_and_every_sum() -> None:
    """Amounts to the last fen, the document and its page; what is unknown is absent."""
    chinese = said("proceeds", "zh")
    assert "文件: 招股说明书（注册稿） · 第 318 页" in chinese
    assert "1. 新一代训练与推理一体芯片研发项目: 拟用募集资金 21 亿元，总投资 25.09578 亿元" in chinese
    assert "4. 补充流动资金: 拟用募集资金 7.776895 亿元\n" in chinese
    assert "募集资金净额: 50.2187341625 亿元" in chinese
    assert "Net proceeds: RMB 5,021.87341625 m" in said("proceeds", "en")


def test_the_league_names_places_and_marks_the_issuer() -> None:
    """The place, the issuer, the amount and the day of each raise."""
    english = said("league", "en")
    assert "1: Example Chips (示例芯片) · RMB 5,312.5 m · 2026-01-12" in english
    assert "3: ➤ Example Graphics (示例图形)" in english
    assert english.count("➤") == 1
    assert "2026: 暂无已知金额" in whole(caption(replace(league(), rankings=()), "zh"))


def test_the_board_names_every_issuer_even_those_not_drawn() -> None:
    """All ninety stand in the words, in full and in their lane."""
    facts = crowded_board(90)
    text = whole(caption(facts, "zh"))
    assert all(chip.name.zh in text for chip in facts.chips)
    lanes = [fact.label for fact in caption(facts, "zh").facts[:-2]]
    assert len(lanes) == len({chip.state for chip in facts.chips}) > len(STAGES)
    assert "已问询 (3)" in said("board", "zh")


def test_names_cut_on_the_picture_are_whole_in_the_words() -> None:
    """The longest name stands unshortened."""
    assert LONG.zh in said("sixty raises", "zh")
    assert f"{LONG.en} ({LONG.zh})" in said("thirty stages", "en")


def test_a_picture_without_facts_says_so() -> None:
    """Each kind has a sentence for having nothing to show."""
    assert "暂无已公布的阶段" in said("no stage", "zh")
    assert "no use of proceeds has been read" in said("no project", "en")
    assert "暂无公司" in said("no issuer", "zh")
    assert len(SAMPLES) == 4

"""What a bare name proves: the registry's whole names do, a lucky character does not."""

from __future__ import annotations

import pytest

from monitor.domain.errors import ConfigError
from monitor.domain.registry import bundled_registry, parse_registry
from monitor.domain.relevance import EvidenceKind, Facts, Grade, grade
from monitor.domain.script import fold_name, fold_text, looser_names


@pytest.mark.parametrize(
    "name",
    [
        "沐曦股份",
        "沐曦集成电路（上海）股份有限公司",
        "N沐曦-U",
        "摩尔线程",
        "摩爾線程",
        "摩爾執行緒",
        "摩尔线程智能科技(北京)股份有限公司",
        "摩尔线程智能科技（成都）有限责任公司",
        "N摩尔-U",
        "Moore Threads",
        "MOORE  THREADS",
        "上海燧原科技股份有限公司",
        "燧原科技-U",
        "天數智芯",
        "壁仞智能科技有限公司",
        "崑崙芯",
        "Kunlun Chip",
        "寒武紀",
        "海光信息",
        "黑芝麻智能",
        "Black Sesame Technologies",
        "地平线机器人-W",
        "ＭｅｔａＸ",
    ],
)
def test_a_registered_company_is_known_by_every_spelling(name: str) -> None:
    """Full, short, traditional, English, first-day and romanised names are one company."""
    verdict = grade(Facts(name=name))
    assert verdict.grade is Grade.AI_CHIP
    assert verdict.evidence[0].kind is EvidenceKind.REGISTRY
    assert "source" in verdict.evidence[0].sentence


@pytest.mark.parametrize(
    "name",
    [
        "西安摩尔石油工程股份有限公司",
        "GPU Cloud Partners",
        "GPU Rentals Ltd",
        "Graphics Processor Museum",
        "GPU世界网",
        "AI芯片联盟",
        "AI Chip Ventures Fund",
        "某某GPU商贸有限公司",
        "摩尔精英",
        "摩尔",
        "微芯生物",
        "芯能科技",
        "中国芯科技",
        "中国芯片产业基金",
        "芯瑞达",
        "沐创",
        "沐曦商贸城管理公司",
        "MetaLight",
        "黑芝麻",
        "黑芝麻(000716)",
        "南方黑芝麻集团股份有限公司",
        "昆仑万维",
        "昆仑芯石油设备",
        "天智航",
        "智微智能",
        "涂鸦智能",
        "弘信智能算力",
        "图形天下",
        "深圳地平线旅游有限公司",
        "地平线科技有限公司",
        "海光寺物业",
        "龙芯科技养殖",
        "燧原文化传媒",
        "寒武纪乐园",
        "平头哥餐饮",
        "AI芯片产业园运营有限公司",
        "GPU云租赁有限公司",
        "人工智能研究院",
        "华大智造",
        "晨曦航空",
        "",
    ],
)
def test_a_name_that_only_sounds_like_one_is_no_ai_chip(name: str) -> None:
    """A registered name inside a longer one, or 芯, 智能, 算力, 图形 in a name, prove nothing."""
    assert grade(Facts(name=name)).grade is not Grade.AI_CHIP


def test_a_trade_in_the_name_is_related_until_more_is_known() -> None:
    """集成电路 or 半导体 in a bare name is worth reading on, and no more."""
    verdict = grade(Facts(name="某某集成电路股份有限公司"))
    assert (verdict.grade, verdict.evidence[0].word) == (Grade.RELATED, "集成电路")
    assert grade(Facts(name="某某半导体照明股份有限公司")).grade is Grade.NO


def test_an_industry_code_outside_electronics_silences_the_words_of_a_name() -> None:
    """A company of food (C14) called something 芯片 is no chip company; one of electronics (C39) may be."""
    assert grade(Facts(name="某某芯片股份有限公司", industry_code="C14 食品制造业")).grade is Grade.NO
    assert grade(Facts(name="某某芯片股份有限公司", industry_code="C39")).grade is Grade.RELATED


def test_an_alias_and_a_project_title_identify_like_the_name() -> None:
    """A company is found by its alias or by the applicant's name in the project's title."""
    assert grade(Facts(name="某公司", aliases=("摩爾線程",))).grade is Grade.AI_CHIP
    title = "上海燧原科技股份有限公司首次公开发行股票并在科创板上市申请文件"
    assert grade(Facts(name="", project_title=title)).grade is Grade.AI_CHIP


def test_a_fundraising_project_named_after_a_chip_is_proof() -> None:
    """The project title is read like a description, where it names the chip itself."""
    verdict = grade(Facts(name="某公司", project_title="新一代AI芯片研发项目"))
    assert (verdict.grade, verdict.evidence[0].kind) == (Grade.AI_CHIP, EvidenceKind.PROJECT_TITLE)
    assert grade(Facts(name="某公司", project_title="AI芯片测试设备产业化项目")).grade is not Grade.AI_CHIP


def test_a_name_others_carry_too_yields_to_the_text() -> None:
    """地平线 alone is the chip maker; with a text on another business, or on none of ours, it is not."""
    assert grade(Facts(name="地平线")).grade is Grade.AI_CHIP
    assert grade(Facts(name="地平线", description="智能驾驶芯片")).grade is Grade.AI_CHIP
    assert grade(Facts(name="地平线", description="户外帐篷")).grade is Grade.RELATED
    assert grade(Facts(name="地平线", description="旅游软件")).grade is Grade.NO


def test_a_sure_registry_name_stands_against_a_vague_text() -> None:
    """The curated grade holds where a one-liner says something else; the text stays as further evidence."""
    verdict = grade(Facts(name="优刻得", description="AI芯片"))
    assert (verdict.grade, verdict.evidence[1].grade) == (Grade.NO, Grade.AI_CHIP)


def test_every_registered_name_leads_to_its_own_company() -> None:
    """No entry is hidden by another, and each has a source."""
    registry = bundled_registry()
    assert len(registry.companies) > 80
    for company in registry.companies:
        assert company.source
        for name in (*company.names, *company.ambiguous, *company.exact):
            match = registry.find(name)
            assert match is not None, name
            assert match.company.key == company.key, name


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[company]\n", "companies.toml"),
        ("company = 3", "list of tables"),
        ('[[company]]\nkey = "a"\ngrade = "yes"\nnames = ["甲"]\nsource = "s"', "grade must be one of"),
        ('[[company]]\nkey = "a"\ngrade = "no"\nnames = ["甲"]', "source is missing"),
        ('[[company]]\nkey = "a"\ngrade = "no"\nsource = "s"', "names are missing"),
        ('[[company]]\nkey = "a"\ngrade = "no"\nnames = "甲"\nsource = "s"', "list of text"),
        ('[[company]]\nkey = "a"\ngrade = "no"\nnames = [""]\nsource = "s"', "list of text"),
        ('[[company]]\nkey = 1\ngrade = "no"\nnames = ["甲"]\nsource = "s"', "key must be text"),
        ('[[company]]\nkey = "a"\ncolour = 1\ngrade = "no"\nnames = ["甲"]\nsource = "s"', "unknown field"),
        (
            '[[company]]\nkey = "a"\ngrade = "no"\nnames = ["甲公司"]\nsource = "s"\n'
            '[[company]]\nkey = "b"\ngrade = "no"\nnames = ["甲"]\nsource = "s"',
            "belongs to both a and b",
        ),
    ],
)
def test_a_bad_registry_names_its_problem(text: str, problem: str) -> None:
    """A mistake in companies.toml stops the start with words an operator can act on."""
    with pytest.raises(ConfigError, match=problem):
        parse_registry(text)


def test_folding_keeps_the_length_so_that_positions_agree() -> None:
    """A place in the folded text is the same place in the printed one, for any character."""
    text = "".join(chr(c) for c in range(0x20, 0xFFFF) if not 0xD800 <= c <= 0xDFFF)
    assert len(fold_text(text)) == len(text)


def test_legal_forms_brackets_and_listing_marks_fall_away() -> None:
    """Spellings of one name share one key; a name made of nothing else keeps itself."""
    assert fold_name("*ST燧原科技（上海）股份有限公司") == "燧原科技"
    assert fold_name("Enflame Tech Co., Ltd.") == fold_name("ENFLAME TECH") == "enflametech"
    assert fold_name("有限公司") == "有限公司"
    assert looser_names("上海登临科技有限公司") == ("登临科技",)

"""Company names: the same or not, never nearly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.names import normalise_company_name, read_company_name, same_issuer

NAME = "示例集成电路(上海)股份有限公司"


@pytest.mark.parametrize(
    "printed",
    [
        "示例集成电路（上海）股份有限公司",
        "示例集成电路(上海）股份有限公司",
        "  示例集成电路 （上海） 股份有限公司\n",
        "示例集成电路\u3000（上海）\u00a0股份有限公司",
        "示例集成\u200b电路（上海）股份\ufeff有限公司",
        "示例集成电路〔上海〕股份有限公司",
        "示例集成电路［上海］股份有限公司",
        "示例集成电路﹙上海﹚股份有限公司",
    ],
)
def test_brackets_and_blanks_do_not_change_a_name(printed: str) -> None:
    """Full-width and half-width brackets and blanks of every kind are one spelling."""
    assert normalise_company_name(printed) == NAME
    assert same_issuer(printed, NAME)


def test_letters_and_digits_of_either_width_and_case_are_the_same() -> None:
    """ＧＰＵ９ is gpu9."""
    assert normalise_company_name("ＧＰＵ９示例股份有限公司") == normalise_company_name(
        "gpu9 示例股份有限公司"
    )
    assert same_issuer("Example Chips Limited", "ＥＸＡＭＰＬＥ  CHIPS LIMITED")


def test_the_dot_of_a_transliterated_name_has_one_form() -> None:
    """· • ・ ‧ are the same dot."""
    assert len({normalise_company_name(f"示例{dot}芯片股份有限公司") for dot in "·•・‧･"}) == 1


@pytest.mark.parametrize(
    "other",
    [
        "示例集成电路(上海)有限公司",
        "示例集成电路(上海)有限责任公司",
        "示例集成电路上海股份有限公司",
        "示例集成电路(上海)股份有限公司北京分公司",
        "示例集成电路",
        "",
        "   ",
    ],
)
def test_another_name_is_another_company(other: str) -> None:
    """有限公司 is not 股份有限公司, a short name is not the full one, and no name is nobody."""
    assert not same_issuer(other, NAME)
    assert not same_issuer(NAME, other)


def test_a_former_name_joins_tutoring_under_the_older_name() -> None:
    """A name matches through a former name that was given, however that is printed."""
    assert same_issuer("示例集成电路（上海）有限公司", NAME, ["示例集成电路(上海)有限公司"])
    assert not same_issuer("示例集成电路（北京）有限公司", NAME, ["示例集成电路(上海)有限公司"])


def test_a_printed_annotation_is_a_former_name() -> None:
    """（曾用名：…） after a name is taken off it and kept."""
    name = read_company_name("示例芯片股份有限公司（曾用名：示例芯片（上海）有限公司、样本科技有限公司）")
    assert name.full == "示例芯片股份有限公司"
    assert name.former == ("示例芯片(上海)有限公司", "样本科技有限公司")
    assert same_issuer("示例芯片股份有限公司(原名:样本科技有限公司)", "样本科技有限公司")
    assert read_company_name(NAME).former == ()


def test_two_companies_that_once_had_one_name_stay_two() -> None:
    """A shared former name alone joins nobody."""
    assert not same_issuer("甲股份有限公司（曾用名：丙有限公司）", "乙股份有限公司", ["丙有限公司"])


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(printed: str) -> None:
    """A normalised name is its own normal form, so it can be stored and compared as a key."""
    once = normalise_company_name(printed)
    assert normalise_company_name(once) == once

"""The company somebody means: names, codes, both scripts, pinyin; misspelt ones are suggested."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.bot.contract import Company
from alerts.bot.finding import Finder
from alerts.bot.pinyin import reading
from alerts.bot.reading import read_update
from alerts.bot.signing import Signer

COMPANIES = [
    Company(
        issuer_id=1, name="摩尔线程智能科技（北京）股份有限公司", short="摩尔线程", names=("Moore Threads",)
    ),
    Company(
        issuer_id=2,
        name="沐曦集成电路（上海）股份有限公司",
        short="沐曦股份",
        names=("沐曦", "MetaX"),
        codes=("688802",),
    ),
    Company(issuer_id=3, name="上海燧原科技股份有限公司", short="燧原科技"),
    Company(issuer_id=4, name="上海壁仞科技股份有限公司", short="壁仞科技", names=("Biren Technology",)),
    Company(issuer_id=5, name="中科寒武纪科技股份有限公司", short="寒武纪"),
]
FINDER = Finder(COMPANIES)


@pytest.mark.parametrize(
    ("asked", "issuer"),
    [
        ("沐曦", 2),
        ("沐曦股份", 2),
        ("metax", 2),
        ("688802", 2),
        ("沐曦集成电路(上海)股份有限公司", 2),
        ("摩爾線程", 1),
        ("moore threads", 1),
        ("燧原", 3),
        ("suiyuan", 3),
        ("Biren", 4),
        ("壁仞", 4),
        ("hanwuji", 5),
    ],
)
def test_a_whole_name_in_any_spelling_finds_the_company(asked: str, issuer: int) -> None:
    """Both scripts, short and full, English, pinyin, code."""
    found = FINDER.find(asked)
    assert found.company is not None, found.suggestions
    assert found.company.issuer_id == issuer


@pytest.mark.parametrize(
    ("asked", "issuer"),
    [("沐羲", 2), ("摩尔县程", 1), ("metaks", 2), ("Moor Treads", 1), ("碧仞", 4), ("suiyan", 3)],
)
def test_a_misspelt_name_is_suggested_and_not_taken(asked: str, issuer: int) -> None:
    """Money follows these names: a resemblance is a question, not an answer."""
    found = FINDER.find(asked)
    assert found.company is None
    assert issuer in [one.issuer_id for one in found.suggestions]


def test_what_resembles_nobody_finds_nobody() -> None:
    """No suggestion is better than a silly one."""
    assert FINDER.find("xyzzy").suggestions == ()
    assert FINDER.find("   ").company is None


def test_two_companies_of_one_name_are_both_suggested() -> None:
    """Neither is taken for the other."""
    twins = Finder(
        [
            Company(issuer_id=1, name="甲示例", names=("示例",)),
            Company(issuer_id=2, name="乙示例", names=("示例",)),
        ]
    )
    assert [one.issuer_id for one in twins.find("示例").suggestions] == [1, 2]


def test_a_name_with_an_unknown_character_has_no_reading() -> None:
    """Half a reading would find the wrong company."""
    assert reading("沐曦") == "muxi"
    assert reading("沐龘") == ""


@given(st.text(max_size=40))
def test_no_question_breaks_the_finder(text: str) -> None:
    """Any text finds somebody, suggests somebody, or nobody."""
    found = FINDER.find(text)
    assert found.company is None or not found.suggestions


_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["from", "chat", "id", "type", "text", "data", "message", "is_bot"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from(["message", "callback_query", "inline_query", "my_chat_member"]), _value)
)
def test_no_update_breaks_the_reader(update: dict[str, object]) -> None:
    """A malformed update is nothing, never an error."""
    read = read_update({"update_id": 5, **update})
    assert read is None or read.update_id == 5
    assert read_update(update) is None


@given(st.text(max_size=20), st.integers(), st.text(max_size=64))
def test_only_what_we_sealed_for_this_chat_opens(words: str, chat: int, forged: str) -> None:
    """Another chat, another token, other words: none opens."""
    signer = Signer("1:a")
    if len(words.encode()) > 50 or not words:
        return
    sealed = signer.seal(chat, words)
    assert signer.open(chat, sealed) == words
    assert signer.open(f"{chat}/9", sealed) == words
    assert signer.open(chat + 1, sealed) is None
    assert Signer("1:b").open(chat, sealed) is None
    assert forged == sealed or signer.open(chat, forged) is None

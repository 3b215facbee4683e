"""Where things stand: nothing overlaps or is cut off or too small, and equal amounts are equal bars."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest

from alerts.pictures import metrics
from alerts.pictures.facts import Board, Facts, Language, League, Name, Proceeds, Project, Ranked, Ranking
from alerts.pictures.paint import lay_out
from alerts.pictures.samples import ORIGIN, SAMPLES, board, league, proceeds
from alerts.pictures.sheet import MARGIN, SMALL, WIDTH, Box, Ink, Sheet
from tests.pictures.hard import HARD, LANGUAGES, crowded_board, long_league, long_road

EVERY = [(name, language) for name in HARD for language in LANGUAGES]


def texts(sheet: Sheet) -> list[str]:
    """The lines of a sheet."""
    return [words.text for words in sheet.words]


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_text_stays_inside_and_no_two_lines_overlap(name: str, language: Language) -> None:
    """Every line lies within the margins, none shares a pixel with another, none is below 28 px."""
    sheet = lay_out(HARD[name], language)
    room = Box(MARGIN, 0, WIDTH - 2 * MARGIN, sheet.height)
    for words in sheet.words:
        assert room.holds(words.box), words
        assert words.size >= SMALL, words
        assert metrics.width(words.text, words.size, bold=words.bold) <= words.box.width, words
    for one, other in combinations(sheet.words, 2):
        assert not one.box.overlaps(other.box), (one, other)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_bars_stay_inside_and_text_stands_on_no_bar(name: str, language: Language) -> None:
    """Every shape lies on the sheet; only cards and the mark of the issuer lie below text."""
    sheet = lay_out(HARD[name], language)
    for shape in sheet.shapes:
        assert sheet.box.holds(shape.box), shape
        if shape.ink not in (Ink.CARD, Ink.SOFT):
            for words in sheet.words:
                assert not shape.box.overlaps(words.box), (shape, words)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_the_chat_service_takes_the_measures(name: str, language: Language) -> None:
    """Width and height together stay far below its 10,000 px, and no side is 20 times the other."""
    sheet = lay_out(HARD[name], language)
    assert sheet.height <= 4000
    assert sheet.height * 20 >= WIDTH


@pytest.mark.parametrize("language", LANGUAGES)
def test_source_and_instant_stand_at_the_foot(language: Language) -> None:
    """The last lines name the exchange, and the instant on Shanghai's clock."""
    for facts in SAMPLES.values():
        foot = " ".join(texts(lay_out(facts, language))[-3:])
        assert "2026-07-13 12:30" in foot
        assert ("上海证券交易所" in foot) is (language != "en")
        assert ("Shanghai Stock Exchange" in foot) is (language != "zh")


def bars(sheet: Sheet, ink: Ink, height: int) -> list[int]:
    """Widths of the bars of one colour and height."""
    return [shape.box.width for shape in sheet.shapes if shape.ink is ink and shape.box.height == height]


def test_equal_amounts_are_equal_bars_and_half_is_half() -> None:
    """A bar is as long as its amount, whatever the width of the words beside it."""
    facts = Proceeds(
        name=Name(zh="示例芯片"),
        projects=(
            Project(title="甲", total=Decimal("2509578000.11"), proceeds=Decimal("2509578000.11")),
            Project(title="乙", total=None, proceeds=Decimal("1254789000.055")),
        ),
        document="",
        page=None,
        origin=ORIGIN,
    )
    sheet = lay_out(facts, "en")
    first, second = bars(sheet, Ink.ACCENT, 26)
    assert bars(sheet, Ink.PACK, 26) == [first]
    assert abs(first - 2 * second) <= 1


def test_an_absent_or_negative_figure_draws_nothing() -> None:
    """No bar, no number, and no sum of projects where one part is missing."""
    facts = Proceeds(
        name=Name(zh="示例芯片"),
        projects=(
            Project(title="甲", total=Decimal(-5), proceeds=None),
            Project(title="乙", total=None, proceeds=Decimal(100_000_000)),
        ),
        net=Decimal("NaN"),
        document="",
        page=None,
        origin=ORIGIN,
    )
    sheet = lay_out(facts, "zh")
    assert [text for text in texts(sheet) if "亿元" in text] == ["1 亿元"]
    assert "项目合计" not in texts(sheet)


def test_the_sum_of_the_projects_is_exact() -> None:
    """21 + 14.023105 + 7.2 + 7.776895 亿元 are 50 亿元; net proceeds keep their last fen."""
    shown = texts(lay_out(proceeds(), "zh"))
    assert shown[shown.index("项目合计") + 1] == "50 亿元"
    assert shown[shown.index("募集资金净额") + 1] == "50.2187341625 亿元"
    english = texts(lay_out(proceeds(), "en"))
    assert english[english.index("Net proceeds") + 1] == "RMB 5,021.87341625 m"


def test_the_issuer_asked_about_is_shown_wherever_it_stands() -> None:
    """A marked row beyond those drawn comes after them with its own place; the rest are counted."""
    sheet = lay_out(long_league(60), "zh")
    assert texts(sheet).count("60") == 2
    assert texts(sheet).count("另有 49 家未显示") == 2
    assert sum(shape.ink is Ink.SOFT for shape in sheet.shapes) == 2


def test_equal_raises_share_the_better_place() -> None:
    """Two of the same amount are both second; the next is fourth; a negative one is left out."""
    rows = tuple(
        Ranked(name=Name(zh=name), yuan=Decimal(yuan), day=SAMPLE_DAY)
        for name, yuan in (("甲", 5), ("乙", 9), ("丙", 5), ("丁", 1), ("戊", -1))
    )
    facts = League(year=2026, rankings=(Ranking(measure="gross_proceeds", rows=rows),), origin=ORIGIN)
    shown = texts(lay_out(facts, "zh"))
    assert [shown[shown.index(name) - 1] for name in ("乙", "甲", "丙", "丁")] == ["1", "2", "2", "4"]
    assert "戊" not in shown


SAMPLE_DAY = league().rankings[0].rows[0].day


def test_a_long_road_shows_its_latest_stages_and_counts_the_others() -> None:
    """Of thirty stages the last fourteen are drawn."""
    shown = texts(lay_out(long_road(30), "zh"))
    assert "更早的 16 个阶段未显示" in shown
    assert sum(text.startswith("20") and len(text) == 10 for text in shown) == 14


def test_lanes_follow_the_review_and_count_their_issuers() -> None:
    """Titles stand in the order of the review, an unknown code last; each has its number beside it."""
    shown = texts(lay_out(board(11), "zh"))
    lanes = ["辅导备案", "已受理", "已问询", "上市委会议通过", "提交注册", "注册生效", "已发行", "终止"]
    places = [shown.index(lane) for lane in lanes]
    assert places == sorted(places)
    assert shown[shown.index("已问询") - 1] == "3"
    crowd = texts(lay_out(crowded_board(60), "zh"))
    assert max(crowd.index(text) for text in crowd if text.startswith("未知状态码")) > crowd.index("终止")


def test_more_issuers_than_fit_are_counted() -> None:
    """Of ninety issuers sixty are drawn and thirty are said to be missing; lanes count all of theirs."""
    facts = crowded_board(90)
    assert isinstance(facts, Board)
    assert "另有 30 家未显示" in texts(lay_out(facts, "zh"))


def test_names_are_wrapped_between_words_and_cut_with_a_mark() -> None:
    """Latin words stay whole; what does not fit ends in an ellipsis; nothing is wider than its room."""
    assert metrics.wrap("Example Graphics Holdings", 32, 300, lines=2) == ("Example Graphics", "Holdings")
    cut = metrics.fit("示例人工智能集成电路股份有限公司", 32, 200)
    assert cut.endswith("…")
    assert metrics.width(cut, 32) <= 200
    assert metrics.fit("Example Graphics Holdings", 32, 200).endswith("...")
    assert metrics.fit("a\u202eb\x00c\ufeff", 32, 200) == "ab c"


@pytest.mark.parametrize("facts", SAMPLES.values(), ids=SAMPLES)
def test_layout_is_the_same_every_time(facts: Facts) -> None:
    """Equal facts, equal sheets."""
    assert lay_out(facts, "both") == lay_out(facts, "both")
